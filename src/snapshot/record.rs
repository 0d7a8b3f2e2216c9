//! Gathers the shapes of a run's answers.

use std::collections::{BTreeMap, BTreeSet};

use super::Snapshot;
use super::answer::{Answers, label};
use crate::generate::{Case, CaseId, CaseKind};
use crate::send::Exchange;

/// What of several cases with one answer is shown: the least.
pub type Rank = (bool, CaseId);

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
}

impl Recorder {
    /// Takes in one answer. What says nothing of the API's shape is passed over: requests that the contract
    /// hardly has in mind, and bursts.
    pub fn note(&mut self, case: &Case, exchange: &Exchange) {
        let (Some(kind), Some(answer)) = (kind(case), exchange.answer()) else { return };
        let recorded = self.operations.entry(case.operation.id.clone()).or_default();
        let label = label(answer);
        recorded.snapshot.join(Snapshot {
            cases: BTreeMap::from([(kind, BTreeSet::from([label.clone()]))]),
            answers: BTreeMap::from([(label.clone(), Answers::of(&case.operation, answer))]),
        });
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

    /// A case and an exchange that show an answer of an operation; any of the operation where there is none of
    /// that status and media type.
    pub fn shown(&self, operation: &str, label: &str) -> Option<&(Case, Exchange)> {
        let shown = &self.operations.get(operation)?.shown;
        shown.get(label).or_else(|| shown.values().next())
    }

    /// The case that shows each answer of an operation, by status and media type.
    pub fn shown_cases(&self, operation: &str) -> BTreeMap<String, Rank> {
        let shown = self.operations.get(operation).map(|recorded| &recorded.shown);
        shown.into_iter().flatten().map(|(label, (case, _))| (label.clone(), rank(case))).collect()
    }
}

/// What is shown before what: a request that nobody could object to comes first.
fn rank(case: &Case) -> Rank {
    (!matches!(case.kind, CaseKind::Example | CaseKind::Positive), case.id.clone())
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
