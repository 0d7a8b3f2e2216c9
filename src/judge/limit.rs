//! Whether a documented rate limit holds, judged on a burst of requests (`x-rate-limit`).

use std::time::Duration;

use super::excerpt::masked;
use super::rule::over_the_run;
use super::{Check, Context, Evidence, Rule, RuleSource, Severity, Sink, error, judge_with, rule};
use crate::contract::{Contract, PromiseId, RateLimit};
use crate::generate::{Case, Expect, ExpectedError};
use crate::send::{Exchange, Outcome};

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

/// Why a burst of which nothing was served says nothing of where the limit is.
const AT_ITS_LIMIT: &str = "the credential was at its limit already";

/// The rules of this family.
pub static RULES: &[Rule] = &[LATE, EARLY];

/// What an operation was sent within one window before a burst, whatever the credential.
#[derive(Debug, Clone, Default)]
pub struct Before {
    /// How many requests.
    pub sent: usize,
    /// How many of them were answered neither 401 nor 403: a limit on callers counts these at least.
    pub let_in: usize,
    /// How many requests of the run were answered 429 so far, whatever the operation: a limit that they shared
    /// may have begun anew since.
    pub limited: usize,
    /// From the first of them to the burst.
    pub span: Duration,
    /// Whether the burst's credential is none of theirs.
    pub other_credential: bool,
}

/// What became of the requests of a burst.
struct Burst {
    limit: RateLimit,
    served: usize,
    limited: usize,
    /// Refused for another reason, or not answered: they may count or not.
    other: usize,
    /// From the first request to the last answer.
    span: Duration,
    before: Before,
}

/// Judges a burst as a whole, and its first 429 as the documented error.
///
/// The requests before the burst may share its window, and then the limit only seems to come early. A
/// burst across the edge of a fixed window can be served twice the limit by an honest server: a late
/// limit is worth a second burst.
pub fn judge_burst(contract: &Contract, case: &Case, exchanges: &[Exchange], before: &Before) -> Vec<Check> {
    let Some(limit) = case.operation.rate_limit else { return Vec::new() };
    let burst = Burst::of(limit, exchanges, before.clone());
    let promises = promises(limit, case);
    let mut late_sink = Sink::new(&LATE);
    late(&burst, &promises, contract, &mut late_sink);
    let mut early_sink = Sink::new(&EARLY);
    early(&burst, &promises, contract, &mut early_sink);
    let mut checks = [late_sink.into_checks(), early_sink.into_checks()].concat();
    let limited = exchanges.iter().find(|exchange| is_limited(exchange));
    checks.extend(
        limited
            .into_iter()
            .flat_map(|exchange| judge_with_each(&["error/code", "http/retry-after"], contract, case, exchange)),
    );
    let failed = exchanges.iter().find(|exchange| is_server_error(exchange));
    checks.extend(
        failed.into_iter().flat_map(|exchange| judge_with_each(&["http/server-error"], contract, case, exchange)),
    );
    let otherwise = exchanges.iter().find(|exchange| !is_served(exchange) && !is_limited(exchange));
    let otherwise = otherwise.filter(|_| burst.is_refused_otherwise());
    checks.extend(otherwise.into_iter().flat_map(|exchange| judge_refused_otherwise(&burst, contract, case, exchange)));
    checks
}

/// The rules on one answer of the burst.
fn judge_with_each(rules: &[&str], contract: &Contract, case: &Case, exchange: &Exchange) -> Vec<Check> {
    let evidence = Evidence::new(contract, case, exchange, Context { verified: true, admitted: true });
    rules.iter().filter_map(|id| rule(id)).flat_map(|rule| judge_with(rule, &evidence)).collect()
}

/// A limit that holds, and tells so with another status than 429.
fn judge_refused_otherwise(burst: &Burst, contract: &Contract, case: &Case, exchange: &Exchange) -> Vec<Check> {
    let mut sink = Sink::new(&error::STATUS);
    let evidence = Evidence::new(contract, case, exchange, Context { verified: true, admitted: true });
    let (what, actual) = match &exchange.outcome {
        Outcome::Answered(answer) => (format!("answered {}", answer.status), error::described(&evidence, answer)),
        Outcome::Failed(failure) => ("not answered".to_owned(), failure.message.clone()),
    };
    let mut finding = sink.finding(format!("{what} after {} requests where the document says 429", burst.served));
    finding.expected = format!("429 after {} requests", burst.limit.requests);
    finding.actual = actual;
    let promises: Vec<_> = burst.limit.promise.into_iter().chain(promises_of_errors(case)).collect();
    sink.fail(finding.breaking(contract, promises));
    masked(sink.into_checks(), case)
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
    } else if burst.served == 0 && burst.limited > 0 {
        sink.not_checked(AT_ITS_LIMIT);
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
    if burst.served == 0 {
        return sink.not_checked(AT_ITS_LIMIT);
    }
    if burst.served + burst.before.sent >= allowed && !burst.is_counted_apart() {
        return sink.not_checked(format!("{} requests within the window came before the burst", burst.before.sent));
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
    fn of(limit: RateLimit, exchanges: &[Exchange], before: Before) -> Self {
        let served = exchanges.iter().filter(|exchange| is_served(exchange)).count();
        let limited = exchanges.iter().filter(|exchange| is_limited(exchange)).count();
        let first = exchanges.iter().map(|exchange| exchange.started).min().unwrap_or_default();
        let head_at = |exchange: &Exchange| exchange.started + exchange.answer().map(|a| a.head_at).unwrap_or_default();
        let last = exchanges.iter().map(head_at).max().unwrap_or_default();
        let other = exchanges.len() - served - limited;
        Burst { limit, served, limited, other, span: last.saturating_sub(first), before }
    }

    /// Whether about as many requests as the limit allows were served, and the rest refused without one 429.
    fn is_refused_otherwise(&self) -> bool {
        let allowed = self.limit.requests as usize;
        let about_the_limit = (self.served + self.before.sent) * 10 >= allowed * 9;
        self.served > 0 && about_the_limit && self.served <= self.most() && self.limited == 0 && self.other > 0
    }

    /// Most requests that an honest limit serves in the burst's time: a bucket that is refilled all the
    /// while gives the limit and what runs in, rounded up.
    fn most(&self) -> usize {
        self.most_within(self.span)
    }

    /// Whether the requests before the burst evidently count apart from it: they had another credential, never
    /// met the limit, and more of them alone were let in than it would have let through.
    fn is_counted_apart(&self) -> bool {
        let before = &self.before;
        before.other_credential && before.limited == 0 && before.let_in > self.most_within(before.span)
    }

    fn most_within(&self, span: Duration) -> usize {
        let windows = span.as_secs_f64() / self.limit.per.as_secs_f64().max(f64::EPSILON);
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

fn is_server_error(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status >= 500)
}

/// The sentences behind the limit, and behind a documented 429 without a code: with a code, the code is
/// what shows it.
fn promises(limit: RateLimit, case: &Case) -> Vec<PromiseId> {
    let plain = limiting(case).filter(|error| error.code.is_none());
    limit.promise.into_iter().chain(plain.filter_map(|error| error.promise)).collect()
}

fn promises_of_errors(case: &Case) -> impl Iterator<Item = PromiseId> {
    limiting(case).filter_map(|error| error.promise)
}

/// The documented errors that a limit may answer.
fn limiting(case: &Case) -> impl Iterator<Item = &ExpectedError> {
    let errors = match &case.expect {
        Expect::Error(errors) => errors.as_slice(),
        Expect::Success { .. } | Expect::Refusal | Expect::Any => &[],
    };
    errors.iter().filter(|error| error.status.matches(429))
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

    fn sent(requests: usize) -> Before {
        Before { sent: requests, ..Before::default() }
    }

    fn judged(scene: Scene, served: u64, limited: u64, every: u64) -> Vec<String> {
        let limit = |scene: Scene| scene.answer(429, "application/json", r#"{"code": "RATE_LIMITED"}"#);
        refused_by(limit, scene, served, limited, every, Before::default())
    }

    fn refused_by(
        refuse: impl Fn(Scene) -> Scene,
        scene: Scene,
        served: u64,
        refused: u64,
        every: u64,
        before: Before,
    ) -> Vec<String> {
        let mut scene = scene.expect_errors(&[(429, "RATE_LIMITED", Strength::Documented)]);
        scene.kind = CaseKind::Burst { requests: 65 };
        scene.operation.rate_limit = Some(RateLimit { requests: 60, per: Duration::from_secs(60), promise: None });
        let mut exchanges = Vec::new();
        for number in 0..served + refused {
            if number == served {
                scene = refuse(scene);
            }
            scene.started = Duration::from_millis(number * every);
            exchanges.push(scene.exchange());
        }
        let checks = judge_burst(&scene.contract(), &scene.case(), &exchanges, &before);
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
    fn a_limit_is_not_early_where_requests_before_the_burst_may_count() {
        let limit = |scene: Scene| scene.answer(429, "application/json", r#"{"code": "RATE_LIMITED"}"#);
        let said = |before| refused_by(limit, Scene::new(), 30, 35, 1, before)[1].clone();
        assert_eq!(said(sent(30)), "limit/early not checked: 30 requests within the window came before the burst");
        assert_eq!(said(sent(29)), "limit/early error: 429 came after 30 requests, where the limit is 60 in 60 s");
    }

    #[test]
    fn requests_before_a_burst_do_not_count_where_the_limit_would_not_have_let_them_all_in() {
        let limit = |scene: Scene| scene.answer(429, "application/json", r#"{"code": "RATE_LIMITED"}"#);
        let early = |before| refused_by(limit, Scene::new(), 30, 35, 1, before)[1].starts_with("limit/early error");
        let apart = Before { let_in: 61, other_credential: true, ..sent(70) };
        assert!(early(apart.clone()));
        assert!(!early(Before { let_in: 60, ..apart.clone() }));
        assert!(!early(Before { limited: 1, ..apart.clone() }));
        assert!(!early(Before { span: Duration::from_secs(30), ..apart.clone() }));
        assert!(!early(Before { other_credential: false, ..apart }));
    }

    #[test]
    fn a_credential_at_its_limit_shows_the_error_and_not_the_limit() {
        let limit = |scene: Scene| scene.answer(429, "application/json", r#"{"code": "SLOW_DOWN"}"#);
        assert_eq!(
            refused_by(limit, Scene::new(), 0, 65, 1, Before::default()),
            [
                "limit/late not checked: the credential was at its limit already",
                "limit/early not checked: the credential was at its limit already",
                "error/code error: RATE_LIMITED is not a value in the JSON body",
                "http/retry-after passed",
            ]
        );
    }

    #[test]
    fn a_limit_that_refuses_with_another_status_than_429_is_a_finding() {
        let with = |status| move |scene: Scene| scene.answer(status, "text/plain", "no");
        let said =
            |status, served, before| refused_by(with(status), Scene::new(), served, 5, 1, sent(before)).split_off(2);
        let message = "error/status error: answered 403 after 60 requests where the document says 429";
        assert_eq!(said(403, 60, 0), [message]);
        assert_eq!(said(403, 30, 30).len(), 1);
        assert!(said(403, 30, 0).is_empty());
        assert_eq!(
            said(503, 60, 0),
            [
                "http/server-error error: answered 503 to a valid request",
                "error/status error: answered 503 after 60 requests where the document says 429",
            ]
        );
        let closed = |scene: Scene| Scene { outcome: Scene::unanswered(), ..scene };
        assert_eq!(
            refused_by(closed, Scene::new(), 60, 5, 1, Before::default())[2],
            "error/status error: not answered after 60 requests where the document says 429"
        );
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
