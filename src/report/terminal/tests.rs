use unicode_width::UnicodeWidthStr;

use super::*;
use crate::report::fixture::{self, BrokenPipe};
use crate::run::NotChecked;
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
fn a_target_whose_baseline_alone_is_wrong_is_not_said_to_break_its_contract() {
    let mut run = fixture::with_baseline();
    run.targets.truncate(1);
    let options = TerminalOptions { quiet: true, ..TerminalOptions::default() };
    assert!(
        printed(&run, options).contains("\nviolations: agentix breaks its contract (2 errors"),
        "{}",
        printed(&run, options)
    );
    run.targets[0].findings.clear();
    let told = "\nviolations: the baseline no longer holds for agentix (no error or warning, 1 entry";
    assert!(printed(&run, options).contains(told), "{}", printed(&run, options));
}

#[test]
fn nothing_but_a_line_to_copy_is_wider_than_the_terminal() {
    for (verbose, width) in [(false, 80), (true, 80), (false, 60)] {
        let printed = printed(&fixture::run(), TerminalOptions { verbose, width, ..TerminalOptions::default() });
        let wide = |line: &&str| line.width() > width && !line.trim_start().starts_with("again");
        assert_eq!(printed.lines().filter(wide).collect::<Vec<_>>(), [""; 0]);
    }
}

#[test]
fn a_summary_fits_a_small_screen_however_much_there_is_to_say() {
    let mut run = fixture::run();
    let mut target = run.targets.swap_remove(0);
    target.operations = (0..300).map(|number| format!("operation{number}")).collect();
    target.findings = target.findings.iter().cycle().take(50).cloned().collect();
    let left_out = target.left_out[0].clone();
    let reason =
        |number: usize| format!("{} for want of the thing that nobody has in his house or garden", "n".repeat(number));
    target.left_out = (0..20).map(|number| NotChecked { reason: reason(number), ..left_out.clone() }).collect();
    target.incomplete = target.operations[..80].iter().map(|id| format!("nothing of {id} was served")).collect();
    run.targets = ["one", "two"].map(|name| TargetResult { name: name.to_owned(), ..target.clone() }).into();
    let summary = |width, height| {
        let mut out = Vec::new();
        let options = TerminalOptions { width, height, ..TerminalOptions::default() };
        Terminal::new(&mut out, options).event(&Event::RunFinished(&run)).unwrap();
        String::from_utf8(out).unwrap()
    };
    insta::assert_snapshot!(summary(80, 24));
    let small = summary(80, 24);
    assert!(small.lines().count() < 24, "{small}");
    assert!(small.lines().all(|line| line.width() <= 80), "{small}");
    let large = summary(80, 40);
    assert!((small.lines().count() + 1..40).contains(&large.lines().count()), "{large}");
    assert!(summary(60, 40).lines().all(|line| line.width() <= 60), "{}", summary(60, 40));
}

#[test]
fn what_is_to_say_of_many_operations_is_told_of_the_first_with_their_number() {
    let mut run = fixture::run();
    run.targets.truncate(1);
    run.targets[0].operations = ["getA", "getAll", "getB"].map(str::to_owned).into();
    let reasons = ["getAll", "getB", "getA"].map(|id| format!("no request to {id} was served: it was answered 404"));
    run.targets[0].incomplete = reasons.into();
    let summary = printed(&run, TerminalOptions::default());
    assert!(
        summary.contains("no request to getAll (and 2 other operations) was served: it was answered 404\n"),
        "{summary}"
    );
}

#[test]
fn where_no_sentence_is_quoted_the_block_says_what_the_rule_asks() {
    let mut run = fixture::run();
    run.targets[0].findings.truncate(1);
    let finding = &mut run.targets[0].findings[0].finding;
    (finding.rule, finding.source) = ("http/leak", None);
    let printed = printed(&run, TerminalOptions::default());
    insta::assert_snapshot!(printed.lines().skip(3).take(4).collect::<Vec<_>>().join("\n"), @r#"
    promised  No answer holds the caller's credential in any form, and no error a stack trace, a database error
              or a path of the server.
              OWASP API Security Top 10 (2023), API8: security misconfiguration
    expected  {"type":"string"}
    "#);
}

#[test]
fn of_many_other_messages_the_first_are_told() {
    let mut run = fixture::run();
    run.targets[0].findings.truncate(1);
    run.targets[0].findings[0].also = (0..9).map(|number| format!("message {number}")).collect();
    let plain = printed(&run, TerminalOptions::default());
    assert!(plain.contains("message 3\n            and 5 more (--verbose shows them)\n"), "{plain}");
    let verbose = printed(&run, TerminalOptions { verbose: true, ..TerminalOptions::default() });
    assert!(verbose.contains("message 8\n  seen"), "{verbose}");
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
