//! Which operation of the contract a step means.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::contract::{Contract, Diagnostic, Level, Operation};
use crate::generate::suite::{OperationName, SourceDescription, Suite, SuiteCall};

/// The operation that a suite names.
///
/// # Errors
/// When it is one of another document, or of none.
pub(super) fn find<'c>(
    contract: &'c Contract,
    suite: &Suite,
    name: &OperationName,
) -> Result<&'c Arc<Operation>, String> {
    match name {
        OperationName::Id { source: Some(source), .. } | OperationName::Path { source, .. } => {
            is_of_contract(contract, suite, source)?;
        }
        OperationName::Id { source: None, .. } => {}
    }
    named(contract, name)
}

fn named<'c>(contract: &'c Contract, name: &OperationName) -> Result<&'c Arc<Operation>, String> {
    let none = || format!("the contract has no operation `{}`", shown(name));
    match name {
        OperationName::Id { id, .. } => contract.operation(id).ok_or_else(none),
        OperationName::Path { path, method, .. } => {
            let is_meant = |operation: &&Arc<Operation>| {
                let same_method = |method: &String| operation.method.as_str().eq_ignore_ascii_case(method);
                operation.path == *path && method.as_ref().is_none_or(same_method)
            };
            let mut meant = contract.operations.iter().filter(is_meant);
            match (meant.next(), meant.next()) {
                (Some(operation), None) => Ok(operation),
                (None, _) => Err(none()),
                (Some(_), Some(_)) => Err(format!("`{path}` has several methods, and none is named")),
            }
        }
    }
}

/// What steps call in a document and is not there, told at their places.
pub fn unknown_operations(suite: &Suite, document: &SourceDescription, contract: &Contract) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for step in suite.workflows.iter().flat_map(|workflow| &workflow.steps) {
        let SuiteCall::Operation { operation, .. } = &step.call else { continue };
        let of_document = match operation {
            OperationName::Id { source: None, .. } => suite.sources.len() == 1,
            OperationName::Id { source: Some(source), .. } | OperationName::Path { source, .. } => {
                *source == document.name
            }
        };
        if let Some(Err(message)) = of_document.then(|| named(contract, operation)) {
            let message = format!("step `{}`: {message}", step.id);
            let help = Some(format!("name an operation of {}", document.url));
            found.push(Diagnostic { level: Level::Warning, message, help, place: step.place.clone() });
        }
    }
    found
}

/// How the suite calls an operation.
pub(super) fn shown(name: &OperationName) -> String {
    match name {
        OperationName::Id { id, .. } => id.clone(),
        OperationName::Path { path, method, .. } => match method {
            Some(method) => format!("{} {path}", method.to_ascii_uppercase()),
            None => path.clone(),
        },
    }
}

/// Whether a source description is the document under test.
fn is_of_contract(contract: &Contract, suite: &Suite, name: &str) -> Result<(), String> {
    let source = suite.sources.iter().find(|source| source.name == name);
    let source = source.ok_or_else(|| format!("there is no source description `{name}`"))?;
    let others = suite.sources.iter().filter(|other| !other.is_arazzo && other.name != name);
    let is_only = others.clone().next().is_none();
    let is_meant = is_only || is_file(suite, source, &contract.file) || {
        let same_name = |source: &SourceDescription| last(&source.url) == last(&contract.file);
        let is_taken = others.clone().any(|other| is_file(suite, other, &contract.file) || same_name(other));
        same_name(source) && !is_taken
    };
    if is_meant && !source.is_arazzo {
        Ok(())
    } else {
        Err(format!("it calls an operation of {}, and {} is tested", source.url, contract.file))
    }
}

/// Whether the URL of a source description, seen from the suite, is the document's file.
fn is_file(suite: &Suite, source: &SourceDescription, file: &str) -> bool {
    straight(&suite.path_of(source)) == straight(Path::new(file))
}

/// The path without `.` and `..`, as far as it says where they lead.
fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(straight.components().next_back(), Some(Component::Normal(_))) => {
                straight.pop();
            }
            other => straight.push(other),
        }
    }
    straight
}

fn last(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
