//! Patterns of ECMA-262 into text, as far as Rust's engine takes them.

use proptest::prelude::*;
use proptest::string::string_regex;

use super::Ungeneratable;

/// Text in which the pattern is found.
pub(super) fn text(pattern: &str) -> Result<BoxedStrategy<String>, Ungeneratable> {
    let padding = |anchored: bool| if anchored { "" } else { "[a-z]{0,3}" };
    let before = padding(pattern.starts_with('^'));
    let after = padding(pattern.ends_with('$'));
    let whole = format!("{before}(?:{}){after}", without_anchors(pattern));
    let values = string_regex(&whole)
        .map_err(|error| Ungeneratable::Pattern { pattern: pattern.to_owned(), reason: error.to_string() })?;
    Ok(values.boxed())
}

/// Whether the pattern is found in a text; a pattern that cannot be read is found in none.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    regex::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

/// Whether all kinds of text match, as with `\S`: then it asks for nothing in particular.
pub(super) fn admits_words(pattern: &str) -> bool {
    const PROBES: [&str; 4] = ["order", "what is my plan", "<b>'); {\"0\"}--", "日本語 🙂"];
    regex::Regex::new(pattern).is_ok_and(|pattern| PROBES.iter().all(|probe| pattern.is_match(probe)))
}

/// The pattern in Rust's syntax, anchors dropped: what is made is the whole text anyway.
/// ECMA's classes are ASCII, Rust's are Unicode.
fn without_anchors(pattern: &str) -> String {
    let mut rewritten = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => rewritten.push_str(&escape(&mut characters, in_class)),
            '^' | '$' if !in_class => {}
            '.' if !in_class => rewritten.push_str("[ -~]"),
            '[' if in_class => rewritten.push_str("\\["),
            '[' => {
                in_class = true;
                rewritten.push('[');
            }
            ']' => {
                in_class = false;
                rewritten.push(']');
            }
            '&' | '~' if in_class => rewritten.extend(['\\', character]),
            other => rewritten.push(other),
        }
    }
    rewritten
}

/// What stands after a backslash, in Rust's syntax.
fn escape(characters: &mut std::str::Chars<'_>, in_class: bool) -> String {
    let class = |members: &str| if in_class { members.to_owned() } else { format!("[{members}]") };
    match characters.next() {
        Some('d') => class("0-9"),
        Some('w') => class("A-Za-z0-9_"),
        Some('s') => class(" \\t"),
        Some('D') => "[^0-9]".to_owned(),
        Some('W') => "[^A-Za-z0-9_]".to_owned(),
        Some('S') => "[!-~]".to_owned(),
        Some('b' | 'B') if !in_class => String::new(),
        Some('/') => "/".to_owned(),
        Some('u') => code_point(characters),
        Some(other) => format!("\\{other}"),
        None => "\\\\".to_owned(),
    }
}

/// `\u00e9` and `\u{e9}` as `\x{e9}`.
fn code_point(characters: &mut std::str::Chars<'_>) -> String {
    let rest = characters.as_str();
    let digits = match rest.strip_prefix('{') {
        Some(braced) => braced.split('}').next().unwrap_or_default(),
        None => rest.get(..4).unwrap_or(rest),
    };
    let consumed = if rest.starts_with('{') { digits.len() + 2 } else { digits.len() };
    let code = format!("\\x{{{digits}}}");
    *characters = rest.get(consumed..).unwrap_or_default().chars();
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ecma_classes_become_ascii_and_anchors_go() {
        assert_eq!(without_anchors(r"^\d{3}-[\w.]+$"), "[0-9]{3}-[A-Za-z0-9_.]+");
        assert_eq!(without_anchors(r"^\u00e9\/$"), "\\x{00e9}/");
        assert_eq!(without_anchors(r"[^/$]\$"), r"[^/$]\$");
    }

    #[test]
    fn a_pattern_that_nearly_all_text_matches_is_told() {
        assert!(admits_words(r"\S"));
        assert!(!admits_words("^[a-z ]+$"));
    }

    #[test]
    fn what_the_engine_cannot_take_is_said() {
        let reason = text("^(?=a)b$").unwrap_err().to_string();
        assert!(reason.contains("(?=a)b"), "{reason}");
    }
}
