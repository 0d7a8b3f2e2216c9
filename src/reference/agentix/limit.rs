//! The rate limit: so many requests a minute and key.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The documented number of requests a minute.
pub(super) const DOCUMENTED: u32 = 60;

/// The time over which requests are counted.
const WINDOW: Duration = Duration::from_secs(60);

/// When each key was used within the last minute.
#[derive(Debug)]
pub(super) struct Limit {
    requests: usize,
    used: Mutex<HashMap<String, VecDeque<Instant>>>,
}

impl Limit {
    /// A limit of this many requests in any minute.
    pub fn new(requests: u32) -> Self {
        Limit { requests: usize::try_from(requests).unwrap_or(usize::MAX), used: Mutex::default() }
    }

    /// Counts a use of the key at `now`, unless that is one too many. A refused one does not count.
    pub fn allows(&self, key: &str, now: Instant) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let uses = used.entry(key.to_owned()).or_default();
        while uses.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            uses.pop_front();
        }
        let allowed = uses.len() < self.requests;
        if allowed {
            uses.push_back(now);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_after_the_last_allowed_one_is_refused_until_a_minute_has_passed() {
        let (limit, start) = (Limit::new(2), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(limit.allows("key", at(0)));
        assert!(limit.allows("key", at(30)));
        assert!(!limit.allows("key", at(59)));
        assert!(limit.allows("key", at(60)));
        assert!(!limit.allows("key", at(61)));
    }

    #[test]
    fn each_key_is_counted_by_itself() {
        let (limit, now) = (Limit::new(1), Instant::now());
        assert!(limit.allows("one", now));
        assert!(limit.allows("another", now));
        assert!(!limit.allows("one", now));
    }
}
