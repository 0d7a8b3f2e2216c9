//! Workflows: the steps of a suite as cases, filled up with what the suite leaves to us.

mod model;
mod operation;
mod request;
mod requests;
mod scope;
#[cfg(test)]
mod tests;

use indexmap::IndexMap;

pub use model::{Call, LaterValue, Step, Workflow};
pub use operation::unknown_operations;
pub use requests::MOST_JUMPS;

use self::scope::Scope;
use super::caller::Caller;
use super::maker::{self, Maker};
use super::plan::LeftOut;
use super::suite::{
    Comparison, Condition, Criterion, Destination, Operand, Suite, SuiteCall, SuiteStep, SuiteWorkflow, Test,
};
use super::{Case, CaseKind, Expect, ExpectedError, exercised};
use crate::contract::{Contract, Expression, StatusPattern, Strength};

/// Most steps that a workflow may come to, with those of the workflows that it calls.
const MOST_STEPS: usize = 1000;

/// Why a workflow cannot be made.
struct Obstacle {
    /// The operation that stands in its way, or what the suite calls it.
    operation: String,
    reason: String,
}

/// Every workflow that can be made, each after those that it depends on; whatever a suite asks for in vain
/// is left out aloud.
pub(super) fn workflows(
    contract: &Contract,
    suite: &Suite,
    caller: &Caller<'_>,
    seed: u64,
) -> (Vec<Workflow>, Vec<LeftOut>) {
    let mut making = Making { contract, suite, caller, seed, steps: 0 };
    let (mut workflows, mut left_out) = (Vec::new(), Vec::new());
    for workflow in &suite.workflows {
        making.steps = 0;
        match making.workflow(workflow, workflow.inputs.clone(), Default::default()) {
            Ok(made) => workflows.push(made),
            Err(obstacle) => left_out.push(whole(&workflow.id, obstacle)),
        }
    }
    leave_out_the_unreachable(&mut workflows, &mut left_out);
    left_out.extend(workflows.iter().flat_map(unjudged));
    (after_their_dependencies(workflows), left_out)
}

fn whole(id: &str, Obstacle { operation, reason }: Obstacle) -> LeftOut {
    LeftOut { operation, state: None, what: format!("workflow `{id}`"), reason, promises: Vec::new() }
}

/// Leaves out what depends on, or goes on to, a workflow that cannot be made.
fn leave_out_the_unreachable(workflows: &mut Vec<Workflow>, left_out: &mut Vec<LeftOut>) {
    loop {
        let ids: Vec<String> = workflows.iter().map(|workflow| workflow.id.clone()).collect();
        let missing = |workflow: &Workflow| needed(workflow).into_iter().find(|id| !ids.contains(id));
        let Some((index, id)) =
            workflows.iter().enumerate().find_map(|(index, workflow)| Some((index, missing(workflow)?)))
        else {
            return;
        };
        let workflow = workflows.remove(index);
        let operation = workflow.cases().first().map(|case| case.operation.id.clone()).unwrap_or_default();
        let reason = format!("it needs workflow `{id}`, which cannot be sent");
        left_out.push(whole(&workflow.id, Obstacle { operation, reason }));
    }
}

/// Ids of the workflows that this one depends on or may go on to.
fn needed(workflow: &Workflow) -> Vec<String> {
    let mut needed = workflow.depends_on.clone();
    for step in &workflow.steps {
        let after_success = step.on_success.iter().filter_map(|action| Destination::of_transfer(&action.then));
        let after_failure = step.on_failure.iter().filter_map(|action| Destination::of_recovery(&action.then));
        needed.extend(after_success.chain(after_failure).filter_map(|destination| match destination {
            Destination::Workflow(id) => Some(id.clone()),
            Destination::Step(_) => None,
        }));
        if let Call::Workflow { workflow, .. } = &step.call {
            needed.extend(self::needed(workflow));
        }
    }
    needed
}

/// In the order of the suite, but for workflows that depend on a later one. There are no circles: the
/// suite was checked for them.
fn after_their_dependencies(mut waiting: Vec<Workflow>) -> Vec<Workflow> {
    let mut ordered: Vec<Workflow> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_ready =
            |workflow: &Workflow| workflow.depends_on.iter().all(|id| ordered.iter().any(|known| known.id == *id));
        let next = waiting.iter().position(is_ready).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

/// Criteria of a type that we cannot judge by.
fn unjudged(workflow: &Workflow) -> Vec<LeftOut> {
    let mut found = Vec::new();
    for step in &workflow.steps {
        let of_success = step.on_success.iter().flat_map(|action| &action.criteria);
        let of_failure = step.on_failure.iter().flat_map(|action| &action.criteria);
        for criterion in step.criteria.iter().chain(of_success).chain(of_failure) {
            let Test::Unjudged(kind) = &criterion.test else { continue };
            let operation = match &step.call {
                Call::Operation(case) => case.operation.id.clone(),
                Call::Workflow { workflow, .. } => workflow.id.clone(),
            };
            found.push(LeftOut {
                operation,
                state: None,
                what: format!("the criterion `{}` in step `{}` of workflow `{}`", criterion.text, step.id, workflow.id),
                reason: format!("{kind} is not supported"),
                promises: Vec::new(),
            });
        }
    }
    found
}

/// Makes the workflows of a suite.
struct Making<'a> {
    contract: &'a Contract,
    suite: &'a Suite,
    caller: &'a Caller<'a>,
    seed: u64,
    /// Steps of the workflow at hand so far, those of the workflows that it calls among them.
    steps: usize,
}

impl Making<'_> {
    fn workflow(
        &mut self,
        workflow: &SuiteWorkflow,
        inputs: IndexMap<String, serde_json::Value>,
        later: std::collections::HashSet<String>,
    ) -> Result<Workflow, Obstacle> {
        let scope = Scope { suite: self.suite, workflow, inputs, later };
        let steps = workflow.steps.iter().map(|step| self.step(&scope, step)).collect::<Result<_, _>>()?;
        Ok(Workflow {
            id: workflow.id.clone(),
            summary: workflow.summary.clone(),
            inputs: scope.inputs,
            depends_on: workflow.depends_on.clone(),
            steps,
            outputs: workflow.outputs.clone(),
        })
    }

    fn step(&mut self, scope: &Scope<'_>, step: &SuiteStep) -> Result<Step, Obstacle> {
        self.steps += 1;
        let call = match &step.call {
            SuiteCall::Operation { .. } => Call::Operation(Box::new(self.case(scope, step)?)),
            SuiteCall::Workflow { workflow, inputs } => self.called(scope, step, workflow, inputs)?,
        };
        Ok(Step {
            id: step.id.clone(),
            call,
            criteria: step.criteria.clone(),
            source: step.source.clone(),
            outputs: step.outputs.clone(),
            on_success: step.on_success.clone(),
            on_failure: step.on_failure.clone(),
        })
    }

    /// A workflow made for the step that calls it.
    fn called(
        &mut self,
        scope: &Scope<'_>,
        step: &SuiteStep,
        id: &str,
        given: &[(String, serde_json::Value)],
    ) -> Result<Call, Obstacle> {
        let in_step =
            |reason: String| Obstacle { operation: id.to_owned(), reason: format!("step `{}`: {reason}", step.id) };
        let workflow =
            self.suite.workflow(id).ok_or_else(|| in_step(format!("`{id}` is a workflow of another suite")))?;
        if self.steps > MOST_STEPS {
            return Err(in_step(format!("the workflow comes to more than {MOST_STEPS} steps")));
        }
        let mut inputs = workflow.inputs.clone();
        let mut later = Vec::new();
        for (name, value) in given {
            match scope.written(step, value).map_err(in_step)? {
                Some(written) if written.bound.is_empty() => {
                    inputs.insert(name.clone(), written.value);
                }
                Some(written) => {
                    inputs.shift_remove(name);
                    later.push((name.clone(), written));
                }
                None => {}
            }
        }
        let names = later.iter().map(|(name, _)| name.clone()).collect();
        let workflow = Box::new(self.workflow(workflow, inputs, names)?);
        Ok(Call::Workflow { workflow, later })
    }

    fn case(&self, scope: &Scope<'_>, step: &SuiteStep) -> Result<Case, Obstacle> {
        let SuiteCall::Operation { operation: name, parameters, body } = &step.call else {
            return Err(Obstacle {
                operation: String::new(),
                reason: format!("step `{}` calls no operation", step.id),
            });
        };
        let in_step = |reason: &dyn std::fmt::Display| Obstacle {
            operation: operation::shown(name),
            reason: format!("step `{}`: {reason}", step.id),
        };
        let operation = operation::find(self.contract, self.suite, name).map_err(|reason| in_step(&reason))?;
        let maker = Maker::new(self.contract, operation, self.seed).map_err(|obstacle| in_step(&obstacle))?;
        if !self.caller.may_call(operation) {
            return Err(in_step(&"no credential for it"));
        }
        let given = (parameters.as_slice(), body.as_ref());
        let made = request::make(&maker, scope, step, given, self.caller).map_err(|reason| in_step(&reason))?;
        let expect = expect(&maker, &step.criteria, &made);
        let kind = CaseKind::Step { workflow: scope.workflow.id.clone(), step: step.id.clone() };
        let promises = exercised::promises(&maker, &made.draft, self.caller.requirement(operation));
        let name = format!("{}.{}", scope.workflow.id, step.id);
        Ok(Case { promises, ..maker.case(kind, &name, made.request, expect) })
    }
}

/// A success, unless a criterion asks for the status of something else.
fn expect(maker: &Maker<'_>, criteria: &[Criterion], made: &request::Made) -> Expect {
    let mut statuses: Vec<u16> = criteria.iter().flat_map(statuses).collect();
    statuses.sort_unstable();
    statuses.dedup();
    if statuses.iter().any(|status| *status < 300) || statuses.is_empty() {
        return Expect::Success { form: maker::expected_form(maker.operation, &made.draft) };
    }
    Expect::Error(statuses.into_iter().flat_map(|status| expected_errors(maker, status)).collect())
}

fn expected_errors(maker: &Maker<'_>, status: u16) -> Vec<ExpectedError> {
    let plain = ExpectedError {
        status: StatusPattern::Exact(status),
        code: None,
        promise: None,
        strength: Strength::Documented,
    };
    let documented = maker.operation.response(status).into_iter().flat_map(|response| &response.errors);
    let mut expected: Vec<_> = documented
        .map(|error| ExpectedError { code: error.code.clone(), promise: error.promise, ..plain.clone() })
        .collect();
    if expected.is_empty() {
        expected.push(plain);
    }
    expected
}

/// The statuses that a criterion asks for.
fn statuses(criterion: &Criterion) -> Vec<u16> {
    match &criterion.test {
        Test::Simple(condition) => statuses_of(condition),
        _ => Vec::new(),
    }
}

fn statuses_of(condition: &Condition) -> Vec<u16> {
    match condition {
        Condition::Compare {
            left: Operand::Expression(Expression::StatusCode),
            comparison: Comparison::Equal,
            right: Operand::Literal(value),
        } => value.as_u64().and_then(|status| u16::try_from(status).ok()).into_iter().collect(),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(statuses_of).collect(),
        Condition::Holds(_) | Condition::Compare { .. } | Condition::Not(_) => Vec::new(),
    }
}
