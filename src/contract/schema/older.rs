//! What older drafts and OpenAPI 3.0 say in words that 2020-12 does not have.

use serde_json::{Map, Value, json};

/// OpenAPI 3.0 (and draft 4): `exclusiveMinimum: true` makes `minimum` exclusive.
pub(super) fn exclusive_limits(out: &mut Map<String, Value>) {
    for (exclusive, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        let Some(flag) = out.get(exclusive).and_then(Value::as_bool) else { continue };
        out.remove(exclusive);
        if flag && let Some(value) = out.remove(limit) {
            out.insert(exclusive.to_owned(), value);
        }
    }
}

/// Drafts before 2020-12: with an array under `items`, `additionalItems` holds for the rest.
pub(super) fn array_items(of_array: bool, out: &mut Map<String, Value>) {
    let Some(rest) = out.remove("additionalItems") else { return };
    if of_array {
        out.insert("items".to_owned(), rest);
    }
}

/// Drafts before 2019-09: `dependencies` holds names or a schema for each name.
pub(super) fn dependencies(out: &mut Map<String, Value>) {
    let Some(Value::Object(members)) = out.remove("dependencies") else { return };
    let (names, schemas): (Map<_, _>, Map<_, _>) = members.into_iter().partition(|(_, value)| value.is_array());
    for (key, members) in [("dependentRequired", names), ("dependentSchemas", schemas)] {
        if members.is_empty() {
            continue;
        }
        if let Value::Object(known) = out.entry(key).or_insert_with(|| json!({})) {
            known.extend(members);
        }
    }
}

/// What a schema with `nullable: true` says in 2020-12.
pub(super) fn with_null(mut out: Map<String, Value>) -> Value {
    let composed = ["$ref", "allOf", "anyOf", "oneOf", "not", "const", "if"].iter().any(|key| out.contains_key(*key));
    if let (Some(kinds), false) = (out.get("type").cloned(), composed) {
        let mut kinds = match kinds {
            Value::Array(kinds) => kinds,
            kind => vec![kind],
        };
        if !kinds.iter().any(|kind| kind == "null") {
            kinds.push("null".into());
        }
        out.insert("type".to_owned(), Value::Array(kinds));
        if let Some(Value::Array(values)) = out.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
        return Value::Object(out);
    }
    let beside = |key: &str| key.starts_with("x-") || matches!(key, "title" | "description" | "default" | "example");
    let (mut outer, inner): (Map<_, _>, Map<_, _>) = out.into_iter().partition(|(key, _)| beside(key));
    if !inner.is_empty() {
        outer.insert("anyOf".to_owned(), json!([inner, { "type": "null" }]));
    }
    Value::Object(outer)
}
