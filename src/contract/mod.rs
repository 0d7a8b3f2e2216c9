//! Reading documents into one model, whatever OpenAPI version they are written in.
//!
//! In: a document, JSON or YAML, of OpenAPI 3.0, 3.1 or 3.2. Out: a [`Contract`], and
//! [`Diagnostic`]s for what is wrong or cannot be tested. This room uses nothing else of ours.
//!
//! A document goes through three folders: `document` makes of JSON or YAML one tree of values with
//! places, changes it by overlays and follows `$ref`s between files; `read` makes operations, streams
//! and promises of the tree; `schema` writes every schema that they use as JSON Schema 2020-12 into one
//! store, from which it is compiled when it is first asked. The files beside them are the model.

mod compile;
mod diagnostic;
mod document;
mod expression;
mod location;
mod model;
mod origin;
mod placed;
mod read;
mod schema;
mod source;
mod stream;

pub use diagnostic::{Diagnostic, Level, Place};
pub use document::{Document, Reach, text_of};
pub use expression::{Expression, ExpressionError, Named};
pub use location::{Location, LocationError};
pub use model::*;
pub use origin::{DocumentOrigin, OriginError};
pub use placed::{Placed, PlacedKind};
pub use read::{LoadError, Loading, load, read};
pub use schema::{Draft, Pattern, Schema, SchemaCheck, SchemaError, SchemaFailure, SchemaPromise, has_format};
pub use source::{Promise, PromiseId, Source, Strength, Subject};
pub use stream::*;
