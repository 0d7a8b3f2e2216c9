//! What became of each sentence of the documents.

use std::collections::HashMap;

use super::tally::Witness;
use super::{PromiseOutcome, PromiseVerdict};
use crate::contract::{Contract, Promise, PromiseId, Subject};

/// The outcome of every promise, in the order of the spec. `left_out` holds the reasons why some could
/// not be put to the test at all.
pub fn outcomes(
    contract: &Contract,
    witnesses: &[Witness],
    left_out: &HashMap<PromiseId, String>,
) -> Vec<PromiseOutcome> {
    let none = Witness::default();
    let outcome = |(index, promise): (usize, &Promise)| {
        let witness = witnesses.get(index).unwrap_or(&none);
        let broken: usize = witness.broken.values().sum();
        let verdict = match (broken, witness.kept) {
            (1.., _) => PromiseVerdict::Broken,
            (0, 1..) => PromiseVerdict::Kept,
            (0, 0) => PromiseVerdict::NotChecked,
        };
        let reason = left_out.get(&PromiseId(index)).cloned().unwrap_or_else(|| reason(promise.subject).to_owned());
        PromiseOutcome {
            source: promise.source.clone(),
            place: promise.place.clone(),
            operation: promise.operation.clone(),
            rules: witness.rules.clone(),
            cases: witness.kept + broken,
            verdict,
            reason: (verdict == PromiseVerdict::NotChecked).then_some(reason),
        }
    };
    contract.promises.iter().enumerate().map(outcome).collect()
}

/// Why a promise without evidence has none, where nothing better is known.
fn reason(subject: Subject) -> &'static str {
    match subject {
        Subject::Document | Subject::Operation => "no rule can see it in an exchange",
        Subject::Security => "no credential was put to the test",
        Subject::Parameter | Subject::RequestBody => "no case exercised it",
        Subject::Response | Subject::ResponseHeader | Subject::ResponseBody | Subject::Stream => "no answer showed it",
        Subject::Error => "the error was not brought about",
        Subject::RateLimit => "no burst was sent",
        Subject::StreamSwitch => "no case switched the form of the answer",
    }
}
