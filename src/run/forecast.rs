//! What an audit will send, known before it sends anything.
//!
//! A target that keeps its contract gets exactly the requests that are planned. Each reason for more has a
//! most of its own, and a run never sends more than all of them together.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use indexmap::IndexMap;

use super::bind::{Source, operations, providers, sources};
use super::budget::{Extra, MAX_GENERATIONS};
use super::dispatch::Audited;
use super::shard::Part;
use super::share::{MAX_REQUESTS, reserve, share, streams_before};
use super::things::{Making, clean_ups, makings};
use super::{Depth, Options, confirm, dispatch};
use crate::contract::{Contract, Strength};
use crate::generate::{
    Case, CaseKind, CredentialFault, Deal, Expect, InferredPart, LeftOut, Life, Origin, Plan, Stage, Suite, Workflow,
    generate_dealt,
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

/// Takes out the operations that were not chosen.
fn keep_chosen(plan: &mut Plan, only: &[String]) {
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
fn keep_glance(plan: &mut Plan) {
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
fn keep_within(plan: &mut Plan, providers: &HashMap<String, Case>, most: usize, limits: &Limits) -> usize {
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
struct Beyond {
    requests: usize,
    /// Operations that get nothing.
    untried: usize,
}

/// Where a plan has more requests than the run may send, keeps of each operation its share, and something for
/// trying findings again.
fn keep_share(plan: &mut Plan, providers: &HashMap<String, Case>, times: usize, target: &Target) -> Beyond {
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
