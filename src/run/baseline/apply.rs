//! What a baseline makes of a target's result.

use super::{Baseline, Entry, Known, Lapse, Lapsed};
use crate::judge::Severity;
use crate::run::{FoundFinding, RunVerdict, TargetResult};

/// What a target came to, as far as a baseline asks.
#[derive(Debug, Clone)]
pub struct Outcome<'a> {
    /// Its name.
    pub target: &'a str,
    /// Ids of its operations.
    pub operations: Vec<&'a str>,
    /// Whether it was judged in full: of a shard, another may have found what it did not.
    pub is_whole: bool,
    /// The findings.
    pub findings: Vec<Subject<'a>>,
    /// The rules that were kept, each with an operation, wherever they were judged.
    pub kept: Vec<(&'a str, &'a str)>,
    /// The operations of which something was left out, with the state that was missing.
    pub left_out: Vec<(&'a str, Option<&'a str>)>,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    /// Id of the rule.
    pub rule: &'a str,
    /// Id of the operation.
    pub operation: &'a str,
    /// The state, where the finding is of one.
    pub state: Option<&'a str>,
}

impl<'a> From<&'a FoundFinding> for Subject<'a> {
    fn from(found: &'a FoundFinding) -> Self {
        Subject { rule: found.finding.rule, operation: &found.operation, state: found.state.as_deref() }
    }
}

impl<'a> From<&'a TargetResult> for Outcome<'a> {
    fn from(result: &'a TargetResult) -> Self {
        let kept = result.checks.iter().filter(|check| check.passed > 0 && check.failed == 0);
        let left_out = result.left_out.iter();
        Outcome {
            target: &result.name,
            operations: result.operations.iter().map(String::as_str).collect(),
            is_whole: result.incomplete.is_empty() && result.shard.is_none(),
            findings: result.findings.iter().map(Subject::from).collect(),
            kept: kept.map(|check| (check.rule, check.operation.as_str())).collect(),
            left_out: left_out.map(|left_out| (left_out.operation.as_str(), left_out.state.as_deref())).collect(),
        }
    }
}

impl Baseline {
    /// Marks the findings that are known, notes the entries that no longer hold, and says anew what the target
    /// comes to.
    pub(in crate::run) fn apply(&self, result: &mut TargetResult, fail_on: Severity) {
        let (known, lapsed) = self.weigh(&Outcome::from(&*result));
        result.findings.iter_mut().zip(known).for_each(|(found, known)| found.known = known.cloned());
        result.lapsed = lapsed;
        result.verdict = verdict(result, fail_on);
    }

    /// What is known of each finding, and the entries that no longer hold.
    pub fn weigh(&self, outcome: &Outcome<'_>) -> (Vec<Option<&Known>>, Vec<Lapsed>) {
        let mut lapsed = Vec::new();
        let holds = |entry: &&Entry| match self.lapse(entry, outcome) {
            Some(lapse) => {
                lapsed.push(entry.lapsed(lapse));
                false
            }
            None => true,
        };
        let holding: Vec<&Entry> =
            self.entries.iter().filter(|entry| entry.is_for(outcome.target)).filter(holds).collect();
        let known = |subject: &Subject<'_>| {
            let entry = holding.iter().find(|entry| entry.is_about(subject))?;
            Some(&entry.known)
        };
        (outcome.findings.iter().map(known).collect(), lapsed)
    }

    /// Why an entry no longer holds for a target; `None` where it may.
    fn lapse(&self, entry: &Entry, outcome: &Outcome<'_>) -> Option<Lapse> {
        let occurs = outcome.findings.iter().any(|subject| entry.is_about(subject));
        let is_known_to_be_gone = !occurs && entry.is_judged(outcome);
        if !occurs && !is_known_to_be_gone {
            return None;
        }
        let expired = entry.known.expires.filter(|last| *last < self.today).map(Lapse::Expired);
        let is_gone = is_known_to_be_gone && !entry.known.flaky;
        if is_gone { Some(Lapse::Gone) } else { expired }
    }
}

impl Entry {
    /// Whether it is about the target of that name.
    pub(super) fn is_for(&self, target: &str) -> bool {
        self.target.as_ref().is_none_or(|own| own == target)
    }

    /// Whether it is about this finding.
    pub(super) fn is_about(&self, subject: &Subject<'_>) -> bool {
        *subject == Subject { rule: self.rule, operation: &self.operation, state: self.state.as_deref() }
    }

    /// Whether the run would have shown the finding, were it still there: the target was judged in full, the rule
    /// was kept on the operation, and the state was brought about.
    pub(super) fn is_judged(&self, outcome: &Outcome<'_>) -> bool {
        let was_kept = outcome.kept.contains(&(self.rule, &self.operation));
        let state = self.state.as_deref();
        let no_state = state.is_some() && outcome.left_out.contains(&(self.operation.as_str(), state));
        outcome.is_whole && outcome.operations.contains(&self.operation.as_str()) && was_kept && !no_state
    }

    fn lapsed(&self, why: Lapse) -> Lapsed {
        let Entry { rule, operation, state, place, known, .. } = self.clone();
        Lapsed { rule, operation, state, is_of_target: self.target.is_some(), why, reason: known.reason, place }
    }
}

fn verdict(result: &TargetResult, fail_on: Severity) -> RunVerdict {
    let fails = |found: &FoundFinding| found.known.is_none() && found.finding.severity >= fail_on;
    match () {
        () if result.findings.iter().any(fails) || !result.lapsed.is_empty() => RunVerdict::Violations,
        () if result.incomplete.is_empty() => RunVerdict::Conformant,
        () => RunVerdict::Incomplete,
    }
}
