//! Whether a target was there, and let us in, and what is said where it was not.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::dispatch::is_throttled;
use crate::contract::{Response, StatusPattern};
use crate::generate::{Case, Expect};
use crate::send::{Answer, End, Exchange, Failure, FailureKind, Outcome};

/// Fewest answers that can show a wrong address: one refusal may be right.
const FEWEST: usize = 3;

/// What came of the requests to a target, as far as that says whether it was there.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Reach {
    /// Statuses of the answers to valid requests, by operation.
    valid: IndexMap<String, BTreeMap<u16, usize>>,
    /// How many of them served the request, by operation.
    served: BTreeMap<String, usize>,
    /// Statuses of all answers.
    all: BTreeMap<u16, usize>,
    /// Successes of each operation whose body came encoded, and how.
    encoded: IndexMap<String, (usize, String)>,
    /// Successes of each operation that were still running when reading stopped, where a whole was documented.
    unended: BTreeMap<String, usize>,
    /// Operations that ask for no credential and answered a valid request with a redirect that is documented.
    redirected: BTreeSet<String>,
    /// How many answers were pages for people where the document has none.
    pages: usize,
    /// Where redirects lead to.
    locations: BTreeSet<String>,
    /// Requests that found nobody there any more.
    lost: usize,
    /// Requests that were answered 429 to the last.
    throttled: usize,
}

impl Reach {
    /// Remembers an exchange.
    pub fn note(&mut self, case: &Case, exchange: &Exchange) {
        self.throttled += usize::from(is_throttled(case, exchange));
        match &exchange.outcome {
            Outcome::Answered(answer) => {
                *self.all.entry(answer.status).or_default() += 1;
                self.pages += usize::from(is_page(case, answer));
                if answer.status / 100 == 3 {
                    self.locations.extend(answer.header("location"));
                }
                if matches!(case.expect, Expect::Success { .. }) {
                    let statuses = self.valid.entry(case.operation.id.clone()).or_default();
                    *statuses.entry(answer.status).or_default() += 1;
                    if case.operation.is_served_by(answer.status) {
                        *self.served.entry(case.operation.id.clone()).or_default() += 1;
                    }
                    self.note_coding(&case.operation.id, answer);
                    self.note_end(case, answer);
                    if answer.status / 100 == 3 && is_documented_for_anyone(case, answer.status) {
                        self.redirected.insert(case.operation.id.clone());
                    }
                }
            }
            Outcome::Failed(failure) => {
                let gone = matches!(failure.kind, FailureKind::Connect | FailureKind::ConnectTimeout);
                self.lost += usize::from(gone);
            }
        }
    }

    fn note_coding(&mut self, operation: &str, answer: &Answer) {
        let coding = answer.header("content-encoding").filter(|coding| !coding.eq_ignore_ascii_case("identity"));
        if let (Some(coding), 2) = (coding, answer.status / 100) {
            self.encoded.entry(operation.to_owned()).or_insert((0, coding)).0 += 1;
        }
    }

    fn note_end(&mut self, case: &Case, answer: &Answer) {
        let is_running = matches!(answer.end, End::StoppedBySize | End::StoppedByTime);
        if is_running && answer.status / 100 == 2 && !case.operation.streams() {
            *self.unended.entry(case.operation.id.clone()).or_default() += 1;
        }
    }

    /// Takes in what came of another shard's requests.
    pub fn join(&mut self, other: Reach) {
        for (operation, statuses) in other.valid {
            add(self.valid.entry(operation).or_default(), statuses);
        }
        add(&mut self.served, other.served);
        add(&mut self.all, other.all);
        add(&mut self.unended, other.unended);
        for (operation, (number, coding)) in other.encoded {
            self.encoded.entry(operation).or_insert((0, coding)).0 += number;
        }
        self.redirected.extend(other.redirected);
        self.locations.extend(other.locations);
        self.pages += other.pages;
        self.lost += other.lost;
        self.throttled += other.throttled;
    }

    /// Why nothing that was judged can be held against the target: the requests went to the wrong place.
    pub fn wrong_address(&self) -> Option<String> {
        if self.all.values().sum::<usize>() < FEWEST {
            return None;
        }
        let only = |wanted: &[u16]| self.all.keys().all(|status| wanted.contains(status));
        if self.pages == self.all.values().sum::<usize>() {
            return Some("every request was answered with an HTML page: is the base URL right?".to_owned());
        }
        if only(&[404]) {
            return Some("every request was answered 404: is the base URL right?".to_owned());
        }
        if only(&[301, 302, 303, 307, 308]) && self.served.is_empty() {
            let to = self.locations.first().map(|location| format!(" to {location}")).unwrap_or_default();
            return Some(format!("every request was redirected{to}: give the URL behind it"));
        }
        if only(&[502, 503, 504]) {
            return Some(format!("every request was answered {}: nothing is there to judge", listed(&self.all)));
        }
        None
    }

    /// Whether the target answered at all, and then only that it was asked too often: `sent_again` answers of 429
    /// were followed by the same request.
    pub fn only_throttled(&self, sent_again: usize) -> bool {
        sent_again > 0 && self.all.keys().all(|status| *status == 429)
    }

    /// Why operations could not be judged in full.
    pub fn incomplete(&self, operations: &[String], has_credentials: bool) -> Vec<String> {
        let mut reasons = Vec::new();
        if self.lost > 0 {
            reasons.push(format!("{} requests found nobody there any more", self.lost));
        }
        if self.throttled > 0 {
            let number = self.throttled;
            reasons.push(format!("{number} requests were answered 429 to the last: give a slower --rate"));
        }
        for operation in operations {
            let Some(statuses) = self.valid.get(operation) else { continue };
            let served = self.served.get(operation).copied().unwrap_or_default();
            if served > 0 {
                let all_encoded = self.encoded.get(operation).filter(|(number, _)| *number == served);
                reasons.extend(all_encoded.map(|(_, coding)| {
                    format!(
                        "no body of {operation} could be judged: each came encoded as {coding}, which was not asked for"
                    )
                }));
                if self.unended.get(operation) == Some(&served) {
                    reasons
                        .push(format!("no body of {operation} could be judged: none had ended when reading stopped"));
                }
                continue;
            }
            if self.redirected.contains(operation) {
                continue;
            }
            let remedy = remedy(statuses, has_credentials);
            reasons.push(format!(
                "no valid request to {operation} was served: they were answered {}{remedy}",
                listed(statuses)
            ));
        }
        // What was sent for the values of its answer alone is not judged.
        if reasons.is_empty() && !operations.iter().any(|operation| self.valid.contains_key(operation)) {
            reasons.push(format!("no valid request to {} was answered", operations.join(", ")));
        }
        reasons
    }
}

/// Adds numbers to those of the same name.
fn add<K: Ord>(one: &mut BTreeMap<K, usize>, other: BTreeMap<K, usize>) {
    for (key, number) in other {
        *one.entry(key).or_default() += number;
    }
}

/// Whether the document has that status for the operation, and lets anyone call it: a redirect is then no refusal
/// of who asks.
fn is_documented_for_anyone(case: &Case, status: u16) -> bool {
    let is_exact = |response: &Response| response.status == StatusPattern::Exact(status);
    case.operation.security.is_empty() && case.operation.responses.iter().any(is_exact)
}

/// Whether an answer is a success in HTML, where the document has no HTML for it.
fn is_page(case: &Case, answer: &Answer) -> bool {
    let documented =
        case.operation.response(answer.status).is_some_and(|response| response.media("text/html").is_some());
    answer.status / 100 == 2 && answer.essence().as_deref() == Some("text/html") && !documented
}

/// What would help where no valid request was served.
fn remedy(statuses: &BTreeMap<u16, usize>, has_credentials: bool) -> &'static str {
    let only = |wanted: &[u16]| statuses.keys().all(|status| wanted.contains(status));
    let has = |status| statuses.contains_key(&status);
    match () {
        () if only(&[401, 403]) && !has_credentials => ": give a credential with -H, or in the configuration",
        () if only(&[401, 403]) => ": is the credential right?",
        () if only(&[429]) => ": give a slower --rate",
        () if only(&[409]) => ": what they make may exist already: give another --seed, or a clean database",
        () if only(&[402]) => ": the account may have nothing left to pay with",
        () if has(404) || has(410) => {
            ": give ids that the target knows, such as --value path.ID=…, or values in the configuration"
        }
        () if has(400) || has(422) => {
            ": what the document does not say of a value may be given, such as --value body#/NAME=…"
        }
        () => "",
    }
}

fn listed(statuses: &BTreeMap<u16, usize>) -> String {
    statuses.keys().map(u16::to_string).collect::<Vec<_>>().join(", ")
}

/// One line on why a target could not be judged at all.
pub fn unreachable(url: &str, failure: &Failure) -> String {
    let message = &failure.message;
    let encrypted = match url.strip_prefix("http://") {
        Some(rest) => format!("; if it speaks TLS, try https://{rest}"),
        None => String::new(),
    };
    match failure.kind {
        FailureKind::NotHttp => format!("{url} does not speak HTTP: {message}{encrypted}"),
        FailureKind::Tls => {
            let plain = url.replacen("https://", "http://", 1);
            format!("{url} does not speak TLS as it should: {message}; if it speaks plain HTTP, try {plain}")
        }
        FailureKind::HeadTimeout => format!("{url} takes the connection and then is silent: {message}"),
        FailureKind::Closed => format!("{url} closes the connection without an answer: {message}{encrypted}"),
        _ => format!("{url} cannot be reached: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn whoever_may_speak_tls_is_told_how_it_would_be_reached() {
        let told =
            |url: &str, kind| unreachable(url, &Failure { kind, message: "reset".to_owned(), after: Duration::ZERO });
        for kind in [FailureKind::Closed, FailureKind::NotHttp] {
            let plain = told("http://127.0.0.1:8443/", kind);
            assert!(plain.ends_with("reset; if it speaks TLS, try https://127.0.0.1:8443/"), "{plain}");
            assert!(told("https://127.0.0.1:8443/", kind).ends_with("reset"));
        }
    }

    fn reach(valid: &[u16], all: &[u16]) -> Reach {
        let count = |statuses: &[u16]| {
            statuses.iter().fold(BTreeMap::new(), |mut counted: BTreeMap<u16, usize>, status| {
                *counted.entry(*status).or_default() += 1;
                counted
            })
        };
        let served = valid.iter().filter(|status| **status / 100 == 2).count();
        let served = if served > 0 { [("send".to_owned(), served)].into() } else { BTreeMap::new() };
        Reach { valid: [("send".to_owned(), count(valid))].into(), served, all: count(all), ..Reach::default() }
    }

    #[test]
    fn the_same_refusal_of_everything_is_a_wrong_address() {
        assert!(reach(&[404], &[404, 404, 404]).wrong_address().is_some());
        assert!(reach(&[503], &[503, 502, 503]).wrong_address().is_some());
        assert!(reach(&[404], &[404, 404, 401]).wrong_address().is_none());
        assert!(reach(&[404], &[404]).wrong_address().is_none());
    }

    #[test]
    fn pages_alone_are_a_wrong_address() {
        let said = |pages| Reach { pages, ..reach(&[200], &[200, 200, 200]) }.wrong_address();
        assert!(said(3).is_some_and(|said| said.contains("an HTML page")));
        assert_eq!(said(2), None);
    }

    #[test]
    fn a_target_that_says_429_alone_is_told_from_a_slow_one() {
        assert!(reach(&[], &[]).only_throttled(1) && reach(&[429], &[429, 429]).only_throttled(2));
        assert!(!reach(&[200], &[200, 429]).only_throttled(1) && !reach(&[], &[]).only_throttled(0));
    }

    #[test]
    fn an_operation_of_which_no_body_ended_is_not_judged_in_full() {
        let said = |unended: usize| {
            let unended = [("send".to_owned(), unended)].into();
            Reach { unended, ..reach(&[200, 200], &[200, 200]) }.incomplete(&["send".to_owned()], true).join("\n")
        };
        assert!(said(2).contains("none had ended"), "{}", said(2));
        assert_eq!(said(1), "");
    }

    #[test]
    fn a_documented_redirect_is_an_answer() {
        let redirected = ["send".to_owned()].into();
        let reach = Reach { redirected, ..reach(&[302], &[302, 302]) };
        assert!(reach.incomplete(&["send".to_owned()], true).is_empty());
    }

    #[test]
    fn an_operation_that_was_never_served_is_told_with_what_would_help() {
        let operations = ["send".to_owned()];
        let told = |valid: &[u16], credentials| reach(valid, valid).incomplete(&operations, credentials).join("\n");
        assert!(told(&[401], false).contains("give a credential"));
        assert!(told(&[401], true).contains("is the credential right?"));
        assert!(told(&[404], true).contains("--value path.ID"));
        assert!(told(&[400, 422], true).contains("--value body#/NAME"));
        assert!(told(&[409, 409], true).contains("another --seed, or a clean database"));
        assert!(!told(&[409, 400], true).contains("--seed"));
        assert_eq!(told(&[404, 200], true), "");
    }
}
