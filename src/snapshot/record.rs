//! Gathers the shapes of a run's answers.

use std::collections::BTreeMap;

use super::Snapshot;
use super::answer::{Answers, label};
use crate::generate::{Case, CaseId, CaseKind};
use crate::send::Exchange;

/// The shapes of one target's answers, gathered while it is audited.
#[derive(Debug, Default)]
pub struct Recorder {
    operations: BTreeMap<String, Recorded>,
}

#[derive(Debug, Default)]
struct Recorded {
    snapshot: Snapshot,
    /// For each status and media type the plainest case, the first by name of several, whatever the order of arrival.
    shown: BTreeMap<String, (Case, Exchange)>,
    /// For each kind of case one that has a short answer.
    of_kind: BTreeMap<String, (Case, Exchange)>,
}

/// Longest body that is kept to show what a kind of case is answered.
const KEPT_BODY: usize = 64 * 1024;

impl Recorder {
    /// Takes in one answer. What says nothing of the API's shape is passed over: requests that the contract
    /// hardly has in mind, and bursts.
    pub fn note(&mut self, case: &Case, exchange: &Exchange) {
        let (Some(kind), Some(answer)) = (kind(case), exchange.answer()) else { return };
        let recorded = self.operations.entry(case.operation.id.clone()).or_default();
        let label = label(answer);
        recorded.snapshot.cases.entry(kind.clone()).or_default().insert(label.clone());
        let shape = Answers::of(&case.operation, answer);
        match recorded.snapshot.answers.get_mut(&label) {
            Some(known) => known.join(shape),
            None => {
                recorded.snapshot.answers.insert(label.clone(), shape);
            }
        }
        let is_first = recorded.of_kind.get(&kind).is_none_or(|(shown, _)| case.id < shown.id);
        if is_first && answer.body.len() <= KEPT_BODY {
            recorded.of_kind.insert(kind, (case.clone(), exchange.clone()));
        }
        if recorded.shown.get(&label).is_none_or(|(shown, _)| rank(case) < rank(shown)) {
            recorded.shown.insert(label, (case.clone(), exchange.clone()));
        }
    }

    /// The shapes by operation. `is_secret` says which names must not be shown.
    pub fn snapshots(&self, is_secret: &dyn Fn(&str) -> bool) -> BTreeMap<String, Snapshot> {
        let hidden = |(operation, recorded): (&String, &Recorded)| {
            let mut snapshot = recorded.snapshot.clone();
            snapshot.answers.values_mut().for_each(|answers| answers.hide(is_secret));
            (operation.clone(), snapshot)
        };
        self.operations.iter().map(hidden).collect()
    }

    /// A case and an exchange that show an answer of an operation, and where it is about a kind of case, to that; any
    /// of the operation where there is none of that status and media type.
    pub fn shown(&self, operation: &str, kind: Option<&str>, label: &str) -> Option<&(Case, Exchange)> {
        let Recorded { shown, of_kind, .. } = self.operations.get(operation)?;
        let of_kind = kind.and_then(|kind| of_kind.get(kind));
        of_kind.or_else(|| shown.get(label)).or_else(|| shown.values().next())
    }
}

/// What is shown before what: a request that nobody could object to comes first.
fn rank(case: &Case) -> (bool, &CaseId) {
    (!matches!(case.kind, CaseKind::Example | CaseKind::Positive), &case.id)
}

/// The kind of a case. Random requests are of one kind together, and so are those that break one keyword: which of
/// them were sent must not matter.
fn kind(case: &Case) -> Option<String> {
    let name = || case.id.0.split_once('/').map_or(case.id.0.as_str(), |(_, name)| name).to_owned();
    Some(match &case.kind {
        CaseKind::Unusual(_) | CaseKind::Burst { .. } | CaseKind::Reading => return None,
        CaseKind::Positive => "positive".to_owned(),
        CaseKind::Negative(violation) => format!("negative/{}", violation.keyword),
        CaseKind::Example | CaseKind::Credential(_) | CaseKind::Error => name(),
        CaseKind::Resource(stage) => format!("resource/{}", stage.name()),
        CaseKind::Step { workflow, step } => format!("workflow/{workflow}.{step}"),
    })
}
