//! A schema with all that it refers to, for others to read.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use super::Schema;

impl Schema {
    /// The schema and what it refers to, as one JSON Schema 2020-12 that stands alone.
    pub fn self_contained(&self) -> Value {
        let mut definitions = Map::new();
        let mut waiting: VecDeque<&str> = references(self.json()).into();
        while let Some(reference) = waiting.pop_front() {
            let Some(name) = reference.strip_prefix("#/$defs/") else { continue };
            let Some(target) = self.resolve(reference).filter(|_| !definitions.contains_key(name)) else { continue };
            definitions.insert(name.to_owned(), target.clone());
            waiting.extend(references(target));
        }
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [self.json()],
            "$defs": definitions
        })
    }
}

/// The references in a schema.
fn references(json: &Value) -> Vec<&str> {
    match json {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_means_the_same_elsewhere() {
        let schema = Schema::standalone(json!({
            "$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"type": "null"}, "c": {}}
        }));
        let schema = schema.unwrap();
        let other = Schema::standalone(schema.self_contained()).unwrap();
        assert!(other.is_valid(&json!([null])) && !other.is_valid(&json!([1])));
        assert!(schema.self_contained().pointer("/$defs/c").is_none());
    }
}
