//! Agents built with the AI SDK, versions 4 to 7, audited by the document of agentsgt: healthy ones raise no
//! finding of severity `error`, and each way in which one breaks is named by its rule.
//!
//! `recorded` judges what such servers have sent and needs nothing else; `live` starts them with Node.js.

mod live;
mod recorded;

use std::collections::BTreeSet;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed};
use uptospec::judge::{Finding, Severity};
use uptospec::reference::{self, Api};
use uptospec::run::Job;
use uptospec::selftest;
use url::Url;

/// Audits wait for streams most of the time, so many fit on few cores.
const THREADS: usize = 16;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(THREADS));
    let trials = recorded::trials().into_iter().chain(live::trials()).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The rules that must notice what a server of a version does, sorted; none where nothing is wrong with it.
fn wanted(version: &str, behaviour: &str) -> &'static [&'static str] {
    match behaviour.trim_start_matches("broken").trim_start_matches([':', '-']) {
        "no-done" => &["stream/terminal-missing"],
        "no-header" => &["sse/profile-header"],
        "delta-without-start" | "unclosed-text" | "tool-output-without-call" => &["item/lifecycle"],
        "no-finish" => &["item/sequence"],
        "unknown-type" => &["item/unknown-kind"],
        "delta-not-text" | "wrong-finish-reason" => &["item/schema"],
        "after-done" => &["stream/after-terminal"],
        "error-as-text" => &["item/not-json"],
        "throws" => &["stream/incomplete"],
        // A data stream has no sentinel, and its text is no block.
        "throws-piped" if version == "ai4" => &["item/sequence"],
        "throws-piped" => &["stream/terminal-missing"],
        _ => &[],
    }
}

/// Holds the findings against what a server of a version does: what is wrong with it is named, and nothing else is
/// called an error.
fn hold<'a>(version: &str, behaviour: &str, findings: impl Iterator<Item = &'a Finding>) -> Result<(), Failed> {
    let wanted = wanted(version, behaviour);
    // The page promises server-sent events, which the data stream of version 4 is not: so much is always wrong.
    let is_told = |one: &&Finding| one.severity == Severity::Error || wanted.contains(&one.rule);
    let is_new = |one: &&Finding| version != "ai4" || one.rule != "sse/media-type";
    let told: Vec<&Finding> = findings.filter(is_told).filter(is_new).collect();
    let rules: BTreeSet<&str> = told.iter().map(|finding| finding.rule).collect();
    if rules.iter().eq(wanted) {
        return Ok(());
    }
    let line = |one: &&Finding| format!("\n  {}[{}]: {}: {}", one.severity.word(), one.rule, one.message, one.actual);
    Err(Failed::from(format!("wanted {wanted:?}; seen:{}", told.iter().map(line).collect::<String>())))
}

/// The audit of an agent that listens there, with the credentials and values of `uptospec.toml`.
fn job(url: &str) -> Result<Job, Failed> {
    let api: &'static Api = reference::api("agentsgt").ok_or("agentsgt is one of the documented APIs")?;
    Ok(selftest::job(api, Url::parse(url)?)?)
}
