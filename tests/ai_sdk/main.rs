//! Agents built with the AI SDK, versions 4 to 7, audited by the document of agentsgt: healthy ones raise no
//! finding of severity `error`, and each way in which one breaks is named by its rule.
//!
//! `recorded` judges what such servers have sent and needs nothing else; `live` starts them with Node.js.

mod live;
mod recorded;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed};
use uptospec::judge::{Finding, Severity};
use uptospec::reference::{self, Api};
use uptospec::run::Job;
use uptospec::selftest;
use url::Url;

/// Audits wait for streams most of the time, so many fit on few cores.
const THREADS: usize = 8;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(THREADS));
    let trials = recorded::trials().into_iter().chain(live::trials()).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The rule that must notice what a server of a version does; `None` where nothing is wrong with it.
fn wanted_of(version: &str, behaviour: &str) -> Option<&'static str> {
    Some(match behaviour.trim_start_matches("broken").trim_start_matches([':', '-']) {
        // A data stream has no sentinel: it lacks the line that finishes its message.
        "throws-piped" if version == "ai4" => "item/sequence",
        "no-done" | "throws-piped" => "stream/terminal-missing",
        "no-header" => "sse/profile-header",
        "delta-without-start" | "unclosed-text" | "tool-output-without-call" => "item/lifecycle",
        "no-finish" => "item/sequence",
        "unknown-type" => "item/unknown-kind",
        "delta-not-text" | "wrong-finish-reason" => "item/schema",
        "after-done" => "stream/after-terminal",
        "error-as-text" => "item/not-json",
        "throws" => "stream/incomplete",
        _ => return None,
    })
}

/// Holds the findings against what is wanted of them.
fn hold<'a>(findings: impl Iterator<Item = &'a Finding>, wanted: Option<&str>) -> Result<(), Failed> {
    let errors: Vec<&Finding> = findings.filter(|finding| finding.severity == Severity::Error).collect();
    let right = match wanted {
        Some(rule) => errors.iter().any(|finding| finding.rule == rule),
        None => errors.is_empty(),
    };
    let told = |finding: &&Finding| format!("\n  {}: {}: {}", finding.rule, finding.message, finding.actual);
    let seen: String = errors.iter().map(told).collect();
    if right { Ok(()) } else { Err(Failed::from(format!("wanted {}; seen:{seen}", wanted.unwrap_or("no error")))) }
}

/// The audit of an agent that listens there, with the credentials and values of `uptospec.toml`.
fn job(url: &str) -> Result<Job, Failed> {
    let api: &'static Api = reference::api("agentsgt").ok_or("agentsgt is one of the documented APIs")?;
    Ok(selftest::job(api, Url::parse(url)?)?)
}
