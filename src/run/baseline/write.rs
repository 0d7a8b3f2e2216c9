//! Writing a baseline.

use super::{Baseline, Entry, Known, Outcome, PLACEHOLDER, Subject};
use crate::judge::Finding;
use crate::run::{FoundFinding, Reproduced, RunResult, TargetResult};

const HEAD: &str = "\
# Findings that are known: with `uptospec check --baseline FILE` they do not fail the run.
# Each needs a `reason`. After the day of `expires = 2027-01-31` a finding fails the run again; with
# `flaky = true` it may or may not occur. An entry whose finding no longer occurs fails the run.
";

/// The baseline of a run, as text: the entries of `earlier` that may still hold, then every finding that fails the
/// run and has none.
pub(super) fn to_toml(run: &RunResult, earlier: &[Entry]) -> String {
    let mut text = HEAD.to_owned();
    for entry in earlier {
        let found = run.targets.iter().filter(|target| entry.is_for(&target.name)).flat_map(|target| &target.findings);
        let finding =
            found.into_iter().find(|found| entry.is_about(&Subject::from(*found))).map(|found| &found.finding);
        for target in still_of(entry, run) {
            text += &written(target, entry.rule, &entry.operation, entry.state.as_deref(), &entry.known, finding);
        }
    }
    for target in &run.targets {
        let is_listed = |found: &FoundFinding| {
            earlier.iter().any(|entry| entry.is_for(&target.name) && entry.is_about(&Subject::from(found)))
        };
        for found in &target.findings {
            if found.finding.severity >= run.fail_on && !is_listed(found) {
                text += &new(target, found);
            }
        }
    }
    text
}

impl Baseline {
    /// The baseline of a run as TOML; what `earlier` says of a finding is kept.
    pub fn to_toml(run: &RunResult, earlier: Option<&Baseline>) -> String {
        to_toml(run, earlier.map(|baseline| baseline.entries.as_slice()).unwrap_or_default())
    }
}

/// The targets to name in what becomes of an entry, `None` for every target that has the operation. The run leaves
/// room for it where its finding occurs, or may occur where the run could not see it; where it is gone from some of
/// the targets, it is an entry of each of the others.
fn still_of<'a>(entry: &'a Entry, run: &'a RunResult) -> Vec<Option<&'a str>> {
    let is_gone = |target: &&TargetResult| {
        let outcome = Outcome::from(*target);
        let occurs = outcome.findings.iter().any(|subject| entry.is_about(subject));
        !occurs && entry.is_judged(&outcome) && !entry.known.flaky
    };
    let has_it = |target: &&TargetResult| entry.is_for(&target.name) && target.operations.contains(&entry.operation);
    let (gone, still): (Vec<_>, Vec<_>) = run.targets.iter().filter(has_it).partition(is_gone);
    match (gone.is_empty(), &entry.target) {
        (true, target) => vec![target.as_deref()],
        (false, Some(_)) => Vec::new(),
        (false, None) => still.into_iter().map(|target| Some(target.name.as_str())).collect(),
    }
}

fn new(target: &TargetResult, found: &FoundFinding) -> String {
    let flaky = matches!(found.reproduced, Reproduced::Sometimes | Reproduced::Never);
    let nobody_said = Known { reason: PLACEHOLDER.to_owned(), expires: None, flaky };
    // Another baseline may have excused it.
    let known = found.known.as_ref().unwrap_or(&nobody_said);
    let (rule, finding) = (found.finding.rule, Some(&found.finding));
    written(Some(&target.name), rule, &found.operation, found.state.as_deref(), known, finding)
}

fn written(
    target: Option<&str>,
    rule: &str,
    operation: &str,
    state: Option<&str>,
    known: &Known,
    finding: Option<&Finding>,
) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let comment = finding.map(|finding| format!("# {}: {}", finding.severity.word(), one_line(&finding.message)));
    let lines = [
        Some("\n[[known]]".to_owned()),
        comment,
        target.map(|target| format!("target = {}", quoted(target))),
        Some(format!("rule = {}", quoted(rule))),
        Some(format!("operation = {}", quoted(operation))),
        state.map(|state| format!("state = {}", quoted(state))),
        Some(format!("reason = {}", quoted(&known.reason))),
        known.expires.map(|date| format!("expires = {date}")),
        known.flaky.then(|| "flaky = true".to_owned()),
    ];
    lines.into_iter().flatten().map(|line| line + "\n").collect()
}

/// A text on one line; what could steer a terminal is escaped.
fn one_line(text: &str) -> String {
    let mut line = String::new();
    for char in text.chars() {
        match char {
            '"' | '\'' | '\\' => line.push(char),
            _ => line.extend(char.escape_debug()),
        }
    }
    line
}
