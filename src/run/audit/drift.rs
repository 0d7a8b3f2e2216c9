//! The shapes of answers beside the snapshots that were accepted.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Audit;
use super::sending::Stop;
use crate::generate::Case;
use crate::judge::judge_snapshot;
use crate::run::RunError;
use crate::run::dispatch::is_throttled;
use crate::run::setting::Setting;
use crate::send::Exchange;
use crate::snapshot::{Difference, Snapshot, Snapshots, differences};

impl Audit<'_> {
    /// Takes in the shape of one answer, where the run looks at shapes. A limit on the pace has none of the API's.
    pub(super) fn record_shape(&mut self, case: &Case, exchange: &Exchange, setting: &Setting) {
        if let Some((_, recorder)) = &mut self.snapshots
            && !is_throttled(case, exchange)
        {
            if !setting.is_alone() {
                self.settings.entry(case.id.clone()).or_insert_with(|| setting.clone());
            }
            recorder.note(case, exchange);
        }
    }

    /// The shapes of all answers, without names that hold a secret.
    pub(super) fn recorded(&self) -> BTreeMap<String, Snapshot> {
        let is_secret = |name: &str| self.redactor.text(name) != name;
        self.snapshots.as_ref().map(|(_, recorder)| recorder.snapshots(&is_secret)).unwrap_or_default()
    }

    /// Judges every operation by its snapshot.
    pub(super) fn judge_drift(&mut self) -> Result<(), RunError> {
        let snapshots = self.snapshots.as_ref().map(|(snapshots, _)| *snapshots);
        let Some(Snapshots::Compare(accepted)) = snapshots else { return Ok(()) };
        for (operation, now) in self.recorded() {
            match accepted.get(&operation).map(|then| differences(then, &now)) {
                None => self.told_of(&operation, (None, ""), None)?,
                Some(all) if all.is_empty() => self.told_of(&operation, (None, ""), Some(&[]))?,
                Some(all) => {
                    let mut by_answers: BTreeMap<(Option<String>, String), Vec<String>> = BTreeMap::new();
                    for Difference { answers, case, words } in all {
                        by_answers.entry((case, answers)).or_default().push(words);
                    }
                    for ((kind, answers), words) in by_answers {
                        self.told_of(&operation, (kind.as_deref(), &answers), Some(&words))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Counts what one operation's snapshot comes to, on an answer that shows it.
    fn told_of(
        &mut self,
        operation: &str,
        (kind, answers): (Option<&str>, &str),
        words: Option<&[String]>,
    ) -> Result<(), RunError> {
        let shown = self.snapshots.as_ref().and_then(|(_, recorder)| recorder.shown(operation, kind, answers));
        let Some((case, exchange)) = shown.cloned() else { return Ok(()) };
        let accepted = match self.snapshots {
            Some((Snapshots::Compare(accepted), _)) => accepted.get(operation).cloned().unwrap_or_default(),
            _ => Snapshot::default(),
        };
        let within = self.settings.get(&case.id).cloned().unwrap_or_default();
        let setting = Setting::Drift(Arc::new(accepted), Box::new(within));
        let new = self.tally.record(&case, &exchange, &judge_snapshot(words), &setting);
        match self.tell(&case, new) {
            Err(Stop::Broken(error)) => Err(error),
            _ => Ok(()),
        }
    }
}
