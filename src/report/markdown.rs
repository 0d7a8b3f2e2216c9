//! The Markdown report, to be posted under a pull request: the verdict first, then a block a finding to unfold.
//!
//! Whatever a target or a document says stands in code, where it can neither format, link nor mention anybody.

use std::io;

use super::markup::{code, code_in_cell, code_in_html, fenced, prose};
use super::terminal::{TerminalOptions, known_words, not_checked_words, print_evidence};
use super::told::{self, LONGEST_TEXT};
use super::{safe, words};
use crate::judge::Severity;
use crate::run::{ASPECTS, FoundFinding, PromiseVerdict, RunResult, TargetResult, total_coverage};

/// Most bytes of a report: a comment on GitHub holds 65,536 characters.
const LONGEST: usize = 64_000;
/// Bytes of a list of reasons, all targets together.
const LIST: usize = 8_000;
/// Of the bytes that a target's findings may take, so many of eight go to findings in full, the rest to lines.
const BLOCKS: usize = 6;
/// Most reasons that are told of a target, and most targets.
const MOST_REASONS: usize = 12;
const MOST_TARGETS: usize = 40;
/// Columns of the name of a target.
const LONGEST_NAME: usize = 60;
/// Columns of an excerpt and of a trace.
const WIDTH: usize = 100;

/// Writes the report of a run.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut dyn io::Write, run: &RunResult) -> io::Result<()> {
    let mut before = format!("## uptospec: {}\n\n{}", headline(run), targets(run));
    before += &reasons(run, "Could not be judged in full", |target| target.incomplete.clone())?;
    before += &reasons(run, "Entries of the baseline that no longer hold", |target| {
        let told = |lapsed| format!("{}: {}", told::lapsed_subject(lapsed), told::lapsed_words(lapsed));
        target.lapsed.iter().map(told).collect()
    })?;
    let mut after = reasons(run, "Known", known_words)?;
    after += &reasons(run, "Not checked", not_checked_words)?;
    after += &reasons(run, "Exercised", |target| exercised(target).into_iter().collect())?;
    after += &format!("\nSeed {}, {}.\n", run.seed, words::duration(run.elapsed));
    let room = LONGEST.saturating_sub(before.len() + after.len());
    let with_findings: Vec<_> =
        shown_targets(run).iter().filter(|target| target.findings.len() > target.known().count()).collect();
    let findings = shared(&with_findings, room, |target, room| findings(target, room))?;
    write!(out, "{before}{findings}{after}")
}

fn shown_targets(run: &RunResult) -> &[TargetResult] {
    &run.targets[..run.targets.len().min(MOST_TARGETS)]
}

/// What each item has to say, in its share of the room; what one leaves is there for those after it.
fn shared<T>(items: &[T], room: usize, tell: impl Fn(&T, usize) -> io::Result<String>) -> io::Result<String> {
    let mut told = String::new();
    for (index, item) in items.iter().enumerate() {
        let share = room.saturating_sub(told.len()) / (items.len() - index);
        told += &tell(item, share)?;
    }
    Ok(told)
}

fn headline(run: &RunResult) -> String {
    let number = |severity| run.targets.iter().map(|target| target.number_of(severity)).sum();
    let found =
        [(number(Severity::Error), "error"), (number(Severity::Warning), "warning"), (number(Severity::Note), "note")];
    format!("{} ({})", run.verdict.word(), words::counts(&found, "no findings"))
}

fn targets(run: &RunResult) -> String {
    // Most documents quote no sentence that could be kept or broken.
    let promising = run.targets.iter().any(|target| !target.promises.is_empty());
    let (heads, rule) =
        if promising { (" promises kept | broken | not checked |", " --: | --: | --: |") } else { ("", "") };
    let mut table = format!(
        "| target | verdict | requests |{heads} errors | warnings | notes |\n| --- | --- | --: |{rule} --: | --: | --: |\n"
    );
    for target in shown_targets(run) {
        let promises =
            |verdict| target.promises.iter().filter(|promise| promise.verdict == verdict).count().to_string();
        let mut cells =
            vec![code_in_cell(&name(target)), target.verdict.word().to_owned(), target.requests.to_string()];
        if promising {
            cells.extend([PromiseVerdict::Kept, PromiseVerdict::Broken, PromiseVerdict::NotChecked].map(promises));
        }
        cells.extend(
            [Severity::Error, Severity::Warning, Severity::Note].map(|severity| target.number_of(severity).to_string()),
        );
        table += &format!("| {} |\n", cells.join(" | "));
    }
    if let Some(left @ 1..) = run.targets.len().checked_sub(MOST_TARGETS) {
        table += &format!("\n{}: the JSON report has them all.\n", words::count(left, "more target"));
    }
    table
}

fn name(target: &TargetResult) -> String {
    safe::fitted(&target.name, LONGEST_NAME)
}

/// What is told of each target under a title, to unfold; nothing where there is nothing to tell.
fn reasons(run: &RunResult, title: &str, of: impl Fn(&TargetResult) -> Vec<String>) -> io::Result<String> {
    let told: Vec<_> = shown_targets(run).iter().map(|target| (name(target), of(target))).collect();
    let told: Vec<_> = told.into_iter().filter(|(_, reasons)| !reasons.is_empty()).collect();
    let lines = shared(&told, LIST, |(name, reasons), room| Ok(list(name, reasons, room)))?;
    Ok(if lines.is_empty() { lines } else { unfold(title, &lines) })
}

/// The reasons of one target, a line each, as long as there is room.
fn list(name: &str, reasons: &[String], room: usize) -> String {
    let mut lines = String::new();
    for (index, reason) in reasons.iter().enumerate() {
        let line = format!("- {}: {}\n", code(name), code(&safe::clipped(reason, LONGEST_TEXT)));
        if index == MOST_REASONS || lines.len() + line.len() > room {
            let left = words::count(reasons.len() - index, "more reason");
            return lines + &format!("- {}: {left}\n", code(name));
        }
        lines += &line;
    }
    lines
}

/// How much of what the contract declares was exercised, in one line.
fn exercised(target: &TargetResult) -> Option<String> {
    let shares = ASPECTS.into_iter().zip(total_coverage(&target.coverage)).filter(|(_, share)| share.all > 0);
    let told: Vec<_> = shares.map(|(aspect, share)| format!("{aspect} {share}")).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

fn unfold(summary: &str, content: &str) -> String {
    format!("\n<details>\n<summary>{summary}</summary>\n\n{content}\n</details>\n")
}

/// The findings of a target, in full as long as there is room.
fn findings(target: &TargetResult, room: usize) -> io::Result<String> {
    let mut told = format!("\n### {}\n", code(&name(target)));
    let findings: Vec<_> = target.findings.iter().filter(|found| found.known.is_none()).collect();
    for (index, found) in findings.iter().enumerate() {
        let (block, line) = (block(found)?, line(found));
        if told.len() + block.len() <= room / 8 * BLOCKS {
            told += &block;
        } else if told.len() + line.len() <= room {
            told += &line;
        } else {
            let left = words::count(findings.len() - index, "more finding");
            return Ok(told + &format!("\n- {left}, for which there is no room here\n"));
        }
    }
    Ok(told)
}

fn line(found: &FoundFinding) -> String {
    let (severity, rule) = (found.finding.severity.word(), code(found.finding.rule));
    format!("\n- {severity} {rule} {}: {}\n", code(&told::subject(found)), code(&told::message(found)))
}

fn block(found: &FoundFinding) -> io::Result<String> {
    let [rule, subject, message] = [found.finding.rule, &told::subject(found), &told::message(found)].map(code_in_html);
    let summary = format!("<b>{}</b> {rule} {subject}: {message}", found.finding.severity.word());
    let mut content = String::new();
    if let Some(source) = &found.finding.source {
        content += &format!("> {}\n\n", prose(&told::promised(source)));
    }
    for field in told::fields(found) {
        content += &format!("- {}: {}\n", field.name, code(&field.text));
    }
    let evidence = evidence(found)?;
    if !evidence.is_empty() {
        content += &format!("\n{}", fenced("text", &evidence));
    }
    content += &format!("\n{}", fenced("sh", &told::again(found)));
    Ok(unfold(&summary, &content))
}

/// The bytes that the finding points at, and the stream's trace.
fn evidence(found: &FoundFinding) -> io::Result<String> {
    let mut text = Vec::new();
    print_evidence(&mut text, &TerminalOptions { width: WIDTH, ..TerminalOptions::default() }, found)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;
    use crate::send::Outcome;

    fn written(run: &RunResult) -> String {
        let mut out = Vec::new();
        write(&mut out, run).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The report without what stands in fenced blocks and in code.
    fn outside_of_code(report: &str) -> String {
        let mut fence: Option<String> = None;
        let mut outside = String::new();
        for line in report.lines() {
            let ticks: String = line.chars().take_while(|char| *char == '`').collect();
            match &fence {
                Some(open) => fence = (line != open).then(|| open.clone()),
                None if ticks.len() >= 3 => fence = Some(ticks),
                None => outside += &(without_code(line) + "\n"),
            }
        }
        assert_eq!(fence, None, "a fence is open");
        outside
    }

    fn without_code(line: &str) -> String {
        let mut kept = String::new();
        let mut rest = line;
        if line.starts_with("<summary>") {
            while let Some((before, after)) = rest.split_once("<code>") {
                kept += before;
                rest = after.split_once("</code>").unwrap().1;
            }
            return kept + rest;
        }
        while let Some(start) = rest.find('`').filter(|start| !rest[..*start].ends_with('\\')) {
            let ticks: String = rest[start..].chars().take_while(|char| *char == '`').collect();
            let after = &rest[start + ticks.len()..];
            let ends = after.match_indices(&ticks).map(|(at, _)| at);
            let is_whole = |at: &usize| !after[at + ticks.len()..].starts_with('`') && !after[..*at].ends_with('`');
            let end = ends.into_iter().find(is_whole).unwrap();
            kept += &rest[..start];
            rest = &after[end + ticks.len()..];
        }
        kept + rest
    }

    #[test]
    fn a_run_with_violations_reads_like_this() {
        insta::assert_snapshot!(written(&fixture::run()));
    }

    #[test]
    fn a_conformant_run_is_a_few_lines() {
        insta::assert_snapshot!(written(&fixture::conformant()));
    }

    #[test]
    fn hostile_text_stands_in_code_and_cannot_leave_it() {
        let hostile =
            "</code></summary></details>```` ``` ` \n\n```\n# @octocat #1 [x](http://evil.test) <img src=x> | \u{1b}";
        let mut run = fixture::run();
        let target = &mut run.targets[0];
        hostile.clone_into(&mut target.name);
        target.incomplete.push(hostile.to_owned());
        target.left_out[0].reason = hostile.to_owned();
        for found in &mut target.findings {
            let finding = &mut found.finding;
            for text in [&mut finding.message, &mut finding.expected, &mut finding.actual, &mut found.case.curl] {
                hostile.clone_into(text);
            }
            found.also = vec![hostile.to_owned()];
            found.state = Some(hostile.to_owned());
            if let Outcome::Answered(answer) = &mut found.exchange.outcome {
                answer.body = format!("````\n{hostile}").into();
            }
            for row in found.stream.iter_mut().flat_map(|stream| &mut stream.rows) {
                hostile.clone_into(&mut row.data);
            }
        }
        let report = written(&run);
        let outside = outside_of_code(&report);
        for word in ["octocat", "evil", "img", "#1"] {
            assert!(report.contains(word) && !outside.contains(word), "{word} in {outside}");
        }
        assert_eq!(outside.matches("</details>").count(), outside.matches("<details>").count());
    }

    /// Characters that a comment on GitHub holds.
    const COMMENT: usize = 65_536;

    #[test]
    fn many_findings_fit_in_a_comment_and_the_report_says_what_is_left_out() {
        let mut run = fixture::run();
        let findings = &mut run.targets[0].findings;
        *findings = findings.iter().cycle().take(2_000).cloned().collect();
        let report = written(&run);
        assert!(report.len() < COMMENT, "{}", report.len());
        assert!(report.contains("more findings, for which there is no room here"));
    }

    #[test]
    fn whatever_there_is_too_much_of_the_report_fits_in_a_comment() {
        let long = "``````<|>".repeat(500);
        let mut run = fixture::with_baseline();
        let target = &mut run.targets[0];
        long.clone_into(&mut target.name);
        target.incomplete = vec![long.clone(); 100];
        target.lapsed = target.lapsed.iter().cycle().take(100).cloned().collect();
        target.left_out[0].reason = long.clone();
        for found in &mut target.findings {
            found.operation = long.clone();
            found.finding.message = long.clone();
        }
        run.targets = run.targets.iter().cycle().take(200).cloned().collect();
        let report = written(&run);
        assert!(report.len() < COMMENT, "{}", report.len());
        for left_out in ["160 more targets", "more reasons"] {
            assert!(report.contains(left_out), "{left_out}: {report}");
        }
        outside_of_code(&report);
    }

    #[test]
    fn a_target_with_many_findings_leaves_room_for_the_next() {
        let mut run = fixture::run();
        let findings = run.targets[0].findings.clone();
        run.targets[0].findings = findings.iter().cycle().take(2_000).cloned().collect();
        run.targets[1].findings = findings[..1].to_vec();
        let report = written(&run);
        let (_, of_next) = report.split_once("### `agntix`").unwrap();
        assert!(of_next.contains("<summary><b>error</b> <code>item/schema</code>"), "{of_next}");
    }
}
