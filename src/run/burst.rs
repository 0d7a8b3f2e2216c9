//! Bursts: one request sent over and over.

use futures_util::StreamExt;
use futures_util::stream;

use super::budget::Extra;
use super::dispatch::{Dispatcher, Unsent};
use crate::contract::Contract;
use crate::generate::Case;
use crate::judge::{Before, Check, judge_burst};
use crate::send::Exchange;

/// What became of a burst.
pub struct SentBurst {
    /// One exchange of it, to show: the last.
    pub exchange: Option<Exchange>,
    /// What the burst as a whole came to.
    pub checks: Vec<Check>,
    /// Whether it was cut short.
    pub unsent: Option<Unsent>,
}

/// Sends a request over and over, and once more from the start where every answer was a success: a window
/// that turned over in the middle of the first round cannot do so again in the second.
pub async fn send_burst(
    case: &Case,
    requests: u32,
    concurrency: usize,
    contract: &Contract,
    dispatcher: &Dispatcher,
    before: &Before,
) -> SentBurst {
    let first = round(case, requests, concurrency, dispatcher).await;
    let (exchanges, unsent) = match first {
        (exchanges, None) if exchanges.iter().all(is_served) && dispatcher.budget.allows(Extra::SecondBurst) => {
            round(case, requests, concurrency, dispatcher).await
        }
        first => {
            let checks = judge_burst(contract, case, &first.0, before);
            return SentBurst { exchange: shown(first.0), checks, unsent: first.1 };
        }
    };
    // The second round begins with a window that the first has partly used.
    let sent = before.sent.saturating_add(requests as usize);
    let checks = judge_burst(contract, case, &exchanges, &Before { sent, other_credential: false, ..before.clone() });
    SentBurst { checks, exchange: shown(exchanges), unsent }
}

async fn round(
    case: &Case,
    requests: u32,
    concurrency: usize,
    dispatcher: &Dispatcher,
) -> (Vec<Exchange>, Option<Unsent>) {
    let wire = match dispatcher.wire(&case.request) {
        Ok(wire) => wire,
        Err(error) => return (Vec::new(), Some(error.into())),
    };
    let send = |_| dispatcher.send_once(case, &wire);
    let mut results = stream::iter(0..requests).map(send).buffer_unordered(concurrency);
    let (mut exchanges, mut unsent) = (Vec::new(), None);
    while let Some(result) = results.next().await {
        match result {
            Ok(exchange) => exchanges.push(exchange),
            Err(error) => unsent = Some(error),
        }
    }
    (exchanges, unsent)
}

/// The first refusal where there is one, else the last answer.
fn shown(mut exchanges: Vec<Exchange>) -> Option<Exchange> {
    let refused = exchanges.iter().position(is_limited);
    match refused.or_else(|| exchanges.iter().position(|exchange| !is_served(exchange))) {
        Some(at) => Some(exchanges.swap_remove(at)),
        None => exchanges.pop(),
    }
}

fn is_served(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status / 100 == 2)
}

fn is_limited(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status == 429)
}
