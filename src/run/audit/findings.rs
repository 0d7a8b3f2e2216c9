//! The findings of a target, each tried again.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::Audit;
use crate::judge::is_timed;
use crate::run::confirm::{Confirmer, Trial};
use crate::run::shown::{Confirmation, Show};
use crate::run::tally::{Found, Key, Selection};
use crate::run::{Event, FoundFinding, Reproduced, RunError};

impl Audit<'_> {
    /// Every finding, tried again where the run does so, gravest first. So many requests are kept for what comes
    /// after.
    pub(super) async fn findings(&mut self, kept: usize) -> Result<Vec<FoundFinding>, RunError> {
        let mut trials = self.found_by_weight();
        if self.options.confirm {
            let confirmer = Confirmer {
                contract: &self.job.contract,
                dispatcher: &self.dispatcher,
                links: &self.links,
                selection: &Selection { rules: Vec::new(), severity: self.job.target.severity.clone() },
                concurrency: self.job.target.limits.concurrency,
                kept,
            };
            let (reporter, target) = (&mut *self.reporter, self.job.target.name.as_str());
            confirmer.confirm(&mut trials, |left| reporter.event(&Event::Shrinking { target, left })).await?;
        }
        let (passing, lasting): (Vec<_>, Vec<_>) = trials.into_iter().partition(|trial| {
            is_timed(trial.key.rule) && matches!(trial.reproduced, Reproduced::Never | Reproduced::Sometimes)
        });
        for Trial { key, .. } in passing {
            self.tally.withdraw(&key);
            let reason = format!("{} showed, and not each time when it was tried again", key.rule);
            self.leave_out(key.operation, key.rule, reason);
        }
        let show = Show { dispatcher: &self.dispatcher, links: &self.links, redactor: &self.redactor };
        let shown = lasting.iter().map(|trial| {
            let confirmation = Confirmation { reproduced: trial.reproduced, shrunk: trial.shrunk };
            show.finding(&trial.key, &trial.found, trial.context, confirmation)
        });
        let mut findings: Vec<_> = shown.collect();
        findings.sort_by(|a, b| b.finding.severity.cmp(&a.finding.severity).then_with(|| order(a).cmp(&order(b))));
        Ok(findings)
    }

    /// What may prove to be a finding once the answers of other shards are known.
    pub(super) fn suspected(&self) -> Vec<FoundFinding> {
        let show = Show { dispatcher: &self.dispatcher, links: &self.links, redactor: &self.redactor };
        let of_memory = self.memory.suspicions().into_iter();
        let of_memory = of_memory.filter_map(|(case, finding)| Some((self.answers.get(&case)?, finding)));
        let drifts = self.drifts();
        let of_drift = drifts.iter().flat_map(|(operation, drift)| {
            let shown = move |answers: &String| self.shown(operation, answers);
            drift.suspicions().filter_map(move |(answers, finding)| Some((shown(answers)?, finding)))
        });
        let shown = of_memory.chain(of_drift).map(|((case, exchange), finding)| {
            let (case, exchange) = (case.clone(), exchange.clone());
            let (operation, state) = (case.operation.id.clone(), case.state.clone());
            let key = Key { rule: finding.rule, operation, state };
            let context = self.context(&case);
            let found = Found { finding, case, exchange, count: 1, alone: false, also: BTreeSet::new() };
            show.finding(&key, &found, context, Confirmation::NONE)
        });
        shown.collect()
    }

    /// What was found, in an order that arrival has no part in: the gravest first, of these the first of each rule
    /// before the second of any, then by name. Only the first of very many are tried again.
    fn found_by_weight(&self) -> Vec<Trial> {
        let found = self.tally.found().iter();
        let trial = |(key, found): (&Key, &Found)| {
            Trial::new(key.clone(), found.clone(), self.context(&found.case), &self.lives)
        };
        let mut trials: Vec<Trial> = found.map(trial).collect();
        trials.sort_by(|one, other| name(one).cmp(&name(other)));
        let mut of_rule: HashMap<&str, usize> = HashMap::new();
        let mut in_turn: Vec<(usize, Trial)> = Vec::with_capacity(trials.len());
        for trial in trials {
            let turn = of_rule.entry(trial.key.rule).or_default();
            *turn += 1;
            in_turn.push((*turn, trial));
        }
        in_turn.sort_by_key(|(turn, trial)| (Reverse(trial.found.finding.severity), *turn));
        in_turn.into_iter().map(|(_, trial)| trial).collect()
    }
}

fn name(trial: &Trial) -> (&str, &str, Option<&str>) {
    (&trial.key.operation, trial.key.rule, trial.key.state.as_deref())
}

fn order(finding: &FoundFinding) -> (&str, &str, Option<&str>) {
    (&finding.operation, finding.finding.rule, finding.state.as_deref())
}
