//! How well an endpoint's answers fit one contract.

use std::collections::BTreeSet;

use super::guard::Guards;
use crate::judge::{RuleSource, Severity, rule};
use crate::run::{FoundFinding, TargetResult};

/// What a refusal that is documented word for word counts, beside an answer that is: others may refuse alike.
const OF_A_REFUSAL: f64 = 0.5;
/// What a refusal of the caller with the documented status alone counts: many paths are guarded like that.
const OF_A_GUARD: f64 = 0.2;
/// The least share of an endpoint that strays from a contract and still means to speak it.
const LIKELY: f64 = 0.8;

/// How well an endpoint speaks a contract.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// Name of the contract.
    pub name: String,
    /// Its title.
    pub title: String,
    /// From 0, nothing of it, to 1, everything as documented.
    pub share: f64,
    /// Its operations.
    pub operations: Vec<OperationFit>,
    /// What speaks against it: rules of the contract that its answers break.
    pub against: Vec<Against>,
    /// Why operations could not be judged.
    pub unknown: Vec<String>,
    /// Dialects of streams that were recognised.
    pub dialects: BTreeSet<String>,
    /// Requests sent.
    pub requests: usize,
    /// Whether anything could be judged at all: somebody was there.
    pub was_answered: bool,
}

/// How well the answers of one operation fit.
#[derive(Debug, Clone, PartialEq)]
pub struct OperationFit {
    /// Its id.
    pub operation: String,
    /// What came.
    pub fit: Fit,
}

/// What became of an operation's requests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fit {
    /// A valid request was served, and this share of the contract's rules is kept.
    Served(f64),
    /// None was served, and refusals carry what the document says.
    RefusedAsDocumented,
    /// None was served, and whoever has no credential is refused: with the documented status, or where others are not.
    Guarded,
    /// Nothing of the operation is to be seen.
    Unseen,
}

/// What a likeness comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Guess {
    /// Nothing of the contract is there.
    Nothing,
    /// Something is like it, and more speaks against it.
    Resembles,
    /// It means to speak it: it strays in little, or nothing could be seen that speaks against it.
    Likely,
    /// Everything that was asked was answered as documented.
    Speaks,
}

/// One thing that speaks against a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Against {
    /// Id of the rule.
    pub rule: String,
    /// Id of the operation.
    pub operation: String,
    /// What is wrong.
    pub message: String,
}

impl Likeness {
    /// What a glance showed.
    pub fn of(result: &TargetResult) -> Self {
        let operations: Vec<_> = result
            .operations
            .iter()
            .map(|operation| OperationFit { operation: operation.clone(), fit: fit(result, operation) })
            .collect();
        let speaks_against =
            |found: &&FoundFinding| found.finding.severity == Severity::Error && is_of_contract(found.finding.rule);
        let against = result.findings.iter().filter(speaks_against);
        Likeness {
            name: result.name.clone(),
            title: result.title.clone(),
            share: share(&operations),
            against: against
                .map(|found| Against {
                    rule: found.finding.rule.to_owned(),
                    operation: found.operation.clone(),
                    message: found.finding.message.clone(),
                })
                .collect(),
            operations,
            unknown: result.incomplete.clone(),
            dialects: result.streams.values().flat_map(|streams| streams.dialects.keys().cloned()).collect(),
            requests: result.requests,
            was_answered: !result.checks.is_empty(),
        }
    }

    /// With the operations that were found to be guarded where nothing else of them was to be seen.
    pub(super) fn with_guards(mut self, guards: &Guards) -> Self {
        for operation in &mut self.operations {
            if operation.fit == Fit::Unseen && guards.operations.contains(&operation.operation) {
                operation.fit = Fit::Guarded;
            }
        }
        Likeness { share: share(&self.operations), requests: self.requests + guards.requests, ..self }
    }

    /// What it comes to.
    pub fn guess(&self) -> Guess {
        match self.share {
            share if share >= 1.0 => Guess::Speaks,
            share if share >= LIKELY => Guess::Likely,
            share if share > 0.0 && self.against.is_empty() => Guess::Likely,
            share if share > 0.0 => Guess::Resembles,
            _ => Guess::Nothing,
        }
    }
}

/// What the operations come to together.
fn share(operations: &[OperationFit]) -> f64 {
    let weight = |operation: &OperationFit| match operation.fit {
        Fit::Served(share) => share,
        Fit::RefusedAsDocumented => OF_A_REFUSAL,
        Fit::Guarded => OF_A_GUARD,
        Fit::Unseen => 0.0,
    };
    operations.iter().map(weight).sum::<f64>() / operations.len().max(1) as f64
}

fn fit(result: &TargetResult, operation: &str) -> Fit {
    let checks = || result.checks.iter().filter(|check| check.operation == operation && is_of_contract(check.rule));
    let (mut kept, mut broken) = (0, 0);
    for check in checks() {
        broken += usize::from(check.failed > 0);
        kept += usize::from(check.failed == 0 && check.passed > 0);
    }
    // Only operations that were served have times.
    if result.latency.contains_key(operation) {
        return Fit::Served(f64::from(u32::try_from(kept).unwrap_or(u32::MAX)) / (kept + broken).max(1) as f64);
    }
    let is_kept = |rule: &str| checks().any(|check| check.rule == rule && check.failed == 0 && check.passed > 0);
    match () {
        () if is_kept("error/code") => Fit::RefusedAsDocumented,
        () if is_guarded(result, operation) => Fit::Guarded,
        () => Fit::Unseen,
    }
}

/// Whether somebody is refused there for who he is, with a status that the document has for that.
fn is_guarded(result: &TargetResult, operation: &str) -> bool {
    let statuses = result.coverage.get(operation).into_iter().flat_map(|coverage| &coverage.statuses);
    statuses.filter(|status| status.times > 0).any(|status| matches!(status.what.as_str(), "401" | "403"))
}

/// What the standards ask of everybody tells no contract from another.
fn is_of_contract(id: &str) -> bool {
    rule(id).is_some_and(|rule| rule.source == RuleSource::Contract)
}
