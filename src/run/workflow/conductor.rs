//! Goes from step to step.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use serde_json::Value;

use super::journey::{Journey, SentStep};
use super::{BrokeOff, Ended, SentWorkflow};
use crate::contract::Contract;
use crate::generate::suite::{Action, Destination, Recovery, Transfer};
use crate::generate::{Call, Case, Step, Workflow};
use crate::judge::{Finished, Known, Sent, all_hold, judge_step, outputs};
use crate::run::bind::{Links, fill_from_workflow};
use crate::run::budget::Extra;
use crate::run::dispatch::Dispatcher;

/// Sends the workflows of a plan.
pub struct Conductor<'a> {
    /// The contract under test.
    pub contract: &'a Contract,
    /// Sends requests.
    pub dispatcher: &'a Dispatcher,
    /// Lends values of other operations.
    pub links: &'a Links,
    /// Every workflow of the plan: a `goto` may lead to any of them.
    pub workflows: &'a [Workflow],
    /// Those that have ended well.
    pub ended: &'a Ended,
}

/// Where a workflow goes on after a step.
enum Next<'w> {
    Following,
    Step(usize),
    Workflow(&'w Workflow),
    End,
}

/// What is done about a failure.
enum Taken<'w> {
    Retry { after: Duration, first: Option<&'w Destination> },
    Transfer(&'w Transfer),
}

/// Whether actions are heeded: what is done before a retry is done once and straight.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Actions {
    Heeded,
    Ignored,
}

impl<'a> Conductor<'a> {
    /// Sends the steps of a workflow, each with the values that earlier ones gave.
    pub async fn send(&self, workflow: &'a Workflow) -> SentWorkflow {
        let mut journey = Journey::of(*workflow.requests(self.workflows).start());
        let inputs = workflow.inputs.clone().into_iter().collect();
        let end = self.walk(workflow, inputs, Actions::Heeded, &mut journey).await;
        SentWorkflow { steps: journey.steps, end }
    }

    /// From the first step of a workflow to an end, which may be the end of another workflow. Boxed, for a
    /// step may call a workflow.
    fn walk<'s>(
        &'s self,
        workflow: &'s Workflow,
        inputs: HashMap<String, Value>,
        actions: Actions,
        journey: &'s mut Journey,
    ) -> BoxFuture<'s, Result<Finished, BrokeOff>> {
        async move {
            let (mut workflow, mut at) = (workflow, 0);
            let mut known = Known { inputs, workflows: self.ended.clone(), ..Known::default() };
            while let Some(step) = workflow.steps.get(at) {
                match self.step(workflow, step, actions, &mut known, journey).await? {
                    Next::Following => at += 1,
                    Next::End => break,
                    Next::Step(to) => {
                        if to <= at {
                            jump(step, journey)?;
                        }
                        at = to;
                    }
                    Next::Workflow(to) => {
                        jump(step, journey)?;
                        let inputs = to.inputs.clone().into_iter().collect();
                        known = Known { inputs, workflows: self.ended.clone(), ..Known::default() };
                        (workflow, at) = (to, 0);
                    }
                }
            }
            let outputs = outputs(&workflow.outputs, &known, journey.last()).into_iter().collect();
            Ok(Finished { inputs: known.inputs, outputs })
        }
        .boxed()
    }

    /// One step, again and again as its failure actions have it.
    async fn step<'w>(
        &'w self,
        workflow: &'w Workflow,
        step: &'w Step,
        actions: Actions,
        known: &mut Known,
        journey: &mut Journey,
    ) -> Result<Next<'w>, BrokeOff> {
        let mut retries = vec![0; step.on_failure.len()];
        loop {
            let failure = self.once(step, actions, known, journey).await?;
            let Some(failure) = failure else {
                let action = step.on_success.iter().find(|action| all_hold(&action.criteria, known, journey.last()));
                let transfer = action.filter(|_| actions == Actions::Heeded).map(|action| &action.then);
                return transfer.map_or(Ok(Next::Following), |transfer| self.next(workflow, step, transfer));
            };
            let taken = (actions == Actions::Heeded)
                .then(|| taken(&step.on_failure, &mut retries, known, journey.last()))
                .flatten();
            match taken {
                Some((name, Taken::Retry { after, first })) => {
                    if !self.pause(after, journey.last()).await {
                        return Err(broke_off(step, format!("step `{}` failed, and no time is left", step.id)));
                    }
                    journey.foreseen(name);
                    self.before_retry((workflow, step), first, known, journey).await?;
                }
                Some((name, Taken::Transfer(transfer @ Transfer::Goto(_)))) => {
                    journey.foreseen(name);
                    return self.next(workflow, step, transfer);
                }
                Some((_, Taken::Transfer(Transfer::End))) => return Ok(Next::End),
                None => return Err(broke_off(step, format!("step `{}` failed: {failure}", step.id))),
            }
        }
    }

    fn next<'w>(&'w self, workflow: &Workflow, step: &Step, transfer: &Transfer) -> Result<Next<'w>, BrokeOff> {
        match transfer {
            Transfer::End => Ok(Next::End),
            Transfer::Goto(Destination::Step(id)) => Ok(workflow.position(id).map_or(Next::End, Next::Step)),
            Transfer::Goto(Destination::Workflow(id)) => self.workflow(step, id).map(Next::Workflow),
        }
    }

    /// The workflow that an action of a step leads to.
    fn workflow(&self, step: &Step, id: &str) -> Result<&'a Workflow, BrokeOff> {
        let found = self.workflows.iter().find(|workflow| workflow.id == id);
        found.ok_or_else(|| broke_off(step, format!("step `{}`: workflow `{id}` is not part of the run", step.id)))
    }

    /// Sends what a step calls, once. Gives why the step failed, where it did.
    async fn once(
        &self,
        step: &Step,
        actions: Actions,
        known: &mut Known,
        journey: &mut Journey,
    ) -> Result<Option<String>, BrokeOff> {
        let called = match &step.call {
            Call::Operation(case) => self.request((**case).clone(), known, journey).await.map(|()| None)?,
            Call::Workflow { workflow, later } => {
                let mut inputs: HashMap<String, Value> = workflow.inputs.clone().into_iter().collect();
                for (name, value) in later {
                    let value = known.completed(value).map_err(|reason| broke_off(step, reason))?;
                    inputs.insert(name.clone(), value);
                }
                match self.walk(workflow, inputs, actions, journey).await {
                    Ok(finished) => {
                        known.called = finished.outputs;
                        None
                    }
                    Err(BrokeOff::Step { reason, .. }) => Some(reason),
                    Err(unsent @ BrokeOff::Unsent(_)) => return Err(unsent),
                }
            }
        };
        if called.is_some() {
            return Ok(called);
        }
        let Some(sent) = journey.last() else { return Ok(None) };
        let (verdict, known_then) = (judge_step(step, known, sent), known.clone());
        // An output that is missing matters only to a later step that asks for it, and is told there.
        for (name, value) in outputs(&step.outputs, known, Some(sent)) {
            known.outputs.insert((step.id.clone(), name), value);
        }
        journey.judged(verdict.checks, step, known_then, self.contract);
        Ok(verdict.failure)
    }

    async fn request(&self, mut case: Case, known: &Known, journey: &mut Journey) -> Result<(), BrokeOff> {
        let operation = case.operation.id.clone();
        let missing = |reason| BrokeOff::Step { operation: operation.clone(), reason };
        fill_from_workflow(&mut case, known).map_err(missing)?;
        let _lease = self.links.lend(&mut case).await.map_err(|error| missing(error.to_string()))?;
        if !journey.is_within_the_least() && !self.dispatcher.budget.allows(Extra::Workflow) {
            return Err(missing("the plan has no room for another request".to_owned()));
        }
        let exchange = self.dispatcher.send(&case).await.map_err(BrokeOff::Unsent)?;
        journey.steps.push(SentStep { case, exchange, checks: Vec::new(), judged: Vec::new() });
        Ok(())
    }

    /// What the suite wants done before a step is sent again. Whatever comes of it, the step is.
    async fn before_retry(
        &self,
        (workflow, step): (&Workflow, &Step),
        first: Option<&Destination>,
        known: &mut Known,
        journey: &mut Journey,
    ) -> Result<(), BrokeOff> {
        let done = match first {
            None => return Ok(()),
            Some(Destination::Step(id)) => match workflow.step(id) {
                Some(step) => self.once(step, Actions::Ignored, known, journey).await.map(|_| ()),
                None => return Ok(()),
            },
            Some(Destination::Workflow(id)) => {
                let workflow = self.workflow(step, id)?;
                let inputs = workflow.inputs.clone().into_iter().collect();
                let finished = self.walk(workflow, inputs, Actions::Ignored, journey).await;
                finished.map(|finished| {
                    known.workflows.insert(id.clone(), finished);
                })
            }
        };
        match done {
            Err(unsent @ BrokeOff::Unsent(_)) => Err(unsent),
            Ok(()) | Err(BrokeOff::Step { .. }) => Ok(()),
        }
    }

    /// Waits before a retry; says whether there is time for it. `Retry-After` overrules the suite.
    async fn pause(&self, after: Duration, sent: Option<Sent<'_>>) -> bool {
        let asked = sent.and_then(|sent| sent.exchange.answer()?.header("retry-after")?.trim().parse().ok());
        let pause = asked.map_or(after, Duration::from_secs);
        if pause >= self.dispatcher.budget.time_left() {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}

fn jump(step: &Step, journey: &mut Journey) -> Result<(), BrokeOff> {
    if journey.jump() {
        return Ok(());
    }
    let most = crate::generate::MOST_JUMPS;
    Err(broke_off(step, format!("it went back more than {most} times, and is not followed further")))
}

fn broke_off(step: &Step, reason: String) -> BrokeOff {
    let operation = match &step.call {
        Call::Operation(case) => Some(case.operation.id.clone()),
        Call::Workflow { workflow, .. } => workflow.cases().first().map(|case| case.operation.id.clone()),
    };
    BrokeOff::Step { operation: operation.unwrap_or_default(), reason }
}

/// The first action whose criteria hold and whose retries are not used up, with its name.
fn taken<'w>(
    actions: &'w [Action<Recovery>],
    retries: &mut [u32],
    known: &Known,
    sent: Option<Sent<'_>>,
) -> Option<(&'w str, Taken<'w>)> {
    actions.iter().zip(retries).find_map(|(action, used)| {
        if !all_hold(&action.criteria, known, sent) {
            return None;
        }
        let taken = match &action.then {
            Recovery::Transfer(transfer) => Taken::Transfer(transfer),
            Recovery::Retry { limit, .. } if *used >= *limit => return None,
            Recovery::Retry { after, first, .. } => {
                *used += 1;
                Taken::Retry { after: *after, first: first.as_ref() }
            }
        };
        Some((action.name.as_str(), taken))
    })
}
