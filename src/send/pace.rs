//! How fast requests leave.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::target::Rate;

/// Hands out turns, evenly spread, and none while the target asks for a pause.
#[derive(Debug)]
pub struct Pace {
    interval: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// `None`: turns as fast as they are asked for.
    pub fn new(rate: Option<Rate>) -> Self {
        let interval = rate.map_or(Duration::ZERO, |rate| rate.per / rate.requests);
        Pace { interval, next: Mutex::new(Instant::now()) }
    }

    /// Waits for the next turn.
    pub async fn turn(&self) {
        let mut next = self.next.lock().await;
        let turn = (*next).max(Instant::now());
        *next = turn + self.interval;
        drop(next);
        // A timer is due only at the next millisecond, even one that is set for now.
        if turn > Instant::now() {
            sleep_until(turn).await;
        }
    }

    /// No turn before this much time has passed. Says whether that is news: requests that were under
    /// way together are asked for the same pause.
    pub async fn hold(&self, pause: Duration) -> bool {
        let mut next = self.next.lock().await;
        let until = Instant::now() + pause;
        let is_news = until > *next + pause / 2;
        *next = (*next).max(until);
        is_news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_are_spread_evenly() {
        let pace = Pace::new(Some(Rate { requests: 2, per: Duration::from_millis(40) }));
        let start = Instant::now();
        for _ in 0..5 {
            pace.turn().await;
        }
        assert!(start.elapsed() >= Duration::from_millis(80));
    }

    #[tokio::test]
    async fn a_pause_holds_every_turn() {
        let pace = Pace::new(None);
        assert!(pace.hold(Duration::from_millis(30)).await);
        assert!(!pace.hold(Duration::from_millis(30)).await, "the same pause twice is no news");
        let start = Instant::now();
        pace.turn().await;
        pace.turn().await;
        assert!(start.elapsed() >= Duration::from_millis(25));
    }
}
