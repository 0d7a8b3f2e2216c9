//! Faults of Agents GT in its checks and its documented errors.

use http::StatusCode;

use crate::reference::fault::Effect::{Changes, Tolerates};
use crate::reference::fault::Fault;
use crate::reference::faults::gone_wrong;
use crate::reference::refusal::Refusal;
use crate::reference::reply::Outcome;

const UNAUTHORISED: &[Outcome] = &[
    Outcome::Refused(Refusal::NoCredential),
    Outcome::Refused(Refusal::WrongCredential),
    Outcome::Refused(Refusal::HalfCredential),
];
const UNKNOWN_AGENT: &[Outcome] = &[Outcome::Refused(Refusal::Unknown)];
const NO_CREDITS: &[Outcome] = &[Outcome::Refused(Refusal::NoCredits)];

const TRACE: &str = "Error: invalid input syntax for type uuid\n    at Parser.parseErrorMessage (/app/node_modules/pg-protocol/src/parser.ts:368:69)\n    at /app/src/agents/find.ts:23:11\n";

/// Faults in the documented errors and in the checks.
pub(super) const ERRORS: &[Fault] = &[
    Fault::new(
        "unauthorized-as-403",
        "Missing and wrong keys are answered 403.",
        &["error/status"],
        Changes(UNAUTHORISED, |reply, _| reply.status = StatusCode::FORBIDDEN),
    ),
    Fault::new(
        "unauthorized-text",
        "The text of 401 is `Invalid token`.",
        &["error/code"],
        Changes(UNAUTHORISED, |reply, _| reply.replace("Unauthorized", "Invalid token")),
    ),
    Fault::new(
        "half-key-accepted",
        "A token without a secret part is served.",
        &["auth/accepted"],
        Tolerates(Refusal::HalfCredential),
    ),
    Fault::new(
        "foreign-agent-served",
        "An agent of another organisation answers.",
        &["auth/accepted"],
        Tolerates(Refusal::Foreign),
    )
    .in_state("org-mismatch"),
    Fault::new(
        "no-credits-served",
        "An organisation without credits is served.",
        &["error/status"],
        Tolerates(Refusal::NoCredits),
    )
    .in_state("no-credits"),
    Fault::new(
        "no-credits-as-200",
        "An organisation without credits is answered 200, with the error in the body.",
        &["error/status"],
        Changes(NO_CREDITS, |reply, _| reply.status = StatusCode::OK),
    )
    .in_state("no-credits"),
    Fault::new(
        "no-credits-as-403",
        "An organisation without credits is answered 403.",
        &["error/status"],
        Changes(NO_CREDITS, |reply, _| reply.status = StatusCode::FORBIDDEN),
    )
    .in_state("no-credits"),
    Fault::new(
        "unknown-agent-text",
        "The text of 404 is `Not found`.",
        &["error/code"],
        Changes(UNKNOWN_AGENT, |reply, _| reply.replace("Agent not found", "Not found")),
    ),
    Fault::new(
        "unknown-agent-as-200",
        "An agent that does not exist is answered 200, with the error in the body.",
        &["error/status"],
        Changes(UNKNOWN_AGENT, |reply, _| reply.status = StatusCode::OK),
    ),
    Fault::new(
        "unknown-agent-served",
        "An agent that does not exist answers.",
        &["error/status", "status/invalid-accepted"],
        Tolerates(Refusal::Unknown),
    ),
    Fault::new(
        "unknown-agent-500",
        "An agent that does not exist makes the server fail, with the documented text.",
        &["error/status", "http/server-error"],
        Changes(UNKNOWN_AGENT, |reply, _| {
            let (status, text) = (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error");
            reply.become_whole(status, "text/plain; charset=utf-8", text);
        }),
    ),
    Fault::new(
        "malformed-id-500",
        "An agent id that is no UUID makes the server fail, and it shows the stack trace.",
        &["http/server-error", "error/status", "http/leak"],
        Changes(UNKNOWN_AGENT, |reply, call| {
            if uuid::Uuid::try_parse(call.path("agentId")).is_err() {
                reply.become_whole(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", TRACE);
            }
        }),
    ),
    Fault::new(
        "unknown-agent-leak",
        "The text of 404 is followed by a stack trace.",
        &["http/leak", "error/code"],
        Changes(UNKNOWN_AGENT, |reply, _| reply.pieces.push(format!("\n{TRACE}").into_bytes())),
    ),
];

/// Faults of the documented errors that come as nothing at all.
pub(super) const NOTHING: &[Fault] = gone_wrong! {
    "unauthorized", "A missing or wrong pair of keys", UNAUTHORISED, None, [unanswered];
    "unknown-agent", "An agent that does not exist", UNKNOWN_AGENT, None, [empty, unanswered];
    "no-credits", "An organisation without credits", NO_CREDITS, Some("no-credits"), [empty, unanswered];
};
