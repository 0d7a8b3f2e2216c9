//! Sending a plan: in which order, and what is done when a target does not answer.

use std::future::Future;
use std::pin::pin;

use futures_util::StreamExt;
use futures_util::stream;

use super::Audit;
use crate::generate::{Case, CaseKind, Expect, Plan, Workflow};
use crate::judge::{Burst, Verdict, judge_burst};
use crate::run::bind::{BindError, Links, Source};
use crate::run::budget::{Extra, Halt};
use crate::run::burst::BurstSender;
use crate::run::dispatch::{Dispatcher, Unsent, is_throttled};
use crate::run::forecast::{disturbs, requests};
use crate::run::hook::{HOOK_LIMIT, run_hook};
use crate::run::reach::unreachable;
use crate::run::things::{Making, uses_up};
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
pub(super) struct Tried {
    pub case: Case,
    pub sent: Result<Exchange, BindError>,
}

impl Audit<'_> {
    /// Examples first, for they show whether the target is there and its ids are right; what may disturb
    /// others last and alone.
    pub(super) async fn send_all(
        &mut self,
        plan: Plan,
        sources: Vec<Source>,
        makings: Vec<Vec<Making>>,
    ) -> Result<(), Stop> {
        let (examples, rest): (Vec<_>, Vec<_>) =
            plan.cases.into_iter().partition(|case| case.kind == CaseKind::Example && case.state.is_none());
        let (alone, together): (Vec<_>, Vec<_>) = rest.into_iter().partition(|case| disturbs(case, &self.job.target));
        let mut first = [examples, together].concat();
        // Where each needs another, the sources show whether the target is there.
        if let Some(needs_no_other) = first.iter().position(|case| case.request.bindings.is_empty()) {
            self.probe(first.remove(needs_no_other)).await?;
        }
        self.send_sources(&sources).await?;
        for batch in makings {
            self.make(batch).await?;
        }
        self.send_together(first).await?;
        self.send_lives(&plan.lives).await?;
        let mut ended = Ended::new();
        for workflow in &plan.workflows {
            self.send_workflow(workflow, &plan.workflows, &mut ended).await?;
        }
        for case in alone {
            self.send_alone(case).await?;
        }
        Ok(())
    }

    /// Asks for what the answers of some operations give to others.
    async fn send_sources(&mut self, sources: &[Source]) -> Result<(), Stop> {
        let dispatcher = self.dispatcher.clone();
        let requests = sources.iter().flat_map(|source| std::iter::repeat_n(&source.case, source.times));
        let send = async |case| (case, dispatcher.send(case).await);
        let mut answers = stream::iter(requests).map(send).buffer_unordered(self.job.target.limits.concurrency);
        while let Some((case, sent)) = self.meanwhile(answers.next()).await? {
            self.done += 1;
            match sent {
                Ok(exchange) => {
                    if self.done == 1 {
                        self.must_be_there(&exchange).await?;
                    }
                    self.links.add(case, &exchange);
                    if !self.operations.contains(&case.operation.id) {
                        self.reach.note(case, &exchange);
                    } else {
                        self.judge(case, &exchange, &[], true)?;
                    }
                }
                Err(unsent) => {
                    self.not_sent(&case.operation.id, "requests for what they give to others", unsent.into())?
                }
            }
        }
        Ok(())
    }

    /// The first request shows whether there is anything to judge.
    async fn probe(&mut self, case: Case) -> Result<(), Stop> {
        let (dispatcher, links) = (self.dispatcher.clone(), self.links.clone());
        let tried = self.meanwhile(try_case(&dispatcher, &links, case)).await?;
        if let Ok(exchange) = &tried.sent {
            self.must_be_there(exchange).await?;
        }
        self.take(tried)
    }

    /// Ends the run where the first request shows that nobody is there.
    pub(super) async fn must_be_there(&self, exchange: &Exchange) -> Result<(), Stop> {
        // Bytes that begin as an answer does are somebody who answers, however wrong.
        if exchange.wire.begins_as_http() {
            return Ok(());
        }
        match &exchange.outcome {
            Outcome::Failed(failure) if !self.answers_anything(failure).await? => {
                Err(Stop::Unreachable(unreachable(self.job.url.as_str(), failure)))
            }
            Outcome::Failed(_) | Outcome::Answered(_) => Ok(()),
        }
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
            if was_crowded_out(&tried) && dispatcher.budget.allows(Extra::Crowded) {
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

    /// Tells of the pauses that the target asks for while something is awaited, and leaves it where the run
    /// is interrupted.
    pub(super) async fn meanwhile<T>(&mut self, awaited: impl Future<Output = T>) -> Result<T, Stop> {
        let interrupt = self.options.interrupt.clone();
        let (mut awaited, mut interrupted) = (pin!(awaited), pin!(interrupt.asked()));
        loop {
            tokio::select! {
                done = &mut awaited => return Ok(done),
                () = &mut interrupted => return Err(Stop::Halted(Halt::Interrupted)),
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
        let (dispatcher, links, job) = (self.dispatcher.clone(), self.links.clone(), self.job);
        let conductor =
            Conductor { contract: &job.contract, dispatcher: &dispatcher, links: &links, workflows, ended: &*ended };
        let sent = self.meanwhile(conductor.send(workflow)).await?;
        for step in sent.steps {
            self.done += 1;
            self.judge(&step.case, &step.exchange, &step.checks, false)?;
        }
        match sent.end {
            Ok(finished) => {
                ended.insert(workflow.id.clone(), finished);
                Ok(())
            }
            Err(BrokeOff::Unsent(unsent)) => self.not_sent(&operation, &what, unsent.into()),
            Err(BrokeOff::Step { operation, reason }) => {
                self.leave_out(operation, &what, reason);
                Ok(())
            }
        }
    }

    /// Sends a case in its state. The state is undone whatever came of it, also where the run was interrupted or
    /// the state was brought about in part.
    async fn send_alone(&mut self, case: Case) -> Result<(), Stop> {
        self.dispatcher.budget.check().map_err(Stop::Halted)?;
        let state = case.state.as_ref().and_then(|name| self.job.target.states.get(name));
        let hooks = self.hooks.clone();
        let brought_about = match state.and_then(|state| state.before.as_ref()) {
            Some(before) => {
                let limit = HOOK_LIMIT.min(self.dispatcher.budget.time_left());
                self.meanwhile(run_hook(before, limit, &hooks)).await
            }
            None => Ok(Ok(())),
        };
        let sent = match brought_about {
            Ok(Ok(())) => self.send_in_state(&case).await,
            Ok(Err(error)) => self.dispatcher.budget.check().map_err(Stop::Halted).map(|()| {
                self.state_failed(&case, &error.to_string());
            }),
            Err(stop) => Err(stop),
        };
        // The state is undone even where the time is over.
        if let Some(after) = state.and_then(|state| state.after.as_ref())
            && let Err(error) = run_hook(after, HOOK_LIMIT, &hooks).await
        {
            self.state_stays(&case, &error.to_string());
        }
        sent
    }

    async fn send_in_state(&mut self, case: &Case) -> Result<(), Stop> {
        if let CaseKind::Burst { requests } = case.kind {
            return self.burst(case, requests).await;
        }
        let (dispatcher, links) = (self.dispatcher.clone(), self.links.clone());
        let tried = self.meanwhile(try_case(&dispatcher, &links, case.clone())).await?;
        self.take(tried)
    }

    async fn burst(&mut self, case: &Case, in_a_rush: u32) -> Result<(), Stop> {
        let (mut case, job) = (case.clone(), self.job);
        let (dispatcher, links) = (self.dispatcher.clone(), self.links.clone());
        let _lease = match self.meanwhile(links.lend(&mut case)).await? {
            Ok(lease) => lease,
            Err(error) => return self.not_sent(&case.operation.id, "the rate limit", error),
        };
        let Some(limit) = case.operation.rate_limit else { return Ok(()) };
        let mut burst = Burst::new(limit, self.before(&case, limit));
        let limits = &job.target.limits;
        let sender = BurstSender { case: &case, requests: in_a_rush, limits, dispatcher: &dispatcher };
        let unsent = self.meanwhile(sender.send(&mut burst)).await?;
        self.done += requests(&case, limits);
        if let Some(exchange) = burst.shown() {
            self.earlier.note(&case.operation.id, exchange, burst.exchanges().count());
            self.coverage.note(&case, exchange, burst.exchanges().count());
            let checks = judge_burst(&job.contract, &case, &burst);
            let reason = checks.iter().find_map(|check| match &check.verdict {
                Verdict::NotChecked(reason) => Some(reason.clone()),
                _ => None,
            });
            if let Some(reason) = reason {
                self.unwitnessed.extend(case.promises.iter().map(|promise| (*promise, reason.clone())));
            }
            let new = self.tally.record(&case, exchange, &checks, false);
            self.tell(&case, new)?;
        }
        match unsent {
            Some(unsent) => self.not_sent(&case.operation.id, "the rate limit", unsent.into()),
            None => Ok(()),
        }
    }

    fn take(&mut self, tried: Tried) -> Result<(), Stop> {
        self.done += 1;
        match tried.sent {
            Ok(exchange) => {
                if tried.case.state.is_some() && is_throttled(&tried.case, &exchange) {
                    self.state_throttled(&tried.case);
                }
                // What was deleted cannot be deleted again.
                self.judge(&tried.case, &exchange, &[], !uses_up(&tried.case))
            }
            Err(error) => {
                let what = format!("{} cases", tried.case.kind.name());
                self.not_sent(&tried.case.operation.id, &what, error)
            }
        }
    }

    /// Says why something was not sent, or ends the run where nothing more may be.
    pub(super) fn not_sent(&mut self, operation: &str, what: &str, error: BindError) -> Result<(), Stop> {
        match error {
            BindError::Unsent(Unsent::Halted(halt @ (Halt::Requests(_) | Halt::Time(_) | Halt::Interrupted))) => {
                Err(Stop::Halted(halt))
            }
            error => {
                self.leave_out(operation.to_owned(), what, error.to_string());
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

/// Sends a case with what it takes from others.
pub(super) async fn try_case(dispatcher: &Dispatcher, links: &Links, mut case: Case) -> Tried {
    let sent = match links.lend(&mut case).await {
        Ok(_lease) => dispatcher.send(&case).await.map_err(BindError::from),
        Err(error) => Err(error),
    };
    Tried { case, sent }
}
