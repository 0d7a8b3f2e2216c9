//! Recordings judged again, as they are or with new answers.
//!
//! In: a [`Recording`] and the contract of today. Out: whether its finding still stands. What a finding needs around
//! it (`RecordedSetting`) is judged again, or sent again, with it: `together` judges, `again` and `around` send.

mod again;
mod around;
mod played;
mod renew;
mod standing;
mod together;

use crate::contract::Contract;
use crate::generate::Case;
use crate::judge::{self, Check, is_of_head};
use crate::recording::{RecordedExchange, RecordedSetting, Recording};
use crate::send::{Answer, ClientError, Exchange, WireError};

use self::together::Together;
pub use again::{Again, Player};
pub use renew::{Renewal, Resolve, Unsendable};
pub use standing::Standing;

/// Why a case could not be sent again.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// No client can be made.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// It cannot be written as HTTP.
    #[error(transparent)]
    Unwritable(#[from] WireError),
}

/// Judges a recording as it is, by the rules and the contract of today. `case` is its case as it was shown.
pub fn judge_recording(contract: &Contract, recording: &Recording, case: &Case) -> Standing {
    if !is_of_head(&recording.finding.rule) && recording.exchange.answer().is_some_and(Answer::is_cut) {
        return Standing::NotChecked(
            "only the beginning and the end of its body were kept: replay it without --offline".to_owned(),
        );
    }
    let standing = match checks(contract, recording, case) {
        Ok(checks) => Standing::of(recording, contract, case, &recording.exchange, checks),
        Err(reason) => Standing::NotChecked(reason),
    };
    match standing {
        Standing::Gone if recording.finding.rule == "http/leak" => Standing::NotChecked(
            "credentials are hidden in a recording, so that it cannot show that none is told: replay it without --offline"
                .to_owned(),
        ),
        standing => standing,
    }
}

/// What the rules say of the recorded exchanges, or why they cannot be asked.
fn checks(contract: &Contract, recording: &Recording, case: &Case) -> Result<Vec<Check>, String> {
    let judged = Together { contract, context: recording.context };
    let own = (case.clone(), recording.exchange.clone());
    Ok(match &recording.setting {
        RecordedSetting::Alone => judged.alone(case, &recording.exchange),
        RecordedSetting::Beside(others) => {
            let mut all = shown(contract, others)?;
            all.push(own);
            judged.beside(all)
        }
        RecordedSetting::Life(before) => judged.in_life(&own, &shown(contract, before)?),
        RecordedSetting::Workflow { judged: criteria, .. } => judged.in_workflow(&own, criteria),
        RecordedSetting::Burst(burst) => judged.in_burst(case, (**burst).clone())?,
        RecordedSetting::Drift { accepted, .. } => judged.by_snapshot(&own, accepted)?,
    })
}

fn shown(contract: &Contract, recorded: &[RecordedExchange]) -> Result<Vec<(Case, Exchange)>, String> {
    let one = |RecordedExchange { case, exchange }: &RecordedExchange| {
        let shown = case.as_shown(contract).ok_or_else(|| gone(contract, &case.operation))?;
        Ok((shown, exchange.clone()))
    };
    recorded.iter().map(one).collect()
}

/// Why the finding of a recording cannot be judged by the rules and the contract of today, whatever comes.
pub fn unknown(contract: &Contract, recording: &Recording) -> Option<String> {
    let rule = &recording.finding.rule;
    if judge::rule(rule).is_none() {
        let nearest = judge::nearest(rule).map(|nearest| format!("; the nearest is {nearest}"));
        return Some(format!("there is no rule {rule} any more{}", nearest.unwrap_or_default()));
    }
    let operation = &recording.case.operation;
    let is_known = contract.operations.iter().any(|known| known.id == *operation);
    (!is_known).then(|| gone(contract, operation))
}

/// Says that the contract no longer has an operation.
fn gone(contract: &Contract, operation: &str) -> String {
    format!("{} has no operation {operation}: --spec names the document that it was held to", contract.file)
}
