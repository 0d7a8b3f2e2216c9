//! A target, whether it was written in a configuration or on the command line.

use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;
use url::Url;

use super::{Secret, Text};
use crate::contract::{DocumentOrigin, Location, LocationError};

/// One server under test.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name in the configuration, or the spec's file stem.
    pub name: String,
    /// The document.
    pub spec: DocumentOrigin,
    /// Overlays of the document, in the order in which they are applied.
    pub overlays: Vec<PathBuf>,
    /// The Arazzo document with its workflows.
    pub suite: Option<PathBuf>,
    /// Base URL. `None`: the embedded reference server of the target's name.
    pub url: Option<Url>,
    /// Credentials by security scheme.
    pub credentials: IndexMap<String, Text>,
    /// Headers that every request carries.
    pub headers: Vec<(String, Text)>,
    /// Values in place of generated ones.
    pub values: IndexMap<Location, Value>,
    /// Where parts of requests come from, in place of what was inferred.
    pub sources: Vec<SourceChoice>,
    /// How documented conditions are brought about, by name.
    pub states: IndexMap<String, State>,
    /// Limits on what a run may do to it.
    pub limits: Limits,
    /// Severities by rule id that differ from the rule's own.
    pub severity: IndexMap<String, SeverityChoice>,
    /// A server to start before the run and stop after it.
    pub server: Option<ServerCommand>,
}

impl Target {
    /// A target of that name and a document in a file, with nothing given and the usual limits.
    pub fn new(name: impl Into<String>, spec: impl Into<PathBuf>) -> Self {
        Target::of(name, DocumentOrigin::File(spec.into()))
    }

    /// The same with a document from anywhere.
    pub fn of(name: impl Into<String>, spec: DocumentOrigin) -> Self {
        Target {
            name: name.into(),
            spec,
            overlays: Vec::new(),
            suite: None,
            url: None,
            credentials: IndexMap::new(),
            headers: Vec::new(),
            values: IndexMap::new(),
            sources: Vec::new(),
            states: IndexMap::new(),
            limits: Limits::default(),
            severity: IndexMap::new(),
            server: None,
        }
    }

    /// Every secret that its configuration holds, those of its states among them.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let of_states = self.states.values().flat_map(State::texts);
        self.credentials
            .values()
            .chain(self.headers.iter().map(|(_, text)| text))
            .chain(of_states)
            .flat_map(Text::secrets)
    }
}

impl State {
    fn texts(&self) -> impl Iterator<Item = &Text> {
        let hooks = [&self.before, &self.after].into_iter().flatten();
        let of_hooks = hooks.filter_map(|hook| match hook {
            Hook::Http { url, .. } => Some(url),
            Hook::Run(_) => None,
        });
        self.credentials.values().chain(self.headers.iter().map(|(_, text)| text)).chain(of_hooks)
    }
}

/// Where a part of a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceChoice {
    /// The operation that is meant; `None` for every one that has the part.
    pub operation: Option<String>,
    /// The part.
    pub at: Location,
    /// What gives it; `None`: no other operation does.
    pub from: Option<ChosenSource>,
}

/// An operation whose answer gives a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenSource {
    /// Its id.
    pub operation: String,
    /// JSON Pointer into its answer; `None`: what fits by its name, or `Location`.
    pub pointer: Option<String>,
}

/// A source that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The key names no part.
    #[error(transparent)]
    Part(#[from] LocationError),
    /// The text names no operation.
    #[error("`{0}` names no source: write OPERATION, OPERATION#/json/pointer or none")]
    Source(String),
}

impl SourceChoice {
    /// Reads `path.petId` or `OPERATION path.petId`, and `OPERATION#/json/pointer`, `OPERATION` or `none`.
    ///
    /// # Errors
    /// When one of them means nothing.
    pub fn read(key: &str, source: &str) -> Result<Self, SourceError> {
        let (operation, at) = match key.trim().rsplit_once(' ') {
            Some((operation, at)) => (Some(operation.trim().to_owned()), at),
            None => (None, key.trim()),
        };
        let at = at.parse()?;
        let source = source.trim();
        if source == "none" {
            return Ok(SourceChoice { operation, at, from: None });
        }
        let (giver, pointer) = match source.split_once('#') {
            Some((giver, pointer)) => (giver.trim(), Some(pointer.to_owned())),
            None => (source, None),
        };
        let is_pointer = pointer.as_ref().is_none_or(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        if giver.is_empty() || !is_pointer {
            return Err(SourceError::Source(source.to_owned()));
        }
        Ok(SourceChoice { operation, at, from: Some(ChosenSource { operation: giver.to_owned(), pointer }) })
    }
}

/// A condition that a documented answer needs, and how this target is brought into it.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Credentials in place of the target's.
    pub credentials: IndexMap<String, Text>,
    /// Headers added to the target's.
    pub headers: Vec<(String, Text)>,
    /// Values in place of the target's.
    pub values: IndexMap<Location, Value>,
    /// What brings it about.
    pub before: Option<Hook>,
    /// What undoes it.
    pub after: Option<Hook>,
}

/// Something done outside the requests of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Hook {
    /// An HTTP call; any 2xx is success.
    Http {
        /// Its method.
        method: http::Method,
        /// Its URL; a password in it, and what the environment gave, are secrets.
        url: Text,
    },
    /// A command for the shell; exit 0 is success.
    Run(String),
}

/// A server that is started for the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerCommand {
    /// The command line.
    pub start: String,
    /// Path that answers 2xx once the server is ready.
    pub ready: Option<String>,
}

/// Limits on what a run may do to a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Requests under way at once.
    pub concurrency: usize,
    /// Longest mean pace; `None`: as fast as the target answers, but never over a documented limit.
    pub rate: Option<Rate>,
    /// Most requests that a run may send.
    pub max_requests: usize,
    /// Most requests that ask for an answer to be generated; `None`: as many as the plan has.
    pub max_generations: Option<usize>,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Longest silence, before the head and between two pieces of a body.
    pub idle_timeout: Duration,
    /// Longest time for the whole run.
    pub time_limit: Duration,
    /// Longest wait for a documented rate limit that was met to let in again; zero for none.
    pub window_wait: Duration,
    /// Most bytes of one body that are read, decoded or not; 0 for no limit.
    pub max_body: usize,
    /// Most events of one stream that are read; 0 for no limit.
    pub max_events: usize,
    /// Longest time that one exchange may take: a stream that goes on is judged by what came until then.
    pub max_stream_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            concurrency: 8,
            rate: None,
            max_requests: 2_000,
            max_generations: None,
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(30),
            time_limit: Duration::from_secs(600),
            window_wait: Duration::from_secs(120),
            max_body: 16 * 1024 * 1024,
            max_events: 0,
            max_stream_time: Duration::from_secs(60),
        }
    }
}

/// So many requests in so much time, spread evenly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub requests: u32,
    /// In how long.
    pub per: Duration,
}

/// What a configuration makes of a rule's severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeverityChoice {
    /// Breaks the contract.
    Error,
    /// Should be mended.
    Warning,
    /// Worth knowing.
    Note,
    /// Not judged.
    Off,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_operation_with_or_without_a_pointer_or_none() {
        let read = |key, source| SourceChoice::read(key, source).unwrap();
        let from = |operation: &str, pointer: Option<&str>| {
            Some(ChosenSource { operation: operation.to_owned(), pointer: pointer.map(str::to_owned) })
        };
        let pet = Location::Path("petId".to_owned());
        assert_eq!(read("path.petId", "createPet#/id").from, from("createPet", Some("/id")));
        assert_eq!(read("path.petId", "POST /pets").from, from("POST /pets", None));
        let of_one = read("GET /pets/{petId} path.petId", "none");
        assert_eq!(of_one, SourceChoice { operation: Some("GET /pets/{petId}".to_owned()), at: pet, from: None });
    }

    #[test]
    fn what_names_no_part_or_no_source_is_refused_with_what_would_be_right() {
        for (key, source) in [("petId", "createPet"), ("path.petId", ""), ("path.petId", "createPet#id")] {
            let error = SourceChoice::read(key, source).unwrap_err().to_string();
            assert!(error.contains("write "), "{error}");
        }
    }
}
