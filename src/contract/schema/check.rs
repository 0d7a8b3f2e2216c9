//! Questions about less than a whole schema: some of its parts, one format, one pattern.

use serde_json::{Value, json};

use super::{Schema, SchemaError};

/// What some parts of a schema ask for together.
#[derive(Debug)]
pub struct SchemaCheck(jsonschema::Validator);

impl SchemaCheck {
    /// Whether an instance keeps all of them.
    pub fn is_valid(&self, instance: &Value) -> bool {
        self.0.is_valid(instance)
    }
}

impl Schema {
    /// What these parts of the schema ask for together. Each is [`Schema::json`] or something in it,
    /// or was resolved from it.
    ///
    /// # Errors
    /// When they do not compile.
    pub fn check(&self, parts: &[&Value]) -> Result<SchemaCheck, SchemaError> {
        self.0.store.compile_together(parts).map(SchemaCheck)
    }

    /// Whether it is proven that no instance keeps the schema; `false` where it is not known.
    pub fn allows_nothing(&self) -> bool {
        self.0.store.allows_nothing(&self.0.pointer)
    }
}

/// A regular expression as ECMA-262 writes it.
#[derive(Debug)]
pub struct Pattern(jsonschema::Validator);

impl Pattern {
    /// # Errors
    /// When it cannot be compiled.
    pub fn new(pattern: &str) -> Result<Self, SchemaError> {
        compile(&json!({ "pattern": pattern })).map(Pattern)
    }

    /// Whether some of the text matches.
    pub fn is_found_in(&self, text: &str) -> bool {
        self.0.is_valid(&Value::from(text))
    }
}

/// Whether a text has that format; any text has one that nobody knows.
pub fn has_format(format: &str, text: &str) -> bool {
    compile(&json!({ "format": format })).is_ok_and(|format| format.is_valid(&Value::from(text)))
}

fn compile(schema: &Value) -> Result<jsonschema::Validator, SchemaError> {
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
    options.build(schema).map_err(|error| SchemaError { message: error.to_string(), pointer: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_judged_with_what_it_refers_to() {
        let schema = Schema::standalone(json!({
            "properties": {"id": {"$ref": "#/$defs/id"}}, "$defs": {"id": {"type": "string"}}
        }));
        let schema = schema.unwrap();
        let part = schema.json().pointer("/properties/id").unwrap();
        let check = schema.check(&[part, &json!({"minLength": 2})]).unwrap();
        assert!(check.is_valid(&json!("ab")) && !check.is_valid(&json!("a")) && !check.is_valid(&json!(7)));
    }

    #[test]
    fn that_nothing_keeps_a_schema_is_proven_or_not_said() {
        let nothing = |json: Value| Schema::standalone(json).unwrap().allows_nothing();
        assert!(nothing(json!({"type": "integer", "minimum": 3, "maximum": 2})));
        assert!(nothing(json!({"enum": [1, 2], "not": {"type": "integer"}})));
        assert!(!nothing(json!({"type": "integer", "minimum": 2, "maximum": 2})));
    }
}
