//! The plan is kept: what is announced is what a server counts, to the request, for each documented API and ten
//! seeds; and where a server misbehaves, a run stays below the most that was announced.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;
use uptospec::judge;
use uptospec::reference::{Api, Running, ServerOptions, api, apis, start};
use uptospec::run::{Event, Forecast, Job, Options, Reporter, RunVerdict, TargetResult, run};
use uptospec::selftest::job;
use uptospec::target::SeverityChoice;

/// Audits wait for streams most of the time, so many fit on few cores.
const THREADS: usize = 8;
const SEEDS: u64 = 10;
/// Faults that call for requests beyond the plan, each in another way.
const FAULTS: [(&str, &str); 3] = [("agntix", "done-missing"), ("agentix", "limit-never"), ("agenhq", "id-missing")];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(THREADS));
    let runtime = Arc::new(Runtime::new().expect("threads can be started"));
    let mut trials = Vec::new();
    for api in apis() {
        for seed in 1..=SEEDS {
            let runtime = runtime.clone();
            let name = format!("{}::seed_{seed}_is_sent_as_planned", api.name);
            trials.push(Trial::test(name, move || runtime.block_on(as_planned(api, seed))));
        }
    }
    for (name, fault) in FAULTS {
        let runtime = runtime.clone();
        let trial = format!("{name}::{fault}_stays_below_the_most");
        trials.push(Trial::test(trial, move || runtime.block_on(below_the_most(name, fault))));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

async fn as_planned(api: &'static Api, seed: u64) -> Result<(), Failed> {
    let options = Options { seed, ..Options::default() };
    let Audited { forecast, result, counted } = audited(api, &[], &options).await?;
    let numbers = (forecast.requests(), result.requests, counted);
    if result.verdict != RunVerdict::Conformant || numbers != (counted, counted, counted) {
        let found: Vec<_> = result.findings.iter().map(|found| (found.finding.rule, &found.finding.message)).collect();
        let (incomplete, left_out) = (&result.incomplete, &result.left_out);
        return Err(format!("planned, sent, counted: {numbers:?}; {found:?} {incomplete:?} {left_out:?}").into());
    }
    Ok(())
}

async fn below_the_most(name: &str, fault: &str) -> Result<(), Failed> {
    let api = api(name).ok_or("there is no such API")?;
    let Audited { forecast, result, counted } = audited(api, &[fault], &Options::default()).await?;
    if result.requests != counted || counted <= forecast.requests() || counted > forecast.most_requests() {
        let (planned, most) = (forecast.requests(), forecast.most_requests());
        return Err(format!("planned {planned}, at most {most}, sent {}, counted {counted}", result.requests).into());
    }
    Ok(())
}

/// What was announced of an audit, what it came to, and what the server counted.
struct Audited {
    forecast: Forecast,
    result: TargetResult,
    counted: usize,
}

async fn audited(api: &'static Api, faults: &[&str], options: &Options) -> Result<Audited, Failed> {
    let faults = faults.iter().map(|&fault| fault.to_owned()).collect();
    let server_options = ServerOptions { faults, pace: Duration::from_millis(2), ..ServerOptions::default() };
    let server: Running = start(api, server_options).await.map_err(|error| error.to_string())?;
    let url = server.url.parse().map_err(|error| format!("{}: {error}", server.url))?;
    let mut job: Job = job(api, url).map_err(|error| error.to_string())?;
    // A loaded machine may be slow enough for a rule on times, and then asks again: no matter of the plan.
    let timed = judge::rules().filter(|rule| judge::is_timed(rule.id));
    job.target.severity.extend(timed.map(|rule| (rule.id.to_owned(), SeverityChoice::Off)));
    let forecast = Forecast::of(&job.contract, &job.target, job.suite.as_ref(), options);
    let run = run(&[job], options, &mut Silent).await.map_err(|error| error.to_string())?;
    let result = run.targets.into_iter().next().ok_or("nothing was audited")?;
    let counted = server.requests();
    server.stop().await;
    Ok(Audited { forecast, result, counted })
}

/// Hears everything and tells nothing.
struct Silent;

impl Reporter for Silent {
    fn event(&mut self, _: &Event<'_>) -> io::Result<()> {
        Ok(())
    }
}
