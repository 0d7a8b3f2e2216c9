//! Recordings judged again, as they are or with a new answer.
//!
//! In: a [`Recording`] and the contract of today. Out: whether its finding still stands.

mod renew;

use url::Url;

use crate::contract::Contract;
use crate::generate::Case;
use crate::judge::{Finding, Verdict, is_of_head, is_of_wire, judge};
use crate::recording::Recording;
use crate::send::{Answer, Client, ClientError, Connection, Exchange, StopAt, WireError, WireRequest};
use crate::target::Limits;

pub use renew::{Renewal, renew};

/// What became of a recorded finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is still there.
    Stands(Finding),
    /// Its rule is broken at another place.
    Elsewhere(Finding),
    /// Its rule is kept.
    Gone,
    /// Nobody can say, for this reason.
    NotChecked(String),
}

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
    // What a target gave back of a credential is hidden in a recording.
    if recording.finding.rule == "http/leak" {
        return Standing::NotChecked("a recording holds no credential, so none can be found in it".to_owned());
    }
    if !is_of_head(&recording.finding.rule) && recording.exchange.answer().is_some_and(Answer::is_cut) {
        return Standing::NotChecked("only the beginning and the end of its body were kept".to_owned());
    }
    standing(contract, recording, case, &recording.exchange)
}

/// Sends a recording's case again, and judges what comes by the rules and the contract of today.
///
/// # Errors
/// When it cannot be sent.
pub async fn send_again(
    contract: &Contract,
    recording: &Recording,
    case: &Case,
    base: &Url,
) -> Result<(Exchange, Standing), ReplayError> {
    let client = Client::new(&Limits::default())?;
    let connection = if is_of_wire(&recording.finding.rule) { Connection::Audited } else { Connection::Fresh };
    let exchange = client.send(&WireRequest::new(base, &case.request)?, connection, &stop_at(case)).await;
    let standing = match exchange.answer() {
        Some(_) => standing(contract, recording, case, &exchange),
        None if recording.exchange.answer().is_none() => standing(contract, recording, case, &exchange),
        None => Standing::NotChecked(format!("{base} gave no answer")),
    };
    Ok((exchange, standing))
}

fn stop_at(case: &Case) -> StopAt {
    let limits = Limits::default();
    StopAt {
        bytes: limits.max_body,
        time: Some(limits.max_stream_time),
        head: Some(limits.max_stream_time),
        events: limits.max_events,
        operation: Some(case.operation.clone()),
    }
}

fn standing(contract: &Contract, recording: &Recording, case: &Case, exchange: &Exchange) -> Standing {
    let wanted = &recording.finding;
    let of_rule: Vec<_> = judge(contract, case, exchange, recording.context)
        .into_iter()
        .filter(|check| check.rule == wanted.rule)
        .map(|check| check.verdict)
        .collect();
    let mut found = of_rule.iter().filter_map(|verdict| match verdict {
        Verdict::Failed(finding) => Some(finding.as_ref()),
        _ => None,
    });
    if let Some(finding) = found.clone().find(|finding| finding.at.lasting() == wanted.at.lasting()) {
        return Standing::Stands(finding.clone());
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
    Standing::NotChecked(reason.unwrap_or_else(|| silent(recording, exchange)))
}

/// Why a rule has nothing to say of an exchange.
fn silent(recording: &Recording, exchange: &Exchange) -> String {
    let rule = &recording.finding.rule;
    let status = |exchange: &Exchange| exchange.answer().map(|answer| answer.status);
    match (status(&recording.exchange), status(exchange)) {
        (Some(before), Some(now)) if before != now => {
            format!(
                "answered {now} where {before} was recorded, of which {rule} says nothing: are its ids still known?"
            )
        }
        _ => format!("{rule} looks at more than this one exchange"),
    }
}
