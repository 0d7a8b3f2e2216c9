//! Sending a plan: in which order, and what is done when a target does not answer.

use std::future::Future;
use std::pin::pin;

use futures_util::StreamExt;
use futures_util::stream;

use super::Audit;
use crate::generate::{Case, CaseKind, Expect, Plan, Workflow};
use crate::run::bind::{BindError, Links};
use crate::run::budget::Halt;
use crate::run::burst::send_burst;
use crate::run::dispatch::{Dispatcher, Unsent};
use crate::run::hook::run_hook;
use crate::run::reach::unreachable;
use crate::run::workflow::{BrokeOff, Conductor, Ended};
use crate::run::{Event, RunError};
use crate::send::{Exchange, Failure, FailureKind, Outcome};

/// Why sending ends before the plan does.
pub(super) enum Stop {
    Halted(Halt),
    Unreachable(String),
    Broken(RunError),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop::Broken(error.into())
    }
}

/// A case with what came of sending it.
struct Tried {
    case: Case,
    /// Exchanges that gave values to the case.
    sources: Vec<(Case, Exchange)>,
    sent: Result<Exchange, BindError>,
}

impl Audit<'_> {
    /// Examples first, for they show whether the target is there and its ids are right; what may disturb
    /// others last and alone.
    pub(super) async fn send_all(&mut self, plan: Plan) -> Result<(), Stop> {
        let (examples, rest): (Vec<_>, Vec<_>) =
            plan.cases.into_iter().partition(|case| case.kind == CaseKind::Example && case.state.is_none());
        let (alone, together): (Vec<_>, Vec<_>) = rest.into_iter().partition(|case| self.disturbs(case));
        let mut first = examples.into_iter().chain(together);
        let Some(probe) = first.next() else { return Ok(()) };
        self.probe(probe).await?;
        self.send_together(first.collect()).await?;
        let mut ended = Ended::new();
        for workflow in &plan.workflows {
            self.send_workflow(workflow, &plan.workflows, &mut ended).await?;
        }
        for case in alone {
            self.send_alone(case).await?;
        }
        Ok(())
    }

    fn disturbs(&self, case: &Case) -> bool {
        let state = case.state.as_ref().and_then(|name| self.job.target.states.get(name));
        let hooked = state.is_some_and(|state| state.before.is_some() || state.after.is_some());
        hooked || matches!(case.kind, CaseKind::Burst { .. })
    }

    /// The first request shows whether there is anything to judge.
    async fn probe(&mut self, case: Case) -> Result<(), Stop> {
        let tried = try_case(&self.dispatcher, &self.links, case).await;
        let failure = match &tried.sent {
            Ok(Exchange { outcome: Outcome::Failed(failure), .. }) => Some(failure.clone()),
            _ => tried.sources.iter().find_map(|(_, exchange)| match &exchange.outcome {
                Outcome::Failed(failure) => Some(failure.clone()),
                Outcome::Answered(_) => None,
            }),
        };
        if let Some(failure) = failure
            && !self.answers_anything(&failure).await?
        {
            return Err(Stop::Unreachable(unreachable(self.job.url.as_str(), &failure)));
        }
        self.take(tried)
    }

    /// A target that fails on one request may still be there.
    async fn answers_anything(&self, failure: &Failure) -> Result<bool, Stop> {
        match failure.kind {
            FailureKind::Connect | FailureKind::ConnectTimeout | FailureKind::Tls => Ok(false),
            FailureKind::Unsendable => Ok(true),
            FailureKind::HeadTimeout | FailureKind::NotHttp | FailureKind::Closed => {
                self.dispatcher.is_alive().await.map_err(|unsent| match unsent {
                    Unsent::Halted(halt) => Stop::Halted(halt),
                    Unsent::Unwritable(error) => Stop::Unreachable(error.to_string()),
                })
            }
        }
    }

    async fn send_together(&mut self, cases: Vec<Case>) -> Result<(), Stop> {
        let (dispatcher, links) = (self.dispatcher.clone(), self.links.clone());
        let mut tries = stream::iter(cases)
            .map(|case| try_case(&dispatcher, &links, case))
            .buffer_unordered(self.job.target.limits.concurrency);
        let mut crowded = Vec::new();
        while let Some(tried) = self.meanwhile(tries.next()).await? {
            if was_crowded_out(&tried) {
                crowded.push(tried.case);
            } else {
                self.take(tried)?;
            }
        }
        drop(tries);
        for case in crowded {
            let tried = self.meanwhile(try_case(&dispatcher, &links, case)).await?;
            self.take(tried)?;
        }
        Ok(())
    }

    /// Tells of the pauses that the target asks for while something is awaited.
    async fn meanwhile<T>(&mut self, awaited: impl Future<Output = T>) -> Result<T, Stop> {
        let mut awaited = pin!(awaited);
        loop {
            tokio::select! {
                done = &mut awaited => return Ok(done),
                Some(wait) = self.slowed.recv() => {
                    self.reporter.event(&Event::Slowed { target: &self.job.target.name, wait })?;
                }
            }
        }
    }

    async fn send_workflow(
        &mut self,
        workflow: &Workflow,
        workflows: &[Workflow],
        ended: &mut Ended,
    ) -> Result<(), Stop> {
        let operation = workflow.cases().first().map(|case| case.operation.id.clone()).unwrap_or_default();
        let what = format!("workflow {}", workflow.id);
        if let Some(id) = workflow.depends_on.iter().find(|id| !ended.contains_key(*id)) {
            self.leave_out(operation, &what, format!("it depends on workflow {id}, which did not end well"));
            return Ok(());
        }
        let (dispatcher, links) = (self.dispatcher.clone(), self.links.clone());
        let (contract, so_far) = (&self.job.contract, &*ended);
        let conductor = Conductor { contract, dispatcher: &dispatcher, links: &links, workflows, ended: so_far };
        let sent = self.meanwhile(conductor.send(workflow)).await?;
        for (case, exchange) in &sent.sources {
            self.judge(case, exchange, &[], true)?;
        }
        for step in sent.steps {
            self.done += 1;
            self.judge(&step.case, &step.exchange, &step.checks, false)?;
        }
        match sent.end {
            Ok(finished) => {
                ended.insert(workflow.id.clone(), finished);
                Ok(())
            }
            Err(BrokeOff::Unsent(Unsent::Halted(halt))) => Err(Stop::Halted(halt)),
            Err(BrokeOff::Unsent(Unsent::Unwritable(error))) => {
                self.leave_out(operation, &what, error.to_string());
                Ok(())
            }
            Err(BrokeOff::Step { operation, reason }) => {
                self.leave_out(operation, &what, reason);
                Ok(())
            }
        }
    }

    async fn send_alone(&mut self, case: Case) -> Result<(), Stop> {
        let state = case.state.as_ref().and_then(|name| self.job.target.states.get(name));
        if let Some(before) = state.and_then(|state| state.before.as_ref())
            && let Err(error) = run_hook(before, &self.hooks).await
        {
            self.state_failed(&case, &error.to_string());
            return Ok(());
        }
        let sent = match case.kind {
            CaseKind::Burst { requests } => self.burst(&case, requests).await,
            _ => {
                let (dispatcher, links) = (self.dispatcher.clone(), self.links.clone());
                let tried = self.meanwhile(try_case(&dispatcher, &links, case.clone())).await;
                tried.and_then(|tried| self.take(tried))
            }
        };
        if let Some(after) = state.and_then(|state| state.after.as_ref())
            && let Err(error) = run_hook(after, &self.hooks).await
        {
            self.state_failed(&case, &format!("it could not be undone: {error}"));
        }
        sent
    }

    async fn burst(&mut self, case: &Case, requests: u32) -> Result<(), Stop> {
        let mut case = case.clone();
        let lease = match self.links.lend(&self.dispatcher, &mut case).await {
            Ok(lease) => lease,
            Err(error) => {
                self.leave_out(case.operation.id.clone(), "the rate limit", error.to_string());
                return Ok(());
            }
        };
        let concurrency = self.job.target.limits.concurrency;
        let before = self.before(&case);
        let sent = send_burst(&case, requests, concurrency, &self.job.contract, &self.dispatcher, &before).await;
        self.links.give_back(lease).await;
        self.done += requests as usize;
        if let Some(exchange) = sent.exchange {
            self.earlier.note(&case.operation.id, &exchange, requests as usize);
            let new = self.tally.record(&case, &exchange, &sent.checks, false);
            self.tell(&case, new)?;
        }
        match sent.unsent {
            Some(Unsent::Halted(halt)) => Err(Stop::Halted(halt)),
            Some(Unsent::Unwritable(error)) => {
                self.leave_out(case.operation.id.clone(), "the rate limit", error.to_string());
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn take(&mut self, tried: Tried) -> Result<(), Stop> {
        for (case, exchange) in &tried.sources {
            self.judge(case, exchange, &[], true)?;
        }
        self.done += 1;
        match tried.sent {
            Ok(exchange) => self.judge(&tried.case, &exchange, &[], true),
            Err(BindError::Unsent(Unsent::Halted(halt))) => Err(Stop::Halted(halt)),
            Err(error) => {
                let what = format!("{} cases", tried.case.kind.name());
                self.leave_out(tried.case.operation.id.clone(), &what, error.to_string());
                Ok(())
            }
        }
    }
}

/// Whether a valid request was refused because others were under way: it counts only when it is alone.
fn was_crowded_out(tried: &Tried) -> bool {
    let answer = tried.sent.as_ref().ok().and_then(Exchange::answer);
    let refused = answer.is_some_and(|answer| matches!(answer.status, 409 | 423 | 425));
    refused && matches!(tried.case.expect, Expect::Success { .. })
}

async fn try_case(dispatcher: &Dispatcher, links: &Links, mut case: Case) -> Tried {
    let lease = match links.lend(dispatcher, &mut case).await {
        Ok(lease) => lease,
        Err(error) => return Tried { case, sources: Vec::new(), sent: Err(error) },
    };
    let sent = dispatcher.send(&case).await.map_err(BindError::from);
    let sources = links.give_back(lease).await;
    Tried { case, sources, sent }
}
