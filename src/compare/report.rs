//! The JSON report of an earlier run, as far as it is compared.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::judge::Severity;
use crate::run::{PromiseVerdict, RunVerdict};

/// A run.
#[derive(Debug, Clone, Deserialize)]
#[serde(expecting = "a run")]
pub struct Report {
    /// Version of the program that wrote it.
    pub uptospec: String,
    /// What it came to.
    pub verdict: RunVerdict,
    /// When it began, as RFC 3339 writes it.
    pub started: String,
    /// Its targets.
    pub targets: Vec<Target>,
}

/// One target of a run.
#[derive(Debug, Clone, Deserialize)]
#[serde(expecting = "a target with its results")]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Its base URL.
    pub url: String,
    /// The document that it was held to.
    pub spec: String,
    /// What it came to.
    pub verdict: RunVerdict,
    /// Why it could not be judged, or not in full.
    #[serde(default)]
    pub incomplete: Vec<String>,
    /// Requests sent.
    pub requests: usize,
    /// Broken rules.
    pub findings: Vec<Finding>,
    /// How often each rule was judged.
    pub checks: Vec<Check>,
    /// Sentences of the documents.
    pub promises: Vec<Promise>,
    /// What was left out before anything was sent; reports of the first versions lack it.
    #[serde(default)]
    pub not_checked: Vec<LeftOut>,
}

/// A broken rule on an operation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Finding {
    /// Id of the rule.
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Id of the operation.
    pub operation: String,
    /// The state, where its case needs one.
    pub state: Option<String>,
    /// What is wrong.
    pub message: String,
    /// How many cases show it.
    pub count: usize,
}

/// How often a rule was judged on an operation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Check {
    /// Id of the rule.
    pub rule: String,
    /// Id of the operation.
    pub operation: String,
    /// How often it was kept.
    pub passed: usize,
    /// How often it was broken.
    pub failed: usize,
    /// How often it could not be judged.
    pub not_checked: usize,
    /// Why it could not be judged: the most frequent reason.
    pub reason: Option<String>,
}

/// Something that was left out before anything was sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LeftOut {
    /// Id of the operation.
    pub operation: String,
    /// The state that is missing, where one is.
    #[serde(default)]
    pub state: Option<String>,
}

/// A sentence of the documents, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Promise {
    /// The sentence, where one is quoted.
    pub quote: Option<String>,
    /// Where it stands.
    pub document: String,
    /// Where the spec says it; reports of the first versions lack it.
    #[serde(default)]
    pub place: String,
    /// The operation that it belongs to.
    #[serde(default)]
    pub operation: Option<String>,
    /// What became of it.
    pub verdict: PromiseVerdict,
}

/// A file that is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It cannot be read.
    #[error("the report {} cannot be read: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// It is something else.
    #[error("{}:{}:{}: this is no JSON report of a run: {}; `uptospec check --report json=PATH` writes one",
        path.display(), error.line(), error.column(), without_place(error))]
    NotAReport {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        error: serde_json::Error,
    },
}

/// What a parser says, without the place that it puts at the end.
fn without_place(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    words.strip_suffix(&place).unwrap_or(&words).to_owned()
}

impl Report {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is no report.
    pub fn load(path: &Path) -> Result<Self, ReportError> {
        let text = std::fs::read(path).map_err(|error| ReportError::Unreadable { path: path.to_owned(), error })?;
        serde_json::from_slice(&text).map_err(|error| ReportError::NotAReport { path: path.to_owned(), error })
    }
}

impl Finding {
    /// What makes it one finding and no other: rule, operation and state.
    pub fn key(&self) -> (&str, &str, Option<&str>) {
        (&self.rule, &self.operation, self.state.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn what_the_json_report_writes_is_read() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), fixture::json(&fixture::run())).unwrap();
        let report = Report::load(file.path()).unwrap();
        let written = &fixture::run().targets[0];
        let read = &report.targets[0];
        assert_eq!((read.name.as_str(), read.requests), (written.name.as_str(), written.requests));
        assert_eq!(read.findings.len(), written.findings.len());
        assert_eq!(read.checks.len(), written.checks.len());
        assert_eq!(read.promises.len(), written.promises.len());
    }

    #[test]
    fn another_file_is_refused_with_its_place_and_what_would_be_right() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "{\n  \"verdict\": \"fine\"\n}").unwrap();
        let error = Report::load(file.path()).unwrap_err().to_string();
        assert!(error.contains(":2:19: this is no JSON report of a run: unknown variant `fine`"), "{error}");
        assert!(error.ends_with("`incomplete`; `uptospec check --report json=PATH` writes one"), "{error}");
    }

    #[test]
    fn the_first_line_of_an_ndjson_report_is_told_from_a_report() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), r#"{"event":"run-started","uptospec":"0.1.0","targets":["api"]}"#).unwrap();
        let error = Report::load(file.path()).unwrap_err().to_string();
        assert!(error.contains(r#"string "api", expected a target with its results; `uptospec"#), "{error}");
    }
}
