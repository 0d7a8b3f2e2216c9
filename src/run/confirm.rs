//! Whether a finding shows again, and on how little.

use std::time::Duration;

use tokio::time::Instant;

use super::budget::Extra;
use super::dispatch::{Dispatcher, Unsent};
use super::tally::{Found, Key, Selection};
use super::{Reproduced, bind::Links};
use crate::contract::Contract;
use crate::generate::{Case, smaller};
use crate::judge::{Context, Finding, Severity, Verdict, is_of_wire, is_timed, judge};
use crate::send::Exchange;

/// How often a finding's case is sent again before it is shrunk.
const REPEATS: usize = 2;
/// Most requests spent on making one case small.
const SHRINK_REQUESTS: usize = 60;
/// Most requests spent on one finding.
pub const REQUESTS: usize = REPEATS + SHRINK_REQUESTS;
/// Longest time spent on one finding: a slow answer is not worth sixty of its kind.
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
    /// Whether anything is sent at all.
    pub active: bool,
}

impl Confirmer<'_> {
    /// Tries a finding again and makes its case as small as it can; leaves that where the run is interrupted.
    pub async fn confirm(&self, key: Key, found: Found, context: Context) -> Confirmed {
        // A note is not worth requests, but one on times may be an accident.
        let worth_it = found.finding.severity > Severity::Note || is_timed(key.rule);
        if self.active && found.alone && worth_it {
            tokio::select! {
                (found, reproduced, shrunk) = self.try_again(found.clone(), context) => {
                    return Confirmed { key, found, reproduced, shrunk };
                }
                () = self.dispatcher.budget.interrupt.asked() => {}
            }
        }
        Confirmed { key, found, reproduced: Reproduced::NotTried, shrunk: false }
    }

    async fn try_again(&self, found: Found, context: Context) -> (Found, Reproduced, bool) {
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
        let (found, shrunk) = self.shrink(found, context, start + LONGEST).await;
        (found, reproduced, shrunk)
    }

    /// How often the finding showed again; `None` where no request is left for it.
    async fn repeat(&self, found: &Found, context: Context) -> Result<Option<usize>, Unsent> {
        let mut hits = 0;
        for _ in 0..REPEATS {
            if !self.dispatcher.budget.allows(Extra::Confirmation) {
                return Ok(None);
            }
            hits += usize::from(self.shows(&found.case, &found.finding, context).await?.is_some());
        }
        Ok(Some(hits))
    }

    async fn shrink(&self, mut found: Found, context: Context, deadline: Instant) -> (Found, bool) {
        let mut left = SHRINK_REQUESTS;
        'smaller: loop {
            for case in smaller(&found.case) {
                if left == 0 || Instant::now() >= deadline || !self.dispatcher.budget.allows(Extra::Confirmation) {
                    return (found, false);
                }
                left -= 1;
                match self.shows(&case, &found.finding, context).await {
                    Ok(Some((finding, exchange))) => {
                        (found.finding, found.case, found.exchange) = (finding, case, exchange);
                        continue 'smaller;
                    }
                    Ok(None) => {}
                    Err(_) => return (found, false),
                }
            }
            return (found, true);
        }
    }

    /// Sends a case; the same finding, where its answer shows it.
    async fn shows(
        &self,
        case: &Case,
        wanted: &Finding,
        context: Context,
    ) -> Result<Option<(Finding, Exchange)>, Unsent> {
        let mut case = case.clone();
        let Ok(_lease) = self.links.lend(&mut case).await else { return Ok(None) };
        let exchange = match is_of_wire(wanted.rule) {
            true => self.dispatcher.send_audited(&case).await?,
            false => self.dispatcher.send(&case).await?,
        };
        let checks = judge(self.contract, &case, &exchange, context);
        let found = checks.into_iter().find_map(|check| match check.verdict {
            Verdict::Failed(finding) if is_same(&finding, wanted) => self.selection.adjust(&finding),
            _ => None,
        });
        // A smaller case that shows something milder shows something else.
        let found = found.filter(|finding| finding.severity >= wanted.severity);
        Ok(found.map(|finding| (finding, exchange)))
    }
}

/// The same rule at the same place, whichever item of an array it is.
fn is_same(a: &Finding, b: &Finding) -> bool {
    let place = |finding: &Finding| {
        let pointer = finding.at.pointer.as_ref().map(|pointer| {
            let steps = pointer.split('/').map(|step| if step.bytes().all(|b| b.is_ascii_digit()) { "" } else { step });
            steps.collect::<Vec<_>>().join("/")
        });
        (pointer, finding.at.header.clone())
    };
    a.rule == b.rule && place(a) == place(b)
}
