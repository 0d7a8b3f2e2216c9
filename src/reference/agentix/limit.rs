//! The rate limit: so many requests a minute and key.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue};

/// The documented number of requests a minute.
pub(super) const DOCUMENTED: u32 = 60;
/// How long it takes until one more request is allowed: the documented number makes up a minute.
const REFILL: Duration = Duration::from_secs(1);

/// Names the limit (draft-ietf-httpapi-ratelimit-headers).
pub(super) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// How much of it is left.
pub(super) const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// What a refusal says of the limit.
pub(super) fn fields() -> [(HeaderName, HeaderValue); 3] {
    [
        (RETRY_AFTER, HeaderValue::from_static("1")),
        (POLICY, HeaderValue::from_static(r#""minute";q=60;w=60"#)),
        (LEFT, HeaderValue::from_static(r#""minute";r=0;t=1"#)),
    ]
}

/// A bucket of requests for each key: every whole second between two requests puts one back. What comes faster
/// takes from the bucket alone, so that a burst meets the limit at the same request however long it takes.
#[derive(Debug)]
pub(super) struct Limit {
    requests: u64,
    /// Whether an empty bucket is ever filled again.
    lifted: bool,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    left: u64,
    /// When the last request came, allowed or not.
    last: Instant,
}

impl Limit {
    /// A limit of this many requests; `lifted` says whether one that was met ever lets in again.
    pub fn new(requests: u32, lifted: bool) -> Self {
        Limit { requests: u64::from(requests), lifted, buckets: Mutex::default() }
    }

    /// Counts a use of the key at `now`, unless that is one too many.
    pub fn allows(&self, key: &str, now: Instant) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(key.to_owned()).or_insert(Bucket { left: self.requests, last: now });
        if self.lifted || bucket.left > 0 {
            let seconds = now.duration_since(bucket.last).as_secs() / REFILL.as_secs();
            bucket.left = self.requests.min(bucket.left.saturating_add(seconds));
        }
        bucket.last = now;
        let allowed = bucket.left > 0;
        bucket.left = bucket.left.saturating_sub(1);
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_after_the_last_allowed_one_is_refused_until_a_second_has_passed() {
        let (limit, start) = (Limit::new(2, true), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        assert!(limit.allows("key", at(0)) && limit.allows("key", at(900)));
        assert!(!limit.allows("key", at(1800)) && !limit.allows("key", at(2700)));
        assert!(limit.allows("key", at(3700)));
        assert!(!limit.allows("key", at(3800)));
    }

    #[test]
    fn no_more_than_the_whole_number_is_put_back() {
        let (limit, start) = (Limit::new(2, true), Instant::now());
        assert!(limit.allows("key", start));
        let later = start + Duration::from_secs(600);
        assert_eq!([0; 3].map(|_| limit.allows("key", later)), [true, true, false]);
    }

    #[test]
    fn a_limit_that_is_not_lifted_refuses_for_ever_once_it_was_met() {
        let (limit, start) = (Limit::new(1, false), Instant::now());
        assert!(limit.allows("key", start));
        assert!(!limit.allows("key", start + Duration::from_secs(600)));
    }

    #[test]
    fn each_key_is_counted_by_itself() {
        let (limit, now) = (Limit::new(1, true), Instant::now());
        assert!(limit.allows("one", now));
        assert!(limit.allows("another", now));
        assert!(!limit.allows("one", now));
    }
}
