//! An excerpt of a body with carets under the offending bytes.

use std::io;
use std::ops::Range;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::report::excerpt::{Excerpt, Line, is_within};
use crate::report::layout::{Align, pad};
use crate::report::safe::Glyph;
use crate::report::style::{Palette, paint};
use crate::report::words;

/// Columns left of the bytes, and what arrival times add to them.
const GUTTER: usize = 14;
const TIMES: usize = 10;

/// Prints the lines of an excerpt and, under the marked one, carets in `style`.
///
/// # Errors
/// When `out` fails.
pub fn print_excerpt(
    out: &mut dyn io::Write,
    palette: &Palette,
    style: Style,
    width: usize,
    excerpt: &Excerpt<'_>,
) -> io::Result<()> {
    let columns = width.saturating_sub(gutter(excerpt, None).width() + 3).max(20);
    for line in excerpt.lines(columns) {
        writeln!(out, "{} {}", paint(palette.dim, gutter(excerpt, Some(&line))), text(&line, palette))?;
        if line.is_marked {
            let note = if excerpt.marks_end() { " the body ends here" } else { "" };
            let (before, carets) = carets(&line, excerpt.mark());
            let carets = paint(style, format!("{}{note}", "^".repeat(carets)));
            writeln!(out, "{} {}{carets}", paint(palette.dim, gutter(excerpt, None)), " ".repeat(before))?;
        }
    }
    Ok(())
}

/// Offset, time of arrival where times say something, and the bar between them and the bytes.
fn gutter(excerpt: &Excerpt<'_>, line: Option<&Line>) -> String {
    let offset = line.map(|line| line.start.to_string()).unwrap_or_default();
    let mut gutter = pad(&offset, GUTTER - 2, Align::Right);
    if excerpt.is_timed() {
        let time = line.and_then(|line| line.arrived).map(words::duration).unwrap_or_default();
        gutter.push_str(&pad(&time, TIMES, Align::Right));
    }
    gutter + " │"
}

/// The line's glyphs, escapes dimmed so that they are not taken for text.
fn text(line: &Line, palette: &Palette) -> String {
    let mut text = String::new();
    if line.cut_before {
        text.push_str(&paint(palette.dim, "…"));
    }
    for glyph in &line.glyphs {
        let style = if glyph.escaped { palette.dim } else { Style::new() };
        text.push_str(&paint(style, &glyph.text));
    }
    if line.cut_after {
        text.push_str(&paint(palette.dim, "…"));
    }
    text
}

/// Columns before the mark, and columns that it takes: at least one.
fn carets(line: &Line, mark: &Range<usize>) -> (usize, usize) {
    let width = |glyphs: &mut dyn Iterator<Item = &Glyph>| glyphs.map(|glyph| glyph.columns).sum::<usize>();
    let before = width(&mut line.glyphs.iter().filter(|glyph| glyph.bytes.end <= mark.start));
    let within = width(&mut line.glyphs.iter().filter(|glyph| is_within(glyph, mark)));
    (before + usize::from(line.cut_before), within.max(1))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::send::Answer;

    fn drawn(body: &[u8], mark: Range<usize>, width: usize) -> String {
        let answer = Answer::whole(200, Vec::new(), Bytes::copy_from_slice(body));
        let mut out = Vec::new();
        let excerpt = Excerpt::new(&answer, mark);
        print_excerpt(&mut out, &Palette::default(), Style::new(), width, &excerpt).unwrap();
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
