//! Cases: what to send, and what the contract lets the target answer.
//!
//! In: a [`Contract`](crate::contract::Contract), a [`Target`](crate::target::Target), a suite and a
//! seed. Out: [`Case`]s and [`Workflow`]s, the same for the same input on every machine.

mod absent;
mod body;
mod boundary;
mod caller;
mod case;
mod cookie;
mod credential;
mod deal;
mod declared;
mod draft;
mod errors;
mod exercise;
mod exercised;
#[cfg(test)]
mod fixture;
mod form;
mod identity;
mod limit;
mod lookalike;
mod maker;
mod mark;
mod negative;
mod open;
mod other;
mod place;
mod plan;
mod pointer;
mod positive;
mod request;
mod sample;
mod seed;
mod sent;
mod sequence;
mod serialise;
mod shrink;
pub mod strategy;
pub mod suite;
mod telling;
mod unusual;
mod workflow;

pub use case::*;
pub use credential::OTHER_ORGANISATION;
pub use deal::Deal;
pub use exercise::{Aspect, Part, Parts};
pub use open::names_a_thing;
pub use plan::{InferredPart, LeftOut, Options, Plan, generate, generate_dealt, unmade};
pub use request::*;
pub use sample::{BrokenValue, Input, inputs};
pub use sequence::{Life, taken};
pub use shrink::Search;
pub use suite::{Suite, SuiteError};
pub use workflow::*;

#[cfg(test)]
mod documented;
#[cfg(test)]
mod tests;
