//! `uptospec check`: judge targets against their contracts.

use super::arguments::{CheckOptions, FailOn};
use super::baseline::{self, Rewrite};
use super::names::chosen;
use super::prepare::{Read, prepare, read_all};
use super::signals::stop_when_asked;
use super::snapshot::Keeper;
use super::{Exit, Failure, Look};
use crate::judge::{self, Severity};
use crate::report::{self, Progress, Recorder, ReportFormat, ReportSpec, Reporters, Terminal, TerminalOptions};
use crate::run::{Forecast, Interrupt, Options, run};

/// Runs the check to its exit code.
///
/// # Errors
/// When the command, the configuration or a document is wrong, or a report cannot be written.
pub async fn check(options: CheckOptions) -> Result<Exit, Failure> {
    check_rules(&options.rules)?;
    if options.plan {
        return plan(&options).await;
    }
    let (known, rewrite) = (baseline::load(&options)?, Rewrite::of(&options)?);
    let prepared = prepare(&options).await?;
    if let Some(known) = &known {
        baseline::check_names(known, &prepared.jobs, &options)?;
    }
    let keeper = Keeper::of(&options)?;
    let snapshots = keeper.load(&prepared.jobs)?;
    let mut reporters = reporters(&options)?;
    let interrupt = Interrupt::default();
    let chosen = chosen(prepared.jobs.iter().map(|job| &job.contract), &options.only);
    let run_options =
        Options { interrupt: interrupt.clone(), snapshots, baseline: known, ..run_options(&options, chosen) };
    tokio::spawn(stop_when_asked(interrupt));
    let result = run(&prepared.jobs, &run_options, &mut reporters).await;
    prepared.stop().await;
    let result = result.map_err(|error| Failure::Unjudged(error.to_string()))?;
    keeper.keep(&result)?;
    rewrite.map_or(Ok(()), |rewrite| rewrite.write(&result))?;
    Ok(Exit::from(result.verdict))
}

/// Prints what would be sent, and sends nothing.
async fn plan(options: &CheckOptions) -> Result<Exit, Failure> {
    let read = read_all(options).await?;
    let run_options = run_options(options, chosen(read.iter().map(|read| &read.contract), &options.only));
    let forecasts: Vec<_> = read
        .iter()
        .map(|Read { target, contract, suite }| {
            (target.name.as_str(), Forecast::of(contract, target, suite.as_ref(), &run_options))
        })
        .collect();
    report::print_plan(&mut anstream::stdout().lock(), &terminal_options(options), &forecasts)?;
    Ok(Exit::Conformant)
}

fn run_options(options: &CheckOptions, only: Vec<String>) -> Options {
    Options {
        seed: options.seed,
        cases: options.cases,
        only,
        shard: options.shard,
        rules: options.rules.clone(),
        fail_on: match options.fail_on {
            FailOn::Error => Severity::Error,
            FailOn::Warning => Severity::Warning,
        },
        ..Options::default()
    }
}

fn terminal_options(options: &CheckOptions) -> TerminalOptions {
    TerminalOptions { quiet: options.quiet, ..Look::of_stdout().terminal(options.verbose) }
}

/// A rule or a family that does not exist would silently judge nothing.
fn check_rules(wanted: &[String]) -> Result<(), Failure> {
    for rule in wanted {
        let is_known = |id: &str| id == rule || id.split('/').next() == Some(rule);
        if !judge::rules().any(|known| is_known(known.id)) {
            let nearest = judge::nearest(rule).map(|id| format!("did you mean `{id}`?"));
            let nearest = nearest.unwrap_or_else(|| "`uptospec explain` lists all of them".to_owned());
            return Err(Failure::Usage(format!("there is no rule `{rule}`; {nearest}")));
        }
    }
    Ok(())
}

fn reporters(options: &CheckOptions) -> Result<Reporters, Failure> {
    let mut reporters = Reporters::default();
    reporters.push(Progress::on_stderr(options.quiet));
    if options.reports.iter().any(is_all_of_stdout) {
        let look = TerminalOptions { quiet: options.quiet, ..Look::of_stderr().terminal(options.verbose) };
        reporters.push(Terminal::new(anstream::stderr(), look));
    } else {
        reporters.push(Terminal::new(anstream::stdout(), terminal_options(options)));
    }
    if let Some(folder) = &options.record {
        let recorder = Recorder::into_folder(folder.clone());
        let cannot = |error| Failure::Usage(format!("recordings cannot be written to {}: {error}", folder.display()));
        reporters.push(recorder.map_err(cannot)?);
    }
    let reports = report::open_all(&options.reports).map_err(|error| Failure::Usage(error.to_string()))?;
    reports.into_iter().for_each(|report| reporters.push(report));
    Ok(reporters)
}

/// Whether a report is a document on standard output, which results for people would spoil. GitHub finds its commands
/// among them.
fn is_all_of_stdout(spec: &ReportSpec) -> bool {
    spec.is_printed() && spec.format != ReportFormat::Github
}
