//! Things that are made for requests: the exchanges from which inferred parts are taken.
//!
//! Requests that look share one thing, and those that change share another, so that what one does to it does not
//! show in what others see. Each request that deletes has one of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::Method;

use super::bind::fill;
use super::given::{fitted, given};
use crate::generate::{Case, Expect, Inferred, Life, Origin, Plan};
use crate::send::Exchange;

/// What a thing is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Use {
    /// Requests that only look at it.
    Look,
    /// Requests that change it.
    Change,
    /// Requests that would delete it and are to be refused.
    Spare,
    /// One request that deletes it.
    Delete,
}

impl Use {
    /// What a case needs things for.
    pub fn of(case: &Case) -> Self {
        let is_valid = matches!(case.expect, Expect::Success { .. });
        match case.request.method {
            ref method if method.is_safe() => Use::Look,
            Method::DELETE if is_valid => Use::Delete,
            Method::DELETE => Use::Spare,
            _ => Use::Change,
        }
    }
}

/// Whether a case uses up a thing, so that it cannot be sent again.
pub fn uses_up(case: &Case) -> bool {
    Use::of(case) == Use::Delete && case.request.inferred().next().is_some()
}

/// A request that makes a thing, and what for.
#[derive(Debug, Clone)]
pub struct Making {
    /// The request.
    pub case: Case,
    /// What the thing is for.
    pub purpose: Use,
}

impl Making {
    /// What makes two things alike: the operation that makes them, and what for.
    pub fn key(&self) -> (String, Use) {
        (self.case.operation.id.clone(), self.purpose)
    }
}

/// The requests that make what a plan needs, in batches: each takes from those before it alone.
pub fn makings(plan: &Plan) -> Vec<Vec<Making>> {
    makings_for(plan, &[])
}

/// The same where these are sent, too.
pub fn makings_for(plan: &Plan, also: &[Case]) -> Vec<Vec<Making>> {
    let mut needs: BTreeMap<(&str, Use), usize> = BTreeMap::new();
    let of_lives = plan.lives.iter().flat_map(|life| life.cases().map(move |case| (case, Some(life))));
    for (case, life) in plan.cases.iter().chain(also).map(|case| (case, None)).chain(of_lives) {
        need(&mut needs, plan, case, life);
    }
    // What is made for others may need others itself.
    let mut open: Vec<&str> = needs.keys().map(|(operation, _)| *operation).collect();
    let mut seen: HashSet<&str> = open.iter().copied().collect();
    while let Some(making) = open.pop().and_then(|operation| plan.creations.get(operation)?.first()) {
        need(&mut needs, plan, making, None);
        open.extend(givers(making).into_iter().filter(|giver| seen.insert(giver)));
    }
    in_batches(plan, &needs)
}

fn need<'p>(needs: &mut BTreeMap<(&'p str, Use), usize>, plan: &Plan, case: &'p Case, life: Option<&Life>) {
    let purpose = Use::of(case);
    let of_life = |giver: &str| life.is_some_and(|life| life.create.operation.id == giver && life.create.id != case.id);
    for giver in givers(case).into_iter().filter(|giver| !of_life(giver) && plan.creations.contains_key(*giver)) {
        let number = needs.entry((giver, purpose)).or_default();
        *number = if purpose == Use::Delete { *number + 1 } else { 1 };
    }
}

/// The operations that a case takes inferred parts from, each once.
fn givers(case: &Case) -> Vec<&str> {
    let mut givers: Vec<&str> = case.request.inferred().map(|(_, inferred)| inferred.operation.as_str()).collect();
    givers.sort_unstable();
    givers.dedup();
    givers
}

fn in_batches(plan: &Plan, needs: &BTreeMap<(&str, Use), usize>) -> Vec<Vec<Making>> {
    let mut depths = HashMap::new();
    let mut batches: Vec<Vec<Making>> = Vec::new();
    let mut sent: HashMap<&str, usize> = HashMap::new();
    for (&(operation, purpose), &number) in needs {
        let Some(variants) = plan.creations.get(operation).filter(|variants| !variants.is_empty()) else { continue };
        let depth = depth(plan, operation, &mut depths);
        batches.resize_with(batches.len().max(depth + 1), Vec::new);
        let sent = sent.entry(operation).or_default();
        for _ in 0..number {
            batches[depth].push(Making { case: variants[*sent % variants.len()].clone(), purpose });
            *sent += 1;
        }
    }
    batches
}

/// How many others an operation waits for in a row. No operation waits for itself.
fn depth<'p>(plan: &'p Plan, operation: &'p str, known: &mut HashMap<&'p str, usize>) -> usize {
    if let Some(depth) = known.get(operation) {
        return *depth;
    }
    let first = plan.creations.get(operation).and_then(|made| made.first());
    let below = first.into_iter().flat_map(givers).map(|giver| depth(plan, giver, known) + 1).max().unwrap_or(0);
    known.insert(operation, below);
    below
}

/// How many of the things that are made will be deleted in the end.
pub fn clean_ups(plan: &Plan, makings: &[Vec<Making>]) -> usize {
    let is_left =
        |making: &&Making| making.purpose != Use::Delete && plan.clean_ups.contains_key(&making.case.operation.id);
    makings.iter().flatten().filter(is_left).count()
}

/// A request that made a thing, as it was sent, and what came of it.
#[derive(Debug, Clone)]
pub struct Made {
    /// The request.
    pub case: Case,
    /// What came.
    pub exchange: Exchange,
}

/// What was made so far.
#[derive(Debug, Default)]
pub struct Things(Mutex<Store>);

#[derive(Debug, Default)]
struct Store {
    by_use: HashMap<(String, Use), Vec<Made>>,
    /// What stays when all requests were sent, in the order in which it was made.
    left: Vec<Made>,
}

impl Things {
    /// Keeps what was made, where it was.
    pub fn add(&self, purpose: Use, made: Made) {
        if made.exchange.answer().is_some_and(|answer| answer.status / 100 == 2) {
            let mut store = self.locked();
            if purpose != Use::Delete {
                store.left.push(made.clone());
            }
            store.by_use.entry((made.case.operation.id.clone(), purpose)).or_default().push(made);
        }
    }

    /// How many of the things that are left these operations made.
    pub fn count_left(&self, is_meant: impl Fn(&str) -> bool) -> usize {
        self.locked().left.iter().filter(|made| is_meant(&made.case.operation.id)).count()
    }

    /// A request that made a thing.
    pub fn source(&self, operation: &str) -> Option<Case> {
        let store = self.locked();
        let made = store.by_use.iter().filter(|((giver, _), _)| giver == operation);
        made.min_by_key(|((_, purpose), _)| *purpose).and_then(|(_, made)| Some(made.first()?.case.clone()))
    }

    /// Gives what is left, the last that was made first: what stands under another thing goes before it.
    pub fn take_left(&self) -> Vec<Made> {
        let mut left = std::mem::take(&mut self.locked().left);
        left.reverse();
        left
    }

    /// Fills in the inferred parts of a case: from this exchange what its operation gives, the rest from what was
    /// made. A part that nothing gives stays as it is, and is no longer said to come from elsewhere.
    pub fn fill(&self, case: &mut Case, own: Option<&Made>) {
        let purpose = Use::of(case);
        let mut taken: HashMap<String, Option<Made>> = HashMap::new();
        if let Some(own) = own {
            taken.insert(own.case.operation.id.clone(), Some(own.clone()));
        }
        for binding in case.request.bindings.clone() {
            let Origin::Inferred(inferred) = &binding.from else { continue };
            let of_operation = taken.entry(inferred.operation.clone());
            let made = of_operation.or_insert_with(|| self.take(&inferred.operation, purpose));
            let given = made.as_ref().and_then(|made| value(inferred, made));
            match given.and_then(|given| fitted(case, &binding.at, given)) {
                Some(value) => fill(&mut case.request, &binding.at, &value),
                None => case.request.bindings.retain(|known| *known != binding),
            }
        }
    }

    fn take(&self, operation: &str, purpose: Use) -> Option<Made> {
        let mut store = self.locked();
        let made = store.by_use.get_mut(&(operation.to_owned(), purpose))?;
        if purpose == Use::Delete { made.pop() } else { made.first().cloned() }
    }

    fn locked(&self) -> MutexGuard<'_, Store> {
        // What is done under the lock cannot leave disorder, so a panic elsewhere does not matter.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn value(inferred: &Inferred, made: &Made) -> Option<serde_json::Value> {
    given(inferred, &made.case, &made.exchange)
}
