//! The baseline: findings that are known, so that only what is new fails a run.
//!
//! In: a TOML file that lists findings by rule, operation and state, each with a reason. Out: the findings of a run
//! that are known, and the entries that no longer hold. What kept a target from being judged is never excused.

mod apply;
mod read;
mod write;

#[cfg(test)]
mod tests;

use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use toml::value::{Date, Datetime};

use crate::contract::Place;

pub use apply::{Outcome, Subject};
pub use read::Purpose;

/// The reason of an entry that nobody has given one yet.
pub const PLACEHOLDER: &str = "say why this is known";

/// Findings that are known.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// Its entries, in the order of the file.
    pub entries: Vec<Entry>,
    /// The file.
    pub file: BaselineFile,
    /// The day by which entries expire.
    pub today: Date,
}

/// A baseline as it was written, for whoever must apply it again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BaselineFile {
    /// Its name, as the user gave it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The day by which entries expire, such as 2027-01-31.
    pub today: String,
}

impl BaselineFile {
    /// The baseline, as it was read when a run began; `None` where it is none.
    pub fn read(&self) -> Option<Baseline> {
        let today = self.today.parse::<Datetime>().ok()?.date?;
        Baseline::read(&self.name, &self.text, Purpose::Excuse, today).ok()
    }
}

/// One finding that is known.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The target that has it; `None` for every target that has the operation.
    pub target: Option<String>,
    /// Id of the rule.
    pub rule: &'static str,
    /// Id of the operation.
    pub operation: String,
    /// The state, where the finding is of one.
    pub state: Option<String>,
    /// Why it is known, and what is done about it.
    pub known: Known,
    /// Where it stands.
    pub place: Place,
    /// Where its names stand.
    pub names: Names,
}

/// Where the names of an entry stand that only a target and its document can tell to mean something.
#[derive(Debug, Clone)]
pub struct Names {
    /// The target's, where it names one.
    pub target: Option<Place>,
    /// The operation's.
    pub operation: Place,
    /// The state's, where it names one.
    pub state: Option<Place>,
}

/// Why a finding does not fail a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The reason.
    pub reason: String,
    /// The last day on which it holds.
    pub expires: Option<Date>,
    /// Whether the finding may or may not occur.
    pub flaky: bool,
}

/// An entry of the baseline that no longer holds: it fails the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapsed {
    /// Id of the rule.
    pub rule: &'static str,
    /// Id of the operation.
    pub operation: String,
    /// The state, where the finding is of one.
    pub state: Option<String>,
    /// Whether the entry is for the target alone, and not for every one that has the operation.
    pub is_of_target: bool,
    /// Why it no longer holds.
    pub why: Lapse,
    /// The reason that it gave.
    pub reason: String,
    /// Where it stands.
    pub place: Place,
}

/// Why an entry no longer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lapse {
    /// The finding no longer occurs.
    Gone,
    /// This was its last day.
    Expired(Date),
}

impl Lapse {
    /// The word used everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Lapse::Gone => "gone",
            Lapse::Expired(_) => "expired",
        }
    }
}

impl Lapsed {
    /// What is wrong with it and what would be right, in one sentence.
    pub fn in_words(&self) -> String {
        match self.why {
            Lapse::Gone if self.is_of_target => {
                "the finding no longer occurs: take its entry out of the baseline".to_owned()
            }
            Lapse::Gone => {
                "the finding no longer occurs here: take its entry out of the baseline, or name in it the target that \
                 still has it"
                    .to_owned()
            }
            Lapse::Expired(date) => format!("its entry in the baseline expired on {date}"),
        }
    }
}

/// The present day in UTC. Everything that asks for the day gets it handed down from here.
pub fn today() -> Date {
    let now = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let day = now.split('T').next().and_then(|day| day.parse::<Datetime>().ok()).and_then(|day| day.date);
    // A clock before 1970 or after 9999 has no day of this form; then nothing has expired.
    day.unwrap_or(Date { year: 0, month: 1, day: 1 })
}
