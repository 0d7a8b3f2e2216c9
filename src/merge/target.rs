//! One target's part in the reports of shards.

use std::cmp::Ordering;
use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::together::{Handed, Together, Witness, is_judged_together};
use crate::judge::Severity;
use crate::report::latency_json;
use crate::run::Times;

/// A JSON object.
pub type Object = Map<String, Value>;

/// How often a rule was judged, and how it went.
const COUNTS: [&str; 3] = ["passed", "failed", "not_checked"];

/// The targets of all reports, those of one name as one. `missing` is why they cannot be whole.
///
/// # Errors
/// With the name of a target of which a report does not have what a shard hands over.
pub fn merge<'a>(reports: impl Iterator<Item = &'a Object>, missing: &[String]) -> Result<Vec<Value>, String> {
    let mut by_name: IndexMap<String, Vec<&Object>> = IndexMap::new();
    for target in reports.flat_map(|report| list(report, "targets")).filter_map(Value::as_object) {
        by_name.entry(text(target, "name")).or_default().push(target);
    }
    by_name.into_iter().map(|(name, shards)| one(&shards, missing).ok_or(name)).collect()
}

/// `None` where a shard did not hand over what is judged together.
fn one(shards: &[&Object], missing: &[String]) -> Option<Value> {
    let handed = shards.iter().map(|shard| Handed::deserialize(Value::from((*shard).clone())).ok());
    let mut merged = shards.first().map(|first| (*first).clone())?;
    let first_promises: Vec<Value> = list(&merged, "promises").cloned().collect();
    let together = Together::of(handed.collect::<Option<_>>()?, &first_promises)?;
    let operations: Vec<String> = list(&merged, "operations").filter_map(Value::as_str).map(str::to_owned).collect();
    let (mut incomplete, nothing_counts) = together.incomplete(&operations);
    incomplete.extend_from_slice(missing);
    let findings = if nothing_counts { Vec::new() } else { findings(shards, &together) };
    let fails = |finding: &Value| {
        let severity = Severity::deserialize(&finding["severity"]);
        finding["known"].is_null() && severity.is_ok_and(|severity| severity >= together.fail_on())
    };
    let lapsed = distinct(shards, "lapsed");
    let verdict = match () {
        () if findings.iter().any(fails) || !lapsed.is_empty() => "violations",
        () if incomplete.is_empty() => "conformant",
        () => "incomplete",
    };
    merged.insert("verdict".to_owned(), verdict.into());
    merged.insert("incomplete".to_owned(), incomplete.into());
    merged.insert("requests".to_owned(), sum(shards, "requests"));
    let seconds = shards.iter().filter_map(|shard| shard.get("seconds")?.as_f64());
    merged.insert("seconds".to_owned(), json!(seconds.fold(0.0, f64::max)));
    merged.insert("findings".to_owned(), findings.into());
    merged.insert("checks".to_owned(), checks(shards, &together));
    merged.insert("promises".to_owned(), promises(shards, &together));
    merged.insert("not_checked".to_owned(), distinct(shards, "not_checked").into());
    merged.insert("lapsed".to_owned(), lapsed.into());
    merged.insert("latency".to_owned(), latency(shards));
    merged.insert("streams".to_owned(), by_operation(shards, "streams", add_numbers));
    merged.insert("coverage".to_owned(), by_operation(shards, "coverage", add_coverage));
    for handed_over in ["times", "evidence", "suspected"] {
        merged.shift_remove(handed_over);
    }
    Some(merged.into())
}

/// Findings of one rule, operation and state as one, with all that show it.
fn findings(shards: &[&Object], together: &Together) -> Vec<Value> {
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

fn checks(shards: &[&Object], together: &Together) -> Value {
    let of_shards = shards.iter().flat_map(|shard| list(shard, "checks")).filter_map(Value::as_object);
    let of_shards = of_shards.filter(|check| !is_judged_together(check));
    let mut merged = grouped(of_shards, &["rule", "operation"], |all| {
        let mut check = all.first().map(|first| (*first).clone()).unwrap_or_default();
        check.extend(COUNTS.map(|key| (key.to_owned(), sum(all, key))));
        let reason = all.iter().filter_map(|check| check.get("reason")).find(|reason| !reason.is_null());
        check.insert("reason".to_owned(), reason.cloned().unwrap_or_default());
        check.into()
    });
    merged.extend(together.counts());
    merged.sort_by_key(|check| ["rule", "operation"].map(|key| check[key].as_str().map(str::to_owned)));
    merged.into()
}

/// What became of each sentence: every shard lists the same ones in the same order.
fn promises(shards: &[&Object], together: &Together) -> Value {
    let lists: Vec<Vec<&Object>> =
        shards.iter().map(|shard| list(shard, "promises").filter_map(Value::as_object).collect()).collect();
    let number = lists.iter().map(Vec::len).min().unwrap_or(0);
    let witnesses: HashMap<usize, Witness> =
        together.witness().into_iter().map(|(promise, witness)| (promise.0, witness)).collect();
    let none = Witness::default();
    let promise = |index: usize| {
        let all: Vec<&Object> = lists.iter().filter_map(|list| list.get(index).copied()).collect();
        promise(&all, witnesses.get(&index).unwrap_or(&none))
    };
    (0..number).map(promise).collect::<Vec<Value>>().into()
}

fn promise(all: &[&Object], witness: &Witness) -> Value {
    let mut promise = all.first().map(|first| (*first).clone()).unwrap_or_default();
    let cases = sum(all, "cases").as_u64().unwrap_or(0).saturating_sub(witness.told) + witness.rules.len() as u64;
    let is_broken = witness.is_broken || all.iter().any(|promise| promise.get("verdict") == Some(&json!("broken")));
    let verdict = match cases {
        0 => "not checked",
        _ if is_broken => "broken",
        _ => "kept",
    };
    let of_shards = all.iter().flat_map(|promise| list(promise, "rules")).cloned();
    let mut rules = without_repeats(of_shards.chain(witness.rules.iter().map(|rule| json!(rule))));
    rules.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    promise.insert("cases".to_owned(), cases.into());
    promise.insert("rules".to_owned(), rules.into());
    promise.insert("verdict".to_owned(), verdict.into());
    if verdict != "not checked" {
        promise.insert("reason".to_owned(), Value::Null);
    }
    promise.into()
}

/// The percentiles of all times together.
fn latency(shards: &[&Object]) -> Value {
    by_operation(shards, "times", |all| {
        let mut joined = Times::default();
        // What is no times has none to join.
        let times = all.iter().filter_map(|times| Times::deserialize(Value::from((*times).clone())).ok());
        times.for_each(|times| joined.join(&times));
        joined.latency().map_or(Value::Null, |latency| latency_json(&latency))
    })
}

/// What each operation was exercised with, times added; what one shard exercised is no longer never exercised.
fn add_coverage(all: &[&Object]) -> Value {
    let mut merged = all.first().map(|first| (*first).clone()).unwrap_or_default();
    merged.insert("requests".to_owned(), sum(all, "requests"));
    let aspects: Vec<_> = merged.iter().filter(|(_, value)| value.is_array()).map(|(key, _)| key.clone()).collect();
    for aspect in aspects {
        let entries = all.iter().flat_map(|operation| list(operation, &aspect)).filter_map(Value::as_object);
        let covered = grouped(entries, &["what"], |same| {
            let mut one = same.first().map(|first| (*first).clone()).unwrap_or_default();
            let times = sum(same, "times");
            if times.as_u64() > Some(0) {
                one.insert("never".to_owned(), Value::Null);
            }
            one.insert("times".to_owned(), times);
            one.into()
        });
        merged.insert(aspect, covered.into());
    }
    merged.into()
}

/// Objects of objects of numbers, added.
fn add_numbers(all: &[&Object]) -> Value {
    let mut merged: IndexMap<&str, IndexMap<&str, u64>> = IndexMap::new();
    for (name, numbers) in all.iter().flat_map(|object| object.iter()) {
        let sums = merged.entry(name).or_default();
        for (key, number) in numbers.as_object().into_iter().flatten() {
            *sums.entry(key).or_default() += number.as_u64().unwrap_or(0);
        }
    }
    json!(merged)
}

fn by_operation(shards: &[&Object], key: &str, merge: impl Fn(&[&Object]) -> Value) -> Value {
    let mut operations: IndexMap<&str, Vec<&Object>> = IndexMap::new();
    let entries = shards.iter().filter_map(|shard| shard.get(key)?.as_object()).flatten();
    for (operation, value) in entries {
        operations.entry(operation).or_default().extend(value.as_object());
    }
    operations.into_iter().map(|(name, all)| (name.to_owned(), merge(&all))).collect::<Object>().into()
}

/// Entries of lists, those that agree in some keys as one.
fn grouped<'a>(
    entries: impl Iterator<Item = &'a Object>,
    by: &[&str],
    merge: impl Fn(&[&Object]) -> Value,
) -> Vec<Value> {
    let mut groups: IndexMap<Vec<String>, Vec<&Object>> = IndexMap::new();
    for entry in entries {
        let group = by.iter().map(|key| entry.get(*key).map(Value::to_string).unwrap_or_default()).collect();
        groups.entry(group).or_default().push(entry);
    }
    groups.into_values().map(|all| merge(&all)).collect()
}

fn distinct(shards: &[&Object], key: &str) -> Vec<Value> {
    without_repeats(shards.iter().flat_map(|shard| list(shard, key)).cloned())
}

fn without_repeats(values: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

fn list<'a>(object: &'a Object, key: &str) -> impl Iterator<Item = &'a Value> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn sum(objects: &[&Object], key: &str) -> Value {
    objects.iter().filter_map(|object| object.get(key)?.as_u64()).sum::<u64>().into()
}

fn text(object: &Object, key: &str) -> String {
    object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
