//! The shape of every answer, free of values, as `.snap` files of the `insta` format, and drift from them.
//!
//! In: the cases of a run and their exchanges. Out: a [`Snapshot`] an operation, and the differences between two
//! in words.
//!
//! A shape is a summary over all answers of one kind: what every one of them had, and what only some had. More
//! answers can only make it more tolerant, and drift is told only between *every* and *none*. So what a random
//! request brings about by chance is never drift.

mod answer;
mod difference;
mod events;
mod file;
mod folder;
mod names;
mod next;
mod record;
mod said;
mod shape;
mod written;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use answer::Answers;
pub use difference::{Difference, differences};
pub use file::SnapError;
pub use folder::{Folder, Pending, Written};
pub use next::{is_covered, next};
pub use record::{Rank, Recorder};

/// The shape of one operation's answers. In reports it is the text of its file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Snapshot {
    /// What each kind of case was answered: status and media type, such as `200 application/json`.
    pub cases: BTreeMap<String, BTreeSet<String>>,
    /// The answers of each status and media type.
    pub answers: BTreeMap<String, Answers>,
}

impl Snapshot {
    /// Takes in more answers of the operation.
    pub fn join(&mut self, other: Snapshot) {
        for (kind, labels) in other.cases {
            self.cases.entry(kind).or_default().extend(labels);
        }
        for (label, shape) in other.answers {
            match self.answers.get_mut(&label) {
                Some(known) => known.join(shape),
                None => {
                    self.answers.insert(label, shape);
                }
            }
        }
    }
}

impl From<Snapshot> for String {
    fn from(snapshot: Snapshot) -> Self {
        snapshot.to_text()
    }
}

impl TryFrom<String> for Snapshot {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Snapshot::from_text(&text)
    }
}

/// What a run does with snapshots of one target.
#[derive(Debug, Clone)]
pub enum Snapshots {
    /// Answers are compared with these, by operation.
    Compare(BTreeMap<String, Snapshot>),
    /// Answers are recorded, and compared with nothing.
    Record,
}

/// Whether something is in all answers, or only in some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    /// In every one.
    Always,
    /// In some, and not in others.
    Sometimes,
}

impl Presence {
    /// The presence in two sets of answers together.
    fn join(self, other: Presence) -> Presence {
        if self == Presence::Always && other == Presence::Always { Presence::Always } else { Presence::Sometimes }
    }
}

/// Joins two maps: what is in one of them alone is there only sometimes. `join` puts together what is in both.
fn join_maps<T>(
    one: &mut BTreeMap<String, (Presence, T)>,
    other: BTreeMap<String, (Presence, T)>,
    join: impl Fn(&mut T, T),
) {
    for (name, (presence, _)) in one.iter_mut() {
        if !other.contains_key(name) {
            *presence = Presence::Sometimes;
        }
    }
    for (name, (presence, value)) in other {
        match one.get_mut(&name) {
            Some((known, kept)) => {
                *known = known.join(presence);
                join(kept, value);
            }
            None => {
                one.insert(name, (Presence::Sometimes, value));
            }
        }
    }
}
