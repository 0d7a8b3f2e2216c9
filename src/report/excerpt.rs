//! The part of a body around a finding: a few lines, the offending bytes among them.

use std::ops::Range;
use std::time::Duration;

use super::locate::{line_end, line_start};
use super::safe::{Glyph, glyphs};
use crate::send::{Answer, Piece};

/// Lines shown before the one that is marked, and after it.
const LINES_BEFORE: usize = 4;
const LINES_AFTER: usize = 1;
/// UTF-8 takes at most this many bytes for a column.
const BYTES_PER_COLUMN: usize = 4;

/// Lines of a body, one of them marked.
#[derive(Debug)]
pub struct Excerpt<'a> {
    body: &'a [u8],
    /// Empty where the body came at once and times would say nothing.
    pieces: &'a [Piece],
    mark: Range<usize>,
}

/// The part of one line of a body that there is room for.
#[derive(Debug)]
pub struct Line {
    /// Where it begins in the body.
    pub start: usize,
    /// When its first byte arrived; `None` where the body came at once.
    pub arrived: Option<Duration>,
    /// What is shown of it.
    pub glyphs: Vec<Glyph>,
    /// Whether something is left out before that.
    pub cut_before: bool,
    /// Whether something is left out after it.
    pub cut_after: bool,
    /// Whether the offending bytes stand in it, or right after it.
    pub is_marked: bool,
}

impl<'a> Excerpt<'a> {
    /// An excerpt of the answer's body around these bytes, which lie within it.
    pub fn new(answer: &'a Answer, mark: Range<usize>) -> Self {
        let pieces = if answer.pieces.len() > 1 { answer.pieces.as_slice() } else { &[] };
        Excerpt { body: &answer.body, pieces, mark }
    }

    /// The offending bytes.
    pub fn mark(&self) -> &Range<usize> {
        &self.mark
    }

    /// Whether the lines have times.
    pub fn is_timed(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// Whether what offends is that the body ends.
    pub fn marks_end(&self) -> bool {
        self.mark.start == self.body.len()
    }

    /// The lines, each of at most `columns` columns, from the first to the last.
    pub fn lines(&self, columns: usize) -> Vec<Line> {
        let marked = self.marked_line();
        let plain = |line: Range<usize>| self.line(line.clone(), line.start..line.start, columns);
        let mut lines: Vec<_> = self.lines_before(marked.start).into_iter().map(plain).collect();
        let around = self.line(marked.clone(), self.mark.clone(), columns);
        lines.push(Line { is_marked: true, ..around });
        lines.extend(self.lines_after(marked.end).into_iter().map(plain));
        lines
    }

    /// When the byte arrived.
    fn arrived(&self, byte: usize) -> Option<Duration> {
        self.pieces.iter().find(|piece| (piece.offset..piece.offset + piece.len).contains(&byte)).map(|piece| piece.at)
    }

    /// The line of the mark; at the very end of a body the last line, so that there is something to see.
    fn marked_line(&self) -> Range<usize> {
        let start = line_start(self.body, self.mark.start);
        let start = if start == self.body.len() { line_start(self.body, start.saturating_sub(1)) } else { start };
        start..line_end(self.body, start)
    }

    fn lines_before(&self, start: usize) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let mut end = start;
        while end > 0 && lines.len() < LINES_BEFORE {
            let start = line_start(self.body, end - 1);
            lines.push(start..end);
            end = start;
        }
        lines.reverse();
        lines
    }

    fn lines_after(&self, end: usize) -> Vec<Range<usize>> {
        let mut lines = Vec::new();
        let mut start = end;
        while start < self.body.len() && lines.len() < LINES_AFTER {
            let end = line_end(self.body, start);
            lines.push(start..end);
            start = end;
        }
        lines
    }

    /// The part of the line around the mark: a third of the columns before it, the rest from it on.
    fn line(&self, line: Range<usize>, mark: Range<usize>, columns: usize) -> Line {
        let window = columns * BYTES_PER_COLUMN;
        let from = char_start(self.body, mark.start.saturating_sub(window).max(line.start));
        let to = (mark.start + window).clamp(line.start, line.end);
        let all: Vec<_> = glyphs(&self.body[from..to]).map(|glyph| glyph.moved(from)).collect();
        let middle = all.partition_point(|glyph| glyph.bytes.end <= mark.start);
        let total: usize = all.iter().map(|glyph| glyph.columns).sum();
        let room = if total <= columns { columns } else { columns / 3 };
        let before: Vec<_> = take_columns(all[..middle].iter().rev(), room);
        let used: usize = before.iter().map(|glyph| glyph.columns).sum();
        let after: Vec<_> = take_columns(all[middle..].iter(), columns.saturating_sub(used));
        let glyphs: Vec<_> = before.into_iter().rev().chain(after).cloned().collect();
        let start = glyphs.first().map_or(line.start, |glyph| glyph.bytes.start);
        let end = glyphs.last().map_or(line.end, |glyph| glyph.bytes.end);
        let (cut_before, cut_after) = (start > line.start, end < line.end);
        Line { start, arrived: self.arrived(start), glyphs, cut_before, cut_after, is_marked: false }
    }
}

/// Whether a part of a body is among the offending bytes; an empty mark takes the byte after it.
pub fn is_within(glyph: &Glyph, mark: &Range<usize>) -> bool {
    glyph.bytes.end > mark.start && glyph.bytes.start < mark.end.max(mark.start + 1)
}

fn take_columns<'g>(glyphs: impl Iterator<Item = &'g Glyph>, columns: usize) -> Vec<&'g Glyph> {
    let mut used = 0;
    glyphs
        .take_while(|glyph| {
            used += glyph.columns;
            used <= columns
        })
        .collect()
}

/// The start of the character that the byte belongs to; the byte itself where it belongs to none.
fn char_start(body: &[u8], byte: usize) -> usize {
    let continues = |at: usize| body.get(at).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000);
    (byte.saturating_sub(3)..=byte).rev().find(|at| !continues(*at)).unwrap_or(byte)
}
