//! Rules by targets: who keeps what.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{Report, Target};
use crate::judge::Severity;
use crate::run::{PromiseVerdict, RunVerdict};

/// Targets side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// The targets, a column each.
    pub subjects: Vec<Subject>,
    /// The rules that at least one of them breaks, a row each.
    pub broken: Vec<Row>,
    /// The rules that nobody breaks and somebody keeps, a row each.
    pub kept: Vec<Row>,
    /// Rules that could be judged on none of them.
    pub unjudged: Vec<String>,
}

/// A target as a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What stands above its column: no two have the same.
    pub label: String,
    /// Its base URL.
    pub url: String,
    /// The document that it was held to.
    pub spec: String,
    /// What it came to.
    pub verdict: RunVerdict,
    /// Requests sent.
    pub requests: usize,
    /// Sentences of the documents: kept, broken and not checked.
    pub promises: [usize; 3],
    /// Findings: errors, warnings and notes.
    pub findings: [usize; 3],
}

/// What became of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Id of the rule.
    pub rule: String,
    /// One for each subject, in their order.
    pub cells: Vec<Cell>,
}

/// What became of one rule on one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// It is broken.
    Broken {
        /// The gravest finding's weight.
        severity: Severity,
        /// On how many operations and states.
        findings: usize,
    },
    /// It is kept.
    Kept {
        /// How often.
        times: usize,
    },
    /// It was asked for and could not be judged.
    NotChecked,
    /// It has nothing to do with what was sent.
    Absent,
}

impl Matrix {
    /// Sets all targets of these reports side by side. A report is named, such as by its file.
    pub fn of(reports: &[(String, Report)]) -> Self {
        let targets: Vec<(&str, &Target)> = reports
            .iter()
            .flat_map(|(name, report)| report.targets.iter().map(move |target| (name.as_str(), target)))
            .collect();
        let subjects = labels(&targets).into_iter().zip(&targets).map(|(label, (_, target))| subject(label, target));
        let rules: BTreeSet<&str> = targets.iter().flat_map(|(_, target)| rules_of(target)).collect();
        let mut matrix =
            Matrix { subjects: subjects.collect(), broken: Vec::new(), kept: Vec::new(), unjudged: Vec::new() };
        for rule in rules {
            let cells: Vec<_> = targets.iter().map(|(_, target)| cell(rule, target)).collect();
            let has = |wanted: fn(&Cell) -> bool| cells.iter().any(wanted);
            let is_broken = has(|cell| matches!(cell, Cell::Broken { .. }));
            let is_kept = has(|cell| matches!(cell, Cell::Kept { .. }));
            let row = Row { rule: rule.to_owned(), cells };
            match (is_broken, is_kept) {
                (true, _) => matrix.broken.push(row),
                (false, true) => matrix.kept.push(row),
                (false, false) => matrix.unjudged.push(row.rule),
            }
        }
        matrix
    }
}

fn rules_of(target: &Target) -> impl Iterator<Item = &str> {
    let checked = target.checks.iter().map(|check| check.rule.as_str());
    checked.chain(target.findings.iter().map(|finding| finding.rule.as_str()))
}

fn subject(label: String, target: &Target) -> Subject {
    let promises = [PromiseVerdict::Kept, PromiseVerdict::Broken, PromiseVerdict::NotChecked]
        .map(|verdict| target.promises.iter().filter(|promise| promise.verdict == verdict).count());
    let findings = [Severity::Error, Severity::Warning, Severity::Note]
        .map(|severity| target.findings.iter().filter(|finding| finding.severity == severity).count());
    let (url, spec) = (target.url.clone(), target.spec.clone());
    Subject { label, url, spec, verdict: target.verdict, requests: target.requests, promises, findings }
}

fn cell(rule: &str, target: &Target) -> Cell {
    let found = target.findings.iter().filter(|finding| finding.rule == rule);
    if let Some(severity) = found.clone().map(|finding| finding.severity).max() {
        return Cell::Broken { severity, findings: found.count() };
    }
    let checks: Vec<_> = target.checks.iter().filter(|check| check.rule == rule).collect();
    match checks.iter().map(|check| check.passed).sum() {
        0 if checks.is_empty() => Cell::Absent,
        0 => Cell::NotChecked,
        times => Cell::Kept { times },
    }
}

/// A target's name; where several have the same, with their reports' names, and at last with numbers.
fn labels(targets: &[(&str, &Target)]) -> Vec<String> {
    let name = |(_, target): &(&str, &Target)| target.name.clone();
    let with_report = |(report, target): &(&str, &Target)| format!("{} ({report})", target.name);
    let plain = told_apart(targets.iter().map(name).collect(), |index| with_report(&targets[index]));
    let mut seen = BTreeMap::<String, usize>::new();
    let number = |label: String| {
        let times = seen.entry(label.clone()).or_default();
        *times += 1;
        if *times == 1 { label } else { format!("{label} #{times}") }
    };
    plain.into_iter().map(number).collect()
}

/// The labels, those that several have put in other words.
fn told_apart(labels: Vec<String>, otherwise: impl Fn(usize) -> String) -> Vec<String> {
    let is_shared = |label: &String| labels.iter().filter(|other| *other == label).count() > 1;
    labels.iter().enumerate().map(|(i, label)| if is_shared(label) { otherwise(i) } else { label.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::fixture::{check, finding, report, target};

    fn matrix(targets: Vec<Target>) -> Matrix {
        let reports = targets.into_iter().enumerate().map(|(at, target)| (format!("{at}.json"), report(vec![target])));
        Matrix::of(&reports.collect::<Vec<_>>())
    }

    #[test]
    fn a_rule_that_anybody_breaks_is_a_row_of_its_own() {
        let mut one = target("one");
        one.checks = vec![check("sse/bom", 3, 1), check("body/schema", 2, 0)];
        one.findings = vec![finding("sse/bom", Severity::Warning, "a"), finding("sse/bom", Severity::Error, "b")];
        let mut two = target("two");
        two.checks = vec![check("sse/bom", 4, 0), check("echo/mismatch", 0, 0)];
        let matrix = matrix(vec![one, two]);
        let broken = Cell::Broken { severity: Severity::Error, findings: 2 };
        assert_eq!(matrix.broken, [Row { rule: "sse/bom".into(), cells: vec![broken, Cell::Kept { times: 4 }] }]);
        assert_eq!(matrix.kept[0].cells, [Cell::Kept { times: 2 }, Cell::Absent]);
        assert_eq!(matrix.unjudged, ["echo/mismatch"]);
    }

    #[test]
    fn targets_of_the_same_name_are_told_apart_by_their_reports() {
        let matrix = matrix(vec![target("api"), target("api"), target("other")]);
        let labels: Vec<_> = matrix.subjects.iter().map(|subject| subject.label.as_str()).collect();
        assert_eq!(labels, ["api (0.json)", "api (1.json)", "other"]);
    }

    #[test]
    fn the_same_report_twice_is_numbered() {
        let twice = ["a.json", "a.json"].map(|name| (name.to_owned(), report(vec![target("api")])));
        let matrix = Matrix::of(&twice);
        let labels: Vec<_> = matrix.subjects.iter().map(|subject| subject.label.as_str()).collect();
        assert_eq!(labels, ["api (a.json)", "api (a.json) #2"]);
    }
}
