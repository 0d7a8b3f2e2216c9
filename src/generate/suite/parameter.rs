//! What a step passes on: parameters, inputs of a workflow, a body.

use serde_json::Value;

use super::components::Components;
use super::node::{field, optional_list, optional_text, text, wrong};
use super::{SuiteBody, SuiteError, template::Template};
use crate::contract::{Location, Placed, PlacedKind};

/// A parameter before it is known whether it is one of an operation or of a workflow.
pub(super) struct Parameter<'n> {
    name: &'n str,
    place: Option<&'n str>,
    value: Value,
    node: &'n Placed,
}

/// The parameters of a step, and those of its workflow that it does not override.
pub(super) fn parameters<'n>(
    step: &'n Placed,
    workflow: &'n Placed,
    components: Components<'n>,
) -> Result<Vec<Parameter<'n>>, SuiteError> {
    let mut parameters: Vec<Parameter<'n>> = Vec::new();
    for node in optional_list(step, "parameters")? {
        let parameter = parameter(node, components)?;
        if parameters.iter().any(|known| same(known, &parameter)) {
            let message = format!("`{}` is given twice", parameter.name);
            return Err(wrong(node, message, "leave one of them out"));
        }
        parameters.push(parameter);
    }
    for node in optional_list(workflow, "parameters")? {
        let parameter = parameter(node, components)?;
        if !parameters.iter().any(|known| same(known, &parameter)) {
            parameters.push(parameter);
        }
    }
    Ok(parameters)
}

fn same(a: &Parameter<'_>, b: &Parameter<'_>) -> bool {
    a.name == b.name && a.place == b.place
}

fn parameter<'n>(node: &'n Placed, components: Components<'n>) -> Result<Parameter<'n>, SuiteError> {
    let object = components.resolved(node, "parameters")?;
    let written = node.get("value").map_or_else(|| field(object, "value"), Ok)?;
    Ok(Parameter { name: text(object, "name")?, place: optional_text(object, "in")?, value: value(written)?, node })
}

impl Parameter<'_> {
    /// As a parameter of an operation.
    pub fn of_operation(self) -> Result<(Location, Value), SuiteError> {
        let Some(place) = self.place else {
            return Err(wrong(self.node, "`in` is missing here".to_owned(), "Arazzo 1.0 asks for it"));
        };
        let location = match place {
            "path" | "query" | "header" | "cookie" => format!("{place}.{}", self.name).parse().ok(),
            _ => None,
        };
        let help = "write path, query, header or cookie";
        let location =
            location.ok_or_else(|| wrong(self.node, format!("`in: {place}` is no place of a parameter"), help))?;
        Ok((location, self.value))
    }

    /// As an input of a workflow.
    pub fn of_workflow(self) -> (String, Value) {
        (self.name.to_owned(), self.value)
    }
}

/// The body of a step.
pub(super) fn body(step: &Placed) -> Result<Option<SuiteBody>, SuiteError> {
    let Some(node) = step.get("requestBody") else { return Ok(None) };
    let replacement = |node: &Placed| {
        let target = text(node, "target")?;
        if !(target.is_empty() || target.starts_with('/')) {
            return Err(wrong(node, format!("`{target}` is no JSON Pointer"), "write one such as `/items/0`"));
        }
        Ok((target.to_owned(), value(field(node, "value")?)?))
    };
    Ok(Some(SuiteBody {
        content_type: optional_text(node, "contentType")?.map(str::to_owned),
        payload: node.get("payload").map(value).transpose()?,
        replacements: optional_list(node, "replacements")?.iter().map(replacement).collect::<Result<_, _>>()?,
    }))
}

/// A value, once every text in it was seen to have no malformed expression.
fn value(node: &Placed) -> Result<Value, SuiteError> {
    expressions_of(node)?;
    Ok(node.json())
}

fn expressions_of(node: &Placed) -> Result<(), SuiteError> {
    match &node.kind {
        PlacedKind::List(items) => items.iter().try_for_each(expressions_of),
        PlacedKind::Map(members) => members.values().try_for_each(expressions_of),
        PlacedKind::Scalar(_) => match Template::read(node.text().unwrap_or_default()) {
            Ok(_) => Ok(()),
            Err(error) => Err(wrong(node, error.to_string(), "such as `$steps.create.outputs.id`")),
        },
    }
}
