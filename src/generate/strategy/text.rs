//! Text: plain words mostly, and a fair share of what finds bugs.

use serde_json::Value;

use super::builder::Builder;
use super::error::Why;
use super::odd::{ODD, Odd};
use super::{Alphabet, Extent, Node, Ungeneratable, pattern};
use crate::contract::has_format;

/// Most characters that are made, whatever the schema asks for.
const MOST_CHARACTERS: usize = 1_000_000;

/// How often text is made of a pattern or a format until it keeps the rest, too.
const TRIES: usize = 200;

/// How far the repetitions of a pattern go at first, and at most.
const REACH: (usize, usize) = (4, 4_096);

const WORDS: [&str; 24] = [
    "order", "plan", "what", "is", "my", "current", "hello", "please", "show", "the", "blue", "widget", "price", "for",
    "today", "open", "hours", "refund", "status", "help", "with", "account", "next", "visit",
];

/// Lengths in characters.
#[derive(Debug, Clone, Copy)]
struct Lengths {
    shortest: usize,
    longest: usize,
}

impl<'s> Builder<'s, '_> {
    /// Text that a node allows.
    pub(super) fn text(&mut self, node: &Node<'s>) -> Result<String, Ungeneratable> {
        let lengths = Lengths {
            shortest: node.at_least("minLength").map_or(0, |(least, _)| least),
            longest: node.at_most("maxLength").map_or(usize::MAX, |(most, _)| most),
        };
        if lengths.shortest > lengths.longest {
            return Err(self.refuse(Why::Impossible));
        }
        if lengths.shortest > MOST_CHARACTERS {
            return Err(self.refuse(Why::TooMuch));
        }
        let patterns = self.patterns(node)?;
        let format = node.keywords("format").find_map(|keyword| keyword.value.as_str().filter(|name| is_known(name)));
        match (patterns.is_empty(), format) {
            (false, _) => self.of_patterns(&patterns, format, lengths),
            (true, Some(format)) => self.of_format(format, lengths),
            (true, None) => Ok(self.text_on_lines(node, lengths)),
        }
    }

    /// Free text; of one line where a pattern with a `.` admits it. ECMA-262's `.` stops at four characters, that of
    /// other engines at one.
    fn text_on_lines(&mut self, node: &Node<'s>, lengths: Lengths) -> String {
        const ENDS: [char; 3] = ['\r', '\u{2028}', '\u{2029}'];
        let text = self.free_text(lengths);
        let has_dot =
            node.keywords("pattern").any(|keyword| keyword.value.as_str().is_some_and(|text| text.contains('.')));
        if has_dot { text.replace(ENDS, " ") } else { text }
    }

    /// The patterns that ask for something in particular.
    fn patterns(&self, node: &Node<'s>) -> Result<Vec<&'s str>, Ungeneratable> {
        let mut patterns = Vec::new();
        for pattern in node.keywords("pattern").filter_map(|keyword| keyword.value.as_str()) {
            let text = self.known.text(pattern).map_err(|reason| self.no_pattern(pattern, reason))?;
            if !text.admits_words && !patterns.contains(&pattern) {
                patterns.push(pattern);
            }
        }
        Ok(patterns)
    }

    fn no_pattern(&self, pattern: &str, reason: &str) -> Ungeneratable {
        self.refuse(Why::Pattern { pattern: pattern.to_owned(), reason: reason.to_owned() })
    }

    /// Text in which the pattern is found, its repetitions going so far.
    pub(super) fn matching(&mut self, pattern: &str, reach: usize) -> Result<String, Ungeneratable> {
        let text = self.known.text(pattern).map_err(|reason| self.no_pattern(pattern, reason))?;
        Ok(text.make(&mut self.dice, reach))
    }

    /// Text made of one pattern that has the others, the format and the length by chance.
    fn of_patterns(
        &mut self,
        patterns: &[&str],
        format: Option<&str>,
        lengths: Lengths,
    ) -> Result<String, Ungeneratable> {
        let mut reach = REACH.0;
        for attempt in 0..TRIES {
            let Some(pattern) = patterns.get(attempt % patterns.len().max(1)) else { break };
            // A format may have what a pattern only allows.
            let text = match format.filter(|_| attempt % 4 == 3) {
                Some(format) => self.formatted(format),
                None => self.matching(pattern, reach)?,
            };
            let length = text.chars().count();
            if length < lengths.shortest {
                reach = (reach * 2).min(REACH.1);
            } else if length > lengths.longest {
                reach = (reach / 2).max(1);
            }
            let keeps_format = || format.is_none_or(|format| has_format(format, &text));
            let keeps = patterns.iter().all(|pattern| pattern::matches(pattern, &text)) && keeps_format();
            if keeps && self.fits(&text, lengths) {
                return Ok(text);
            }
        }
        Err(self.refuse(Why::Rejected))
    }

    fn of_format(&mut self, format: &str, lengths: Lengths) -> Result<String, Ungeneratable> {
        for _ in 0..TRIES {
            let text = self.formatted(format);
            if self.fits(&text, lengths) {
                return Ok(text);
            }
        }
        let stretched = self.stretched(format, lengths);
        stretched.filter(|text| has_format(format, text)).ok_or_else(|| self.refuse(Why::Rejected))
    }

    /// A text of that format, filled up to a length that chance does not reach.
    fn stretched(&mut self, format: &str, lengths: Lengths) -> Option<String> {
        let text = self.formatted(format);
        let lacking = lengths.shortest.checked_sub(text.chars().count())?;
        let filling: String = WORDS.iter().cycle().flat_map(|word| word.chars()).take(lacking).collect();
        Some(if format.contains("email") { format!("{filling}{text}") } else { format!("{text}{filling}") })
    }

    fn fits(&self, text: &str, lengths: Lengths) -> bool {
        (lengths.shortest..=lengths.longest).contains(&text.chars().count()) && can_carry(self.alphabet, text)
    }

    /// Text of which only the length matters.
    fn free_text(&mut self, lengths: Lengths) -> String {
        let shortest = if self.alphabet == Alphabet::Path { lengths.shortest.max(1) } else { lengths.shortest };
        fit(self.any_text(), shortest, lengths.longest.max(shortest))
    }

    /// Any text.
    pub(super) fn any_text(&mut self) -> String {
        match (self.extent, self.alphabet) {
            (_, Alphabet::Path) => self.words(1, 3, "-"),
            (Extent::Least, _) => self.word().to_owned(),
            (Extent::Most, _) | (Extent::Free, Alphabet::Header) => self.words(2, 6, " "),
            (Extent::Free, _) => match self.dice.below(10) {
                0..=5 => self.words(1, 8, " "),
                6..=8 => format!("{}{}", self.words(0, 2, " "), self.odd()),
                _ => self.words(40, 80, " "),
            },
        }
    }

    fn odd(&mut self) -> &'static str {
        let can = |odd: &&Odd| self.alphabet == Alphabet::Json || odd.name != "nul";
        let total = ODD.iter().filter(can).map(|odd| odd.weight).sum();
        let mut drawn = self.dice.below(total);
        let kind = ODD.iter().filter(|odd| self.alphabet == Alphabet::Json || odd.name != "nul").find(|odd| {
            let here = drawn < odd.weight;
            drawn = drawn.saturating_sub(odd.weight);
            here
        });
        kind.and_then(|kind| self.dice.pick(kind.texts).copied()).unwrap_or_default()
    }

    /// One plain word.
    pub(super) fn word(&mut self) -> &'static str {
        self.dice.pick(&WORDS).copied().unwrap_or_default()
    }

    fn words(&mut self, fewest: usize, most: usize, between: &str) -> String {
        let count = self.dice.among(fewest, most);
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(between)
    }

    /// The value of a member or item that can be any text.
    pub(super) fn formatted(&mut self, format: &str) -> String {
        super::format::text(format, &mut self.dice).unwrap_or_default()
    }
}

fn is_known(format: &str) -> bool {
    super::format::NAMES.contains(&format)
}

/// Cuts or fills up to a length in characters.
fn fit(text: String, shortest: usize, longest: usize) -> String {
    let length = text.chars().count();
    if length > longest {
        return text.chars().take(longest).collect();
    }
    if length >= shortest {
        return text;
    }
    let filling = WORDS.iter().cycle().flat_map(|word| word.chars());
    text.chars().chain(filling).take(shortest).collect()
}

fn can_carry(alphabet: Alphabet, text: &str) -> bool {
    match alphabet {
        Alphabet::Json => true,
        Alphabet::Any => !text.contains('\0'),
        Alphabet::Header => text.chars().all(|c| (' '..='~').contains(&c)) && text.trim() == text,
        Alphabet::Path => !text.is_empty() && !text.contains(['/', '\0', '\\']) && text != "." && text != "..",
    }
}

/// Whether a JSON value has text that cannot stand in a header or a path.
pub(super) fn can_carry_all(alphabet: Alphabet, value: &Value) -> bool {
    match value {
        Value::String(text) => can_carry(alphabet, text),
        Value::Array(items) => items.iter().all(|item| can_carry_all(alphabet, item)),
        Value::Object(members) => members.values().all(|member| can_carry_all(alphabet, member)),
        _ => true,
    }
}
