//! What of an operation requests can exercise, and which of it a case does.

mod declared;
mod sent;

use std::fmt;

use indexmap::IndexSet;

use super::Case;
use crate::contract::Operation;

/// Most parts of one operation that are told apart.
const MOST: usize = 1_000;

/// What about an operation a request exercises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// A parameter, or a member of the body: exercised where a request has it.
    Parameter,
    /// A media type of the body: exercised where a request has a body of it.
    Media,
    /// A value of an enumeration: exercised where a request has it.
    Value,
    /// A constraint: exercised where a request breaks it and nothing else.
    Constraint,
}

/// One thing that a request can exercise.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Part {
    /// What about the operation.
    pub aspect: Aspect,
    /// The part of the request, such as `query.limit` or `body#/tags/*`, or a media type. An item of an array is `*`.
    pub at: String,
    /// The value as JSON, or the keyword; empty for the others.
    pub detail: String,
}

impl Part {
    fn new(aspect: Aspect, at: impl Into<String>, detail: impl Into<String>) -> Self {
        Part { aspect, at: at.into(), detail: detail.into() }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detail.as_str() {
            "" => f.write_str(&self.at),
            detail => write!(f, "{} {detail}", self.at),
        }
    }
}

/// All that requests of an operation can exercise, in the order of the document.
#[derive(Debug, Clone)]
pub struct Parts {
    parts: IndexSet<Part>,
    /// Whether there is more than is told apart.
    pub is_cut: bool,
}

impl Parts {
    /// All that the operation declares.
    pub fn of(operation: &Operation) -> Self {
        let mut parts = Parts { parts: IndexSet::new(), is_cut: false };
        declared::add(operation, &mut parts);
        parts
    }

    /// Every part.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Part> {
        self.parts.iter()
    }

    /// The parts that a case exercises, by their place in the list, each once.
    pub fn exercised(&self, case: &Case) -> Vec<usize> {
        let mut found: Vec<_> = sent::parts(case).iter().filter_map(|part| self.parts.get_index_of(part)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn add(&mut self, part: Part) {
        if self.parts.len() < MOST {
            self.parts.insert(part);
        } else {
            self.is_cut = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Options, fixture, generate};

    fn told(parts: impl IntoIterator<Item = Part>) -> Vec<String> {
        parts.into_iter().map(|part| format!("{:?} {part}", part.aspect)).collect()
    }

    #[test]
    fn every_parameter_member_value_and_constraint_is_a_part() {
        let contract = fixture::contract();
        let parts: Vec<_> = contract.operations.iter().map(|operation| told(Parts::of(operation).parts)).collect();
        insta::assert_debug_snapshot!(parts);
    }

    #[test]
    fn what_cases_exercise_is_declared() {
        let contract = fixture::contract();
        let plan = generate(&contract, &fixture::target(), None, &Options { seed: 3, cases: 12 });
        let operation = contract.operation("sendMessage").unwrap();
        let parts = Parts::of(operation);
        let mut never: IndexSet<Part> = parts.parts.clone();
        for case in plan.cases.iter().filter(|case| case.operation.id == operation.id) {
            for index in parts.exercised(case) {
                never.shift_remove(parts.parts.get_index(index).unwrap());
            }
        }
        // A path without what it names is another path.
        assert_eq!(told(never), ["Constraint path.sessionId minLength"]);
    }

    #[test]
    fn a_refused_caller_exercises_nothing() {
        let contract = fixture::contract();
        let plan = generate(&contract, &fixture::target(), None, &Options { seed: 3, cases: 12 });
        let parts = Parts::of(contract.operation("sendMessage").unwrap());
        let mut cases = plan.cases.iter().filter(|case| case.kind.name() == "credential");
        assert!(cases.all(|case| parts.exercised(case).is_empty()));
    }
}
