//! Faults as data: what a server can be told to do wrong, and which rules must notice.

use super::call::{Call, Presented};
use super::refusal::Refusal;
use super::reply::{Outcome, Reply};

/// A deviation that a reference server can be told to make. It changes only what it says.
#[derive(Debug)]
pub struct Fault {
    /// Its name, unique within an API.
    pub name: &'static str,
    /// What the server does wrong, in one sentence.
    pub what: &'static str,
    /// Ids of the rules any of which must notice it; the first is the one that names it best.
    pub rules: &'static [&'static str],
    /// The state in which alone it shows.
    pub state: Option<&'static str>,
    pub(super) effect: Effect,
}

/// What a fault does to a server.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effect {
    /// Requests that fail this check are served as if they had passed it.
    Tolerates(Refusal),
    /// A wrong credential that this function takes for a right one is served as that one.
    Mistakes(Mistake),
    /// Replies with one of these outcomes are changed before they go out.
    Changes(&'static [Outcome], Change),
    /// Replies with one of these outcomes go to the next caller in place of their own.
    MixesUp(&'static [Outcome]),
    /// The rate limit is this many requests a minute.
    Limits(u32),
    /// A rate limit that was met never lets in again.
    LimitsForGood,
}

/// Compares what a caller shows with a right credential.
pub(super) type Mistake = fn(Presented<'_>, &str) -> bool;

/// Changes a reply to a call.
pub(super) type Change = fn(&mut Reply, &Call);

impl Fault {
    /// A fault that shows in no particular state.
    pub(super) const fn new(
        name: &'static str,
        what: &'static str,
        rules: &'static [&'static str],
        effect: Effect,
    ) -> Self {
        Fault { name, what, rules, state: None, effect }
    }

    /// The fault, which shows in this state alone.
    pub(super) const fn in_state(self, state: &'static str) -> Self {
        Fault { state: Some(state), ..self }
    }
}
