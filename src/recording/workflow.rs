//! A workflow as it is written down.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RecordedCase;
use super::setting::shown;
use crate::contract::{Expression, Source};
use crate::generate::suite::{Action, Criterion, Recovery, Template, Transfer};
use crate::generate::{Call, Case, LaterValue, Step, Workflow};

/// A workflow, its steps not sent yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordedWorkflow {
    id: String,
    inputs: Vec<(String, Value)>,
    depends_on: Vec<String>,
    steps: Vec<RecordedStep>,
    outputs: Vec<(String, String)>,
}

/// A step of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct RecordedStep {
    id: String,
    call: RecordedCall,
    criteria: Vec<Criterion>,
    source: Option<Source>,
    outputs: Vec<(String, String)>,
    on_success: Vec<Action<Transfer>>,
    on_failure: Vec<Action<Recovery>>,
}

/// What a step calls.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RecordedCall {
    Operation(Box<RecordedCase>),
    Workflow { workflow: Box<RecordedWorkflow>, later: Vec<RecordedLater> },
}

/// An input that is known only when the step is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct RecordedLater {
    name: String,
    value: Value,
    /// JSON Pointers into the value, and the templates of what comes there.
    bound: Vec<(String, String)>,
}

impl RecordedWorkflow {
    /// Writes a workflow down: `case` writes its requests, `hidden` shows a text without secrets.
    pub fn of(workflow: &Workflow, case: &dyn Fn(&Case) -> RecordedCase, hidden: &dyn Fn(&str) -> String) -> Self {
        let inputs = workflow.inputs.iter().map(|(name, value)| (name.clone(), shown(value.clone(), hidden)));
        RecordedWorkflow {
            id: workflow.id.clone(),
            inputs: inputs.collect(),
            depends_on: workflow.depends_on.clone(),
            steps: workflow.steps.iter().map(|step| RecordedStep::of(step, case, hidden)).collect(),
            outputs: written(&workflow.outputs),
        }
    }

    /// The workflow again: `case` makes its requests.
    ///
    /// # Errors
    /// When a request cannot be made, or an expression cannot be read.
    pub fn workflow<E: From<String>>(&self, case: &dyn Fn(&RecordedCase) -> Result<Case, E>) -> Result<Workflow, E> {
        Ok(Workflow {
            id: self.id.clone(),
            summary: None,
            inputs: self.inputs.iter().cloned().collect(),
            depends_on: self.depends_on.clone(),
            steps: self.steps.iter().map(|step| step.step(case)).collect::<Result<_, E>>()?,
            outputs: read(&self.outputs)?,
        })
    }

    /// Every request of its steps, those of the workflows that it calls among them.
    pub fn cases(&self) -> Vec<&RecordedCase> {
        let mut cases = Vec::new();
        for step in &self.steps {
            match &step.call {
                RecordedCall::Operation(case) => cases.push(&**case),
                RecordedCall::Workflow { workflow, .. } => cases.extend(workflow.cases()),
            }
        }
        cases
    }
}

impl RecordedStep {
    fn of(step: &Step, case: &dyn Fn(&Case) -> RecordedCase, hidden: &dyn Fn(&str) -> String) -> Self {
        let call = match &step.call {
            Call::Operation(called) => RecordedCall::Operation(Box::new(case(called))),
            Call::Workflow { workflow, later } => RecordedCall::Workflow {
                workflow: Box::new(RecordedWorkflow::of(workflow, case, hidden)),
                later: later.iter().map(|(name, later)| RecordedLater::of(name, later, hidden)).collect(),
            },
        };
        RecordedStep {
            id: step.id.clone(),
            call,
            criteria: step.criteria.clone(),
            source: step.source.clone(),
            outputs: written(&step.outputs),
            on_success: step.on_success.clone(),
            on_failure: step.on_failure.clone(),
        }
    }

    fn step<E: From<String>>(&self, case: &dyn Fn(&RecordedCase) -> Result<Case, E>) -> Result<Step, E> {
        let call = match &self.call {
            RecordedCall::Operation(called) => Call::Operation(Box::new(case(called)?)),
            RecordedCall::Workflow { workflow, later } => Call::Workflow {
                workflow: Box::new(workflow.workflow(case)?),
                later: later.iter().map(RecordedLater::later).collect::<Result<_, String>>()?,
            },
        };
        Ok(Step {
            id: self.id.clone(),
            call,
            criteria: self.criteria.clone(),
            source: self.source.clone(),
            outputs: read(&self.outputs)?,
            on_success: self.on_success.clone(),
            on_failure: self.on_failure.clone(),
        })
    }
}

impl RecordedLater {
    fn of(name: &str, later: &LaterValue, hidden: &dyn Fn(&str) -> String) -> Self {
        let bound = later.bound.iter().map(|(at, template)| (at.clone(), template.to_string()));
        RecordedLater { name: name.to_owned(), value: shown(later.value.clone(), hidden), bound: bound.collect() }
    }

    fn later(&self) -> Result<(String, LaterValue), String> {
        let template = |(at, text): &(String, String)| {
            let template: Template = text.parse().map_err(|error| format!("{error}"))?;
            Ok::<_, String>((at.clone(), template))
        };
        let bound = self.bound.iter().map(template).collect::<Result<_, String>>()?;
        Ok((self.name.clone(), LaterValue { value: self.value.clone(), bound }))
    }
}

fn written(outputs: &[(String, Expression)]) -> Vec<(String, String)> {
    outputs.iter().map(|(name, expression)| (name.clone(), expression.to_string())).collect()
}

fn read(outputs: &[(String, String)]) -> Result<Vec<(String, Expression)>, String> {
    let expression = |(name, text): &(String, String)| {
        let expression = text.parse::<Expression>().map_err(|error| error.to_string())?;
        Ok((name.clone(), expression))
    };
    outputs.iter().map(expression).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;
    use crate::generate::{Options, generate, suite};
    use crate::target::{Redactor, Target};

    const SPEC: &str = "
openapi: 3.1.0
info: {title: Jobs, version: '1'}
paths:
  /jobs:
    post:
      operationId: create
      requestBody: {content: {application/json: {schema: {type: object, properties: {name: {type: string}}}}}}
      responses: {'201': {description: made}}
  /jobs/{id}:
    get:
      operationId: look
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: there}}
";

    const SUITE: &str = "
arazzo: 1.0.1
info: {title: Jobs}
workflows:
  - workflowId: make
    inputs: {properties: {name: {default: first}}}
    steps:
      - stepId: create
        operationId: create
        requestBody: {payload: {name: $inputs.name}}
        outputs: {id: $response.body#/id}
    outputs: {id: $steps.create.outputs.id}
  - workflowId: wait
    steps:
      - stepId: other
        workflowId: make
        parameters: [{name: name, value: 'of {$workflows.make.outputs.id}'}]
      - stepId: poll
        operationId: look
        parameters: [{name: id, in: path, value: $workflows.make.outputs.id}]
        successCriteria: [{condition: $statusCode == 200}]
        onFailure: [{name: again, type: retry, retryAfter: 0.5, retryLimit: 3, stepId: other}]
        onSuccess: [{name: on, type: end}]
  - workflowId: apart
    steps: [{stepId: create, operationId: create}]
";

    #[test]
    fn a_workflow_reads_back_as_it_was_with_those_that_it_needs() {
        let contract = contract::read("jobs.yaml", SPEC, None).unwrap();
        let suite = suite::read("jobs.arazzo.yaml", SUITE).unwrap();
        let target = Target::new("jobs", "jobs.yaml");
        let workflows = generate(&contract, &target, Some(&suite), &Options::default()).workflows;
        let wait = workflows.iter().find(|workflow| workflow.id == "wait").unwrap();
        let needed = wait.with_needed(&workflows);
        assert_eq!(needed.iter().map(|workflow| workflow.id.as_str()).collect::<Vec<_>>(), ["make", "wait"]);
        let redactor = Redactor::new([]);
        let record = |case: &Case| RecordedCase::of(case, &redactor, &|_| None);
        for workflow in &needed {
            let recorded = RecordedWorkflow::of(workflow, &record, &str::to_owned);
            let written = serde_json::to_string(&recorded).unwrap();
            let read: RecordedWorkflow = serde_json::from_str(&written).unwrap();
            assert_eq!(read.cases().len(), workflow.cases().len());
            let again = read.workflow(&|case| case.as_shown(&contract).ok_or("gone".to_owned())).unwrap();
            let again = RecordedWorkflow::of(&again, &record, &str::to_owned);
            assert_eq!(serde_json::to_string(&again).unwrap(), written);
        }
    }
}
