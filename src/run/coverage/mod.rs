//! What of each operation was exercised, and what never was, and why.
//!
//! In: the plan, and each case that was sent with what was answered. Out: [`OperationCoverage`]s. Requests that a
//! finding is tried again with are no part of it: they would show nothing new.

mod gather;
mod never;

use std::fmt;

use indexmap::IndexMap;
use serde::Serialize;

pub use gather::Gathering;

/// What of one operation was exercised.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OperationCoverage {
    /// How many requests of it were answered.
    pub requests: usize,
    /// Parameters and members of the body, such as `query.limit` and `body#/tags`: exercised where a request had them.
    pub parameters: Vec<Covered>,
    /// Media types of the body: exercised where a request had a body of it.
    pub request_media: Vec<Covered>,
    /// Values of enumerations, such as `body#/platform "SDK"`: exercised where a request had it.
    pub values: Vec<Covered>,
    /// Constraints, such as `body#/content maxLength`: exercised where a request broke it and nothing else.
    pub constraints: Vec<Covered>,
    /// Documented statuses: exercised where an answer had it.
    pub statuses: Vec<Covered>,
    /// Documented media types by status, such as `200 text/event-stream`: exercised where an answer had it.
    pub response_media: Vec<Covered>,
    /// Whether the operation declares more than is told here.
    pub cut: bool,
}

/// One thing that may be exercised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// What it is.
    pub what: String,
    /// By how many requests, or answers, it was exercised.
    pub times: usize,
    /// Why it never was.
    pub never: Option<String>,
}

/// How many of something were exercised, and how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Those that were exercised.
    pub exercised: usize,
    /// All.
    pub all: usize,
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.exercised, self.all)
    }
}

/// What is told of an operation, in the order in which it is told.
pub const ASPECTS: [&str; 6] =
    ["parameters", "request media", "enum values", "constraints", "statuses", "response media"];

impl OperationCoverage {
    /// Everything that may be exercised, in the order of [`ASPECTS`].
    pub fn aspects(&self) -> [&[Covered]; 6] {
        [&self.parameters, &self.request_media, &self.values, &self.constraints, &self.statuses, &self.response_media]
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Covered> {
        let of_requests = self.parameters.iter_mut().chain(&mut self.request_media);
        let of_answers = self.statuses.iter_mut().chain(&mut self.response_media);
        of_requests.chain(of_answers).chain(&mut self.values).chain(&mut self.constraints)
    }

    /// How much of each aspect was exercised, in the order of [`ASPECTS`].
    pub fn shares(&self) -> [Share; 6] {
        self.aspects()
            .map(|covered| Share { exercised: covered.iter().filter(|one| one.times > 0).count(), all: covered.len() })
    }

    /// Everything that never was, by its reason, the reason of the most first.
    pub fn never(&self) -> IndexMap<&str, Vec<&str>> {
        let mut reasons: IndexMap<&str, Vec<&str>> = IndexMap::new();
        for one in self.aspects().into_iter().flatten() {
            if let Some(reason) = &one.never {
                reasons.entry(reason).or_default().push(&one.what);
            }
        }
        reasons.sort_by(|one, its, other, others| others.len().cmp(&its.len()).then_with(|| one.cmp(other)));
        reasons
    }
}

/// How much of each aspect was exercised in all operations together, in the order of [`ASPECTS`].
pub fn total(coverage: &IndexMap<String, OperationCoverage>) -> [Share; 6] {
    coverage.values().fold(Default::default(), |mut total: [Share; 6], operation| {
        for (sum, share) in total.iter_mut().zip(operation.shares()) {
            sum.exercised += share.exercised;
            sum.all += share.all;
        }
        total
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_was_is_told_by_its_reason_that_of_the_most_first() {
        let never = |what: &str, why: &str| Covered { what: what.to_owned(), times: 0, never: Some(why.to_owned()) };
        let seen = Covered { what: "query.a".to_owned(), times: 3, never: None };
        let coverage = OperationCoverage {
            parameters: vec![seen, never("query.b", "no case has it")],
            statuses: vec![never("403", "no state"), never("409", "no state")],
            ..OperationCoverage::default()
        };
        let told: Vec<_> = coverage.never().into_iter().collect();
        assert_eq!(told, [("no state", vec!["403", "409"]), ("no case has it", vec!["query.b"])]);
        let total = total(&IndexMap::from([("a".to_owned(), coverage.clone()), ("b".to_owned(), coverage)]));
        assert_eq!(total.map(|share| share.to_string()), ["2/4", "0/0", "0/0", "0/0", "0/4", "0/0"]);
    }
}
