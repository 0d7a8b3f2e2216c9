//! What a run may still spend on a target.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::target::Limits;

/// Why nothing more is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// As many requests as allowed were sent.
    Requests(usize),
    /// The time is over.
    Time(Duration),
    /// The user asked to stop.
    Interrupted,
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Halt::Requests(most) => write!(f, "the budget of {most} requests is spent"),
            Halt::Time(limit) => write!(f, "the time limit of {} is over", humantime::format_duration(*limit)),
            Halt::Interrupted => f.write_str("it was interrupted"),
        }
    }
}

/// A switch that ends a run early; clones are the same switch.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks the run to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts requests and time for one target.
#[derive(Debug)]
pub struct Budget {
    most_requests: usize,
    time_limit: Duration,
    start: Instant,
    sent: AtomicUsize,
    interrupt: Interrupt,
}

impl Budget {
    /// The whole budget; the time runs from now.
    pub fn new(limits: &Limits, interrupt: Interrupt) -> Self {
        Budget {
            most_requests: limits.max_requests,
            time_limit: limits.time_limit,
            start: Instant::now(),
            sent: AtomicUsize::new(0),
            interrupt,
        }
    }

    /// Takes one request out of the budget.
    ///
    /// # Errors
    /// When there is none left; nothing may be sent then.
    pub fn take(&self) -> Result<(), Halt> {
        self.check()?;
        self.sent
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |sent| (sent < self.most_requests).then_some(sent + 1))
            .map(|_| ())
            .map_err(|_| Halt::Requests(self.most_requests))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_given_beyond_the_budget() {
        let limits = Limits { max_requests: 2, ..Limits::default() };
        let budget = Budget::new(&limits, Interrupt::default());
        assert_eq!((budget.take(), budget.take()), (Ok(()), Ok(())));
        assert_eq!(budget.take(), Err(Halt::Requests(2)));
        assert_eq!(budget.sent(), 2);
    }

    #[test]
    fn an_interrupt_ends_it_at_once() {
        let interrupt = Interrupt::default();
        let budget = Budget::new(&Limits::default(), interrupt.clone());
        interrupt.set();
        assert_eq!(budget.take(), Err(Halt::Interrupted));
        assert_eq!(budget.sent(), 0);
    }
}
