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
