//! What became of a finding.

use crate::contract::Contract;
use crate::generate::{Case, Expect};
use crate::judge::{Check, Finding, Severity, Verdict, judge};
use crate::recording::Recording;
use crate::send::{Exchange, Outcome};

/// What became of a recorded finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is still there.
    Stands(Finding),
    /// Its rule is broken at another place.
    Elsewhere(Finding),
    /// Its rule is kept, or has nothing to say of an answer that is as it should be.
    Gone,
    /// Nobody can say, for this reason.
    NotChecked(String),
}

impl Standing {
    /// What checks of an exchange say of a recorded finding.
    pub fn of(
        recording: &Recording,
        contract: &Contract,
        case: &Case,
        exchange: &Exchange,
        checks: Vec<Check>,
    ) -> Self {
        let wanted = &recording.finding;
        let of_rule: Vec<_> =
            checks.into_iter().filter(|check| check.rule == wanted.rule).map(|check| check.verdict).collect();
        let mut found = of_rule.iter().filter_map(|verdict| match verdict {
            Verdict::Failed(finding) => Some(finding.as_ref()),
            _ => None,
        });
        // What drifts has no place: its words tell one from another.
        let is_drift = wanted.rule == "snapshot/drift";
        let is_same = |finding: &&Finding| match is_drift {
            true => finding.message == wanted.message,
            false => finding.at.lasting() == wanted.at.lasting(),
        };
        if let Some(finding) = found.clone().find(is_same) {
            return Standing::Stands(finding.clone());
        }
        let status = exchange.answer().map(|answer| answer.status);
        if is_drift && !status.is_some_and(|status| is_expected(case, status)) {
            return silent(recording, contract, case, exchange);
        }
        if let Some(finding) = found.next() {
            return Standing::Elsewhere(finding.clone());
        }
        if of_rule.iter().any(|verdict| matches!(verdict, Verdict::Passed(_))) {
            return Standing::Gone;
        }
        let reason = of_rule.iter().find_map(|verdict| match verdict {
            Verdict::NotChecked(reason) => Some(reason.clone()),
            _ => None,
        });
        reason.map_or_else(|| silent(recording, contract, case, exchange), Standing::NotChecked)
    }
}

/// What a rule's silence says of an exchange: of an answer that is as it should be, that the finding is gone.
fn silent(recording: &Recording, contract: &Contract, case: &Case, exchange: &Exchange) -> Standing {
    let rule = &recording.finding.rule;
    let Outcome::Answered(answer) = &exchange.outcome else {
        return Standing::NotChecked(format!("there was no answer, of which {rule} says nothing"));
    };
    let others = judge(contract, case, exchange, recording.context);
    let broken = others.iter().find_map(|check| match &check.verdict {
        Verdict::Failed(finding) if finding.severity == Severity::Error => Some(finding),
        _ => None,
    });
    match broken {
        Some(finding) => Standing::NotChecked(format!(
            "the answer is another now, of which {rule} says nothing; it breaks {}: {}",
            finding.rule, finding.message
        )),
        None if is_expected(case, answer.status) => Standing::Gone,
        None => Standing::NotChecked(format!(
            "answered {}, of which {rule} says nothing: are its ids and its credential still good?",
            answer.status
        )),
    }
}

/// Whether a status is one that the case is to be answered with.
fn is_expected(case: &Case, status: u16) -> bool {
    match &case.expect {
        Expect::Success { .. } => status / 100 == 2,
        Expect::Error(errors) => errors.iter().any(|error| error.status.matches(status)),
        Expect::Refusal => status / 100 == 4 && status != 429,
        Expect::Any => (200..500).contains(&status) && status != 429,
    }
}
