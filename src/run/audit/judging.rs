//! Judging what came: one exchange at a time, and at the end what only the whole run shows.

use super::Audit;
use super::sending::Stop;
use crate::contract::{Location, ParameterLocation, RateLimit, Strength};
use crate::generate::{Case, Expect, Origin};
use crate::judge::{Before, Check, Context, in_short, judge};
use crate::run::shown::{Confirmation, Show};
use crate::run::tally::Key;
use crate::run::{Event, RunError};
use crate::send::Exchange;

/// Largest body that is kept for findings over the run.
const KEPT_BODY: usize = 64 * 1024;

/// A refusal that is judged once it shows whether valid requests to its operation are served.
pub(super) struct Undecided {
    case: Case,
    exchange: Exchange,
    /// Checks that were made of it already.
    more: Vec<Check>,
    /// Whether it needed no others before it.
    alone: bool,
}

/// Whether an answer refuses: what that says depends on whether a valid request is served, which may show later.
fn is_refused(exchange: &Exchange) -> bool {
    exchange.answer().is_some_and(|answer| answer.status / 100 == 4 && answer.body.len() <= KEPT_BODY)
}

/// Whether the document, or the suite, says that the value fits.
fn is_promised(from: &Origin) -> bool {
    match from {
        Origin::Operation { .. } | Origin::Workflow(_) => true,
        Origin::Inferred(inferred) => inferred.strength() != Strength::Inferred,
    }
}

impl Audit<'_> {
    /// Judges one exchange by all rules, `more` being checks that were made of it already. `alone` says
    /// whether it needed no others before it.
    pub(super) fn judge(&mut self, case: &Case, exchange: &Exchange, more: &[Check], alone: bool) -> Result<(), Stop> {
        self.reach.note(case, exchange);
        self.earlier.note(&case.operation.id, exchange, 1);
        if case.elsewhere {
            self.tally.judged_elsewhere(case, exchange);
            return Ok(());
        }
        self.coverage.note(case, exchange, 1);
        self.record_shape(case, exchange);
        if is_refused(exchange) && !self.context(case).verified {
            let (case, exchange) = (case.clone(), exchange.clone());
            self.undecided.push(Undecided { case, exchange, more: more.to_vec(), alone });
            return Ok(());
        }
        self.weigh(case, exchange, more, alone)?;
        if self.context(case).verified { self.decide(Some(&case.operation.id)) } else { Ok(()) }
    }

    /// Judges the refusals that waited for a valid request to be served: those of an operation, or all.
    pub(super) fn decide(&mut self, operation: Option<&str>) -> Result<(), Stop> {
        let is_meant = |refusal: &mut Undecided| operation.is_none_or(|meant| refusal.case.operation.id == meant);
        let decided: Vec<_> = self.undecided.extract_if(.., is_meant).collect();
        let mut decided = decided.iter();
        decided.try_for_each(|refusal| self.weigh(&refusal.case, &refusal.exchange, &refusal.more, refusal.alone))
    }

    fn weigh(&mut self, case: &Case, exchange: &Exchange, more: &[Check], alone: bool) -> Result<(), Stop> {
        let mut checks = judge(&self.job.contract, case, exchange, self.context(case));
        checks.extend_from_slice(more);
        if matches!(case.expect, Expect::Success { .. }) {
            self.tally.served(case, exchange, in_short(&self.job.contract, case, exchange));
        }
        if self.memory.note(case, exchange) {
            self.remember(case, exchange);
        }
        let new = self.tally.record(case, exchange, &checks, alone);
        self.tell(case, new)
    }

    /// Tells reporters that a case was judged, and which findings are new.
    pub(super) fn tell(&mut self, case: &Case, new: Vec<Key>) -> Result<(), Stop> {
        let target = &self.job.target.name;
        let (operation, kind) = (&case.operation.id, case.kind.name());
        self.reporter.event(&Event::CaseJudged { target, operation, kind, done: self.done })?;
        for key in new {
            let Some(found) = self.tally.found().get(&key) else { continue };
            let show = Show { dispatcher: &self.dispatcher, links: &self.links, redactor: &self.redactor };
            let finding = show.finding(&key, found, self.context(&found.case), Confirmation::NONE);
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
    pub(super) fn context(&self, case: &Case) -> Context {
        let (operation, values) = (&case.operation, &self.job.target.values);
        let mut ids = operation.parameters.iter().filter(|parameter| parameter.location == ParameterLocation::Path);
        let has_ids = ids.clone().next().is_some();
        let configured = |name: &str| values.contains_key(&Location::Path(name.to_owned()));
        let is_bound = |name: &str| {
            let bound = |at: &Location| matches!(at, Location::Path(bound) if bound == name);
            case.request.bindings.iter().any(|binding| bound(&binding.at) && is_promised(&binding.from))
        };
        let vouched = has_ids && ids.all(|id| configured(&id.name) || is_bound(&id.name));
        let admitted = self.tally.has_succeeded(&operation.id);
        Context { verified: vouched || admitted, admitted }
    }

    /// What the operation was sent within one window of its rate limit.
    pub(super) fn before(&self, burst: &Case, limit: RateLimit) -> Before {
        let state = burst.state.as_ref().and_then(|name| self.job.target.states.get(name));
        let other_credential = state.is_some_and(|state| !state.credentials.is_empty());
        let elapsed = self.dispatcher.budget.elapsed();
        let before = self.earlier.before(&burst.operation.id, limit, elapsed);
        let unknown = !self.job.fresh && elapsed < limit.per;
        Before { other_credential, limited: self.dispatcher.throttled(), unknown, ..before }
    }

    /// Judges what only the whole run shows: ids that came twice, callers that were mixed up, and errors
    /// of different shapes.
    pub(super) fn judge_over_the_run(&mut self) -> Result<(), RunError> {
        if let Err(Stop::Broken(error)) = self.decide(None) {
            return Err(error);
        }
        let contract = &self.job.contract;
        for check in self.memory.checks(|promise| Some(&contract.promise(promise).source)) {
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
}
