//! How many requests a workflow comes to.

use std::collections::HashSet;

use super::{Call, Step, Workflow};
use crate::generate::suite::{Destination, Recovery, Transfer};

/// How often a workflow may go back: to a step that was sent already, or to another workflow.
pub const MOST_JUMPS: usize = 10;

/// The fewest: every step succeeds at once, and its actions lead the shortest way to an end.
pub(super) fn least(workflow: &Workflow, all: &[Workflow]) -> usize {
    least_of(workflow, all, &mut HashSet::new()).unwrap_or(0)
}

/// `None` where every way leads back to a workflow on the way here.
fn least_of<'w>(workflow: &'w Workflow, all: &'w [Workflow], on_the_way: &mut HashSet<&'w str>) -> Option<usize> {
    if !on_the_way.insert(&workflow.id) {
        return None;
    }
    // What is left to send from each step on; a way found in one round may shorten another in the next.
    let mut left: Vec<Option<usize>> = vec![None; workflow.steps.len()];
    let own: Vec<usize> = workflow.steps.iter().map(|step| least_alone(step, all)).collect();
    for _ in &workflow.steps {
        for (index, (step, own)) in workflow.steps.iter().zip(&own).enumerate().rev() {
            let onward = onward(workflow, index, step, &left, all, on_the_way);
            let way = onward.map(|onward| own + onward);
            if let Some(place) = left.get_mut(index) {
                *place = [*place, way].into_iter().flatten().min();
            }
        }
    }
    on_the_way.remove(workflow.id.as_str());
    left.first().copied().unwrap_or(Some(0))
}

fn least_alone(step: &Step, all: &[Workflow]) -> usize {
    match &step.call {
        Call::Operation(_) => 1,
        Call::Workflow { workflow, .. } => least(workflow, all),
    }
}

/// The least that is sent after a step that succeeded.
fn onward<'w>(
    workflow: &'w Workflow,
    index: usize,
    step: &'w Step,
    left: &[Option<usize>],
    all: &'w [Workflow],
    on_the_way: &mut HashSet<&'w str>,
) -> Option<usize> {
    let mut ways = Vec::new();
    for action in &step.on_success {
        ways.push(match &action.then {
            Transfer::End => Some(0),
            Transfer::Goto(Destination::Step(id)) => {
                workflow.position(id).and_then(|position| left.get(position).copied().flatten())
            }
            Transfer::Goto(Destination::Workflow(id)) => {
                all.iter().find(|known| known.id == *id).and_then(|to| least_of(to, all, on_the_way))
            }
        });
        if action.criteria.is_empty() {
            return ways.into_iter().flatten().min();
        }
    }
    ways.push(left.get(index + 1).copied().unwrap_or(Some(0)));
    ways.into_iter().flatten().min()
}

/// The most: all retries and all ways back are used up.
pub(super) fn most(workflow: &Workflow, all: &[Workflow]) -> usize {
    let reached = reached(workflow, all);
    let straight = reached.iter().map(|workflow| straight(workflow, all)).max().unwrap_or(0);
    let may_go_back = reached.len() > 1 || workflow.goes_back();
    straight.saturating_mul(if may_go_back { MOST_JUMPS + 1 } else { 1 })
}

/// The workflow, and every one that a `goto` may lead to from there.
fn reached<'w>(workflow: &'w Workflow, all: &'w [Workflow]) -> Vec<&'w Workflow> {
    let mut reached = vec![workflow];
    let mut next = 0;
    while let Some(current) = reached.get(next).copied() {
        for destination in current.steps.iter().flat_map(transfers) {
            if let Destination::Workflow(id) = destination
                && let Some(to) = all.iter().find(|known| known.id == *id)
                && !reached.iter().any(|known| known.id == *id)
            {
                reached.push(to);
            }
        }
        next += 1;
    }
    reached
}

/// Every step once, with all its retries.
fn straight(workflow: &Workflow, all: &[Workflow]) -> usize {
    let of_step = |step: &Step| {
        let own = match &step.call {
            Call::Operation(_) => 1,
            Call::Workflow { workflow, .. } => most(workflow, all),
        };
        let retries = step.on_failure.iter().map(|action| match &action.then {
            Recovery::Retry { limit, first, .. } => {
                own.saturating_add(before(workflow, first.as_ref(), all)).saturating_mul(*limit as usize)
            }
            Recovery::Transfer(_) => 0,
        });
        retries.fold(own, usize::saturating_add)
    };
    workflow.steps.iter().map(of_step).fold(0, usize::saturating_add)
}

/// What is sent before a retry: each step once, without actions.
fn before(workflow: &Workflow, first: Option<&Destination>, all: &[Workflow]) -> usize {
    match first {
        None => 0,
        Some(Destination::Step(id)) => match workflow.step(id).map(|step| &step.call) {
            Some(Call::Workflow { workflow, .. }) => workflow.cases().len(),
            Some(Call::Operation(_)) | None => 1,
        },
        Some(Destination::Workflow(id)) => all.iter().find(|known| known.id == *id).map_or(0, |to| to.cases().len()),
    }
}

fn transfers(step: &Step) -> impl Iterator<Item = &Destination> {
    let after_success = step.on_success.iter().filter_map(|action| Destination::of_transfer(&action.then));
    let after_failure = step.on_failure.iter().filter_map(|action| match &action.then {
        Recovery::Transfer(transfer) => Destination::of_transfer(transfer),
        Recovery::Retry { .. } => None,
    });
    after_success.chain(after_failure)
}

impl Workflow {
    /// The step of that id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// Where the step of that id stands.
    pub fn position(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }

    /// Whether a `goto` may lead back to a step that was sent already, or to another workflow.
    fn goes_back(&self) -> bool {
        let back = |index: usize, destination: &Destination| match destination {
            Destination::Step(id) => self.position(id).is_some_and(|position| position <= index),
            Destination::Workflow(_) => true,
        };
        self.steps.iter().enumerate().any(|(index, step)| transfers(step).any(|to| back(index, to)))
    }
}
