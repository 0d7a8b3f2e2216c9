//! Suites: Arazzo 1.0 documents.
//!
//! `reader` makes a [`Suite`] of YAML nodes, with `components`, `parameter`, `action`, `criterion` and
//! `condition` for its parts; `check` then tells what refers to nothing.

mod action;
mod check;
mod components;
mod condition;
mod criterion;
mod model;
mod node;
mod parameter;
mod reader;
mod template;

use std::path::Path;
use std::sync::Arc;

pub use condition::{Comparison, Condition, Operand};
pub use criterion::{Criterion, Test};
pub use model::*;
pub use template::{Piece, Template};

pub(in crate::generate) use check::has_output;

use crate::contract::{Diagnostic, Level, Place, Placed};

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

/// Whether a file is an Arazzo document: its name says so, or its first key.
pub fn is_suite(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    [".arazzo.yaml", ".arazzo.yml", ".arazzo.json"].iter().any(|ending| name.ends_with(ending))
        || std::fs::read_to_string(file).is_ok_and(|text| {
            text.lines().any(|line| line.starts_with("arazzo:") || line.trim_start().starts_with("\"arazzo\":"))
        })
}

#[cfg(test)]
mod tests;
