//! What a run tells while it goes on.

use std::time::Duration;

use super::{FoundFinding, RunResult, TargetResult};

/// One thing that happened in a run. Events come in one order, from one place.
#[derive(Debug)]
pub enum Event<'a> {
    /// The run begins.
    RunStarted {
        /// Seed of all generated cases.
        seed: u64,
        /// Names of the targets, in order.
        targets: &'a [String],
    },
    /// A target is ready to be judged.
    TargetStarted {
        /// Its name.
        target: &'a str,
        /// Its base URL.
        url: &'a str,
        /// Requests that the plan holds, shrinking and repeats excepted.
        planned: usize,
    },
    /// A case was sent and judged.
    CaseJudged {
        /// Name of the target.
        target: &'a str,
        /// Id of the operation.
        operation: &'a str,
        /// Kind of the case, one word.
        kind: &'static str,
        /// Planned requests that are done.
        done: usize,
    },
    /// A finding was seen for the first time on its operation and state.
    FindingSeen {
        /// Name of the target.
        target: &'a str,
        /// The finding, its case not yet shrunk.
        finding: &'a FoundFinding,
    },
    /// The target asked for a slower pace.
    Slowed {
        /// Name of the target.
        target: &'a str,
        /// How long the run holds its breath.
        wait: Duration,
    },
    /// The findings of a target are being shrunk and tried again.
    Shrinking {
        /// Name of the target.
        target: &'a str,
        /// How many findings are left.
        left: usize,
    },
    /// A target is done.
    TargetFinished(&'a TargetResult),
    /// The run is done.
    RunFinished(&'a RunResult),
}

/// Something that listens to a run.
///
/// The call is synchronous on purpose: a reporter that is slow slows the run, and none is behind it.
pub trait Reporter {
    /// Takes the next event.
    ///
    /// # Errors
    /// When what it writes to fails.
    fn event(&mut self, event: &Event<'_>) -> std::io::Result<()>;
}
