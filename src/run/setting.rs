//! What a case needs around it to show what it shows.

use std::sync::Arc;

use super::workflow::{Judged, SentStep};
use crate::generate::{Case, Workflow};
use crate::judge::Burst;
use crate::send::Exchange;
use crate::snapshot::Snapshot;

/// What a case needs around it to show what it shows. Clones share what they hold.
#[derive(Debug, Clone, Default)]
pub enum Setting {
    /// Nothing: sent again, it shows the same.
    #[default]
    Alone,
    /// A thing of its own, which it uses up.
    UsesUp,
    /// Other answers of the run.
    Beside(Arc<[(Case, Exchange)]>),
    /// So many of these requests about one thing came before it.
    Life(Arc<[(Case, Exchange)]>, usize),
    /// It is the step of this number of a workflow.
    Workflow(Arc<Journeyed>, usize),
    /// The requests of a burst, of which it is one.
    Burst(Arc<Burst>),
    /// What was accepted of the operation's answers, and what the case needs around it to be answered so.
    Drift(Arc<Snapshot>, Box<Setting>),
}

/// A workflow as it went.
#[derive(Debug)]
pub struct Journeyed {
    /// The workflow, after those that it needs.
    pub workflows: Vec<Workflow>,
    /// The requests of its steps.
    pub steps: Vec<(Case, Exchange, Vec<Judged>)>,
}

impl Setting {
    /// Whether the case can be sent again by itself.
    pub fn is_alone(&self) -> bool {
        matches!(self, Setting::Alone)
    }
}

impl Journeyed {
    /// The steps of a workflow of a plan.
    pub fn of(workflow: &Workflow, all: &[Workflow], steps: &[SentStep]) -> Self {
        let steps = steps.iter().map(|step| (step.case.clone(), step.exchange.clone(), step.judged.clone()));
        Journeyed { workflows: workflow.with_needed(all), steps: steps.collect() }
    }
}
