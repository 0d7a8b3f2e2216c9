//! From options and configuration to targets that are ready to be run.

use std::path::{Path, PathBuf};

use super::arguments::CheckOptions;
use super::documents::{Diagnosed, Loaded};
use super::names::check_names;
use super::server::own_server;
use super::{Failure, documents};
use crate::contract::{self, Contract, Diagnostic, DocumentOrigin, Level, Reach};
use crate::generate::{Suite, suite};
use crate::judge;
use crate::reference::{self, Running, ServerOptions};
use crate::run::{Job, ServerError, StartedServer, start_server};
use crate::target::{Config, HeaderError, Redactor, Surroundings, Target, find, header_option, load, url_option};

/// Targets ready to be run, and the servers that were started for them: they end when this is dropped.
pub struct Prepared {
    /// The targets.
    pub jobs: Vec<Job>,
    references: Vec<Running>,
    commands: Vec<StartedServer>,
}

impl Prepared {
    /// Stops the servers, each in its own way.
    pub async fn stop(self) {
        for server in self.references {
            server.stop().await;
        }
        for server in self.commands {
            server.stop().await;
        }
    }
}

/// A target with its documents, before any server is started or asked.
pub struct Read {
    /// The target.
    pub target: Target,
    /// What it promises.
    pub contract: Contract,
    /// Workflows over its operations.
    pub suite: Option<Suite>,
}

/// Reads everything that a check needs, and starts the reference servers that it needs.
///
/// # Errors
/// When the configuration, a document or a suite is wrong, or a server cannot start.
pub async fn prepare(options: &CheckOptions) -> Result<Prepared, Failure> {
    start(read_all(options).await?).await
}

/// The same for every target of a configuration.
///
/// # Errors
/// As [`prepare`].
pub async fn prepare_config(file: &Path) -> Result<Prepared, Failure> {
    let targets = read_config(file, &[])?.targets;
    start(read_each(targets, &[], Reach::Beside).await?).await
}

/// Reads everything that a check needs, and starts nothing.
///
/// # Errors
/// When the configuration, a document or a suite is wrong.
pub async fn read_all(options: &CheckOptions) -> Result<Vec<Read>, Failure> {
    let mut targets = targets(options)?;
    for target in &mut targets {
        apply(target, options)?;
    }
    read_each(targets, &options.only, options.beside.reach()).await
}

async fn read_each(targets: Vec<Target>, only: &[String], reach: Reach) -> Result<Vec<Read>, Failure> {
    let mut all = Vec::with_capacity(targets.len());
    for target in targets {
        all.push(read(target, only, reach).await?);
    }
    Ok(all)
}

async fn read(mut target: Target, only: &[String], reach: Reach) -> Result<Read, Failure> {
    let contract = read_contract(&target, reach).await?;
    if let (None, DocumentOrigin::Url(document)) = (&target.url, &target.spec) {
        target.url = Some(own_server(document, &contract)?);
    }
    let suite = target.suite.as_deref().map(suite::load).transpose();
    let suite = suite.map_err(|error| Failure::diagnosed(error.diagnostics))?;
    check_names(&target, &contract, only)?;
    Ok(Read { target, contract, suite })
}

async fn start(targets: Vec<Read>) -> Result<Prepared, Failure> {
    let mut prepared = Prepared { jobs: Vec::new(), references: Vec::new(), commands: Vec::new() };
    for Read { target, contract, suite } in targets {
        let fresh = target.url.is_none();
        let url = match &target.url {
            Some(url) => url.clone(),
            None => {
                let server = start_reference(&target).await?;
                let url = url::Url::parse(&server.url).map_err(|error| Failure::Unjudged(error.to_string()))?;
                prepared.references.push(server);
                url
            }
        };
        if let Some(command) = &target.server {
            let shown = |error: ServerError| Redactor::new(target.secrets()).text(&error.to_string()).into_owned();
            let started = start_server(command, &url).await.map_err(|error| Failure::Unjudged(shown(error)))?;
            prepared.commands.push(started);
        }
        prepared.jobs.push(Job { target, url, contract, suite, fresh });
    }
    Ok(prepared)
}

fn targets(options: &CheckOptions) -> Result<Vec<Target>, Failure> {
    if let Some(spec) = &options.spec {
        return target_of_spec(spec.origin()?, options).map(|target| vec![target]);
    }
    let here = std::env::current_dir().map_err(|error| Failure::Usage(error.to_string()))?;
    let file = match &options.config {
        Some(file) => file.clone(),
        None => find(&here).ok_or_else(|| {
            let hint = "name a document and --url, or write one with `uptospec init SPEC > uptospec.toml`";
            Failure::Usage(format!("there is no uptospec.toml here or in a folder above; {hint}"))
        })?,
    };
    let targets = read_config(&file, &options.targets)?.targets;
    if options.url.is_some() && targets.len() != 1 {
        return Err(Failure::Usage("--url is for one target: choose it with --target".to_owned()));
    }
    Ok(targets)
}

/// The target of that name in the configuration here, where there is one that can be used.
pub fn configured(name: &str) -> Option<Target> {
    let file = find(&std::env::current_dir().ok()?)?;
    Some(read_config(&file, &[name.to_owned()]).ok()?.targets.remove(0))
}

fn read_config(file: &Path, wanted: &[String]) -> Result<Config, Failure> {
    let rules: Vec<&str> = judge::rules().map(|rule| rule.id).collect();
    let environment = |name: &str| std::env::var(name).ok();
    let surroundings = Surroundings { wanted, environment: &environment, rules: &rules };
    load(file, &surroundings).map_err(|error| Failure::diagnosed(error.diagnostics))
}

/// A target of the command line alone. Without `--url` it is the one of uptospec.toml with that document.
fn target_of_spec(spec: DocumentOrigin, options: &CheckOptions) -> Result<Target, Failure> {
    if options.url.is_none() {
        if matches!(spec, DocumentOrigin::Url(_)) {
            return Ok(Target::of(spec.stem(), spec));
        }
        let known = spec.file().map(target_of_config).transpose()?.flatten();
        return known.ok_or_else(|| Failure::Usage(format!("{spec} has no target to check: add --url URL")));
    }
    let suite = spec.file().and_then(suite_beside);
    Ok(Target { suite, ..Target::of(spec.stem(), spec) })
}

fn target_of_config(spec: &Path) -> Result<Option<Target>, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::Usage(error.to_string()))?;
    let Some(file) = find(&here) else { return Ok(None) };
    let same = |target: &Target| match (target.spec.file().map(Path::canonicalize), spec.canonicalize()) {
        (Some(Ok(a)), Ok(b)) => a == b,
        _ => false,
    };
    Ok(read_config(&file, &[])?.targets.into_iter().find(same))
}

/// `suites/NAME.arazzo.yaml` beside the folder of `NAME.yaml`.
fn suite_beside(spec: &Path) -> Option<PathBuf> {
    let stem = spec.file_stem()?.to_string_lossy().into_owned();
    let folder = spec.parent()?.join("..").join("suites");
    let folder = if spec.parent()?.as_os_str().is_empty() { PathBuf::from("../suites") } else { folder };
    Some(folder.join(format!("{stem}.arazzo.yaml"))).filter(|file| file.is_file())
}

/// What the command line says goes before what the configuration says.
fn apply(target: &mut Target, options: &CheckOptions) -> Result<(), Failure> {
    let wrong = |error: HeaderError| Failure::Usage(error.to_string());
    let limits = &mut target.limits;
    limits.max_requests = options.max_requests.unwrap_or(limits.max_requests);
    limits.max_generations = options.max_generations.or(limits.max_generations);
    limits.rate = options.rate.or(limits.rate);
    limits.concurrency = options.concurrency.unwrap_or(limits.concurrency);
    limits.time_limit = options.time_limit.unwrap_or(limits.time_limit);
    if let Some(url) = &options.url {
        target.url = Some(url_option(&url.0).map_err(wrong)?);
    }
    for header in &options.headers {
        target.headers.push(header_option(&header.0).map_err(wrong)?);
    }
    for value in &options.values {
        let (location, value) = value.value()?;
        target.values.insert(location, value);
    }
    target.overlays.extend(options.beside.overlays.iter().cloned());
    Ok(())
}

async fn read_contract(target: &Target, reach: Reach) -> Result<Contract, Failure> {
    let loaded = documents::load(&target.spec, &target.overlays, reach).await.map_err(Failure::Diagnosed)?;
    let Loaded { contract, texts } = loaded;
    if contract.operations.is_empty() {
        let mut diagnostics = contract.diagnostics;
        diagnostics.push(Diagnostic {
            level: Level::Error,
            message: "no operation of the document can be tested".to_owned(),
            help: None,
            place: contract::Place::file(contract.file),
        });
        return Err(Failure::Diagnosed(Diagnosed { diagnostics, texts }));
    }
    Ok(contract)
}

async fn start_reference(target: &Target) -> Result<Running, Failure> {
    let Some(api) = reference::api(&target.name) else {
        let known: Vec<&str> = reference::apis().iter().map(|api| api.name).collect();
        return Err(Failure::Usage(format!(
            "target {} has no url, and there is no reference server of that name; there are {}",
            target.name,
            known.join(", ")
        )));
    };
    reference::start(api, ServerOptions::default()).await.map_err(|error| Failure::Unjudged(error.to_string()))
}
