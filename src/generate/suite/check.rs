//! Whether what a suite refers to is there: ids, steps, workflows, outputs.

use std::collections::HashSet;

use super::{Criterion, Destination, Suite, SuiteBody, SuiteCall, SuiteStep, SuiteWorkflow, Template};
use crate::contract::{Diagnostic, Expression, Level, Place};

/// What is wrong with the references of a suite.
pub(super) fn suite(suite: &Suite) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    twice(suite.workflows.iter().map(|workflow| (workflow.id.as_str(), &workflow.place)), "workflow", &mut found);
    for workflow in &suite.workflows {
        twice(workflow.steps.iter().map(|step| (step.id.as_str(), &step.place)), "step", &mut found);
        depends(suite, workflow, &mut found);
        if calls_itself(suite, workflow) {
            let message = format!("workflow `{}` calls itself", workflow.id);
            found.push(error(&workflow.place, message, "let a step `goto` it instead"));
        }
        for step in &workflow.steps {
            destinations(suite, workflow, step, &mut found);
            outputs(workflow, step, &mut found);
        }
    }
    found
}

fn twice<'s>(ids: impl Iterator<Item = (&'s str, &'s Place)>, what: &str, found: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    for (id, place) in ids {
        if !seen.insert(id) {
            found.push(error(place, format!("there is another {what} `{id}`"), "give each an id of its own"));
        }
    }
}

/// A workflow of another suite is left to the plan, which says so.
fn is_elsewhere(id: &str) -> bool {
    id.starts_with("$sourceDescriptions.")
}

fn depends(suite: &Suite, workflow: &SuiteWorkflow, found: &mut Vec<Diagnostic>) {
    for id in workflow.depends_on.iter().filter(|id| !is_elsewhere(id)) {
        if suite.workflow(id).is_none() {
            found.push(no_workflow(&workflow.place, id));
        }
    }
    if depends_on_itself(suite, workflow) {
        let message = format!("workflow `{}` depends on itself", workflow.id);
        found.push(error(&workflow.place, message, "take one of `dependsOn` away"));
    }
}

/// Whether a workflow comes back to itself through the workflows that its steps call.
fn calls_itself(suite: &Suite, workflow: &SuiteWorkflow) -> bool {
    let called = |workflow: &SuiteWorkflow| -> Vec<String> {
        let calls = workflow.steps.iter().filter_map(|step| match &step.call {
            SuiteCall::Workflow { workflow, .. } => Some(workflow.clone()),
            SuiteCall::Operation { .. } => None,
        });
        calls.collect()
    };
    reaches(suite, workflow, called)
}

fn depends_on_itself(suite: &Suite, workflow: &SuiteWorkflow) -> bool {
    reaches(suite, workflow, |workflow| workflow.depends_on.clone())
}

fn reaches(suite: &Suite, workflow: &SuiteWorkflow, leads_to: impl Fn(&SuiteWorkflow) -> Vec<String>) -> bool {
    let (mut reached, mut next) = (HashSet::new(), leads_to(workflow));
    while let Some(id) = next.pop() {
        if id == workflow.id {
            return true;
        }
        if let Some(further) = suite.workflow(&id)
            && reached.insert(id)
        {
            next.extend(leads_to(further));
        }
    }
    false
}

fn destinations(suite: &Suite, workflow: &SuiteWorkflow, step: &SuiteStep, found: &mut Vec<Diagnostic>) {
    if let SuiteCall::Workflow { workflow: called, .. } = &step.call
        && !is_elsewhere(called)
        && suite.workflow(called).is_none()
    {
        found.push(no_workflow(&step.place, called));
    }
    let after_success = step.on_success.iter().filter_map(|action| Destination::of_transfer(&action.then));
    let after_failure = step.on_failure.iter().filter_map(|action| Destination::of_recovery(&action.then));
    for destination in after_success.chain(after_failure) {
        match destination {
            Destination::Step(id) if !workflow.steps.iter().any(|step| step.id == *id) => {
                let message = format!("workflow `{}` has no step `{id}`", workflow.id);
                found.push(error(&step.place, message, "name a step of the same workflow"));
            }
            Destination::Workflow(id) if !is_elsewhere(id) && suite.workflow(id).is_none() => {
                found.push(no_workflow(&step.place, id));
            }
            Destination::Step(_) | Destination::Workflow(_) => {}
        }
    }
}

/// Outputs that a step asks for and no step has.
fn outputs(workflow: &SuiteWorkflow, step: &SuiteStep, found: &mut Vec<Diagnostic>) {
    let mut told = HashSet::new();
    for expression in expressions(step) {
        let Expression::StepOutput { step: of, output } = &expression else { continue };
        if !has_output(workflow, of, &output.name) && told.insert(expression.to_string()) {
            found.push(Diagnostic {
                level: Level::Warning,
                message: format!("step `{}` asks for `{expression}`, which no step gives", step.id),
                help: Some("name an output of a step of the same workflow".to_owned()),
                place: step.place.clone(),
            });
        }
    }
}

/// Whether a step of the workflow has that output, or one that it is a part of.
pub(in crate::generate) fn has_output(workflow: &SuiteWorkflow, step: &str, output: &str) -> bool {
    let steps = workflow.steps.iter().filter(|known| known.id == step);
    let mut names = steps.flat_map(|step| &step.outputs).map(|(name, _)| name);
    names.any(|name| output.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

fn expressions(step: &SuiteStep) -> Vec<Expression> {
    let mut found = Vec::new();
    match &step.call {
        SuiteCall::Operation { parameters, body, .. } => {
            parameters.iter().for_each(|(_, value)| in_value(value, &mut found));
            if let Some(SuiteBody { payload, replacements, .. }) = body {
                let replaced = replacements.iter().map(|(_, value)| value);
                payload.iter().chain(replaced).for_each(|value| in_value(value, &mut found));
            }
        }
        SuiteCall::Workflow { inputs, .. } => inputs.iter().for_each(|(_, value)| in_value(value, &mut found)),
    }
    let of_success = step.on_success.iter().flat_map(|action| &action.criteria);
    let of_failure = step.on_failure.iter().flat_map(|action| &action.criteria);
    found.extend(step.criteria.iter().chain(of_success).chain(of_failure).flat_map(Criterion::expressions).cloned());
    found
}

fn in_value(value: &serde_json::Value, found: &mut Vec<Expression>) {
    match value {
        serde_json::Value::String(text) => {
            found.extend(Template::read(text).ok().flatten().iter().flat_map(Template::expressions).cloned());
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| in_value(item, found)),
        serde_json::Value::Object(members) => members.values().for_each(|member| in_value(member, found)),
        _ => {}
    }
}

fn no_workflow(place: &Place, id: &str) -> Diagnostic {
    error(place, format!("there is no workflow `{id}`"), "name a workflow of this suite")
}

fn error(place: &Place, message: String, help: &str) -> Diagnostic {
    Diagnostic { level: Level::Error, message, help: Some(help.to_owned()), place: place.clone() }
}
