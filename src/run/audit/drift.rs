//! The shapes of answers beside the snapshots that were accepted.

use std::collections::BTreeMap;

use super::Audit;
use super::sending::Stop;
use crate::generate::Case;
use crate::run::RunError;
use crate::run::dispatch::is_throttled;
use crate::run::drift::Drift;
use crate::send::Exchange;
use crate::snapshot::{Snapshot, Snapshots};

impl Audit<'_> {
    /// Takes in the shape of one answer, where the run looks at shapes. A limit on the pace has none of the API's.
    pub(super) fn record_shape(&mut self, case: &Case, exchange: &Exchange) {
        if let Some((_, recorder)) = &mut self.snapshots
            && !is_throttled(case, exchange)
        {
            recorder.note(case, exchange);
        }
    }

    /// The shapes of all answers, without names that hold a secret.
    pub(super) fn recorded(&self) -> BTreeMap<String, Snapshot> {
        let is_secret = |name: &str| self.redactor.text(name) != name;
        self.snapshots.as_ref().map(|(_, recorder)| recorder.snapshots(&is_secret)).unwrap_or_default()
    }

    /// What each operation's answers are held against, where the run does so.
    pub(super) fn drifts(&self) -> BTreeMap<String, Drift> {
        let Some((Snapshots::Compare(accepted), recorder)) = &self.snapshots else { return BTreeMap::new() };
        let drift = |(operation, now): (String, Snapshot)| {
            let (accepted, shown) = (accepted.get(&operation).cloned(), recorder.shown_cases(&operation));
            (operation, Drift { accepted, now, shown })
        };
        self.recorded().into_iter().map(drift).collect()
    }

    /// Judges every operation by its snapshot, each difference on an answer that shows it. A shard leaves that to who
    /// knows the answers of all.
    pub(super) fn judge_drift(&mut self) -> Result<(), RunError> {
        if self.options.shard.is_some() {
            return Ok(());
        }
        for (operation, drift) in self.drifts() {
            for (answers, checks) in drift.checks() {
                let Some((case, exchange)) = self.shown(&operation, &answers).cloned() else { continue };
                let new = self.tally.record(&case, &exchange, &checks, false);
                if let Err(Stop::Broken(error)) = self.tell(&case, new) {
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// An answer of an operation by status and media type.
    pub(super) fn shown(&self, operation: &str, answers: &str) -> Option<&(Case, Exchange)> {
        self.snapshots.as_ref().and_then(|(_, recorder)| recorder.shown(operation, answers))
    }
}
