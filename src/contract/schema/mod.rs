//! Schemas, normalised to JSON Schema 2020-12 and compiled once.

mod check;
mod collection;
mod discriminator;
mod draft;
mod export;
mod failure;
mod hidden;
mod keywords;
mod normalise;
mod older;
mod promises;
mod quoted;
mod request;
mod store;
mod unfold;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

pub use check::{Pattern, SchemaCheck, has_format};
pub(super) use collection::Schemas;
pub use draft::Draft;
pub use failure::SchemaFailure;
pub use promises::SchemaPromise;
use store::Store;

use super::{Place, PromiseId};

/// A schema of the contract: JSON Schema 2020-12, formats asserted, compiled when it is first asked.
///
/// Cloning is cheap. All schemas of a contract stand in one document, and `$ref`s are local to it.
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    store: Arc<Store>,
    /// JSON Pointer of the schema within the store's document.
    pointer: String,
    place: Option<Place>,
    validator: OnceLock<Result<jsonschema::Validator, SchemaError>>,
    promises: OnceLock<Vec<SchemaPromise>>,
}

/// Which way the values of a schema go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    /// To the target.
    Request,
    /// From it.
    Response,
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

impl Schema {
    /// Compiles a schema that stands alone; references are local (`#/$defs/x`).
    ///
    /// # Errors
    /// When the schema is not valid JSON Schema 2020-12, or refers to what is not there.
    pub fn standalone(root: Value) -> Result<Self, SchemaError> {
        jsonschema::draft202012::meta::validate(&root)
            .map_err(|error| SchemaError { message: error.to_string(), pointer: error.instance_path().to_string() })?;
        let schema = Schema::stored(Arc::new(Store::of(root)), String::new(), None);
        schema.compile()?;
        Ok(schema)
    }

    fn stored(store: Arc<Store>, pointer: String, place: Option<Place>) -> Self {
        Schema(Arc::new(Inner { store, pointer, place, validator: OnceLock::new(), promises: OnceLock::new() }))
    }

    /// The normalised schema. A `$ref` in it is followed with [`Schema::resolve`].
    ///
    /// Every `x-source` is where the document has it, and beside it `x-promise`: an array of the
    /// numbers of its promises ([`PromiseId`]). `x-echo`, `x-unique` and other annotations are as written.
    pub fn json(&self) -> &Value {
        self.0.store.document().pointer(&self.0.pointer).unwrap_or(&Value::Bool(true))
    }

    /// What a `$ref` found in [`Schema::json`], or in something resolved from it, points to.
    pub fn resolve(&self, reference: &str) -> Option<&Value> {
        self.0.store.resolve(reference)
    }

    /// Where the schema stands in its document; `None` where it stands alone.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// Compiles the schema, which is otherwise done when it is first asked.
    ///
    /// # Errors
    /// When it is not valid JSON Schema 2020-12.
    pub fn compile(&self) -> Result<(), SchemaError> {
        self.validator().map(|_| ()).map_err(Clone::clone)
    }

    /// Whether all of these compile, which is quickly found out: what many of them refer to is compiled once.
    pub(super) fn all_compile<'s>(schemas: impl Iterator<Item = &'s Schema>) -> bool {
        let mut stores: Vec<(&Arc<Store>, BTreeSet<&str>)> = Vec::new();
        for Schema(inner) in schemas {
            match stores.iter_mut().find(|(store, _)| Arc::ptr_eq(store, &inner.store)) {
                Some((_, pointers)) => drop(pointers.insert(&inner.pointer)),
                None => stores.push((&inner.store, BTreeSet::from([inner.pointer.as_str()]))),
            }
        }
        stores.iter().all(|(store, pointers)| store.compile_all(pointers.iter().copied()).is_ok())
    }

    /// Whether the instance keeps the schema. A schema that does not compile is kept by nothing.
    pub fn is_valid(&self, instance: &Value) -> bool {
        self.validator().is_ok_and(|validator| validator.is_valid(instance))
    }

    /// Every way in which the instance breaks the schema; empty when it keeps it.
    pub fn failures(&self, instance: &Value) -> Vec<SchemaFailure> {
        match self.validator() {
            Ok(validator) => failure::failures(self, validator, instance),
            Err(error) => vec![SchemaFailure::unusable(error)],
        }
    }

    /// The place and the keyword of each failure, as [`Schema::failures`] but for `oneOf` and `anyOf`: they fail
    /// as a whole, whichever alternative was meant.
    pub fn broken_keywords(&self, instance: &Value) -> Vec<(String, String)> {
        match self.validator() {
            Ok(validator) => failure::broken_keywords(validator, instance),
            Err(error) => vec![(String::new(), SchemaFailure::unusable(error).keyword)],
        }
    }

    /// JSON Pointers to the parts of a valid instance that are `writeOnly`, which answers should not have.
    pub fn write_only(&self, instance: &Value) -> Vec<String> {
        self.validator().map(|validator| hidden::hidden(self, validator, instance)).unwrap_or_default()
    }

    /// The promises inside the schema, outermost first.
    pub fn promises(&self) -> &[SchemaPromise] {
        self.0.promises.get_or_init(|| promises::collect(self))
    }

    /// The nearest promise that encloses a part of the schema. The pointer goes through `$ref`s, as
    /// [`SchemaFailure::schema`] and [`SchemaPromise::schema`] do.
    pub fn promise_at(&self, pointer: &str) -> Option<PromiseId> {
        promises::enclosing(self, pointer)
    }

    fn validator(&self) -> Result<&jsonschema::Validator, &SchemaError> {
        self.0.validator.get_or_init(|| self.0.store.compile(&self.0.pointer)).as_ref()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.json())
    }
}

#[cfg(test)]
mod tests;
