//! uptospec tells whether a live HTTP API keeps the contract that its documents promise.
//!
//! A run is a straight line; each room hands plain data to the next and knows nothing of those
//! after it:
//!
//! ```text
//! document ─contract─▶ Contract ─generate─▶ Case ─send─▶ Exchange ─judge─▶ Finding ─report─▶ people and machines
//! ```
//!
//! `run` drives the line for one target: order, concurrency, pace, budget and shrinking. The
//! house in one page is `docs/architecture.md`.

pub mod cli;
pub mod compare;
pub mod contract;
pub mod follow;
pub mod generate;
pub mod harness;
pub mod identify;
pub mod judge;
pub mod merge;
pub mod recording;
pub mod reference;
pub mod replay;
pub mod report;
pub mod run;
pub mod selftest;
pub mod send;
pub mod snapshot;
pub mod stream;
pub mod target;
