//! Whether a documented rate limit holds, judged on a burst of requests (`x-rate-limit`).

use std::time::Duration;

use super::rule::over_the_run;
use super::{Check, Context, Evidence, Rule, RuleSource, Severity, Sink, judge_with, rule};
use crate::contract::{Contract, PromiseId, RateLimit};
use crate::generate::{Case, Expect};
use crate::send::Exchange;

const LATE: Rule = Rule {
    id: "limit/late",
    severity: Severity::Error,
    what: "Requests over the documented rate limit are answered 429.",
    why: "A limit that does not hold is neither protection for the service nor something that a client can test against.",
    source: RuleSource::Contract,
    example: "65 requests in a second, all served, where the document says 60 a minute",
    judge: over_the_run,
};

const EARLY: Rule = Rule {
    id: "limit/early",
    severity: Severity::Error,
    what: "Requests within the documented rate limit are served.",
    why: "A client that keeps to the documented pace must never be turned away for its pace.",
    source: RuleSource::Contract,
    example: "429 to the 31st request of a minute, where the document says 60 a minute",
    judge: over_the_run,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[LATE, EARLY];

/// What became of the requests of a burst.
struct Burst {
    limit: RateLimit,
    served: usize,
    limited: usize,
    /// Refused for another reason, or not answered: they may count or not.
    other: usize,
    /// From the first request to the last answer.
    span: Duration,
}

/// Judges a burst as a whole, and its first 429 as the documented error.
///
/// The burst's credentials must have been idle for one window before it; else its requests share
/// the window with earlier ones and the limit seems to come early. A burst across the edge of a fixed
/// window can be served twice the limit by an honest server: a late limit is worth a second burst.
pub fn judge_burst(contract: &Contract, case: &Case, exchanges: &[Exchange]) -> Vec<Check> {
    let Some(limit) = case.operation.rate_limit else { return Vec::new() };
    let burst = Burst::of(limit, exchanges);
    let promises = promises(limit, case);
    let mut late_sink = Sink::new(&LATE);
    late(&burst, &promises, contract, &mut late_sink);
    let mut early_sink = Sink::new(&EARLY);
    early(&burst, &promises, contract, &mut early_sink);
    let mut checks = [late_sink.into_checks(), early_sink.into_checks()].concat();
    let limited = exchanges.iter().find(|exchange| is_limited(exchange));
    checks.extend(limited.into_iter().flat_map(|exchange| judge_limited(contract, case, exchange)));
    checks
}

/// The rules on the 429 itself.
fn judge_limited(contract: &Contract, case: &Case, exchange: &Exchange) -> Vec<Check> {
    let evidence = Evidence::new(contract, case, exchange, Context { verified: true, admitted: true });
    let rules = ["error/code", "http/retry-after"].into_iter().filter_map(rule);
    rules.flat_map(|rule| judge_with(rule, &evidence)).collect()
}

fn late(burst: &Burst, promises: &[PromiseId], contract: &Contract, sink: &mut Sink) {
    let most = burst.most();
    if burst.served > most {
        let mut finding = sink.finding(format!(
            "{} requests were served in {:.1} s, where the limit is {}",
            burst.served,
            burst.span.as_secs_f64(),
            pace(burst.limit)
        ));
        finding.expected = format!("429 after {} requests", burst.limit.requests);
        finding.actual = format!("{} served, {} answered 429", burst.served, burst.limited);
        sink.fail(finding.breaking(contract, promises.iter().copied()));
    } else if burst.limited > 0 {
        sink.pass(promises.iter().copied());
    } else {
        sink.not_checked(format!("only {} requests of the burst were served", burst.served));
    }
}

fn early(burst: &Burst, promises: &[PromiseId], contract: &Contract, sink: &mut Sink) {
    let allowed = burst.limit.requests as usize;
    if burst.served >= allowed {
        return sink.pass(promises.iter().copied());
    }
    if burst.limited == 0 {
        return sink.not_checked(format!("only {} requests of the burst were served", burst.served));
    }
    if burst.served + burst.other >= allowed || burst.span > burst.limit.per {
        return sink
            .not_checked("requests of the burst failed otherwise, or it took longer than the window".to_owned());
    }
    let mut finding = sink.finding(format!(
        "429 came after {} requests, where the limit is {}",
        burst.served + burst.other,
        pace(burst.limit)
    ));
    finding.expected = format!("{allowed} requests served");
    finding.actual = format!("{} served, {} answered 429", burst.served, burst.limited);
    sink.fail(finding.breaking(contract, promises.iter().copied()));
}

impl Burst {
    fn of(limit: RateLimit, exchanges: &[Exchange]) -> Self {
        let served = exchanges.iter().filter(|exchange| is_served(exchange)).count();
        let limited = exchanges.iter().filter(|exchange| is_limited(exchange)).count();
        let first = exchanges.iter().map(|exchange| exchange.started).min().unwrap_or_default();
        let head_at = |exchange: &Exchange| exchange.started + exchange.answer().map(|a| a.head_at).unwrap_or_default();
        let last = exchanges.iter().map(head_at).max().unwrap_or_default();
        Burst { limit, served, limited, other: exchanges.len() - served - limited, span: last.saturating_sub(first) }
    }

    /// Most requests that an honest limit serves in the burst's time: a bucket that is refilled all the
    /// while gives the limit and what runs in, rounded up.
    fn most(&self) -> usize {
        let windows = self.span.as_secs_f64() / self.limit.per.as_secs_f64().max(f64::EPSILON);
        let allowed = f64::from(self.limit.requests);
        // Saturates: a limit of zero seconds allows everything.
        (allowed + (allowed * windows).ceil()) as usize
    }
}

fn is_served(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status / 100 == 2)
}

fn is_limited(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status == 429)
}

/// The sentences behind the limit, and behind a documented 429 without a code: with a code, the code is
/// what shows it.
fn promises(limit: RateLimit, case: &Case) -> Vec<PromiseId> {
    let errors = match &case.expect {
        Expect::Error(errors) => errors.as_slice(),
        Expect::Success { .. } | Expect::Refusal => &[],
    };
    let plain = errors.iter().filter(|error| error.status.matches(429) && error.code.is_none());
    limit.promise.into_iter().chain(plain.filter_map(|error| error.promise)).collect()
}

fn pace(limit: RateLimit) -> String {
    format!("{} in {} s", limit.requests, limit.per.as_secs())
}

#[cfg(test)]
mod tests {
    use super::super::support::{Scene, in_words};
    use super::*;
    use crate::contract::Strength;
    use crate::generate::CaseKind;

    /// So many served, so many answered 429, one a millisecond; what the rules say of them.
    fn says(served: u64, limited: u64) -> Vec<String> {
        judged(Scene::new(), served, limited, 1)
    }

    fn judged(scene: Scene, served: u64, limited: u64, every: u64) -> Vec<String> {
        let mut scene = scene.expect_errors(&[(429, "RATE_LIMITED", Strength::Documented)]);
        scene.kind = CaseKind::Burst { requests: 65 };
        scene.operation.rate_limit = Some(RateLimit { requests: 60, per: Duration::from_secs(60), promise: None });
        let mut exchanges = Vec::new();
        for number in 0..served + limited {
            if number == served {
                scene = scene.answer(429, "application/json", r#"{"code": "RATE_LIMITED"}"#);
            }
            scene.started = Duration::from_millis(number * every);
            exchanges.push(scene.exchange());
        }
        let checks = judge_burst(&scene.contract(), &scene.case(), &exchanges);
        checks.iter().map(|check| format!("{} {}", check.rule, in_words(&check.verdict))).collect()
    }

    #[test]
    fn a_limit_that_holds_passes_with_its_error() {
        assert_eq!(
            says(60, 5),
            ["limit/late passed", "limit/early passed", "error/code passed", "http/retry-after passed"]
        );
    }

    #[test]
    fn a_limit_that_never_comes_is_late() {
        assert_eq!(
            says(65, 0),
            ["limit/late error: 65 requests were served in 0.1 s, where the limit is 60 in 60 s", "limit/early passed"]
        );
    }

    #[test]
    fn a_limit_within_the_documented_pace_is_early() {
        assert_eq!(says(30, 35)[1], "limit/early error: 429 came after 30 requests, where the limit is 60 in 60 s");
    }

    #[test]
    fn a_bucket_that_is_refilled_during_a_slow_burst_is_honest() {
        let says = judged(Scene::new(), 64, 1, 70);
        assert_eq!(says[0], "limit/late passed");
    }

    #[test]
    fn a_burst_that_was_cut_short_shows_nothing() {
        assert_eq!(
            says(20, 0),
            [
                "limit/late not checked: only 20 requests of the burst were served",
                "limit/early not checked: only 20 requests of the burst were served"
            ]
        );
    }
}
