//! What only the answers of all shards together show, judged anew.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::lists::Object;
use crate::contract::{PromiseId, Source};
use crate::generate::CaseId;
use crate::judge::{Check, Finding, Memory, RunCheck, Severity, Verdict};
use crate::run::{Baseline, ShardEvidence};

/// What a shard's report has of a target for the joining alone.
#[derive(Deserialize)]
pub struct Handed {
    evidence: ShardEvidence,
    suspected: Vec<Object>,
}

/// The evidence of all shards on one target, and what it comes to.
pub struct Together {
    evidence: ShardEvidence,
    judged: Vec<Judged>,
    /// What each shard's own part came to, which its report tells of already.
    told: Vec<Check>,
    suspected: Vec<Object>,
}

/// What one rule says of one operation, on the case that shows it.
struct Judged {
    operation: String,
    case: Option<CaseId>,
    checks: Vec<Check>,
}

impl From<RunCheck> for Judged {
    fn from(RunCheck { operation, case, check }: RunCheck) -> Self {
        Judged { operation, case, checks: vec![check] }
    }
}

/// Whether a check, or a finding, is of a rule that is judged here.
pub fn is_judged_together(judged: &Object) -> bool {
    judged.get("rule").and_then(Value::as_str).is_some_and(|rule| Memory::RULES.contains(&rule))
}

impl Together {
    /// Judges what the shards handed over; `None` where there are none. `promises` are those of a report.
    pub fn of(handed: Vec<Handed>, promises: &[Value]) -> Option<Self> {
        let sources: Vec<Option<Source>> = promises.iter().map(|promise| Source::deserialize(promise).ok()).collect();
        let source = |promise: PromiseId| sources.get(promise.0)?.as_ref();
        let told =
            handed.iter().flat_map(|handed| handed.evidence.memory.checks(source)).map(|told| told.check).collect();
        let mut suspected = Vec::new();
        let evidence = handed.into_iter().map(|handed| {
            suspected.extend(handed.suspected);
            handed.evidence
        });
        let evidence = evidence.reduce(|mut one, other| {
            one.join(other);
            one
        })?;
        let drifts = evidence.drifts.iter().flat_map(|(operation, drift)| {
            drift.checks().into_iter().map(move |(answers, checks)| Judged {
                operation: operation.clone(),
                case: drift.case(&answers).cloned(),
                checks,
            })
        });
        let judged = evidence.memory.checks(source).into_iter().map(Judged::from).chain(drifts).collect();
        Some(Together { evidence, judged, told, suspected })
    }

    /// Why the target could not be judged, or not in full, and whether nothing of it can be held against it.
    pub fn incomplete(&self, operations: &[String]) -> (Vec<String>, bool) {
        self.evidence.incomplete(operations)
    }

    /// The findings that are known; `None` where nobody said any.
    pub fn baseline(&self) -> Option<Baseline> {
        self.evidence.baseline.as_ref()?.read()
    }

    /// The least severity that makes a verdict of `violations`.
    pub fn fail_on(&self) -> Severity {
        self.evidence.fail_on
    }

    /// How often each rule was judged on each operation.
    pub fn counts(&self) -> Vec<Value> {
        let mut counts: IndexMap<(&str, &str), [usize; 3]> = IndexMap::new();
        let mut reasons: HashMap<(&str, &str), &str> = HashMap::new();
        for (operation, check) in self.checks() {
            let key = (check.rule, operation);
            let [passed, failed, not_checked] = counts.entry(key).or_default();
            match &check.verdict {
                Verdict::Passed(_) => *passed += 1,
                Verdict::Failed(_) => *failed += 1,
                Verdict::NotChecked(reason) => {
                    *not_checked += 1;
                    reasons.entry(key).or_insert(reason);
                }
            }
        }
        let count = |(key, [passed, failed, not_checked]): (&(&str, &str), &[usize; 3])| {
            json!({
                "rule": key.0, "operation": key.1, "passed": passed, "failed": failed, "not_checked": not_checked,
                "reason": reasons.get(key)
            })
        };
        counts.iter().map(count).collect()
    }

    fn checks(&self) -> impl Iterator<Item = (&str, &Check)> {
        self.judged.iter().flat_map(|judged| judged.checks.iter().map(|check| (judged.operation.as_str(), check)))
    }

    /// The findings, each on the case that shows it.
    pub fn findings(&self) -> Vec<Object> {
        self.judged.iter().filter_map(|judged| self.finding(judged)).collect()
    }

    /// What is wrong, as one; `None` where nothing is that the run cares about, or where no shard kept the case, as one
    /// run would not have.
    fn finding(&self, judged: &Judged) -> Option<Object> {
        let wanted = |check: &Check| self.evidence.selection.adjust(failed(check)?);
        let mut findings = judged.checks.iter().filter_map(wanted);
        let Finding { rule, severity, message, at, expected, actual, source, .. } = findings.next()?;
        let also: Vec<String> = findings.map(|other| other.message).collect();
        let is_meant = |shown: &&Object| shown["rule"] == rule && shown["operation"] == *judged.operation;
        let of_case = |shown: &&Object| judged.case.as_ref().is_some_and(|case| shown["case"]["id"] == *case.0);
        let shown: Vec<&Object> = self.suspected.iter().filter(is_meant).collect();
        let mut finding = (*shown.iter().copied().find(of_case).as_ref().or(shown.first())?).clone();
        let words = json!({
            "severity": severity, "message": message, "at": at, "expected": expected, "actual": actual,
            "source": source, "count": 1, "also": also
        });
        finding.extend(words.as_object().cloned().unwrap_or_default());
        Some(finding)
    }

    /// What became of the promises: how many checks more bear witness to each than the shards tell of, and the rule of
    /// a check for or against it.
    pub fn witness(&self) -> Vec<(PromiseId, Witness)> {
        let mut witnesses: IndexMap<PromiseId, Witness> = IndexMap::new();
        for check in &self.told {
            for promise in weighed(check) {
                witnesses.entry(promise).or_default().told += 1;
            }
        }
        for (_, check) in self.checks() {
            for promise in weighed(check) {
                let witness = witnesses.entry(promise).or_default();
                witness.rules.push(check.rule);
                witness.is_broken |= failed(check).is_some();
            }
        }
        witnesses.into_iter().collect()
    }
}

/// What the checks over all shards say of one promise.
#[derive(Default)]
pub struct Witness {
    /// How many such checks the shards told of, each of its own answers.
    pub told: u64,
    /// The rules of those over all answers, once for each check.
    pub rules: Vec<&'static str>,
    /// Whether one of them is against it.
    pub is_broken: bool,
}

fn failed(check: &Check) -> Option<&Finding> {
    match &check.verdict {
        Verdict::Failed(finding) => Some(finding),
        Verdict::Passed(_) | Verdict::NotChecked(_) => None,
    }
}

/// The promises that a check bears witness to. A note is worth knowing and breaks nothing.
fn weighed(check: &Check) -> Vec<PromiseId> {
    match &check.verdict {
        Verdict::Passed(promises) => promises.clone(),
        Verdict::Failed(finding) if finding.severity > Severity::Note => finding.promises.clone(),
        Verdict::Failed(_) | Verdict::NotChecked(_) => Vec::new(),
    }
}
