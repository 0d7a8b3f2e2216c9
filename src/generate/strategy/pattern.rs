//! Patterns of ECMA-262 into text, as far as Rust's engine takes them.

use std::cell::RefCell;
use std::collections::HashMap;

use regex_syntax::hir::{Class, Hir, HirKind, Look};
use regex_syntax::parse;

use super::dice::Dice;
use super::ecma::{self, Rewritten};
use crate::contract::Pattern;

/// More text than this is not made of one pattern.
const MOST_CHARACTERS: usize = 200_000;

/// Words that stand around what a pattern without anchors asks for.
const AROUND: [&str; 4] = ["", "", "a", "xyz"];

/// How text is made from a pattern.
#[derive(Debug)]
pub(super) struct Text {
    expression: Hir,
    /// What is looked for ahead.
    ahead: Vec<Hir>,
    /// Whether all kinds of text match, as with `\S`: then it asks for nothing in particular.
    pub admits_words: bool,
}

impl Text {
    /// Reads a pattern; the error says what cannot be taken.
    pub fn of(pattern: &str) -> Result<Self, String> {
        let read = |pattern: &String| parse(pattern).map_err(|error| last_line(&error.to_string()));
        let Rewritten { pattern: expression, ahead } = ecma::rewrite(pattern)?;
        let ahead = ahead.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Text { expression: read(&expression)?, ahead, admits_words: admits_words(pattern) })
    }

    /// Text in which the pattern is found; open repetitions go so far beyond their least.
    pub fn make(&self, dice: &mut Dice<'_>, reach: usize) -> String {
        let looks = self.expression.properties();
        let mut text = String::new();
        if !looks.look_set_prefix_any().contains(Look::Start) {
            text.push_str(dice.pick(&AROUND).copied().unwrap_or_default());
        }
        let mut speller = Speller { dice, reach, text, groups: HashMap::new() };
        speller.spell(&self.expression);
        let mut text = speller.text;
        if !looks.look_set_suffix_any().contains(Look::End) {
            text.push_str(dice.pick(&AROUND).copied().unwrap_or_default());
        }
        // By chance it is there already, or cannot stand where it is put: whoever asks tries again.
        if dice.once_in(2) { text } else { self.with_what_is_ahead(text, dice) }
    }

    /// The text with the least that is looked for ahead written over some of it, so that its length stays.
    fn with_what_is_ahead(&self, text: String, dice: &mut Dice<'_>) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        for ahead in &self.ahead {
            let mut speller = Speller { dice, reach: 0, text: String::new(), groups: HashMap::new() };
            speller.spell(ahead);
            let asked: Vec<char> = speller.text.chars().collect();
            let Some(room) = characters.len().checked_sub(asked.len()) else { continue };
            let start = dice.among(0, room);
            characters.iter_mut().skip(start).zip(asked).for_each(|(place, character)| *place = character);
        }
        characters.into_iter().collect()
    }
}

fn last_line(error: &str) -> String {
    error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Writes text that an expression matches.
struct Speller<'d, 'r> {
    dice: &'d mut Dice<'r>,
    /// How far open repetitions go beyond their least.
    reach: usize,
    text: String,
    /// What stands in each group.
    groups: HashMap<u32, String>,
}

impl Speller<'_, '_> {
    fn spell(&mut self, expression: &Hir) {
        match expression.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.literal(&String::from_utf8_lossy(&literal.0)),
            HirKind::Class(class) => self.text.extend(character(&ranges(class), self.dice)),
            HirKind::Repetition(repetition) => {
                let least = usize::try_from(repetition.min).unwrap_or(usize::MAX);
                let most = repetition.max.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
                for _ in 0..self.dice.among(least, least.saturating_add(self.reach).min(most)) {
                    if self.text.len() > MOST_CHARACTERS {
                        break;
                    }
                    self.spell(&repetition.sub);
                }
            }
            HirKind::Capture(capture) => {
                let start = self.text.len();
                self.spell(&capture.sub);
                let inside = self.text.get(start..).unwrap_or_default().to_owned();
                self.groups.insert(capture.index, inside);
            }
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.spell(part)),
            HirKind::Alternation(parts) => {
                if let Some(part) = self.dice.pick(parts) {
                    self.spell(part);
                }
            }
        }
    }

    /// What stands there, or what a group had that is referred back to: nothing where it had nothing.
    fn literal(&mut self, literal: &str) {
        for character in literal.chars() {
            match ecma::group_of(character) {
                Some(group) => self.text.extend(self.groups.get(&group).cloned()),
                None => self.text.push(character),
            }
        }
    }
}

fn ranges(class: &Class) -> Vec<(char, char)> {
    match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => class.ranges().iter().map(|range| (range.start().into(), range.end().into())).collect(),
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
            r"^(?=.*[A-Z])(?=.*\d).{8,}$",
            r"^(?=.*blue)(?=.*\d{3}).{10,12}$",
            r"^(['\x22]).*\1$",
            r"^(?<tag>[a-z]+)=\d+/\1$",
            r"^(a)|(b)\2$",
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
        let reason = Text::of(r"^(a)\2$").unwrap_err();
        assert_eq!(reason, "it refers back to a group that is not there");
    }
}
