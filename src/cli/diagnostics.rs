//! Diagnostics drawn with the lines of the file that they are about.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Title, Origin, Renderer, Snippet};

use super::Look;
use crate::contract::{Diagnostic, Level, Place};
use crate::report::safe;
use crate::target::shown_line;

/// Draws the diagnostics in their order. Files are read from disk; where one cannot be read any more,
/// or only the file is known, the place is named without its text.
///
/// # Errors
/// When `out` fails.
pub fn draw(diagnostics: &[Diagnostic], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if look.colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(look.width);
    let mut files = Files::default();
    for diagnostic in diagnostics {
        let line = files.line(&diagnostic.place);
        writeln!(out, "{}\n", renderer.render(&[group(diagnostic, line.as_deref())]))?;
    }
    Ok(())
}

/// The files that diagnostics are about, each read once.
#[derive(Default)]
struct Files(HashMap<String, Option<Text>>);

/// A file, and where its lines begin.
struct Text {
    text: String,
    starts: Vec<usize>,
}

impl Text {
    fn of_file(file: &str) -> Option<Self> {
        let text = std::fs::read_to_string(file).ok()?;
        let ends = text.match_indices('\n').map(|(end, _)| end + 1);
        let starts = std::iter::once(0).chain(ends).collect();
        Some(Text { text, starts })
    }

    /// A line without its end.
    fn line(&self, index: usize) -> Option<&str> {
        self.text.get(*self.starts.get(index)?..)?.lines().next()
    }
}

impl Files {
    /// The line of a place; one of a configuration without credentials.
    fn line(&mut self, place: &Place) -> Option<Cow<'_, str>> {
        let index = place.line.checked_sub(1)?;
        let file = &*place.file;
        let text = self.0.entry(file.to_owned()).or_insert_with(|| Text::of_file(file)).as_ref()?;
        match file.ends_with(".toml") {
            true => shown_line(&text.text, place.line).map(Cow::Owned),
            false => text.line(index).map(Cow::Borrowed),
        }
    }
}

/// Bytes of a line that are shown before what is meant, and from there on. Many a document is one line.
const SHOWN: (usize, usize) = (60, 180);

/// The part of a long line that shows what is meant, and the same bytes in it; a short line whole.
fn excerpt(line: &str, span: Range<usize>) -> (&str, Range<usize>) {
    let start = line.floor_char_boundary(span.start.saturating_sub(SHOWN.0));
    let end = line.ceil_char_boundary((span.start + SHOWN.1).min(line.len()));
    if end - start > line.len() / 2 {
        return (line, span);
    }
    (line.get(start..end).unwrap_or_default(), span.start - start..span.end.min(end) - start)
}

fn group<'a>(diagnostic: &'a Diagnostic, line: Option<&'a str>) -> Group<'a> {
    let place = &diagnostic.place;
    let group = title(diagnostic.level).primary_title(safe::text(&diagnostic.message));
    let group = match line.and_then(|line| Some((line, span_in(place, line)?))) {
        Some((line, span)) => {
            let (shown, span) = excerpt(line, span);
            let snippet = Snippet::source(shown).line_start(place.line);
            let snippet = snippet.annotation(AnnotationKind::Primary.span(span));
            // The column of a part of a line is not that of the line.
            if shown.len() == line.len() {
                group.element(snippet.path(safe::text(&place.file)))
            } else {
                group.element(origin(place)).element(snippet)
            }
        }
        None => group.element(origin(place)),
    };
    match &diagnostic.help {
        Some(help) => group.element(Title::HELP.message(safe::text(help))),
        None => group,
    }
}

fn title(level: Level) -> Title<'static> {
    match level {
        Level::Note => Title::NOTE,
        Level::Warning => Title::WARNING,
        Level::Error => Title::ERROR,
    }
}

fn origin(place: &Place) -> Origin<'_> {
    let origin = Origin::path(safe::text(&place.file));
    if place.line > 0 { origin.line(place.line).char_column(place.column) } else { origin }
}

/// The bytes of its line that the place means: as many as stand on that line, and at least one character.
fn span_in(place: &Place, line: &str) -> Option<Range<usize>> {
    let start = line.char_indices().nth(place.column.saturating_sub(1)).map_or(line.len(), |(offset, _)| offset);
    let next = line[start..].chars().next().map_or(0, char::len_utf8);
    let wanted = (start + place.span.len()).clamp(start + next, line.len());
    let end = (wanted..=line.len()).find(|end| line.is_char_boundary(*end))?;
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(source: &str, place: impl Fn(&str) -> Place, help: Option<&str>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("spec.yaml");
        std::fs::write(&file, source).unwrap();
        let file = file.to_string_lossy().into_owned();
        let diagnostic = Diagnostic {
            level: Level::Warning,
            message: "`nullable` is not a keyword of 3.1".to_owned(),
            help: help.map(str::to_owned),
            place: place(&file),
        };
        let mut out = Vec::new();
        draw(&[diagnostic], Look::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap().replace(&file, "spec.yaml")
    }

    fn at(line: usize, column: usize, span: Range<usize>) -> impl Fn(&str) -> Place {
        move |file| Place { file: file.into(), line, column, span: span.clone() }
    }

    #[test]
    fn the_line_is_shown_with_what_would_be_right() {
        let text = drawn("a: 1\n  nullable: true\n", at(2, 3, 7..15), Some("write type: [string, \"null\"]"));
        insta::assert_snapshot!(text, @r#"
        warning: `nullable` is not a keyword of 3.1
         --> spec.yaml:2:3
          |
        2 |   nullable: true
          |   ^^^^^^^^
          |
          = help: write type: [string, "null"]
        "#);
    }

    #[test]
    fn a_place_over_many_lines_is_marked_on_its_first() {
        insta::assert_snapshot!(drawn("año: [1,\n 2,\n 3]\n", at(1, 6, 6..18), None), @r"
        warning: `nullable` is not a keyword of 3.1
         --> spec.yaml:1:6
          |
        1 | año: [1,
          |      ^^^
        ");
    }

    #[test]
    fn of_a_long_line_the_part_that_is_meant_is_shown_with_its_column() {
        let line = format!("{{{}\"nullable\": true{}}}\n", "\"é\": 1, ".repeat(100_000), ", \"b\": 2".repeat(100_000));
        let start = line.find("\"nullable").unwrap();
        let column = line[..start].chars().count() + 1;
        insta::assert_snapshot!(drawn(&line, at(1, column, start..start + 10), None), @r#"
        warning: `nullable` is not a keyword of 3.1
         --> spec.yaml:1:800002
          |
         ::: 
        1 | ": 1, "é": 1, "é": 1, "é": 1, "é": 1, "é": 1, "é": 1, "nullable": true, "b": 2, "b": 2, "b": 2, "b": 2,...
          |                                                       ^^^^^^^^^^
        "#);
    }

    #[test]
    fn where_only_the_file_is_known_only_the_file_is_named() {
        insta::assert_snapshot!(drawn("a: 1\n", |file| Place::file(file), None), @r"
        warning: `nullable` is not a keyword of 3.1
        --> spec.yaml
        ");
    }

    #[test]
    fn a_place_that_is_not_in_the_file_is_named_without_its_text() {
        insta::assert_snapshot!(drawn("a: 1\n", at(9, 3, 70..80), None), @r"
        warning: `nullable` is not a keyword of 3.1
        --> spec.yaml:9:3
        ");
    }

    #[test]
    fn any_place_in_any_text_is_drawn() {
        for source in ["", "\n", "é\tx\r\n\u{1b}[31m", "\u{feff}a"] {
            for (line, column, span) in [(1, 0, 0..0), (1, 1, 0..99), (1, 2, 1..2), (2, 50, 9..12), (1, 3, 0..1)] {
                let text = drawn(source, at(line, column, span), None);
                assert!(text.contains("spec.yaml") && !text.contains('\u{1b}'), "{text}");
            }
        }
    }
}
