//! The findings of a target, each tried again.

use futures_util::StreamExt;
use futures_util::stream;

use super::Audit;
use crate::judge::is_timed;
use crate::run::confirm::{Confirmed, Confirmer};
use crate::run::shown::{Confirmation, Show};
use crate::run::tally::Selection;
use crate::run::{Event, FoundFinding, Reproduced, RunError};

impl Audit<'_> {
    /// Every finding, tried again where the run does so, gravest first.
    pub(super) async fn findings(&mut self) -> Result<Vec<FoundFinding>, RunError> {
        let contexts = self.tally.found().values().map(|found| self.context(&found.case));
        let found: Vec<_> =
            self.tally.found().iter().map(|(key, found)| (key.clone(), found.clone())).zip(contexts).collect();
        let selection = Selection { rules: Vec::new(), severity: self.job.target.severity.clone() };
        let confirmer = &Confirmer {
            contract: &self.job.contract,
            dispatcher: &self.dispatcher,
            links: &self.links,
            selection: &selection,
            active: self.options.confirm,
        };
        let show = Show { dispatcher: &self.dispatcher, redactor: &self.redactor };
        let mut left = found.len();
        let mut tries = stream::iter(found)
            .map(|((key, found), context)| async move { (confirmer.confirm(key, found, context).await, context) })
            .buffered(self.job.target.limits.concurrency);
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
}

fn order(finding: &FoundFinding) -> (&str, &str, Option<&str>) {
    (&finding.operation, finding.finding.rule, finding.state.as_deref())
}
