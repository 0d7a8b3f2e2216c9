//! What a baseline makes of a target's result.

use super::{Baseline, Entry, Lapse, Lapsed};
use crate::judge::Severity;
use crate::run::{FoundFinding, RunVerdict, TargetResult};

impl Baseline {
    /// Marks the findings that are known, notes the entries that no longer hold, and says anew what the target
    /// comes to. Of a run that `is_whole`, what was not found is gone; another shard may have found it.
    pub(in crate::run) fn apply(&self, result: &mut TargetResult, fail_on: Severity, is_whole: bool) {
        for entry in &self.entries {
            if !entry.is_for(result) {
                continue;
            }
            match self.lapse(entry, result, is_whole) {
                Some(lapse) => result.lapsed.push(entry.lapsed(lapse)),
                None => {
                    let found = result.findings.iter_mut().find(|found| entry.is_about(found));
                    found.into_iter().for_each(|found| found.known = Some(entry.known.clone()));
                }
            }
        }
        result.verdict = verdict(result, fail_on);
    }

    /// Why an entry no longer holds for a target; `None` where it may.
    fn lapse(&self, entry: &Entry, result: &TargetResult, is_whole: bool) -> Option<Lapse> {
        let occurs = result.findings.iter().any(|found| entry.is_about(found));
        let is_known_to_be_gone = !occurs && is_whole && entry.is_judged(result);
        if !occurs && !is_known_to_be_gone {
            return None;
        }
        let expired = entry.known.expires.filter(|last| *last < self.today).map(Lapse::Expired);
        let is_gone = is_known_to_be_gone && !entry.known.flaky;
        if is_gone { Some(Lapse::Gone) } else { expired }
    }
}

impl Entry {
    /// Whether it is about this target.
    pub(super) fn is_for(&self, result: &TargetResult) -> bool {
        self.target.as_ref().is_none_or(|target| *target == result.name)
    }

    /// Whether it is about this finding.
    pub(super) fn is_about(&self, found: &FoundFinding) -> bool {
        self.rule == found.finding.rule && self.operation == found.operation && self.state == found.state
    }

    /// Whether the run would have shown the finding, were it still there: the target was judged in full, the rule
    /// was kept on the operation, and the state was brought about.
    pub(super) fn is_judged(&self, result: &TargetResult) -> bool {
        let mut checks =
            result.checks.iter().filter(|check| check.rule == self.rule && check.operation == self.operation);
        let was_kept = checks.any(|check| check.passed > 0 && check.failed == 0);
        let no_state = result.left_out.iter().any(|left_out| {
            self.state.is_some() && left_out.operation == self.operation && left_out.state == self.state
        });
        result.incomplete.is_empty() && result.operations.contains(&self.operation) && was_kept && !no_state
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
