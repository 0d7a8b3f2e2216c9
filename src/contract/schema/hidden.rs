//! Members that only requests have: `writeOnly`.

use serde_json::Value;

use super::Schema;

/// The annotation that keeps a member out of answers (OpenAPI 3.0.4 section 4.7.24.2, JSON Schema 2020-12
/// validation section 9.4).
const KEYWORD: &str = "writeOnly";

/// JSON Pointers to the parts of an instance that are `writeOnly`.
pub(super) fn hidden(schema: &Schema, validator: &jsonschema::Validator, instance: &Value) -> Vec<String> {
    if !hides(schema) {
        return Vec::new();
    }
    let evaluation = validator.evaluate(instance);
    let annotated = evaluation.iter_annotations();
    let hidden = annotated.filter(|entry| entry.annotations.value().get(KEYWORD) == Some(&Value::Bool(true)));
    let mut pointers: Vec<String> = hidden.map(|entry| entry.instance_location.to_string()).collect();
    pointers.sort();
    pointers.dedup();
    pointers
}

/// Whether the annotation stands anywhere in the schema, or in what it refers to.
fn hides(schema: &Schema) -> bool {
    let mut waiting = vec![schema.json()];
    let mut followed: Vec<&str> = Vec::new();
    while let Some(json) = waiting.pop() {
        if json.get(KEYWORD) == Some(&Value::Bool(true)) {
            return true;
        }
        let reference = json.get("$ref").and_then(Value::as_str).filter(|reference| !followed.contains(reference));
        if let Some(reference) = reference {
            followed.push(reference);
            waiting.extend(schema.resolve(reference));
        }
        match json {
            Value::Object(members) => waiting.extend(members.values()),
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_write_only_is_found_through_references_and_lists() {
        let schema = Schema::standalone(json!({
            "type": "array", "items": {"$ref": "#/$defs/user"},
            "$defs": {"user": {"properties": {"name": {}, "password": {"type": "string", "writeOnly": true}, "friend": {"$ref": "#/$defs/user"}}}}
        }));
        let instance = json!([{"name": "a"}, {"password": "x", "friend": {"password": "y"}}]);
        assert_eq!(schema.unwrap().write_only(&instance), ["/1/friend/password", "/1/password"]);
    }

    #[test]
    fn a_schema_without_any_hides_nothing() {
        let schema = Schema::standalone(json!({"properties": {"a": {"writeOnly": false}}})).unwrap();
        assert!(schema.write_only(&json!({"a": 1})).is_empty());
    }
}
