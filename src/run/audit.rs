//! One target from the first request to its result.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;

use super::bind::{BindError, Links};
use super::budget::{Budget, Halt};
use super::confirm::{Confirmed, Confirmer};
use super::dispatch::{Dispatcher, Sent, Unsent};
use super::earlier::Earlier;
use super::hook::run_hook;
use super::promises::outcomes;
use super::reach::unreachable;
use super::redact::Redactor;
use super::sequence::{BrokeOff, send_burst, send_workflow};
use super::shown::Show;
use super::tally::{Key, Selection, Tally};
use super::{Event, FoundFinding, Job, NotChecked, Options, Reporter, Reproduced, RunError, RunVerdict, TargetResult};
use crate::contract::{Location, Operation, PromiseId};
use crate::generate::{Case, CaseId, CaseKind, Expect, Plan, generate};
use crate::judge::{Before, Check, Context, Ledger, first_event, is_timed, judge};
use crate::send::{Client, Exchange, Failure, FailureKind, Outcome};

/// Largest body that is kept for findings over the run.
const KEPT_BODY: usize = 64 * 1024;

/// Judges one target.
///
/// # Errors
/// When a report cannot be written, or no client can be made.
pub async fn audit(job: &Job, options: &Options, reporter: &mut dyn Reporter) -> Result<TargetResult, RunError> {
    let plan = chosen(job, options);
    let planned = plan.cases.iter().map(requests_of).sum::<usize>()
        + plan.workflows.iter().map(|workflow| workflow.steps.len()).sum::<usize>();
    reporter.event(&Event::TargetStarted { target: &job.target.name, url: job.url.as_str(), planned })?;
    let mut audit = Audit::new(job, options, &plan, reporter)?;
    match audit.send_all(plan).await {
        Ok(()) => {}
        Err(Stop::Halted(halt)) => audit.incomplete.push(halt.to_string()),
        Err(Stop::Unreachable(reason)) => audit.incomplete.push(reason),
        Err(Stop::Broken(error)) => return Err(error),
    }
    audit.judge_over_the_run()?;
    let findings = audit.findings().await?;
    Ok(audit.result(findings))
}

/// The plan without the operations that were not chosen.
fn chosen(job: &Job, options: &Options) -> Plan {
    let settings = crate::generate::Options { seed: options.seed, cases: options.cases };
    let mut plan = generate(&job.contract, &job.target, job.suite.as_ref(), &settings);
    if !options.only.is_empty() {
        let wanted = |operation: &str| options.only.iter().any(|only| only == operation);
        plan.cases.retain(|case| wanted(&case.operation.id));
        plan.workflows.retain(|workflow| workflow.steps.iter().all(|step| wanted(&step.case.operation.id)));
        plan.left_out.retain(|left_out| wanted(&left_out.operation));
    }
    plan
}

fn requests_of(case: &Case) -> usize {
    match case.kind {
        CaseKind::Burst { requests } => requests as usize,
        _ => 1,
    }
}

/// Why sending ends before the plan does.
enum Stop {
    Halted(Halt),
    Unreachable(String),
    Broken(RunError),
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop::Broken(error.into())
    }
}

/// A case with what came of sending it.
struct Tried {
    case: Case,
    /// Exchanges that gave values to the case.
    sources: Vec<(Case, Exchange)>,
    sent: Result<Sent, BindError>,
}

struct Audit<'a> {
    job: &'a Job,
    options: &'a Options,
    reporter: &'a mut dyn Reporter,
    dispatcher: Arc<Dispatcher>,
    links: Arc<Links>,
    hooks: Client,
    tally: Tally,
    ledger: Ledger,
    /// Answers that a finding over the run may have to show.
    answers: HashMap<CaseId, (Case, Exchange)>,
    earlier: Earlier,
    left_out: Vec<NotChecked>,
    unwitnessed: HashMap<PromiseId, String>,
    incomplete: Vec<String>,
    operations: Vec<String>,
    redactor: Redactor,
    done: usize,
}

impl<'a> Audit<'a> {
    fn new(job: &'a Job, options: &'a Options, plan: &Plan, reporter: &'a mut dyn Reporter) -> Result<Self, RunError> {
        let limits = &job.target.limits;
        let selection = Selection { rules: options.rules.clone(), severity: job.target.severity.clone() };
        let budget = Budget::new(limits, options.interrupt.clone());
        let client = Client::new(limits)?;
        let mut unwitnessed = HashMap::new();
        for left_out in &plan.left_out {
            unwitnessed.extend(left_out.promises.iter().map(|promise| (*promise, left_out.reason.clone())));
        }
        let operations = job.contract.operations.iter().map(|operation| operation.id.clone());
        let is_chosen = |id: &String| options.only.is_empty() || options.only.contains(id);
        Ok(Audit {
            job,
            options,
            reporter,
            dispatcher: Arc::new(Dispatcher::new(&job.target, job.url.clone(), client, budget)),
            links: Arc::new(Links::new(plan.cases.iter())),
            hooks: Client::new(limits)?,
            tally: Tally::new(&job.contract, selection),
            ledger: Ledger::default(),
            answers: HashMap::new(),
            earlier: Earlier::default(),
            left_out: plan.left_out.iter().map(not_checked).collect(),
            unwitnessed,
            incomplete: Vec::new(),
            operations: operations.filter(is_chosen).collect(),
            redactor: Redactor::new(&job.target),
            done: 0,
        })
    }

    /// Examples first, for they show whether the target is there and its ids are right; what may disturb
    /// others last and alone.
    async fn send_all(&mut self, plan: Plan) -> Result<(), Stop> {
        let (examples, rest): (Vec<_>, Vec<_>) =
            plan.cases.into_iter().partition(|case| case.kind == CaseKind::Example && case.state.is_none());
        let (alone, together): (Vec<_>, Vec<_>) = rest.into_iter().partition(|case| self.disturbs(case));
        let mut first = examples.into_iter().chain(together);
        let Some(probe) = first.next() else { return Ok(()) };
        self.probe(probe).await?;
        self.send_together(first.collect()).await?;
        for workflow in &plan.workflows {
            self.send_workflow(workflow).await?;
        }
        for case in alone {
            self.send_alone(case).await?;
        }
        Ok(())
    }

    fn disturbs(&self, case: &Case) -> bool {
        let state = case.state.as_ref().and_then(|name| self.job.target.states.get(name));
        let hooked = state.is_some_and(|state| state.before.is_some() || state.after.is_some());
        hooked || matches!(case.kind, CaseKind::Burst { .. })
    }

    /// The first request shows whether there is anything to judge.
    async fn probe(&mut self, case: Case) -> Result<(), Stop> {
        let tried = try_case(&self.dispatcher, &self.links, case).await;
        let failure = match &tried.sent {
            Ok(Sent { exchange: Exchange { outcome: Outcome::Failed(failure), .. }, .. }) => Some(failure.clone()),
            _ => tried.sources.iter().find_map(|(_, exchange)| match &exchange.outcome {
                Outcome::Failed(failure) => Some(failure.clone()),
                Outcome::Answered(_) => None,
            }),
        };
        if let Some(failure) = failure
            && !self.answers_anything(&failure).await?
        {
            return Err(Stop::Unreachable(unreachable(self.job.url.as_str(), &failure)));
        }
        self.take(tried)
    }

    /// A target that fails on one request may still be there.
    async fn answers_anything(&self, failure: &Failure) -> Result<bool, Stop> {
        match failure.kind {
            FailureKind::Connect | FailureKind::ConnectTimeout | FailureKind::Tls => Ok(false),
            FailureKind::Unsendable => Ok(true),
            FailureKind::HeadTimeout | FailureKind::NotHttp | FailureKind::Closed => {
                self.dispatcher.is_alive().await.map_err(|unsent| match unsent {
                    Unsent::Halted(halt) => Stop::Halted(halt),
                    Unsent::Unwritable(error) => Stop::Unreachable(error.to_string()),
                })
            }
        }
    }

    async fn send_together(&mut self, cases: Vec<Case>) -> Result<(), Stop> {
        let (dispatcher, links) = (self.dispatcher.clone(), self.links.clone());
        let mut tries = stream::iter(cases)
            .map(|case| try_case(&dispatcher, &links, case))
            .buffer_unordered(self.job.target.limits.concurrency);
        while let Some(tried) = tries.next().await {
            self.take(tried)?;
        }
        Ok(())
    }

    async fn send_workflow(&mut self, workflow: &crate::generate::Workflow) -> Result<(), Stop> {
        let sent = send_workflow(workflow, &self.job.contract, &self.dispatcher, &self.links).await;
        for (case, exchange) in &sent.sources {
            self.judge(case, exchange, &[], true)?;
        }
        for step in sent.steps {
            self.done += 1;
            self.judge(&step.case, &step.exchange, &step.checks, false)?;
        }
        match sent.broke_off {
            None => Ok(()),
            Some(BrokeOff::Unsent(Unsent::Halted(halt))) => Err(Stop::Halted(halt)),
            Some(BrokeOff::Unsent(Unsent::Unwritable(error))) => {
                self.leave_out(workflow.steps[0].case.operation.id.clone(), &workflow.id, error.to_string());
                Ok(())
            }
            Some(BrokeOff::Missing { operation, reason }) => {
                self.leave_out(operation, &format!("workflow {}", workflow.id), reason);
                Ok(())
            }
        }
    }

    async fn send_alone(&mut self, case: Case) -> Result<(), Stop> {
        let state = case.state.as_ref().and_then(|name| self.job.target.states.get(name));
        if let Some(before) = state.and_then(|state| state.before.as_ref())
            && let Err(error) = run_hook(before, &self.hooks).await
        {
            self.state_failed(&case, &error.to_string());
            return Ok(());
        }
        let sent = match case.kind {
            CaseKind::Burst { requests } => self.burst(&case, requests).await,
            _ => {
                let tried = try_case(&self.dispatcher, &self.links, case.clone()).await;
                self.take(tried)
            }
        };
        if let Some(after) = state.and_then(|state| state.after.as_ref())
            && let Err(error) = run_hook(after, &self.hooks).await
        {
            self.state_failed(&case, &format!("it could not be undone: {error}"));
        }
        sent
    }

    async fn burst(&mut self, case: &Case, requests: u32) -> Result<(), Stop> {
        let mut case = case.clone();
        let lease = match self.links.lend(&self.dispatcher, &mut case).await {
            Ok(lease) => lease,
            Err(error) => {
                self.leave_out(case.operation.id.clone(), "the rate limit", error.to_string());
                return Ok(());
            }
        };
        let concurrency = self.job.target.limits.concurrency;
        let before = self.before(&case);
        let sent = send_burst(&case, requests, concurrency, &self.job.contract, &self.dispatcher, &before).await;
        self.links.give_back(lease).await;
        self.done += requests as usize;
        if let Some(exchange) = sent.exchange {
            self.earlier.note(&case.operation.id, &exchange, requests as usize);
            let new = self.tally.record(&case, &exchange, &sent.checks, false);
            self.tell(&case, new)?;
        }
        match sent.unsent {
            Some(Unsent::Halted(halt)) => Err(Stop::Halted(halt)),
            Some(Unsent::Unwritable(error)) => {
                self.leave_out(case.operation.id.clone(), "the rate limit", error.to_string());
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// What the operation of a burst was sent within one window of its rate limit.
    fn before(&self, burst: &Case) -> Before {
        let Some(limit) = burst.operation.rate_limit else { return Before::default() };
        let state = burst.state.as_ref().and_then(|name| self.job.target.states.get(name));
        let other_credential = state.is_some_and(|state| !state.credentials.is_empty());
        let before = self.earlier.before(&burst.operation.id, limit, self.dispatcher.budget.elapsed());
        Before { other_credential, ..before }
    }

    fn take(&mut self, tried: Tried) -> Result<(), Stop> {
        for (case, exchange) in &tried.sources {
            self.judge(case, exchange, &[], true)?;
        }
        self.done += 1;
        match tried.sent {
            Ok(sent) => {
                for wait in sent.pauses {
                    self.reporter.event(&Event::Slowed { target: &self.job.target.name, wait })?;
                }
                self.judge(&tried.case, &sent.exchange, &[], true)
            }
            Err(BindError::Unsent(Unsent::Halted(halt))) => Err(Stop::Halted(halt)),
            Err(error) => {
                let what = format!("{} cases", tried.case.kind.name());
                self.leave_out(tried.case.operation.id.clone(), &what, error.to_string());
                Ok(())
            }
        }
    }

    fn judge(&mut self, case: &Case, exchange: &Exchange, more: &[Check], alone: bool) -> Result<(), Stop> {
        self.earlier.note(&case.operation.id, exchange, 1);
        let context = self.context(&case.operation);
        let mut checks = judge(&self.job.contract, case, exchange, context);
        checks.extend_from_slice(more);
        if matches!(case.expect, Expect::Success { .. }) {
            self.tally.time(case, exchange, first_event(&self.job.contract, case, exchange));
            self.ledger.note(case, exchange);
            self.remember(case, exchange);
        }
        let new = self.tally.record(case, exchange, &checks, alone);
        self.tell(case, new)
    }

    fn tell(&mut self, case: &Case, new: Vec<Key>) -> Result<(), Stop> {
        let target = &self.job.target.name;
        let (operation, kind) = (&case.operation.id, case.kind.name());
        self.reporter.event(&Event::CaseJudged { target, operation, kind, done: self.done })?;
        for key in new {
            let Some(found) = self.tally.found().get(&key) else { continue };
            let show = Show { dispatcher: &self.dispatcher, redactor: &self.redactor };
            let finding = show.finding(&key, found, Reproduced::NotTried, false);
            self.reporter.event(&Event::FindingSeen { target, finding: &finding })?;
        }
        Ok(())
    }

    fn remember(&mut self, case: &Case, exchange: &Exchange) {
        if exchange.answer().is_some_and(|answer| answer.body.len() <= KEPT_BODY) {
            self.answers.entry(case.id.clone()).or_insert_with(|| (case.clone(), exchange.clone()));
        }
    }

    /// The configuration vouches for ids that it names, and a link for ids that an answer gave.
    fn context(&self, operation: &Operation) -> Context {
        let values = &self.job.target.values;
        let mut ids = operation
            .parameters
            .iter()
            .filter(|parameter| parameter.location == crate::contract::ParameterLocation::Path);
        let has_ids = ids.clone().next().is_some();
        let configured = |name: &str| values.contains_key(&Location::Path(name.to_owned()));
        let vouched = has_ids && ids.all(|id| configured(&id.name));
        let admitted = self.tally.has_succeeded(&operation.id);
        Context { verified: vouched || admitted, admitted }
    }

    fn judge_over_the_run(&mut self) -> Result<(), RunError> {
        for check in self.ledger.checks(&self.job.contract) {
            let answer = check.case.as_ref().and_then(|id| self.answers.get(id));
            let any = || self.answers.values().find(|(case, _)| case.operation.id == check.operation);
            let Some((case, exchange)) = answer.or_else(any).cloned() else { continue };
            let new = self.tally.record(&case, &exchange, &[check.check], false);
            if let Err(Stop::Broken(error)) = self.tell(&case, new) {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Every finding, tried again where the run does so, gravest first.
    async fn findings(&mut self) -> Result<Vec<FoundFinding>, RunError> {
        let contexts = self.tally.found().values().map(|found| self.context(&found.case.operation));
        let found: Vec<_> =
            self.tally.found().iter().map(|(key, found)| (key.clone(), found.clone())).zip(contexts).collect();
        let selection = Selection { rules: Vec::new(), severity: self.job.target.severity.clone() };
        let confirmer = Confirmer {
            contract: &self.job.contract,
            dispatcher: &self.dispatcher,
            links: &self.links,
            selection: &selection,
            active: self.options.confirm,
        };
        let show = Show { dispatcher: &self.dispatcher, redactor: &self.redactor };
        let mut left = found.len();
        let mut tries = stream::iter(found)
            .map(|((key, found), context)| confirmer.confirm(key, found, context))
            .buffered(self.job.target.limits.concurrency);
        let (mut findings, mut passing) = (Vec::new(), Vec::new());
        while let Some(Confirmed { key, found, reproduced, shrunk }) = tries.next().await {
            if self.options.confirm {
                self.reporter.event(&Event::Shrinking { target: &self.job.target.name, left })?;
            }
            left -= 1;
            if reproduced == Reproduced::Never && is_timed(key.rule) {
                passing.push(key);
                continue;
            }
            findings.push(show.finding(&key, &found, reproduced, shrunk));
        }
        drop(tries);
        for key in passing {
            self.tally.withdraw(&key);
            let reason = format!("{} showed, and not when it was tried again", key.rule);
            self.leave_out(key.operation, key.rule, reason);
        }
        findings.sort_by(|a, b| b.finding.severity.cmp(&a.finding.severity).then_with(|| order(a).cmp(&order(b))));
        Ok(findings)
    }

    fn leave_out(&mut self, operation: String, what: &str, reason: String) {
        let entry = NotChecked { operation, state: None, what: what.to_owned(), reason };
        if !self.left_out.contains(&entry) {
            self.left_out.push(entry);
        }
    }

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

    fn result(mut self, findings: Vec<FoundFinding>) -> TargetResult {
        let succeeded: HashSet<&String> =
            self.operations.iter().filter(|operation| self.tally.has_succeeded(operation)).collect();
        if succeeded.is_empty() && self.incomplete.is_empty() {
            self.incomplete.push(nothing_succeeded(&self.operations));
        }
        let broken = findings.iter().any(|found| found.finding.severity >= self.options.fail_on);
        let verdict = match () {
            () if broken => RunVerdict::Violations,
            () if self.incomplete.is_empty() => RunVerdict::Conformant,
            () => RunVerdict::Incomplete,
        };
        TargetResult {
            name: self.job.target.name.clone(),
            title: self.job.contract.title.clone(),
            url: self.job.url.to_string(),
            spec: self.job.target.spec.display().to_string(),
            verdict,
            incomplete: self.incomplete,
            operations: self.operations,
            requests: self.dispatcher.budget.sent(),
            elapsed: self.dispatcher.budget.elapsed(),
            findings,
            checks: self.tally.checks(),
            promises: outcomes(&self.job.contract, &self.tally.promises, &self.unwitnessed),
            left_out: self.left_out,
            latency: self.tally.latency(),
        }
    }
}

async fn try_case(dispatcher: &Dispatcher, links: &Links, mut case: Case) -> Tried {
    let lease = match links.lend(dispatcher, &mut case).await {
        Ok(lease) => lease,
        Err(error) => return Tried { case, sources: Vec::new(), sent: Err(error) },
    };
    let sent = dispatcher.send(&case).await.map_err(BindError::from);
    let sources = links.give_back(lease).await;
    Tried { case, sources, sent }
}

fn not_checked(left_out: &crate::generate::LeftOut) -> NotChecked {
    NotChecked {
        operation: left_out.operation.clone(),
        state: left_out.state.clone(),
        what: left_out.what.clone(),
        reason: left_out.reason.clone(),
    }
}

fn nothing_succeeded(operations: &[String]) -> String {
    format!(
        "no valid request to {} was answered with success, so no success could be judged: give credentials with -H, \
         and ids that the target knows as values",
        operations.join(", ")
    )
}

fn order(finding: &FoundFinding) -> (&str, &str, Option<&str>) {
    (&finding.operation, finding.finding.rule, finding.state.as_deref())
}
