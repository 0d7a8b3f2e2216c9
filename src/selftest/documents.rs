//! The specs, suites and configuration of the four documented APIs, as the program carries them: the
//! self-test works wherever it is started.

use std::path::Path;

use url::Url;

use crate::contract::{self, Contract};
use crate::generate::suite;
use crate::judge;
use crate::reference::Api;
use crate::run::Job;
use crate::target::{self, Surroundings};

const CONFIGURATION: &str = include_str!("../../uptospec.toml");

struct Documents {
    name: &'static str,
    spec: &'static str,
    suite: &'static str,
}

macro_rules! documents {
    ($name:literal) => {
        Documents {
            name: $name,
            spec: include_str!(concat!("../../specs/", $name, ".yaml")),
            suite: include_str!(concat!("../../suites/", $name, ".arazzo.yaml")),
        }
    };
}

const DOCUMENTS: [Documents; 4] =
    [documents!("agntix"), documents!("agentix"), documents!("agenhq"), documents!("agentsgt")];

/// A document that the program carries and cannot read: a fault of ours.
#[derive(Debug, thiserror::Error)]
#[error("a document that the program carries cannot be read: {0}")]
pub struct DocumentsError(pub String);

/// The contracts of the four documented APIs, each with the name of its file.
///
/// # Errors
/// When a document cannot be read.
pub fn contracts() -> Result<Vec<(String, Contract)>, DocumentsError> {
    DOCUMENTS.iter().map(|documents| Ok((documents.file(), documents.contract()?))).collect()
}

impl Documents {
    fn file(&self) -> String {
        format!("specs/{}.yaml", self.name)
    }

    fn contract(&self) -> Result<Contract, DocumentsError> {
        contract::read(&self.file(), self.spec, None).map_err(|error| DocumentsError(error.to_string()))
    }
}

/// The job of auditing an API at a URL, as the configuration that the program carries has it.
///
/// # Errors
/// When a document cannot be read.
pub fn job(api: &Api, url: Url) -> Result<Job, DocumentsError> {
    let refuse = |error: &dyn std::fmt::Display| DocumentsError(error.to_string());
    let documents = DOCUMENTS
        .iter()
        .find(|documents| documents.name == api.name)
        .ok_or_else(|| DocumentsError(format!("there is none for {}", api.name)))?;
    let rules: Vec<&str> = judge::rules().map(|rule| rule.id).collect();
    let wanted = [api.name.to_owned()];
    let surroundings = Surroundings { wanted: &wanted, environment: &|_| None, rules: &rules };
    let config = target::read("uptospec.toml", CONFIGURATION, Path::new(""), &surroundings);
    let target = config.map_err(|error| refuse(&error))?.targets.remove(0);
    let contract = documents.contract()?;
    let suite = suite::read(&format!("suites/{}.arazzo.yaml", api.name), documents.suite);
    Ok(Job { target, url, contract, suite: Some(suite.map_err(|error| refuse(&error))?), fresh: true })
}
