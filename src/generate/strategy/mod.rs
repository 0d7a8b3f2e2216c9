//! Values that keep a schema: a `proptest` strategy from JSON Schema 2020-12.
//!
//! A value is made as the keywords ask for it. What they forbid (`not`, `oneOf` with exactly one,
//! `unevaluated*`, …) is turned into what they ask for as far as keywords can say it, and the
//! validator confirms every value.

mod any;
mod array;
mod builder;
mod decimal;
mod dice;
mod ecma;
mod error;
mod format;
mod keywords;
mod known;
mod made;
mod node;
mod number;
mod object;
mod odd;
mod opposite;
mod pattern;
mod said;
mod text;
mod turned;

use std::sync::Arc;

use proptest::strategy::{BoxedStrategy, NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use builder::Builder;
pub(super) use dice::Dice;
pub use error::{Ungeneratable, Why};
pub(super) use format::uuid;
pub(super) use known::Known;
use made::Made;
pub(super) use node::Node;
pub(super) use said::{Part, Said};
pub(super) use turned::{Turned, alternatives, turned};

use super::seed;
use crate::contract::Schema;

/// How many values are made before a strategy is given out.
const REHEARSALS: usize = 4;

/// How often a whole value is made anew where it breaks the schema.
const TRIES: usize = 12;

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
    /// Any Unicode.
    Json,
    /// Any Unicode but NUL.
    Any,
    /// What a header field can carry.
    Header,
    /// What stands in a path without being read as a part of it.
    Path,
}

/// Makes values of one schema.
#[derive(Debug, Clone)]
struct Values {
    schema: Schema,
    known: Arc<Known>,
    to: (Extent, Alphabet),
    /// Whether every part is confirmed from the first try on.
    careful: bool,
}

/// A strategy whose every value keeps the schema.
///
/// # Errors
/// When the schema allows no value, or asks for one that cannot be made; the reason is for people.
pub fn strategy(schema: &Schema) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    with(schema, &Arc::default(), Extent::Free, Alphabet::Json)
}

/// As [`strategy`], to that extent and of that alphabet, with what is known of the schema already.
pub(super) fn with(
    schema: &Schema,
    known: &Arc<Known>,
    extent: Extent,
    alphabet: Alphabet,
) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    let mut values =
        Values { schema: schema.clone(), known: Arc::clone(known), to: (extent, alphabet), careful: false };
    values.rehearse()?;
    Ok(values.boxed())
}

/// One value of a strategy.
///
/// # Errors
/// When too many values in a row had to be rejected.
pub(super) fn one<T: std::fmt::Debug>(
    strategy: &BoxedStrategy<T>,
    runner: &mut TestRunner,
) -> Result<T, Ungeneratable> {
    let rejected = |_| Ungeneratable { at: String::new(), place: None, why: Why::Rejected };
    Ok(strategy.new_tree(runner).map_err(rejected)?.current())
}

impl Values {
    /// Makes a few values: whether any can be made, and how carefully, does not depend on the seed.
    fn rehearse(&mut self) -> Result<(), Ungeneratable> {
        let count = if self.to.0 == Extent::Free { REHEARSALS } else { 1 };
        let mut reason = None;
        let mut made = false;
        for index in 0..count {
            let mut runner = seed::runner(0, &["rehearsal", &index.to_string()]);
            self.careful |= self.once(&mut runner).is_none();
            match self.value(&mut runner) {
                Ok(_) => made = true,
                Err(error) => reason = Some(error),
            }
        }
        match reason.filter(|_| !made) {
            Some(error) => Err(self.explained(error)),
            None => Ok(()),
        }
    }

    /// Says that a schema allows nothing where that is proven, and only there.
    fn explained(&self, error: Ungeneratable) -> Ungeneratable {
        match (&error.why, self.schema.allows_nothing()) {
            (Why::Rejected, true) => Ungeneratable { at: String::new(), why: Why::Impossible, ..error },
            _ => error,
        }
    }

    /// A value of which no part was confirmed, where it happens to keep the schema.
    fn once(&self, runner: &mut TestRunner) -> Option<Value> {
        let made = Builder::new(&self.schema, &self.known, self.to, runner).whole(false);
        made.ok().filter(|value| self.keeps(value))
    }

    fn value(&self, runner: &mut TestRunner) -> Result<Value, Ungeneratable> {
        let mut builder = Builder::new(&self.schema, &self.known, self.to, runner);
        let mut reason = builder.refuse(Why::Rejected);
        for attempt in 0..TRIES {
            match builder.whole(self.careful || attempt > 0) {
                Ok(value) if self.keeps(&value) => return Ok(value),
                Ok(_) => {}
                Err(error) if builder.is_spent() => return Err(error),
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }

    fn keeps(&self, value: &Value) -> bool {
        text::can_carry_all(self.to.1, value) && self.schema.is_valid(value)
    }
}

impl Strategy for Values {
    type Tree = Made;
    type Value = Value;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let value = self.value(runner).map_err(|reason| reason.to_string())?;
        Ok(Made::new(self.schema.clone(), value))
    }
}

#[cfg(test)]
mod tests;
