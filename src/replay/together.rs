//! Judging exchanges by what they show together.

use std::sync::Arc;
use std::time::SystemTime;

use crate::contract::Contract;
use crate::generate::{Case, taken};
use crate::judge::{
    Burst, Check, Context, Memory, Sent, followed, judge, judge_burst, judge_criteria, judge_snapshot, judge_stage,
};
use crate::recording::RecordedCriteria;
use crate::send::{Exchange, Outcome};
use crate::snapshot::{Recorder, Snapshot, differences};

/// Judges exchanges by the rules and the contract of today.
pub struct Together<'a> {
    /// The contract.
    pub contract: &'a Contract,
    /// What was known beyond the exchange of the finding.
    pub context: Context,
}

impl Together<'_> {
    /// By every rule that needs no other exchange.
    pub fn alone(&self, case: &Case, exchange: &Exchange) -> Vec<Check> {
        judge(self.contract, case, exchange, self.context)
    }

    /// By the rules on the answers of a run, as if these were all.
    pub fn beside(&self, all: Vec<(Case, Exchange)>) -> Vec<Check> {
        let mut memory = Memory::new(self.contract, &taken(self.contract), SystemTime::UNIX_EPOCH);
        for (case, mut exchange) in all {
            // A word may be in the pieces of a stream, which a recording does not keep as it was followed.
            let stream = followed(self.contract, &case, &exchange).map(Arc::new);
            if let Outcome::Answered(answer) = &mut exchange.outcome {
                answer.followed = answer.followed.take().or(stream);
            }
            memory.note(&case, &exchange);
        }
        let of_run = memory.checks(|promise| Some(&self.contract.promise(promise).source));
        of_run.into_iter().map(|judged| judged.check).collect()
    }

    /// As a stage in the life of a thing, after what came before.
    pub fn in_life(&self, (case, exchange): &(Case, Exchange), before: &[(Case, Exchange)]) -> Vec<Check> {
        let before: Vec<_> = before.iter().map(|(case, exchange)| Sent { case, exchange }).collect();
        let mut checks = self.alone(case, exchange);
        checks.extend(judge_stage(case, exchange, &before));
        checks
    }

    /// As a step of a workflow, by the criteria that were judged on it.
    pub fn in_workflow(&self, (case, exchange): &(Case, Exchange), criteria: &[RecordedCriteria]) -> Vec<Check> {
        let mut checks = self.alone(case, exchange);
        for one in criteria {
            let sent = Sent { case, exchange };
            checks.extend(judge_criteria(&one.criteria, one.source.as_ref(), &one.known(), sent).checks);
        }
        checks
    }

    /// As one of a burst.
    ///
    /// # Errors
    /// When the operation has no limit any more.
    pub fn in_burst(&self, case: &Case, burst: Burst) -> Result<Vec<Check>, String> {
        let limit = case.operation.rate_limit;
        let limit = limit.ok_or_else(|| format!("{} documents no rate limit any more", case.operation.id))?;
        Ok(judge_burst(self.contract, case, &burst.held_to(limit)))
    }

    /// By the snapshot that was accepted.
    ///
    /// # Errors
    /// When the snapshot cannot be read.
    pub fn by_snapshot(&self, (case, exchange): &(Case, Exchange), accepted: &str) -> Result<Vec<Check>, String> {
        let accepted =
            Snapshot::from_text(accepted).map_err(|error| format!("its snapshot cannot be read: {error}"))?;
        let mut recorder = Recorder::default();
        recorder.note(case, exchange);
        let now = recorder.snapshots(&|_| false).remove(&case.operation.id).unwrap_or_default();
        let words: Vec<_> = differences(&accepted, &now).into_iter().map(|difference| difference.words).collect();
        Ok(judge_snapshot(Some(&words)))
    }
}
