//! What a shard hands over beside its report: what only the answers of all shards together can show.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::judge::{Memory, Severity};
use crate::run::drift::Drift;
use crate::run::reach::Reach;
use crate::run::tally::Selection;
use crate::run::{BaselineFile, FoundFinding, Times};

/// What the report of a shard has of one target beside what it comes to.
#[derive(Debug, Clone)]
pub struct ShardPart {
    /// What is joined with that of the other shards.
    pub evidence: ShardEvidence,
    /// The findings that it may come to then, each on the case that would show it; their words are not yet right.
    pub suspected: Vec<FoundFinding>,
    /// All times, by operation.
    pub times: IndexMap<String, Times>,
}

/// The evidence of one shard on one target. Between the reports of shards and their joining, and for nobody else.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShardEvidence {
    /// What is remembered of answers for the rules over the run.
    pub memory: Memory,
    /// What the answers of each operation are held against.
    pub drifts: BTreeMap<String, Drift>,
    /// Whether the target was there, and let us in.
    pub reach: Reach,
    /// Why the shard broke off, or could not bring about a state.
    pub broken_off: Vec<String>,
    /// What limits kept from being sent.
    pub limited: Vec<String>,
    /// Whether the target was given a credential.
    pub has_credentials: bool,
    /// Which findings the run cares about.
    pub selection: Selection,
    /// The findings that are known; `None` where nobody said any.
    pub baseline: Option<BaselineFile>,
    /// The least severity that makes a verdict of `violations`.
    pub fail_on: Severity,
}

impl ShardEvidence {
    /// Why a target could not be judged, or not in full, and whether nothing of it can be held against it.
    pub fn incomplete(&self, operations: &[String]) -> (Vec<String>, bool) {
        if let Some(reason) = self.reach.wrong_address() {
            return (self.broken_off.iter().cloned().chain([reason]).collect(), true);
        }
        if !self.broken_off.is_empty() {
            return (self.broken_off.clone(), false);
        }
        let of_reach = self.reach.incomplete(operations, self.has_credentials);
        (self.limited.iter().cloned().chain(of_reach).collect(), false)
    }

    /// Every text that came from the target.
    pub(in crate::run) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.memory.texts_mut().chain(&mut self.broken_off).chain(&mut self.limited)
    }

    /// Takes in the evidence of another shard.
    pub fn join(&mut self, other: ShardEvidence) {
        self.memory.join(other.memory);
        for (operation, drift) in other.drifts {
            match self.drifts.get_mut(&operation) {
                Some(known) => known.join(drift),
                None => {
                    self.drifts.insert(operation, drift);
                }
            }
        }
        self.reach.join(other.reach);
        add_new(&mut self.broken_off, other.broken_off);
        add_new(&mut self.limited, other.limited);
    }
}

fn add_new(known: &mut Vec<String>, more: Vec<String>) {
    for reason in more {
        if !known.contains(&reason) {
            known.push(reason);
        }
    }
}
