//! The findings of all shards, and what a baseline makes of them.

use std::cmp::Ordering;

use serde::Deserialize;
use serde_json::{Value, json};

use super::lists::{Object, grouped, list, sum, without_repeats};
use super::together::{Together, is_judged_together};
use crate::judge::Severity;
use crate::report::{known_json, lapsed_json};
use crate::run::{Baseline, Outcome, Subject};

/// Findings of one rule, operation and state as one, with all that show it.
pub fn findings(shards: &[&Object], together: &Together) -> Vec<Value> {
    let of_shards = shards.iter().flat_map(|shard| list(shard, "findings")).filter_map(Value::as_object);
    let of_all = together.findings();
    let findings = of_shards.filter(|finding| !is_judged_together(finding)).chain(&of_all);
    let mut merged: Vec<Value> = grouped(findings, &["rule", "operation", "state"], |all| {
        let told =
            all.iter().max_by(|one, other| firmness(one).cmp(&firmness(other)).then_with(|| lightness(one, other)));
        let mut finding = told.map(|told| (*told).clone()).unwrap_or_default();
        let others = all.iter().filter_map(|other| other.get("message"));
        let also = others.chain(all.iter().flat_map(|other| list(other, "also"))).cloned();
        let mut also = without_repeats(also.filter(|message| Some(message) != finding.get("message")));
        also.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        finding.insert("count".to_owned(), sum(all, "count"));
        finding.insert("also".to_owned(), also.into());
        finding.into()
    });
    merged.sort_by_key(|finding| {
        let severity = ["error", "warning", "note"].iter().position(|word| finding["severity"] == *word);
        let text = |key: &str| finding[key].as_str().map(str::to_owned);
        (severity, text("operation"), text("rule"), text("state"))
    });
    merged
}

/// What is told of a finding is the gravest, then what shows every time, then what was made small, then a request that
/// nobody could object to.
fn firmness(finding: &Object) -> (Option<usize>, bool, bool, bool) {
    let is = |key: &str, word: &str| finding.get(key) == Some(&json!(word));
    let severity = ["note", "warning", "error"].iter().position(|word| is("severity", word));
    let case = finding.get("case");
    let is_plain = case.is_some_and(|case| case["kind"] == "example" || case["kind"] == "positive");
    (severity, is("reproduced", "always"), case.is_some_and(|case| case["shrunk"] == true), is_plain)
}

/// Which of two has the smaller request: greater is what is smaller, and of two as small the first by name.
fn lightness(one: &Object, other: &Object) -> Ordering {
    let weight = |finding: &Object| {
        let case = finding.get("case").cloned().unwrap_or_default();
        (case["request"].to_string().len(), case["id"].as_str().unwrap_or_default().to_owned())
    };
    weight(other).cmp(&weight(one))
}

/// Marks the findings that are known. Gives the entries of the baseline that no longer hold; `target` is what it came
/// to otherwise.
pub fn apply(baseline: &Baseline, findings: &mut [Value], target: &Object, is_whole: bool) -> Vec<Value> {
    let entries = |key: &str| list(target, key).collect::<Vec<&Value>>();
    let was_kept = |check: &&&Value| check["passed"].as_u64() > Some(0) && check["failed"] == 0;
    let (operations, checks, left_out) = (entries("operations"), entries("checks"), entries("not_checked"));
    let outcome = Outcome {
        target: target.get("name").and_then(Value::as_str).unwrap_or_default(),
        operations: operations.into_iter().filter_map(Value::as_str).collect(),
        is_whole,
        findings: findings.iter().map(subject).collect(),
        kept: checks.iter().filter(was_kept).map(|check| (word(check, "rule"), word(check, "operation"))).collect(),
        left_out: left_out.iter().map(|entry| (word(entry, "operation"), entry["state"].as_str())).collect(),
    };
    let (known, lapsed) = baseline.weigh(&outcome);
    let known: Vec<Value> = known.into_iter().map(|known| known.map_or(Value::Null, known_json)).collect();
    findings.iter_mut().zip(known).for_each(|(finding, known)| finding["known"] = known);
    lapsed.iter().map(lapsed_json).collect()
}

/// Whether a finding is new and so grave that it fails the run.
pub fn fails(finding: &Value, fail_on: Severity) -> bool {
    let severity = Severity::deserialize(&finding["severity"]);
    finding["known"].is_null() && severity.is_ok_and(|severity| severity >= fail_on)
}

fn subject(finding: &Value) -> Subject<'_> {
    Subject { rule: word(finding, "rule"), operation: word(finding, "operation"), state: finding["state"].as_str() }
}

fn word<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or_default()
}
