//! What an audit will send, known before it sends anything.
//!
//! A target that keeps its contract gets exactly the requests that are planned. Each reason for more has a
//! most of its own, and a run never sends more than all of them together.

use std::time::Duration;

use indexmap::IndexMap;

use super::bind::{Source, sources};
use super::budget::{Extra, MAX_GENERATIONS};
use super::{Options, confirm, dispatch};
use crate::contract::Contract;
use crate::generate::{Case, CaseKind, Expect, LeftOut, Plan, Suite, Workflow, generate};
use crate::target::{Limits, Target};

/// How many findings are tried again: what comes after them is reported as it was seen.
const CONFIRMED_FINDINGS: usize = 20;
/// One request in so many may be sent again because of a 429.
const THROTTLED_SHARE: usize = 4;
/// And so many in any case.
const FEWEST_THROTTLED: usize = 20;
/// The order in which kinds are told: an example shows most for its money.
const KINDS: [&str; 8] = ["example", "positive", "workflow", "negative", "unusual", "credential", "error", "burst"];

/// What an audit of a target will send.
#[derive(Debug, Clone)]
pub struct Forecast {
    /// Planned requests by kind.
    pub planned: Vec<Planned>,
    /// What may come on top, each with its most.
    pub extras: Vec<Allowance>,
    /// What is not sent, and why.
    pub left_out: Vec<LeftOut>,
    limits: Limits,
}

/// Planned requests of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// The kind, one word.
    pub kind: &'static str,
    /// How many.
    pub requests: usize,
    /// How many of them ask for an answer to be generated, which may cost money.
    pub generating: usize,
}

/// How many requests a reason for more may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// The reason.
    pub extra: Extra,
    /// How often it may be had.
    pub times: usize,
    /// Most requests for it.
    pub requests: usize,
}

/// A plan with what must be sent to carry it out.
pub(super) struct Preparation {
    /// The plan as chosen.
    pub plan: Plan,
    /// Requests that are sent for what their answers give to others.
    pub sources: Vec<Source>,
    /// What it comes to.
    pub forecast: Forecast,
}

impl Forecast {
    /// What an audit with these options will send.
    pub fn of(contract: &Contract, target: &Target, suite: Option<&Suite>, options: &Options) -> Forecast {
        Preparation::of(contract, target, suite, options).forecast
    }

    /// Requests that a target which keeps its contract gets, and no other number.
    pub fn requests(&self) -> usize {
        self.planned.iter().map(|planned| planned.requests).sum()
    }

    /// Most requests that any target gets.
    pub fn most_requests(&self) -> usize {
        let extras: usize = self.extras.iter().map(|allowance| allowance.requests).sum();
        (self.requests() + extras).min(self.limits.max_requests)
    }

    /// Planned requests that ask for an answer to be generated.
    pub fn generating(&self) -> usize {
        self.planned.iter().map(|planned| planned.generating).sum()
    }

    /// Most requests that ask any target for an answer to be generated.
    pub fn most_generating(&self) -> usize {
        let beyond = self.most_requests().saturating_sub(self.requests());
        (self.generating() + beyond).min(self.limits.max_generations.unwrap_or(usize::MAX))
    }

    /// The shortest time that the planned requests take at the configured rate; `None` where there is none.
    pub fn least_time(&self) -> Option<Duration> {
        let rate = self.limits.rate?;
        let gaps = u32::try_from(self.requests().saturating_sub(1)).unwrap_or(u32::MAX);
        Some((rate.per / rate.requests).saturating_mul(gaps))
    }

    /// The limits that the audit keeps.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl Preparation {
    pub fn of(contract: &Contract, target: &Target, suite: Option<&Suite>, options: &Options) -> Self {
        let mut plan = chosen(contract, target, suite, options);
        let concurrency = target.limits.concurrency;
        if let Some(most) = target.limits.max_generations {
            keep_within(&mut plan, most, concurrency);
        }
        let sources = sources(&plan, concurrency);
        let planned = planned(&plan, &sources);
        let requests = planned.iter().map(|planned| planned.requests).sum();
        let extras = extras(&plan, requests, target, options);
        let forecast = Forecast { planned, extras, left_out: plan.left_out.clone(), limits: target.limits.clone() };
        Preparation { plan, sources, forecast }
    }
}

/// The plan without the operations that were not chosen.
fn chosen(contract: &Contract, target: &Target, suite: Option<&Suite>, options: &Options) -> Plan {
    let settings = crate::generate::Options { seed: options.seed, cases: options.cases };
    let mut plan = generate(contract, target, suite, &settings);
    if !options.only.is_empty() {
        let wanted = |operation: &str| options.only.iter().any(|only| only == operation);
        plan.cases.retain(|case| wanted(&case.operation.id));
        plan.workflows.retain(|workflow| workflow.cases().iter().all(|case| wanted(&case.operation.id)));
        plan.left_out.retain(|left_out| wanted(&left_out.operation));
    }
    plan
}

/// Leaves out requests that generate an answer, until no more than `most` are left.
fn keep_within(plan: &mut Plan, most: usize, concurrency: usize) {
    let for_sources: usize =
        sources(plan, concurrency).iter().map(|source| generating(&source.case) * source.times).sum();
    // Where there is not even room for what others need, those are left out with it.
    let takes_values = |case: &Case| generating(case) > 0 && for_sources > most && !case.request.bindings.is_empty();
    let mut left = most.checked_sub(for_sources).unwrap_or(most);
    let mut keeps = |cost: usize| {
        let rest = left.checked_sub(cost);
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    let mut dropped: IndexMap<(String, &'static str), usize> = IndexMap::new();
    let mut order: Vec<usize> = (0..plan.cases.len()).collect();
    order.sort_by_key(|index| KINDS.iter().position(|kind| *kind == plan.cases[*index].kind.name()));
    let mut kept = vec![true; plan.cases.len()];
    for index in order {
        let case = &plan.cases[index];
        kept[index] = !takes_values(case) && keeps(generating(case));
        if !kept[index] {
            *dropped.entry((case.operation.id.clone(), case.kind.name())).or_default() += 1;
        }
    }
    let mut kept = kept.into_iter();
    plan.cases.retain(|_| kept.next().unwrap_or(true));
    plan.workflows.retain(|workflow| {
        let cases = workflow.cases();
        let cost = cases.iter().map(|case| generating(case)).sum();
        let stays = !cases.iter().any(|case| takes_values(case)) && keeps(cost);
        if let Some(case) = cases.first().filter(|_| !stays) {
            *dropped.entry((case.operation.id.clone(), "workflow")).or_default() += 1;
        }
        stays
    });
    plan.left_out.extend(dropped.into_iter().map(|((operation, kind), number)| LeftOut {
        operation,
        state: None,
        what: format!("{number} {kind} case{}", if number == 1 { "" } else { "s" }),
        reason: MAX_GENERATIONS.to_owned(),
        promises: Vec::new(),
    }));
}

/// How many requests of a case there are.
fn requests(case: &Case) -> usize {
    match case.kind {
        CaseKind::Burst { requests } => requests as usize,
        _ => 1,
    }
}

/// How many of them ask for an answer to be generated.
fn generating(case: &Case) -> usize {
    if case.generates() { requests(case) } else { 0 }
}

fn planned(plan: &Plan, sources: &[Source]) -> Vec<Planned> {
    let mut by_kind: IndexMap<&str, (usize, usize)> = KINDS.into_iter().map(|kind| (kind, (0, 0))).collect();
    for case in &plan.cases {
        let (all, may_cost) = by_kind.entry(case.kind.name()).or_default();
        *all += requests(case);
        *may_cost += generating(case);
    }
    for workflow in &plan.workflows {
        let (all, may_cost) = by_kind.entry("workflow").or_default();
        let least = *workflow.requests(&plan.workflows).start();
        *all += least;
        *may_cost += workflow.cases().into_iter().map(generating).sum::<usize>().min(least);
    }
    let for_others = Planned {
        kind: "source",
        requests: sources.iter().map(|source| source.times).sum(),
        generating: sources.iter().map(|source| generating(&source.case) * source.times).sum(),
    };
    let of_kinds = by_kind.into_iter().map(|(kind, (requests, generating))| Planned { kind, requests, generating });
    of_kinds.chain([for_others]).filter(|planned| planned.requests > 0).collect()
}

/// Requests that retries and ways back of workflows come to at most.
fn of_actions(plan: &Plan) -> usize {
    let beyond = |workflow: &Workflow| {
        let requests = workflow.requests(&plan.workflows);
        requests.end().saturating_sub(*requests.start())
    };
    plan.workflows.iter().map(beyond).fold(0, usize::saturating_add)
}

fn extras(plan: &Plan, planned: usize, target: &Target, options: &Options) -> Vec<Allowance> {
    let bursts = plan.cases.iter().filter(|case| matches!(case.kind, CaseKind::Burst { .. }));
    let valid = plan.cases.iter().filter(|case| matches!(case.expect, Expect::Success { .. })).count();
    let confirmations = if options.confirm { CONFIRMED_FINDINGS * confirm::REQUESTS } else { 0 };
    let single = |extra, requests| Allowance { extra, times: requests, requests };
    let allowances = [
        single(Extra::Confirmation, confirmations),
        single(Extra::Throttled, (planned / THROTTLED_SHARE).max(FEWEST_THROTTLED)),
        single(Extra::Crowded, valid),
        single(Extra::Workflow, of_actions(plan).min(target.limits.max_requests)),
        Allowance { extra: Extra::SecondBurst, times: bursts.clone().count(), requests: bursts.map(requests).sum() },
        single(Extra::Closed, dispatch::RESENDS + target.limits.concurrency),
        single(Extra::SignOfLife, 1),
    ];
    allowances.into_iter().filter(|allowance| allowance.requests > 0).collect()
}
