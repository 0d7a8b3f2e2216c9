//! A suite in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Criterion;
use crate::contract::{Diagnostic, Expression, Location, Place, Source};

/// An Arazzo document.
#[derive(Debug, Clone)]
pub struct Suite {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// `info.title`.
    pub title: String,
    /// The documents that it speaks about.
    pub sources: Vec<SourceDescription>,
    /// Values of `components.parameters`.
    pub parameters: IndexMap<String, Value>,
    /// Its workflows, in the order of the document.
    pub workflows: Vec<SuiteWorkflow>,
    /// What is wrong with it and hinders nobody from running the rest: none is of `Level::Error`.
    pub diagnostics: Vec<Diagnostic>,
}

/// A document that a suite speaks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDescription {
    /// Its name within the suite.
    pub name: String,
    /// Where it is, as the suite writes it.
    pub url: String,
    /// Whether it is an Arazzo document, and not one of OpenAPI.
    pub is_arazzo: bool,
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
    /// Workflows that must have ended well before it begins.
    pub depends_on: Vec<String>,
    /// Its steps.
    pub steps: Vec<SuiteStep>,
    /// What it gives to others.
    pub outputs: Vec<(String, Expression)>,
    /// Where it stands.
    pub place: Place,
}

/// A step as the suite has it.
#[derive(Debug, Clone)]
pub struct SuiteStep {
    /// `stepId`.
    pub id: String,
    /// What it calls.
    pub call: SuiteCall,
    /// What must hold of the exchange.
    pub criteria: Vec<Criterion>,
    /// The sentence behind the criteria: the step's `x-source`.
    pub source: Option<Source>,
    /// What later steps can use.
    pub outputs: Vec<(String, Expression)>,
    /// What may come after a success, in order; the workflow's own actions among them.
    pub on_success: Vec<Action<Transfer>>,
    /// What may come after a failure, in order; the workflow's own actions among them.
    pub on_failure: Vec<Action<Recovery>>,
    /// Where it stands.
    pub place: Place,
}

/// What a step calls. A text in a value that is a runtime expression stands for its value.
#[derive(Debug, Clone)]
pub enum SuiteCall {
    /// An operation of a document.
    Operation {
        /// Which one.
        operation: OperationName,
        /// Values of parameters.
        parameters: Vec<(Location, Value)>,
        /// The body.
        body: Option<SuiteBody>,
    },
    /// Another workflow.
    Workflow {
        /// Its id, or an expression that names one of another suite.
        workflow: String,
        /// Values of its inputs.
        inputs: Vec<(String, Value)>,
    },
}

/// How a suite names an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationName {
    /// `operationId`, and the source description where it is given.
    Id {
        /// Name of the source description.
        source: Option<String>,
        /// Id of the operation.
        id: String,
    },
    /// `operationPath`.
    Path {
        /// Name of the source description.
        source: String,
        /// The path template.
        path: String,
        /// The method in small letters; `None` where the suite leaves it out.
        method: Option<String>,
    },
}

/// The body of a request.
#[derive(Debug, Clone)]
pub struct SuiteBody {
    /// Its Content-Type.
    pub content_type: Option<String>,
    /// The body; `None` leaves it to us.
    pub payload: Option<Value>,
    /// What is put in afterwards: a JSON Pointer and a value.
    pub replacements: Vec<(String, Value)>,
}

/// What may be done once a step has ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Action<T> {
    /// Its name.
    pub name: String,
    /// When it is done: all of them must hold.
    pub criteria: Vec<Criterion>,
    /// What is done.
    pub then: T,
}

/// Where a workflow goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transfer {
    /// Nowhere.
    End,
    /// There, without coming back.
    Goto(Destination),
}

/// What a failure leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recovery {
    /// The step is sent again.
    Retry {
        /// After this time, unless the answer names another.
        after: Duration,
        /// So often at most.
        limit: u32,
        /// What is done before.
        first: Option<Destination>,
    },
    /// The workflow goes on elsewhere, or ends.
    Transfer(Transfer),
}

/// A step or a workflow by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// A step of the same workflow.
    Step(String),
    /// A workflow of the same suite.
    Workflow(String),
}

impl Suite {
    /// The workflow of that id.
    pub fn workflow(&self, id: &str) -> Option<&SuiteWorkflow> {
        self.workflows.iter().find(|workflow| workflow.id == id)
    }

    /// Where a source description is, where it is a file: its URL is relative to the suite.
    pub fn path_of(&self, source: &SourceDescription) -> PathBuf {
        Path::new(&*self.file).parent().unwrap_or(Path::new("")).join(&source.url)
    }
}

impl Destination {
    /// The step or workflow that something done after a success leads to.
    pub fn of_transfer(transfer: &Transfer) -> Option<&Destination> {
        match transfer {
            Transfer::End => None,
            Transfer::Goto(destination) => Some(destination),
        }
    }

    /// The step or workflow that something done after a failure leads to.
    pub fn of_recovery(recovery: &Recovery) -> Option<&Destination> {
        match recovery {
            Recovery::Retry { first, .. } => first.as_ref(),
            Recovery::Transfer(transfer) => Destination::of_transfer(transfer),
        }
    }
}
