//! A run: order, pace, shrinking, and the stream of events that reporters hang on.
//!
//! In: targets with their contracts. Out: [`Event`]s while it goes on, and a [`RunResult`].

mod audit;
mod baseline;
mod bind;
mod budget;
mod burst;
mod confirm;
mod coverage;
mod dispatch;
mod drift;
mod earlier;
mod event;
mod forecast;
mod given;
mod hook;
mod life;
mod promises;
mod reach;
mod redact;
mod result;
mod server;
mod shard;
mod share;
mod shown;
mod streamed;
mod tally;
mod things;
mod timeline;
mod times;
mod workflow;

use std::collections::BTreeMap;
use std::io;
use std::time::{Instant, SystemTime};

use url::Url;

pub use baseline::{
    Baseline, BaselineFile, Entry, Known, Lapse, Lapsed, Names, Outcome, PLACEHOLDER, Purpose, Subject, today,
};
pub(crate) use bind::fill;
pub use budget::{Extra, Interrupt};
pub use confirm::REQUESTS as REQUESTS_A_FINDING;
pub use coverage::{ASPECTS, Covered, OperationCoverage, Share, total as total_coverage};
pub use event::{Event, Reporter};
pub use forecast::{Allowance, Forecast, Planned};
pub(crate) use given::given;
pub use result::*;
pub use server::{ServerError, StartedServer, start_server};
pub use shard::{Shard, ShardError, ShardEvidence, ShardPart};
pub use share::MAX_REQUESTS;
pub use streamed::{ShownRow, ShownStream};
pub use timeline::{Moment, Timeline};
pub use times::{Distribution, Times};

use crate::contract::Contract;
use crate::generate::Suite;
use crate::judge::Severity;
use crate::send::ClientError;
use crate::snapshot::Snapshots;
use crate::target::Target;

/// One target with everything that is needed to judge it.
#[derive(Debug)]
pub struct Job {
    /// The target.
    pub target: Target,
    /// Where it listens.
    pub url: Url,
    /// What it promises.
    pub contract: Contract,
    /// Workflows over its operations.
    pub suite: Option<Suite>,
    /// Whether nobody used it before, for it was started for this run.
    pub fresh: bool,
}

/// What a run does.
#[derive(Debug, Clone)]
pub struct Options {
    /// Seed of all generated cases.
    pub seed: u64,
    /// Positive cases an operation; those that stream get more where they are few.
    pub cases: usize,
    /// Operations to try; empty for all.
    pub only: Vec<String>,
    /// Rules or families to judge by; empty for all.
    pub rules: Vec<String>,
    /// The least severity that makes a verdict of `violations`.
    pub fail_on: Severity,
    /// The part of it that is sent; `None` for all.
    pub shard: Option<Shard>,
    /// How much of it is sent.
    pub depth: Depth,
    /// Whether findings are tried again and their cases made small.
    pub confirm: bool,
    /// Ends the run early.
    pub interrupt: Interrupt,
    /// What is done with snapshots, by target; nothing with those of a target that is not named.
    pub snapshots: BTreeMap<String, Snapshots>,
    /// Findings that are known and do not fail the run.
    pub baseline: Option<Baseline>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            seed: 1,
            cases: 20,
            only: Vec::new(),
            rules: Vec::new(),
            fail_on: Severity::Error,
            shard: None,
            depth: Depth::Whole,
            confirm: true,
            interrupt: Interrupt::default(),
            snapshots: BTreeMap::new(),
            baseline: None,
        }
    }
}

/// How much of a plan is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All of it.
    Whole,
    /// Of each operation one valid request, one without a credential, and the documented errors that need no state.
    Glance,
}

/// A run that broke off: never the fault of a target.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A report cannot be written.
    #[error("the report cannot be written: {0}")]
    Report(#[from] io::Error),
    /// The client cannot be made.
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Judges every target, one after another.
///
/// # Errors
/// When a report cannot be written, or no client can be made. What a target does is never an error.
pub async fn run(jobs: &[Job], options: &Options, reporter: &mut dyn Reporter) -> Result<RunResult, RunError> {
    let (started, clock) = (SystemTime::now(), Instant::now());
    let names: Vec<String> = jobs.iter().map(|job| job.target.name.clone()).collect();
    reporter.event(&Event::RunStarted { seed: options.seed, targets: &names })?;
    let mut targets = Vec::new();
    for job in jobs {
        let mut target = audit::audit(job, options, reporter).await?;
        if let Some(baseline) = &options.baseline {
            baseline.apply(&mut target, options.fail_on);
        }
        reporter.event(&Event::TargetFinished(&target))?;
        targets.push(target);
    }
    let verdict = overall(&targets);
    let Options { seed, fail_on, shard, .. } = *options;
    let result = RunResult { verdict, seed, shard, fail_on, started, elapsed: clock.elapsed(), targets };
    reporter.event(&Event::RunFinished(&result))?;
    Ok(result)
}

/// Violations before incomplete before conformant; nothing judged is incomplete.
fn overall(targets: &[TargetResult]) -> RunVerdict {
    let has = |verdict| targets.iter().any(|target| target.verdict == verdict);
    match () {
        () if has(RunVerdict::Violations) => RunVerdict::Violations,
        () if targets.is_empty() || has(RunVerdict::Incomplete) => RunVerdict::Incomplete,
        () => RunVerdict::Conformant,
    }
}
