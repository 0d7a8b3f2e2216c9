//! `uptospec replay`: recordings sent again, or judged again as they are.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use super::arguments::ReplayOptions;
use super::prepare::configured;
use super::{Exit, Failure, Look, documents};
use crate::contract::{Contract, DocumentOrigin};
use crate::generate::{self, Case};
use crate::recording::{RecordedCase, Recording, Unresolved};
use crate::replay::{ReplayError, Standing, judge_recording, renew, send_again};
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
    let (mut stands, mut unknown) = (false, false);
    for file in &options.recordings {
        let recording = Recording::load(file).map_err(|error| Failure::Usage(error.to_string()))?;
        let origin = origin(options, &recording)?;
        let contract = match contracts.remove(&origin) {
            Some(contract) => contract,
            None => {
                let loaded = documents::load(&origin, &options.beside.overlays, options.beside.reach()).await;
                loaded.map_err(Failure::Diagnosed)?.contract
            }
        };
        let replayed = one(options, &headers, file, recording, &contract).await?;
        contracts.insert(origin, contract);
        stands |= matches!(replayed.standing, Standing::Stands(_) | Standing::Elsewhere(_));
        unknown |= matches!(replayed.standing, Standing::NotChecked(_));
        print_replayed(out, &terminal, &replayed)?;
    }
    Ok(match (stands, unknown) {
        (true, _) => Exit::Violations,
        (false, true) => Exit::Unjudged,
        (false, false) => Exit::Conformant,
    })
}

fn origin(options: &ReplayOptions, recording: &Recording) -> Result<DocumentOrigin, Failure> {
    match &options.spec {
        Some(spec) => spec.origin(),
        None => DocumentOrigin::of_argument(&recording.target.spec).map_err(|error| Failure::Usage(error.to_string())),
    }
}

async fn one(
    options: &ReplayOptions,
    headers: &[(String, Text)],
    file: &Path,
    recording: Recording,
    contract: &Contract,
) -> Result<Replayed, Failure> {
    let file = file.display().to_string();
    let Some(shown) = recording.case.as_shown(contract) else {
        let reason = format!("{} has no operation {}", contract.file, recording.case.operation);
        return Ok(Replayed::unsent(file, recording, Standing::NotChecked(reason)));
    };
    if options.offline {
        let standing = judge_recording(contract, &recording, &shown);
        return Ok(Replayed::unsent(file, recording, standing));
    }
    let url = options.url.as_ref().map_or(recording.target.url.as_str(), |url| &url.0);
    let url = url_option(url).map_err(|error| Failure::Usage(error.to_string()))?;
    let environment = |name: &str| std::env::var(name).ok();
    let derived = || made_today(contract, &recording, headers);
    let mut sent = match recording.case.as_sent(&shown, headers, &environment, &derived) {
        Ok(sent) => sent,
        Err(missing @ Unresolved::Missing(_)) => return Err(Failure::Usage(format!("{file}: {missing}"))),
        Err(unresolved) => {
            let rule = &recording.finding.rule;
            let hint = format!("`uptospec check --only {} --rule {rule}` makes it anew", recording.case.operation);
            let standing = Standing::NotChecked(format!("{unresolved}: {hint}"));
            return Ok(Replayed::unsent(file, recording, standing));
        }
    };
    let unsent = |error: ReplayError| Failure::Unjudged(error.to_string());
    let resolve = |source: &RecordedCase, shown: &Case| {
        source.as_sent(shown, headers, &environment, &|| None).map_err(|unresolved| unresolved.to_string())
    };
    let renewals = renew(contract, &recording.case, &mut sent, &url, &resolve).await.map_err(unsent)?;
    let again = send_again(contract, &recording, &sent, &url).await;
    let (exchange, standing) = again.map_err(unsent)?;
    Ok(Replayed { file, recording, renewals, exchange: Some(exchange), standing })
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
