//! What a run may still spend on a target.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tokio::time::{Instant, timeout};

use crate::target::Limits;

/// Why a request that would generate an answer is not sent.
pub const MAX_GENERATIONS: &str = "max-generations";

/// Part of the time that is kept for trying findings again: one in so many.
const KEPT_TIME: u32 = 10;

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
    /// A request again for what was just made and is not found, or just deleted and still there.
    Lag,
    /// A request of a workflow for a retry, or because an action leads on.
    Workflow,
    /// A burst again: at once where every request was served, or after a window that it began anew in.
    SecondBurst,
    /// A request after a burst again, for one that came when Retry-After said was refused.
    SecondProbe,
}

/// Why nothing more is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// As many requests as allowed were sent.
    Requests(usize),
    /// As many answers as allowed were generated. Requests that cannot have one generated may still be sent.
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
    extras: HashMap<Extra, AtomicUsize>,
    time_limit: Duration,
    /// How much of the time is kept for findings.
    kept: Duration,
    /// Whether the plan is over, and what was kept for findings may be spent.
    is_past_plan: AtomicBool,
    start: Instant,
    sent: AtomicUsize,
    generations: Option<Generations>,
    /// Ends the run early.
    pub interrupt: Interrupt,
}

impl Budget {
    /// The whole budget, and how often each extra is allowed; the time runs from now.
    pub fn new(limits: &Limits, extras: impl IntoIterator<Item = (Extra, usize)>, interrupt: Interrupt) -> Self {
        let extras: HashMap<_, _> = extras.into_iter().map(|(extra, most)| (extra, AtomicUsize::new(most))).collect();
        let confirms = extras.contains_key(&Extra::Confirmation);
        Budget {
            most_requests: limits.max_requests,
            extras,
            time_limit: limits.time_limit,
            kept: if confirms { limits.time_limit / KEPT_TIME } else { Duration::ZERO },
            is_past_plan: AtomicBool::new(false),
            start: Instant::now(),
            sent: AtomicUsize::new(0),
            generations: limits.max_generations.map(Generations::new),
            interrupt,
        }
    }

    /// Takes one request out of the budget.
    ///
    /// # Errors
    /// When there is none left; it may not be sent then.
    pub fn take(&self) -> Result<(), Halt> {
        self.check()?;
        take_one(&self.sent, self.most_requests).map_err(|()| Halt::Requests(self.most_requests))
    }

    /// Leave to send a request that may have an answer generated, as soon as those under way leave room for
    /// it: whatever they are answered, no more answers are generated than allowed.
    ///
    /// # Errors
    /// When as many were generated as allowed, or the time is over.
    pub async fn leave_to_generate(&self) -> Result<Leave<'_>, Halt> {
        self.check()?;
        let Some(generations) = &self.generations else { return Ok(Leave(None)) };
        match timeout(self.time_left(), generations.free.acquire()).await {
            Ok(Ok(permit)) => Ok(Leave(Some((generations, permit)))),
            Ok(Err(_)) => Err(Halt::Generations(generations.most)),
            Err(_) => Err(Halt::Time(self.time_limit)),
        }
    }

    /// Whether a request of this kind, which the plan does not need, may be sent; it counts as sent then.
    pub fn allows(&self, extra: Extra) -> bool {
        let left = self.extras.get(&extra);
        left.is_some_and(|left| {
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
        })
    }

    /// How many requests of this kind may still be sent.
    pub fn left_for(&self, extra: Extra) -> usize {
        let allowed = self.extras.get(&extra).map_or(0, |left| left.load(Ordering::Relaxed));
        allowed.min(self.most_requests.saturating_sub(self.sent()))
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

    /// How much time is left, without what is kept for findings as long as the plan is not over.
    pub fn time_left(&self) -> Duration {
        let kept = if self.is_past_plan.load(Ordering::Relaxed) { Duration::ZERO } else { self.kept };
        (self.time_limit - kept).saturating_sub(self.start.elapsed())
    }

    /// Ends the plan: what time was kept may be spent now.
    pub fn end_plan(&self) {
        self.is_past_plan.store(true, Ordering::Relaxed);
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

/// How many answers may still be generated.
#[derive(Debug)]
struct Generations {
    most: usize,
    generated: AtomicUsize,
    /// One permit for each answer that is neither generated nor under way; closed with the last.
    free: Semaphore,
}

impl Generations {
    fn new(most: usize) -> Self {
        let free = Semaphore::new(most.min(Semaphore::MAX_PERMITS));
        if most == 0 {
            free.close();
        }
        Generations { most, generated: AtomicUsize::new(0), free }
    }
}

/// Leave to send one request that may have an answer generated. Dropped, it is given back.
#[derive(Debug)]
pub struct Leave<'a>(Option<(&'a Generations, SemaphorePermit<'a>)>);

impl Leave<'_> {
    /// An answer was generated.
    pub fn spend(self) {
        let Some((generations, permit)) = self.0 else { return };
        permit.forget();
        if generations.generated.fetch_add(1, Ordering::Relaxed) + 1 >= generations.most {
            generations.free.close();
        }
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
        assert_eq!((budget.take(), budget.take()), (Ok(()), Ok(())));
        assert_eq!(budget.take(), Err(Halt::Requests(2)));
        assert_eq!(budget.sent(), 2);
    }

    fn generating(most: usize) -> Budget {
        let limits = Limits { max_generations: Some(most), ..Limits::default() };
        Budget::new(&limits, [], Interrupt::default())
    }

    #[tokio::test]
    async fn no_leave_is_given_once_as_many_answers_as_allowed_were_generated() {
        let budget = generating(1);
        drop(budget.leave_to_generate().await.unwrap());
        budget.leave_to_generate().await.unwrap().spend();
        assert_eq!(budget.leave_to_generate().await.unwrap_err(), Halt::Generations(1));
        assert_eq!(budget.take(), Ok(()));
        assert_eq!(generating(0).leave_to_generate().await.unwrap_err(), Halt::Generations(0));
    }

    #[tokio::test]
    async fn requests_under_way_never_outnumber_the_answers_that_are_left() {
        let budget = generating(2);
        let (first, second) = (budget.leave_to_generate().await.unwrap(), budget.leave_to_generate().await.unwrap());
        first.spend();
        let third = async { budget.leave_to_generate().await.map(Leave::spend) };
        let refused = async { drop(second) };
        assert_eq!(tokio::join!(third, refused).0, Ok(()));
        assert_eq!(budget.leave_to_generate().await.unwrap_err(), Halt::Generations(2));
    }

    #[test]
    fn a_tenth_of_the_time_is_kept_for_findings() {
        let limits = Limits { time_limit: Duration::from_secs(100), ..Limits::default() };
        let budget = Budget::new(&limits, [(Extra::Confirmation, 1)], Interrupt::default());
        assert!(budget.time_left() <= Duration::from_secs(90));
        budget.end_plan();
        assert!(budget.time_left() > Duration::from_secs(90));
        let without = Budget::new(&limits, [], Interrupt::default());
        assert!(without.time_left() > Duration::from_secs(90));
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
        assert_eq!(budget.take(), Err(Halt::Interrupted));
        assert_eq!(budget.sent(), 0);
        interrupt.asked().await;
    }
}
