//! Suites: Arazzo 1.0 documents, as far as they speak about requests and what must hold of answers.

mod condition;
mod reader;
mod yaml;

use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use super::Criterion;
use crate::contract::{Expression, Location, Place};

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
    /// What later steps can use.
    pub outputs: Vec<(String, Expression)>,
    /// What the suite asks for and we do not do, such as `` `onFailure` ``.
    pub unsupported: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// A suite that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuiteError {
    /// The file cannot be opened.
    #[error("{}: {}", self.place(), self.words())]
    File {
        /// The file.
        place: Place,
        /// The system's words.
        reason: String,
    },
    /// It is neither YAML nor JSON.
    #[error("{}: {}", self.place(), self.words())]
    Syntax {
        /// Where reading stopped.
        place: Place,
        /// The parser's words.
        reason: String,
    },
    /// It is no Arazzo document as we know it.
    #[error("{}: {}", self.place(), self.words())]
    Shape {
        /// Where it stands.
        place: Place,
        /// What is wrong and what would be right.
        message: String,
    },
}

impl SuiteError {
    /// Where it stands.
    pub fn place(&self) -> &Place {
        match self {
            SuiteError::File { place, .. } | SuiteError::Syntax { place, .. } | SuiteError::Shape { place, .. } => {
                place
            }
        }
    }

    /// What is wrong, without the place.
    pub fn words(&self) -> String {
        match self {
            SuiteError::File { reason, .. } => format!("the suite cannot be opened: {reason}"),
            SuiteError::Syntax { reason, .. } => format!("this is no YAML: {reason}"),
            SuiteError::Shape { message, .. } => message.clone(),
        }
    }
}

/// Reads a suite from a file.
///
/// # Errors
/// When the file cannot be opened, or is no Arazzo 1.0 document; the error knows the place.
pub fn load(file: &Path) -> Result<Suite, SuiteError> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file)
        .map_err(|error| SuiteError::File { place: Place::file(name.as_str()), reason: error.to_string() })?;
    parse(&name, &text)
}

/// Reads a suite from its text; `file` is its name in errors.
///
/// # Errors
/// As [`load`].
pub fn parse(file: &str, text: &str) -> Result<Suite, SuiteError> {
    let file: Arc<str> = file.into();
    reader::suite(&file, &yaml::parse(&file, text)?)
}

#[cfg(test)]
mod tests;
