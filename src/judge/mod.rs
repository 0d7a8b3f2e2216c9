//! The rules: what can be judged on an exchange, and the registry of all of them.
//!
//! In: a case, its exchange and the contract. Out: [`Check`]s, a broken rule among them being a
//! [`Finding`]. Rules are pure and synchronous, so that a recording can be judged without a network.

mod annotation;
mod auth;
mod body;
mod created;
mod damage;
mod echo;
mod error;
mod evidence;
mod excerpt;
mod expression;
mod finding;
mod header;
mod http;
mod isolation;
mod item;
mod kind;
mod limit;
mod over_run;
mod registry;
mod resource;
mod rule;
mod shape;
mod snapshot;
mod sse;
mod state;
mod status;
mod stream;
mod streamed;
mod text;
mod unique;
mod workflow;

#[cfg(test)]
mod docs;
#[cfg(test)]
mod support;
#[cfg(test)]
mod vectors;

pub use evidence::{Context, Evidence};
pub use expression::value_of;
pub use finding::{At, Finding, Severity};
pub use kind::kind;
pub use limit::{Before, Burst, Step, judge_burst};
pub use over_run::Memory;
pub use registry::{is_of_head, is_of_wire, is_timed, nearest, rule, rules};
pub use resource::judge_stage;
pub use rule::{Check, Rule, RuleSource, Sink, Verdict};
pub use snapshot::judge_snapshot;
pub use stream::StreamEnd;
pub use streamed::{StreamInShort, in_short};
pub use unique::RunCheck;
pub use workflow::{Finished, Known, Sent, StepVerdict, all_hold, judge_step, outputs};

use crate::contract::Contract;
use crate::generate::Case;
use crate::send::Exchange;

/// Judges one exchange by every rule that needs no other. The run hands the case over as it was
/// sent: with the values of its bindings in place.
pub fn judge(contract: &Contract, case: &Case, exchange: &Exchange, context: Context) -> Vec<Check> {
    let evidence = Evidence::new(contract, case, exchange, context);
    rules().flat_map(|rule| judge_with(rule, &evidence)).collect()
}

/// Judges by one rule. No credential of the request is in what it says.
fn judge_with(rule: &'static Rule, evidence: &Evidence<'_>) -> Vec<Check> {
    let mut sink = Sink::new(rule);
    (rule.judge)(evidence, &mut sink);
    excerpt::masked(sink.into_checks(), evidence.case)
}
