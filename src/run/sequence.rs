//! Cases that need more than one request: workflows and bursts.

use futures_util::StreamExt;
use futures_util::stream;

use super::bind::{Links, fill_from_steps};
use super::budget::Extra;
use super::dispatch::{Dispatcher, Unsent};
use crate::contract::{Contract, Promise, PromiseId};
use crate::generate::{Case, CaseKind, Step, Workflow};
use crate::judge::{Before, Check, Known, Verdict, judge_burst, judge_step, outputs};
use crate::send::Exchange;

/// The promises whose sentence stands behind a step's criteria.
fn promises_of(step: &Step, contract: &Contract) -> Vec<PromiseId> {
    let Some(said) = &step.source else { return Vec::new() };
    let is_said = |promise: &Promise| promise.source.document == said.document && promise.source.quote == said.quote;
    let promises = contract.promises.iter().enumerate().filter(|(_, promise)| is_said(promise));
    promises.map(|(index, _)| PromiseId(index)).collect()
}

/// Makes the checks of a step's criteria bear witness on those promises.
fn witnessing(checks: Vec<Check>, promises: &[PromiseId]) -> Vec<Check> {
    let witness = |check: Check| {
        let verdict = match check.verdict {
            Verdict::Passed(kept) => Verdict::Passed(kept.into_iter().chain(promises.iter().copied()).collect()),
            Verdict::Failed(mut finding) => {
                finding.promises.extend(promises);
                Verdict::Failed(finding)
            }
            verdict @ Verdict::NotChecked(_) => verdict,
        };
        Check { verdict, ..check }
    };
    checks.into_iter().map(witness).collect()
}

/// A step that was sent, with what its criteria came to.
pub struct SentStep {
    /// The case, its bindings filled in.
    pub case: Case,
    /// What happened.
    pub exchange: Exchange,
    /// The checks of its criteria; the contract's rules are judged apart.
    pub checks: Vec<Check>,
}

/// What became of a workflow.
pub struct SentWorkflow {
    /// Its steps, in order.
    pub steps: Vec<SentStep>,
    /// Why the rest of the steps was not sent.
    pub broke_off: Option<BrokeOff>,
}

/// Why a workflow did not go to its end.
pub enum BrokeOff {
    /// Nothing more may be sent.
    Unsent(Unsent),
    /// A step lacks a value, and the operation it would have called.
    Missing {
        /// Id of the operation.
        operation: String,
        /// What is missing.
        reason: String,
    },
}

/// Sends the steps of a workflow in order, each with the values that earlier ones gave.
pub async fn send_workflow(
    workflow: &Workflow,
    contract: &Contract,
    dispatcher: &Dispatcher,
    links: &Links,
) -> SentWorkflow {
    let mut known = Known { inputs: workflow.inputs.clone().into_iter().collect(), ..Known::default() };
    let mut sent = SentWorkflow { steps: Vec::new(), broke_off: None };
    for step in &workflow.steps {
        match send_step(step.clone(), &mut known, contract, dispatcher, links).await {
            Ok(step) => sent.steps.push(step),
            Err(broke_off) => {
                sent.broke_off = Some(broke_off);
                break;
            }
        }
    }
    sent
}

async fn send_step(
    mut step: Step,
    known: &mut Known,
    contract: &Contract,
    dispatcher: &Dispatcher,
    links: &Links,
) -> Result<SentStep, BrokeOff> {
    let operation = step.case.operation.id.clone();
    let missing = |reason| BrokeOff::Missing { operation: operation.clone(), reason };
    fill_from_steps(&mut step.case, &known.outputs).map_err(missing)?;
    let _lease = links.lend(&mut step.case).await.map_err(|error| missing(error.to_string()))?;
    let exchange = dispatcher.send(&step.case).await.map_err(BrokeOff::Unsent)?;
    let checks = witnessing(judge_step(&step, &exchange, known), &promises_of(&step, contract));
    // An output that is missing matters only to a later step that asks for it, and is told there.
    for (name, value) in outputs(&step, &exchange, known) {
        known.outputs.insert((step_id(&step.case), name), value);
    }
    Ok(SentStep { case: step.case, exchange, checks })
}

fn step_id(case: &Case) -> String {
    match &case.kind {
        CaseKind::Step { step, .. } => step.clone(),
        _ => case.id.to_string(),
    }
}

/// What became of a burst.
pub struct SentBurst {
    /// One exchange of it, to show: the last.
    pub exchange: Option<Exchange>,
    /// What the burst as a whole came to.
    pub checks: Vec<Check>,
    /// Whether it was cut short.
    pub unsent: Option<Unsent>,
}

/// Sends a request over and over, and once more from the start where every answer was a success: a window
/// that turned over in the middle of the first round cannot do so again in the second.
pub async fn send_burst(
    case: &Case,
    requests: u32,
    concurrency: usize,
    contract: &Contract,
    dispatcher: &Dispatcher,
    before: &Before,
) -> SentBurst {
    let first = round(case, requests, concurrency, dispatcher).await;
    let (exchanges, unsent) = match first {
        (exchanges, None) if exchanges.iter().all(is_served) && dispatcher.budget.allows(Extra::SecondBurst) => {
            round(case, requests, concurrency, dispatcher).await
        }
        first => {
            let checks = judge_burst(contract, case, &first.0, before);
            return SentBurst { exchange: shown(first.0), checks, unsent: first.1 };
        }
    };
    // The second round begins with a window that the first has partly used.
    let sent = before.sent.saturating_add(requests as usize);
    let checks = judge_burst(contract, case, &exchanges, &Before { sent, other_credential: false, ..before.clone() });
    SentBurst { checks, exchange: shown(exchanges), unsent }
}

async fn round(
    case: &Case,
    requests: u32,
    concurrency: usize,
    dispatcher: &Dispatcher,
) -> (Vec<Exchange>, Option<Unsent>) {
    let wire = match dispatcher.wire(&case.request) {
        Ok(wire) => wire,
        Err(error) => return (Vec::new(), Some(error.into())),
    };
    let send = |_| dispatcher.send_once(case, &wire);
    let mut results = stream::iter(0..requests).map(send).buffer_unordered(concurrency);
    let (mut exchanges, mut unsent) = (Vec::new(), None);
    while let Some(result) = results.next().await {
        match result {
            Ok(exchange) => exchanges.push(exchange),
            Err(error) => unsent = Some(error),
        }
    }
    (exchanges, unsent)
}

/// The first refusal where there is one, else the last answer.
fn shown(mut exchanges: Vec<Exchange>) -> Option<Exchange> {
    let refused = exchanges.iter().position(is_limited);
    match refused.or_else(|| exchanges.iter().position(|exchange| !is_served(exchange))) {
        Some(at) => Some(exchanges.swap_remove(at)),
        None => exchanges.pop(),
    }
}

fn is_served(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status / 100 == 2)
}

fn is_limited(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status == 429)
}
