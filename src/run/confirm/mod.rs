//! Whether a finding shows again, and on how little.

mod same;

use std::time::Duration;

use tokio::time::Instant;

use self::same::Identity;
use super::budget::Extra;
use super::dispatch::{Dispatcher, Unsent};
use super::tally::{Found, Key, Selection};
use super::{Reproduced, bind::Links};
use crate::contract::Contract;
use crate::generate::{Case, Search};
use crate::judge::{Context, Finding, Severity, Verdict, is_of_wire, is_timed, judge};
use crate::send::Exchange;

/// How often a finding's case is sent again before it is shrunk.
const REPEATS: usize = 2;
/// Most requests spent on all findings of a target.
pub const ALL_REQUESTS: usize = 1240;
/// How many findings are tried again at most: what comes after them is reported as it was seen.
const MOST_FINDINGS: usize = 20;
/// Most requests spent on one finding, however few there are.
pub const REQUESTS: usize = ALL_REQUESTS / 4;
/// Longest time spent on one finding: a slow answer is not worth hundreds of its kind.
const LONGEST: Duration = Duration::from_secs(15);

/// A finding after it was tried again.
pub struct Confirmed {
    /// What it is.
    pub key: Key,
    /// The finding on the smallest case.
    pub found: Found,
    /// Whether it shows again.
    pub reproduced: Reproduced,
    /// Whether nothing more can be taken away without losing it.
    pub shrunk: bool,
}

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
}

/// How many requests each finding may cost, the first first: all get the same share.
pub fn shares(findings: usize) -> impl Iterator<Item = usize> {
    let tried = findings.min(MOST_FINDINGS);
    let share = ALL_REQUESTS.checked_div(tried).unwrap_or(0).min(REQUESTS);
    std::iter::repeat_n(share, tried).chain(std::iter::repeat(0)).take(findings)
}

/// Whether a finding is worth requests: a note is not, but one on times may be an accident.
pub fn is_worth_it(found: &Found) -> bool {
    found.alone && (found.finding.severity > Severity::Note || is_timed(found.finding.rule))
}

impl Confirmer<'_> {
    /// Tries a finding again and makes its case as small as it can, with at most so many requests; leaves that where
    /// the run is interrupted.
    pub async fn confirm(&self, key: Key, found: Found, context: Context, requests: usize) -> Confirmed {
        if let Some(for_shrinking) = requests.checked_sub(REPEATS) {
            tokio::select! {
                (found, reproduced, shrunk) = self.try_again(found.clone(), context, for_shrinking) => {
                    return Confirmed { key, found, reproduced, shrunk };
                }
                () = self.dispatcher.budget.interrupt.asked() => {}
            }
        }
        Confirmed { key, found, reproduced: Reproduced::NotTried, shrunk: false }
    }

    async fn try_again(&self, found: Found, context: Context, for_shrinking: usize) -> (Found, Reproduced, bool) {
        let start = Instant::now();
        let Ok(Some(hits)) = self.repeat(&found, context).await else { return (found, Reproduced::NotTried, false) };
        let reproduced = match hits {
            REPEATS => Reproduced::Always,
            0 => Reproduced::Never,
            _ => Reproduced::Sometimes,
        };
        // What shows only now and then would be shrunk into something else.
        if reproduced != Reproduced::Always || found.finding.severity == Severity::Note {
            return (found, reproduced, false);
        }
        let (found, shrunk) = self.shrink(found, context, for_shrinking, start + LONGEST).await;
        (found, reproduced, shrunk)
    }

    /// How often the finding showed again; `None` where no request is left for it.
    async fn repeat(&self, found: &Found, context: Context) -> Result<Option<usize>, Unsent> {
        let wanted = Identity::of(&found.finding, &found.exchange);
        let mut hits = 0;
        for _ in 0..REPEATS {
            if !self.dispatcher.budget.allows(Extra::Confirmation) {
                return Ok(None);
            }
            hits += usize::from(self.shows(&found.case, found, &wanted, context).await?.is_some());
        }
        Ok(Some(hits))
    }

    /// The finding on a smaller case, and whether nothing can be taken away from that without losing it.
    async fn shrink(&self, mut found: Found, context: Context, trials: usize, deadline: Instant) -> (Found, bool) {
        let wanted = Identity::of(&found.finding, &found.exchange);
        let mut search = Search::new(found.case.clone(), trials);
        while let Some(case) = search.next_smaller() {
            if Instant::now() >= deadline || !self.dispatcher.budget.allows(Extra::Confirmation) {
                return (found, false);
            }
            match self.shows(&case, &found, &wanted, context).await {
                Ok(Some((finding, exchange))) => {
                    search.keep(case.clone());
                    (found.finding, found.case, found.exchange) = (finding, case, exchange);
                }
                Ok(None) => {}
                Err(_) => return (found, false),
            }
        }
        (found, search.is_at_its_end())
    }

    /// Sends a case; the same finding, where its answer shows it and it is no milder.
    async fn shows(
        &self,
        case: &Case,
        found: &Found,
        wanted: &Identity,
        context: Context,
    ) -> Result<Option<(Finding, Exchange)>, Unsent> {
        let mut case = case.clone();
        let Ok(_lease) = self.links.lend(&mut case).await else { return Ok(None) };
        let exchange = match is_of_wire(found.finding.rule) {
            true => self.dispatcher.send_audited(&case).await?,
            false => self.dispatcher.send(&case).await?,
        };
        let checks = judge(self.contract, &case, &exchange, context);
        let mut failed = checks.into_iter().filter_map(|check| match check.verdict {
            Verdict::Failed(finding) => self.selection.adjust(&finding),
            _ => None,
        });
        let is_it = |finding: &Finding| {
            finding.severity >= found.finding.severity && Identity::of(finding, &exchange) == *wanted
        };
        Ok(failed.find(is_it).map(|finding| (finding, exchange)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_findings_together_cost_no_more_than_was_announced() {
        for findings in [0, 1, 3, 4, 19, 20, 21, 500] {
            let shares: Vec<_> = shares(findings).collect();
            assert_eq!(shares.len(), findings);
            assert!(shares.iter().sum::<usize>() <= ALL_REQUESTS && shares.iter().all(|share| *share <= REQUESTS));
        }
    }

    #[test]
    fn few_findings_get_more_each_and_those_beyond_twenty_nothing() {
        assert_eq!(shares(2).collect::<Vec<_>>(), [310, 310]);
        let shares: Vec<_> = shares(25).collect();
        assert_eq!((shares[0], shares[19], shares[20]), (62, 62, 0));
    }
}
