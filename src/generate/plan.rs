//! The plan: every case of a contract, and what is left out and why.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::caller::Caller;
use super::deal::Deal;
use super::maker::{Maker, Obstacle};
use super::sequence::{self, Life, Sources, Stages};
use super::suite::Suite;
use super::{
    Case, CaseKind, Expect, Inferred, Workflow, body, credential, errors, negative, positive, unusual, workflow,
};
use crate::contract::{Contract, Location, Operation, PromiseId, RateLimit};
use crate::target::{Rate, Target};

/// What to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What all that is random depends on.
    pub seed: u64,
    /// Requests that the contract allows, for each operation; examples come on top. No more random ones
    /// are made than a run may send, and never more than 100,000.
    pub cases: usize,
}

impl Default for Options {
    fn default() -> Self {
        Options { seed: 0, cases: 20 }
    }
}

/// Everything that a run may send.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Single requests, in the order of the contract's operations, but for those that make things: they come before
    /// those that list them.
    pub cases: Vec<Case>,
    /// Workflows of the suite.
    pub workflows: Vec<Workflow>,
    /// Things that are made, found again and deleted.
    pub lives: Vec<Life>,
    /// Requests of the operations that others take values from, by operation: several where they make things.
    pub creations: IndexMap<String, Vec<Case>>,
    /// The requests that delete what such an operation made, by its id.
    pub clean_ups: IndexMap<String, Case>,
    /// The parts of requests that another operation gives though the document does not link them.
    pub inferred: Vec<InferredPart>,
    /// What is not sent, and why.
    pub left_out: Vec<LeftOut>,
}

/// A part of an operation's requests that another operation gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InferredPart {
    /// The operation that takes it.
    pub operation: String,
    /// The part.
    pub at: Location,
    /// Where it comes from.
    pub from: Inferred,
}

/// Something that cannot be tested on this target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The operation; of a workflow, the one that stands in its way.
    pub operation: String,
    /// The state that the configuration would have to give.
    pub state: Option<String>,
    /// What is left out.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Promises that stay unchecked for it.
    pub promises: Vec<PromiseId>,
}

impl LeftOut {
    /// Something of the maker's operation.
    pub(super) fn new(maker: &Maker<'_>, what: impl Into<String>, reason: impl ToString) -> Self {
        LeftOut::of(maker.operation, what, reason)
    }

    fn of(operation: &Operation, what: impl Into<String>, reason: impl ToString) -> Self {
        LeftOut {
            operation: operation.id.clone(),
            state: None,
            what: what.into(),
            reason: reason.to_string(),
            promises: Vec::new(),
        }
    }
}

impl Case {
    /// Whether the target, if it keeps the contract, may generate an answer for it, which may cost money: for
    /// a request by POST that the contract does not want refused, and for each request of a burst.
    pub fn generates(&self) -> bool {
        let may_be_served = match self.expect {
            Expect::Success { .. } | Expect::Any => true,
            Expect::Error(_) | Expect::Refusal => matches!(self.kind, CaseKind::Burst { .. }),
        };
        may_be_served && self.may_generate()
    }

    /// Whether any target may generate an answer for it, also one that does not keep the contract.
    pub fn may_generate(&self) -> bool {
        may_generate(&self.request.method)
    }
}

/// Whether a request by that method may have an answer generated, which may cost money.
pub(super) fn may_generate(method: &http::Method) -> bool {
    *method == http::Method::POST
}

/// All cases of a contract for a target: the same for the same input, on every machine.
pub fn generate(contract: &Contract, target: &Target, suite: Option<&Suite>, options: &Options) -> Plan {
    generate_dealt(contract, target, suite, (options.seed, Deal::even(options.cases)))
}

/// The same with another deal of positive cases than an even one.
pub fn generate_dealt(contract: &Contract, target: &Target, suite: Option<&Suite>, (seed, deal): (u64, Deal)) -> Plan {
    let mut plan = Plan::default();
    let caller = Caller::new(contract, target);
    let sources = Sources::of(contract, &target.sources);
    let mut stages = Stages::default();
    for operation in &contract.operations {
        match Maker::new(contract, operation, seed).map(|maker| maker.with_sources(&sources)) {
            Ok(maker) => {
                of_operation(&mut plan, &maker, &caller, target, deal);
                of_sequences(&mut plan, &mut stages, &sources, &maker, &caller);
            }
            Err(obstacle) => plan.left_out.push(LeftOut::of(operation, "every request", obstacle)),
        }
    }
    number_repeated_names(&mut plan.cases);
    plan.clean_ups = stages.clean_ups();
    plan.lives = stages.lives(&plan.creations, &plan.cases);
    sequence::makers_first(&mut plan.cases);
    plan.inferred = inferred(&plan, &sources, &caller, contract);
    if let Some(suite) = suite {
        let (workflows, left_out) = workflow::workflows(contract, suite, &caller, seed);
        plan.workflows = workflows;
        plan.left_out.extend(left_out);
    }
    leave_out_slow_bursts(&mut plan, target.limits.rate);
    plan
}

/// The operations of which no request can be made for want of a body, and why.
pub fn unmade(contract: &Contract) -> impl Iterator<Item = (&Arc<Operation>, String)> {
    let of = |operation: &'_ Arc<Operation>| {
        body::unmade(operation).map(|essences| Obstacle::MediaType(essences).to_string())
    };
    contract.operations.iter().filter_map(move |operation| Some((operation, of(operation)?)))
}

/// What an operation gives to others, and its steps in the life of what its path names.
fn of_sequences(plan: &mut Plan, stages: &mut Stages, sources: &Sources, maker: &Maker<'_>, caller: &Caller<'_>) {
    if !caller.may_call(maker.operation) {
        return;
    }
    if sources.is_giver(&maker.operation.id) {
        plan.creations.insert(maker.operation.id.clone(), sequence::creations(maker, caller));
    }
    stages.add(sequence::stages(maker, caller));
    plan.cases.extend(sequence::unknown(maker, caller));
}

/// The parts that another operation gives, those excepted that the configuration gives.
fn inferred(plan: &Plan, sources: &Sources, caller: &Caller<'_>, contract: &Contract) -> Vec<InferredPart> {
    let of_operation = |operation: &Arc<Operation>| {
        let parts = sources.of_operation(&operation.id);
        // What comes along from the request that made the thing is no source of its own.
        let comes_along = |at: &Location, from: &Inferred| {
            let last = parts.iter().rev().find(|(at, _)| matches!(at, Location::Path(_)));
            last.is_some_and(|(last, own)| last != at && own.operation == from.operation) && from.is_of_request()
        };
        let is_open = |(at, from): &&(Location, Inferred)| {
            let is_made = plan.creations.contains_key(&from.operation);
            caller.value(at).is_none() && is_made && !comes_along(at, from)
        };
        let part = |(at, from): &(Location, Inferred)| InferredPart {
            operation: operation.id.clone(),
            at: at.clone(),
            from: from.clone(),
        };
        parts.iter().filter(is_open).map(part).collect::<Vec<_>>()
    };
    contract.operations.iter().flat_map(of_operation).collect()
}

/// Leaves out the bursts that stay within the limit at the configured pace: they show nothing of it.
fn leave_out_slow_bursts(plan: &mut Plan, rate: Option<Rate>) {
    let Some(rate) = rate else { return };
    let mut left_out = Vec::new();
    plan.cases.retain(|case| {
        let limit = case.operation.rate_limit.filter(|_| matches!(case.kind, CaseKind::Burst { .. }));
        let slow = limit.filter(|limit| pace_within(rate, *limit) <= f64::from(limit.requests));
        left_out.extend(slow.map(|limit| LeftOut {
            promises: case.promises.clone(),
            ..LeftOut::of(&case.operation, "the rate limit", stays_within(limit))
        }));
        slow.is_none()
    });
    plan.left_out.extend(left_out);
}

/// How many requests leave in one window of a limit.
fn pace_within(rate: Rate, limit: RateLimit) -> f64 {
    f64::from(rate.requests) * limit.per.as_secs_f64() / rate.per.as_secs_f64()
}

fn stays_within(limit: RateLimit) -> String {
    let per = humantime::format_duration(limit.per);
    format!("at the configured rate no burst exceeds the limit of {} in {per}", limit.requests)
}

fn of_operation(plan: &mut Plan, maker: &Maker<'_>, caller: &Caller<'_>, target: &Target, deal: Deal) {
    let mut take = |(cases, left_out): (Vec<Case>, Vec<LeftOut>)| {
        plan.cases.extend(cases);
        plan.left_out.extend(left_out);
    };
    take((Vec::new(), parts_never_sent(maker)));
    let examples = positive::examples(maker, caller);
    let positives = positive::positives(maker, caller, deal.of(maker.operation), target.limits.max_requests);
    if maker.operation.method == http::Method::DELETE {
        take(few_deletions(maker, examples, positives));
    } else {
        take(examples);
        take(positives);
    }
    take(credential::cases(maker, caller, target));
    take(errors::of_states(maker, caller, target));
    if !caller.may_call(maker.operation) {
        // Whoever is not let in is refused for that, and nothing is learnt of the rest.
        let schemes: Vec<_> = maker.operation.security.iter().map(|requirement| requirement.0.join(" and ")).collect();
        let reason = format!("no credential for {}", schemes.join(" or "));
        take((
            Vec::new(),
            vec![LeftOut::new(maker, "requests that break the contract, and documented errors", reason)],
        ));
        return;
    }
    take(negative::cases(maker, caller));
    take((unusual::cases(maker, caller), Vec::new()));
    take(errors::built_in(maker, caller));
}

type Made = (Vec<Case>, Vec<LeftOut>);

/// The valid requests of an operation that deletes, each for a thing of its own.
fn few_deletions(maker: &Maker<'_>, (mut cases, mut left_out): Made, (more, more_left_out): Made) -> Made {
    cases.extend(more);
    left_out.extend(more_left_out);
    let (cases, beyond) = sequence::deletions(cases);
    if beyond > 0 {
        let what = format!("{beyond} more valid requests");
        left_out.push(LeftOut::new(maker, what, "each request that deletes needs a thing that was made for it"));
    }
    (cases, left_out)
}

/// Parts of the operation that no case has.
fn parts_never_sent(maker: &Maker<'_>) -> Vec<LeftOut> {
    let sent = maker.form.as_ref().map(|form| form.media.essence.as_str());
    let media =
        maker.operation.body.iter().flat_map(|body| &body.media).filter(|media| Some(media.essence.as_str()) != sent);
    let reason = match sent {
        Some(sent) => format!("{sent} is sent"),
        None => "a body of it cannot be made".to_owned(),
    };
    let media = media.map(|media| LeftOut::new(maker, format!("a body of {}", media.essence), &reason));
    media.chain(maker.unmade().map(|(at, reason)| LeftOut::new(maker, at.to_string(), reason))).collect()
}

/// Names that several cases have are numbered: some keywords can be broken in several ways.
fn number_repeated_names(cases: &mut [Case]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for case in cases {
        let count = seen.entry(case.id.0.clone()).or_default();
        *count += 1;
        if *count > 1 {
            case.id.0 = format!("{}-{count}", case.id.0);
        }
    }
}
