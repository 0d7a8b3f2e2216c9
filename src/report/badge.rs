//! A badge for a README: the verdict as a picture, or as the JSON from which shields.io draws one.

use std::io;
use std::path::Path;

use serde_json::json;

use super::at_end::WriteRun;
use super::words;
use crate::judge::Severity;
use crate::run::{RunResult, RunVerdict};

/// What stands on the left.
const LABEL: &str = "uptospec";
/// Width of a character and of the space beside a text, in pixels; the picture stretches its text to fit.
const CHARACTER: usize = 7;
const MARGIN: usize = 6;

/// How a badge is written to that path: as JSON where it ends with `.json`, else as SVG.
pub fn form(path: &Path) -> WriteRun {
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    if is_json { write_json } else { write_svg }
}

fn write_json(out: &mut dyn io::Write, run: &RunResult) -> io::Result<()> {
    let color = colour(run.verdict).trim_start_matches('#');
    writeln!(out, "{}", json!({ "schemaVersion": 1, "label": LABEL, "message": message(run), "color": color }))
}

/// Only words and numbers of ours stand in the picture, so nothing needs to be escaped.
fn write_svg(out: &mut dyn io::Write, run: &RunResult) -> io::Result<()> {
    let (message, colour) = (message(run), colour(run.verdict));
    let [label_text, message_text] = [LABEL, &message].map(|text| text.len() * CHARACTER);
    let [left, right] = [label_text, message_text].map(|width| width + 2 * MARGIN);
    let (width, message_at) = (left + right, left + MARGIN);
    writeln!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{LABEL}: {message}">
  <title>{LABEL}: {message}</title>
  <rect width="{width}" height="20" rx="3" fill="#424242"/>
  <path d="M{left} 0h{right_edge}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-{right_edge}z" fill="{colour}"/>
  <g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
    <text x="{MARGIN}" y="14" textLength="{label_text}">{LABEL}</text>
    <text x="{message_at}" y="14" textLength="{message_text}">{message}</text>
  </g>
</svg>"##,
        right_edge = right - 3,
    )
}

fn message(run: &RunResult) -> String {
    let number = |severity| run.targets.iter().map(|target| target.number_of(severity)).sum();
    match run.verdict {
        RunVerdict::Violations => {
            let found = [(number(Severity::Error), "error"), (number(Severity::Warning), "warning")];
            words::counts(&found, run.verdict.word())
        }
        verdict => verdict.word().to_owned(),
    }
}

/// A colour on which white can be read.
fn colour(verdict: RunVerdict) -> &'static str {
    match verdict {
        RunVerdict::Conformant => "#2e7d32",
        RunVerdict::Violations => "#c62828",
        RunVerdict::Incomplete => "#616161",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn written(path: &str, run: &RunResult) -> String {
        let mut out = Vec::new();
        form(Path::new(path))(&mut out, run).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_picture_reads_like_this() {
        insta::assert_snapshot!(written("badge.svg", &fixture::run()));
    }

    #[test]
    fn the_picture_is_xml() {
        let picture = written("badge", &fixture::conformant());
        let mut reader = quick_xml::Reader::from_str(&picture);
        while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
        assert!(picture.contains(">conformant</text>"));
    }

    #[test]
    fn a_path_that_ends_with_json_asks_for_json() {
        let written = written("out/badge.JSON", &fixture::run());
        let badge: serde_json::Value = serde_json::from_str(&written).unwrap();
        let expected =
            json!({ "schemaVersion": 1, "label": "uptospec", "message": "3 errors, 1 warning", "color": "c62828" });
        assert_eq!(badge, expected);
    }
}
