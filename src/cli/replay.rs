//! `uptospec replay`: recordings sent again, or judged again as they are.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use super::arguments::ReplayOptions;
use super::{Exit, Failure, Look, documents};
use crate::contract::{Contract, DocumentOrigin};
use crate::recording::{Recording, Unresolved};
use crate::replay::{Standing, judge_recording, send_again};
use crate::report::{Replayed, print_replayed};
use crate::target::{HeaderError, Text, header_option, url_option};

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
        return Ok(Replayed { file, recording, exchange: None, standing: Standing::NotChecked(reason) });
    };
    if options.offline {
        let standing = judge_recording(contract, &recording, &shown);
        return Ok(Replayed { file, exchange: None, standing, recording });
    }
    let url = options.url.as_ref().map_or(recording.target.url.as_str(), |url| &url.0);
    let url = url_option(url).map_err(|error| Failure::Usage(error.to_string()))?;
    let environment = |name: &str| std::env::var(name).ok();
    let sent = match recording.case.as_sent(&shown, headers, &environment) {
        Ok(sent) => sent,
        Err(missing @ Unresolved::Missing(_)) => return Err(Failure::Usage(format!("{file}: {missing}"))),
        Err(unresolved) => {
            let rule = &recording.finding.rule;
            let hint = format!("`uptospec check --only {} --rule {rule}` makes it anew", recording.case.operation);
            let standing = Standing::NotChecked(format!("{unresolved}: {hint}"));
            return Ok(Replayed { file, recording, exchange: None, standing });
        }
    };
    let again = send_again(contract, &recording, &sent, &url).await;
    let (exchange, standing) = again.map_err(|error| Failure::Unjudged(error.to_string()))?;
    Ok(Replayed { file, recording, exchange: Some(exchange), standing })
}
