//! Joining lists and objects of reports.

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// A JSON object.
pub type Object = Map<String, Value>;

/// An object by operation in all shards, what they have of one operation joined.
pub fn by_operation(shards: &[&Object], key: &str, merge: impl Fn(&[&Object]) -> Value) -> Value {
    let mut operations: IndexMap<&str, Vec<&Object>> = IndexMap::new();
    let entries = shards.iter().filter_map(|shard| shard.get(key)?.as_object()).flatten();
    for (operation, value) in entries {
        operations.entry(operation).or_default().extend(value.as_object());
    }
    operations.into_iter().map(|(name, all)| (name.to_owned(), merge(&all))).collect::<Object>().into()
}

/// Entries of lists, those that agree in some keys as one.
pub fn grouped<'a>(
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

/// The entries of a list in all shards, each once.
pub fn distinct(shards: &[&Object], key: &str) -> Vec<Value> {
    without_repeats(shards.iter().flat_map(|shard| list(shard, key)).cloned())
}

/// Each value once, in the order of its first.
pub fn without_repeats(values: impl Iterator<Item = Value>) -> Vec<Value> {
    let mut seen = Vec::new();
    for value in values {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    seen
}

/// The entries of a list.
pub fn list<'a>(object: &'a Object, key: &str) -> impl Iterator<Item = &'a Value> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// A number of all of them together.
pub fn sum(objects: &[&Object], key: &str) -> Value {
    objects.iter().filter_map(|object| object.get(key)?.as_u64()).sum::<u64>().into()
}

/// A text; empty where there is none.
pub fn text(object: &Object, key: &str) -> String {
    object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
