//! Diagnostics drawn with the lines of the file that they are about.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Title, Origin, Renderer, Snippet};
use indexmap::IndexMap;

use super::Look;
use crate::contract::{Diagnostic, Level, Place, text_of};
use crate::report::safe;
use crate::target::shown_line;

/// How many more places of the same diagnostic are named.
const NAMED: usize = 5;

/// Draws the diagnostics in their order; one that is told of many places is drawn at the first, and names others.
/// A text that was not given is read from disk; where it is no file, or only the file is known, the place is named
/// without its line.
///
/// # Errors
/// When `out` fails.
pub fn draw(diagnostics: &[Diagnostic], texts: &Texts, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if look.colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(look.width);
    let mut lines = Lines { texts, files: HashMap::new() };
    for (diagnostic, others) in told_once(diagnostics) {
        let line = lines.line(&diagnostic.place);
        let others = also(&diagnostic.place, &others);
        writeln!(out, "{}\n", renderer.render(&[group(diagnostic, line.as_deref(), others.as_deref())]))?;
    }
    Ok(())
}

/// Each diagnostic that says something of its own, with the places of those that say the same.
fn told_once(diagnostics: &[Diagnostic]) -> Vec<(&Diagnostic, Vec<&Place>)> {
    let mut told: IndexMap<_, (&Diagnostic, Vec<&Place>)> = IndexMap::new();
    for diagnostic in diagnostics {
        let said = (diagnostic.level, diagnostic.message.as_str(), diagnostic.help.as_deref());
        told.entry(said).and_modify(|(_, others)| others.push(&diagnostic.place)).or_insert((diagnostic, Vec::new()));
    }
    told.into_values().collect()
}

/// Where the same is to be said, too. A place in the same file is its line and column.
fn also(first: &Place, others: &[&Place]) -> Option<String> {
    let name = |place: &&Place| match place.file == first.file && place.line > 0 {
        true => format!("{}:{}", place.line, place.column),
        false => place.to_string(),
    };
    let named: Vec<String> = others.iter().take(NAMED).map(name).collect();
    match others.len() {
        0 => None,
        many if many > NAMED => Some(format!("the same at {} and {} more places", named.join(", "), many - NAMED)),
        _ => Some(format!("the same at {}", named.join(", "))),
    }
}

/// The texts that are no files and that diagnostics are about, by the name in their places.
#[derive(Debug, Default)]
pub struct Texts(HashMap<String, Text>);

impl Texts {
    /// Adds a text.
    pub fn add(&mut self, name: &str, text: &str) {
        self.0.insert(name.to_owned(), Text::new(text.to_owned()));
    }
}

/// The lines of texts and of files, each read once.
struct Lines<'t> {
    texts: &'t Texts,
    files: HashMap<String, Option<Text>>,
}

/// A text, and where its lines begin.
#[derive(Debug)]
struct Text {
    text: String,
    starts: Vec<usize>,
}

impl Text {
    fn new(text: String) -> Self {
        let bytes = text.as_bytes();
        let ends = |at: &usize| match bytes.get(*at) {
            Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
            byte => byte == Some(&b'\n'),
        };
        let starts = std::iter::once(0).chain((0..bytes.len()).filter(ends).map(|end| end + 1)).collect();
        Text { text, starts }
    }

    fn of_file(file: &str) -> Option<Self> {
        text_of(std::fs::read(file).ok()?).ok().map(Text::new)
    }

    /// A line without its end.
    fn line(&self, index: usize) -> Option<&str> {
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        Some(self.text.get(*self.starts.get(index)?..end)?.trim_end_matches(['\r', '\n']))
    }
}

impl Lines<'_> {
    /// The line of a place; one of a configuration without credentials.
    fn line(&mut self, place: &Place) -> Option<Cow<'_, str>> {
        let index = place.line.checked_sub(1)?;
        let file = &*place.file;
        if let Some(text) = self.texts.0.get(file) {
            return text.line(index).map(Cow::Borrowed);
        }
        let text = self.files.entry(file.to_owned()).or_insert_with(|| Text::of_file(file)).as_ref()?;
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

fn group<'a>(diagnostic: &'a Diagnostic, line: Option<&'a str>, others: Option<&'a str>) -> Group<'a> {
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
    let group = match &diagnostic.help {
        Some(help) => group.element(Title::HELP.message(safe::text(help))),
        None => group,
    };
    match others {
        Some(others) => group.element(Title::NOTE.message(safe::text(others))),
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
        draw(&[diagnostic], &Texts::default(), Look::default(), &mut out).unwrap();
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
    fn what_is_told_of_many_places_is_drawn_once_with_a_text_that_is_no_file() {
        let place =
            |line: usize| Place { file: "standard input".into(), line, column: 1, span: 5 * (line - 1)..5 * line - 1 };
        let diagnostic = |place: Place| Diagnostic {
            level: Level::Note,
            message: "`a` says nothing".to_owned(),
            help: Some("leave it out".to_owned()),
            place,
        };
        let mut diagnostics: Vec<Diagnostic> = (1..9).map(place).map(diagnostic).collect();
        diagnostics.insert(1, diagnostic(Place::file("b.yaml")));
        let mut texts = Texts::default();
        texts.add("standard input", &"a: 1\r".repeat(8));
        let mut out = Vec::new();
        draw(&diagnostics, &texts, Look::default(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
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
