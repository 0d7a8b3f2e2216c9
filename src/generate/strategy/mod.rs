//! Values that keep a schema: a `proptest` strategy from JSON Schema 2020-12.
//!
//! What the keywords say outright is built in; what they forbid (`not`, `oneOf` with exactly one,
//! `dependentRequired`, …) is left to rejection: the validator confirms every value.

mod any;
mod array;
mod builder;
mod error;
mod format;
mod node;
mod number;
mod object;
mod pattern;
mod text;

use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

pub use error::Ungeneratable;
pub(super) use format::uuid;
pub(super) use node::{Node, Part, Said};

use crate::contract::Schema;

/// How much of what is optional a value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Only what must be there, as plain as can be.
    Least,
    /// Everything once, as plain as can be.
    Most,
    /// Anything, with a fair share of what finds bugs.
    Free,
}

/// What text may be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Any Unicode but NUL.
    Any,
    /// What a header field can carry.
    Header,
    /// What stands in a path without being read as a part of it.
    Path,
}

/// A strategy whose every value keeps the schema.
///
/// # Errors
/// When the schema allows no value, or asks for one that cannot be made; the reason is for people.
pub fn strategy(schema: &Schema) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    with(schema, Extent::Free, Alphabet::Any)
}

/// As [`strategy`], to that extent and of that alphabet.
pub(super) fn with(schema: &Schema, extent: Extent, alphabet: Alphabet) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    let values = builder::Builder::new(extent, alphabet).value(&Node::root(schema))?;
    let schema = schema.clone();
    Ok(values.prop_filter("keeps the schema", move |value| schema.is_valid(value)).boxed())
}

/// One value of a strategy.
///
/// # Errors
/// When too many values in a row had to be rejected.
pub(super) fn one<T: std::fmt::Debug>(
    strategy: &BoxedStrategy<T>,
    runner: &mut TestRunner,
) -> Result<T, Ungeneratable> {
    let tree = strategy.new_tree(runner).map_err(|_| Ungeneratable::Rejected)?;
    Ok(tree.current())
}

#[cfg(test)]
mod tests;
