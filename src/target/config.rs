//! Reading `uptospec.toml`.

use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use url::Url;

use super::command_line::{header_text, http_url};
use super::keys;
use super::substitute::{secret_name, substitute};
use super::table::{Reader, help_nearest};
use super::{
    Hook, Limits, Secret, ServerCommand, SeverityChoice, SourceChoice, State, Target, Text, duration, duration_or_none,
    rate, url_option,
};
use crate::contract::{Diagnostic, DocumentOrigin, Level, Location, Place};

/// A configuration: its targets in the order of the file.
#[derive(Debug, Clone)]
pub struct Config {
    /// The targets.
    pub targets: Vec<Target>,
}

/// A configuration that cannot be used; everything that is wrong with it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.diagnostics.first().map(ToString::to_string).unwrap_or_default())]
pub struct ConfigError {
    /// At least one.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a configuration is read against.
pub struct Surroundings<'a> {
    /// Names of the targets that are wanted; empty for all. Only theirs may need the environment.
    pub wanted: &'a [String],
    /// Looks up an environment variable.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// Ids of the rules that there are.
    pub rules: &'a [&'a str],
}

/// Reads a configuration. Paths in it are relative to the file.
///
/// # Errors
/// When the file cannot be read, is no TOML, holds an unknown key or a value that means nothing, or
/// lacks a wanted target; each with its place and what would be right.
pub fn load(file: &Path, surroundings: &Surroundings<'_>) -> Result<Config, ConfigError> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| ConfigError {
        diagnostics: vec![Diagnostic {
            level: Level::Error,
            message: format!("the configuration cannot be read: {error}"),
            help: Some("`uptospec init SPEC` writes one to fill in".to_owned()),
            place: Place::file(name.as_str()),
        }],
    })?;
    read(&name, &text, file.parent().unwrap_or(Path::new("")), surroundings)
}

/// Reads a configuration that is in memory; `directory` is what its paths are relative to.
///
/// # Errors
/// As [`load`], the file itself excepted.
pub fn read(name: &str, text: &str, directory: &Path, surroundings: &Surroundings<'_>) -> Result<Config, ConfigError> {
    let mut reader = Reader::new(name, text);
    let mut targets = Vec::new();
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        reader.wrong(error.span().unwrap_or(0..0), error.message().to_owned(), None);
    }
    if errors.is_empty() {
        reader.refuse_unknown(root.get_ref(), "a configuration", &["target"]);
        match reader.table(root.get_ref(), "target") {
            Some(tables) => targets = read_targets(&mut reader, tables, directory, surroundings),
            None => reader.wrong(0..0, "there is no target", "write [target.NAME] with a spec".to_owned()),
        }
    }
    let diagnostics = reader.into_diagnostics();
    if diagnostics.is_empty() { Ok(Config { targets }) } else { Err(ConfigError { diagnostics }) }
}

/// The names of the targets of a configuration, whatever is wrong with them; none where it cannot be read.
pub fn names(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let (root, _) = DeTable::parse_recoverable(&text);
    let targets = root.get_ref().get("target").and_then(|targets| targets.get_ref().as_table());
    targets.into_iter().flat_map(|targets| targets.keys()).map(|key| key.get_ref().to_string()).collect()
}

fn read_targets(
    reader: &mut Reader<'_>,
    tables: &DeTable<'_>,
    directory: &Path,
    surroundings: &Surroundings<'_>,
) -> Vec<Target> {
    let names: Vec<&str> = tables.keys().map(|key| key.get_ref().as_ref()).collect();
    for wanted in surroundings.wanted.iter().filter(|wanted| !names.contains(&wanted.as_str())) {
        reader.wrong(0..0, format!("there is no target `{wanted}`"), help_nearest(wanted, &names));
    }
    let is_wanted =
        |name: &str| surroundings.wanted.is_empty() || surroundings.wanted.iter().any(|wanted| wanted == name);
    let mut targets = Vec::new();
    for (key, value) in tables {
        let name = key.get_ref().as_ref();
        if !is_wanted(name) {
            continue;
        }
        match value.get_ref().as_table() {
            Some(table) => {
                targets.extend(TargetReader { reader, surroundings, directory, name }.read(key.span(), table))
            }
            None => reader.wrong(value.span(), format!("target `{name}` is no table"), None),
        }
    }
    targets
}

/// Reads one target.
struct TargetReader<'r, 'a> {
    reader: &'r mut Reader<'a>,
    surroundings: &'r Surroundings<'r>,
    directory: &'r Path,
    name: &'r str,
}

impl TargetReader<'_, '_> {
    fn read(mut self, span: std::ops::Range<usize>, table: &DeTable<'_>) -> Option<Target> {
        self.reader.refuse_unknown(table, "a target", &keys::of_target());
        let path = |text: Spanned<&str>| self.directory.join(text.get_ref());
        let suite = self.reader.text(table, "suite").map(path);
        let overlays = self.reader.texts(table, "overlays").into_iter().map(|text| self.directory.join(text)).collect();
        let directory = self.directory;
        let spec = self.reader.parsed(table, "spec", |text| DocumentOrigin::beside(directory, text));
        let Some(spec) = spec else {
            if !table.contains_key("spec") {
                self.reader.wrong(
                    span,
                    format!("target `{}` has no spec", self.name),
                    "add spec = \"FILE\"".to_owned(),
                );
            }
            return None;
        };
        Some(Target {
            name: self.name.to_owned(),
            spec,
            overlays,
            suite,
            url: self.url(table),
            credentials: self.credentials(table, None),
            headers: self.headers(table),
            values: self.values(table),
            sources: self.sources(table),
            states: self.states(table),
            limits: self.limits(table),
            severity: self.severity(table),
            server: self.server(table),
        })
    }

    /// The base URL; `${NAME}` in it is read from the environment and is no secret.
    fn url(&mut self, table: &DeTable<'_>) -> Option<Url> {
        let environment = self.surroundings.environment;
        self.reader.parsed(table, "url", |text| {
            let text = substitute(text, environment).map_err(|error| error.to_string())?;
            url_option(&text.reveal()).map_err(|error| error.to_string())
        })
    }

    fn limits(&mut self, table: &DeTable<'_>) -> Limits {
        let default = Limits::default();
        Limits {
            concurrency: self.reader.count(table, "concurrency").unwrap_or(default.concurrency),
            rate: self.reader.parsed(table, "rate", rate),
            max_requests: self.reader.count(table, "max-requests").unwrap_or(default.max_requests),
            max_generations: self.reader.count(table, "max-generations").or(default.max_generations),
            connect_timeout: self.reader.parsed(table, "connect-timeout", duration).unwrap_or(default.connect_timeout),
            idle_timeout: self.reader.parsed(table, "idle-timeout", duration).unwrap_or(default.idle_timeout),
            time_limit: self.reader.parsed(table, "time-limit", duration).unwrap_or(default.time_limit),
            window_wait: self.reader.parsed(table, "window-wait", duration_or_none).unwrap_or(default.window_wait),
            max_body: self.reader.count_or_none(table, "max-body").unwrap_or(default.max_body),
            max_events: self.reader.count_or_none(table, "max-events").unwrap_or(default.max_events),
            max_stream_time: self.reader.parsed(table, "max-stream-time", duration).unwrap_or(default.max_stream_time),
        }
    }

    fn credentials(&mut self, table: &DeTable<'_>, state: Option<&str>) -> IndexMap<String, Text> {
        let mut credentials = IndexMap::new();
        for (scheme, value) in self.entries(table, "credentials") {
            let Some(text) = self.plain_text(value) else { continue };
            if text.chars().any(char::is_control) {
                self.reader.wrong(value.span(), "this credential holds a control character", None);
                continue;
            }
            let credential = if text.contains("${") {
                self.substituted(value, text)
            } else {
                let name = [Some(scheme), state].into_iter().flatten().map(secret_name).collect::<Vec<_>>().join("_");
                Some(Text::secret(Secret::new(name, text)))
            };
            credentials.extend(credential.map(|credential| (scheme.to_owned(), credential)));
        }
        credentials
    }

    fn headers(&mut self, table: &DeTable<'_>) -> Vec<(String, Text)> {
        let mut headers = Vec::new();
        for (name, value) in self.entries(table, "headers") {
            let Some(text) = self.plain_text(value) else { continue };
            if http::HeaderName::from_bytes(name.as_bytes()).is_err() {
                self.reader.wrong(value.span(), format!("`{name}` is no header name"), None);
                continue;
            }
            let text = if text.contains("${") { self.substituted(value, text) } else { Some(header_text(name, text)) };
            headers.extend(text.map(|text| (name.to_owned(), text)));
        }
        headers
    }

    fn values(&mut self, table: &DeTable<'_>) -> IndexMap<Location, serde_json::Value> {
        let mut values = IndexMap::new();
        for (key, value) in self.entries(table, "values") {
            match key.parse::<Location>() {
                Ok(location) => values.extend(self.reader.json(value).map(|value| (location, value))),
                Err(error) => self.reader.wrong(value.span(), error.to_string(), None),
            }
        }
        values
    }

    fn sources(&mut self, table: &DeTable<'_>) -> Vec<SourceChoice> {
        let mut sources = Vec::new();
        for (key, value) in self.entries(table, "sources") {
            let Some(text) = self.plain_text(value) else { continue };
            match SourceChoice::read(key, text) {
                Ok(source) => sources.push(source),
                Err(error) => self.reader.wrong(value.span(), error.to_string(), None),
            }
        }
        sources
    }

    fn states(&mut self, table: &DeTable<'_>) -> IndexMap<String, State> {
        let mut states = IndexMap::new();
        for (name, value) in self.entries(table, "states") {
            let Some(table) = value.get_ref().as_table() else {
                self.reader.wrong(value.span(), format!("state `{name}` is no table"), None);
                continue;
            };
            self.reader.refuse_unknown(table, "a state", &keys::OF_STATE);
            let state = State {
                credentials: self.credentials(table, Some(name)),
                headers: self.headers(table),
                values: self.values(table),
                before: self.hook(table, "before"),
                after: self.hook(table, "after"),
            };
            states.insert(name.to_owned(), state);
        }
        states
    }

    fn hook(&mut self, table: &DeTable<'_>, key: &str) -> Option<Hook> {
        let hook = self.reader.table(table, key)?;
        self.reader.refuse_unknown(hook, "a hook", &["http", "run"]);
        let (http, run) = (self.reader.text(hook, "http"), self.reader.text(hook, "run"));
        let http = match (http, run) {
            (Some(_), Some(run)) => return self.no_hook(run.span(), "a hook is one call or one command, not both"),
            (None, Some(run)) if run.get_ref().trim().is_empty() => {
                return self.no_hook(run.span(), "this command does nothing");
            }
            (None, Some(run)) => return Some(Hook::Run((*run.get_ref()).to_owned())),
            (None, None) if hook.is_empty() => {
                return self.no_hook(table.get(key)?.span(), "this hook does nothing");
            }
            (None, None) => return None,
            (Some(http), None) => http,
        };
        let Some((method, url)) = http.get_ref().split_once(' ') else { return self.no_call(http.span()) };
        let url = match substitute(url.trim(), self.surroundings.environment) {
            Ok(url) => url,
            Err(error) => {
                self.reader.wrong(http.span(), error.to_string(), None);
                return None;
            }
        };
        match (method.parse(), http_url(&url.reveal())) {
            (Ok(method), Ok(_)) => Some(Hook::Http { method, url: without_password(url) }),
            _ => self.no_call(http.span()),
        }
    }

    fn no_hook(&mut self, span: std::ops::Range<usize>, message: &str) -> Option<Hook> {
        let help = "write { http = \"POST http://host/path\" } or { run = \"a command\" }".to_owned();
        self.reader.wrong(span, message, help);
        None
    }

    fn no_call(&mut self, span: std::ops::Range<usize>) -> Option<Hook> {
        self.reader.wrong(span, "this is no HTTP call", "write \"POST http://host/path\"".to_owned());
        None
    }

    fn severity(&mut self, table: &DeTable<'_>) -> IndexMap<String, SeverityChoice> {
        let mut severity = IndexMap::new();
        for (rule, value) in self.entries(table, "severity") {
            if !self.surroundings.rules.contains(&rule) {
                let help = help_nearest(rule, self.surroundings.rules);
                self.reader.wrong(value.span(), format!("there is no rule `{rule}`"), help);
                continue;
            }
            let Some(word) = self.plain_text(value) else { continue };
            let choice = match word {
                "error" => SeverityChoice::Error,
                "warning" => SeverityChoice::Warning,
                "note" => SeverityChoice::Note,
                "off" => SeverityChoice::Off,
                _ => {
                    let help = help_nearest(word, &["error", "warning", "note", "off"]);
                    self.reader.wrong(value.span(), format!("`{word}` is no severity"), help);
                    continue;
                }
            };
            severity.insert(rule.to_owned(), choice);
        }
        severity
    }

    fn server(&mut self, table: &DeTable<'_>) -> Option<ServerCommand> {
        let ready = self.reader.text(table, "ready").map(|text| (*text.get_ref()).to_owned());
        let start = self.reader.text(table, "start")?;
        if !table.contains_key("url") {
            let help = "add url = \"http://127.0.0.1:PORT\"".to_owned();
            self.reader.wrong(start.span(), "a server is started, and nothing says where it listens", help);
        }
        Some(ServerCommand { start: (*start.get_ref()).to_owned(), ready })
    }

    fn entries<'t, 'i>(&mut self, table: &'t DeTable<'i>, key: &str) -> Vec<(&'t str, &'t Spanned<DeValue<'i>>)> {
        let Some(inner) = self.reader.table(table, key) else { return Vec::new() };
        inner.iter().map(|(key, value)| (key.get_ref().as_ref(), value)).collect()
    }

    fn plain_text<'t>(&mut self, value: &'t Spanned<DeValue<'_>>) -> Option<&'t str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.reader.wrong(value.span(), "this is not text", "put it in quotes".to_owned());
        }
        text
    }

    fn substituted(&mut self, value: &Spanned<DeValue<'_>>, text: &str) -> Option<Text> {
        substitute(text, self.surroundings.environment)
            .map_err(|error| {
                let help = "set it, or choose other targets with --target".to_owned();
                self.reader.wrong(value.span(), error.to_string(), help);
            })
            .ok()
    }
}

/// The URL of a hook with a password in it as a secret.
fn without_password(url: Text) -> Text {
    let whole = url.reveal();
    let authority = whole.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
    let user = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
    match user.and_then(|user| user.split_once(':')) {
        Some((_, password)) => url.hiding(&Secret::new("PASSWORD", password)),
        None => url,
    }
}

/// Where `check` looks for a configuration when none is named: in the working folder, which is `here`,
/// then in each folder above it. The path is relative, as people would write it.
pub fn find(here: &Path) -> Option<PathBuf> {
    let depth = here.ancestors().position(|folder| folder.join("uptospec.toml").is_file())?;
    Some(std::iter::repeat_n("..", depth).collect::<PathBuf>().join("uptospec.toml"))
}

#[cfg(test)]
mod tests;
