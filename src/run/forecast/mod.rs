//! What an audit will send, known before it sends anything.
//!
//! A target that keeps its contract gets exactly the requests that are planned. Each reason for more has a
//! most of its own, and a run never sends more than all of them together.

mod kept;

use std::collections::HashSet;
use std::time::Duration;

use indexmap::IndexMap;

use self::kept::{keep_chosen, keep_glance, keep_share, keep_within};
use super::bind::{Source, providers, sources};
use super::budget::Extra;
use super::dispatch::Audited;
use super::shard::Part;
use super::things::{Making, clean_ups, makings};
use super::{Depth, Options, confirm, dispatch};
use crate::contract::{Contract, Strength};
use crate::generate::{
    Case, CaseKind, Deal, Expect, InferredPart, LeftOut, Life, Plan, Stage, Suite, Workflow, generate_dealt,
};
use crate::target::{Limits, Target};

/// As many requests as are planned may be sent again because of a 429, and so many in any case.
const FEWEST_THROTTLED: usize = 20;
/// The order in which kinds are told: an example shows most for its money.
const KINDS: [&str; 9] =
    ["example", "positive", "workflow", "resource", "negative", "unusual", "credential", "error", "burst"];

/// What an audit of a target will send.
#[derive(Debug, Clone)]
pub struct Forecast {
    /// Planned requests by kind.
    pub planned: Vec<Planned>,
    /// What may come on top, each with its most.
    pub extras: Vec<Allowance>,
    /// Parts of requests that other operations give, though the document does not link them.
    pub inferred: Vec<InferredPart>,
    /// What is not sent, and why.
    pub left_out: Vec<LeftOut>,
    /// Requests that would be planned too, were the run allowed to send so many.
    pub beyond: usize,
    /// Operations of which none is planned for that.
    pub untried: usize,
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
    /// Requests that make things for others, in batches.
    pub makings: Vec<Vec<Making>>,
    /// What another shard audits the wire of.
    pub audited_elsewhere: HashSet<Audited>,
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
        let most = self.limits.max_generations.unwrap_or(usize::MAX);
        (self.generating() + beyond).min(most).min(self.most_requests())
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
        let chosen = |id: &String| options.only.is_empty() || options.only.contains(id);
        let operations = contract.operations.iter().filter(|operation| chosen(&operation.id)).map(AsRef::as_ref);
        let deal = Deal::among(operations, options.cases, target.limits.max_requests);
        let mut plan = generate_dealt(contract, target, suite, (options.seed, deal));
        // An operation that was not chosen may still have to give values to one that was.
        let providers = providers(&plan);
        keep_chosen(&mut plan, &options.only);
        if options.depth == Depth::Glance {
            keep_glance(&mut plan);
        }
        let times = match target.limits.max_generations {
            Some(most) => keep_within(&mut plan, &providers, most, &target.limits),
            None => target.limits.concurrency,
        };
        // Where the plan is longer than what may be sent, streams do not fall victim to that.
        plan.cases.sort_by_key(|case| !case.operation.streams());
        let beyond = keep_share(&mut plan, &providers, times, target);
        let Part { sources, makings, audited_elsewhere } = match options.shard {
            Some(shard) => shard.keep(&mut plan, &providers, times),
            None => Part {
                sources: sources(&plan, &providers, times),
                makings: makings(&plan),
                audited_elsewhere: HashSet::new(),
            },
        };
        let (planned, unplanned) = planned(&plan, &sources, &makings, target);
        let requests = planned.iter().map(|planned| planned.requests).sum();
        let extras = extras(&plan, requests, target, options);
        let (inferred, left_out, limits) = (plan.inferred.clone(), plan.left_out.clone(), target.limits.clone());
        let (beyond, untried) = (beyond.requests + unplanned, beyond.untried);
        let forecast = Forecast { planned, extras, inferred, left_out, beyond, untried, limits };
        Preparation { plan, sources, makings, audited_elsewhere, forecast }
    }
}

/// How many requests of a case there are. After a burst one more shows whether the limit lets in again, where it
/// may be waited for.
pub(super) fn requests(case: &Case, limits: &Limits) -> usize {
    match case.kind {
        CaseKind::Burst { requests } => requests as usize + usize::from(!limits.window_wait.is_zero()),
        _ => 1,
    }
}

/// How many of them ask for an answer to be generated.
fn generating(case: &Case, limits: &Limits) -> usize {
    if case.generates() { requests(case, limits) } else { 0 }
}

/// The same with requests that a target may serve as well as refuse and keeps its contract.
fn perhaps_generating(case: &Case, limits: &Limits) -> usize {
    let is_soft = match &case.kind {
        CaseKind::Negative(violation) => !violation.essential || violation.strength != Strength::Documented,
        _ => false,
    };
    if is_soft && case.may_generate() { 1 } else { generating(case, limits) }
}

/// Whether a case is sent last and alone, for it may disturb others.
pub(super) fn disturbs(case: &Case, target: &Target) -> bool {
    let state = case.state.as_ref().and_then(|name| target.states.get(name));
    let hooked = state.is_some_and(|state| state.before.is_some() || state.after.is_some());
    hooked || matches!(case.kind, CaseKind::Burst { .. })
}

/// Planned requests by kind, and how many more there would be if the run might send them.
fn planned(plan: &Plan, sources: &[Source], makings: &[Vec<Making>], target: &Target) -> (Vec<Planned>, usize) {
    let kinds = KINDS.into_iter().chain(["source", "clean-up"]);
    let mut by_kind: IndexMap<&'static str, Planned> =
        kinds.map(|kind| (kind, Planned { kind, requests: 0, generating: 0 })).collect();
    let (mut left, mut beyond) = (target.limits.max_requests, 0);
    for Planned { kind, requests, generating } in in_order(plan, sources, makings, target) {
        let sent = requests.min(left);
        left -= sent;
        beyond += requests - sent;
        let planned = by_kind.entry(kind).or_insert(Planned { kind, requests: 0, generating: 0 });
        planned.requests += sent;
        planned.generating += generating.min(sent);
    }
    (by_kind.into_values().filter(|planned| planned.requests > 0).collect(), beyond)
}

/// What is planned in the order in which it is sent.
fn in_order(plan: &Plan, sources: &[Source], makings: &[Vec<Making>], target: &Target) -> Vec<Planned> {
    let limits = &target.limits;
    let of_case = |case: &&Case| Planned {
        kind: case.kind.name(),
        requests: requests(case, limits),
        generating: generating(case, limits),
    };
    let (examples, rest): (Vec<_>, Vec<_>) =
        plan.cases.iter().partition(|case| case.kind == CaseKind::Example && case.state.is_none());
    let (last, together): (Vec<_>, Vec<_>) = rest.into_iter().partition(|case| disturbs(case, target));
    let of_source = |source: &Source| Planned {
        kind: "source",
        requests: source.times,
        generating: generating(&source.case, limits) * source.times,
    };
    let of_workflow = |workflow: &Workflow| {
        let requests = *workflow.requests(&plan.workflows).start();
        let generating: usize = workflow.cases().into_iter().map(|case| generating(case, limits)).sum();
        Planned { kind: "workflow", requests, generating: generating.min(requests) }
    };
    let mut order: Vec<Planned> = sources.iter().map(of_source).collect();
    let of_making =
        |making: &Making| Planned { kind: "source", requests: 1, generating: generating(&making.case, limits) };
    order.extend(makings.iter().flatten().map(of_making));
    order.extend(examples.iter().chain(&together).map(of_case));
    order.extend(plan.lives.iter().flat_map(Life::cases).map(|case| of_case(&case)));
    order.extend(plan.workflows.iter().map(of_workflow));
    order.extend(last.iter().map(of_case));
    order.push(Planned { kind: "clean-up", requests: clean_ups(plan, makings), generating: 0 });
    order
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
    let bursts = plan.cases.iter().filter_map(|case| match case.kind {
        CaseKind::Burst { requests } => Some(requests as usize),
        _ => None,
    });
    let number = bursts.clone().count();
    let probes = if target.limits.window_wait.is_zero() { 0 } else { number };
    let looks = |case: &&Case| matches!(case.kind, CaseKind::Resource(Stage::Read | Stage::ReadDeleted));
    let lags = plan.lives.iter().flat_map(Life::cases).filter(looks).count();
    let valid = plan.cases.iter().filter(|case| matches!(case.expect, Expect::Success { .. })).count();
    let confirmations = if options.confirm { confirm::ALL_REQUESTS } else { 0 };
    let single = |extra, requests| Allowance { extra, times: requests, requests };
    let allowances = [
        single(Extra::Confirmation, confirmations),
        single(Extra::Throttled, planned.max(FEWEST_THROTTLED)),
        single(Extra::Crowded, valid),
        single(Extra::Lag, lags),
        single(Extra::Workflow, of_actions(plan).min(target.limits.max_requests)),
        Allowance { extra: Extra::SecondBurst, times: 2 * number, requests: 2 * bursts.sum::<usize>() },
        single(Extra::SecondProbe, probes),
        single(Extra::Closed, dispatch::RESENDS + target.limits.concurrency),
        single(Extra::SignOfLife, 1),
    ];
    allowances.into_iter().filter(|allowance| allowance.requests > 0).collect()
}
