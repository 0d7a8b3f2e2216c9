//! Tables whose columns line up.

use std::borrow::Cow;
use std::io;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::layout::{Align, pad};
use super::style::{Palette, paint};

/// Columns are this far apart.
const GAP: &str = "  ";

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    /// What stands above it. It must be safe.
    pub head: Cow<'static, str>,
    /// On which side its cells stand.
    pub align: Align,
    /// What it shares with its neighbours, written above their heads; empty for nothing.
    pub group: &'static str,
    /// Whether it may be left out where the table is too wide; those furthest right go first.
    pub optional: bool,
}

impl Column {
    /// A column of words.
    pub fn words(head: impl Into<Cow<'static, str>>) -> Self {
        Column { head: head.into(), align: Align::Left, group: "", optional: false }
    }

    /// A column of numbers.
    pub fn numbers(head: impl Into<Cow<'static, str>>) -> Self {
        Column { align: Align::Right, ..Column::words(head) }
    }

    /// The same column, left out where space is short.
    pub fn optional(self) -> Self {
        Column { optional: true, ..self }
    }

    /// The same column in a group.
    pub fn of(self, group: &'static str) -> Self {
        Column { group, ..self }
    }
}

/// One cell. Its text must be safe.
#[derive(Debug, Clone)]
pub struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A cell in a style.
    pub fn new(text: impl Into<String>, style: Style) -> Self {
        Cell { text: text.into(), style }
    }

    /// A cell in the terminal's own style.
    pub fn plain(text: impl Into<String>) -> Self {
        Cell::new(text, Style::new())
    }
}

/// A table under construction.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: impl Into<Vec<Column>>) -> Self {
        Table { columns: columns.into(), rows: Vec::new() }
    }

    /// Adds a row. Cells that are missing are empty, and those without a column are not shown.
    pub fn row(&mut self, cells: impl Into<Vec<Cell>>) {
        let mut cells = cells.into();
        cells.resize_with(self.columns.len(), || Cell::plain(""));
        self.rows.push(cells);
    }

    /// Prints the head and all rows. Columns that do not fit follow below, beside the first column.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn print(&self, out: &mut dyn io::Write, palette: &Palette, width: usize) -> io::Result<()> {
        for (index, band) in bands(&self.shown(width), width).iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            self.print_band(out, palette, band)?;
        }
        Ok(())
    }

    fn print_band(&self, out: &mut dyn io::Write, palette: &Palette, shown: &[Shown]) -> io::Result<()> {
        let groups = groups(shown);
        if !groups.trim().is_empty() {
            writeln!(out, "{}", paint(palette.dim, groups.trim_end()))?;
        }
        let head = shown.iter().map(|column| (*column, self.columns[column.index].head.as_ref(), palette.dim));
        print_line(out, head)?;
        for row in &self.rows {
            print_line(
                out,
                shown.iter().map(|column| (*column, row[column.index].text.as_str(), row[column.index].style)),
            )?;
        }
        Ok(())
    }

    /// The columns that fit, with their widths.
    fn shown(&self, width: usize) -> Vec<Shown> {
        let mut shown: Vec<_> =
            self.columns.iter().enumerate().map(|(index, column)| self.measure(index, column)).collect();
        while total(&shown) > width {
            let Some(last) = shown.iter().rposition(|column| column.optional) else { break };
            shown.remove(last);
        }
        shown
    }

    fn measure(&self, index: usize, column: &Column) -> Shown {
        let cells = self.rows.iter().map(|row| row[index].text.width());
        let width = cells.chain([column.head.width()]).max().unwrap_or(0);
        Shown { index, width, align: column.align, group: column.group, optional: column.optional }
    }
}

/// A column as it is printed.
#[derive(Debug, Clone, Copy)]
struct Shown {
    index: usize,
    width: usize,
    align: Align,
    group: &'static str,
    optional: bool,
}

/// Columns that a line of these takes.
fn total(shown: &[Shown]) -> usize {
    (shown.iter().map(|column| column.width + GAP.len()).sum::<usize>()).saturating_sub(GAP.len())
}

/// The columns in tables of at most `width` columns, each of which begins with the first. A group stays together
/// where it fits.
fn bands(shown: &[Shown], width: usize) -> Vec<Vec<Shown>> {
    let Some((first, rest)) = shown.split_first() else { return Vec::new() };
    let mut bands = Vec::new();
    let mut band = vec![*first];
    for group in rest.chunk_by(|left, right| !left.group.is_empty() && left.group == right.group) {
        let parts = if total(&[&[*first], group].concat()) <= width { vec![group] } else { group.chunks(1).collect() };
        for part in parts {
            if band.len() > 1 && total(&[&band, part].concat()) > width {
                bands.push(std::mem::replace(&mut band, vec![*first]));
            }
            band.extend(part);
        }
    }
    bands.push(band);
    bands
}

/// The line above the heads: each group's name in the middle of a rule over its columns.
fn groups(shown: &[Shown]) -> String {
    let spans = shown.chunk_by(|left, right| left.group == right.group).map(|span| {
        let width = span.iter().map(|column| column.width).sum::<usize>() + GAP.len() * (span.len() - 1);
        let name = match span.first().map_or("", |column| column.group) {
            "" => String::new(),
            name => format!(" {name} "),
        };
        let rule = if name.is_empty() { " " } else { "─" };
        let left = width.saturating_sub(name.width()) / 2;
        let right = width.saturating_sub(name.width() + left);
        format!("{}{name}{}", rule.repeat(left), rule.repeat(right))
    });
    spans.collect::<Vec<_>>().join(GAP)
}

fn print_line<'a>(out: &mut dyn io::Write, cells: impl Iterator<Item = (Shown, &'a str, Style)>) -> io::Result<()> {
    let mut cells = cells.peekable();
    while let Some((column, text, style)) = cells.next() {
        let last = cells.peek().is_none();
        // Spaces at the end of a line only get in the way of whoever copies it.
        let width = if last && column.align == Align::Left { 0 } else { column.width };
        out.write_all(paint(style, pad(text, width, column.align)).as_bytes())?;
        out.write_all(if last { b"\n" } else { GAP.as_bytes() })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(width: usize) -> String {
        let mut table =
            Table::new([Column::words("target"), Column::numbers("requests"), Column::numbers("time").optional()]);
        table.row([Cell::plain("agntix"), Cell::plain("7"), Cell::plain("12 ms")]);
        table.row([Cell::plain("日本"), Cell::plain("12345"), Cell::plain("1.20 s")]);
        let mut out = Vec::new();
        table.print(&mut out, &Palette::default(), width).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn words_stand_left_and_numbers_right() {
        assert_eq!(printed(80), "target  requests    time\nagntix         7   12 ms\n日本       12345  1.20 s\n");
    }

    #[test]
    fn a_group_stands_above_its_columns() {
        let columns =
            [Column::words("target"), Column::numbers("kept").of("promises"), Column::numbers("broken").of("promises")];
        let mut out = Vec::new();
        Table::new(columns).print(&mut out, &Palette::default(), 80).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "        ─ promises ─\ntarget  kept  broken\n");
    }

    #[test]
    fn columns_that_do_not_fit_follow_below_and_a_group_stays_together() {
        let columns = [
            Column::words("target"),
            Column::words("verdict"),
            Column::numbers("kept").of("promises"),
            Column::numbers("broken").of("promises"),
        ];
        let mut table = Table::new(columns);
        table.row(["agntix", "conformant", "7", "0"].map(Cell::plain));
        let printed = |width| {
            let mut out = Vec::new();
            table.print(&mut out, &Palette::default(), width).unwrap();
            String::from_utf8(out).unwrap()
        };
        insta::assert_snapshot!(printed(24), @r"
        target  verdict
        agntix  conformant

                ─ promises ─
        target  kept  broken
        agntix     7       0
        ");
        assert_eq!(printed(32).lines().count(), 3);
        assert_eq!(printed(0).lines().filter(|line| line.starts_with("target")).count(), 3);
    }

    #[test]
    fn an_optional_column_gives_way_where_space_is_short() {
        assert_eq!(printed(20), "target  requests\nagntix         7\n日本       12345\n");
    }
}
