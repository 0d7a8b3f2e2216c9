//! From YAML nodes to a suite.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::{Suite, SuiteError, SuiteStep, SuiteWorkflow, condition};
use crate::contract::{Expression, Location, Placed, PlacedKind, Source, Strength};
use crate::generate::Criterion;

/// Keys of a step that ask for more than a request.
const UNSUPPORTED: [&str; 3] = ["onSuccess", "onFailure", "dependsOn"];

pub(super) fn suite(file: &Arc<str>, root: &Placed) -> Result<Suite, SuiteError> {
    let version = text(root, "arazzo")?;
    if !version.starts_with("1.") {
        return Err(wrong(field(root, "arazzo")?, format!("Arazzo {version} is not known"), "write 1.0.1"));
    }
    let title = root.get("info").and_then(|info| info.get("title")).and_then(Placed::text).unwrap_or_default();
    let workflows = list(root, "workflows")?.iter().map(workflow).collect::<Result<_, _>>()?;
    Ok(Suite { file: Arc::clone(file), title: title.to_owned(), workflows })
}

fn workflow(node: &Placed) -> Result<SuiteWorkflow, SuiteError> {
    let steps = list(node, "steps")?.iter().map(step).collect::<Result<_, _>>()?;
    Ok(SuiteWorkflow {
        id: text(node, "workflowId")?.to_owned(),
        summary: node.get("summary").and_then(Placed::text).map(str::to_owned),
        inputs: node.get("inputs").map(defaults).unwrap_or_default(),
        steps,
    })
}

/// The defaults in a schema of inputs.
fn defaults(inputs: &Placed) -> IndexMap<String, Value> {
    let Some(PlacedKind::Map(members)) = inputs.get("properties").map(|node| &node.kind) else {
        return IndexMap::new();
    };
    let default = |(name, schema): (&String, &Placed)| Some((name.clone(), schema.get("default")?.json()));
    members.iter().filter_map(default).collect()
}

fn step(node: &Placed) -> Result<SuiteStep, SuiteError> {
    let id = text(node, "stepId")?.to_owned();
    let mut unsupported: Vec<String> =
        UNSUPPORTED.iter().filter(|key| node.get(key).is_some()).map(|key| format!("`{key}`")).collect();
    let Some(operation) = node.get("operationId") else {
        let help = "name an operation of the contract; `operationPath` and `workflowId` are not read";
        return Err(wrong(node, format!("step `{id}` has no `operationId`"), help));
    };
    let operation = operation
        .text()
        .ok_or_else(|| wrong(operation, "`operationId` is no text", "it names an operation of the contract"))?;
    let body = node.get("requestBody");
    if body.is_some_and(|body| body.get("replacements").is_some()) {
        unsupported.push("`replacements`".to_owned());
    }
    let criteria = criteria(node, &mut unsupported)?;
    Ok(SuiteStep {
        operation: operation
            .rsplit_once('.')
            .filter(|_| operation.starts_with('$'))
            .map_or(operation, |(_, id)| id)
            .to_owned(),
        parameters: optional_list(node, "parameters")?.iter().map(parameter).collect::<Result<_, _>>()?,
        payload: body.and_then(|body| body.get("payload")).map(Placed::json),
        criteria,
        source: node.get("x-source").and_then(source),
        outputs: outputs(node)?,
        unsupported,
        place: node.place.clone(),
        id,
    })
}

/// An `x-source`, or the first of a list of them.
fn source(node: &Placed) -> Option<Source> {
    let node = match &node.kind {
        PlacedKind::List(sources) => sources.first()?,
        _ => node,
    };
    let text = |name: &str| node.get(name).and_then(Placed::text).map(str::to_owned);
    let strength = match node.get("strength").and_then(Placed::text) {
        Some("inferred") => Strength::Inferred,
        Some("standard") => Strength::Standard,
        _ => Strength::Documented,
    };
    Some(Source { document: text("document")?, quote: text("quote"), strength, section: text("section") })
}

fn parameter(node: &Placed) -> Result<(Location, Value), SuiteError> {
    let (name, place) = (text(node, "name")?, text(node, "in")?);
    let location = format!("{place}.{name}");
    let location = location.parse().map_err(|_| {
        wrong(node, format!("`in: {place}` is no place of a parameter"), "write path, query, header or cookie")
    })?;
    Ok((location, field(node, "value")?.json()))
}

fn criteria(node: &Placed, unsupported: &mut Vec<String>) -> Result<Vec<Criterion>, SuiteError> {
    let mut criteria = Vec::new();
    for criterion in optional_list(node, "successCriteria")? {
        let condition = text(criterion, "condition")?;
        let is_simple = criterion.get("type").is_none_or(|kind| kind.text() == Some("simple"));
        match condition::parse(condition).filter(|_| is_simple) {
            Some(criterion) => criteria.push(criterion),
            None => unsupported.push(format!("the condition `{condition}`")),
        }
    }
    Ok(criteria)
}

fn outputs(node: &Placed) -> Result<Vec<(String, Expression)>, SuiteError> {
    let Some(outputs) = node.get("outputs") else { return Ok(Vec::new()) };
    let PlacedKind::Map(members) = &outputs.kind else {
        return Err(wrong(outputs, "`outputs` is no map", "it maps names to runtime expressions"));
    };
    let output = |(name, node): (&String, &Placed)| {
        let text =
            node.text().ok_or_else(|| wrong(node, "this output is no text", "an output is a runtime expression"))?;
        let expression =
            text.parse().map_err(|error| wrong(node, format!("{error}"), "such as `$response.body#/id`"))?;
        Ok((name.clone(), expression))
    };
    members.iter().map(output).collect()
}

fn field<'n>(node: &'n Placed, name: &str) -> Result<&'n Placed, SuiteError> {
    node.get(name).ok_or_else(|| wrong(node, format!("`{name}` is missing here"), "Arazzo 1.0 asks for it"))
}

fn text<'n>(node: &'n Placed, name: &str) -> Result<&'n str, SuiteError> {
    let found = field(node, name)?;
    found.text().ok_or_else(|| wrong(found, format!("`{name}` is no text"), "put it in quotes"))
}

fn list<'n>(node: &'n Placed, name: &str) -> Result<&'n [Placed], SuiteError> {
    match &field(node, name)?.kind {
        PlacedKind::List(items) => Ok(items),
        _ => Err(wrong(field(node, name)?, format!("`{name}` is no list"), "begin each item with `- `")),
    }
}

fn optional_list<'n>(node: &'n Placed, name: &str) -> Result<&'n [Placed], SuiteError> {
    if node.get(name).is_none() { Ok(&[]) } else { list(node, name) }
}

/// An error at the place of a value.
fn wrong(at: &Placed, message: impl Into<String>, help: &str) -> SuiteError {
    SuiteError::new(at.place.clone(), message, Some(help))
}
