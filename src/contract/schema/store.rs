//! The one JSON document that holds every schema of a contract.

use std::sync::{Arc, OnceLock};

use jsonschema::canonical::Satisfiability;
use jsonschema::{Draft, Keyword, Registry, ValidationError, Validator};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::SchemaError;

/// The made-up URI under which the validator knows the document.
const URI: &str = "uptospec:/schemas";

/// Every schema of a contract, as one JSON document.
///
/// It is filled while a document is read and sealed before the contract is handed out: schemas
/// refer to each other in circles, so none of them can be finished first.
#[derive(Default)]
pub(in crate::contract) struct Store {
    document: OnceLock<Arc<Value>>,
    registry: OnceLock<Result<Registry<'static>, String>>,
}

impl Store {
    /// A store that holds one document.
    pub fn of(document: Value) -> Self {
        let store = Store::default();
        store.seal(document);
        store
    }

    /// Gives the store its document. Only the first call counts.
    pub fn seal(&self, document: Value) {
        self.document.get_or_init(|| Arc::new(document));
    }

    /// The document; nothing before it is sealed.
    pub fn document(&self) -> &Value {
        static NOTHING: Value = Value::Null;
        self.document.get().map_or(&NOTHING, |document| document)
    }

    /// What a local reference (`#/$defs/x`) points to.
    pub fn resolve(&self, reference: &str) -> Option<&Value> {
        let fragment = reference.strip_prefix(URI).unwrap_or(reference).strip_prefix('#')?;
        let pointer = percent_decode_str(fragment).decode_utf8().ok()?;
        self.document().pointer(&pointer)
    }

    /// Compiles the schema at that pointer.
    pub fn compile(&self, pointer: &str) -> Result<Validator, SchemaError> {
        self.build(&reference(pointer))
    }

    /// Compiles the schemas at these pointers at once.
    pub fn compile_all<'p>(&self, pointers: impl Iterator<Item = &'p str>) -> Result<(), SchemaError> {
        self.build(&json!({ "anyOf": pointers.map(reference).collect::<Vec<_>>() })).map(|_| ())
    }

    fn build(&self, root: &Value) -> Result<Validator, SchemaError> {
        let refuse = |message: String| SchemaError { message, pointer: String::new() };
        let registry = self.registry.get_or_init(|| self.register()).as_ref().map_err(|error| refuse(error.clone()))?;
        options(registry).build(root).map_err(|error| SchemaError {
            message: error.to_string(),
            pointer: error.schema_path().as_str().trim_start_matches("/$ref").to_owned(),
        })
    }

    /// Compiles what all of these subschemas of the document ask for together.
    pub fn compile_together(&self, parts: &[&Value]) -> Result<Validator, SchemaError> {
        let refuse = |message: String| SchemaError { message, pointer: String::new() };
        let registry = self.registry.get_or_init(|| self.register()).as_ref().map_err(|error| refuse(error.clone()))?;
        let parts: Vec<Value> = parts.iter().map(|part| with_absolute_references(part)).collect();
        options(registry).build(&json!({"allOf": parts})).map_err(|error| refuse(error.to_string()))
    }

    /// Whether it is proven that the schema at that pointer allows no value.
    pub fn allows_nothing(&self, pointer: &str) -> bool {
        let Some(Ok(registry)) = self.registry.get() else { return false };
        let root = json!({"$ref": format!("{URI}#{pointer}")});
        let canonical = jsonschema::canonical::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .with_registry(registry)
            .canonicalize(&root);
        canonical.is_ok_and(|schema| schema.satisfiability() == Satisfiability::No)
    }

    fn register(&self) -> Result<Registry<'static>, String> {
        let document = self.document.get().cloned().unwrap_or_default();
        let builder = Registry::new().draft(Draft::Draft202012).add(URI, document);
        builder.and_then(|builder| builder.prepare()).map_err(|error| error.to_string())
    }
}

/// A schema that is the one at that pointer.
fn reference(pointer: &str) -> Value {
    json!({ "$ref": format!("{URI}#{pointer}") })
}

fn options<'r>(registry: &'r Registry<'r>) -> jsonschema::ValidationOptions<'r> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .with_keyword(MAX_JSON_LENGTH, max_json_length)
        .with_registry(registry)
}

/// A copy of a subschema that means the same outside its document.
fn with_absolute_references(json: &Value) -> Value {
    match json {
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| {
                let value = match (key.as_str(), value) {
                    ("$ref", Value::String(text)) if text.starts_with('#') => Value::from(format!("{URI}{text}")),
                    ("const" | "enum" | "default" | "example" | "examples", _) => value.clone(),
                    _ => with_absolute_references(value),
                };
                (key.clone(), value)
            };
            Value::Object(members.iter().map(member).collect())
        }
        Value::Array(items) => items.iter().map(with_absolute_references).collect(),
        _ => json.clone(),
    }
}

/// Our keyword: at most so many characters of compact JSON text.
pub(super) const MAX_JSON_LENGTH: &str = "x-max-json-length";

struct MaxJsonLength(u64);

impl MaxJsonLength {
    fn keeps(&self, instance: &Value) -> bool {
        instance.to_string().chars().count() as u64 <= self.0
    }
}

impl<'i> Keyword<'i> for MaxJsonLength {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.keeps(instance) {
            return Ok(());
        }
        Err(ValidationError::custom(format!("is longer than {} characters of JSON", self.0)))
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.keeps(instance)
    }
}

fn max_json_length<'a>(
    _parent: &'a Map<String, Value>,
    value: &'a Value,
    _path: jsonschema::paths::Location,
) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>> {
    let limit = value.as_u64().ok_or_else(|| ValidationError::schema("x-max-json-length is a whole number"))?;
    Ok(Box::new(MaxJsonLength(limit)))
}
