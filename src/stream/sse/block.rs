//! The block between two blank lines, and what is remarkable in it.

use memchr::{memchr, memchr2, memmem};

use super::line::{Field, Line, Spacing};
use crate::stream::marks::{MarkKind, Marks};

/// Longest line that clients with a fixed buffer take.
const LONG_LINE: usize = 64 * 1024;

/// What a block has gathered so far.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Offset of its first line.
    pub(super) start: Option<usize>,
    /// Values of its `data` lines, an LF after each.
    pub(super) data: Vec<u8>,
    /// The value of its last `event`; empty counts as unset.
    pub(super) event: Vec<u8>,
    /// The value of its last `id`.
    pub(super) id: Option<Vec<u8>>,
    /// The value of its last `retry`.
    pub(super) retry: Option<u64>,
    data_lines: usize,
    events: usize,
    ids: usize,
    retries: usize,
    ignored: usize,
}

/// One line and its place.
pub(super) struct Place<'a> {
    pub(super) line: &'a [u8],
    pub(super) byte: usize,
    /// Number of the item that the block will be.
    pub(super) item: usize,
}

impl Block {
    /// Whether it holds more than comments.
    pub(super) fn has_fields(&self) -> bool {
        self.data_lines + self.events + self.ids + self.retries + self.ignored > 0
    }

    /// Takes a line in.
    pub(super) fn add(&mut self, place: &Place<'_>, parsed: &Line<'_>, marks: &mut Marks) {
        if place.line.len() > LONG_LINE {
            marks.add(MarkKind::LongLine, place.byte, place.item, place.line);
        }
        match *parsed {
            Line::Blank => return,
            Line::Comment => marks.add(MarkKind::Comment, place.byte, place.item, place.line),
            Line::Ignored(kind) => {
                self.ignored += 1;
                marks.add(kind, place.byte, place.item, place.line);
            }
            Line::Field { field, value, spacing } => {
                mark_spacing(place, spacing, marks);
                mark_characters(place, field, value, marks);
                self.field(place, field, value, marks);
            }
        }
        self.start.get_or_insert(place.byte);
    }

    fn field(&mut self, place: &Place<'_>, field: Field, value: &[u8], marks: &mut Marks) {
        match field {
            Field::Data => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
                self.data_lines += 1;
                if self.data_lines == 2 {
                    marks.add(MarkKind::MultiLineData, place.byte, place.item, place.line);
                }
            }
            Field::Event => {
                self.event = value.to_vec();
                self.events += 1;
                if self.events > 1 {
                    marks.add(MarkKind::RepeatedEvent, place.byte, place.item, place.line);
                }
            }
            Field::Id => self.id(place, value, marks),
            Field::Retry => {
                self.retries += 1;
                match digits(value) {
                    Some(milliseconds) => self.retry = Some(milliseconds),
                    None => marks.add(MarkKind::RetryNotDigits, place.byte, place.item, place.line),
                }
            }
        }
    }

    fn id(&mut self, place: &Place<'_>, value: &[u8], marks: &mut Marks) {
        self.ids += 1;
        if self.ids > 1 {
            marks.add(MarkKind::RepeatedId, place.byte, place.item, place.line);
        }
        match memchr(0, value) {
            Some(_) => marks.add(MarkKind::IdWithNul, place.byte, place.item, place.line),
            None => self.id = Some(value.to_vec()),
        }
    }

    /// Marks a block that a blank line ended and that has no data to dispatch.
    pub(super) fn mark_undelivered(&self, item: usize, marks: &mut Marks) {
        let start = self.start.unwrap_or_default();
        if !self.event.is_empty() {
            marks.add(MarkKind::EventWithoutData, start, item, &self.event);
        } else if self.ids + self.retries + self.events > 0 {
            marks.add(MarkKind::BlockWithoutData, start, item, b"");
        }
    }
}

/// A run of ASCII digits as a number; one too large for any clock is the largest.
fn digits(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = |sum: u64, digit: &u8| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    Some(value.iter().fold(0, number))
}

fn mark_spacing(place: &Place<'_>, spacing: Spacing, marks: &mut Marks) {
    match spacing {
        Spacing::Usual => {}
        Spacing::Missing => marks.add(MarkKind::NoSpace, place.byte, place.item, place.line),
        Spacing::Extra => marks.add(MarkKind::ExtraSpace, place.byte, place.item, place.line),
    }
}

fn mark_characters(place: &Place<'_>, field: Field, value: &[u8], marks: &mut Marks) {
    let start = place.byte + (place.line.len() - value.len());
    // An id with NUL is a fact of its own.
    if let Some(at) = memchr(0, value).filter(|_| field != Field::Id) {
        marks.add(MarkKind::Nul, start + at, place.item, place.line);
    }
    if let Some(at) = line_separator(value) {
        marks.add(MarkKind::LineSeparator, start + at, place.item, place.line);
    }
}

/// Where a client that splits by Unicode's line ends would cut.
fn line_separator(value: &[u8]) -> Option<usize> {
    let ascii = memchr2(0x0b, 0x0c, value);
    if value.is_ascii() {
        return ascii;
    }
    let wide = ["\u{85}", "\u{2028}", "\u{2029}"].iter().filter_map(|c| memmem::find(value, c.as_bytes()));
    wide.chain(ascii).min()
}
