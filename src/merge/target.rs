//! One target's part in the reports of shards.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::judge::is_over_the_run;
use crate::report::latency_json;
use crate::run::Times;

type Object = Map<String, Value>;

/// How often a rule was judged, and how it went.
const COUNTS: [&str; 3] = ["passed", "failed", "not_checked"];

/// The targets of all reports, those of one name as one. `missing` is why they cannot be whole.
pub fn merge<'a>(reports: impl Iterator<Item = &'a Object>, missing: &[String]) -> Vec<Value> {
    let mut by_name: IndexMap<String, Vec<&Object>> = IndexMap::new();
    for target in reports.flat_map(|report| list(report, "targets")).filter_map(Value::as_object) {
        by_name.entry(text(target, "name")).or_default().push(target);
    }
    by_name.into_values().map(|shards| one(&shards, missing)).collect()
}

fn one(shards: &[&Object], missing: &[String]) -> Value {
    let mut merged = shards.first().map(|first| (*first).clone()).unwrap_or_default();
    let incomplete = distinct(shards, "incomplete").into_iter().chain(missing.iter().map(|reason| json!(reason)));
    let incomplete: Vec<_> = incomplete.collect();
    let has_violations = shards.iter().any(|shard| shard.get("verdict") == Some(&json!("violations")));
    let verdict = match () {
        () if has_violations => "violations",
        () if incomplete.is_empty() => "conformant",
        () => "incomplete",
    };
    merged.insert("verdict".to_owned(), verdict.into());
    merged.insert("incomplete".to_owned(), incomplete.into());
    merged.insert("requests".to_owned(), sum(shards, "requests"));
    let seconds = shards.iter().filter_map(|shard| shard.get("seconds")?.as_f64());
    merged.insert("seconds".to_owned(), json!(seconds.fold(0.0, f64::max)));
    merged.insert("findings".to_owned(), findings(shards));
    merged.insert("checks".to_owned(), checks(shards));
    merged.insert("promises".to_owned(), promises(shards));
    merged.insert("not_checked".to_owned(), distinct(shards, "not_checked").into());
    merged.insert("lapsed".to_owned(), distinct(shards, "lapsed").into());
    merged.insert("latency".to_owned(), latency(shards));
    merged.shift_remove("times");
    merged.insert("streams".to_owned(), by_operation(shards, "streams", add_numbers));
    merged.insert("coverage".to_owned(), by_operation(shards, "coverage", add_coverage));
    merged.into()
}

/// Findings of one rule, operation and state as one, with all that show it. What is told of it is the firmest: gravest,
/// then one that shows every time.
fn findings(shards: &[&Object]) -> Value {
    let firmness = |finding: &Object| {
        let severity =
            ["note", "warning", "error"].iter().position(|word| finding.get("severity") == Some(&json!(word)));
        let always = finding.get("reproduced") == Some(&json!("always"));
        let shrunk = finding.get("case").is_some_and(|case| case["shrunk"] == true);
        (severity, always, shrunk)
    };
    let mut merged = grouped(shards, "findings", &["rule", "operation", "state"], |all| {
        let firmest = all.iter().rev().max_by_key(|finding| firmness(finding)).copied().cloned().unwrap_or_default();
        let mut finding = firmest.clone();
        if !is_of_run(&finding) {
            finding.insert("count".to_owned(), sum(all, "count"));
        }
        let others = all.iter().filter_map(|other| other.get("message"));
        let also = others.chain(all.iter().flat_map(|other| list(other, "also"))).cloned();
        let also = also.filter(|message| Some(message) != firmest.get("message"));
        finding.insert("also".to_owned(), without_repeats(also).into());
        finding.into()
    });
    let order = |finding: &Value| {
        let severity = ["error", "warning", "note"].iter().position(|word| finding["severity"] == *word);
        let text = |key: &str| finding[key].as_str().map(str::to_owned);
        (severity, text("operation"), text("rule"), text("state"))
    };
    merged.sort_by_key(order);
    merged.into()
}

fn checks(shards: &[&Object]) -> Value {
    let mut merged = grouped(shards, "checks", &["rule", "operation"], |all| {
        let mut check = all.first().map(|first| (*first).clone()).unwrap_or_default();
        let counts = match is_of_run(&check) {
            true => counts_of_one_run(all),
            false => COUNTS.map(|key| sum(all, key)),
        };
        check.extend(COUNTS.map(str::to_owned).into_iter().zip(counts));
        let reason = all.iter().filter_map(|check| check.get("reason")).find(|reason| !reason.is_null());
        check.insert("reason".to_owned(), reason.cloned().unwrap_or_default());
        check.into()
    });
    merged.sort_by_key(|check| ["rule", "operation"].map(|key| check[key].as_str().map(str::to_owned)));
    merged.into()
}

/// How often a rule was judged that every shard judges over all its answers: not once for each of them. What broke in
/// one is broken, and what one could judge was judged.
fn counts_of_one_run(all: &[&Object]) -> [Value; 3] {
    let count = |check: &Object, key: &str| check.get(key).and_then(Value::as_u64).unwrap_or(0);
    let most = |of: &dyn Fn(&Object) -> u64| all.iter().map(|check| of(check)).max().unwrap_or(0);
    let failed = most(&|check| count(check, "failed"));
    let judged = most(&|check| count(check, "passed") + count(check, "failed"));
    let noted = most(&|check| COUNTS.iter().map(|key| count(check, key)).sum());
    [judged.saturating_sub(failed), failed, noted.saturating_sub(judged)].map(Value::from)
}

/// Whether a check, or a finding, is of a rule that is judged once for all answers.
fn is_of_run(judged: &Object) -> bool {
    judged.get("rule").and_then(Value::as_str).is_some_and(is_over_the_run)
}

fn promises(shards: &[&Object]) -> Value {
    let merge = |all: &[&Object]| {
        let mut promise = all.first().map(|first| (*first).clone()).unwrap_or_default();
        let has = |verdict: &str| all.iter().any(|promise| promise.get("verdict") == Some(&json!(verdict)));
        let verdict = match () {
            () if has("broken") => "broken",
            () if has("kept") => "kept",
            () => "not checked",
        };
        promise.insert("cases".to_owned(), sum(all, "cases"));
        let mut rules = without_repeats(all.iter().flat_map(|promise| list(promise, "rules")).cloned());
        rules.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        promise.insert("rules".to_owned(), rules.into());
        promise.insert("verdict".to_owned(), verdict.into());
        if verdict != "not checked" {
            promise.insert("reason".to_owned(), Value::Null);
        }
        promise.into()
    };
    grouped(shards, "promises", &["quote", "document", "place", "operation"], merge).into()
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
        let covered = grouped(all, &aspect, &["what"], |same| {
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

/// The entries of a list in all shards, those that agree in some keys as one.
fn grouped(shards: &[&Object], key: &str, by: &[&str], merge: impl Fn(&[&Object]) -> Value) -> Vec<Value> {
    let mut groups: IndexMap<Vec<String>, Vec<&Object>> = IndexMap::new();
    for entry in shards.iter().flat_map(|shard| list(shard, key)).filter_map(Value::as_object) {
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
