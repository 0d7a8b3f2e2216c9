//! From YAML nodes to a suite.

use std::sync::Arc;

use indexmap::IndexMap;

use super::components::Components;
use super::node::{field, list, optional_list, optional_map, optional_text, text, wrong};
use super::{
    OperationName, SourceDescription, Suite, SuiteCall, SuiteError, SuiteStep, SuiteWorkflow, action, check, criterion,
    parameter,
};
use crate::contract::{Diagnostic, Expression, Level, Placed, PlacedKind, Source, Strength};

pub(super) fn suite(file: &Arc<str>, root: &Placed) -> Result<Suite, SuiteError> {
    let version = text(root, "arazzo")?;
    if !version.starts_with("1.0.") {
        return Err(wrong(field(root, "arazzo")?, format!("Arazzo {version} is not known"), "write 1.0.1"));
    }
    let mut reader = Reader { components: Components::of(root), diagnostics: Vec::new() };
    let title = root.get("info").and_then(|info| info.get("title")).and_then(Placed::text).unwrap_or_default();
    let mut suite = Suite {
        file: Arc::clone(file),
        title: title.to_owned(),
        sources: optional_list(root, "sourceDescriptions")?.iter().map(source).collect::<Result<_, _>>()?,
        parameters: reader.components.parameters()?,
        workflows: list(root, "workflows")?.iter().map(|node| reader.workflow(node)).collect::<Result<_, _>>()?,
        diagnostics: Vec::new(),
    };
    reader.diagnostics.extend(check::suite(&suite));
    let (errors, others): (Vec<_>, Vec<_>) =
        reader.diagnostics.into_iter().partition(|diagnostic| diagnostic.level == Level::Error);
    if errors.is_empty() {
        suite.diagnostics = others;
        Ok(suite)
    } else {
        Err(SuiteError { diagnostics: errors })
    }
}

fn source(node: &Placed) -> Result<SourceDescription, SuiteError> {
    let is_arazzo = match optional_text(node, "type")? {
        None | Some("openapi") => false,
        Some("arazzo") => true,
        Some(other) => {
            return Err(wrong(node, format!("`{other}` is no type of document"), "it is `openapi` or `arazzo`"));
        }
    };
    Ok(SourceDescription { name: text(node, "name")?.to_owned(), url: text(node, "url")?.to_owned(), is_arazzo })
}

struct Reader<'n> {
    components: Components<'n>,
    diagnostics: Vec<Diagnostic>,
}

impl<'n> Reader<'n> {
    fn workflow(&mut self, node: &'n Placed) -> Result<SuiteWorkflow, SuiteError> {
        let inputs = node.get("inputs").map(|inputs| self.components.defaults(inputs)).transpose()?;
        let id = |node: &Placed| {
            let help = "name a workflow of this suite";
            node.text().map(str::to_owned).ok_or_else(|| wrong(node, "this is no text".to_owned(), help))
        };
        Ok(SuiteWorkflow {
            id: text(node, "workflowId")?.to_owned(),
            summary: node.get("summary").and_then(Placed::text).map(str::to_owned),
            inputs: inputs.unwrap_or_default(),
            depends_on: optional_list(node, "dependsOn")?.iter().map(id).collect::<Result<_, _>>()?,
            steps: list(node, "steps")?.iter().map(|step| self.step(step, node)).collect::<Result<_, _>>()?,
            outputs: self.outputs(node)?,
            place: node.place.clone(),
        })
    }

    fn step(&mut self, node: &'n Placed, workflow: &'n Placed) -> Result<SuiteStep, SuiteError> {
        let criteria = optional_list(node, "successCriteria")?.iter().map(criterion::read);
        Ok(SuiteStep {
            id: text(node, "stepId")?.to_owned(),
            call: self.call(node, workflow)?,
            criteria: criteria.collect::<Result<_, _>>()?,
            source: node.get("x-source").and_then(sentence),
            outputs: self.outputs(node)?,
            on_success: action::on_success(node, workflow, self.components)?,
            on_failure: action::on_failure(node, workflow, self.components)?,
            place: node.place.clone(),
        })
    }

    fn call(&self, node: &'n Placed, workflow: &'n Placed) -> Result<SuiteCall, SuiteError> {
        let parameters = parameter::parameters(node, workflow, self.components)?.into_iter();
        let operation = match called(node)? {
            Called::Workflow(id) => {
                let inputs = parameters.map(parameter::Parameter::of_workflow).collect();
                return Ok(SuiteCall::Workflow { workflow: id.to_owned(), inputs });
            }
            Called::Operation(id) => operation_id(id),
            Called::Path(path) => operation_path(path).ok_or_else(|| {
                let help = "write `{$sourceDescriptions.NAME.url}#/paths/~1pets/get`";
                wrong(node, format!("`operationPath: {path}` names no operation"), help)
            })?,
        };
        let parameters = parameters.map(parameter::Parameter::of_operation).collect::<Result<_, _>>()?;
        Ok(SuiteCall::Operation { operation, parameters, body: parameter::body(node)? })
    }

    /// The outputs of a step or workflow. One that cannot be read is told and left out: it matters only to
    /// whoever asks for it.
    fn outputs(&mut self, node: &Placed) -> Result<Vec<(String, Expression)>, SuiteError> {
        let mut outputs = Vec::new();
        for (name, node) in optional_map(node, "outputs")?.unwrap_or(&IndexMap::new()) {
            let help = "such as `$response.body#/id`";
            let text = node.text().ok_or_else(|| wrong(node, "this output is no text".to_owned(), help))?;
            match text.parse::<Expression>() {
                Ok(expression) => outputs.push((name.clone(), expression)),
                Err(error) if text.starts_with('$') => self.diagnostics.push(Diagnostic {
                    level: Level::Warning,
                    message: format!("the output `{name}` is left out: {error}"),
                    help: Some(help.to_owned()),
                    place: node.place.clone(),
                }),
                Err(error) => return Err(wrong(node, error.to_string(), help)),
            }
        }
        Ok(outputs)
    }
}

/// What a step calls, as it is written.
enum Called<'n> {
    Operation(&'n str),
    Path(&'n str),
    Workflow(&'n str),
}

fn called(node: &Placed) -> Result<Called<'_>, SuiteError> {
    let operation = optional_text(node, "operationId")?.map(Called::Operation);
    let path = optional_text(node, "operationPath")?.map(Called::Path);
    let workflow = optional_text(node, "workflowId")?.map(Called::Workflow);
    let mut all = [operation, path, workflow].into_iter().flatten();
    match (all.next(), all.next()) {
        (Some(called), None) => Ok(called),
        (None, _) => {
            let help = "add `operationId`, `operationPath` or `workflowId`";
            Err(wrong(node, "this step calls nothing".to_owned(), help))
        }
        (Some(_), Some(_)) => Err(wrong(node, "this step calls more than one thing".to_owned(), "leave one of them")),
    }
}

fn operation_id(text: &str) -> OperationName {
    match text.parse() {
        Ok(Expression::Source { name, field }) => OperationName::Id { source: Some(name), id: field },
        _ => OperationName::Id { source: None, id: text.to_owned() },
    }
}

fn operation_path(text: &str) -> Option<OperationName> {
    let (source, pointer) = text.strip_prefix("{$sourceDescriptions.")?.split_once(".url}#/paths/")?;
    let mut steps = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
    let (path, method) = (steps.next()?, steps.next().map(|method| method.to_ascii_lowercase()));
    let is_whole = path.starts_with('/') && steps.next().is_none();
    is_whole.then(|| OperationName::Path { source: source.to_owned(), path, method })
}

/// An `x-source`, or the first of a list of them.
fn sentence(node: &Placed) -> Option<Source> {
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
