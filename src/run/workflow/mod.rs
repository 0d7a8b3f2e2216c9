//! Workflows: steps that are sent in order, with what comes after a success or a failure.

mod conductor;
mod journey;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use conductor::Conductor;
pub use journey::{Judged, SentStep};

use super::dispatch::Unsent;
use crate::judge::Finished;

/// Workflows that have ended well, by id: others may depend on them and take values from them.
pub type Ended = HashMap<String, Finished>;

/// What became of a workflow.
pub struct SentWorkflow {
    /// What was sent of its steps, in order, every retry among it.
    pub steps: Vec<SentStep>,
    /// What it gives to others, or why the rest of it was not sent.
    pub end: Result<Finished, BrokeOff>,
}

/// Why a workflow did not go to its end.
#[derive(Debug)]
pub enum BrokeOff {
    /// Nothing more may be sent.
    Unsent(Unsent),
    /// A step cannot be sent, or failed and no action says what comes then.
    Step {
        /// The operation that it calls.
        operation: String,
        /// What is missing, or what failed.
        reason: String,
    },
}
