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

/// A finding gets a block while the report is shorter than this, in bytes; after that a line.
const LONGEST_WITH_BLOCKS: usize = 45_000;
/// A finding gets a line while the report is shorter than this: a comment on GitHub holds 65,536 characters.
const LONGEST: usize = 58_000;
/// Most reasons that are told of a target.
const MOST_REASONS: usize = 12;
/// Columns of an excerpt and of a trace.
const WIDTH: usize = 100;

/// Writes the report of a run.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut dyn io::Write, run: &RunResult) -> io::Result<()> {
    let mut report = format!("## uptospec: {}\n\n{}", headline(run), targets(run));
    report += &reasons(run, "Could not be judged in full", |target| target.incomplete.clone());
    report += &reasons(run, "Entries of the baseline that no longer hold", |target| {
        let told = |lapsed| format!("{}: {}", told::lapsed_subject(lapsed), told::lapsed_words(lapsed));
        target.lapsed.iter().map(told).collect()
    });
    for target in run.targets.iter().filter(|target| target.findings.len() > target.known().count()) {
        report += &format!("\n### {}\n", code(&target.name));
        add_findings(&mut report, target)?;
    }
    report += &reasons(run, "Known", known_words);
    report += &reasons(run, "Not checked", not_checked_words);
    report += &reasons(run, "Exercised", |target| exercised(target).into_iter().collect());
    report += &format!("\nSeed {}, {}.\n", run.seed, words::duration(run.elapsed));
    out.write_all(report.as_bytes())
}

fn headline(run: &RunResult) -> String {
    let number = |severity| run.targets.iter().map(|target| target.number_of(severity)).sum();
    let found =
        [(number(Severity::Error), "error"), (number(Severity::Warning), "warning"), (number(Severity::Note), "note")];
    format!("{} ({})", run.verdict.word(), words::counts(&found, "no findings"))
}

fn targets(run: &RunResult) -> String {
    let mut table =
        "| target | verdict | requests | promises kept | broken | not checked | errors | warnings | notes |\n\
        | --- | --- | --: | --: | --: | --: | --: | --: | --: |\n"
            .to_owned();
    for target in &run.targets {
        let promises =
            |verdict| target.promises.iter().filter(|promise| promise.verdict == verdict).count().to_string();
        let cells = [
            code_in_cell(&target.name),
            target.verdict.word().to_owned(),
            target.requests.to_string(),
            promises(PromiseVerdict::Kept),
            promises(PromiseVerdict::Broken),
            promises(PromiseVerdict::NotChecked),
            target.number_of(Severity::Error).to_string(),
            target.number_of(Severity::Warning).to_string(),
            target.number_of(Severity::Note).to_string(),
        ];
        table += &format!("| {} |\n", cells.join(" | "));
    }
    table
}

/// What is told of each target under a title, to unfold; nothing where there is nothing to tell.
fn reasons(run: &RunResult, title: &str, of: impl Fn(&TargetResult) -> Vec<String>) -> String {
    let mut lines = String::new();
    for target in &run.targets {
        let reasons = of(target);
        for reason in reasons.iter().take(MOST_REASONS) {
            lines += &format!("- {}: {}\n", code(&target.name), code(&safe::clipped(reason, LONGEST_TEXT)));
        }
        if let Some(left @ 1..) = reasons.len().checked_sub(MOST_REASONS) {
            lines += &format!("- {}: {}\n", code(&target.name), words::count(left, "more reason"));
        }
    }
    if lines.is_empty() { lines } else { unfold(title, &lines) }
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

/// Adds the findings of a target, in full as long as there is room.
fn add_findings(report: &mut String, target: &TargetResult) -> io::Result<()> {
    let findings: Vec<_> = target.findings.iter().filter(|found| found.known.is_none()).collect();
    for (index, found) in findings.iter().enumerate() {
        let block = block(found)?;
        if report.len() + block.len() < LONGEST_WITH_BLOCKS {
            *report += &block;
        } else if report.len() < LONGEST {
            *report += &line(found);
        } else {
            let left = words::count(findings.len() - index, "more finding");
            *report += &format!("\n- {left}, for which there is no room here\n");
            return Ok(());
        }
    }
    Ok(())
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

    #[test]
    fn many_findings_fit_in_a_comment_and_the_report_says_what_is_left_out() {
        let mut run = fixture::run();
        let findings = &mut run.targets[0].findings;
        *findings = findings.iter().cycle().take(2_000).cloned().collect();
        let report = written(&run);
        assert!(report.len() < 65_000, "{}", report.len());
        assert!(report.contains("more findings, for which there is no room here"));
    }
}
