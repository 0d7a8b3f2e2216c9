//! Reading documents into one model, whatever OpenAPI version they are written in.
//!
//! In: a document, JSON or YAML, of OpenAPI 3.0, 3.1 or 3.2. Out: a [`Contract`], and
//! [`Diagnostic`]s for what is wrong or cannot be tested. This room uses nothing else of ours.

mod compile;
mod diagnostic;
mod document;
mod expression;
mod location;
mod model;
mod read;
mod schema;
mod source;
mod stream;

pub use diagnostic::{Diagnostic, Level, Place};
pub use expression::{Expression, ExpressionError};
pub use location::{Location, LocationError};
pub use model::*;
pub use read::{LoadError, load, load_value, read};
pub use schema::{Schema, SchemaError, SchemaFailure, SchemaPromise};
pub use source::{Promise, PromiseId, Source, Strength, Subject};
pub use stream::*;
