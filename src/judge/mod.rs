//! The rules: what can be judged on an exchange, and the registry of all of them.
//!
//! In: a case, its exchange and the contract. Out: [`Check`]s, a broken rule among them being a
//! [`Finding`]. Rules are pure and synchronous, so that a recording can be judged without a network.

mod evidence;
mod finding;
mod rule;
mod sse;
mod stream;
mod streamed;
mod text;

pub use evidence::{Context, Evidence};
pub use finding::{At, Finding, Severity};
pub use rule::{Check, Rule, RuleSource, Sink, Verdict};
