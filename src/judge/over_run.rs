//! What is remembered of all answers, for the rules that no single exchange can be judged by.

use std::collections::BTreeSet;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::Finding;
use super::created::{CREATED, Creations};
use super::error::{SHAPE, Shapes};
use super::isolation::{CROSS_TALK, Marks, stored_operations};
use super::unique::{Ledger, REPEATED, RunCheck};
use crate::contract::{Contract, PromiseId, Source};
use crate::generate::{Case, CaseId, Expect, InferredPart};
use crate::send::Exchange;

/// The memory of a run. Those of shards can be joined: then they tell what one run over all would have told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Memory {
    ids: Ledger,
    created: Creations,
    marks: Marks,
    error_shapes: Shapes,
    /// Operations on things that others can read or change.
    stored: BTreeSet<String>,
}

impl Memory {
    /// Ids of the rules that it is for.
    pub const RULES: [&'static str; 4] = [REPEATED.id, CREATED.id, CROSS_TALK.id, SHAPE.id];

    /// Nothing yet of a run that begins at that time. `taken` is what requests take of the answers of others.
    pub fn new(contract: &Contract, taken: &[InferredPart], began: SystemTime) -> Self {
        Memory {
            created: Creations::of(taken),
            marks: Marks::since(began),
            stored: stored_operations(contract),
            ..Memory::default()
        }
    }

    /// Remembers what matters of an answer. Says whether a finding may have to show it.
    pub fn note(&mut self, case: &Case, exchange: &Exchange) -> bool {
        self.created.note(case, exchange);
        if !matches!(case.expect, Expect::Success { .. }) {
            return self.error_shapes.note(case, exchange);
        }
        self.ids.note(case, exchange);
        self.marks.note(case, exchange);
        true
    }

    /// Takes in what another shard remembers.
    pub fn join(&mut self, other: Memory) {
        self.ids.join(other.ids);
        self.created.join(other.created);
        self.marks.join(other.marks);
        self.error_shapes.join(other.error_shapes);
        self.stored.extend(other.stored);
    }

    /// What the run came to. `source` gives the sentence of a promise, as far as it is known.
    pub fn checks<'s>(&self, source: impl Fn(PromiseId) -> Option<&'s Source>) -> Vec<RunCheck> {
        let of_ids = self.ids.checks(source).into_iter().chain(self.created.checks());
        let checks = of_ids.chain(self.marks.checks(&self.stored));
        checks.chain(self.error_shapes.checks()).collect()
    }

    /// What may prove to be broken once the answers of other shards are known: a finding for each case that would
    /// have to show it, of which the words are not yet right.
    pub fn suspicions(&self) -> Vec<(CaseId, Finding)> {
        let of_ids = self.ids.suspicions().chain(self.created.suspicions());
        of_ids.chain(self.marks.suspicions()).chain(self.error_shapes.suspicions()).collect()
    }

    /// Every text that came from an answer.
    pub fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let of_ids = self.ids.texts_mut().chain(self.created.texts_mut());
        of_ids.chain(self.marks.texts_mut()).chain(self.error_shapes.texts_mut())
    }
}
