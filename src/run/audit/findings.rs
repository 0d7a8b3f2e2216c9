//! The findings of a target, each tried again.

use std::cmp::Ordering;

use futures_util::StreamExt;
use futures_util::stream;

use super::Audit;
use crate::judge::{Context, is_timed};
use crate::run::confirm::{Confirmed, Confirmer, is_worth_it, shares};
use crate::run::shown::{Confirmation, Show};
use crate::run::tally::{Found, Key, Selection};
use crate::run::{Event, FoundFinding, Reproduced, RunError};

impl Audit<'_> {
    /// Every finding, tried again where the run does so, gravest first.
    pub(super) async fn findings(&mut self) -> Result<Vec<FoundFinding>, RunError> {
        let found = self.found_by_weight();
        let selection = Selection { rules: Vec::new(), severity: self.job.target.severity.clone() };
        let confirmer = &Confirmer {
            contract: &self.job.contract,
            dispatcher: &self.dispatcher,
            links: &self.links,
            selection: &selection,
        };
        let show = Show { dispatcher: &self.dispatcher, links: &self.links, redactor: &self.redactor };
        let mut left = found.len();
        let worth_it = |found: &Found| self.options.confirm && is_worth_it(found);
        let mut shares = shares(found.iter().filter(|(_, found, _)| worth_it(found)).count());
        let with_share = found.into_iter().map(|(key, found, context)| {
            let share = if worth_it(&found) { shares.next() } else { None };
            let share = share.unwrap_or(0);
            async move { (confirmer.confirm(key, found, context, share).await, context) }
        });
        let with_share: Vec<_> = with_share.collect();
        let mut tries = stream::iter(with_share).buffered(self.job.target.limits.concurrency);
        let (mut findings, mut passing) = (Vec::new(), Vec::new());
        while let Some((Confirmed { key, found, reproduced, shrunk }, context)) = tries.next().await {
            if self.options.confirm {
                self.reporter.event(&Event::Shrinking { target: &self.job.target.name, left })?;
            }
            left -= 1;
            if matches!(reproduced, Reproduced::Never | Reproduced::Sometimes) && is_timed(key.rule) {
                passing.push(key);
                continue;
            }
            findings.push(show.finding(&key, &found, context, Confirmation { reproduced, shrunk }));
        }
        drop(tries);
        for key in passing {
            self.tally.withdraw(&key);
            let reason = format!("{} showed, and not each time when it was tried again", key.rule);
            self.leave_out(key.operation, key.rule, reason);
        }
        findings.sort_by(|a, b| b.finding.severity.cmp(&a.finding.severity).then_with(|| order(a).cmp(&order(b))));
        Ok(findings)
    }

    /// What was found, in an order that arrival has no part in.
    fn found_by_weight(&self) -> Vec<(Key, Found, Context)> {
        let found = self.tally.found().iter();
        let mut found: Vec<_> =
            found.map(|(key, found)| (key.clone(), found.clone(), self.context(&found.case))).collect();
        found.sort_by(order_of);
        found
    }
}

/// The gravest first, then by name: only the first of very many are tried again.
fn order_of(one: &(Key, Found, Context), other: &(Key, Found, Context)) -> Ordering {
    let name = |(key, _, _): &(Key, Found, Context)| (key.operation.clone(), key.rule, key.state.clone());
    let grave = |(_, found, _): &(Key, Found, Context)| found.finding.severity;
    grave(other).cmp(&grave(one)).then_with(|| name(one).cmp(&name(other)))
}

fn order(finding: &FoundFinding) -> (&str, &str, Option<&str>) {
    (&finding.operation, finding.finding.rule, finding.state.as_deref())
}
