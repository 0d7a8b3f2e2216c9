//! Sending again what is behind a finding.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};
use url::Url;

use super::played::{Played, Reached, breaks};
use super::renew::{Renewal, Resolve, Sources};
use super::together::Together;
use super::{ReplayError, Standing};
use crate::contract::Contract;
use crate::generate::Case;
use crate::judge::is_of_wire;
use crate::recording::{RecordedSetting, Recording, Reproduced};
use crate::run::{Budget, Dispatcher, Extra, HOOK_LIMIT, Interrupt, run_hook};
use crate::send::{Client, Exchange};
use crate::target::{Hook, Target};

/// How often a request is sent where a finding does not show each time.
pub(super) const ROUNDS: usize = 8;
/// How often a request that changes nothing is sent about a thing that was made anew: what was found may show only
/// after a while.
const LOOKS: usize = 4;

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
    /// What was sent before, or beside, each with the status that came.
    pub around: Vec<String>,
    /// What came where the finding was; `None` where that was not reached.
    pub exchange: Option<Exchange>,
    /// Whether the finding still stands.
    pub standing: Standing,
    /// What did not go as it should, and says nothing of the finding.
    pub trouble: Option<String>,
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
        let played = match hooked(state.and_then(|state| state.before.as_ref()), &hooks).await {
            Ok(()) => self.telling(self.play(recording, &recording.setting, case, &sources), pauses).await,
            Err(error) => Played::not_reached(format!("its state could not be brought about: {error}")),
        };
        // The state is undone also where it was brought about in part.
        let undone = hooked(state.and_then(|state| state.after.as_ref()), &hooks).await;
        let trouble = undone.err().map(|error| format!("its state could not be undone: {error}"));
        Ok(Again { trouble, ..self.judged(recording, played) })
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

    fn judged(&self, recording: &Recording, Played { renewals, around, reached }: Played) -> Again {
        let (exchange, standing) = match reached {
            Err(reason) => (None, Standing::NotChecked(reason)),
            Ok(Reached { case, exchange, checks }) => {
                let was_answered = recording.exchange.answer().is_some();
                let standing = match self.unanswered(&exchange).filter(|_| was_answered) {
                    Some(reason) => Standing::NotChecked(reason),
                    None => Standing::of(recording, self.contract, &case, &exchange, checks),
                };
                (Some(exchange), standing)
            }
        };
        let standing = match (standing, recording.finding.reproduced) {
            (Standing::Gone, Reproduced::Never) => Standing::NotChecked(format!(
                "it showed once in the run and not again when it was tried, and not in {ROUNDS} tries now: `uptospec \
                 check` tries all of it"
            )),
            (standing, _) => standing,
        };
        Again { renewals, around, exchange, standing, trouble: None }
    }

    /// Sends what a recording holds of this setting, and judges it.
    async fn play(
        &self,
        recording: &Recording,
        setting: &RecordedSetting,
        case: &Case,
        sources: &Sources<'_>,
    ) -> Played {
        let judged = Together { contract: self.contract, context: recording.context };
        match setting {
            RecordedSetting::Alone => self.alone(recording, case, sources, &judged).await,
            RecordedSetting::Beside(others) => self.beside(recording, case, others, sources, &judged).await,
            RecordedSetting::Life(before) => self.life(recording, case, before, sources, &judged).await,
            RecordedSetting::Workflow { workflows, .. } => {
                self.workflow(recording, case, workflows, sources, &judged).await
            }
            RecordedSetting::Burst(burst) => self.burst(recording, case, burst, sources, &judged).await,
            RecordedSetting::Drift { accepted, within } => {
                let mut played = Box::pin(self.play(recording, within, case, sources)).await;
                played.reached = played.reached.and_then(|Reached { case, exchange, .. }| {
                    let own = (case, exchange);
                    let checks = judged.by_snapshot(&own, accepted)?;
                    Ok(Reached { case: own.0, exchange: own.1, checks })
                });
                played
            }
        }
    }

    /// Once; again and again where it did not show each time in the run either, or may show only after a while.
    async fn alone(&self, recording: &Recording, case: &Case, sources: &Sources<'_>, judged: &Together<'_>) -> Played {
        let mut case = case.clone();
        let renewals = sources.renew(&recording.case, &mut case).await;
        let is_flaky = matches!(recording.finding.reproduced, Reproduced::Sometimes | Reproduced::Never);
        let mut left = match (is_flaky, renewals.is_empty()) {
            (true, _) => ROUNDS,
            (false, false) if case.request.method.is_safe() => LOOKS,
            (false, _) => 1,
        };
        loop {
            left -= 1;
            let sent = match is_of_wire(&recording.finding.rule) {
                true => sources.dispatcher.send_audited(&case).await,
                false => sources.dispatcher.send(&case).await,
            };
            let exchange = match sent {
                Ok(exchange) => exchange,
                Err(unsent) => return Played { renewals, ..Played::not_reached(unsent.to_string()) },
            };
            let checks = judged.alone(&case, &exchange);
            if left == 0 || breaks(recording, &checks) || exchange.answer().is_none() {
                return Played { renewals, around: Vec::new(), reached: Ok(Reached { case, exchange, checks }) };
            }
        }
    }
}

async fn hooked(hook: Option<&Hook>, client: &Client) -> Result<(), String> {
    match hook {
        Some(hook) => run_hook(hook, HOOK_LIMIT, client).await.map_err(|error| error.to_string()),
        None => Ok(()),
    }
}
