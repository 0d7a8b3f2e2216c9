//! What comes after a step (Arazzo 1.0.1, Success Action Object and Failure Action Object).

use std::time::Duration;

use super::components::Components;
use super::node::{optional_list, optional_text, text, wrong};
use super::{Action, Destination, Recovery, SuiteError, Transfer, criterion};
use crate::contract::Placed;

/// Longest pause before a step is sent again, in seconds: a day.
const LONGEST_PAUSE: f64 = 86_400.0;

/// The actions of a step, and after them those of its workflow that it does not override.
pub(super) fn on_success(
    step: &Placed,
    workflow: &Placed,
    components: Components<'_>,
) -> Result<Vec<Action<Transfer>>, SuiteError> {
    let of = |node, name| actions(node, name, "successActions", components, transfer);
    Ok(merged(of(step, "onSuccess")?, of(workflow, "successActions")?))
}

/// The same for a failure.
pub(super) fn on_failure(
    step: &Placed,
    workflow: &Placed,
    components: Components<'_>,
) -> Result<Vec<Action<Recovery>>, SuiteError> {
    let of = |node, name| actions(node, name, "failureActions", components, recovery);
    Ok(merged(of(step, "onFailure")?, of(workflow, "failureActions")?))
}

fn merged<T>(mut own: Vec<Action<T>>, inherited: Vec<Action<T>>) -> Vec<Action<T>> {
    for action in inherited {
        if !own.iter().any(|known| known.name == action.name) {
            own.push(action);
        }
    }
    own
}

fn actions<'n, T>(
    node: &'n Placed,
    list: &str,
    kind: &str,
    components: Components<'n>,
    then: fn(&Placed) -> Result<T, SuiteError>,
) -> Result<Vec<Action<T>>, SuiteError> {
    let mut actions: Vec<Action<T>> = Vec::new();
    for item in optional_list(node, list)? {
        let action = components.resolved(item, kind)?;
        let name = text(action, "name")?.to_owned();
        if actions.iter().any(|known| known.name == name) {
            return Err(wrong(item, format!("there are two actions `{name}` here"), "give each a name of its own"));
        }
        let criteria = optional_list(action, "criteria")?.iter().map(criterion::read).collect::<Result<_, _>>()?;
        actions.push(Action { name, criteria, then: then(action)? });
    }
    Ok(actions)
}

fn transfer(node: &Placed) -> Result<Transfer, SuiteError> {
    match text(node, "type")? {
        "end" => Ok(Transfer::End),
        "goto" => match destination(node)? {
            Some(destination) => Ok(Transfer::Goto(destination)),
            None => Err(wrong(node, "this `goto` leads nowhere".to_owned(), "add `stepId` or `workflowId`")),
        },
        other => Err(wrong(node, format!("`{other}` is no such action"), "it is `end` or `goto`")),
    }
}

fn recovery(node: &Placed) -> Result<Recovery, SuiteError> {
    if text(node, "type")? != "retry" {
        return transfer(node).map(Recovery::Transfer);
    }
    Ok(Recovery::Retry { after: pause(node)?, limit: limit(node)?, first: destination(node)? })
}

fn destination(node: &Placed) -> Result<Option<Destination>, SuiteError> {
    let step = optional_text(node, "stepId")?.map(|id| Destination::Step(id.to_owned()));
    let workflow = optional_text(node, "workflowId")?.map(|id| Destination::Workflow(id.to_owned()));
    if step.is_some() && workflow.is_some() {
        return Err(wrong(node, "this leads to a step and to a workflow".to_owned(), "name one of them"));
    }
    Ok(step.or(workflow))
}

/// The pause before a retry; no pause where none is given.
fn pause(node: &Placed) -> Result<Duration, SuiteError> {
    let Some(written) = node.get("retryAfter") else { return Ok(Duration::ZERO) };
    let seconds = written.json().as_f64().filter(|seconds| (0.0..=LONGEST_PAUSE).contains(seconds));
    let help = "write seconds, such as 1.5";
    seconds.map(Duration::from_secs_f64).ok_or_else(|| wrong(written, "this is no time to wait".to_owned(), help))
}

/// One retry where no limit is given.
fn limit(node: &Placed) -> Result<u32, SuiteError> {
    let Some(written) = node.get("retryLimit") else { return Ok(1) };
    let limit = written.json().as_u64().and_then(|limit| u32::try_from(limit).ok());
    limit.ok_or_else(|| wrong(written, "this is no number of retries".to_owned(), "write a whole number"))
}
