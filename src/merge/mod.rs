//! The reports of shards as one.
//!
//! In: JSON reports of runs with `--shard K/N`, one for each K. Out: the JSON report that one run would have
//! written, as far as it can be told from them.

mod findings;
mod lists;
mod target;
mod together;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::run::Shard;

/// Reports that are not those of the shards of one run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Something else than a report.
    #[error("{0} is no JSON report of a run: `uptospec check --shard K/N --report json=PATH` writes one")]
    NotAReport(String),
    /// A report of a whole run.
    #[error("{0} is the report of a whole run: only those of `uptospec check --shard K/N` are merged")]
    NoShard(String),
    /// One that has not what shards hand over to each other.
    #[error("a report has of target {0} not what a shard hands over for `uptospec merge`")]
    NothingHanded(String),
    /// Two that belong to different runs.
    #[error("{one} and {other} are not of one run: their {what} differ")]
    Different {
        /// The first.
        one: String,
        /// The other.
        other: String,
        /// What differs.
        what: &'static str,
    },
    /// The same shard twice.
    #[error("{one} and {other} are both shard {shard}")]
    Twice {
        /// The first.
        one: String,
        /// The other.
        other: String,
        /// Which.
        shard: Shard,
    },
}

/// One report of several.
struct Part<'a> {
    name: &'a str,
    report: &'a Map<String, Value>,
    shard: Shard,
}

/// What must be the same in all shards of a run.
const SAME: [(&str, &str); 2] = [("uptospec", "versions"), ("seed", "seeds")];

/// The report of all shards together. Where one is missing the verdict is `incomplete`, unless there are violations.
///
/// # Errors
/// When they are not the shards of one run.
pub fn merge(reports: &[(String, Value)]) -> Result<Value, MergeError> {
    let parts: Vec<Part<'_>> = reports.iter().map(|(name, report)| part(name, report)).collect::<Result<_, _>>()?;
    let Some(first) = parts.first() else { return Err(MergeError::NotAReport("nothing".to_owned())) };
    parts.iter().try_for_each(|part| belongs(first, part))?;
    for (index, part) in parts.iter().enumerate() {
        if let Some(twin) = parts[..index].iter().find(|other| other.shard == part.shard) {
            let (one, other) = (twin.name.to_owned(), part.name.to_owned());
            return Err(MergeError::Twice { one, other, shard: part.shard });
        }
    }
    let missing = missing(&parts);
    let mut merged = first.report.clone();
    let targets = target::merge(parts.iter().map(|part| part.report), &missing).map_err(MergeError::NothingHanded)?;
    let verdict = overall(&targets);
    merged.insert("verdict".to_owned(), verdict.into());
    merged.insert("started".to_owned(), earliest(&parts));
    let seconds = parts.iter().filter_map(|part| part.report.get("seconds")?.as_f64());
    merged.insert("seconds".to_owned(), json!(seconds.fold(0.0, f64::max)));
    merged.insert("targets".to_owned(), targets.into());
    merged.insert("shard".to_owned(), Value::Null);
    Ok(merged.into())
}

fn part<'a>(name: &'a str, report: &'a Value) -> Result<Part<'a>, MergeError> {
    let object = report.as_object().filter(|object| object.get("targets").is_some_and(Value::is_array));
    let report = object.ok_or_else(|| MergeError::NotAReport(name.to_owned()))?;
    let shard = report.get("shard").filter(|shard| !shard.is_null());
    let shard = shard.ok_or_else(|| MergeError::NoShard(name.to_owned()))?;
    let shard = serde_json::from_value(shard.clone()).map_err(|_| MergeError::NotAReport(name.to_owned()))?;
    Ok(Part { name, report, shard })
}

fn belongs(first: &Part<'_>, part: &Part<'_>) -> Result<(), MergeError> {
    let differ = |what| MergeError::Different { one: first.name.to_owned(), other: part.name.to_owned(), what };
    if first.shard.of != part.shard.of {
        return Err(differ("numbers of shards"));
    }
    if let Some((_, what)) = SAME.iter().find(|(key, _)| first.report.get(*key) != part.report.get(*key)) {
        return Err(differ(what));
    }
    if contracts(first) == contracts(part) { Ok(()) } else { Err(differ("targets or their documents")) }
}

/// What says of which targets a report is, and by which documents they were judged: what its lists stand for.
fn contracts<'a>(part: &Part<'a>) -> Vec<[Option<&'a Value>; 2]> {
    let targets = part.report.get("targets").and_then(Value::as_array).into_iter().flatten();
    targets.map(|target| ["name", "operations"].map(|key| target.get(key))).collect()
}

/// The shards that nobody gave.
fn missing(parts: &[Part<'_>]) -> Vec<String> {
    let Some(first) = parts.first() else { return Vec::new() };
    let given: BTreeSet<usize> = parts.iter().map(|part| part.shard.number).collect();
    let of = first.shard.of;
    let missing = (1..=of).filter(|number| !given.contains(number));
    missing.map(|number| format!("the report of shard {} is missing", Shard { number, of })).collect()
}

fn earliest(parts: &[Part<'_>]) -> Value {
    let started = parts.iter().filter_map(|part| part.report.get("started")?.as_str());
    started.min().map_or(Value::Null, Value::from)
}

fn overall(targets: &[Value]) -> &'static str {
    let has = |verdict: &str| targets.iter().any(|target| target["verdict"] == verdict);
    match () {
        () if has("violations") => "violations",
        () if targets.is_empty() || has("incomplete") => "incomplete",
        () => "conformant",
    }
}

#[cfg(test)]
mod tests;
