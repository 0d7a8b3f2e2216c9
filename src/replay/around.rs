//! Sending again what a finding needs around it.

use futures_util::future::join_all;

use super::again::{Player, ROUNDS};
use super::played::{Played, Reached, breaks, told};
use super::renew::{Sources, Unsendable};
use super::together::Together;
use crate::generate::{Case, CaseKind, Life, Workflow};
use crate::judge::{Before, Burst, Check};
use crate::recording::{RecordedExchange, RecordedWorkflow, Recording};
use crate::run::{BrokeOff, BurstSender, Conductor, Ended, Extra, LifeEnd, Links, SentWorkflow, send_life};
use crate::send::Exchange;

impl Player<'_> {
    /// All at once, again and again until the rule is broken: what is mixed up is not mixed up each time.
    pub(super) async fn beside(
        &self,
        recording: &Recording,
        case: &Case,
        others: &[RecordedExchange],
        sources: &Sources<'_>,
        judged: &Together<'_>,
    ) -> Played {
        let mut all = vec![case.clone()];
        match others.iter().map(|other| sources.case(&other.case)).collect::<Result<Vec<_>, _>>() {
            Ok(others) => all.extend(others),
            Err(error) => return Played::not_reached(error.to_string()),
        }
        let mut renewals = Vec::new();
        let recorded = std::iter::once(&recording.case).chain(others.iter().map(|other| &other.case));
        for (case, recorded) in all.iter_mut().zip(recorded) {
            renewals.extend(sources.renew(recorded, case).await);
        }
        let mut played = Played { renewals, ..Played::not_reached("nothing was sent") };
        // One round may have too little at once to tell, and another enough.
        let mut checks = Vec::new();
        for _ in 0..ROUNDS {
            let sent = join_all(all.iter().map(|case| sources.dispatcher.send(case))).await;
            let exchanges = match sent.into_iter().collect::<Result<Vec<_>, _>>() {
                Ok(exchanges) => exchanges,
                Err(unsent) => return Played { reached: Err(unsent.to_string()), ..played },
            };
            let Some(exchange) = exchanges.first().cloned() else { break };
            played.around = all.iter().zip(&exchanges).skip(1).map(|(case, exchange)| told(case, exchange)).collect();
            checks.extend(judged.beside(all.iter().cloned().zip(exchanges).collect()));
            let is_over = breaks(recording, &checks) || exchange.answer().is_none();
            played.reached = Ok(Reached { case: case.clone(), exchange, checks: checks.clone() });
            if is_over {
                break;
            }
        }
        played
    }

    /// The life of a thing from its creation on.
    pub(super) async fn life(
        &self,
        recording: &Recording,
        case: &Case,
        before: &[RecordedExchange],
        sources: &Sources<'_>,
        judged: &Together<'_>,
    ) -> Played {
        let cases: Result<Vec<_>, _> = before.iter().map(|stage| sources.case(&stage.case)).collect();
        let (create, mut steps) = match cases.map(|cases| split_first(cases)) {
            Ok(Some(cases)) => cases,
            // Its own creation: nothing came before it.
            Ok(None) => (case.clone(), Vec::new()),
            Err(error) => return Played::not_reached(error.to_string()),
        };
        if !before.is_empty() {
            steps.push(case.clone());
        }
        let recorded: Vec<_> = before.iter().map(|stage| &stage.case).chain([&recording.case]).collect();
        let (links, renewals) = sources.links(&recorded, Some(&create.operation.id)).await;
        let sent = send_life(&Life { create, steps, is_fuller: false }, sources.dispatcher, &links, Extra::Lag).await;
        let led: Vec<_> = sent.stages.into_iter().map(|stage| (stage.case, stage.exchange)).collect();
        let around = led.iter().take(before.len()).map(|(case, exchange)| told(case, exchange)).collect();
        let silence = led.last().and_then(|(_, exchange)| self.unanswered(exchange));
        let reached = match (led.get(before.len()), sent.end) {
            (Some(own), _) => {
                let checks = judged.in_life(own, led.get(..before.len()).unwrap_or_default());
                Ok(Reached { case: own.0.clone(), exchange: own.1.clone(), checks })
            }
            (None, Err(LifeEnd::Nothing(reason))) => Err(silence.unwrap_or(reason)),
            (None, Err(LifeEnd::Unsent(error))) => Err(error.to_string()),
            (None, Ok(())) => Err("the life ended before it".to_owned()),
        };
        Played { renewals, around, reached }
    }

    /// A workflow from its first step on, after those that it needs.
    pub(super) async fn workflow(
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
            Err(error) => return Played::not_reached(error.to_string()),
        };
        let cases: Vec<_> = recorded.iter().flat_map(RecordedWorkflow::cases).collect();
        let (links, renewals) = sources.links(&cases, None).await;
        let Some(sent) = self.conducted(&workflows, sources, &links).await else {
            return Played::not_reached("the recording holds no workflow");
        };
        let judge = |case: Case, exchange: Exchange, checks: Vec<Check>| {
            let checks = [judged.alone(&case, &exchange), checks].concat();
            Reached { case, exchange, checks }
        };
        let silence = sent.steps.last().and_then(|step| self.unanswered(&step.exchange));
        let (mut around, mut visits) = (Vec::new(), Vec::new());
        for step in sent.steps {
            match step.case.id == case.id {
                true => visits.push(judge(step.case, step.exchange, step.checks)),
                false => around.push(told(&step.case, &step.exchange)),
            }
        }
        // A step may be visited again and again: what one visit shows stands.
        let shown = visits.iter().position(|visit| breaks(recording, &visit.checks)).or(visits.len().checked_sub(1));
        let reached = shown.map(|index| visits.swap_remove(index)).ok_or_else(|| match sent.end {
            Err(BrokeOff::Step { reason, .. }) => {
                silence.unwrap_or_else(|| format!("the workflow did not come to its step: {reason}"))
            }
            Err(BrokeOff::Unsent(unsent)) => unsent.to_string(),
            Ok(_) => "the workflow went another way than in the run".to_owned(),
        });
        Played { renewals, around, reached }
    }

    /// Sends the last of these workflows, after the others. Gives what came of it.
    async fn conducted(&self, workflows: &[Workflow], sources: &Sources<'_>, links: &Links) -> Option<SentWorkflow> {
        let (own, needed) = workflows.split_last()?;
        let dispatcher = sources.dispatcher;
        let mut ended = Ended::new();
        for workflow in needed {
            let conductor = Conductor { contract: self.contract, dispatcher, links, workflows, ended: &ended };
            // One that only an action leads to may well not go through by itself: it is missed where it is needed.
            if let Ok(finished) = conductor.send(workflow).await.end {
                ended.insert(workflow.id.clone(), finished);
            }
        }
        let conductor = Conductor { contract: self.contract, dispatcher, links, workflows, ended: &ended };
        Some(conductor.send(own).await)
    }

    /// A burst, step by step until it can be judged.
    pub(super) async fn burst(
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
            return Played::not_reached(format!("{} documents no rate limit any more", case.operation.id));
        };
        let before = Before { other_credential: recorded.has_other_credential(), ..Before::default() };
        let mut burst = Burst::new(limit, before);
        let (limits, dispatcher) = (&self.target.limits, sources.dispatcher);
        let sender = BurstSender { case: &case, requests: *requests, limits, dispatcher };
        let unsent = sender.send(&mut burst).await;
        let sent = burst.exchanges().count().saturating_sub(1);
        let around = vec![format!("{} {sent} times more", case.operation.id)];
        let reached = match (burst.shown().cloned(), unsent) {
            (Some(exchange), _) => {
                let checks = judged.in_burst(&case, burst);
                checks.map(|checks| Reached { case, exchange, checks })
            }
            (None, Some(unsent)) => Err(unsent.to_string()),
            (None, None) => Err("nothing was sent".to_owned()),
        };
        Played { renewals, around, reached }
    }
}

fn split_first(mut cases: Vec<Case>) -> Option<(Case, Vec<Case>)> {
    (!cases.is_empty()).then(|| (cases.remove(0), cases))
}
