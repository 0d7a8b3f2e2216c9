//! One target from the first request to its result.

mod drift;
mod findings;
mod judging;
mod sending;
mod sequences;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use indexmap::IndexMap;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use self::judging::Undecided;
use self::sending::Stop;
use super::bind::{Links, Source};
use super::budget::{Budget, Halt, MAX_GENERATIONS};
use super::coverage::Gathering;
use super::dispatch::Dispatcher;
use super::earlier::Earlier;
use super::forecast::{Forecast, Preparation};
use super::promises::outcomes;
use super::reach::Reach;
use super::redact;
use super::shard::{ShardEvidence, ShardPart};
use super::tally::{Selection, Tally};
use super::{
    Event, FoundFinding, Job, Latency, NotChecked, Options, Reporter, RunError, RunVerdict, TargetResult, Times,
};
use crate::contract::PromiseId;
use crate::generate::{Case, CaseId, LeftOut, Life, Plan};
use crate::judge::Memory;
use crate::send::{Client, Exchange};
use crate::snapshot::{Recorder, Snapshots};
use crate::target::Redactor;

/// Judges one target.
///
/// # Errors
/// When a report cannot be written, or no client can be made.
pub async fn audit(job: &Job, options: &Options, reporter: &mut dyn Reporter) -> Result<TargetResult, RunError> {
    let Preparation { plan, sources, makings, audited_elsewhere, forecast } =
        Preparation::of(&job.contract, &job.target, job.suite.as_ref(), options);
    let planned = forecast.requests();
    reporter.event(&Event::TargetStarted { target: &job.target.name, url: job.url.as_str(), planned })?;
    let mut audit = Audit::new(job, options, &plan, &sources, &forecast, reporter)?;
    audit.dispatcher.leave_to_others(audited_elsewhere);
    let clean_ups = plan.clean_ups.clone();
    audit.lives.clone_from(&plan.lives);
    let sent = audit.send_all(plan, sources, makings).await;
    audit.dispatcher.budget.end_plan();
    match sent {
        Ok(()) => {}
        Err(Stop::Halted(halt)) => {
            let throttled = audit.only_throttled().filter(|_| matches!(halt, Halt::Time(_)));
            let reason = throttled.unwrap_or_else(|| halt.to_string());
            audit.incomplete.push(reason);
        }
        Err(Stop::Unreachable(reason)) => audit.incomplete.push(reason),
        Err(Stop::Broken(error)) => return Err(error),
    }
    audit.judge_over_the_run()?;
    audit.judge_drift()?;
    let kept = audit.links.things.count_left(|maker| clean_ups.contains_key(maker));
    let findings = audit.findings(kept).await?;
    audit.clean_up(&clean_ups).await;
    Ok(audit.result(findings))
}

/// The audit of one target under way: what is needed to go on, and what was gathered so far.
struct Audit<'a> {
    job: &'a Job,
    options: &'a Options,
    reporter: &'a mut dyn Reporter,
    dispatcher: Arc<Dispatcher>,
    /// Pauses that the target asked for.
    slowed: UnboundedReceiver<Duration>,
    links: Arc<Links>,
    hooks: Arc<Client>,
    tally: Tally,
    memory: Memory,
    /// What is done with snapshots, and the shapes of the answers so far.
    snapshots: Option<(&'a Snapshots, Recorder)>,
    reach: Reach,
    /// Refusals that wait for a valid request to be served.
    undecided: Vec<Undecided>,
    /// Answers that a finding over the run may have to show.
    answers: BTreeMap<CaseId, (Case, Exchange)>,
    /// The lives of things that the run leads.
    lives: Vec<Life>,
    earlier: Earlier,
    coverage: Gathering,
    left_out: Vec<NotChecked>,
    unwitnessed: HashMap<PromiseId, String>,
    incomplete: Vec<String>,
    /// Requests for which there is no room, and operations that get none.
    beyond: (usize, usize),
    operations: Vec<String>,
    redactor: Redactor,
    done: usize,
}

impl<'a> Audit<'a> {
    fn new(
        job: &'a Job,
        options: &'a Options,
        plan: &Plan,
        sources: &[Source],
        forecast: &Forecast,
        reporter: &'a mut dyn Reporter,
    ) -> Result<Self, RunError> {
        let limits = &job.target.limits;
        let selection = Selection { rules: options.rules.clone(), severity: job.target.severity.clone() };
        let extras = forecast.extras.iter().map(|allowance| (allowance.extra, allowance.times));
        let budget = Budget::new(limits, extras, options.interrupt.clone());
        let client = Client::new(limits)?;
        let (tell, slowed) = mpsc::unbounded_channel();
        let mut unwitnessed = HashMap::new();
        for left_out in &plan.left_out {
            unwitnessed.extend(left_out.promises.iter().map(|promise| (*promise, left_out.reason.clone())));
        }
        let operations = job.contract.operations.iter().map(|operation| operation.id.clone());
        let is_chosen = |id: &String| options.only.is_empty() || options.only.contains(id);
        let operations: Vec<String> = operations.filter(is_chosen).collect();
        Ok(Audit {
            job,
            options,
            reporter,
            dispatcher: Arc::new(Dispatcher::new(&job.target, job.url.clone(), client, budget, tell)),
            slowed,
            links: Arc::new(Links::new(sources)),
            hooks: Arc::new(Client::new(limits)?),
            tally: Tally::new(&job.contract, selection),
            memory: Memory::new(&job.contract, &plan.inferred, SystemTime::now()),
            snapshots: options.snapshots.get(&job.target.name).map(|snapshots| (snapshots, Recorder::default())),
            reach: Reach::default(),
            undecided: Vec::new(),
            answers: BTreeMap::new(),
            lives: Vec::new(),
            earlier: Earlier::default(),
            coverage: Gathering::new(&job.contract, &operations, plan),
            left_out: plan.left_out.iter().map(not_checked).collect(),
            unwitnessed,
            incomplete: Vec::new(),
            beyond: (forecast.beyond, forecast.untried),
            operations,
            redactor: Redactor::new(job.target.secrets()),
            done: 0,
        })
    }

    fn leave_out(&mut self, operation: String, what: &str, reason: String) {
        let entry = NotChecked { operation, state: None, what: what.to_owned(), reason };
        if !self.left_out.contains(&entry) {
            self.left_out.push(entry);
        }
    }

    /// A state in which nothing was judged, for it could not be brought about.
    fn state_failed(&mut self, case: &Case, reason: &str) {
        let state = case.state.clone().unwrap_or_default();
        self.incomplete.push(format!("state {state} could not be brought about: {reason}"));
        let operation = case.operation.id.clone();
        let reason = format!("state {state} could not be brought about");
        self.left_out.push(NotChecked {
            operation,
            state: case.state.clone(),
            what: "a documented error".to_owned(),
            reason,
        });
    }

    /// A state in which the target may still be: what was judged in it stands.
    fn state_stays(&mut self, case: &Case, reason: &str) {
        let state = case.state.as_deref().unwrap_or_default();
        self.incomplete.push(format!("state {state} could not be undone, and the target may still be in it: {reason}"));
    }

    /// A state whose error could not be told from a limit on the pace.
    fn state_throttled(&mut self, case: &Case) {
        let state = case.state.clone().unwrap_or_default();
        self.incomplete.push(format!("state {state} could not be judged: the target answered 429 each time"));
        self.left_out.push(NotChecked {
            operation: case.operation.id.clone(),
            state: case.state.clone(),
            what: "a documented error".to_owned(),
            reason: "429 was answered each time, which says nothing of the state".to_owned(),
        });
    }

    /// What a limit on generated answers kept from being judged.
    fn generations_left_out(&self) -> Option<String> {
        let most = self.job.target.limits.max_generations?;
        let is_over = self.left_out.iter().any(|left_out| left_out.reason == MAX_GENERATIONS);
        is_over.then(|| format!("the budget of {most} requests that generate an answer leaves others unsent"))
    }

    /// What a limit on requests kept from being sent.
    fn requests_left_out(&self) -> Option<String> {
        let (requests, untried) = self.beyond;
        let most = self.job.target.limits.max_requests;
        let untried = match untried {
            0 => "every operation got its share".to_owned(),
            1 => "1 operation was never tried".to_owned(),
            _ => format!("{untried} operations were never tried"),
        };
        (requests > 0)
            .then(|| format!("the budget of {most} requests leaves {requests} planned ones unsent; {untried}"))
    }

    /// Why a run came to nothing whose time went by in pauses that the target asked for.
    fn only_throttled(&self) -> Option<String> {
        let only = self.reach.only_throttled(self.dispatcher.throttled());
        only.then(|| "every request was answered 429: give a slower --rate, or try again later".to_owned())
    }

    fn result(mut self, mut findings: Vec<FoundFinding>) -> TargetResult {
        let target = &self.job.target;
        // A part of the answers has not the shape of them all.
        let (mut shapes, suspected, drifts) = match self.options.shard {
            Some(_) => (BTreeMap::new(), self.suspected(), self.drifts()),
            None => (self.recorded(), Vec::new(), BTreeMap::new()),
        };
        let has_credentials = !target.credentials.is_empty() || target.headers.iter().any(|(_, text)| text.is_secret());
        let limited = self.requests_left_out().into_iter().chain(self.generations_left_out()).collect();
        let evidence = ShardEvidence {
            memory: self.memory,
            drifts,
            reach: self.reach,
            broken_off: self.incomplete,
            limited,
            has_credentials,
            selection: self.tally.selection.clone(),
            baseline: self.options.baseline.as_ref().map(|baseline| baseline.file.clone()),
            fail_on: self.options.fail_on,
        };
        let (incomplete, nothing_counts) = evidence.incomplete(&self.operations);
        if nothing_counts {
            findings.clear();
            shapes.clear();
            self.tally.promises.clear();
        }
        let broken = findings.iter().any(|found| found.finding.severity >= self.options.fail_on);
        let verdict = match () {
            () if broken => RunVerdict::Violations,
            () if incomplete.is_empty() => RunVerdict::Conformant,
            () => RunVerdict::Incomplete,
        };
        let coverage = self.coverage.finish(&self.left_out, incomplete.first().map(String::as_str));
        let result = TargetResult {
            name: self.job.target.name.clone(),
            title: self.job.contract.title.clone(),
            url: self.job.url.to_string(),
            spec: self.job.target.spec.to_string(),
            verdict,
            incomplete,
            operations: self.operations,
            requests: self.dispatcher.budget.sent(),
            elapsed: self.dispatcher.budget.elapsed(),
            findings,
            checks: self.tally.checks(),
            promises: outcomes(&self.job.contract, &self.tally.promises, &self.unwitnessed),
            left_out: self.left_out,
            latency: of_operations(&self.tally.times),
            latency_of_all: Times::of_all(&self.tally.times).latency(),
            shard: self.options.shard.map(|_| ShardPart { evidence, suspected, times: self.tally.times }),
            streams: self.tally.streams,
            coverage,
            shapes,
            lapsed: Vec::new(),
        };
        redact::result(&self.redactor, result)
    }
}

fn of_operations(times: &IndexMap<String, Times>) -> IndexMap<String, Latency> {
    times.iter().filter_map(|(operation, times)| Some((operation.clone(), times.latency()?))).collect()
}

fn not_checked(left_out: &LeftOut) -> NotChecked {
    NotChecked {
        operation: left_out.operation.clone(),
        state: left_out.state.clone(),
        what: left_out.what.clone(),
        reason: left_out.reason.clone(),
    }
}
