//! `uptospec identify`: which of the known contracts an endpoint speaks.

use std::io::Write;

use super::arguments::{IdentifyOptions, Unshown};
use super::{Exit, Failure, Look, documents};
use crate::contract::{Contract, DocumentOrigin, Reach};
use crate::identify::{Guess, identify as hold_against};
use crate::report::print_likenesses;
use crate::run::{Job, Options};
use crate::selftest::contracts;
use crate::target::{HeaderError, Target, Text, header_option, url_option};

/// Prints how well the endpoint speaks each contract that the program carries, or those that were given.
///
/// # Errors
/// When an option or a document is wrong.
pub async fn identify(options: &IdentifyOptions, out: &mut dyn Write) -> Result<Exit, Failure> {
    let wrong = |error: HeaderError| Failure::Usage(error.to_string());
    let url = url_option(&options.url.0).map_err(wrong)?;
    let headers: Result<Vec<_>, _> = options.headers.iter().map(|header| header_option(&header.0)).collect();
    let headers = headers.map_err(wrong)?;
    let mut jobs = Vec::new();
    for (origin, contract) in known(options).await? {
        let target = target(origin, &headers, options)?;
        jobs.push(Job { target, url: url.clone(), contract, suite: None, fresh: false });
    }
    let likenesses = hold_against(&jobs, &Options::default()).await;
    let likenesses = likenesses.map_err(|error| Failure::Unjudged(error.to_string()))?;
    let terminal = Look::of_stdout().terminal(options.verbose);
    print_likenesses(out, &terminal, url.as_str(), &likenesses)?;
    let nobody = likenesses.iter().all(|likeness| !likeness.was_answered);
    Ok(match likenesses.first() {
        Some(best) if best.guess() >= Guess::Likely => Exit::Conformant,
        _ if nobody => Exit::Unjudged,
        _ => Exit::Violations,
    })
}

async fn known(options: &IdentifyOptions) -> Result<Vec<(DocumentOrigin, Contract)>, Failure> {
    let mut known = Vec::new();
    if options.specs.is_empty() {
        let carried = contracts().map_err(|error| Failure::Unjudged(error.to_string()))?;
        known.extend(carried.into_iter().map(|(file, contract)| (DocumentOrigin::File(file.into()), contract)));
    }
    for spec in &options.specs {
        let origin = spec.origin()?;
        let contract = documents::load(&origin, &[], Reach::Beside).await.map_err(Failure::Diagnosed)?.contract;
        known.push((origin, contract));
    }
    Ok(known)
}

fn target(origin: DocumentOrigin, headers: &[(String, Text)], options: &IdentifyOptions) -> Result<Target, Failure> {
    let mut target = Target { headers: headers.to_vec(), ..Target::of(origin.stem(), origin) };
    target.limits.rate = options.rate.or(target.limits.rate);
    target.values = options.values.iter().map(Unshown::value).collect::<Result<_, _>>()?;
    Ok(target)
}
