use unicode_width::UnicodeWidthStr;

use super::*;
use crate::report::fixture::{self, BrokenPipe};
use crate::send::Outcome;

fn printed(run: &RunResult, options: TerminalOptions) -> String {
    let mut out = Vec::new();
    let mut terminal = Terminal::new(&mut out, options);
    fixture::events(run, |event| terminal.event(event).unwrap());
    String::from_utf8(out).unwrap()
}

#[test]
fn a_run_with_violations_reads_like_this() {
    insta::assert_snapshot!(printed(&fixture::run(), TerminalOptions::default()));
}

#[test]
fn verbose_adds_times_and_whole_notes() {
    insta::assert_snapshot!(printed(&fixture::run(), TerminalOptions { verbose: true, ..TerminalOptions::default() }));
}

#[test]
fn quiet_is_one_line_a_finding_and_the_verdict() {
    insta::assert_snapshot!(printed(&fixture::run(), TerminalOptions { quiet: true, ..TerminalOptions::default() }));
}

#[test]
fn a_conformant_run_fits_in_a_few_lines() {
    insta::assert_snapshot!(printed(&fixture::conformant(), TerminalOptions::default()));
}

#[test]
fn what_is_known_is_told_with_its_reason_in_the_summary() {
    insta::assert_snapshot!(printed(&fixture::with_baseline(), TerminalOptions::default()));
}

#[test]
fn nothing_but_a_line_to_copy_is_wider_than_the_terminal() {
    for verbose in [false, true] {
        let printed = printed(&fixture::run(), TerminalOptions { verbose, width: 80, ..TerminalOptions::default() });
        let wide = |line: &&str| line.width() > 80 && !line.trim_start().starts_with("again");
        assert_eq!(printed.lines().filter(wide).collect::<Vec<_>>(), [""; 0]);
    }
}

#[test]
fn colour_is_all_that_colour_adds() {
    let coloured = printed(&fixture::run(), TerminalOptions { colour: true, ..TerminalOptions::default() });
    let plain = printed(&fixture::run(), TerminalOptions::default());
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
}

#[test]
fn nothing_that_a_target_says_reaches_the_terminal_unescaped() {
    let plain = printed(&fixture::run(), TerminalOptions { verbose: true, ..TerminalOptions::default() });
    let steering = |char: &char| *char != '\n' && (char.is_control() || ('\u{202a}'..='\u{202e}').contains(char));
    assert_eq!(plain.chars().find(steering), None);
}

#[test]
fn a_huge_body_is_shown_in_few_bytes() {
    for body in ["x".repeat(10 << 20), "\n".repeat(10 << 20), "data: 1\n\n".repeat(1 << 20)] {
        let mut run = fixture::run();
        for found in &mut run.targets[0].findings {
            found.finding.actual = body.clone();
            found.case.curl = body.clone();
            if let Outcome::Answered(answer) = &mut found.exchange.outcome {
                answer.length = body.len();
                answer.body = body.clone().into();
            }
        }
        assert!(printed(&run, TerminalOptions { verbose: true, ..TerminalOptions::default() }).len() < 50_000);
    }
}

#[test]
fn any_width_can_be_printed_to() {
    for width in [0, 1, 20, 79, 1000] {
        printed(&fixture::run(), TerminalOptions { width, ..TerminalOptions::default() });
    }
}

#[test]
fn a_broken_pipe_is_an_error() {
    let mut terminal = Terminal::new(BrokenPipe, TerminalOptions::default());
    let run = fixture::run();
    for event in [Event::TargetFinished(&run.targets[0]), Event::RunFinished(&run)] {
        assert_eq!(terminal.event(&event).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
