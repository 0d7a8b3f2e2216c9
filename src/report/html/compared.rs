//! Comparisons of reports as one file each, under the same rules as the report of a run.

use std::io;

use maud::{Markup, html};

use super::facts::Chip;
use super::text::{code, shown};
use super::{LONGEST_LINE, document};
use crate::compare::{Cell, Difference, Finding, Matrix, Row, TargetDifference};
use crate::judge::Severity;
use crate::report::compared::{cell_words, counted, gone_words, in_short};
use crate::report::{safe, words};

/// Writes targets side by side.
///
/// # Errors
/// When `out` fails.
pub fn matrix(out: &mut dyn io::Write, matrix: &Matrix) -> io::Result<()> {
    let title = format!("{} side by side", words::count(matrix.subjects.len(), "target"));
    let body = html! {
        header.top.open { p.brand { "uptospec" } h1 { (title) } }
        main {
            (subjects(matrix))
            (rows("broken", "Rules that are broken", matrix, &matrix.broken))
            (rows("kept", "Rules that are kept wherever judged", matrix, &matrix.kept))
        }
    };
    out.write_all(safe::lines(&document(&title, &body).into_string()).as_bytes())
}

fn subjects(matrix: &Matrix) -> Markup {
    let heads = ["Requests", "Kept", "Broken", "Not checked", "Errors", "Warnings", "Notes"];
    html! {
        section aria-labelledby="targets" {
            h2 id="targets" { "Targets" }
            table.cards {
                thead { tr {
                    th scope="col" { "Target" }
                    th scope="col" { "Verdict" }
                    @for head in heads { th.number scope="col" { (head) } }
                } }
                tbody { @for subject in &matrix.subjects {
                    @let numbers = [subject.requests].into_iter().chain(subject.promises).chain(subject.findings);
                    tr {
                        th scope="row" { (shown(&subject.label, 80)) }
                        td.verdict data-label="Verdict" { (Chip::of_verdict(subject.verdict)) }
                        @for (head, number) in heads.into_iter().zip(numbers) {
                            td.number data-label=(head) { (number) }
                        }
                    }
                } }
            }
        }
    }
}

/// Rules by targets; nothing where there is none.
fn rows(id: &str, title: &str, matrix: &Matrix, rows: &[Row]) -> Markup {
    html! {
        @if !rows.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) }
                table.cards {
                    thead { tr {
                        th scope="col" { "Rule" }
                        @for subject in &matrix.subjects { th scope="col" { (shown(&subject.label, 80)) } }
                    } }
                    tbody { @for row in rows {
                        tr {
                            th scope="row" { (code(&row.rule, 80)) }
                            @for (subject, cell) in matrix.subjects.iter().zip(&row.cells) {
                                td data-label=(safe::text(&subject.label)) { (cell_chip(*cell)) }
                            }
                        }
                    } }
                }
            }
        }
    }
}

fn cell_chip(cell: Cell) -> Markup {
    let tone = match cell {
        Cell::Broken { severity, .. } => severity_tone(severity),
        Cell::Kept { .. } => "good",
        Cell::NotChecked | Cell::Absent => "open",
    };
    html! { span.chip.(tone) { (cell_words(cell)) } }
}

fn severity_tone(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "bad",
        Severity::Warning => "doubt",
        Severity::Note => "note",
    }
}

/// Writes what changed.
///
/// # Errors
/// When `out` fails.
pub fn difference(out: &mut dyn io::Write, difference: &Difference) -> io::Result<()> {
    let title = in_short(difference);
    let tone = match () {
        () if difference.is_worse() => "bad",
        () if difference.is_unknown() => "open",
        () => "good",
    };
    let missing =
        [(&difference.only_before, "only in the earlier report"), (&difference.only_after, "only in the later report")];
    let body = html! {
        header.top.(tone) { p.brand { "uptospec" } h1 { (title) } }
        main {
            @for (index, target) in difference.targets.iter().enumerate() { (of_target(index, target)) }
            @for (names, what) in missing {
                @for name in names { p { (shown(name, 80)) " is " (what) "." } }
            }
        }
    };
    out.write_all(safe::lines(&document(&title, &body).into_string()).as_bytes())
}

fn of_target(index: usize, target: &TargetDifference) -> Markup {
    let id = format!("t{index}");
    html! {
        section.target aria-labelledby=(id) {
            h2 id=(id) {
                (shown(&target.name, 80)) " " (Chip::of_verdict(target.before.verdict)) " → " (Chip::of_verdict(target.after.verdict))
            }
            p.about { (counted(target)) }
            (list("New", target.new.iter().map(|finding| (finding, String::new()))))
            (list("Graver", target.graver.iter().map(|(finding, before)| (finding, format!(", it was a {}", before.word())))))
            (list("Gone", target.gone.iter().map(|(finding, why)| (finding, format!(", {}", gone_words(*why))))))
            (list("Unchanged", target.unchanged.iter().map(|finding| (finding, String::new()))))
            @if !target.promises.is_empty() {
                h3 { "Promises" }
                ul { @for change in &target.promises {
                    @let sentence = change.promise.quote.as_ref().unwrap_or(&change.promise.document);
                    li {
                        (Chip::of_promise(change.before)) " → " (Chip::of_promise(change.promise.verdict)) " "
                        (shown(sentence, LONGEST_LINE))
                    }
                } }
            }
        }
    }
}

/// Findings under a heading, each with a word more; nothing where there is none.
fn list<'a>(title: &str, findings: impl Iterator<Item = (&'a Finding, String)>) -> Markup {
    let findings: Vec<_> = findings.collect();
    html! {
        @if !findings.is_empty() {
            h3 { (title) }
            ul { @for (finding, more) in findings {
                li {
                    span.chip.(severity_tone(finding.severity)) { (finding.severity.word()) } " "
                    (code(&finding.rule, 80)) " " (code(&finding.operation, 80))
                    @if let Some(state) = &finding.state { " (" (code(state, 80)) ")" }
                    ": " (shown(&finding.message, LONGEST_LINE)) (more)
                }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::{finding, report, target};

    const HOSTILE: &str = "\u{1b}[2J\u{202e}</style><script>alert(1)</script>\" onload=\"x";

    #[test]
    fn what_a_hostile_report_says_is_text_and_nothing_else() {
        let mut hostile = target(HOSTILE);
        let mut found = finding("http/date", Severity::Error, HOSTILE);
        (found.message, found.state) = (HOSTILE.to_owned(), Some(HOSTILE.to_owned()));
        hostile.findings = vec![found];
        let mut clean = hostile.clone();
        clean.findings.clear();
        let changed = Difference::between(&report(vec![clean]), &report(vec![hostile.clone()])).unwrap();
        let beside = Matrix::of(&[(HOSTILE.to_owned(), report(vec![hostile]))]);
        let (mut one, mut other) = (Vec::new(), Vec::new());
        difference(&mut one, &changed).unwrap();
        matrix(&mut other, &beside).unwrap();
        for page in [one, other].map(|page| String::from_utf8(page).unwrap()) {
            assert!(page.contains("http/date") && page.contains("default-src 'none'"), "{page}");
            assert!(!page.contains("<script") && !page.contains("\" onload") && !page.contains(['\u{1b}', '\u{202e}']));
        }
    }
}
