//! What only the answers of all shards together show, judged anew.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::target::Object;
use crate::contract::{PromiseId, Source};
use crate::judge::{Finding, Memory, RunCheck, Severity, Verdict};
use crate::run::ShardEvidence;

/// What a shard's report has of a target for the joining alone.
#[derive(Deserialize)]
pub struct Handed {
    evidence: ShardEvidence,
    suspected: Vec<Object>,
}

/// The evidence of all shards on one target, and what it comes to.
pub struct Together {
    evidence: ShardEvidence,
    checks: Vec<RunCheck>,
    /// What each shard's own part came to, which its report tells of already.
    told: Vec<RunCheck>,
    suspected: Vec<Object>,
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
        let told = handed.iter().flat_map(|handed| handed.evidence.memory.checks(source)).collect();
        let mut suspected = Vec::new();
        let evidence = handed.into_iter().map(|handed| {
            suspected.extend(handed.suspected);
            handed.evidence
        });
        let evidence = evidence.reduce(|mut one, other| {
            one.join(other);
            one
        })?;
        let checks = evidence.memory.checks(source);
        Some(Together { evidence, checks, told, suspected })
    }

    /// Why the target could not be judged, or not in full, and whether nothing of it can be held against it.
    pub fn incomplete(&self, operations: &[String]) -> (Vec<String>, bool) {
        self.evidence.incomplete(operations)
    }

    /// The least severity that makes a verdict of `violations`.
    pub fn fail_on(&self) -> Severity {
        self.evidence.fail_on
    }

    /// How often each rule was judged on each operation.
    pub fn counts(&self) -> Vec<Value> {
        let mut counts: IndexMap<(&str, &str), [usize; 3]> = IndexMap::new();
        let mut reasons: HashMap<(&str, &str), &str> = HashMap::new();
        for RunCheck { operation, check, .. } in &self.checks {
            let key = (check.rule, operation.as_str());
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

    /// The findings, those of one rule, operation and state as one.
    pub fn findings(&self) -> Vec<Value> {
        let mut findings: IndexMap<[Value; 3], Object> = IndexMap::new();
        for (check, finding) in self.checks.iter().filter_map(|check| Some((check, failed(check)?))) {
            let Some(shown) = self.evidence.selection.adjust(finding).and_then(|found| self.shown(check, &found)) else {
                continue;
            };
            let key = ["rule", "operation", "state"].map(|key| shown.get(key).cloned().unwrap_or_default());
            match findings.get_mut(&key) {
                Some(known) => add(known, &shown),
                None => {
                    findings.insert(key, shown);
                }
            }
        }
        findings.into_values().map(Value::from).collect()
    }

    /// The finding on the case that shows it; `None` where no shard kept that, as one run would not have.
    fn shown(&self, check: &RunCheck, finding: &Finding) -> Option<Object> {
        let is_meant = |shown: &&Object| {
            shown.get("rule") == Some(&json!(finding.rule)) && shown.get("operation") == Some(&json!(check.operation))
        };
        let of_case = |shown: &&Object| check.case.as_ref().is_some_and(|case| shown["case"]["id"] == *case.0);
        let same: Vec<&Object> = self.suspected.iter().filter(is_meant).collect();
        let template = same.iter().copied().find(of_case).or_else(|| same.first().copied())?;
        let mut shown = template.clone();
        let Finding { severity, message, at, expected, actual, source, .. } = finding;
        let words = json!({
            "severity": severity, "message": message, "at": at, "expected": expected, "actual": actual,
            "source": source, "count": 1, "also": []
        });
        shown.extend(words.as_object().cloned().unwrap_or_default());
        Some(shown)
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
        for check in &self.checks {
            for promise in weighed(check) {
                let witness = witnesses.entry(promise).or_default();
                witness.rules.push(check.check.rule);
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

fn failed(check: &RunCheck) -> Option<&Finding> {
    match &check.check.verdict {
        Verdict::Failed(finding) => Some(finding),
        Verdict::Passed(_) | Verdict::NotChecked(_) => None,
    }
}

/// The promises that a check bears witness to. A note is worth knowing and breaks nothing.
fn weighed(check: &RunCheck) -> Vec<PromiseId> {
    match &check.check.verdict {
        Verdict::Passed(promises) => promises.clone(),
        Verdict::Failed(finding) if finding.severity > Severity::Note => finding.promises.clone(),
        Verdict::Failed(_) | Verdict::NotChecked(_) => Vec::new(),
    }
}

/// Adds a finding to one of the same rule, operation and state.
fn add(known: &mut Object, other: &Object) {
    let count = known.get("count").and_then(Value::as_u64).unwrap_or(1) + 1;
    known.insert("count".to_owned(), count.into());
    let message = other.get("message").filter(|message| known.get("message") != Some(message)).cloned();
    if let (Some(message), Some(Value::Array(also))) = (message, known.get_mut("also")) {
        if !also.contains(&message) {
            also.push(message);
        }
    }
}
