//! Workflows: the steps of a suite as cases, filled up with what the suite leaves to us.

use std::collections::HashMap;

use serde_json::Value;

use super::caller::Caller;
use super::draft::Draft;
use super::maker::{self, Maker};
use super::plan::LeftOut;
use super::strategy::Extent;
use super::suite::{Suite, SuiteStep, SuiteWorkflow};
use super::{
    Binding, Case, CaseKind, Comparison, Criterion, Expect, ExpectedError, Operand, Origin, Step, Workflow, exercised,
    identity, pointer,
};
use crate::contract::{Contract, Expression, Location, StatusPattern, Strength};

/// A value of a suite, its runtime expressions told apart.
struct Written {
    /// The value; what is bound is null in it.
    value: Option<Value>,
    /// Pointers into the value, and the step outputs that they take.
    bound: Vec<(String, Origin)>,
}

/// Every workflow that can be made; whatever a suite asks for in vain is left out aloud.
pub(super) fn workflows(
    contract: &Contract,
    suite: &Suite,
    caller: &Caller<'_>,
    seed: u64,
) -> (Vec<Workflow>, Vec<LeftOut>) {
    let mut workflows = Vec::new();
    let mut left_out = Vec::new();
    for workflow in &suite.workflows {
        let mut steps = Vec::new();
        for step in &workflow.steps {
            left_out.extend(step.unsupported.iter().map(|what| unsupported(workflow, step, what)));
            let made = make(contract, workflow, step, caller, seed);
            steps.push(made.map_err(|reason| whole(workflow, step, reason)));
        }
        match steps.into_iter().collect::<Result<Vec<_>, LeftOut>>() {
            Ok(steps) => {
                let (id, summary, inputs) = (workflow.id.clone(), workflow.summary.clone(), workflow.inputs.clone());
                workflows.push(Workflow { id, summary, inputs, steps });
            }
            Err(reason) => left_out.push(reason),
        }
    }
    (workflows, left_out)
}

fn unsupported(workflow: &SuiteWorkflow, step: &SuiteStep, what: &str) -> LeftOut {
    LeftOut {
        operation: step.operation.clone(),
        state: None,
        what: format!("{what} in step `{}` of workflow `{}`", step.id, workflow.id),
        reason: format!("not supported ({})", step.place),
        promises: Vec::new(),
    }
}

fn whole(workflow: &SuiteWorkflow, step: &SuiteStep, reason: String) -> LeftOut {
    LeftOut {
        operation: step.operation.clone(),
        state: None,
        what: format!("workflow `{}`", workflow.id),
        reason,
        promises: Vec::new(),
    }
}

fn make(
    contract: &Contract,
    workflow: &SuiteWorkflow,
    step: &SuiteStep,
    caller: &Caller<'_>,
    seed: u64,
) -> Result<Step, String> {
    let operation = contract
        .operation(&step.operation)
        .ok_or_else(|| format!("step `{}`: the contract has no operation `{}`", step.id, step.operation))?;
    let in_step = |reason: &dyn std::fmt::Display| format!("step `{}`: {reason}", step.id);
    let maker = Maker::new(contract, operation, seed).map_err(|obstacle| in_step(&obstacle))?;
    if !caller.may_call(operation) {
        return Err(in_step(&"no credential for it"));
    }
    let name = format!("workflow/{}/{}", workflow.id, step.id);
    let mut draft = maker.draft(Extent::Least, &name, caller).map_err(|reason| in_step(&reason))?;
    let bound = fill(&maker, workflow, step, &mut draft).map_err(|reason| in_step(&reason))?;
    Ok(Step {
        case: case(&maker, workflow, step, caller, &draft, bound),
        criteria: step.criteria.clone(),
        source: step.source.clone(),
        outputs: step.outputs.clone(),
    })
}

/// Puts what the suite writes into the draft and gives back what earlier steps will put there.
fn fill(
    maker: &Maker<'_>,
    workflow: &SuiteWorkflow,
    step: &SuiteStep,
    draft: &mut Draft,
) -> Result<Vec<Binding>, String> {
    let mut bindings = Vec::new();
    for (at, value) in &step.parameters {
        let index = maker::parameter_at(maker.operation, at).ok_or_else(|| format!("no parameter {at}"))?;
        let written = written(workflow, step, value)?;
        let from_step = written.bound.into_iter().find(|(pointer, _)| pointer.is_empty()).map(|(_, from)| from);
        if let Some(from) = from_step {
            bindings.push(Binding { at: at.clone(), from });
            set_parameter(draft, index, Some(Value::from(identity::made_up("bound"))), true);
        } else {
            set_parameter(draft, index, written.value, false);
        }
    }
    if let Some(payload) = &step.payload {
        let written = written(workflow, step, payload)?;
        draft.body = Some(body(written.value, draft.body.take()));
        bindings.extend(written.bound.into_iter().map(|(at, from)| Binding { at: Location::Body(at), from }));
    }
    stand_in(draft, &bindings);
    Ok(bindings)
}

fn set_parameter(draft: &mut Draft, index: usize, value: Option<Value>, only_if_absent: bool) {
    if let (Some(place), Some(value)) = (draft.parameters.get_mut(index), value)
        && !(only_if_absent && place.is_some())
    {
        *place = Some(value);
    }
}

/// The payload, with the members that it leaves out and the contract asks for.
fn body(payload: Option<Value>, least: Option<Value>) -> Value {
    let mut body = payload.unwrap_or(Value::Null);
    if let (Value::Object(members), Some(Value::Object(least))) = (&mut body, least) {
        for (name, value) in least {
            members.entry(name).or_insert(value);
        }
    }
    body
}

/// Something of the right kind where a step's output will stand.
fn stand_in(draft: &mut Draft, bindings: &[Binding]) {
    let Some(body) = &mut draft.body else { return };
    for binding in bindings {
        if let Location::Body(at) = &binding.at {
            pointer::set(body, at, Value::from(identity::made_up("bound")));
        }
    }
}

/// Reads the runtime expressions of a value of the suite.
fn written(workflow: &SuiteWorkflow, step: &SuiteStep, value: &Value) -> Result<Written, String> {
    let mut bound = Vec::new();
    let value = replaced(workflow, step, value, "", &mut bound)?;
    Ok(Written { value, bound })
}

/// The value with inputs replaced; `None` for an input without a default, which leaves the part to us.
fn replaced(
    workflow: &SuiteWorkflow,
    step: &SuiteStep,
    value: &Value,
    at: &str,
    bound: &mut Vec<(String, Origin)>,
) -> Result<Option<Value>, String> {
    match value {
        Value::String(text) if text.starts_with('$') => expression(workflow, step, text, at, bound),
        Value::String(text) if text.contains("{$") => {
            Err(format!("an expression inside a text is not supported: `{text}`"))
        }
        Value::Array(items) => {
            let mut list = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                list.extend(replaced(workflow, step, item, &pointer::child(at, &index.to_string()), bound)?);
            }
            Ok(Some(Value::Array(list)))
        }
        Value::Object(members) => {
            let mut object = serde_json::Map::new();
            for (name, member) in members {
                let value = replaced(workflow, step, member, &pointer::child(at, name), bound)?;
                object.extend(value.map(|value| (name.clone(), value)));
            }
            Ok(Some(Value::Object(object)))
        }
        other => Ok(Some(other.clone())),
    }
}

fn expression(
    workflow: &SuiteWorkflow,
    step: &SuiteStep,
    text: &str,
    at: &str,
    bound: &mut Vec<(String, Origin)>,
) -> Result<Option<Value>, String> {
    match text.parse() {
        Ok(Expression::Input(name)) => Ok(workflow.inputs.get(&name).cloned()),
        Ok(Expression::StepOutput { step: earlier, output }) => {
            let before = workflow.steps.iter().take_while(|known| known.id != step.id);
            let known: HashMap<&str, &SuiteStep> = before.map(|known| (known.id.as_str(), known)).collect();
            let gives = |step: &&SuiteStep| step.outputs.iter().any(|(name, _)| *name == output);
            if !known.get(earlier.as_str()).is_some_and(gives) {
                return Err(format!("no earlier step `{earlier}` has an output `{output}`"));
            }
            bound.push((at.to_owned(), Origin::Step { step: earlier, output }));
            Ok(Some(Value::Null))
        }
        _ => Err(format!("`{text}` cannot be used in a request")),
    }
}

fn case(
    maker: &Maker<'_>,
    workflow: &SuiteWorkflow,
    step: &SuiteStep,
    caller: &Caller<'_>,
    draft: &Draft,
    bound: Vec<Binding>,
) -> Case {
    let mut request = maker.request(draft, caller);
    let written = |at: &Location| step.parameters.iter().any(|(known, _)| known == at);
    request.bindings.retain(|link| !written(&link.at) && !bound.iter().any(|binding| binding.at == link.at));
    request.bindings.extend(bound);
    let expect = expect(maker, &step.criteria, draft);
    let kind = CaseKind::Step { workflow: workflow.id.clone(), step: step.id.clone() };
    let promises = exercised::promises(maker, draft, caller.requirement(maker.operation));
    Case { promises, ..maker.case(kind, &format!("{}.{}", workflow.id, step.id), request, expect) }
}

/// A success, unless a criterion names the status of a refusal.
fn expect(maker: &Maker<'_>, criteria: &[Criterion], draft: &Draft) -> Expect {
    let refusal = criteria.iter().filter_map(status).find(|status| *status >= 400);
    let Some(status) = refusal else {
        return Expect::Success { form: maker::expected_form(maker.operation, draft) };
    };
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
    Expect::Error(expected)
}

/// The status that a criterion asks for.
fn status(criterion: &Criterion) -> Option<u16> {
    match (&criterion.left, criterion.comparison, &criterion.right) {
        (Operand::Expression(Expression::StatusCode), Comparison::Equal, Operand::Literal(value)) => {
            value.as_u64().and_then(|status| u16::try_from(status).ok())
        }
        _ => None,
    }
}
