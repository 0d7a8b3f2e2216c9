//! The suites as `libtest-mimic` trials, for `cargo test` of whoever implements an API in Rust.
//!
//! ```no_run
//! // tests/contract.rs, with `harness = false`
//! fn main() -> std::process::ExitCode {
//!     uptospec::harness::main("uptospec.toml".as_ref())
//! }
//! ```

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::cli::prepare_config;
use crate::judge::Severity;
use crate::report::Progress;
use crate::run::{Options, RunResult, RunVerdict, TargetResult, run};

/// Audits the targets of a configuration once, and shows what they come to as trials: one an operation
/// and family of rules.
pub fn main(config: &Path) -> ExitCode {
    let arguments = Arguments::from_args();
    // Listing needs the names alone, and these are only known once the targets were audited.
    match audit(config) {
        Ok(result) => libtest_mimic::run(&arguments, trials(&result)).exit_code(),
        Err(message) => {
            let failed = Trial::test("audit", move || Err(Failed::from(message)));
            libtest_mimic::run(&arguments, vec![failed]).exit_code()
        }
    }
}

fn audit(config: &Path) -> Result<RunResult, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no threads can be started: {error}"))?;
    runtime.block_on(async {
        let prepared = prepare_config(config).await.map_err(|failure| failure.to_string())?;
        let result = run(&prepared.jobs, &Options::default(), &mut Progress::on_stderr(false)).await;
        for server in prepared.servers {
            server.stop().await;
        }
        result.map_err(|error| error.to_string())
    })
}

/// The trials of a run: `TARGET::judged`, and `TARGET::OPERATION::FAMILY` for each family of rules that
/// was judged there. A trial fails with the findings of severity `error`.
pub fn trials(result: &RunResult) -> Vec<Trial> {
    result.targets.iter().flat_map(trials_of).collect()
}

fn trials_of(target: &TargetResult) -> Vec<Trial> {
    let incomplete = target.incomplete.join("; ");
    let is_judged = target.verdict != RunVerdict::Incomplete;
    let judged =
        Trial::test(
            format!("{}::judged", target.name),
            move || {
                if is_judged { Ok(()) } else { Err(Failed::from(incomplete)) }
            },
        );
    let mut families: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for check in target.checks.iter().filter(|check| check.passed + check.failed > 0) {
        families.entry((&check.operation, family(check.rule))).or_default();
    }
    for found in target.findings.iter().filter(|found| found.finding.severity == Severity::Error) {
        let told = format!("{}: {}\n    {}", found.finding.rule, found.finding.message, found.case.curl);
        families.entry((&found.operation, family(found.finding.rule))).or_default().push(told);
    }
    let trial = |((operation, family), told): ((&str, &str), Vec<String>)| {
        Trial::test(format!("{}::{operation}::{family}", target.name), move || {
            if told.is_empty() { Ok(()) } else { Err(Failed::from(told.join("\n"))) }
        })
    };
    std::iter::once(judged).chain(families.into_iter().map(trial)).collect()
}

fn family(rule: &'static str) -> &'static str {
    rule.split('/').next().unwrap_or(rule)
}
