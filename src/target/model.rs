//! A target, whether it was written in a configuration or on the command line.

use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;
use url::Url;

use super::{Secret, Text};
use crate::contract::{DocumentOrigin, Location};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
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
