//! Recordings: every exchange behind a finding, kept in a file, so that it can be judged or sent again.
//!
//! In: a case with its exchange, and what it needs around it to show its finding, credentials hidden. Out: JSON, and from JSON the case and the exchange again.
//! A recording holds no credential: where one was sent stands its name, `${NAME}`.

mod case;
mod file;
mod given;
mod names;
mod setting;
mod workflow;

pub use case::{RecordedBody, RecordedCase, RecordedRequest, Unresolved};
pub use file::{RecordedFinding, RecordedTarget, Recording, RecordingError, Reproduced};
pub use given::{RecordedBinding, RecordedGiven, RecordedTemplate};
pub use names::FileNames;
pub use setting::{RecordedCriteria, RecordedExchange, RecordedSetting};
pub use workflow::RecordedWorkflow;
