//! Whether a limit that was met lets in again: after a window, and when Retry-After says so.

use std::time::{Duration, SystemTime};

use super::round::{is_limited, is_served};
use super::{Told, pace_of};
use crate::judge::{At, Sink};
use crate::send::{Answer, Exchange};

/// How many windows Retry-After may name before it is far from the documented limit.
const FAR: u32 = 2;

/// What Retry-After asks to wait, in seconds (RFC 9110 10.2.3); less than nothing where it names a time that has
/// passed. `None` where it is missing or cannot be read, and for a date on an answer that has none itself.
pub(super) fn delay(answer: &Answer) -> Option<i64> {
    let value = answer.header("retry-after")?;
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().unwrap_or(i64::MAX));
    }
    let (then, now) = (httpdate::parse_http_date(value).ok()?, sent_at(answer)?);
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    Some(match then.duration_since(now) {
        Ok(ahead) => seconds(ahead),
        Err(behind) => -seconds(behind.duration()),
    })
}

/// When an answer says that it was made.
pub(super) fn sent_at(answer: &Answer) -> Option<SystemTime> {
    httpdate::parse_http_date(answer.header("date")?.trim()).ok()
}

pub(super) fn recovery(told: &Told<'_>, sink: &mut Sink) {
    let burst = told.burst;
    if burst.in_a_rush().limited == 0 {
        return;
    }
    let last = burst.probes.last();
    if last.is_some_and(|probe| is_served(&probe.exchange)) {
        return sink.pass(told.promises.iter().copied());
    }
    let Some(probe) = last.filter(|probe| probe.whole) else {
        let reason = burst.broken_off.as_deref().unwrap_or("nothing was sent after the limit was met");
        return sink.not_checked(reason);
    };
    if !is_limited(&probe.exchange) {
        let answered = probe.exchange.answer().map_or_else(|| "not at all".to_owned(), |it| it.status.to_string());
        return sink.not_checked(format!("the request after the window was answered {answered}"));
    }
    let seconds = probe.after.as_secs_f64();
    let mut finding = sink.finding(format!(
        "429 to a request after {seconds:.1} s without any, where the limit is {}",
        pace_of(burst.limit)
    ));
    finding.expected = "the request is served".to_owned();
    finding.actual = "429".to_owned();
    sink.fail(finding.breaking(told.contract, told.promises.iter().copied()));
}

pub(super) fn retry_after(told: &Told<'_>, sink: &mut Sink) {
    let burst = told.burst;
    let refusals = burst.exchanges().filter(|exchange| is_limited(exchange)).filter_map(Exchange::answer);
    let mut delays = refusals.filter_map(|answer| Some((delay(answer)?, answer))).peekable();
    if delays.peek().is_none() {
        return;
    }
    let far = i64::try_from(burst.limit.per.saturating_mul(FAR).as_secs()).unwrap_or(i64::MAX);
    if let Some((delay, answer)) = delays.find(|(delay, _)| *delay < 0 || *delay > far) {
        let message = match delay {
            ..0 => "Retry-After names a time that has passed".to_owned(),
            _ => format!("Retry-After asks to wait {delay} s, where the limit is {}", pace_of(burst.limit)),
        };
        let mut finding = sink.finding(message);
        finding.at = At::header("retry-after");
        finding.expected = format!("at most {} s", burst.limit.per.as_secs());
        finding.actual = answer.header("retry-after").unwrap_or_default();
        return sink.fail(finding);
    }
    if let Some(probe) = burst.probes.iter().find(|probe| !probe.whole && is_limited(&probe.exchange)) {
        let seconds = probe.after.as_secs_f64();
        let mut finding = sink.finding(format!("429 again {seconds:.1} s after a 429 whose Retry-After named less"));
        finding.at = At::header("retry-after");
        finding.expected = "the limit lets in again when Retry-After says so".to_owned();
        finding.actual = "429".to_owned();
        return sink.fail(finding);
    }
    sink.pass([]);
}
