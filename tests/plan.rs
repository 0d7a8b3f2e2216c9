//! The plan is kept: what is announced is what a server counts, to the request, for each documented API and ten
//! seeds, and for a server of things that are made, found and deleted; and where a server misbehaves, a run stays below the most that was announced.

#[path = "crud/mod.rs"]
#[expect(dead_code, reason = "here the server is never at fault")]
mod crud;

use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;
use uptospec::contract;
use uptospec::judge;
use uptospec::reference::{Api, Running, ServerOptions, api, apis, start};
use uptospec::run::{Event, Forecast, Job, Options, Reporter, RunVerdict, TargetResult, run};
use uptospec::selftest::job;
use uptospec::target::{Limits, Secret, SeverityChoice, Target, Text};

/// Audits wait for streams most of the time, so many fit on few cores.
const THREADS: usize = 16;
const SEEDS: u64 = 10;
/// Bounds on generated answers, from nothing over hardly anything to something.
const GENERATIONS: [usize; 4] = [0, 1, 5, 25];
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
    for api in apis() {
        for most in GENERATIONS {
            let runtime = runtime.clone();
            let name = format!("{}::at_most_{most}_generations_are_sent_as_planned", api.name);
            trials.push(Trial::test(name, move || runtime.block_on(bounded(api, most))));
        }
    }
    for most in GENERATIONS.map(Some).into_iter().chain([None]) {
        let runtime = runtime.clone();
        let name = format!("pets::at_most_{most:?}_generations_are_sent_as_planned");
        trials.push(Trial::test(name, move || runtime.block_on(things(most))));
    }
    let runtime_of_one = runtime.clone();
    trials.push(Trial::test("agntix::one_operation_is_sent_with_its_sources", move || {
        runtime_of_one.block_on(one_operation())
    }));
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

/// A bound on generated answers cuts the plan, and what is left of it is sent to the request.
async fn bounded(api: &'static Api, most: usize) -> Result<(), Failed> {
    let bound = |limits: &mut Limits| limits.max_generations = Some(most);
    let Audited { forecast, result, counted } = audited_within(api, &[], &Options::default(), bound).await?;
    let numbers = (forecast.requests(), result.requests, counted);
    let may_cost = (forecast.generating(), forecast.most_generating());
    if numbers != (counted, counted, counted) || may_cost.0 > most || may_cost.1 > most {
        let (incomplete, left_out) = (&result.incomplete, &result.left_out);
        return Err(format!("planned, sent, counted: {numbers:?}; {may_cost:?} {incomplete:?} {left_out:?}").into());
    }
    if result.verdict == RunVerdict::Violations || (result.verdict == RunVerdict::Conformant && most < 5) {
        return Err(format!("{:?}", result.verdict).into());
    }
    Ok(())
}

/// What is made for others, and the life of a thing, are sent as planned. Nothing is left behind that was made for
/// others alone.
async fn things(most: Option<usize>) -> Result<(), Failed> {
    let shop = crud::Shop::start(crud::Ways::default()).await.map_err(|error| error.to_string())?;
    let contract = contract::read("pets.yaml", crud::SPEC, None).map_err(|error| format!("{error:?}"))?;
    let mut target = Target::new("pets", "pets.yaml");
    target.credentials.insert("token".to_owned(), Text::secret(Secret::new("TOKEN", "token-of-ann")));
    target.limits.max_generations = most;
    let url = shop.url.parse().map_err(|error| format!("{}: {error}", shop.url))?;
    let job = Job { target, url, contract, suite: None, fresh: false };
    let forecast = Forecast::of(&job.contract, &job.target, None, &Options::default());
    let run = run(&[job], &Options::default(), &mut Silent).await.map_err(|error| error.to_string())?;
    let result = run.targets.into_iter().next().ok_or("nothing was audited")?;
    let numbers = (forecast.requests(), result.requests, shop.requests());
    let grave = result.findings.iter().filter(|found| found.finding.severity > judge::Severity::Note);
    let found: Vec<_> = grave.map(|found| (found.finding.rule, &found.finding.message)).collect();
    let has_lives = forecast.planned.iter().any(|planned| planned.kind == "clean-up");
    if numbers != (numbers.0, numbers.0, numbers.0)
        || !found.is_empty()
        || has_lives != most.is_none_or(|most| most > 5)
    {
        let (incomplete, left_out) = (&result.incomplete, &result.left_out);
        return Err(format!("planned, sent, counted: {numbers:?}; {found:?} {incomplete:?} {left_out:?}").into());
    }
    Ok(())
}

/// An operation that was chosen gets the values that one which was not gives.
async fn one_operation() -> Result<(), Failed> {
    let api = api("agntix").ok_or("there is no such API")?;
    let options = Options { only: vec!["sendMessage".to_owned()], ..Options::default() };
    let Audited { forecast, result, counted } = audited(api, &[], &options).await?;
    let numbers = (forecast.requests(), result.requests, counted);
    let has_sources = forecast.planned.iter().any(|planned| planned.kind == "source");
    if result.verdict != RunVerdict::Conformant || numbers != (counted, counted, counted) || !has_sources {
        return Err(
            format!("planned, sent, counted: {numbers:?}; {:?} {:?}", result.incomplete, result.left_out).into()
        );
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
    audited_within(api, faults, options, |_| {}).await
}

async fn audited_within(
    api: &'static Api,
    faults: &[&str],
    options: &Options,
    limit: impl Fn(&mut Limits),
) -> Result<Audited, Failed> {
    let faults = faults.iter().map(|&fault| fault.to_owned()).collect();
    let server_options = ServerOptions { faults, pace: Duration::from_millis(2), ..ServerOptions::default() };
    let server: Running = start(api, server_options).await.map_err(|error| error.to_string())?;
    let url = server.url.parse().map_err(|error| format!("{}: {error}", server.url))?;
    let mut job: Job = job(api, url).map_err(|error| error.to_string())?;
    // A loaded machine may be slow enough for a rule on times, and then asks again: no matter of the plan.
    let timed = judge::rules().filter(|rule| judge::is_timed(rule.id));
    job.target.severity.extend(timed.map(|rule| (rule.id.to_owned(), SeverityChoice::Off)));
    limit(&mut job.target.limits);
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
