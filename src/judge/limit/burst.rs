//! A burst, and which request of it comes next.

use std::time::Duration;

use super::pace;
use super::recovery::delay;
use super::round::{Round, answered_at, is_limited, is_served};
use crate::contract::RateLimit;
use crate::send::Exchange;

/// Retry-After counts in whole seconds, which not everybody rounds up.
const ROUNDING: Duration = Duration::from_secs(1);
/// The least part of a window that is waited for on top of it.
const LEAST_MARGIN: f64 = 0.05;

/// What an operation was sent within one window before a burst, whatever the credential.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// How many requests.
    pub sent: usize,
    /// How many of them were answered neither 401 nor 403: a limit on callers counts these at least.
    pub let_in: usize,
    /// How many requests of the run were answered 429 so far, whatever the operation: a limit that they shared
    /// may have begun anew since.
    pub limited: usize,
    /// From the first of them to the burst.
    pub span: Duration,
    /// Whether the burst's credential is none of theirs.
    pub other_credential: bool,
    /// Whether others may have used the credential in that window, an earlier run among them: this one began in it.
    pub unknown: bool,
}

/// What to send next of a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// All its requests, one upon the other.
    Rush,
    /// All of them again at once, for none was refused.
    RushAgain,
    /// One request, after this long without any: does the limit let in again?
    Probe {
        /// The silence before it.
        after: Duration,
        /// Whether one was refused before.
        again: bool,
    },
    /// All its requests once more, one upon the other, after a window without any.
    Afresh,
}

/// A burst as far as it was sent.
///
/// A limit that counts in windows may begin anew in the middle of a burst, and lets in up to twice its number then.
/// What lies between once and twice is told by what comes after it: a limit of that kind, once it has refused,
/// refuses until its window is over; and right after a window without requests no other window begins.
#[derive(Debug)]
pub struct Burst {
    pub(super) limit: RateLimit,
    pub(super) before: Before,
    /// One upon the other; all twice where the first were served to the last.
    pub(super) rush: Vec<Exchange>,
    rushes: usize,
    pub(super) probes: Vec<Probe>,
    pub(super) afresh: Vec<Exchange>,
    /// Why what would have come next was not sent.
    pub(super) broken_off: Option<String>,
}

/// One request after a silence.
#[derive(Debug)]
pub(super) struct Probe {
    pub exchange: Exchange,
    /// The silence before it.
    pub after: Duration,
    /// Whether that was a whole window, and not only as long as Retry-After says.
    pub whole: bool,
}

impl Burst {
    /// A burst of which nothing was sent.
    pub fn new(limit: RateLimit, before: Before) -> Self {
        Burst { limit, before, rush: Vec::new(), rushes: 0, probes: Vec::new(), afresh: Vec::new(), broken_off: None }
    }

    /// What is to be sent next; `None` where nothing more is to be learnt, or the burst was broken off.
    pub fn next(&self) -> Option<Step> {
        if self.broken_off.is_some() || !self.afresh.is_empty() {
            return None;
        }
        let rush = self.in_a_rush();
        match self.rushes {
            0 => return Some(Step::Rush),
            1 if rush.served == rush.sent() => return Some(Step::RushAgain),
            _ if rush.limited == 0 => return None,
            _ => {}
        }
        match self.probes.last() {
            None => Some(Step::Probe { after: self.soonest(), again: false }),
            Some(probe) if !probe.whole && (is_limited(&probe.exchange) || pace::may_have_been_used(self)) => {
                Some(Step::Probe { after: self.silence(), again: true })
            }
            Some(probe) if probe.whole && is_served(&probe.exchange) => {
                let tells = pace::may_be_an_edge(self) || pace::may_have_been_used(self);
                tells.then_some(Step::Afresh)
            }
            Some(_) => None,
        }
    }

    /// Takes what came of a step.
    pub fn add(&mut self, step: Step, exchanges: Vec<Exchange>) {
        match step {
            Step::Rush | Step::RushAgain => {
                self.rushes += 1;
                self.rush.extend(exchanges);
            }
            Step::Probe { after, .. } => {
                let whole = after >= self.limit.per;
                self.probes.extend(exchanges.into_iter().map(|exchange| Probe { exchange, after, whole }));
            }
            Step::Afresh => self.afresh.extend(exchanges),
        }
    }

    /// Ends the burst before it was whole.
    pub fn break_off(&mut self, reason: impl Into<String>) {
        self.broken_off = Some(reason.into());
    }

    /// Every exchange of it.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.rush.iter().chain(self.probes.iter().map(|probe| &probe.exchange)).chain(&self.afresh)
    }

    /// The exchange that shows most: the first 429, or else the first that was not served, or the last.
    pub fn shown(&self) -> Option<&Exchange> {
        let refused = self.exchanges().find(|exchange| is_limited(exchange));
        refused.or_else(|| self.exchanges().find(|exchange| !is_served(exchange))).or(self.rush.last())
    }

    pub(super) fn in_a_rush(&self) -> Round {
        Round::of(&self.rush)
    }

    /// The second burst, where there was one: the request before it belongs to the same window.
    pub(super) fn begun_afresh(&self) -> Option<Round> {
        let probe = self.probes.last().filter(|_| !self.afresh.is_empty())?;
        Some(Round::of(self.afresh.iter().chain([&probe.exchange])))
    }

    /// How long to be silent until the limit lets in again: as long as the last 429 says, where that is well below
    /// a window, or else a whole one.
    fn soonest(&self) -> Duration {
        let last = self.rush.iter().filter(|exchange| is_limited(exchange)).max_by_key(|last| answered_at(last));
        let said = last.and_then(Exchange::answer).and_then(delay).and_then(|delay| u64::try_from(delay).ok());
        let said = said.map(|seconds| Duration::from_secs(seconds).saturating_add(ROUNDING));
        said.filter(|said| *said <= self.limit.per / 2).unwrap_or_else(|| self.silence())
    }

    /// A window, and so much more that a limit which still weighs the window before in part, and counts also what
    /// it refused, has room for a request. Where nobody knows how much that was, it must have forgotten all of it.
    fn silence(&self) -> Duration {
        if pace::may_have_been_used(self) {
            return self.limit.per.saturating_mul(2);
        }
        let (sent, allowed) = (self.in_a_rush().sent() as f64, f64::from(self.limit.requests));
        let margin = ((sent - allowed + 1.0) / sent.max(1.0)).clamp(LEAST_MARGIN, 1.0);
        self.limit.per.saturating_add(self.limit.per.mul_f64(margin))
    }
}
