//! Faults of the eleven documented codes that have no fault of their own in that way yet.

use crate::reference::fault::Fault;
use crate::reference::faults::gone_wrong;
use crate::reference::refusal::Refusal;
use crate::reference::reply::Outcome;

const NO_KEY: &[Outcome] = &[Outcome::Refused(Refusal::NoCredential)];
const WRONG_KEY: &[Outcome] = &[Outcome::Refused(Refusal::WrongCredential)];
const EMPTY_ID: &[Outcome] = &[Outcome::Refused(Refusal::EmptyId)];
const MISSING: &[Outcome] =
    &[Outcome::Refused(Refusal::Missing("message")), Outcome::Refused(Refusal::Missing("sessionId"))];
const MALFORMED: &[Outcome] = &[Outcome::Refused(Refusal::MalformedJson)];
const UNKNOWN: &[Outcome] = &[Outcome::Refused(Refusal::Unknown)];
const NOT_PUBLIC: &[Outcome] = &[Outcome::Refused(Refusal::NotPublic)];
const INACTIVE: &[Outcome] = &[Outcome::Refused(Refusal::Inactive)];
const FOREIGN_AGENT: &[Outcome] = &[Outcome::Refused(Refusal::ForeignOrganisation)];
const FOREIGN_ORIGIN: &[Outcome] = &[Outcome::Refused(Refusal::ForeignOrigin)];
const LIMITED: &[Outcome] = &[Outcome::Refused(Refusal::RateLimited)];

/// Codes that need no state.
pub(super) const CODES: &[Fault] = gone_wrong! {
    "missing-key", "A missing key", NO_KEY, None, [unanswered];
    "wrong-key", "A wrong key", WRONG_KEY, None, [conflict, unanswered];
    // Which status and code an id without characters gets is only inferred: any refusal will do.
    "empty-agent-id", "An empty agent id", EMPTY_ID, None,
        [fails, code("INVALID_AGENT_ID", "AGENT_NOT_FOUND"), empty, unanswered];
    "missing-data", "A missing message or session id", MISSING, None, [conflict, empty, unanswered];
    "malformed-json", "A body that is not JSON", MALFORMED, None, [empty];
    "unknown-agent", "An agent that does not exist", UNKNOWN, None,
        [code("AGENT_NOT_FOUND", "AGENT_NOT_PUBLIC"), empty, unanswered];
};

/// Codes that need a state.
pub(super) const STATES: &[Fault] = gone_wrong! {
    "private-agent", "An agent that is not public", NOT_PUBLIC, Some("agent-not-public"),
        [code("AGENT_NOT_PUBLIC", "AGENT_INACTIVE"), empty, unanswered];
    "inactive-agent", "An agent that is not active", INACTIVE, Some("agent-inactive"), [conflict, empty, unanswered];
    "foreign-agent", "An agent of another organisation", FOREIGN_AGENT, Some("org-mismatch"),
        [conflict, empty, unanswered];
    "foreign-origin", "An origin that is not allowed", FOREIGN_ORIGIN, Some("domain-not-allowed"),
        [conflict, empty, unanswered];
    "limit", "The rate limit", LIMITED, Some("rate-limited"), [conflict, empty, unanswered];
};
