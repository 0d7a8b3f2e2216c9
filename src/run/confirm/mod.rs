//! Whether findings show again, and on how little.
//!
//! First each is sent again, the gravest first; then those that showed each time are made smaller, in rounds: what one
//! leaves of its share is the next round's.

mod rounds;
mod same;
mod trial;

use std::io;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;

pub use self::rounds::{ALL_REQUESTS, REQUESTS};
use self::rounds::{REPEATS, round, sent_again};
use self::same::Identity;
pub use self::trial::Trial;
use super::bind::Links;
use super::budget::Extra;
use super::dispatch::{Dispatcher, Unsent};
use super::life::{LifeEnd, send_life};
use super::tally::Selection;
use crate::contract::Contract;
use crate::generate::{Case, Life};
use crate::judge::{Check, Finding, Verdict, is_of_wire, judge};
use crate::send::{Exchange, Outcome};

/// Sends the cases of findings again.
pub struct Confirmer<'a> {
    /// The contract under test.
    pub contract: &'a Contract,
    /// Sends them.
    pub dispatcher: &'a Dispatcher,
    /// Lends them values.
    pub links: &'a Links,
    /// Which findings count.
    pub selection: &'a Selection,
    /// How many are tried at once.
    pub concurrency: usize,
    /// Requests that are kept for what comes after.
    pub kept: usize,
}

impl Confirmer<'_> {
    /// Tries findings again, the first first, and makes their cases as small as it can with the requests that are
    /// left; `tell` hears how many there still are.
    ///
    /// # Errors
    /// When `tell` fails.
    pub async fn confirm(&self, trials: &mut [Trial], mut tell: impl FnMut(usize) -> io::Result<()>) -> io::Result<()> {
        let worth_it = || trials.iter().filter(|trial| trial.is_worth_it()).map(Trial::cost);
        let mut left = worth_it().count();
        let number = sent_again(worth_it(), self.left());
        let tried = trials.iter_mut().filter(|trial| trial.is_worth_it()).take(number);
        let tries: Vec<_> = tried.map(|trial| self.try_again(trial)).collect();
        let mut tries = stream::iter(tries).buffer_unordered(self.concurrency);
        while tries.next().await.is_some() {
            tell(left)?;
            left -= 1;
        }
        drop(tries);
        loop {
            let open = trials.iter().filter(|trial| trial.search.is_some()).count();
            let (number, share) = round(open, self.left());
            if share == 0 {
                return Ok(());
            }
            tell(open)?;
            let open = trials.iter_mut().filter(|trial| trial.search.is_some()).take(number);
            let tries: Vec<_> = open.map(|trial| self.make_smaller(trial, share)).collect();
            stream::iter(tries).buffer_unordered(self.concurrency).collect::<Vec<()>>().await;
        }
    }

    /// Requests that are left for findings.
    fn left(&self) -> usize {
        self.dispatcher.budget.left_for(Extra::Confirmation).saturating_sub(self.kept)
    }

    /// Sends a finding's case, or the life that shows it, again and again.
    async fn try_again(&self, trial: &mut Trial) {
        tokio::select! {
            hits = self.repeat(trial) => {
                if let Ok(Some(hits)) = hits {
                    trial.showed(hits);
                }
            }
            () = self.dispatcher.budget.interrupt.asked() => {}
        }
    }

    /// How often the finding showed again; `None` where no request is left for it.
    async fn repeat(&self, trial: &Trial) -> Result<Option<usize>, Unsent> {
        let wanted = Identity::of(&trial.found.finding, &trial.found.exchange);
        let mut hits = 0;
        for _ in 0..REPEATS {
            let requests = trial.cost() / REPEATS;
            if !(0..requests).all(|_| self.dispatcher.budget.allows(Extra::Confirmation)) {
                return Ok(None);
            }
            hits += match &trial.life {
                Some(life) => usize::from(self.shows_in_life(life, trial, &wanted).await?),
                None => usize::from(self.shows(&trial.found.case, trial, &wanted).await?.0.is_some()),
            };
        }
        Ok(Some(hits))
    }

    /// Goes on with the search for a smaller case, with so many requests. It is over where an interrupt comes.
    async fn make_smaller(&self, trial: &mut Trial, requests: usize) {
        let wanted = Identity::of(&trial.found.finding, &trial.found.exchange);
        for _ in 0..requests {
            let smaller = trial.search.as_mut().and_then(|search| search.next_smaller());
            let Some(case) = smaller else { break };
            if !self.dispatcher.budget.allows(Extra::Confirmation) {
                break;
            }
            let shown = tokio::select! {
                shown = self.shows(&case, trial, &wanted) => shown.ok(),
                () = self.dispatcher.budget.interrupt.asked() => None,
            };
            let Some((shown, time)) = shown else {
                trial.search = None;
                return;
            };
            if let (Some((finding, exchange)), Some(search)) = (shown, &mut trial.search) {
                search.keep(case.clone());
                (trial.found.finding, trial.found.case, trial.found.exchange) = (finding, case, exchange);
            }
            trial.waited(time);
        }
        if let Some(search) = trial.search.take_if(|search| search.is_over()) {
            trial.shrunk = search.is_at_its_end();
        }
    }

    /// Sends a case; the same finding, where its answer shows it and it is no milder, and how long that took.
    async fn shows(
        &self,
        case: &Case,
        trial: &Trial,
        wanted: &Identity,
    ) -> Result<(Option<(Finding, Exchange)>, Duration), Unsent> {
        let mut case = case.clone();
        let Ok(_lease) = self.links.lend(&mut case).await else { return Ok((None, Duration::ZERO)) };
        let exchange = match is_of_wire(trial.key.rule) {
            true => self.dispatcher.send_audited(&case).await?,
            false => self.dispatcher.send(&case).await?,
        };
        let checks = judge(self.contract, &case, &exchange, trial.context);
        let time = took(&exchange);
        Ok((self.same(checks, &exchange, trial, wanted).map(|finding| (finding, exchange)), time))
    }

    /// Leads a life again; whether it shows the same finding.
    async fn shows_in_life(&self, life: &Life, trial: &Trial, wanted: &Identity) -> Result<bool, Unsent> {
        let sent = send_life(life, self.dispatcher, self.links, Extra::Confirmation).await;
        let of_case: Vec<_> = sent.stages.into_iter().filter(|stage| stage.case.id == trial.found.case.id).collect();
        if of_case.is_empty() {
            return sent.end.err().and_then(LifeEnd::unsent).map_or(Ok(false), Err);
        }
        Ok(of_case.into_iter().any(|stage| {
            let mut checks = judge(self.contract, &stage.case, &stage.exchange, trial.context);
            checks.extend(stage.checks);
            self.same(checks, &stage.exchange, trial, wanted).is_some()
        }))
    }

    /// The finding among the checks of an exchange, where it is no milder.
    fn same(&self, checks: Vec<Check>, exchange: &Exchange, trial: &Trial, wanted: &Identity) -> Option<Finding> {
        let mut failed = checks.into_iter().filter_map(|check| match check.verdict {
            Verdict::Failed(finding) => self.selection.adjust(&finding),
            _ => None,
        });
        let least = trial.found.finding.severity;
        failed.find(|finding| finding.severity >= least && Identity::of(finding, exchange) == *wanted)
    }
}

/// How long an exchange took.
fn took(exchange: &Exchange) -> Duration {
    match &exchange.outcome {
        Outcome::Answered(answer) => answer.ended_at,
        Outcome::Failed(failure) => failure.after,
    }
}
