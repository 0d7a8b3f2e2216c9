//! One target's part in the reports of shards.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::findings::{apply, fails, findings};
use super::lists::{Object, by_operation, distinct, grouped, list, sum, text, without_repeats};
use super::together::{Handed, Together, Witness, is_judged_together};
use crate::report::latency_json;
use crate::run::{Baseline, Times};

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
    let mut findings = if nothing_counts { Vec::new() } else { findings(shards, &together) };
    let seconds = shards.iter().filter_map(|shard| shard.get("seconds")?.as_f64());
    let joined = [
        ("requests", sum(shards, "requests")),
        ("seconds", json!(seconds.fold(0.0, f64::max))),
        ("checks", checks(shards, &together).into()),
        ("promises", promises(shards, &together)),
        ("not_checked", distinct(shards, "not_checked").into()),
        ("latency", latency(shards)),
        ("streams", by_operation(shards, "streams", add_numbers)),
        ("coverage", by_operation(shards, "coverage", add_coverage)),
    ];
    merged.extend(joined.map(|(key, value)| (key.to_owned(), value)));
    let apply = |baseline: Baseline| apply(&baseline, &mut findings, &merged, incomplete.is_empty());
    let lapsed = together.baseline().map(apply).unwrap_or_default();
    let verdict = match () {
        () if findings.iter().any(|finding| fails(finding, together.fail_on())) || !lapsed.is_empty() => "violations",
        () if incomplete.is_empty() => "conformant",
        () => "incomplete",
    };
    let told = [
        ("verdict", verdict.into()),
        ("incomplete", incomplete.into()),
        ("findings", findings.into()),
        ("lapsed", lapsed.into()),
    ];
    merged.extend(told.map(|(key, value): (&str, Value)| (key.to_owned(), value)));
    for handed_over in ["times", "evidence", "suspected"] {
        merged.shift_remove(handed_over);
    }
    Some(merged.into())
}

fn checks(shards: &[&Object], together: &Together) -> Vec<Value> {
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
    merged
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
