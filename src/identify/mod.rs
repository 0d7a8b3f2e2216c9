//! Which of several contracts an endpoint speaks.
//!
//! In: contracts and a URL. Out: a [`Likeness`] each, the best first. Every contract gets a glance
//! ([`Depth::Glance`]): its examples, no credential, and the errors that can be brought about by a request
//! alone. What comes is judged by the same rules as any run. Where nothing was served, a path that is guarded
//! tells something, too.

mod guard;
mod likeness;

pub use likeness::{Against, Fit, Guess, Likeness, OperationFit};

use crate::run::{Depth, Event, Job, Options, Reporter, RunError, run};

/// Holds an endpoint against each contract.
///
/// # Errors
/// When no client can be made.
pub async fn identify(jobs: &[Job], options: &Options) -> Result<Vec<Likeness>, RunError> {
    let options = Options { depth: Depth::Glance, cases: 1, confirm: false, ..options.clone() };
    let result = run(jobs, &options, &mut Silent).await?;
    let mut likenesses = Vec::new();
    for (job, target) in jobs.iter().zip(&result.targets) {
        let mut likeness = Likeness::of(target);
        if likeness.was_answered && likeness.share == 0.0 {
            let guards = guard::guards(job).await.map_err(RunError::Client)?;
            likeness = likeness.with_guards(&guards);
        }
        likenesses.push(likeness);
    }
    likenesses.sort_by(|one, other| other.share.total_cmp(&one.share));
    Ok(likenesses)
}

/// Nobody listens: what a glance shows is told at the end.
struct Silent;

impl Reporter for Silent {
    fn event(&mut self, _: &Event<'_>) -> std::io::Result<()> {
        Ok(())
    }
}
