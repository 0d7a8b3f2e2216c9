//! What of a whole run is one shard's.
//!
//! The shards judge together what one run judges, each answer once. A shard also sends what others judge where its own
//! requests need it: what gives values to them, and a first valid request to each operation, which shows whether the
//! operation lets us in.

use std::collections::{HashMap, HashSet};

use super::Shard;
use crate::generate::{Case, CaseKind, Plan};
use crate::run::bind::{Source, sources};
use crate::run::dispatch::{Audited, to_audit};
use crate::run::things::{Making, Use, makings, makings_for};

/// What a shard sends beside its cases, and what of it others judge.
#[derive(Debug)]
pub struct Part {
    /// Requests for what their answers give to others.
    pub sources: Vec<Source>,
    /// Requests that make things for others, in batches.
    pub makings: Vec<Vec<Making>>,
    /// What another shard audits the wire of.
    pub audited_elsewhere: HashSet<Audited>,
}

/// Gives each request of a whole run to one shard in turn.
struct Turns {
    shard: Shard,
    next: usize,
    /// Whether the first answer of each form that is judged is the shard's own.
    audits: HashMap<Audited, bool>,
}

impl Turns {
    fn is_own(&mut self, case: &Case) -> bool {
        let is_own = self.is_next_own();
        if let Some(form) = to_audit(case) {
            self.audits.entry(form).or_insert(is_own);
        }
        is_own
    }

    fn is_next_own(&mut self) -> bool {
        self.next += 1;
        self.shard.has(self.next - 1)
    }
}

impl Shard {
    /// Keeps this shard's part of a whole plan: every N-th request, and every N-th life of a thing. Workflows may build
    /// on each other, and stay together in the first. `most` is how often a source is sent at most.
    pub fn keep(self, plan: &mut Plan, providers: &HashMap<String, Case>, most: usize) -> Part {
        let mut turns = Turns { shard: self, next: 0, audits: HashMap::new() };
        let mut sources = own_sources(sources(plan, providers, most), &mut turns);
        let mut makings = makings(plan);
        makings.iter_mut().for_each(|batch| batch.retain(|making| turns.is_own(&making.case)));
        keep_cases(&mut plan.cases, &mut turns);
        plan.lives.retain(|_| turns.is_next_own());
        if self.number > 1 {
            plan.workflows.clear();
        }
        add_sources(&mut sources, plan, providers, most);
        add_makings(&mut makings, plan);
        let elsewhere = turns.audits.into_iter().filter(|(_, is_own)| !is_own);
        Part { sources, makings, audited_elsewhere: elsewhere.map(|(form, _)| form).collect() }
    }
}

fn own_sources(whole: Vec<Source>, turns: &mut Turns) -> Vec<Source> {
    let own = whole.into_iter().map(|source| {
        let times = (0..source.times).filter(|_| turns.is_own(&source.case)).count();
        Source { times, ..source }
    });
    own.filter(|source| source.times > 0).collect()
}

fn keep_cases(cases: &mut Vec<Case>, turns: &mut Turns) {
    let mut seen = HashSet::new();
    cases.retain_mut(|case| {
        let is_own = turns.is_own(case);
        let is_valid = matches!(case.kind, CaseKind::Example | CaseKind::Positive) && case.state.is_none();
        let is_first = is_valid && seen.insert(case.operation.id.clone());
        case.elsewhere = !is_own;
        is_own || is_first
    });
}

/// Adds what the shard's requests need beyond its own sources.
fn add_sources(own: &mut Vec<Source>, plan: &Plan, providers: &HashMap<String, Case>, most: usize) {
    for needed in sources(plan, providers, most) {
        let same = own.iter().find(|source| source.case.operation.id == needed.case.operation.id);
        let times = needed.times.saturating_sub(same.map_or(0, |source| source.times));
        if times > 0 {
            own.push(Source { case: Case { elsewhere: true, ..needed.case }, times });
        }
    }
}

/// Adds what the shard's requests need beyond the things that it makes itself.
fn add_makings(own: &mut Vec<Vec<Making>>, plan: &Plan) {
    let makers: Vec<Case> = own.iter().flatten().map(|making| making.case.clone()).collect();
    for (depth, batch) in makings_for(plan, &makers).into_iter().enumerate() {
        own.resize_with(own.len().max(depth + 1), Vec::new);
        let mut there: HashMap<(String, Use), usize> = HashMap::new();
        own[depth].iter().for_each(|making| *there.entry(making.key()).or_default() += 1);
        for making in batch {
            match there.get_mut(&making.key()).filter(|number| **number > 0) {
                Some(number) => *number -= 1,
                None => own[depth].push(Making { case: Case { elsewhere: true, ..making.case }, ..making }),
            }
        }
    }
}
