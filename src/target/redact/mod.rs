//! Finding secrets in what came back or is written down, in whatever form they are there.
//!
//! A secret is found as it is and in any case, percent-encoded, with the escapes of JSON, in base64 (alone or
//! inside a longer text), by each half of a pair, at a cut by its beginning, and in the pieces of a stream.

mod joined;
mod needle;
mod view;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};
use bytes::Bytes;

use self::joined::Joined;
use self::needle::{Needle, SHORT};
use self::view::{Escape, View};
use super::Secret;

/// Shortest beginning of a secret that is looked for where a text was cut.
const SHORTEST_CUT: usize = 8;
/// What stands where a text was cut.
const CUTS: [&[u8]; 2] = ["…".as_bytes(), b"..."];
/// How many escapes may be inside one another: JSON in JSON, a percent-encoded URL in JSON.
const DEEPEST: usize = 2;

/// Where a text may end before its time, so that the beginning of a secret shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Nowhere: its marks of a cut are its own words.
    Never,
    /// Where it says so.
    Marked,
    /// There, and at its end.
    AtEnd,
}

/// How much of a secret shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The first half of a pair: a user name, or a public key.
    First,
    /// Another half of a pair.
    Rest,
}

/// How a secret is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretForm {
    /// As it is.
    Verbatim,
    /// In upper, lower or mixed case.
    OtherCase,
    /// Percent-encoded, wholly or in part.
    Percent,
    /// With the escapes of a JSON string.
    Json,
    /// In base64.
    Base64,
    /// Cut: its beginning alone.
    Cut,
}

/// A place where a secret shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting<'a> {
    /// The bytes that show it.
    pub range: Range<usize>,
    /// The secret's name.
    pub name: &'a str,
    /// How much of it shows.
    pub part: Part,
    /// How it is written.
    pub form: SecretForm,
}

/// Finds secrets, and takes them out. Secrets of less than six characters are found only as they are, as words of
/// their own: in another form they would stand in ordinary text by chance.
pub struct Redactor {
    needles: Vec<Needle>,
    short: Vec<Needle>,
    automaton: AhoCorasick,
}

impl Redactor {
    /// A redactor for these secrets and every half of them.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        Redactor::of(Vec::new(), Vec::new(), secrets)
    }

    /// A redactor for these secrets, too.
    pub fn with<'a>(&self, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        Redactor::of(self.needles.clone(), self.short.clone(), secrets)
    }

    fn of<'a>(mut needles: Vec<Needle>, mut short: Vec<Needle>, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let parts = secrets.into_iter().flat_map(|secret| needle::parts(&secret.shared_name(), secret.reveal()));
        let (short_parts, long): (Vec<_>, Vec<_>) = parts.partition(|part| part.text.len() < SHORT);
        short.extend(short_parts);
        needles.extend(long.into_iter().flat_map(needle::in_all_forms));
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(needles.iter().map(|needle| &needle.text))
            .expect("an automaton has room for 2^31 states, and credentials are short");
        Redactor { needles, short, automaton }
    }

    /// Every place where a secret shows, in their order, none over another. `is_cut` says that the bytes go on
    /// where they were not kept.
    pub fn find(&self, bytes: &[u8], is_cut: bool) -> Vec<Sighting<'_>> {
        self.find_with(bytes, if is_cut { Cut::AtEnd } else { Cut::Marked })
    }

    /// Text with `${NAME}` in place of every secret.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.shown(text, Cut::Marked)
    }

    /// The same of a sentence that others wrote: `pk_live_…` is how a document says what keys look like.
    pub fn quote<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.shown(text, Cut::Never)
    }

    fn find_with(&self, bytes: &[u8], cut: Cut) -> Vec<Sighting<'_>> {
        let mut found = self.short_words(bytes);
        self.search(bytes, None, cut, 0, &mut found);
        found.extend(self.in_pieces(bytes));
        merged(found)
    }

    /// Every piece of a secret that a stream gives in several: one event has its beginning, and the next its end.
    pub fn in_pieces(&self, stream: &[u8]) -> Vec<Sighting<'_>> {
        let mut pieces = Vec::new();
        for text in Joined::of(stream) {
            let mut found = Vec::new();
            self.search(&text.bytes, None, Cut::Never, 0, &mut found);
            for sighting in merged(found) {
                let ranges = text.split(sighting.range.clone()).into_iter();
                pieces.extend(ranges.map(|range| Sighting { range, ..sighting.clone() }));
            }
        }
        pieces
    }

    fn shown<'t>(&self, text: &'t str, cut: Cut) -> Cow<'t, str> {
        let found = self.find_with(text.as_bytes(), cut);
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut shown, mut rest) = (Vec::new(), 0);
        for Sighting { range, name, .. } in found {
            shown.extend_from_slice(&text.as_bytes()[rest..range.start]);
            shown.extend_from_slice(format!("${{{name}}}").as_bytes());
            rest = range.end;
        }
        shown.extend_from_slice(&text.as_bytes()[rest..]);
        Cow::Owned(String::from_utf8_lossy(&shown).into_owned())
    }

    /// Bytes with an asterisk in place of every byte of a secret, so that offsets stay true.
    pub fn bytes(&self, bytes: &Bytes, is_cut: bool) -> Bytes {
        let mut hidden = bytes.clone();
        loop {
            let found = self.find(&hidden, is_cut);
            if found.is_empty() {
                return hidden;
            }
            let mut more = hidden.to_vec();
            found.into_iter().for_each(|sighting| more[sighting.range].fill(b'*'));
            // What is hidden may end a word, so that a short part of a secret beside it stands alone now. Only a secret
            // of asterisks is found for ever.
            if more == hidden {
                return hidden;
            }
            hidden = more.into();
        }
    }

    /// Searches bytes as they are, and then with their escapes undone.
    fn search<'s>(
        &'s self,
        bytes: &[u8],
        undone: Option<Escape>,
        cut: Cut,
        depth: usize,
        found: &mut Vec<Sighting<'s>>,
    ) {
        found.extend(self.automaton.find_iter(bytes).filter_map(|hit| {
            let needle = self.needles.get(hit.pattern().as_usize())?;
            let range = widened(needle, bytes, hit.range());
            Some(needle.seen(range, form(needle, undone, &bytes[hit.range()])))
        }));
        found.extend(cuts(bytes, cut).filter_map(|end| self.beginning(bytes, end)));
        if depth == DEEPEST {
            return;
        }
        for escape in Escape::ALL {
            let Some(view) = View::of(bytes, escape) else { continue };
            let from = found.len();
            self.search(&view.bytes, undone.or(Some(escape)), cut, depth + 1, found);
            found[from..].iter_mut().for_each(|sighting| sighting.range = view.source(sighting.range.clone()));
        }
    }

    /// The longest beginning of a secret that stands before a cut.
    fn beginning(&self, bytes: &[u8], end: usize) -> Option<Sighting<'_>> {
        let end = before_broken_escape(&bytes[..end]);
        let before = &bytes[..end];
        let beginning = |needle: &Needle| {
            let longest = needle.text.len().min(end);
            let lengths = (SHORTEST_CUT..=longest).rev();
            lengths
                .into_iter()
                .find(|length| before[end - length..].eq_ignore_ascii_case(&needle.text.as_bytes()[..*length]))
        };
        let longest = self.needles.iter().filter_map(|needle| Some((beginning(needle)?, needle)));
        let (length, needle) = longest.max_by_key(|(length, _)| *length)?;
        Some(needle.seen(widened(needle, bytes, end - length..end), SecretForm::Cut))
    }

    fn short_words(&self, bytes: &[u8]) -> Vec<Sighting<'_>> {
        let is_word = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        let mut found = Vec::new();
        for needle in &self.short {
            let length = needle.text.len();
            let starts = memchr::memmem::find_iter(bytes, needle.text.as_bytes());
            let starts = starts.filter(|start| !start.checked_sub(1).is_some_and(is_word) && !is_word(start + length));
            found.extend(starts.map(|start| needle.seen(start..start + length, SecretForm::Verbatim)));
        }
        found
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<&str> = self.needles.iter().chain(&self.short).map(|needle| &*needle.name).collect();
        names.dedup();
        f.debug_struct("Redactor").field("secrets", &names).finish()
    }
}

impl Needle {
    fn seen(&self, range: Range<usize>, form: SecretForm) -> Sighting<'_> {
        Sighting { range, name: &self.name, part: self.part, form }
    }
}

fn form(needle: &Needle, undone: Option<Escape>, seen: &[u8]) -> SecretForm {
    match undone {
        _ if needle.base64.is_some() => SecretForm::Base64,
        Some(Escape::Percent) => SecretForm::Percent,
        Some(Escape::Json) => SecretForm::Json,
        None if seen == needle.text.as_bytes() => SecretForm::Verbatim,
        None => SecretForm::OtherCase,
    }
}

/// The range with the characters of base64 that hold a few bits of the secret.
fn widened(needle: &Needle, bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let Some((before, after)) = needle.base64 else { return range };
    let holds_bits =
        |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte));
    let start = range.start.checked_sub(1).filter(|at| before && holds_bits(*at)).unwrap_or(range.start);
    let end = if after && holds_bits(range.end) { range.end + 1 } else { range.end };
    start..end
}

/// Where a text ends before its time.
fn cuts(bytes: &[u8], cut: Cut) -> impl Iterator<Item = usize> {
    let marks = if cut == Cut::Never { &[] } else { &CUTS[..] };
    let marked = marks.iter().flat_map(|mark| memchr::memmem::find_iter(bytes, *mark));
    marked.chain((cut == Cut::AtEnd).then_some(bytes.len()))
}

/// The end of the bytes without an escape that was cut in two.
fn before_broken_escape(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(Escape::LONGEST - 1);
    let is_mark = |byte: &u8| Escape::ALL.iter().any(|escape| escape.mark() == *byte);
    bytes[tail..].iter().position(is_mark).map_or(bytes.len(), |at| tail + at)
}

/// Sightings in their order; those over one another become one, with the word of the longest.
fn merged(mut found: Vec<Sighting<'_>>) -> Vec<Sighting<'_>> {
    found.sort_by_key(|sighting| (sighting.range.start, std::cmp::Reverse(sighting.range.end)));
    let mut merged: Vec<Sighting<'_>> = Vec::new();
    for next in found {
        match merged.last_mut() {
            Some(last) if next.range.start < last.range.end => {
                let whole = last.range.start..last.range.end.max(next.range.end);
                if next.range.len() > last.range.len() {
                    *last = next;
                }
                last.range = whole;
            }
            _ => merged.push(next),
        }
    }
    merged
}

#[cfg(test)]
mod tests;
