//! How fast requests leave.

use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::target::Rate;

/// The first distance between turns once a target was too fast for its limit; doubled each time.
const FIRST_DISTANCE: Duration = Duration::from_millis(20);
/// The longest distance that is come to so: a limit below that asks for its pauses itself.
const LONGEST_DISTANCE: Duration = Duration::from_secs(1);

/// Hands out turns, evenly spread, and none while the target asks for a pause. After a pause they are spread twice
/// as far, and a little less with each answer that is served.
#[derive(Debug)]
pub struct Pace {
    /// The configured distance between turns.
    least: Duration,
    turns: Mutex<Turns>,
}

#[derive(Debug)]
struct Turns {
    interval: Duration,
    next: Instant,
}

impl Pace {
    /// `None`: turns as fast as they are asked for.
    pub fn new(rate: Option<Rate>) -> Self {
        let interval = rate.map_or(Duration::ZERO, |rate| rate.per / rate.requests);
        Pace { least: interval, turns: Mutex::new(Turns { interval, next: Instant::now() }) }
    }

    /// Waits for the next turn.
    pub async fn turn(&self) {
        let mut turns = self.turns.lock().await;
        let turn = turns.next.max(Instant::now());
        turns.next = turn + turns.interval;
        drop(turns);
        // A timer is due only at the next millisecond, even one that is set for now.
        if turn > Instant::now() {
            sleep_until(turn).await;
        }
    }

    /// No turn before this much time has passed. Says whether that is news: requests that were under
    /// way together are asked for the same pause.
    pub async fn hold(&self, pause: Duration) -> bool {
        let mut turns = self.turns.lock().await;
        let until = Instant::now() + pause;
        let is_news = until > turns.next + pause / 2;
        turns.next = turns.next.max(until);
        if is_news {
            let slower = (turns.interval * 2).clamp(FIRST_DISTANCE, LONGEST_DISTANCE);
            turns.interval = slower.max(self.least);
        }
        is_news
    }

    /// An answer was served at the pace as it is.
    pub async fn served(&self) {
        let mut turns = self.turns.lock().await;
        turns.interval = (turns.interval - turns.interval / 64).max(self.least);
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
    async fn turns_after_a_pause_are_spread_twice_as_far_and_less_with_each_answer() {
        let pace = Pace::new(None);
        for doubled in [20, 40, 80] {
            assert!(pace.hold(Duration::from_secs(doubled)).await);
            assert_eq!(pace.turns.lock().await.interval, Duration::from_millis(doubled));
        }
        pace.served().await;
        assert_eq!(pace.turns.lock().await.interval, Duration::from_micros(78_750));
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
