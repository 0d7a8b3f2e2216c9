//! Requests that were sent one upon the other, and what any limit may do with them.

use std::time::Duration;

use crate::contract::RateLimit;
use crate::send::Exchange;

/// What became of some requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Round {
    pub served: usize,
    pub limited: usize,
    /// Refused for another reason, or not answered: they may count or not.
    pub other: usize,
    /// When the first was sent, from the start of the run.
    pub began: Duration,
    /// When the last was answered.
    pub ended: Duration,
}

impl Round {
    pub fn of<'e>(exchanges: impl IntoIterator<Item = &'e Exchange>) -> Self {
        let mut round = Round { served: 0, limited: 0, other: 0, began: Duration::MAX, ended: Duration::ZERO };
        for exchange in exchanges {
            let count = match exchange {
                _ if is_served(exchange) => &mut round.served,
                _ if is_limited(exchange) => &mut round.limited,
                _ => &mut round.other,
            };
            *count += 1;
            round.began = round.began.min(exchange.started);
            round.ended = round.ended.max(answered_at(exchange));
        }
        round
    }

    pub fn sent(&self) -> usize {
        self.served + self.limited + self.other
    }

    /// From the first request to the last answer.
    pub fn span(&self) -> Duration {
        self.ended.saturating_sub(self.began)
    }
}

/// Most requests in that time which a limit lets in that counts over the time just past, or fills a bucket all the
/// while: the limit, and what runs in, rounded up.
pub(super) fn most_smoothly(limit: RateLimit, span: Duration) -> usize {
    let allowed = f64::from(limit.requests);
    // Saturates: a limit of zero seconds allows everything.
    (allowed + (allowed * windows(limit, span)).ceil()) as usize
}

/// Most requests in that time which a limit lets in that counts in windows: one may begin anew at any moment, and
/// each lets in as many as it has.
pub(super) fn most_in_windows(limit: RateLimit, span: Duration) -> usize {
    (f64::from(limit.requests) * (windows(limit, span).floor() + 2.0)) as usize
}

fn windows(limit: RateLimit, span: Duration) -> f64 {
    span.as_secs_f64() / limit.per.as_secs_f64().max(f64::EPSILON)
}

/// When the head of the answer was there, or else the request left, from the start of the run.
pub(super) fn answered_at(exchange: &Exchange) -> Duration {
    exchange.started + exchange.answer().map(|answer| answer.head_at).unwrap_or_default()
}

pub(super) fn is_served(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status / 100 == 2)
}

pub(super) fn is_limited(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status == 429)
}
