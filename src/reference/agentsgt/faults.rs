//! Faults of Agents GT beyond those of any event stream.

use http::StatusCode;
use serde_json::{Value, json};

use super::chat::PROTOCOL;
use crate::reference::fault::Effect::{self, Changes, Tolerates};
use crate::reference::fault::{Change, Fault};
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
    Fault::new(
        "messages-optional",
        "A request without messages is answered.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::Missing("messages")),
    ),
    Fault::new(
        "messages-type-unchecked",
        "A request whose messages are no array is answered.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::WrongType("messages")),
    ),
];

/// Faults in what the events carry.
pub(super) const ITEMS: &[Fault] = &[
    Fault::new(
        "protocol-header-missing",
        "The stream does not name its protocol.",
        &["sse/profile-header", "header/missing"],
        streams(|reply, _| reply.unset(&PROTOCOL)),
    ),
    Fault::new(
        "chunk-type-unknown",
        "A chunk's type is none of the protocol's.",
        &["item/schema", "item/unknown-kind"],
        streams(|reply, _| reply.replace_in_pieces("\"text-start\"", "\"text-begin\"")),
    ),
    Fault::new(
        "chunk-type-missing",
        "The chunks that carry text have no type.",
        &["item/schema", "item/unknown-kind"],
        streams(|reply, _| {
            reply.edit_items(|_, chunk| {
                if chunk.contains_key("delta") {
                    chunk.shift_remove("type");
                }
            });
        }),
    ),
    Fault::new(
        "delta-missing",
        "The chunks that carry text call it `textDelta`.",
        &["item/schema"],
        streams(|reply, _| reply.replace_in_pieces("\"delta\":", "\"textDelta\":")),
    ),
    Fault::new(
        "block-id-number",
        "The ids of text blocks are numbers.",
        &["item/schema"],
        streams(|reply, _| reply.replace_in_pieces("\"id\":\"0\"", "\"id\":0")),
    ),
    Fault::new(
        "block-not-opened",
        "Text comes for a block that was not opened.",
        &["item/lifecycle", "item/sequence"],
        streams(|reply, _| reply.pieces.retain(|piece| !carries(piece, "text-start"))),
    ),
    Fault::new(
        "block-not-closed",
        "The block of text is left open.",
        &["item/lifecycle", "item/sequence"],
        streams(|reply, _| reply.pieces.retain(|piece| !carries(piece, "text-end"))),
    ),
    Fault::new(
        "error-chunk",
        "A chunk reports an error in the midst of an answer.",
        &["item/error-event"],
        streams(|reply, _| {
            let chunk = json!({ "type": "error", "errorText": "The provider did not answer." });
            reply.insert(3, &format!("data: {chunk}\n\n"));
        }),
    ),
];

const fn streams(change: Change) -> Effect {
    Changes(&[Outcome::Stream], change)
}

/// Whether an event carries a chunk of this type.
fn carries(event: &[u8], kind: &str) -> bool {
    let chunk: Option<Value> = event.strip_prefix(b"data: ").and_then(|payload| serde_json::from_slice(payload).ok());
    chunk.is_some_and(|chunk| chunk.get("type").and_then(Value::as_str) == Some(kind))
}
