//! Sending again what is behind a finding.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use url::Url;

use super::renew::{Renewal, Resolve, Sources, Unsendable};
use super::together::Together;
use super::{ReplayError, Standing};
use crate::contract::Contract;
use crate::generate::{Case, CaseKind, Life, Workflow};
use crate::judge::{Before, Burst, Check, Verdict, is_of_wire};
use crate::recording::{RecordedExchange, RecordedSetting, RecordedWorkflow, Recording};
use crate::run::{
    BrokeOff, Budget, BurstSender, Conductor, Dispatcher, Ended, Extra, HOOK_LIMIT, Interrupt, LifeEnd, run_hook,
    send_life,
};
use crate::send::{Client, Exchange, Outcome};
use crate::target::Target;

/// How often requests that were mixed up are sent at once before they count as kept apart.
const ROUNDS: usize = 8;

/// What may be sent beyond what was recorded, each so many times.
const EXTRAS: [(Extra, usize); 6] = [
    (Extra::Throttled, 20),
    (Extra::Closed, 8),
    (Extra::Lag, 8),
    (Extra::Workflow, 500),
    (Extra::SecondBurst, 100_000),
    (Extra::SecondProbe, 1),
];

/// Sends again what recordings hold.
pub struct Player<'a> {
    /// The contract of today.
    pub contract: &'a Contract,
    /// The limits that are kept, and the states that can be brought about.
    pub target: &'a Target,
    /// Who is asked.
    pub base: &'a Url,
    /// Gives requests their credentials.
    pub resolve: Resolve<'a>,
    /// Hears of every pause that a limit of the target asks for, as it begins.
    pub tell_pause: &'a (dyn Fn(Duration) + Sync),
}

/// What came of sending a recording again.
#[derive(Debug)]
pub struct Again {
    /// What became of the values that earlier answers gave.
    pub renewals: Vec<Renewal>,
    /// What came where the finding was; `None` where that was not reached.
    pub exchange: Option<Exchange>,
    /// Whether the finding still stands.
    pub standing: Standing,
}

/// What was sent, and what the rules say of it.
struct Played {
    renewals: Vec<Renewal>,
    /// What came where the finding was, or why that was not reached.
    reached: Result<(Case, Exchange, Vec<Check>), String>,
}

impl Played {
    fn not_reached(renewals: Vec<Renewal>, reason: impl Into<String>) -> Self {
        Played { renewals, reached: Err(reason.into()) }
    }
}

impl Player<'_> {
    /// Sends a recording's case again with all that it needs around it, and judges what comes by the rules and the
    /// contract of today. Its state is brought about first, where the target's configuration says how.
    ///
    /// # Errors
    /// When no client can be made.
    pub async fn send_again(&self, recording: &Recording, case: &Case) -> Result<Again, ReplayError> {
        let (tell, pauses) = mpsc::unbounded_channel();
        let limits = &self.target.limits;
        let budget = Budget::new(limits, EXTRAS, Interrupt::default());
        let dispatcher = Dispatcher::new(self.target, self.base.clone(), Client::new(limits)?, budget, tell);
        let sources = Sources { contract: self.contract, dispatcher: &dispatcher, resolve: self.resolve };
        let state = recording.case.state.as_ref().and_then(|state| self.target.states.get(state));
        let hooks = Client::new(limits)?;
        if let Some(before) = state.and_then(|state| state.before.as_ref())
            && let Err(error) = run_hook(before, HOOK_LIMIT, &hooks).await
        {
            let reason = format!("its state could not be brought about: {error}");
            return Ok(Again { renewals: Vec::new(), exchange: None, standing: Standing::NotChecked(reason) });
        }
        let played = self.telling(self.play(recording, case, &sources), pauses).await;
        if let Some(after) = state.and_then(|state| state.after.as_ref())
            && let Err(error) = run_hook(after, HOOK_LIMIT, &hooks).await
        {
            let reason = format!("its state could not be undone: {error}");
            return Ok(Again { renewals: Vec::new(), exchange: None, standing: Standing::NotChecked(reason) });
        }
        Ok(self.judged(recording, played))
    }

    /// Awaits something, and tells of the pauses meanwhile.
    async fn telling<T>(&self, awaited: impl Future<Output = T>, mut pauses: UnboundedReceiver<Duration>) -> T {
        let mut awaited = pin!(awaited);
        loop {
            tokio::select! {
                done = &mut awaited => return done,
                Some(pause) = pauses.recv() => (self.tell_pause)(pause),
            }
        }
    }

    fn judged(&self, recording: &Recording, Played { renewals, reached }: Played) -> Again {
        match reached {
            Ok((case, exchange, checks)) => {
                let was_answered = recording.exchange.answer().is_some();
                let standing = match &exchange.outcome {
                    Outcome::Failed(failure) if was_answered => {
                        Standing::NotChecked(format!("{} gave no answer: {}", self.base, failure.message))
                    }
                    _ => Standing::of(recording, self.contract, &case, &exchange, checks),
                };
                Again { renewals, exchange: Some(exchange), standing }
            }
            Err(reason) => Again { renewals, exchange: None, standing: Standing::NotChecked(reason) },
        }
    }

    async fn play(&self, recording: &Recording, case: &Case, sources: &Sources<'_>) -> Played {
        let judged = Together { contract: self.contract, context: recording.context };
        match &recording.setting {
            RecordedSetting::Alone => {
                self.alone(recording, case, sources, |case, exchange| Ok(judged.alone(case, exchange))).await
            }
            RecordedSetting::Drift(accepted) => {
                let by_snapshot =
                    |case: &Case, exchange: &Exchange| judged.by_snapshot(&(case.clone(), exchange.clone()), accepted);
                self.alone(recording, case, sources, by_snapshot).await
            }
            RecordedSetting::Beside(others) => self.beside(recording, case, others, sources, &judged).await,
            RecordedSetting::Life(before) => self.life(recording, case, before, sources, &judged).await,
            RecordedSetting::Workflow { workflows, .. } => {
                self.workflow(recording, case, workflows, sources, &judged).await
            }
            RecordedSetting::Burst(burst) => self.burst(recording, case, burst, sources, &judged).await,
        }
    }

    async fn alone(
        &self,
        recording: &Recording,
        case: &Case,
        sources: &Sources<'_>,
        judge: impl Fn(&Case, &Exchange) -> Result<Vec<Check>, String>,
    ) -> Played {
        let mut case = case.clone();
        let renewals = sources.renew(&recording.case, &mut case).await;
        let sent = match is_of_wire(&recording.finding.rule) {
            true => sources.dispatcher.send_audited(&case).await,
            false => sources.dispatcher.send(&case).await,
        };
        let reached = sent.map_err(|unsent| unsent.to_string());
        let reached = reached.and_then(|exchange| judge(&case, &exchange).map(|checks| (case, exchange, checks)));
        Played { renewals, reached }
    }

    /// All at once, again and again until the rule is broken: what is mixed up is not mixed up each time.
    async fn beside(
        &self,
        recording: &Recording,
        case: &Case,
        others: &[RecordedExchange],
        sources: &Sources<'_>,
        judged: &Together<'_>,
    ) -> Played {
        let mut case = case.clone();
        let mut renewals = sources.renew(&recording.case, &mut case).await;
        let mut all = vec![case.clone()];
        for RecordedExchange { case: recorded, .. } in others {
            let mut other = match sources.case(recorded) {
                Ok(other) => other,
                Err(error) => return Played::not_reached(renewals, error.to_string()),
            };
            renewals.extend(sources.renew(recorded, &mut other).await);
            all.push(other);
        }
        let mut last = Err("nothing was sent".to_owned());
        for _ in 0..ROUNDS {
            let sent = join_all(all.iter().map(|case| sources.dispatcher.send(case))).await;
            let sent: Result<Vec<_>, _> = sent.into_iter().collect();
            let exchanges = match sent {
                Ok(exchanges) => exchanges,
                Err(unsent) => return Played::not_reached(renewals, unsent.to_string()),
            };
            let Some(own) = exchanges.first().cloned() else { break };
            let checks = judged.beside(all.iter().cloned().zip(exchanges).collect());
            let is_broken = checks
                .iter()
                .any(|check| check.rule == recording.finding.rule && matches!(check.verdict, Verdict::Failed(_)));
            last = Ok((case.clone(), own, checks));
            if is_broken {
                break;
            }
        }
        Played { renewals, reached: last }
    }

    async fn life(
        &self,
        recording: &Recording,
        case: &Case,
        before: &[RecordedExchange],
        sources: &Sources<'_>,
        judged: &Together<'_>,
    ) -> Played {
        let recorded: Vec<_> = before.iter().map(|stage| &stage.case).chain([&recording.case]).collect();
        let cases: Result<Vec<_>, _> = before.iter().map(|stage| sources.case(&stage.case)).collect();
        let mut cases = match cases {
            Ok(cases) => cases,
            Err(error) => return Played::not_reached(Vec::new(), error.to_string()),
        };
        cases.push(case.clone());
        let create = cases.remove(0);
        let maker = recorded.first().map(|case| case.operation.as_str());
        let (links, renewals) = sources.links(&recorded, maker).await;
        let life = Life { create, steps: cases };
        let sent = send_life(&life, sources.dispatcher, &links, Extra::Lag).await;
        if sent.stages.len() <= before.len() {
            let reason = match sent.end {
                Err(LifeEnd::Nothing(reason)) => reason,
                Err(LifeEnd::Unsent(error)) => error.to_string(),
                Ok(()) => "the life ended before it".to_owned(),
            };
            return Played::not_reached(renewals, reason);
        }
        let led: Vec<_> = sent.stages.into_iter().map(|stage| (stage.case, stage.exchange)).collect();
        let reached = match led.split_last() {
            Some((own, before)) => Ok((own.0.clone(), own.1.clone(), judged.in_life(own, before))),
            None => Err("nothing was sent".to_owned()),
        };
        Played { renewals, reached }
    }

    async fn workflow(
        &self,
        recording: &Recording,
        case: &Case,
        recorded: &[RecordedWorkflow],
        sources: &Sources<'_>,
        judged: &Together<'_>,
    ) -> Played {
        let made: Result<Vec<Workflow>, Unsendable> =
            recorded.iter().map(|workflow| workflow.workflow(&|case| sources.case(case))).collect();
        let workflows = match made {
            Ok(workflows) => workflows,
            Err(error) => return Played::not_reached(Vec::new(), error.to_string()),
        };
        let cases: Vec<_> = recorded.iter().flat_map(RecordedWorkflow::cases).collect();
        let (links, renewals) = sources.links(&cases, None).await;
        let Some((own, needed)) = workflows.split_last() else {
            return Played::not_reached(renewals, "the recording holds no workflow");
        };
        let mut ended = Ended::new();
        for workflow in needed {
            let sent = self.conductor(sources, &links, &workflows, &ended).send(workflow).await;
            // One that an action leads to may well not go through by itself: it is missed where it is needed.
            if let Ok(finished) = sent.end {
                ended.insert(workflow.id.clone(), finished);
            }
        }
        let sent = self.conductor(sources, &links, &workflows, &ended).send(own).await;
        let visits = sent.steps.into_iter().filter(|step| step.case.id == case.id);
        let mut visits: Vec<_> = visits
            .map(|step| {
                let mut checks = judged.alone(&step.case, &step.exchange);
                checks.extend(step.checks);
                (step.case, step.exchange, checks)
            })
            .collect();
        let breaks = |(_, _, checks): &(Case, Exchange, Vec<Check>)| {
            let of_rule = |check: &Check| check.rule == recording.finding.rule;
            checks.iter().any(|check| of_rule(check) && matches!(check.verdict, Verdict::Failed(_)))
        };
        let shown = visits.iter().position(breaks).or(visits.len().checked_sub(1));
        let reached = shown.map(|index| visits.swap_remove(index)).ok_or_else(|| match sent.end {
            Err(BrokeOff::Step { reason, .. }) => format!("the workflow did not come to its step: {reason}"),
            Err(BrokeOff::Unsent(unsent)) => unsent.to_string(),
            Ok(_) => "the workflow went another way".to_owned(),
        });
        Played { renewals, reached }
    }

    fn conductor<'c>(
        &'c self,
        sources: &'c Sources<'_>,
        links: &'c crate::run::Links,
        workflows: &'c [Workflow],
        ended: &'c Ended,
    ) -> Conductor<'c> {
        Conductor { contract: self.contract, dispatcher: sources.dispatcher, links, workflows, ended }
    }

    async fn burst(
        &self,
        recording: &Recording,
        case: &Case,
        recorded: &Burst,
        sources: &Sources<'_>,
        judged: &Together<'_>,
    ) -> Played {
        let mut case = case.clone();
        let renewals = sources.renew(&recording.case, &mut case).await;
        let (CaseKind::Burst { requests }, Some(limit)) = (&case.kind, case.operation.rate_limit) else {
            return Played::not_reached(renewals, format!("{} documents no rate limit any more", case.operation.id));
        };
        let before = Before { other_credential: recorded.has_other_credential(), ..Before::default() };
        let mut burst = Burst::new(limit, before);
        let (limits, dispatcher) = (&self.target.limits, sources.dispatcher);
        let sender = BurstSender { case: &case, requests: *requests, limits, dispatcher };
        let unsent = sender.send(&mut burst).await;
        let shown = burst.shown().cloned();
        let reached = match (shown, unsent) {
            (Some(exchange), _) => {
                let checks = judged.in_burst(&case, burst);
                checks.map(|checks| (case, exchange, checks))
            }
            (None, Some(unsent)) => Err(unsent.to_string()),
            (None, None) => Err("nothing was sent".to_owned()),
        };
        Played { renewals, reached }
    }
}
