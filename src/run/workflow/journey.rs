//! What was sent of a workflow so far.

use crate::contract::{Contract, Promise, PromiseId, Source};
use crate::generate::suite::Criterion;
use crate::generate::{Case, Expect, MOST_JUMPS, Step};
use crate::judge::{Check, Known, Sent, Verdict};
use crate::send::Exchange;

/// A step that was sent, with what its criteria came to.
pub struct SentStep {
    /// The case, its bindings filled in.
    pub case: Case,
    /// What happened.
    pub exchange: Exchange,
    /// The checks of its criteria; the contract's rules are judged apart.
    pub checks: Vec<Check>,
    /// The criteria that were judged on it: those of its step, and of steps that called its workflow.
    pub judged: Vec<Judged>,
}

/// Criteria as they were judged.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The criteria.
    pub criteria: Vec<Criterion>,
    /// The sentence behind them.
    pub source: Option<Source>,
    /// What the workflow knew then.
    pub known: Known,
}

/// What was sent of a workflow so far, with the workflows that it called or went on to.
pub(super) struct Journey {
    pub steps: Vec<SentStep>,
    /// The requests that are planned.
    least: usize,
    jumps: usize,
}

impl Journey {
    /// A journey of at least so many requests.
    pub fn of(least: usize) -> Self {
        Journey { steps: Vec::new(), least, jumps: 0 }
    }

    /// Whether the next request is one of those that are planned.
    pub fn is_within_the_least(&self) -> bool {
        self.steps.len() < self.least
    }

    /// The last step that was sent.
    pub fn last(&self) -> Option<Sent<'_>> {
        self.steps.last().map(|step| Sent { case: &step.case, exchange: &step.exchange })
    }

    /// Notes what the criteria of a step came to, at the exchange that they speak about.
    pub fn judged(&mut self, checks: Vec<Check>, step: &Step, known: Known, contract: &Contract) {
        let promises = promises_of(step, contract);
        if let Some(last) = self.steps.last_mut() {
            if !step.criteria.is_empty() {
                last.judged.push(Judged { criteria: step.criteria.clone(), source: step.source.clone(), known });
            }
            last.checks.extend(checks.into_iter().map(|check| witnessing(check, &promises)));
        }
    }

    /// The suite says what comes after the failure of the last step: that it failed is no finding, and
    /// neither is a refusal.
    pub fn foreseen(&mut self, action: &str) {
        let Some(last) = self.steps.last_mut() else { return };
        let reason = format!("the step failed, and `{action}` takes it up");
        for check in &mut last.checks {
            if matches!(check.verdict, Verdict::Failed(_)) {
                check.verdict = Verdict::NotChecked(reason.clone());
            }
        }
        if last.exchange.answer().is_some_and(|answer| (400..500).contains(&answer.status)) {
            last.case.expect = Expect::Refusal;
        }
    }

    /// Goes back, or to another workflow; says whether it may.
    pub fn jump(&mut self) -> bool {
        self.jumps += 1;
        self.jumps <= MOST_JUMPS
    }
}

/// The promises whose sentence stands behind a step's criteria.
fn promises_of(step: &Step, contract: &Contract) -> Vec<PromiseId> {
    let Some(said) = &step.source else { return Vec::new() };
    let is_said = |promise: &Promise| promise.source.document == said.document && promise.source.quote == said.quote;
    let promises = contract.promises.iter().enumerate().filter(|(_, promise)| is_said(promise));
    promises.map(|(index, _)| PromiseId(index)).collect()
}

/// Makes the check of a step's criterion bear witness on those promises.
fn witnessing(check: Check, promises: &[PromiseId]) -> Check {
    let verdict = match check.verdict {
        Verdict::Passed(kept) => Verdict::Passed(kept.into_iter().chain(promises.iter().copied()).collect()),
        Verdict::Failed(mut finding) => {
            finding.promises.extend(promises);
            Verdict::Failed(finding)
        }
        verdict @ Verdict::NotChecked(_) => verdict,
    };
    Check { verdict, ..check }
}
