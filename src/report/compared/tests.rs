use std::io;

use super::*;
use crate::compare::fixture::{check, finding, report, target};
use crate::compare::{Matrix, Target};
use crate::judge::Severity;
use crate::report::terminal::TerminalOptions;
use crate::run::RunVerdict;

const HOSTILE: &str = "\u{1b}[2J\u{202e}</details>`@octo` | <img>";

fn targets() -> [Target; 2] {
    let mut one = target("agentix");
    one.verdict = RunVerdict::Violations;
    one.checks = vec![check("sse/bom", 3, 1), check("body/schema", 2, 0), check("echo/mismatch", 0, 0)];
    one.findings =
        vec![finding("sse/bom", Severity::Warning, "sendMessage"), finding("http/date", Severity::Error, "getAgent")];
    let mut two = target("other");
    two.checks = vec![check("sse/bom", 4, 0), check("http/date", 4, 0)];
    [one, two]
}

fn side_by_side(verbose: bool, width: usize) -> String {
    let reports = targets().map(|target| (format!("{}.json", target.name), report(vec![target])));
    let options = TerminalOptions { width, verbose, ..TerminalOptions::default() };
    text(|out| print_matrix(out, &options, &Matrix::of(&reports)))
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn changed() -> Difference {
    let [mut before, _] = targets();
    let mut after = before.clone();
    after.findings.remove(1);
    after.findings[0].severity = Severity::Error;
    after.findings.push(finding("error/code", Severity::Error, "getAgent"));
    after.findings.push(finding("http/vary", Severity::Note, "getAgent"));
    before.findings.push(finding("http/vary", Severity::Note, "getAgent"));
    Difference::between(&report(vec![before]), &report(vec![after, target("fresh")])).unwrap()
}

#[test]
fn targets_stand_side_by_side_with_the_rules_that_are_broken() {
    insta::assert_snapshot!(side_by_side(false, 110));
}

#[test]
fn verbose_lists_the_rules_that_are_kept() {
    insta::assert_snapshot!(side_by_side(true, 110));
}

#[test]
fn columns_are_numbered_where_their_names_do_not_fit() {
    insta::assert_snapshot!(side_by_side(false, 24));
}

#[test]
fn a_difference_says_what_is_new_graver_and_gone() {
    insta::assert_snapshot!(text(|out| print_difference(out, &TerminalOptions::default(), &changed())));
}

#[test]
fn a_difference_is_wrapped_between_words() {
    let options = TerminalOptions { width: 40, ..TerminalOptions::default() };
    insta::assert_snapshot!(text(|out| print_difference(out, &options, &changed())));
}

#[test]
fn where_a_target_was_elsewhere_before_a_difference_says_so() {
    let [before, _] = targets();
    let after = Target { url: "http://other.test/".to_owned(), ..before.clone() };
    let difference = Difference::between(&report(vec![before]), &report(vec![after])).unwrap();
    let printed = text(|out| print_difference(out, &TerminalOptions::default(), &difference));
    assert!(printed.contains("\n  http://agentix.test/ → http://other.test/\n"), "{printed}");
    let posted = text(|out| markdown_difference(out, &difference));
    assert!(posted.contains("`http://agentix.test/` → `http://other.test/`"), "{posted}");
}

#[test]
fn a_difference_is_posted_as_markdown() {
    insta::assert_snapshot!(text(|out| markdown_difference(out, &changed())));
}

#[test]
fn a_difference_in_markdown_fits_into_a_comment_and_says_what_is_left_out() {
    let [before, _] = targets();
    let mut after = before.clone();
    after.findings = (0..2_000).map(|at| finding("http/date", Severity::Error, &format!("operation{at}"))).collect();
    let difference = Difference::between(&report(vec![before]), &report(vec![after])).unwrap();
    let posted = text(|out| markdown_difference(out, &difference));
    assert!((50_000..65_536).contains(&posted.len()), "{}", posted.len());
    let told = posted.matches("\n- ").count();
    assert!(posted.ends_with(&format!("\n{} lines left out, for a comment has no room for more.\n", 2_002 - told)));
}

#[test]
fn a_matrix_is_posted_as_markdown() {
    let reports = targets().map(|target| (format!("{}.json", target.name), report(vec![target])));
    insta::assert_snapshot!(text(|out| markdown_matrix(out, &Matrix::of(&reports))));
}

#[test]
fn what_a_hostile_report_says_neither_formats_nor_moves_the_cursor() {
    let mut hostile = target(HOSTILE);
    let mut found = finding("http/date", Severity::Error, HOSTILE);
    (found.message, found.state) = (HOSTILE.to_owned(), Some(HOSTILE.to_owned()));
    hostile.findings = vec![found];
    let clean = Target { findings: Vec::new(), ..hostile.clone() };
    let difference = Difference::between(&report(vec![clean]), &report(vec![hostile.clone()])).unwrap();
    let matrix = Matrix::of(&[(HOSTILE.to_owned(), report(vec![hostile]))]);
    let options = TerminalOptions { verbose: true, ..TerminalOptions::default() };
    let written = [
        text(|out| print_matrix(out, &options, &matrix)),
        text(|out| print_difference(out, &options, &difference)),
        text(|out| markdown_matrix(out, &matrix)),
        text(|out| markdown_difference(out, &difference)),
    ];
    for text in &written {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
    }
    for text in &written[2..] {
        assert!(!text.replace("``", "").contains("\n</details>`"), "{text}");
    }
}
