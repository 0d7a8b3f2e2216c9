//! Patterns of ECMA-262 into text, as far as Rust's engine takes them.

use std::cell::RefCell;
use std::collections::HashMap;

use regex_syntax::hir::{Class, Hir, HirKind, Look};
use regex_syntax::parse;

use super::dice::Dice;
use super::ecma;
use crate::contract::Pattern;

/// More text than this is not made of one pattern.
const MOST_CHARACTERS: usize = 200_000;

/// Words that stand around what a pattern without anchors asks for.
const AROUND: [&str; 4] = ["", "", "a", "xyz"];

/// How text is made from a pattern.
#[derive(Debug)]
pub(super) struct Text {
    expression: Hir,
    /// Whether all kinds of text match, as with `\S`: then it asks for nothing in particular.
    pub admits_words: bool,
}

impl Text {
    /// Reads a pattern; the error says what cannot be taken.
    pub fn of(pattern: &str) -> Result<Self, String> {
        let rewritten = ecma::rewrite(pattern)?;
        let expression = parse(&rewritten).map_err(|error| last_line(&error.to_string()))?;
        Ok(Text { expression, admits_words: admits_words(pattern) })
    }

    /// Text in which the pattern is found; open repetitions go so far beyond their least.
    pub fn make(&self, dice: &mut Dice<'_>, reach: usize) -> String {
        let looks = self.expression.properties();
        let mut text = String::new();
        if !looks.look_set_prefix_any().contains(Look::Start) {
            text.push_str(dice.pick(&AROUND).copied().unwrap_or_default());
        }
        spell(&self.expression, dice, reach, &mut text);
        if !looks.look_set_suffix_any().contains(Look::End) {
            text.push_str(dice.pick(&AROUND).copied().unwrap_or_default());
        }
        text
    }
}

fn last_line(error: &str) -> String {
    error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

fn spell(expression: &Hir, dice: &mut Dice<'_>, reach: usize, text: &mut String) {
    match expression.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges: Vec<(char, char)> = class.ranges().iter().map(|range| (range.start(), range.end())).collect();
            text.extend(character(&ranges, dice));
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges: Vec<(char, char)> =
                class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect();
            text.extend(character(&ranges, dice));
        }
        HirKind::Repetition(repetition) => {
            let least = usize::try_from(repetition.min).unwrap_or(usize::MAX);
            let most = repetition.max.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
            for _ in 0..dice.among(least, least.saturating_add(reach).min(most)) {
                if text.len() > MOST_CHARACTERS {
                    break;
                }
                spell(&repetition.sub, dice, reach, text);
            }
        }
        HirKind::Capture(capture) => spell(&capture.sub, dice, reach, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| spell(part, dice, reach, text)),
        HirKind::Alternation(parts) => {
            if let Some(part) = dice.pick(parts) {
                spell(part, dice, reach, text);
            }
        }
    }
}

/// A character of a class: mostly one that is plain to read.
fn character(ranges: &[(char, char)], dice: &mut Dice<'_>) -> Option<char> {
    let within = |low: char, high: char| {
        let cut = move |(start, end): &(char, char)| (*start.max(&low), *end.min(&high));
        ranges.iter().map(cut).filter(|(start, end)| start <= end).collect::<Vec<_>>()
    };
    let (plain, printable) = (within('!', '~'), within(' ', '\u{d7ff}'));
    let pool = if !plain.is_empty() && !dice.once_in(16) {
        plain
    } else if !printable.is_empty() {
        printable
    } else {
        ranges.to_vec()
    };
    let size = |(start, end): &(char, char)| (u32::from(*end) - u32::from(*start)) as usize + 1;
    let mut drawn = dice.below(pool.iter().map(size).sum());
    for range in &pool {
        if drawn < size(range) {
            let code = u32::from(range.0).saturating_add(u32::try_from(drawn).unwrap_or(0));
            return char::from_u32(code).or(Some(range.0));
        }
        drawn -= size(range);
    }
    None
}

/// Whether the pattern is found in a text; a pattern that cannot be read is found in none.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    thread_local! {
        static KNOWN: RefCell<HashMap<String, Option<Pattern>>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if !known.contains_key(pattern) {
            known.insert(pattern.to_owned(), Pattern::new(pattern).ok());
        }
        known.get(pattern).is_some_and(|pattern| pattern.as_ref().is_some_and(|pattern| pattern.is_found_in(text)))
    })
}

fn admits_words(pattern: &str) -> bool {
    const PROBES: [&str; 4] = ["order", "what is my plan", "<b>'); {\"0\"}--", "日本語 🙂"];
    PROBES.iter().all(|probe| matches(pattern, probe))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::seed;

    #[test]
    fn a_pattern_that_nearly_all_text_matches_is_told() {
        assert!(admits_words(r"\S"));
        assert!(!admits_words("^[a-z ]+$"));
    }

    #[test]
    fn text_of_a_pattern_has_it() {
        for pattern in [
            r"^pk_live_\w{8}$",
            r"\d\d",
            r"^[^/\s]+/[^/\s]+$",
            r"^(?!-)[a-z-]{3,9}$",
            r"^(?=.*\d)(?=.*[a-z]).{8,}$",
            r"^\u{1F432}*$",
            r"^\cC$",
            r"^\p{Letter}+$",
            r"^(foo|ba[rz])\b.*$",
        ] {
            let text = Text::of(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
            let made = |index: usize| {
                let mut runner = seed::runner(7, &[&index.to_string()]);
                text.make(&mut Dice(&mut runner), 4)
            };
            let found = (0..100).filter(|index| matches(pattern, &made(*index))).count();
            assert!(found > 10, "{pattern}: {found}");
        }
    }

    #[test]
    fn what_the_engine_cannot_take_is_said() {
        let reason = Text::of(r"^(a)\1$").unwrap_err();
        assert_eq!(reason, "backreferences are not supported");
    }
}
