//! The rules under test: every fault of the reference servers must be noticed, and a server without
//! faults must raise no finding of severity `error`.

mod documents;

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use url::Url;

pub use documents::{DocumentsError, contracts, job};

use crate::judge::Severity;
use crate::reference::{self, Api, Fault, ServerOptions, StartError};
use crate::run::{self, Event, FoundFinding, Options, Reporter, RunError};

/// Faults under test at once: each is a server and an audit of its own.
const AT_ONCE: usize = 8;
/// Positive cases an operation: a fault shows on the first of them or on none.
const CASES: usize = 10;

/// What became of one server: without a fault, or with one.
#[derive(Debug)]
pub struct Outcome {
    /// The API.
    pub api: &'static Api,
    /// The fault; `None` for the conformant server.
    pub fault: Option<&'static Fault>,
    /// Findings that the conformant server does not raise, or for that server all of them.
    pub findings: Vec<FoundFinding>,
}

/// A self-test that broke off.
#[derive(Debug, thiserror::Error)]
pub enum SelftestError {
    /// A server did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A document of ours cannot be read.
    #[error(transparent)]
    Documents(#[from] DocumentsError),
    /// An audit broke off.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Outcome {
    /// Rules that noticed the fault and were meant to.
    pub fn caught_by(&self) -> Vec<&'static str> {
        let Some(fault) = self.fault else { return Vec::new() };
        let ids = self.findings.iter().map(|found| found.finding.rule);
        ids.filter(|rule| fault.rules.contains(rule)).collect()
    }

    /// Whether the rules did what they should: noticed the fault, or left a conformant server alone.
    pub fn is_right(&self) -> bool {
        match self.fault {
            Some(_) => !self.caught_by().is_empty(),
            None => self.findings.iter().all(|found| found.finding.severity != Severity::Error),
        }
    }
}

/// Audits one API without faults and with each of its faults, the conformant server first. `tell` hears
/// of each as it is done.
///
/// # Errors
/// When a server or an audit cannot be started.
pub async fn selftest(api: &'static Api, mut tell: impl FnMut(&Outcome)) -> Result<Vec<Outcome>, SelftestError> {
    let conformant = conformant(api).await?;
    tell(&conformant);
    let mut outcomes = Vec::new();
    let mut audits = stream::iter(api.faults()).map(|fault| faulty(&conformant, fault)).buffered(AT_ONCE);
    while let Some(outcome) = audits.next().await {
        let outcome = outcome?;
        tell(&outcome);
        outcomes.push(outcome);
    }
    drop(audits);
    outcomes.insert(0, conformant);
    Ok(outcomes)
}

/// Audits one API without faults.
///
/// # Errors
/// When the server or the audit cannot be started.
pub async fn conformant(api: &'static Api) -> Result<Outcome, SelftestError> {
    Ok(Outcome { api, fault: None, findings: audit(api, None).await? })
}

/// Audits the API with one fault; what its conformant server raises, too, does not count.
///
/// # Errors
/// When the server or the audit cannot be started.
pub async fn faulty(conformant: &Outcome, fault: &'static Fault) -> Result<Outcome, SelftestError> {
    let known: Vec<_> = conformant.findings.iter().map(key).collect();
    let mut findings = audit(conformant.api, Some(fault)).await?;
    findings.retain(|found| !known.contains(&key(found)));
    Ok(Outcome { api: conformant.api, fault: Some(fault), findings })
}

fn key(found: &FoundFinding) -> (&'static str, Severity, String, Option<String>) {
    (found.finding.rule, found.finding.severity, found.operation.clone(), found.state.clone())
}

async fn audit(api: &'static Api, fault: Option<&'static Fault>) -> Result<Vec<FoundFinding>, SelftestError> {
    let faults = fault.iter().map(|fault| fault.name.to_owned()).collect();
    let server = reference::start(api, ServerOptions { faults, ..ServerOptions::default() }).await?;
    let url = Url::parse(&server.url).map_err(|error| DocumentsError(format!("{}: {error}", server.url)))?;
    let mut job = job(api, url)?;
    // Only where a limit is at fault does it matter what a window without requests shows.
    if fault.is_some_and(|fault| !fault.rules.iter().any(|rule| rule.starts_with("limit/"))) {
        job.target.limits.window_wait = Duration::ZERO;
    }
    let options = Options { cases: CASES, confirm: false, ..Options::default() };
    let result = run::run(&[job], &options, &mut Silent).await;
    server.stop().await;
    Ok(result?.targets.into_iter().flat_map(|target| target.findings).collect())
}

/// Hears everything and tells nothing.
struct Silent;

impl Reporter for Silent {
    fn event(&mut self, _: &Event<'_>) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
