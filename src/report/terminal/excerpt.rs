//! The part of a body around a finding, with the offending bytes marked.

use std::io;
use std::ops::Range;
use std::time::Duration;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::locate::{line_end, line_start};
use crate::report::layout::{Align, pad};
use crate::report::safe::{Glyph, glyphs};
use crate::report::style::{Palette, paint};
use crate::report::words;
use crate::send::{Answer, Piece};

/// Lines shown before the one that is marked, and after it.
const LINES_BEFORE: usize = 4;
const LINES_AFTER: usize = 1;
/// Columns left of the bytes, and what arrival times add to them.
const GUTTER: usize = 14;
const TIMES: usize = 10;
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

/// The part of one line that fits on the screen.
struct Row {
    bytes: Range<usize>,
    glyphs: Vec<Glyph>,
    cut_before: bool,
    cut_after: bool,
}

impl<'a> Excerpt<'a> {
    /// An excerpt of the answer's body around these bytes, which lie within it.
    pub fn new(answer: &'a Answer, mark: Range<usize>) -> Self {
        let pieces = if answer.pieces.len() > 1 { answer.pieces.as_slice() } else { &[] };
        Excerpt { body: &answer.body, pieces, mark }
    }

    /// Prints the lines and, under the marked one, carets in `style`.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn print(&self, out: &mut dyn io::Write, palette: &Palette, style: Style, width: usize) -> io::Result<()> {
        let columns = width.saturating_sub(self.gutter("", None).width() + 3).max(20);
        let marked = self.marked_line();
        for line in self.lines_before(marked.start) {
            self.print_row(out, palette, &Row::from_start(self.body, line, columns))?;
        }
        let row = Row::around(self.body, marked.clone(), self.mark.clone(), columns);
        self.print_row(out, palette, &row)?;
        let note = if self.mark.start == self.body.len() { " the body ends here" } else { "" };
        let (before, carets) = row.carets(&self.mark);
        let carets = paint(style, format!("{}{note}", "^".repeat(carets)));
        writeln!(out, "{} {}{carets}", paint(palette.dim, self.gutter("", None)), " ".repeat(before))?;
        for line in self.lines_after(marked.end) {
            self.print_row(out, palette, &Row::from_start(self.body, line, columns))?;
        }
        Ok(())
    }

    fn print_row(&self, out: &mut dyn io::Write, palette: &Palette, row: &Row) -> io::Result<()> {
        let start = row.bytes.start;
        let gutter = self.gutter(&start.to_string(), self.arrived(start));
        writeln!(out, "{} {}", paint(palette.dim, gutter), row.text(palette))
    }

    /// Offset, time of arrival where times say something, and the bar between them and the bytes.
    fn gutter(&self, offset: &str, arrived: Option<Duration>) -> String {
        let mut gutter = pad(offset, GUTTER - 2, Align::Right);
        if !self.pieces.is_empty() {
            let time = arrived.map(words::duration).unwrap_or_default();
            gutter.push_str(&pad(&time, TIMES, Align::Right));
        }
        gutter + " │"
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
}

impl Row {
    /// As much of the line's start as fits.
    fn from_start(body: &[u8], line: Range<usize>, columns: usize) -> Self {
        Row::around(body, line.clone(), line.start..line.start, columns)
    }

    /// The part of the line around the mark: a third of the columns before it, the rest from it on.
    fn around(body: &[u8], line: Range<usize>, mark: Range<usize>, columns: usize) -> Self {
        let window = columns * BYTES_PER_COLUMN;
        let from = char_start(body, mark.start.saturating_sub(window).max(line.start));
        let to = (mark.start + window).clamp(line.start, line.end);
        let all: Vec<_> = glyphs(&body[from..to]).map(|glyph| glyph.moved(from)).collect();
        let middle = all.partition_point(|glyph| glyph.bytes.end <= mark.start);
        let room = if fits(&all, columns).is_some() { columns } else { columns / 3 };
        let before: Vec<_> = take_columns(all[..middle].iter().rev(), room);
        let used: usize = before.iter().map(|glyph| glyph.columns).sum();
        let after: Vec<_> = take_columns(all[middle..].iter(), columns.saturating_sub(used));
        let glyphs: Vec<_> = before.into_iter().rev().chain(after).cloned().collect();
        let start = glyphs.first().map_or(line.start, |glyph| glyph.bytes.start);
        let end = glyphs.last().map_or(line.end, |glyph| glyph.bytes.end);
        Row { bytes: start..end, glyphs, cut_before: start > line.start, cut_after: end < line.end }
    }

    /// The glyphs, escapes dimmed so that they are not taken for text.
    fn text(&self, palette: &Palette) -> String {
        let mut text = String::new();
        if self.cut_before {
            text.push_str(&paint(palette.dim, "…"));
        }
        for glyph in &self.glyphs {
            let style = if glyph.escaped { palette.dim } else { Style::new() };
            text.push_str(&paint(style, &glyph.text));
        }
        if self.cut_after {
            text.push_str(&paint(palette.dim, "…"));
        }
        text
    }

    /// Columns before the mark, and columns that it takes: at least one.
    fn carets(&self, mark: &Range<usize>) -> (usize, usize) {
        let width = |glyphs: &mut dyn Iterator<Item = &Glyph>| glyphs.map(|glyph| glyph.columns).sum::<usize>();
        let before = width(&mut self.glyphs.iter().filter(|glyph| glyph.bytes.end <= mark.start));
        let within = width(
            &mut self
                .glyphs
                .iter()
                .filter(|glyph| glyph.bytes.end > mark.start && glyph.bytes.start < mark.end.max(mark.start + 1)),
        );
        (before + usize::from(self.cut_before), within.max(1))
    }
}

/// All glyphs' columns, where they are no more than `columns`.
fn fits(glyphs: &[Glyph], columns: usize) -> Option<usize> {
    let total = glyphs.iter().map(|glyph| glyph.columns).sum();
    (total <= columns).then_some(total)
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn drawn(body: &[u8], mark: Range<usize>, width: usize) -> String {
        let answer = Answer::whole(200, Vec::new(), Bytes::copy_from_slice(body));
        let mut out = Vec::new();
        Excerpt::new(&answer, mark).print(&mut out, &Palette::default(), Style::new(), width).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.lines().map(|line| format!("{}\n", line[8..].trim_end())).collect()
    }

    #[test]
    fn carets_stand_under_the_bytes_as_they_are_shown() {
        insta::assert_snapshot!(drawn("é\t日本\u{1b}[0m ok\n".as_bytes(), 9..10, 80), @r"
           0 │ é\t日本\u{1b}[0m ok\n
             │        ^^^^^^
        ");
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let body = format!("{}X{}", "é".repeat(5000), "b".repeat(5000));
        insta::assert_snapshot!(drawn(body.as_bytes(), 10_000..10_001, 60), @r"
        9972 │ …ééééééééééééééXbbbbbbbbbbbbbbbbbbbbbbbbbbbb…
             │                ^
        ");
    }

    #[test]
    fn the_end_of_a_body_has_a_place_of_its_own() {
        insta::assert_snapshot!(drawn(b"data: 1\n\n", 9..9, 60), @r"
           0 │ data: 1\n
           8 │ \n
             │   ^ the body ends here
        ");
        insta::assert_snapshot!(drawn(b"", 0..0, 60), @r"
           0 │
             │ ^ the body ends here
        ");
    }

    #[test]
    fn any_mark_in_any_bytes_is_drawn() {
        let body: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        for start in 0..=body.len() {
            for width in [0, 30, 100] {
                assert!(drawn(&body, start..body.len(), width).contains('^'));
            }
        }
    }
}
