//! What of a plan is kept: what was chosen, what it may cost, and what there is room for.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::{KINDS, generating, in_order, perhaps_generating, requests};
use crate::generate::{Case, CaseKind, CredentialFault, LeftOut, Life, Origin, Plan};
use crate::run::bind::{operations, sources};
use crate::run::budget::MAX_GENERATIONS;
use crate::run::share::{MAX_REQUESTS, reserve, share, streams_before};
use crate::run::things::makings;
use crate::target::{Limits, Target};

/// Takes out the operations that were not chosen.
pub(super) fn keep_chosen(plan: &mut Plan, only: &[String]) {
    if only.is_empty() {
        return;
    }
    let wanted = |operation: &str| only.iter().any(|only| only == operation);
    plan.cases.retain(|case| wanted(&case.operation.id));
    plan.workflows.retain(|workflow| workflow.cases().iter().all(|case| wanted(&case.operation.id)));
    plan.left_out.retain(|left_out| wanted(&left_out.operation));
    plan.inferred.retain(|part| wanted(&part.operation));
    for life in &mut plan.lives {
        let chosen = life.steps.iter().position(|step| !wanted(&step.operation.id));
        life.steps.truncate(chosen.unwrap_or(life.steps.len()));
    }
    plan.lives.retain(|life| !life.steps.is_empty());
}

/// Keeps what a glance needs: the first of each operation's valid requests and of those without a credential, and
/// the errors that a request alone can bring about.
pub(super) fn keep_glance(plan: &mut Plan) {
    plan.workflows.clear();
    plan.lives.clear();
    let mut seen = HashSet::new();
    plan.cases.retain(|case| {
        let kind = match case.kind {
            CaseKind::Example | CaseKind::Positive => "valid",
            CaseKind::Credential(CredentialFault::None) => "credential",
            CaseKind::Error => return case.state.is_none(),
            _ => return false,
        };
        case.state.is_none() && seen.insert((case.operation.id.clone(), kind))
    });
}

/// Leaves out requests until a target that keeps its contract generates no more than `most` answers. Gives how
/// often each source may be sent.
///
/// One answer is held back for the requests that the contract has refused, for one of them may be served. Where
/// there is room for only one, the valid request is worth more.
pub(super) fn keep_within(plan: &mut Plan, providers: &HashMap<String, Case>, most: usize, limits: &Limits) -> usize {
    let mut dropped = IndexMap::new();
    let room = room_beside_things(plan, most.saturating_sub(1).max(most.min(1)), limits);
    if most <= 1 {
        retain(plan, &mut dropped, |cases| cases.iter().all(|case| case.generates() || !case.may_generate()));
    }
    let costs: HashMap<String, usize> = sources(plan, providers, 1)
        .into_iter()
        .map(|source| (source.case.operation.id.clone(), generating(&source.case, limits)))
        .collect();
    let of_each: usize = costs.values().sum();
    if of_each >= room {
        let costs_nothing = |operation: &str| costs.get(operation).is_none_or(|cost| *cost == 0);
        retain(plan, &mut dropped, |cases| {
            cases.iter().all(|case| operations(&case.request).into_iter().all(costs_nothing))
        });
    }
    let times = (room / 2).checked_div(of_each).map_or(limits.concurrency, |times| times.clamp(1, limits.concurrency));
    let for_sources: usize =
        sources(plan, providers, times).iter().map(|source| generating(&source.case, limits) * source.times).sum();
    let mut left = room.saturating_sub(for_sources);
    let order = streams_before(by_worth(&plan.cases), &plan.cases, left, |case| perhaps_generating(case, limits));
    let mut keeps = vec![true; plan.cases.len()];
    let mut affords = |cost: usize| {
        let rest = left.checked_sub(cost);
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    for index in order {
        keeps[index] = affords(perhaps_generating(&plan.cases[index], limits));
    }
    let mut keeps = keeps.into_iter();
    retain(plan, &mut dropped, |cases| match cases {
        [case] if !matches!(case.kind, CaseKind::Step { .. }) => keeps.next().unwrap_or(true),
        steps => affords(steps.iter().map(|case| perhaps_generating(case, limits)).sum()),
    });
    plan.left_out.extend(dropped.into_iter().map(|((operation, kind), number)| left_out(operation, kind, number)));
    times
}

/// The order in which cases are worth their money: by kind, and those of one kind so that at any point of it each
/// operation has as large a part of its own as all others.
fn by_worth(cases: &[Case]) -> Vec<usize> {
    let mut groups: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (index, case) in cases.iter().enumerate() {
        groups.entry((&case.operation.id, case.kind.name())).or_default().push(index);
    }
    let mut parts = vec![0; cases.len()];
    for members in groups.values() {
        for (round, index) in members.iter().enumerate() {
            parts[*index] = round * cases.len() / members.len();
        }
    }
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_key(|index| (KINDS.iter().position(|kind| *kind == cases[*index].kind.name()), parts[*index]));
    order
}

/// What is left of the room for generated answers once things are made for others. Where that takes more than half
/// of it, nothing is made, and ids are made up.
fn room_beside_things(plan: &mut Plan, room: usize, limits: &Limits) -> usize {
    plan.lives.retain(|life| !life.is_fuller || life.cases().all(|case| !case.may_generate()));
    let things = makings(plan).iter().flatten().map(|making| generating(&making.case, limits)).sum::<usize>();
    let lives: usize = plan.lives.iter().flat_map(Life::cases).map(|case| generating(case, limits)).sum();
    if things + lives <= room / 2 {
        return room - things - lives;
    }
    for case in &mut plan.cases {
        case.request.bindings.retain(|binding| !matches!(binding.from, Origin::Inferred(_)));
    }
    for life in plan.lives.drain(..) {
        plan.left_out.extend(life.steps.first().map(|step| left_out(step.operation.id.clone(), "resource", 1)));
    }
    plan.inferred.clear();
    room
}

/// What a run has no room for.
#[derive(Debug, Default)]
pub(super) struct Beyond {
    /// How many requests.
    pub requests: usize,
    /// Operations that get nothing.
    pub untried: usize,
}

/// Where a plan has more requests than the run may send, keeps of each operation its share, and something for
/// trying findings again.
pub(super) fn keep_share(plan: &mut Plan, providers: &HashMap<String, Case>, times: usize, target: &Target) -> Beyond {
    let most = target.limits.max_requests;
    let all = |plan: &Plan| -> usize {
        let order = in_order(plan, &sources(plan, providers, times), &makings(plan), target);
        order.iter().map(|planned| planned.requests).sum()
    };
    if all(plan) > most {
        plan.lives.retain(|life| !life.is_fuller);
    }
    let all = all(plan);
    if all <= most {
        return Beyond::default();
    }
    let of_cases: usize = plan.cases.iter().map(|case| requests(case, &target.limits)).sum();
    let room = (most - reserve(most)).saturating_sub(all - of_cases).max(most / 2);
    let (kept, left) = share(std::mem::take(&mut plan.cases), room, &target.limits);
    let mut dropped = Dropped::new();
    for case in &left {
        *dropped.entry((case.operation.id.clone(), case.kind.name())).or_default() += 1;
    }
    let tried: HashSet<&str> = kept.iter().map(|case| case.operation.id.as_str()).collect();
    let untried: HashSet<&str> = left.iter().map(|case| case.operation.id.as_str()).collect();
    let untried = untried.difference(&tried).count();
    let requests = left.iter().map(|case| requests(case, &target.limits)).sum();
    plan.cases = kept;
    let left_out =
        |((operation, kind), number)| LeftOut { reason: MAX_REQUESTS.to_owned(), ..left_out(operation, kind, number) };
    plan.left_out.extend(dropped.into_iter().map(left_out));
    Beyond { requests, untried }
}

/// Requests that were left out: by operation and kind, how many.
type Dropped = IndexMap<(String, &'static str), usize>;

/// Keeps the cases and workflows of which that is true, a workflow by all its steps.
fn retain(plan: &mut Plan, dropped: &mut Dropped, mut keeps: impl FnMut(&[&Case]) -> bool) {
    let mut keep = |cases: &[&Case]| {
        let stays = keeps(cases);
        if let Some(case) = cases.first().filter(|_| !stays) {
            *dropped.entry((case.operation.id.clone(), case.kind.name())).or_default() += 1;
        }
        stays
    };
    plan.cases.retain(|case| keep(&[case]));
    plan.workflows.retain(|workflow| keep(&workflow.cases()));
}

fn left_out(operation: String, kind: &str, number: usize) -> LeftOut {
    LeftOut {
        operation,
        state: None,
        what: format!("{number} {kind} case{}", if number == 1 { "" } else { "s" }),
        reason: MAX_GENERATIONS.to_owned(),
        promises: Vec::new(),
    }
}
