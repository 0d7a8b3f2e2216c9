//! Annotations on GitHub: a workflow command a finding, at the line of the spec that makes the broken promise.

use std::io;

use super::safe;
use super::told::{self, LONGEST_TEXT};
use crate::contract::Place;
use crate::judge::Severity;
use crate::run::{FoundFinding, Lapsed, RunResult, TargetResult};

/// Most reasons why a target could not be judged in full.
const MOST_REASONS: usize = 12;
/// Columns of a title: GitHub takes at most 255 characters.
const LONGEST_TITLE: usize = 200;

/// Writes the commands of a run: the gravest finding of each target, then the next of each. GitHub shows the first ten
/// of a severity, and no target may take them all.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut dyn io::Write, run: &RunResult) -> io::Result<()> {
    for target in &run.targets {
        write_incomplete(out, target)?;
        target.lapsed.iter().try_for_each(|lapsed| write_lapsed(out, target, lapsed))?;
    }
    let most = run.targets.iter().map(|target| target.findings.len()).max().unwrap_or_default();
    for index in 0..most {
        for target in &run.targets {
            target.findings.get(index).map_or(Ok(()), |found| write_finding(out, target, found))?;
        }
    }
    Ok(())
}

/// Why a target could not be judged in full, as one annotation.
fn write_incomplete(out: &mut dyn io::Write, target: &TargetResult) -> io::Result<()> {
    if target.incomplete.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<_> =
        target.incomplete.iter().take(MOST_REASONS).map(|reason| safe::clipped(reason, LONGEST_TEXT)).collect();
    let left = target.incomplete.len().saturating_sub(MOST_REASONS);
    lines.extend((left > 0).then(|| format!("and {left} more")));
    let message = format!("{}: {}", safe::text(&target.name), lines.join("\n"));
    let title = title("uptospec: not judged in full");
    writeln!(out, "::error file={},title={title}::{}", path(&target.spec), data(&message))
}

fn write_finding(out: &mut dyn io::Write, target: &TargetResult, found: &FoundFinding) -> io::Result<()> {
    let level = match found.finding.severity {
        Severity::Error if found.known.is_none() => "error",
        Severity::Warning if found.known.is_none() => "warning",
        Severity::Error | Severity::Warning | Severity::Note => "notice",
    };
    let file = match place(target, found) {
        Some(place) => format!("file={},line={}", path(&place.file), place.line),
        None => format!("file={}", path(&target.spec)),
    };
    let title = title(&format!("{} {}", found.finding.rule, told::subject(found)));
    writeln!(out, "::{level} {file},title={title}::{}", data(&message(target, found)))
}

/// An entry of the baseline that no longer holds, at its line.
fn write_lapsed(out: &mut dyn io::Write, target: &TargetResult, lapsed: &Lapsed) -> io::Result<()> {
    let (file, line) = (path(&lapsed.place.file), lapsed.place.line);
    let title = title(&format!("baseline: {}", told::lapsed_subject(lapsed)));
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

/// The title of an annotation as a property.
fn title(text: &str) -> String {
    property(&safe::fitted(text, LONGEST_TITLE))
}

/// A path as a property, without steps back: GitHub looks for it among the files of a commit as it stands.
fn path(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match (step, steps.last()) {
            (".", _) => {}
            ("..", Some(&last)) if !matches!(last, ".." | "") => drop(steps.pop()),
            _ => steps.push(step),
        }
    }
    property(&steps.join("/"))
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
        run.targets.truncate(1);
        assert!(written(&run).starts_with("::error file=specs/agentix.yaml,line=41,title=item/schema sendMessage"));
    }

    #[test]
    fn however_many_reasons_there_are_they_take_one_annotation() {
        let mut run = fixture::run();
        run.targets[2].incomplete = vec!["no valid request was served".to_owned(); 100];
        let report = written(&run);
        assert_eq!(report.matches("title=uptospec%3A not judged in full::agentsgt").count(), 1, "{report}");
        assert!(report.contains("%0Aand 88 more\n"), "{report}");
    }

    #[test]
    fn no_target_takes_all_annotations_that_are_shown() {
        let mut run = fixture::run();
        run.targets[0].findings = vec![run.targets[0].findings[0].clone(); 20];
        run.targets[1].findings = run.targets[0].findings[..2].to_vec();
        run.targets[2].incomplete.clear();
        let report = written(&run);
        let targets: Vec<_> =
            report.lines().take(5).map(|line| line.split("::").nth(2).unwrap()[..7].to_owned()).collect();
        assert_eq!(targets, ["agentix", "agntix:", "agentix", "agntix:", "agentix"]);
    }

    #[test]
    fn a_path_is_the_one_that_the_repository_has() {
        assert_eq!(path("reports/../specs/./a.yaml"), "specs/a.yaml");
        assert_eq!(path("../../specs/a,b.yaml"), "../../specs/a%2Cb.yaml");
        assert_eq!(path("/srv/a/../b.yaml"), "/srv/b.yaml");
        assert_eq!(path("https://a.test/b/../c.yaml"), "https%3A//a.test/c.yaml");
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
