//! Patterns as ECMA-262 writes them, in the syntax of Rust's engine.

use std::iter::Peekable;
use std::str::Chars;

/// What stands for the text of the first group where a pattern refers back to it; those of the others follow. It is of
/// a plane for private use.
const BACK: u32 = 0xf_0000;

/// A pattern in the syntax of Rust's engine.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rewritten {
    /// A pattern whose texts are those of the ECMA pattern, or more: what is looked for around a place is left out,
    /// and the validator confirms it. For a reference back stands one character ([`group_of`]).
    pub pattern: String,
    /// What is looked for ahead, each as a pattern of its own.
    pub ahead: Vec<String>,
}

/// The group whose text a character stands for, the first being 1.
pub(super) fn group_of(character: char) -> Option<u32> {
    u32::from(character).checked_sub(BACK).filter(|group| (1..0x1000).contains(group))
}

/// The error says what cannot be taken. ECMA's classes are ASCII, Rust's are Unicode.
pub(super) fn rewrite(pattern: &str) -> Result<Rewritten, String> {
    let (left, ahead) = without_looking_around(pattern)?;
    let ahead = ahead.iter().map(|pattern| Ok(rewrite(pattern)?.pattern)).collect::<Result<_, String>>()?;
    Ok(Rewritten { pattern: in_rust(&any_character(&left))?, ahead })
}

fn in_rust(pattern: &str) -> Result<String, String> {
    let mut rewritten = String::with_capacity(pattern.len());
    let mut in_class = false;
    let groups = groups(pattern);
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if !in_class && matches!(characters.peek(), Some('1'..='9')) => {
                rewritten.push_str(&reference(&mut characters, groups)?);
            }
            '\\' => rewritten.push_str(&escape(&mut characters, in_class)?),
            '.' if !in_class => rewritten.push_str("[^\\n\\r\\u{2028}\\u{2029}]"),
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
            // Outside a repetition a brace stands for itself.
            '{' if !in_class && !is_repetition(characters.clone()) => rewritten.push_str("\\{"),
            other => rewritten.push(other),
        }
    }
    Ok(rewritten)
}

/// `[^]` is any character.
fn any_character(pattern: &str) -> String {
    pattern.replace("[^]", "[\\s\\S]")
}

/// How many groups a pattern has whose text is kept.
fn groups(pattern: &str) -> u32 {
    let (mut escaped, mut in_class) = (false, false);
    let is_group = |(at, character): &(usize, char)| {
        let starts = !escaped && !in_class && *character == '(';
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        let rest = pattern.get(*at..).unwrap_or_default();
        starts && (!rest.starts_with("(?") || rest.starts_with("(?<"))
    };
    u32::try_from(pattern.char_indices().filter(is_group).count()).unwrap_or(u32::MAX)
}

/// The character that stands for the text of the group that is referred to, its number following.
fn reference(characters: &mut Peekable<Chars<'_>>, groups: u32) -> Result<String, String> {
    let mut number = String::new();
    while let Some(digit) = characters.next_if(char::is_ascii_digit) {
        number.push(digit);
    }
    let group = number.parse().ok().filter(|group| (1..=groups).contains(group));
    let group: u32 = group.ok_or("it refers back to a group that is not there")?;
    Ok(format!("\\x{{{:x}}}", BACK + group))
}

/// The pattern without `(?=…)`, `(?!…)`, `(?<=…)` and `(?<!…)`, and what stands in the first of these.
fn without_looking_around(pattern: &str) -> Result<(String, Vec<&str>), String> {
    const LOOKING: [&str; 4] = ["(?=", "(?!", "(?<=", "(?<!"];
    let mut left = String::with_capacity(pattern.len());
    let mut ahead = Vec::new();
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        if LOOKING.iter().any(|start| rest.starts_with(start)) {
            let end = end_of_group(rest).ok_or("a group that looks around has no end")?;
            let group = rest.get(..end).unwrap_or_default();
            ahead.extend(group.strip_prefix("(?=").and_then(|inside| inside.strip_suffix(')')));
            rest = rest.get(end..).unwrap_or_default();
            continue;
        }
        let length =
            if character == '\\' { 1 + rest.chars().nth(1).map_or(0, char::len_utf8) } else { character.len_utf8() };
        left.push_str(rest.get(..length).unwrap_or_default());
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok((left, ahead))
}

/// Where the group ends that the text begins with.
fn end_of_group(text: &str) -> Option<usize> {
    let (mut depth, mut in_class, mut escaped) = (0_usize, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether what follows an opening brace makes it a repetition.
fn is_repetition(rest: Peekable<Chars<'_>>) -> bool {
    let inside: String = rest.take_while(|character| *character != '}').collect();
    inside.starts_with(|first: char| first.is_ascii_digit())
        && inside.chars().all(|character| character.is_ascii_digit() || character == ',')
}

/// What stands after a backslash, in Rust's syntax.
fn escape(characters: &mut Peekable<Chars<'_>>, in_class: bool) -> Result<String, String> {
    let class = |members: &str| if in_class { members.to_owned() } else { format!("[{members}]") };
    Ok(match characters.next() {
        Some('d') => class("0-9"),
        Some('w') => class("A-Za-z0-9_"),
        Some('s') => class(" \\t\\n\\r\\f\\x0b\\u{a0}\\u{feff}\\u{2028}\\u{2029}"),
        Some('D') => "[^0-9]".to_owned(),
        Some('W') => "[^A-Za-z0-9_]".to_owned(),
        Some('S') => "[^ \\t\\n\\r\\f\\x0b\\u{a0}\\u{feff}\\u{2028}\\u{2029}]".to_owned(),
        Some('b') if in_class => "\\x08".to_owned(),
        Some('b' | 'B') => String::new(),
        Some('v') => "\\x0b".to_owned(),
        Some('0') => "\\x00".to_owned(),
        Some('c') => {
            let letter = characters.next().map_or(0, |letter| u32::from(letter) % 32);
            format!("\\x{letter:02x}")
        }
        Some('u') => code_point(characters)?,
        Some('k') if !in_class => return Err("references back by name are not supported".to_owned()),
        Some(property @ ('p' | 'P')) if characters.peek() != Some(&'{') => format!("\\{property}"),
        Some(property @ ('p' | 'P')) => {
            let name: String = characters.by_ref().take_while(|character| *character != '}').collect();
            format!("\\{property}{name}}}")
        }
        Some(known @ ('x' | 'n' | 'r' | 't' | 'f')) => format!("\\{known}"),
        Some(other) if other.is_ascii_punctuation() => format!("\\{other}"),
        Some(other) => other.to_string(),
        None => return Err("it ends with a backslash".to_owned()),
    })
}

/// `\u00e9`, `\u{e9}` and the two halves of `\ud83d\udc32` as `\x{…}`.
fn code_point(characters: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let wrong = || "a code point is wrong".to_owned();
    if characters.next_if_eq(&'{').is_some() {
        let digits: String = characters.by_ref().take_while(|character| *character != '}').collect();
        return Ok(format!("\\x{{{digits}}}"));
    }
    let four = |characters: &mut Peekable<Chars<'_>>| {
        let digits: String = characters.by_ref().take(4).collect();
        u32::from_str_radix(&digits, 16).map_err(|_| wrong())
    };
    let first = four(characters)?;
    let mut ahead = characters.clone();
    if !(0xd800..0xdc00).contains(&first) || ahead.next() != Some('\\') || ahead.next() != Some('u') {
        return Ok(format!("\\x{{{first:x}}}"));
    }
    let second = four(&mut ahead)?;
    *characters = ahead;
    let code = 0x1_0000 + ((first & 0x3ff) << 10) + (second & 0x3ff);
    Ok(format!("\\x{{{code:x}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(pattern: &str) -> String {
        rewrite(pattern).unwrap().pattern
    }

    #[test]
    fn classes_become_ascii_and_anchors_stay() {
        assert_eq!(rewritten(r"^\d{3}-[\w.]+$"), "^[0-9]{3}-[A-Za-z0-9_.]+$");
        assert_eq!(rewritten(r"^\u00e9\/$"), r"^\x{e9}\/$");
        assert_eq!(rewritten(r"[^/$]\$"), r"[^/$]\$");
        assert_eq!(rewritten(r"{id}"), r"\{id}");
    }

    #[test]
    fn what_is_looked_for_around_a_place_is_left_out_and_what_is_ahead_kept_apart() {
        let found = rewrite(r"^(?=\d*[)])a(?!b(c))d$").unwrap();
        assert_eq!((found.pattern.as_str(), found.ahead), ("^ad$", vec!["[0-9]*[)]".to_owned()]));
    }

    #[test]
    fn a_reference_back_is_a_character_of_its_own() {
        assert_eq!(rewritten(r"(?:x)(a)(?<end>[(]b)\2[\1]"), r"(?:x)(a)(?<end>[(]b)\x{f0002}[1]");
        assert_eq!(group_of('\u{f0002}'), Some(2));
        assert_eq!(group_of('a'), None);
        assert_eq!(rewrite(r"(a)\2").unwrap_err(), "it refers back to a group that is not there");
    }
}
