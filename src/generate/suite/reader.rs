//! From YAML nodes to a suite.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::yaml::{Kind, Node};
use super::{Suite, SuiteError, SuiteStep, SuiteWorkflow, condition};
use crate::contract::{Expression, Location, Source, Strength};
use crate::generate::Criterion;

/// Keys of a step that ask for more than a request.
const UNSUPPORTED: [&str; 3] = ["onSuccess", "onFailure", "dependsOn"];

pub(super) fn suite(file: &Arc<str>, root: &Node) -> Result<Suite, SuiteError> {
    let version = text(root, "arazzo")?;
    if !version.starts_with("1.") {
        return Err(field(root, "arazzo")?.wrong(format!("Arazzo {version} is not known"), "write 1.0.1"));
    }
    let title = root.get("info").and_then(|info| info.get("title")).and_then(Node::text).unwrap_or_default();
    let workflows = list(root, "workflows")?.iter().map(workflow).collect::<Result<_, _>>()?;
    Ok(Suite { file: Arc::clone(file), title: title.to_owned(), workflows })
}

fn workflow(node: &Node) -> Result<SuiteWorkflow, SuiteError> {
    let steps = list(node, "steps")?.iter().map(step).collect::<Result<_, _>>()?;
    Ok(SuiteWorkflow {
        id: text(node, "workflowId")?.to_owned(),
        summary: node.get("summary").and_then(Node::text).map(str::to_owned),
        inputs: node.get("inputs").map(defaults).unwrap_or_default(),
        steps,
    })
}

/// The defaults in a schema of inputs.
fn defaults(inputs: &Node) -> IndexMap<String, Value> {
    let Some(Kind::Map(members)) = inputs.get("properties").map(|node| &node.kind) else { return IndexMap::new() };
    let default = |(name, schema): &(String, Node)| Some((name.clone(), schema.get("default")?.json()));
    members.iter().filter_map(default).collect()
}

fn step(node: &Node) -> Result<SuiteStep, SuiteError> {
    let id = text(node, "stepId")?.to_owned();
    let mut unsupported: Vec<String> =
        UNSUPPORTED.iter().filter(|key| node.get(key).is_some()).map(|key| format!("`{key}`")).collect();
    let Some(operation) = node.get("operationId") else {
        let help = "name an operation of the contract; `operationPath` and `workflowId` are not read";
        return Err(node.wrong(format!("step `{id}` has no `operationId`"), help));
    };
    let operation = operation
        .text()
        .ok_or_else(|| operation.wrong("`operationId` is no text", "it names an operation of the contract"))?;
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
        payload: body.and_then(|body| body.get("payload")).map(Node::json),
        criteria,
        source: node.get("x-source").and_then(source),
        outputs: outputs(node)?,
        unsupported,
        place: node.place.clone(),
        id,
    })
}

/// An `x-source`, or the first of a list of them.
fn source(node: &Node) -> Option<Source> {
    let node = match &node.kind {
        Kind::List(sources) => sources.first()?,
        _ => node,
    };
    let text = |name: &str| node.get(name).and_then(Node::text).map(str::to_owned);
    let strength = match node.get("strength").and_then(Node::text) {
        Some("inferred") => Strength::Inferred,
        Some("standard") => Strength::Standard,
        _ => Strength::Documented,
    };
    Some(Source { document: text("document")?, quote: text("quote"), strength, section: text("section") })
}

fn parameter(node: &Node) -> Result<(Location, Value), SuiteError> {
    let (name, place) = (text(node, "name")?, text(node, "in")?);
    let location = format!("{place}.{name}");
    let location = location.parse().map_err(|_| {
        node.wrong(format!("`in: {place}` is no place of a parameter"), "write path, query, header or cookie")
    })?;
    Ok((location, field(node, "value")?.json()))
}

fn criteria(node: &Node, unsupported: &mut Vec<String>) -> Result<Vec<Criterion>, SuiteError> {
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

fn outputs(node: &Node) -> Result<Vec<(String, Expression)>, SuiteError> {
    let Some(outputs) = node.get("outputs") else { return Ok(Vec::new()) };
    let Kind::Map(members) = &outputs.kind else {
        return Err(outputs.wrong("`outputs` is no map", "it maps names to runtime expressions"));
    };
    let output = |(name, node): &(String, Node)| {
        let text =
            node.text().ok_or_else(|| node.wrong("this output is no text", "an output is a runtime expression"))?;
        let expression =
            text.parse().map_err(|error| node.wrong(format!("{error}"), "such as `$response.body#/id`"))?;
        Ok((name.clone(), expression))
    };
    members.iter().map(output).collect()
}

fn field<'n>(node: &'n Node, name: &str) -> Result<&'n Node, SuiteError> {
    node.get(name).ok_or_else(|| node.wrong(format!("`{name}` is missing here"), "Arazzo 1.0 asks for it"))
}

fn text<'n>(node: &'n Node, name: &str) -> Result<&'n str, SuiteError> {
    let found = field(node, name)?;
    found.text().ok_or_else(|| found.wrong(format!("`{name}` is no text"), "put it in quotes"))
}

fn list<'n>(node: &'n Node, name: &str) -> Result<&'n [Node], SuiteError> {
    match &field(node, name)?.kind {
        Kind::List(items) => Ok(items),
        _ => Err(field(node, name)?.wrong(format!("`{name}` is no list"), "begin each item with `- `")),
    }
}

fn optional_list<'n>(node: &'n Node, name: &str) -> Result<&'n [Node], SuiteError> {
    if node.get(name).is_none() { Ok(&[]) } else { list(node, name) }
}
