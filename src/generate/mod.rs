//! Cases: what to send, and what the contract lets the target answer.
//!
//! In: a [`Contract`](crate::contract::Contract), a [`Target`](crate::target::Target), a suite and a
//! seed. Out: [`Case`]s and [`Workflow`]s, the same for the same input on every machine.

mod case;
mod request;
mod seed;
pub mod strategy;

pub use case::*;
pub use request::*;
