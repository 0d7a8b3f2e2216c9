//! What was sent to each operation so far: a burst may share its window with it.

use std::collections::HashMap;
use std::time::Duration;

use crate::contract::RateLimit;
use crate::judge::Before;
use crate::send::Exchange;

/// The requests of a run by operation: when each started, and the status that came.
#[derive(Debug, Default)]
pub struct Earlier(HashMap<String, Vec<(Duration, Option<u16>)>>);

impl Earlier {
    /// Notes an exchange that stands for so many like it.
    pub fn note(&mut self, operation: &str, exchange: &Exchange, times: usize) {
        let sent = (exchange.started, exchange.answer().map(|answer| answer.status));
        self.0.entry(operation.to_owned()).or_default().extend(std::iter::repeat_n(sent, times));
    }

    /// What the operation was sent within one window before `now`, which counts from the start of the run.
    pub fn before(&self, operation: &str, limit: RateLimit, now: Duration) -> Before {
        let age = |started: Duration| now.saturating_sub(started);
        let sent = self.0.get(operation).into_iter().flatten();
        let within: Vec<_> = sent.filter(|(started, _)| age(*started) <= limit.per).collect();
        let answered = |wanted: fn(u16) -> bool| within.iter().filter(|(_, status)| status.is_some_and(wanted)).count();
        Before {
            sent: within.len(),
            let_in: answered(|status| !matches!(status, 401 | 403)),
            span: within.iter().map(|(started, _)| age(*started)).max().unwrap_or_default(),
            ..Before::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::{Answer, Outcome, SentRequest, Wire};

    fn answered(status: u16, started: u64) -> Exchange {
        let request = SentRequest { method: "GET".to_owned(), url: String::new(), headers: Vec::new(), body: None };
        let answer = Answer::whole(status, Vec::new(), "");
        Exchange {
            request,
            started: Duration::from_secs(started),
            outcome: Outcome::Answered(answer),
            wire: Wire::NotAudited,
        }
    }

    #[test]
    fn only_requests_of_the_operation_within_one_window_count() {
        let mut earlier = Earlier::default();
        earlier.note("send", &answered(200, 0), 3);
        earlier.note("send", &answered(401, 50), 2);
        earlier.note("send", &answered(429, 60), 1);
        earlier.note("other", &answered(200, 60), 1);
        let limit = RateLimit { requests: 60, per: Duration::from_secs(60), promise: None };
        let before = |now| earlier.before("send", limit, Duration::from_secs(now));
        let all = before(60);
        assert_eq!((all.sent, all.let_in, all.span), (6, 4, Duration::from_secs(60)));
        let late = before(61);
        assert_eq!((late.sent, late.let_in, late.span), (3, 1, Duration::from_secs(11)));
    }
}
