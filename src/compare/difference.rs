//! What changed between two runs.

use std::collections::BTreeSet;

use super::report::{Finding, Promise, Report, Target};
use crate::judge::Severity;
use crate::run::{PromiseVerdict, RunVerdict};

/// What changed from one report to another of the same targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The targets that both have, in the later report's order.
    pub targets: Vec<TargetDifference>,
    /// Targets of the earlier report alone.
    pub only_before: Vec<String>,
    /// Targets of the later report alone.
    pub only_after: Vec<String>,
}

/// What changed of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetDifference {
    /// Its name.
    pub name: String,
    /// What it was.
    pub before: Side,
    /// What it is.
    pub after: Side,
    /// Findings that were not there.
    pub new: Vec<Finding>,
    /// Findings that were there and weigh more now, with what they weighed.
    pub graver: Vec<(Finding, Severity)>,
    /// Findings that are no longer there.
    pub gone: Vec<(Finding, Gone)>,
    /// Findings that are still there.
    pub unchanged: Vec<Finding>,
    /// Sentences of the documents of which something else became.
    pub promises: Vec<Change>,
    /// Rules that the earlier run judged, each with the operation.
    judged_before: BTreeSet<(String, String)>,
}

/// One of two runs of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Its base URL.
    pub url: String,
    /// What it came to.
    pub verdict: RunVerdict,
    /// Requests sent.
    pub requests: usize,
}

/// Why a finding is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// The rule was judged there, and is kept.
    Kept,
    /// The rule was not judged there, or not in that state: nobody knows.
    NotJudged,
    /// The target could not be judged in full: nobody knows.
    Incomplete,
}

/// A sentence of which something else became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The sentence as the later report has it.
    pub promise: Promise,
    /// What had become of it.
    pub before: PromiseVerdict,
}

impl Difference {
    /// The difference, where both reports have a target in common and no name twice.
    pub fn between(before: &Report, after: &Report) -> Option<Self> {
        let has_once = |report: &Report| {
            let names: Vec<_> = report.targets.iter().map(|target| &target.name).collect();
            names.iter().all(|name| names.iter().filter(|other| other == &name).count() == 1)
        };
        if !has_once(before) || !has_once(after) {
            return None;
        }
        let find = |report: &Report, name: &str| report.targets.iter().find(|target| target.name == name).cloned();
        let targets: Vec<_> = after
            .targets
            .iter()
            .filter_map(|target| Some(TargetDifference::between(&find(before, &target.name)?, target)))
            .collect();
        let missing = |from: &Report, of: &Report| {
            let missing = of.targets.iter().filter(|target| find(from, &target.name).is_none());
            missing.map(|target| target.name.clone()).collect()
        };
        let difference =
            Difference { targets, only_before: missing(after, before), only_after: missing(before, after) };
        (!difference.targets.is_empty()).then_some(difference)
    }

    /// Whether a finding is new, or weighs more than it did.
    pub fn is_worse(&self) -> bool {
        self.targets.iter().any(|target| !target.new.is_empty() || !target.graver.is_empty())
    }

    /// Whether a target could be judged before and cannot now, or is not in the later report at all.
    pub fn is_unknown(&self) -> bool {
        let lost = |target: &TargetDifference| {
            target.after.verdict == RunVerdict::Incomplete && target.before.verdict != RunVerdict::Incomplete
        };
        !self.only_before.is_empty() || self.targets.iter().any(lost)
    }
}

impl TargetDifference {
    fn between(before: &Target, after: &Target) -> Self {
        let mut difference = TargetDifference {
            name: after.name.clone(),
            before: Side::of(before),
            after: Side::of(after),
            new: Vec::new(),
            graver: Vec::new(),
            gone: Vec::new(),
            unchanged: Vec::new(),
            promises: changes(&before.promises, &after.promises),
            judged_before: judged(before),
        };
        for finding in &after.findings {
            match before.findings.iter().find(|earlier| earlier.key() == finding.key()) {
                None => difference.new.push(finding.clone()),
                Some(earlier) if earlier.severity < finding.severity => {
                    difference.graver.push((finding.clone(), earlier.severity));
                }
                Some(_) => difference.unchanged.push(finding.clone()),
            }
        }
        let is_gone = |earlier: &&Finding| after.findings.iter().all(|finding| finding.key() != earlier.key());
        let gone = before.findings.iter().filter(is_gone);
        difference.gone = gone.map(|finding| (finding.clone(), why_gone(finding, after))).collect();
        difference
    }
}

impl TargetDifference {
    /// Whether a new finding may have been there before: its rule was not judged on the operation then.
    pub fn is_newly_judged(&self, finding: &Finding) -> bool {
        !self.judged_before.contains(&(finding.rule.clone(), finding.operation.clone()))
    }
}

/// The rules that a run judged, each with the operation.
fn judged(target: &Target) -> BTreeSet<(String, String)> {
    let judged = target.checks.iter().filter(|check| check.passed + check.failed > 0);
    let checked = judged.map(|check| (check.rule.clone(), check.operation.clone()));
    let found = target.findings.iter().map(|finding| (finding.rule.clone(), finding.operation.clone()));
    checked.chain(found).collect()
}

impl Side {
    fn of(target: &Target) -> Self {
        Side { url: target.url.clone(), verdict: target.verdict, requests: target.requests }
    }
}

fn why_gone(finding: &Finding, after: &Target) -> Gone {
    let mut same =
        after.checks.iter().filter(|check| check.rule == finding.rule && check.operation == finding.operation);
    let no_state = after.not_checked.iter().any(|left_out| {
        finding.state.is_some() && left_out.operation == finding.operation && left_out.state == finding.state
    });
    match () {
        () if no_state || !same.any(|check| check.passed > 0) => Gone::NotJudged,
        () if !after.incomplete.is_empty() => Gone::Incomplete,
        () => Gone::Kept,
    }
}

/// Sentences with the same words, document, operation and place in both.
fn changes(before: &[Promise], after: &[Promise]) -> Vec<Change> {
    let is_same = |one: &Promise, other: &Promise| {
        (&one.quote, &one.document, &one.operation, sentence_place(one))
            == (&other.quote, &other.document, &other.operation, sentence_place(other))
    };
    let change = |promise: &Promise| {
        let earlier = before.iter().find(|earlier| is_same(earlier, promise))?;
        let changed = earlier.verdict != promise.verdict;
        changed.then(|| Change { promise: promise.clone(), before: earlier.verdict })
    };
    after.iter().filter_map(change).collect()
}

/// The file of a place: lines move when a document is edited, and only a sentence that has no words of its own is
/// known by its line.
fn sentence_place(promise: &Promise) -> &str {
    if promise.quote.is_some() { promise.place.split(':').next().unwrap_or("") } else { &promise.place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::LeftOut;
    use crate::compare::fixture::{check, finding, report, target};

    fn between(before: Target, after: Target) -> TargetDifference {
        let difference = Difference::between(&report(vec![before]), &report(vec![after])).unwrap();
        difference.targets.into_iter().next().unwrap()
    }

    fn with(findings: Vec<Finding>) -> Target {
        Target { findings, ..target("api") }
    }

    #[test]
    fn findings_are_new_gone_graver_or_unchanged() {
        let before = with(vec![
            finding("sse/bom", Severity::Warning, "a"),
            finding("echo/mismatch", Severity::Error, "a"),
            finding("http/date", Severity::Note, "a"),
        ]);
        let after = with(vec![
            finding("sse/bom", Severity::Error, "a"),
            finding("sse/bom", Severity::Error, "b"),
            finding("http/date", Severity::Note, "a"),
        ]);
        let difference = between(before, after);
        assert_eq!(difference.graver, [(finding("sse/bom", Severity::Error, "a"), Severity::Warning)]);
        assert_eq!(difference.new, [finding("sse/bom", Severity::Error, "b")]);
        assert_eq!(difference.unchanged, [finding("http/date", Severity::Note, "a")]);
        assert_eq!(difference.gone.len(), 1);
    }

    #[test]
    fn what_was_not_judged_again_is_not_mended() {
        let before = || with(vec![finding("sse/bom", Severity::Error, "send")]);
        let kept = Target { checks: vec![check("sse/bom", 4, 0)], ..target("api") };
        assert_eq!(between(before(), kept).gone[0].1, Gone::Kept);
        let not_checked = Target { checks: vec![check("sse/bom", 0, 0)], ..target("api") };
        assert_eq!(between(before(), not_checked).gone[0].1, Gone::NotJudged);
        assert_eq!(between(before(), target("api")).gone[0].1, Gone::NotJudged);
    }

    #[test]
    fn what_may_not_have_been_tried_again_is_not_mended() {
        let mut in_state = finding("error/code", Severity::Error, "send");
        in_state.state = Some("no-credits".to_owned());
        let left_out = LeftOut { operation: "send".to_owned(), state: in_state.state.clone() };
        let after = Target { checks: vec![check("error/code", 4, 0)], ..target("api") };
        let gone = |after: &Target| between(with(vec![in_state.clone()]), after.clone()).gone[0].1;
        assert_eq!(gone(&after), Gone::Kept);
        assert_eq!(gone(&Target { not_checked: vec![left_out], ..after.clone() }), Gone::NotJudged);
        let interrupted = Target { incomplete: vec!["it was interrupted".to_owned()], ..after };
        assert_eq!(gone(&interrupted), Gone::Incomplete);
    }

    #[test]
    fn what_nobody_looked_for_before_may_have_been_there() {
        let after = || with(vec![finding("sse/bom", Severity::Error, "send")]);
        let judged = Target { checks: vec![check("sse/bom", 4, 0)], ..target("api") };
        let is_newly = |before: Target| {
            let difference = between(before, after());
            difference.is_newly_judged(&difference.new[0])
        };
        assert!(!is_newly(judged));
        assert!(is_newly(Target { checks: vec![check("sse/bom", 0, 0)], ..target("api") }));
        assert!(is_newly(target("api")));
    }

    #[test]
    fn a_state_makes_another_finding() {
        let mut with_state = finding("error/code", Severity::Error, "send");
        with_state.state = Some("no-credits".to_owned());
        let difference =
            between(with(vec![finding("error/code", Severity::Error, "send")]), with(vec![with_state.clone()]));
        assert_eq!((difference.new, difference.gone.len()), (vec![with_state], 1));
    }

    #[test]
    fn a_sentence_keeps_its_name_when_its_line_moves() {
        let promise = |line: usize, verdict| Promise {
            quote: Some("Messages end with done".to_owned()),
            document: "api.md".to_owned(),
            place: format!("openapi.yaml:{line}:3"),
            operation: None,
            verdict,
        };
        let before = Target { promises: vec![promise(4, PromiseVerdict::Kept)], ..target("api") };
        let after = Target { promises: vec![promise(9, PromiseVerdict::Broken)], ..target("api") };
        let expected = Change { promise: promise(9, PromiseVerdict::Broken), before: PromiseVerdict::Kept };
        assert_eq!(between(before, after).promises, [expected]);
    }

    #[test]
    fn reports_of_different_targets_have_no_difference() {
        assert_eq!(Difference::between(&report(vec![target("a")]), &report(vec![target("b")])), None);
    }

    #[test]
    fn a_target_that_is_missing_or_cannot_be_judged_any_more_is_unknown() {
        let both = report(vec![target("a"), target("b")]);
        assert!(Difference::between(&both, &report(vec![target("a")])).unwrap().is_unknown());
        assert!(!Difference::between(&both, &both).unwrap().is_unknown());
        let down = Target { verdict: RunVerdict::Incomplete, ..target("a") };
        assert!(Difference::between(&both, &report(vec![down, target("b")])).unwrap().is_unknown());
    }
}
