//! Schemas, normalised to JSON Schema 2020-12 and compiled once.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::PromiseId;

/// A schema of the contract: JSON Schema 2020-12, formats asserted, compiled once.
///
/// Cloning is cheap. Two schemas of one document share that document.
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    root: Value,
    validator: jsonschema::Validator,
    promises: Vec<SchemaPromise>,
}

/// A promise inside a schema, and the instances it speaks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaPromise {
    /// The promise.
    pub promise: PromiseId,
    /// Path of the instance it speaks about, one step a property name; `*` stands for every array
    /// item or additional member. Empty: the whole instance.
    pub path: Vec<String>,
    /// JSON Pointer of the subschema that holds it, within [`Schema::json`].
    pub schema: String,
}

/// A schema that cannot be compiled.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the schema cannot be used: {message}")]
pub struct SchemaError {
    /// What is wrong with it.
    pub message: String,
    /// JSON Pointer of the part that is wrong, within the schema.
    pub pointer: String,
}

/// Where and how an instance breaks a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaFailure {
    /// JSON Pointer of the part of the instance that is wrong.
    pub instance: String,
    /// JSON Pointer of the keyword that it breaks, as the validator walked there.
    pub schema: String,
    /// The keyword, such as `required` or `enum`.
    pub keyword: String,
    /// One sentence without the instance's own values.
    pub message: String,
    /// What the keyword asks for, as JSON text.
    pub expected: String,
    /// The nearest promise that encloses the keyword.
    pub promise: Option<PromiseId>,
}

impl Schema {
    /// Compiles a schema that stands alone; references are local (`#/$defs/x`).
    ///
    /// # Errors
    /// When the schema is not valid JSON Schema 2020-12, or refers to what is not there.
    pub fn standalone(root: Value) -> Result<Self, SchemaError> {
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(&root)
            .map_err(|error| SchemaError { message: error.to_string(), pointer: error.instance_path().to_string() })?;
        Ok(Schema(Arc::new(Inner { root, validator, promises: Vec::new() })))
    }

    /// The normalised schema. A `$ref` in it is followed with [`Schema::resolve`].
    pub fn json(&self) -> &Value {
        &self.0.root
    }

    /// What a `$ref` found in [`Schema::json`], or in something resolved from it, points to.
    pub fn resolve(&self, reference: &str) -> Option<&Value> {
        self.0.root.pointer(reference.strip_prefix('#')?)
    }

    /// Whether the instance keeps the schema.
    pub fn is_valid(&self, instance: &Value) -> bool {
        self.0.validator.is_valid(instance)
    }

    /// Every way in which the instance breaks the schema; empty when it keeps it.
    pub fn failures(&self, instance: &Value) -> Vec<SchemaFailure> {
        self.0
            .validator
            .iter_errors(instance)
            .map(|error| {
                let schema = error.schema_path().to_string();
                SchemaFailure {
                    instance: error.instance_path().to_string(),
                    keyword: schema.rsplit('/').next().unwrap_or_default().to_owned(),
                    message: error.masked().to_string(),
                    expected: self.0.root.pointer(&schema).map(Value::to_string).unwrap_or_default(),
                    promise: None,
                    schema,
                }
            })
            .collect()
    }

    /// The promises inside the schema, outermost first.
    pub fn promises(&self) -> &[SchemaPromise] {
        &self.0.promises
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.0.root)
    }
}
