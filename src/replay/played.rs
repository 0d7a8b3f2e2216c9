//! What was sent of a recording, and what the rules say of it.

use super::again::Player;
use super::renew::Renewal;
use crate::generate::Case;
use crate::judge::{Check, Verdict};
use crate::recording::Recording;
use crate::send::{Exchange, FailureKind, Outcome};

/// What was sent of a recording.
pub(super) struct Played {
    /// What became of the values that earlier answers gave.
    pub renewals: Vec<Renewal>,
    /// What was sent before, or beside, each with the status that came.
    pub around: Vec<String>,
    /// What came where the finding was, or why that was not reached.
    pub reached: Result<Reached, String>,
}

/// What came where a finding was.
pub(super) struct Reached {
    pub case: Case,
    pub exchange: Exchange,
    /// What the rules say of it.
    pub checks: Vec<Check>,
}

impl Played {
    /// Nothing that shows anything was sent, for this reason.
    pub fn not_reached(reason: impl Into<String>) -> Self {
        Played { renewals: Vec::new(), around: Vec::new(), reached: Err(reason.into()) }
    }
}

impl Player<'_> {
    /// Why an exchange without an answer says nothing; `None` for one with an answer.
    pub(super) fn unanswered(&self, exchange: &Exchange) -> Option<String> {
        let Outcome::Failed(failure) = &exchange.outcome else { return None };
        let base = self.base;
        Some(match failure.kind {
            FailureKind::Connect | FailureKind::ConnectTimeout => {
                format!("nobody answers at {base}: start the server, or name another with --url")
            }
            _ => format!("{base} gave no answer: {}", failure.message),
        })
    }
}

/// A request in short, with the status that came.
pub(super) fn told(case: &Case, exchange: &Exchange) -> String {
    let status = exchange.answer().map_or_else(|| "no answer".to_owned(), |answer| answer.status.to_string());
    format!("{} {status}", case.operation.id)
}

/// Whether checks show that the rule of a finding is broken.
pub(super) fn breaks(recording: &Recording, checks: &[Check]) -> bool {
    let of_rule = |check: &&Check| check.rule == recording.finding.rule;
    checks.iter().filter(of_rule).any(|check| matches!(check.verdict, Verdict::Failed(_)))
}
