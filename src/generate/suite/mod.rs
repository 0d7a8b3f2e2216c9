//! Suites: Arazzo 1.0 documents, as far as they speak about requests and what must hold of answers.

mod condition;
mod reader;

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::Criterion;
use crate::contract::{Diagnostic, Expression, Level, Location, Place, Placed, Source};

/// An Arazzo document.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// `info.title`.
    pub title: String,
    /// Its workflows, in the order of the document.
    pub workflows: Vec<SuiteWorkflow>,
}

/// A workflow as the suite has it.
#[derive(Debug, Clone)]
pub struct SuiteWorkflow {
    /// `workflowId`.
    pub id: String,
    /// `summary`.
    pub summary: Option<String>,
    /// Defaults of its inputs.
    pub inputs: IndexMap<String, Value>,
    /// Its steps.
    pub steps: Vec<SuiteStep>,
}

/// A step as the suite has it.
#[derive(Debug, Clone)]
pub struct SuiteStep {
    /// `stepId`.
    pub id: String,
    /// The operation that it calls.
    pub operation: String,
    /// Values of parameters; a text that is a runtime expression stands for its value.
    pub parameters: Vec<(Location, Value)>,
    /// The body, with runtime expressions in it.
    pub payload: Option<Value>,
    /// What must hold of the exchange.
    pub criteria: Vec<Criterion>,
    /// The sentence behind the criteria: the step's `x-source`.
    pub source: Option<Source>,
    /// What later steps can use.
    pub outputs: Vec<(String, Expression)>,
    /// What the suite asks for and we do not do, such as `` `onFailure` ``.
    pub unsupported: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// A suite that cannot be read: what is wrong, where, and what would be right.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct SuiteError {
    /// At least one, of [`Level::Error`].
    pub diagnostics: Vec<Diagnostic>,
}

impl SuiteError {
    fn new(place: Place, message: impl Into<String>, help: Option<&str>) -> Self {
        let help = help.map(str::to_owned);
        SuiteError { diagnostics: vec![Diagnostic { level: Level::Error, message: message.into(), help, place }] }
    }
}

/// Reads a suite from a file.
///
/// # Errors
/// When the file cannot be opened, or is no Arazzo 1.0 document.
pub fn load(file: &Path) -> Result<Suite, SuiteError> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        SuiteError::new(Place::file(name.as_str()), format!("the suite cannot be opened: {error}"), None)
    })?;
    read(&name, &text)
}

/// Reads a suite from its text; `file` is its name in errors.
///
/// # Errors
/// When it is no Arazzo 1.0 document.
pub fn read(file: &str, text: &str) -> Result<Suite, SuiteError> {
    let file: Arc<str> = file.into();
    let root = Placed::read(&file, text).map_err(|error| SuiteError { diagnostics: error.diagnostics })?;
    reader::suite(&file, &root)
}

#[cfg(test)]
mod tests;
