//! A workflow that is ready to be sent.

use std::ops::RangeInclusive;

use indexmap::IndexMap;
use serde_json::Value;

use super::requests;
use crate::contract::{Expression, Source};
use crate::generate::suite::{Action, Criterion, Destination, Recovery, Template, Transfer};
use crate::generate::{Case, Origin};

/// A workflow of a suite: steps in order, each judged like any case.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// `workflowId`.
    pub id: String,
    /// What it is about.
    pub summary: Option<String>,
    /// Its inputs: the suite's defaults, and for a workflow that a step calls what is known of them before.
    pub inputs: IndexMap<String, Value>,
    /// Workflows that must have ended well before it begins.
    pub depends_on: Vec<String>,
    /// Its steps.
    pub steps: Vec<Step>,
    /// What it gives to others.
    pub outputs: Vec<(String, Expression)>,
}

/// One step of a workflow.
#[derive(Debug, Clone)]
pub struct Step {
    /// `stepId`.
    pub id: String,
    /// What it calls.
    pub call: Call,
    /// What must hold of the exchange beyond the contract.
    pub criteria: Vec<Criterion>,
    /// The sentence behind the criteria: the `x-source` of the step.
    pub source: Option<Source>,
    /// Values that later steps use.
    pub outputs: Vec<(String, Expression)>,
    /// What may come after a success, in order.
    pub on_success: Vec<Action<Transfer>>,
    /// What may come after a failure, in order.
    pub on_failure: Vec<Action<Recovery>>,
}

/// What a step calls.
#[derive(Debug, Clone)]
pub enum Call {
    /// An operation: the request, its bindings to what the workflow knows, and what may be answered.
    Operation(Box<Case>),
    /// Another workflow, made for this step alone.
    Workflow {
        /// The workflow.
        workflow: Box<Workflow>,
        /// Its inputs that are known only when the step is sent: by name, with places inside them.
        later: Vec<(String, LaterValue)>,
    },
}

/// A value with parts that are known only when a step is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct LaterValue {
    /// The value; null stands where a part is not known yet.
    pub value: Value,
    /// JSON Pointers into the value, and what comes there.
    pub bound: Vec<(String, Template)>,
}

impl Workflow {
    /// Every case of its steps, those of the workflows among them that it calls.
    pub fn cases(&self) -> Vec<&Case> {
        let mut cases = Vec::new();
        for step in &self.steps {
            match &step.call {
                Call::Operation(case) => cases.push(&**case),
                Call::Workflow { workflow, .. } => cases.extend(workflow.cases()),
            }
        }
        cases
    }

    /// The workflows without which this one cannot be led, each after those that it depends on itself: those that it
    /// depends on or takes values from, those that an action may lead to, and at last the workflow. `all` are the
    /// workflows of the plan, in the order in which they are sent.
    pub fn with_needed(&self, all: &[Workflow]) -> Vec<Workflow> {
        let mut needed = vec![self.id.as_str()];
        let mut next = 0;
        while let Some(id) = needed.get(next).copied() {
            let named = all.iter().find(|workflow| workflow.id == id).map(Workflow::named).unwrap_or_default();
            let new: Vec<_> = named.into_iter().filter(|name| !needed.contains(name)).collect();
            needed.extend(new);
            next += 1;
        }
        let others = all.iter().filter(|other| other.id != self.id && needed.contains(&other.id.as_str()));
        others.chain([self]).cloned().collect()
    }

    /// The ids of the workflows that this one names.
    fn named(&self) -> Vec<&str> {
        let mut named: Vec<&str> = self.depends_on.iter().map(String::as_str).collect();
        for step in &self.steps {
            named.extend(step.workflows());
        }
        named
    }

    /// How many requests its steps send: the least where each succeeds at once, the most where every
    /// retry and every way back is used up. Requests that links need, and pauses that the target asks
    /// for with 429, come on top. `all` are the workflows of the plan, which a `goto` may lead to.
    pub fn requests(&self, all: &[Workflow]) -> RangeInclusive<usize> {
        requests::least(self, all)..=requests::most(self, all)
    }
}

impl Step {
    /// The ids of the workflows that it names: those that its actions lead to, and those that it takes values from.
    fn workflows(&self) -> Vec<&str> {
        let after_success = self.on_success.iter().filter_map(|action| Destination::of_transfer(&action.then));
        let after_failure = self.on_failure.iter().filter_map(|action| Destination::of_recovery(&action.then));
        let led_to = after_success.chain(after_failure).filter_map(|destination| match destination {
            Destination::Workflow(id) => Some(id.as_str()),
            Destination::Step(_) => None,
        });
        let criteria = self.criteria.iter().flat_map(Criterion::expressions).filter_map(Expression::workflow);
        let mut named: Vec<&str> = led_to.chain(criteria).collect();
        match &self.call {
            Call::Operation(case) => {
                let templates = case.request.bindings.iter().filter_map(|binding| match &binding.from {
                    Origin::Workflow(template) => Some(template),
                    Origin::Operation { .. } | Origin::Inferred(_) => None,
                });
                named.extend(templates.flat_map(Template::expressions).filter_map(Expression::workflow));
            }
            Call::Workflow { workflow, later } => {
                let templates = later.iter().flat_map(|(_, later)| later.bound.iter().map(|(_, template)| template));
                named.extend(templates.flat_map(Template::expressions).filter_map(Expression::workflow));
                named.extend(workflow.named());
            }
        }
        named
    }
}
