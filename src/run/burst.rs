//! Bursts: one request sent over and over, and alone after a while.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use tokio::time::sleep;

use super::budget::Extra;
use super::dispatch::{Dispatcher, Unsent};
use crate::generate::Case;
use crate::judge::{Burst, Step};
use crate::send::{Exchange, WireRequest};
use crate::target::Limits;

/// The request of a burst, and how it is sent.
pub struct BurstSender<'a> {
    /// The request.
    pub case: &'a Case,
    /// How many of them are sent one upon the other.
    pub requests: u32,
    /// How many at once, and how long a window is waited for.
    pub limits: &'a Limits,
    /// Sends them.
    pub dispatcher: &'a Dispatcher,
}

impl BurstSender<'_> {
    /// Sends a burst step by step until it can be judged, or no more of it may be sent. Gives why it was cut
    /// short, where it was.
    pub async fn send(&self, burst: &mut Burst) -> Option<Unsent> {
        let wire = match self.dispatcher.wire(&self.case.request) {
            Ok(wire) => wire,
            Err(error) => return Some(error.into()),
        };
        while let Some(step) = burst.next() {
            if let Err(reason) = self.get_ready(step).await {
                burst.break_off(reason);
                return None;
            }
            let (exchanges, unsent) = self.round(step, &wire).await;
            burst.add(step, exchanges);
            if let Some(unsent) = unsent {
                burst.break_off(unsent.to_string());
                return Some(unsent);
            }
        }
        None
    }

    /// Waits for the time of a step, where it may be sent at all, or says why it may not.
    async fn get_ready(&self, step: Step) -> Result<(), String> {
        if let Step::Probe { after, .. } = step {
            self.has_time_for(after)?;
            self.dispatcher.tell_pause(after);
            sleep(after).await;
        }
        if beyond_the_plan(step).is_some_and(|extra| !self.dispatcher.budget.allows(extra)) {
            return Err("no more requests were announced".to_owned());
        }
        Ok(())
    }

    fn has_time_for(&self, wait: Duration) -> Result<(), String> {
        let told = humantime::format_duration(Duration::from_secs(wait.as_secs_f64().ceil() as u64));
        let most = self.limits.window_wait;
        if wait > most {
            let most = humantime::format_duration(most);
            return Err(format!("it takes a wait of {told}, and window-wait allows {most}"));
        }
        if wait >= self.dispatcher.budget.time_left() {
            return Err(format!("it takes a wait of {told}, for which the time limit leaves no room"));
        }
        Ok(())
    }

    async fn round(&self, step: Step, wire: &WireRequest) -> (Vec<Exchange>, Option<Unsent>) {
        let requests = if matches!(step, Step::Probe { .. }) { 1 } else { self.requests };
        let send = |_| self.dispatcher.send_once(self.case, wire);
        let mut results = stream::iter(0..requests).map(send).buffer_unordered(self.limits.concurrency);
        let (mut exchanges, mut unsent) = (Vec::new(), None);
        while let Some(result) = results.next().await {
            match result {
                Ok(exchange) => exchanges.push(exchange),
                Err(error) => unsent = Some(error),
            }
        }
        (exchanges, unsent)
    }
}

/// What a step costs that a target which keeps its contract gives no reason for.
fn beyond_the_plan(step: Step) -> Option<Extra> {
    match step {
        Step::Rush | Step::Probe { again: false, .. } => None,
        Step::RushAgain | Step::Afresh => Some(Extra::SecondBurst),
        Step::Probe { again: true, .. } => Some(Extra::SecondProbe),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::extract::State;
    use http::StatusCode;
    use url::Url;

    use super::super::budget::{Budget, Interrupt};
    use super::*;
    use crate::contract;
    use crate::generate::{CaseKind, Options, generate, suite};
    use crate::judge::{Before, Verdict, judge_burst};
    use crate::send::Client;
    use crate::target::{State as TargetState, Target};

    const SPEC: &str = "
openapi: 3.1.0
info: {title: Jobs, version: '1'}
paths:
  /jobs:
    get:
      operationId: list
      x-rate-limit: {requests: 3, per: 1s}
      responses:
        '200': {description: there}
        '429':
          description: too many
          x-errors: [{state: rate-limited, x-source: {document: d.txt, strength: documented}}]
";

    type Statuses = Arc<Mutex<VecDeque<u16>>>;

    async fn next(State(statuses): State<Statuses>) -> StatusCode {
        let status = statuses.lock().unwrap().pop_front().unwrap_or(429);
        StatusCode::from_u16(status).unwrap()
    }

    /// Sends the burst of 8 to a server with these answers, in this order. Gives how many requests came and what
    /// the rules on limits say: the failed ones, and the reason of the first that could not be judged.
    async fn sent(statuses: &[(usize, u16)], limits: Limits) -> (usize, Vec<&'static str>, Option<String>) {
        let statuses: VecDeque<u16> = statuses.iter().flat_map(|(n, status)| vec![*status; *n]).collect();
        let statuses: Statuses = Arc::new(Mutex::new(statuses));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let app = Router::new().fallback(next).with_state(statuses);
        let server = tokio::spawn(axum::serve(listener, app).into_future());
        let contract = contract::read("jobs.yaml", SPEC, None).unwrap();
        let mut target = Target::new("jobs", "jobs.yaml");
        target.limits = limits;
        target.states.insert("rate-limited".to_owned(), TargetState::default());
        let plan = generate(&contract, &target, None::<&suite::Suite>, &Options::default());
        let is_burst = |case: &&Case| matches!(case.kind, CaseKind::Burst { requests: 8 });
        let case = plan.cases.iter().find(is_burst).unwrap();
        let extras = [(Extra::SecondBurst, 2), (Extra::SecondProbe, 1)];
        let budget = Budget::new(&target.limits, extras, Interrupt::default());
        let (tell, _slowed) = tokio::sync::mpsc::unbounded_channel();
        let dispatcher = Dispatcher::new(&target, url, Client::new(&target.limits).unwrap(), budget, tell);
        let mut burst = Burst::new(case.operation.rate_limit.unwrap(), Before::default());
        let sender = BurstSender { case, requests: 8, limits: &target.limits, dispatcher: &dispatcher };
        assert_eq!(sender.send(&mut burst).await, None);
        server.abort();
        let checks = judge_burst(&contract, case, &burst);
        let of_limits = checks.iter().filter(|check| check.rule.starts_with("limit/"));
        let failed = of_limits.filter(|check| matches!(check.verdict, Verdict::Failed(_)));
        let reason = checks.iter().find_map(|check| match &check.verdict {
            Verdict::NotChecked(reason) => Some(reason.clone()),
            Verdict::Passed(_) | Verdict::Failed(_) => None,
        });
        (dispatcher.budget.sent(), failed.map(|check| check.rule).collect(), reason)
    }

    #[tokio::test]
    async fn a_limit_that_holds_costs_one_request_after_its_window() {
        let (sent, failed, reason) = sent(&[(3, 200), (5, 429), (1, 200)], Limits::default()).await;
        assert_eq!((sent, failed, reason), (9, Vec::new(), None));
    }

    #[tokio::test]
    async fn what_a_window_may_explain_is_sent_again_after_one() {
        let late = sent(&[(6, 200), (2, 429), (1, 200), (6, 200)], Limits::default()).await;
        assert_eq!(late, (17, vec!["limit/late"], None));
    }

    #[tokio::test]
    async fn nothing_is_waited_for_beyond_what_was_allowed() {
        let limits = Limits { window_wait: Duration::from_secs(1), ..Limits::default() };
        let (sent, failed, reason) = sent(&[(3, 200), (5, 429)], limits).await;
        assert_eq!((sent, failed), (8, Vec::new()));
        assert_eq!(reason.unwrap(), "it takes a wait of 2s, and window-wait allows 1s");
    }

    #[tokio::test]
    async fn nothing_is_waited_for_beyond_the_time_limit() {
        let limits = Limits { time_limit: Duration::from_millis(1700), ..Limits::default() };
        let (sent, failed, reason) = sent(&[(3, 200), (5, 429)], limits).await;
        assert_eq!((sent, failed), (8, Vec::new()));
        assert_eq!(reason.unwrap(), "it takes a wait of 2s, for which the time limit leaves no room");
    }
}
