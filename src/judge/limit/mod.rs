//! Whether a documented rate limit holds, judged on a burst of requests (`x-rate-limit`).
//!
//! A limit may count in windows that begin anew, over the time just past, or in a bucket that is refilled all the
//! while: each keeps "60 a minute", and none may be blamed. [`Burst`] says which requests tell them from one that
//! does not.

mod burst;
mod fields;
mod pace;
mod recovery;
mod round;
#[cfg(test)]
mod tests;

pub use self::burst::{Before, Burst, Step};
use self::round::{is_limited, is_served};
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

const RECOVERY: Rule = Rule {
    id: "limit/recovery",
    severity: Severity::Error,
    what: "After a window without requests, whoever met the rate limit is served again.",
    why: "A client that waits as long as the document says must get through, or it waits for ever.",
    source: RuleSource::Contract,
    example: "429 to the only request of two minutes, where the document says 60 a minute",
    judge: over_the_run,
};

const RETRY_AFTER: Rule = Rule {
    id: "limit/retry-after",
    severity: Severity::Warning,
    what: "Retry-After on a 429 names a time in which the limit lets in again, and not far more than a window.",
    why: "A client that comes back too early is refused again, and one that comes back too late stood still for nothing.",
    source: RuleSource::Standard("RFC 9110 10.2.3"),
    example: "Retry-After: 3600, where the document says 60 a minute",
    judge: over_the_run,
};

const FIELDS: Rule = Rule {
    id: "limit/fields",
    severity: Severity::Warning,
    what: "RateLimit and X-RateLimit header fields can be read, and agree with the documented limit and the answer.",
    why: "A client that paces itself by these fields runs into the limit, or waits for nothing.",
    source: RuleSource::Practice("draft-ietf-httpapi-ratelimit-headers; X-RateLimit fields as they are in use"),
    example: "HTTP/1.1 429 Too Many Requests\nX-RateLimit-Remaining: 12",
    judge: over_the_run,
};

/// Rules on one answer that apply to the first 429 of a burst, which the document has as an error.
const ON_THE_ERROR: [&str; 8] = [
    "error/code",
    "header/missing",
    "header/schema",
    "body/media-type",
    "body/not-json",
    "body/schema",
    "http/error-body",
    "http/retry-after",
];

/// The rules of this family.
pub static RULES: &[Rule] = &[LATE, EARLY, RECOVERY, RETRY_AFTER, FIELDS];

/// What the rules need to say of a burst.
struct Told<'a> {
    contract: &'a Contract,
    burst: &'a Burst,
    /// The sentences behind the limit.
    promises: Vec<PromiseId>,
}

/// Judges a burst as a whole, and its first 429 as the documented error.
pub fn judge_burst(contract: &Contract, case: &Case, burst: &Burst) -> Vec<Check> {
    let told = Told { contract, burst, promises: promises(burst.limit, case) };
    let by = |rule: &'static Rule, judge: fn(&Told<'_>, &mut Sink)| {
        let mut sink = Sink::new(rule);
        judge(&told, &mut sink);
        masked(sink.into_checks(), case)
    };
    let mut checks = [
        by(&LATE, pace::late),
        by(&EARLY, pace::early),
        by(&RECOVERY, recovery::recovery),
        by(&RETRY_AFTER, recovery::retry_after),
        by(&FIELDS, fields::fields),
    ]
    .concat();
    let limited = burst.rush.iter().find(|exchange| is_limited(exchange));
    checks.extend(limited.into_iter().flat_map(|exchange| judge_with_each(&ON_THE_ERROR, contract, case, exchange)));
    let failed = burst.exchanges().find(|exchange| is_server_error(exchange));
    checks.extend(
        failed.into_iter().flat_map(|exchange| judge_with_each(&["http/server-error"], contract, case, exchange)),
    );
    let otherwise = burst.rush.iter().find(|exchange| !is_served(exchange) && !is_limited(exchange));
    let otherwise = otherwise.filter(|_| pace::is_refused_otherwise(burst));
    checks.extend(otherwise.into_iter().flat_map(|exchange| judge_refused_otherwise(&told, case, exchange)));
    checks
}

/// The rules on one answer of the burst.
fn judge_with_each(rules: &[&str], contract: &Contract, case: &Case, exchange: &Exchange) -> Vec<Check> {
    let evidence = Evidence::new(contract, case, exchange, Context { verified: true, admitted: true });
    rules.iter().filter_map(|id| rule(id)).flat_map(|rule| judge_with(rule, &evidence)).collect()
}

/// A limit that holds, and tells so with another status than 429.
fn judge_refused_otherwise(told: &Told<'_>, case: &Case, exchange: &Exchange) -> Vec<Check> {
    let mut sink = Sink::new(&error::STATUS);
    let evidence = Evidence::new(told.contract, case, exchange, Context { verified: true, admitted: true });
    let (what, actual) = match &exchange.outcome {
        Outcome::Answered(answer) => (format!("answered {}", answer.status), error::described(&evidence, answer)),
        Outcome::Failed(failure) => ("not answered".to_owned(), failure.message.clone()),
    };
    let served = told.burst.in_a_rush().served;
    let mut finding = sink.finding(format!("{what} after {served} requests where the document says 429"));
    finding.expected = format!("429 after {} requests", told.burst.limit.requests);
    finding.actual = actual;
    let promises: Vec<_> = told.burst.limit.promise.into_iter().chain(promises_of_errors(case)).collect();
    sink.fail(finding.breaking(told.contract, promises));
    masked(sink.into_checks(), case)
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

fn pace_of(limit: RateLimit) -> String {
    format!("{} in {} s", limit.requests, limit.per.as_secs_f64())
}
