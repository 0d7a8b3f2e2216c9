//! Annotations on GitHub: a workflow command a finding, at the line of the spec that makes the broken promise.

use std::io;

use super::safe;
use super::told::{self, LONGEST_TEXT};
use crate::contract::Place;
use crate::judge::Severity;
use crate::run::{FoundFinding, Lapsed, RunResult, TargetResult};

/// Writes the commands of a run, the gravest findings of each target first. GitHub shows the first ten of a severity.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut dyn io::Write, run: &RunResult) -> io::Result<()> {
    for target in &run.targets {
        for reason in &target.incomplete {
            let message = format!("{}: {}", safe::text(&target.name), safe::clipped(reason, LONGEST_TEXT));
            let title = "uptospec: not judged in full";
            writeln!(out, "::error file={},title={}::{}", property(&target.spec), property(title), data(&message))?;
        }
        target.findings.iter().try_for_each(|found| write_finding(out, target, found))?;
        target.lapsed.iter().try_for_each(|lapsed| write_lapsed(out, target, lapsed))?;
    }
    Ok(())
}

fn write_finding(out: &mut dyn io::Write, target: &TargetResult, found: &FoundFinding) -> io::Result<()> {
    let level = match found.finding.severity {
        Severity::Error if found.known.is_none() => "error",
        Severity::Warning if found.known.is_none() => "warning",
        Severity::Error | Severity::Warning | Severity::Note => "notice",
    };
    let file = match place(target, found) {
        Some(place) => format!("file={},line={}", property(&place.file), place.line),
        None => format!("file={}", property(&target.spec)),
    };
    let title = property(&format!("{} {}", found.finding.rule, told::subject(found)));
    writeln!(out, "::{level} {file},title={title}::{}", data(&message(target, found)))
}

/// An entry of the baseline that no longer holds, at its line.
fn write_lapsed(out: &mut dyn io::Write, target: &TargetResult, lapsed: &Lapsed) -> io::Result<()> {
    let (file, line) = (property(&lapsed.place.file), lapsed.place.line);
    let title = property(&format!("baseline: {}", told::lapsed_subject(lapsed)));
    let message = format!("{}: {}", safe::text(&target.name), told::lapsed_words(lapsed));
    writeln!(out, "::error file={file},line={line},title={title}::{}", data(&message))
}

/// Where the spec makes the promise that the finding names.
fn place<'a>(target: &'a TargetResult, found: &FoundFinding) -> Option<&'a Place> {
    let source = found.finding.source.as_ref()?;
    let mut promises = found.finding.promises.iter().filter_map(|id| target.promises.get(id.0));
    promises.find(|promise| promise.source == *source).map(|promise| &promise.place)
}

fn message(target: &TargetResult, found: &FoundFinding) -> String {
    let mut lines = vec![format!("{}: {}", safe::text(&target.name), told::message(found))];
    lines.extend(found.finding.source.as_ref().map(|source| format!("promised: {}", told::promised(source))));
    lines.extend(told::fields(found).into_iter().map(|field| format!("{}: {}", field.name, field.text)));
    lines.push(format!("again: {}", told::again(found)));
    lines.join("\n")
}

/// The text as the data of a workflow command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The text as a property of a workflow command.
fn property(text: &str) -> String {
    data(&safe::text(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::PromiseId;
    use crate::report::fixture;

    fn written(run: &RunResult) -> String {
        let mut out = Vec::new();
        write(&mut out, run).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_run_with_violations_reads_like_this() {
        insta::assert_snapshot!(written(&fixture::run()));
    }

    #[test]
    fn a_finding_stands_at_the_line_that_makes_the_promise() {
        let mut run = fixture::run();
        let target = &mut run.targets[0];
        target.findings[0].finding.source = Some(target.promises[1].source.clone());
        target.findings[0].finding.promises = vec![PromiseId(0), PromiseId(1), PromiseId(99)];
        assert!(written(&run).starts_with("::error file=specs/agentix.yaml,line=41,title=item/schema sendMessage"));
    }

    #[test]
    fn hostile_text_makes_no_command_of_its_own() {
        let hostile = "x,line=9::\r\n::stop-commands::y\n%0A::error::z\u{1b}[0m";
        let mut run = fixture::run();
        let commands = written(&run).lines().count();
        let target = &mut run.targets[0];
        for text in [&mut target.name, &mut target.spec] {
            hostile.clone_into(text);
        }
        for found in &mut target.findings {
            found.finding.message = hostile.to_owned();
            found.operation = hostile.to_owned();
            found.case.curl = hostile.to_owned();
        }
        let report = written(&run);
        assert_eq!(report.lines().count(), commands);
        for line in report.lines() {
            let (head, message) = line.strip_prefix("::").and_then(|line| line.split_once("::")).unwrap();
            assert!(
                head.starts_with("error ") || head.starts_with("warning ") || head.starts_with("notice "),
                "{head}"
            );
            assert_eq!(head.matches("line=").count() - head.matches("%2Cline=").count(), 0, "{head}");
            assert!(!message.contains(char::is_control), "{message}");
        }
    }
}
