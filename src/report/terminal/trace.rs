//! A stream as a numbered trace: when each item came, how long it is, what it is, and how it ended.

use std::io;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::report::layout::{Align, pad, wrap};
use crate::report::safe;
use crate::report::style::{Palette, paint};
use crate::report::told::ended;
use crate::report::words;
use crate::run::{ShownRow, ShownStream};

/// Columns of the number, the mark before it included.
const NUMBER: usize = 9;
/// Columns of a time.
const TIME: usize = 9;
/// Columns of a length.
const LENGTH: usize = 9;
/// Most columns of a kind.
const KIND: usize = 24;
/// Columns between length, kind and data.
const GAPS: usize = 4;
/// Least columns of data.
const DATA: usize = 20;

/// Prints the trace, the marked item in `style`.
///
/// # Errors
/// When `out` fails.
pub fn print_trace(
    out: &mut dyn io::Write,
    palette: &Palette,
    style: Style,
    width: usize,
    stream: &ShownStream,
) -> io::Result<()> {
    let kinds = stream.rows.iter().map(|row| safe::text(row.kind.as_deref().unwrap_or_default()).width());
    let room = width.saturating_sub(NUMBER + TIME + LENGTH + GAPS + DATA);
    let kinds = kinds.max().unwrap_or_default().min(KIND).min(room);
    let mut last = 0;
    for row in &stream.rows {
        skipped(out, palette, row.number - last - 1)?;
        print_row(out, palette, style, width, row, kinds)?;
        last = row.number;
    }
    skipped(out, palette, stream.total.saturating_sub(last))?;
    let lines = wrap(&ended(stream), width.saturating_sub(NUMBER).max(20));
    lines.iter().try_for_each(|line| writeln!(out, "{}{}", " ".repeat(NUMBER), paint(palette.dim, line)))
}

fn print_row(
    out: &mut dyn io::Write,
    palette: &Palette,
    style: Style,
    width: usize,
    row: &ShownRow,
    kinds: usize,
) -> io::Result<()> {
    let mark = if row.marked { "> " } else { "" };
    let number = pad(&format!("{mark}#{}", row.number), NUMBER - 1, Align::Right);
    let time = pad(&words::duration(row.at), TIME, Align::Right);
    let length = pad(&format!("{} B", row.bytes), LENGTH, Align::Right);
    let kind = safe::fitted(row.kind.as_deref().unwrap_or_default(), kinds);
    let kind = if kinds > 0 { pad(&kind, kinds + 2, Align::Left) } else { String::new() };
    let used = NUMBER + TIME + LENGTH + 2 + kind.width();
    let data = safe::fitted(&row.data, width.saturating_sub(used).max(DATA));
    let style = if row.marked { style } else { Style::new() };
    let times = paint(palette.dim, format!("{time}{length}"));
    writeln!(out, "{} {times}  {}", paint(style, number), paint(style, format!("{kind}{data}")))
}

fn skipped(out: &mut dyn io::Write, palette: &Palette, number: usize) -> io::Result<()> {
    if number == 0 {
        return Ok(());
    }
    let text = format!("… {} more", number);
    writeln!(out, "{}{}", " ".repeat(NUMBER), paint(palette.dim, text))
}
