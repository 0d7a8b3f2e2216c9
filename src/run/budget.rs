//! What a run may still spend on a target.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::target::Limits;

/// Why a request that would generate an answer is not sent.
pub const MAX_GENERATIONS: &str = "max-generations";

/// A request that a plan does not need, and that something may call for all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extra {
    /// A question whether anybody is there, where the first request was not answered.
    SignOfLife,
    /// A request again whose connection was closed before it had arrived.
    Closed,
    /// A valid request again, alone, that was refused while others were under way.
    Crowded,
    /// A request again that was answered 429.
    Throttled,
    /// A request again for a finding.
    Confirmation,
    /// A request of a workflow for a retry, or because an action leads on.
    Workflow,
    /// A burst again of which every request was served.
    SecondBurst,
}

/// Why nothing more is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// As many requests as allowed were sent.
    Requests(usize),
    /// As many requests as allowed were sent that generate an answer. Others may still be.
    Generations(usize),
    /// The time is over.
    Time(Duration),
    /// The user asked to stop.
    Interrupted,
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Halt::Requests(most) => write!(f, "the budget of {most} requests is spent"),
            Halt::Generations(_) => f.write_str(MAX_GENERATIONS),
            Halt::Time(limit) => write!(f, "the time limit of {} is over", humantime::format_duration(*limit)),
            Halt::Interrupted => f.write_str("it was interrupted"),
        }
    }
}

/// A switch that ends a run early; clones are the same switch.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<watch::Sender<bool>>);

impl Default for Interrupt {
    fn default() -> Self {
        Interrupt(Arc::new(watch::Sender::new(false)))
    }
}

impl Interrupt {
    /// Asks the run to stop.
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    /// Waits until somebody asks.
    pub async fn asked(&self) {
        // It fails only without a sender, and that is `self`.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }

    fn is_set(&self) -> bool {
        *self.0.borrow()
    }
}

/// Counts requests and time for one target.
#[derive(Debug)]
pub struct Budget {
    most_requests: usize,
    most_generations: Option<usize>,
    extras: HashMap<Extra, AtomicUsize>,
    time_limit: Duration,
    start: Instant,
    sent: AtomicUsize,
    generations: AtomicUsize,
    /// Ends the run early.
    pub interrupt: Interrupt,
}

impl Budget {
    /// The whole budget, and how often each extra is allowed; the time runs from now.
    pub fn new(limits: &Limits, extras: impl IntoIterator<Item = (Extra, usize)>, interrupt: Interrupt) -> Self {
        Budget {
            most_requests: limits.max_requests,
            most_generations: limits.max_generations,
            extras: extras.into_iter().map(|(extra, most)| (extra, AtomicUsize::new(most))).collect(),
            time_limit: limits.time_limit,
            start: Instant::now(),
            sent: AtomicUsize::new(0),
            generations: AtomicUsize::new(0),
            interrupt,
        }
    }

    /// Takes one request out of the budget, `generates` saying whether an answer is generated for it.
    ///
    /// # Errors
    /// When there is none left; it may not be sent then.
    pub fn take(&self, generates: bool) -> Result<(), Halt> {
        self.check()?;
        if let Some(most) = self.most_generations.filter(|_| generates) {
            take_one(&self.generations, most).map_err(|()| Halt::Generations(most))?;
        }
        take_one(&self.sent, self.most_requests).map_err(|()| Halt::Requests(self.most_requests))
    }

    /// Whether a request of this kind, which the plan does not need, may be sent; it counts as sent then.
    pub fn allows(&self, extra: Extra) -> bool {
        let left = self.extras.get(&extra);
        left.is_some_and(|left| {
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
        })
    }

    /// Whether there is still time, and nobody asked to stop.
    ///
    /// # Errors
    /// When there is none, or somebody did.
    pub fn check(&self) -> Result<(), Halt> {
        if self.interrupt.is_set() {
            return Err(Halt::Interrupted);
        }
        if self.time_left().is_zero() {
            return Err(Halt::Time(self.time_limit));
        }
        Ok(())
    }

    /// How much time is left.
    pub fn time_left(&self) -> Duration {
        self.time_limit.saturating_sub(self.start.elapsed())
    }

    /// How long the target has been under test.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// How many requests were sent.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }
}

fn take_one(taken: &AtomicUsize, most: usize) -> Result<(), ()> {
    let next = |taken| (taken < most).then_some(taken + 1);
    taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).map(|_| ()).map_err(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_given_beyond_the_budget() {
        let limits = Limits { max_requests: 2, ..Limits::default() };
        let budget = Budget::new(&limits, [], Interrupt::default());
        assert_eq!((budget.take(false), budget.take(true)), (Ok(()), Ok(())));
        assert_eq!(budget.take(false), Err(Halt::Requests(2)));
        assert_eq!(budget.sent(), 2);
    }

    #[test]
    fn requests_that_generate_have_a_budget_of_their_own() {
        let limits = Limits { max_generations: Some(1), ..Limits::default() };
        let budget = Budget::new(&limits, [], Interrupt::default());
        assert_eq!(budget.take(true), Ok(()));
        assert_eq!(budget.take(true), Err(Halt::Generations(1)));
        assert_eq!(budget.take(false), Ok(()));
        assert_eq!(budget.sent(), 2);
    }

    #[test]
    fn an_extra_is_allowed_as_often_as_was_announced() {
        let budget = Budget::new(&Limits::default(), [(Extra::Throttled, 2)], Interrupt::default());
        assert_eq!([0; 3].map(|_| budget.allows(Extra::Throttled)), [true, true, false]);
        assert!(!budget.allows(Extra::Closed));
    }

    #[tokio::test]
    async fn an_interrupt_ends_it_at_once() {
        let interrupt = Interrupt::default();
        let budget = Budget::new(&Limits::default(), [], interrupt.clone());
        interrupt.set();
        assert_eq!(budget.take(false), Err(Halt::Interrupted));
        assert_eq!(budget.sent(), 0);
        interrupt.asked().await;
    }
}
