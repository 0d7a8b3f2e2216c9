//! `uptospec replay`: recordings sent again, or judged again as they are.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::arguments::ReplayOptions;
use super::prepare::configured;
use super::{Exit, Failure, Look, documents};
use crate::contract::{Contract, DocumentOrigin};
use crate::generate::{self, Case};
use crate::recording::{RecordedCase, Recording, Unresolved};
use crate::replay::{Again, Player, Standing, Unsendable, judge_recording, unknown};
use crate::report::{Replayed, print_replayed};
use crate::target::{HeaderError, Target, Text, header_option, url_option};

/// Says of each recording whether its finding still stands.
///
/// # Errors
/// When a recording, a document or an option is wrong, or a request cannot be sent at all.
pub async fn replay(options: &ReplayOptions, out: &mut dyn Write) -> Result<Exit, Failure> {
    let wrong = |error: HeaderError| Failure::Usage(error.to_string());
    let headers: Result<Vec<_>, _> = options.headers.iter().map(|header| header_option(&header.0)).collect();
    let headers = headers.map_err(wrong)?;
    let terminal = Look::of_stdout().terminal(false);
    let mut contracts = HashMap::new();
    let mut count = Count::default();
    for file in &files(&options.recordings)? {
        let recording = Recording::load(file).map_err(|error| Failure::Usage(error.to_string()))?;
        let origin = origin(options, &recording)?;
        let contract = match contracts.remove(&origin) {
            Some(contract) => contract,
            None => {
                let overlays = overlays(options, &recording);
                let loaded = documents::load(&origin, &overlays, options.beside.reach()).await;
                loaded.map_err(Failure::Diagnosed)?.contract
            }
        };
        let replayed = one(options, &headers, file, recording, &contract).await?;
        contracts.insert(origin, contract);
        count.take(&replayed.standing);
        print_replayed(out, &terminal, &replayed)?;
    }
    if count.all() > 1 {
        writeln!(out, "{count}")?;
    }
    Ok(count.exit())
}

/// What several recordings came to.
#[derive(Debug, Default)]
struct Count {
    stand: usize,
    gone: usize,
    not_checked: usize,
}

impl Count {
    fn take(&mut self, standing: &Standing) {
        *match standing {
            Standing::Stands(_) | Standing::Elsewhere(_) => &mut self.stand,
            Standing::Gone => &mut self.gone,
            Standing::NotChecked(_) => &mut self.not_checked,
        } += 1;
    }

    fn all(&self) -> usize {
        self.stand + self.gone + self.not_checked
    }

    fn exit(&self) -> Exit {
        match self {
            Count { stand: 1.., .. } => Exit::Violations,
            Count { not_checked: 1.., .. } => Exit::Unjudged,
            Count { .. } => Exit::Conformant,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count { stand, gone, not_checked } = self;
        write!(f, "{} recordings: {stand} still stand, {gone} gone, {not_checked} not checked", self.all())
    }
}

/// The recordings that are meant: of a folder all that are in it, and in the folders of its targets.
fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in named {
        match path.is_dir() {
            true => {
                let found = in_folder(path, 1);
                let mut found =
                    found.map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", path.display())))?;
                if found.is_empty() {
                    let hint = "`uptospec check --record DIR` writes them, one a finding";
                    return Err(Failure::Usage(format!("{} holds no recording: {hint}", path.display())));
                }
                found.sort();
                files.extend(found);
            }
            false => files.push(path.clone()),
        }
    }
    Ok(files)
}

/// The JSON files of a folder, and of those so many levels below it.
fn in_folder(folder: &Path, levels: usize) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && levels > 0 {
            files.extend(in_folder(&path, levels - 1)?);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(files)
}

fn origin(options: &ReplayOptions, recording: &Recording) -> Result<DocumentOrigin, Failure> {
    match &options.spec {
        Some(spec) => spec.origin(),
        None => {
            let spec = &recording.target.spec;
            let origin = DocumentOrigin::of_argument(spec).map_err(|error| Failure::Usage(error.to_string()))?;
            if origin.file().is_some_and(|file| !file.exists()) {
                let hint = "run this in the folder of the check, or name the document with --spec";
                return Err(Failure::Usage(format!("the recording was held to {spec}, which is not here: {hint}")));
            }
            Ok(origin)
        }
    }
}

/// The overlays of the command line, or those that the target's configuration has.
fn overlays(options: &ReplayOptions, recording: &Recording) -> Vec<PathBuf> {
    match options.beside.overlays.as_slice() {
        [] if options.spec.is_none() => configured(&recording.target.name).map(|target| target.overlays),
        given => Some(given.to_vec()),
    }
    .unwrap_or_default()
}

async fn one(
    options: &ReplayOptions,
    headers: &[(String, Text)],
    file: &Path,
    recording: Recording,
    contract: &Contract,
) -> Result<Replayed, Failure> {
    let file = file.display().to_string();
    if let Some(reason) = unknown(contract, &recording) {
        return Ok(Replayed::unsent(file, recording, Standing::NotChecked(reason)));
    }
    let Some(shown) = recording.case.as_shown(contract) else {
        let reason = format!("`{}` is no method", recording.case.request.method);
        return Ok(Replayed::unsent(file, recording, Standing::NotChecked(reason)));
    };
    if options.offline {
        let standing = judge_recording(contract, &recording, &shown);
        return Ok(Replayed::unsent(file, recording, standing));
    }
    let url = options.url.as_ref().map_or(recording.target.url.as_str(), |url| &url.0);
    let url = url_option(url).map_err(|error| Failure::Usage(error.to_string()))?;
    let target = configured(&recording.target.name);
    let known = |name: &str| std::env::var(name).ok().or_else(|| secret_of(target.as_ref()?, name));
    let derived = || made_today(contract, &recording, headers);
    let sendable = |recorded: &RecordedCase, shown: &Case| {
        recorded.as_sent(shown, headers, &known, &derived).map_err(|unresolved| match unresolved {
            missing @ Unresolved::Missing(_) => Unsendable::Usage(missing.to_string()),
            other => Unsendable::Reason(other.to_string()),
        })
    };
    let sent = match sendable(&recording.case, &shown) {
        Ok(sent) => sent,
        Err(Unsendable::Usage(missing)) => return Err(Failure::Usage(format!("{file}: {missing}"))),
        Err(Unsendable::Reason(reason)) => {
            let rule = &recording.finding.rule;
            let hint = format!("`uptospec check --only {} --rule {rule}` makes it anew", recording.case.operation);
            let standing = Standing::NotChecked(format!("{reason}: {hint}"));
            return Ok(Replayed::unsent(file, recording, standing));
        }
    };
    let usual = Target::new(&recording.target.name, &*contract.file);
    let target = target.as_ref().unwrap_or(&usual);
    let player = Player { contract, target, base: &url, resolve: &sendable, tell_pause: &tell_pause };
    let again = player.send_again(&recording, &sent).await;
    let again = again.map_err(|error| Failure::Unjudged(error.to_string()))?;
    let Again { renewals, around, exchange, standing, trouble } = again;
    Ok(Replayed { file, recording, renewals, around, exchange, standing, trouble })
}

fn tell_pause(pause: Duration) {
    let seconds = Duration::from_secs(pause.as_secs_f64().ceil() as u64);
    let told = humantime::format_duration(seconds);
    // With standard error gone there is nobody left to tell.
    let _ = writeln!(anstream::stderr(), "waiting {told}, for the target's limit on requests");
}

/// The secret of that name in a target's configuration.
fn secret_of(target: &Target, name: &str) -> Option<String> {
    target.secrets().find(|secret| secret.name() == name).map(|secret| secret.reveal().to_owned())
}

/// The recorded case as a check would make it today with the credentials of the target's configuration, where there
/// is one here, and these headers.
fn made_today(contract: &Contract, recording: &Recording, headers: &[(String, Text)]) -> Option<Case> {
    let name = &recording.target.name;
    let mut target = configured(name).unwrap_or_else(|| Target::new(name, &*contract.file));
    target.headers.extend(headers.iter().cloned());
    let options = generate::Options { seed: recording.seed, cases: 1 };
    let plan = generate::generate(contract, &target, None, &options);
    plan.cases.into_iter().find(|case| case.id.0 == recording.case.id && case.kind == recording.case.kind)
}
