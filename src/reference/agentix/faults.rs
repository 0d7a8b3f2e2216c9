//! Faults of Agentix.

use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER,
};
use http::{HeaderName, StatusCode};
use serde_json::{Value, json};

use super::chat::{CONVERSATION_ID, MESSAGE_ID, UI_SPEC};
use super::limit::{LEFT, POLICY};
use crate::reference::alter::Piece::Second;
use crate::reference::call::Call;
use crate::reference::fault::Effect::{self, Changes, Limits, LimitsForGood, Tolerates};
use crate::reference::fault::{Change, Fault};
use crate::reference::gist::fresh_id;
use crate::reference::refusal::Refusal;
use crate::reference::reply::{Ending, Flow, Outcome, Reply, ascii};

const NO_KEY: &[Outcome] = &[Outcome::Refused(Refusal::NoCredential)];
const WRONG_KEY: &[Outcome] = &[Outcome::Refused(Refusal::WrongCredential)];
const UNKNOWN_AGENT: &[Outcome] = &[Outcome::Refused(Refusal::Unknown)];
const EMPTY_ID: &[Outcome] = &[Outcome::Refused(Refusal::EmptyId)];
const MALFORMED: &[Outcome] = &[Outcome::Refused(Refusal::MalformedJson)];
const MISSING: &[Outcome] =
    &[Outcome::Refused(Refusal::Missing("message")), Outcome::Refused(Refusal::Missing("sessionId"))];
/// When a limit lets in again, by convention.
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

const LIMITED: &[Outcome] = &[Outcome::Refused(Refusal::RateLimited)];

/// Faults in the documented errors that need no state.
pub(super) const CODES: &[Fault] = &[
    Fault::new(
        "missing-key-403",
        "A missing key is answered 403.",
        &["error/status"],
        Changes(NO_KEY, |reply, _| reply.status = StatusCode::FORBIDDEN),
    ),
    Fault::new(
        "missing-key-code",
        "A missing key has the code UNAUTHORIZED.",
        &["error/code"],
        Changes(NO_KEY, |reply, _| reply.replace("MISSING_API_KEY", "UNAUTHORIZED")),
    ),
    Fault::new(
        "wrong-key-code",
        "A wrong key has the code of a missing one.",
        &["error/code"],
        Changes(WRONG_KEY, |reply, _| reply.replace("INVALID_API_KEY", "MISSING_API_KEY")),
    ),
    Fault::new(
        "code-absent",
        "Refusals of unknown agents say in words what is wrong, without a code.",
        &["error/code"],
        Changes(UNKNOWN_AGENT, |reply, _| reply.set_member("error", "There is no such agent.")),
    ),
    Fault::new(
        "error-html",
        "The refusal of a body that is not JSON is a page of HTML.",
        &["error/code"],
        Changes(MALFORMED, |reply, _| reply.become_whole(reply.status, "text/html", "<h1>Bad Request</h1>")),
    ),
    Fault::new(
        "malformed-json-code",
        "A body that is not JSON has the code of missing data.",
        &["error/code"],
        Changes(MALFORMED, |reply, _| reply.replace("INVALID_JSON", "INVALID_REQUEST_DATA")),
    ),
    Fault::new(
        "malformed-json-422",
        "A body that is not JSON is answered 422.",
        &["error/status"],
        Changes(MALFORMED, |reply, _| reply.status = StatusCode::UNPROCESSABLE_ENTITY),
    ),
    Fault::new(
        "missing-data-code",
        "A missing message or session id has the code VALIDATION_ERROR.",
        &["error/code"],
        Changes(MISSING, |reply, _| reply.replace("INVALID_REQUEST_DATA", "VALIDATION_ERROR")),
    ),
    Fault::new(
        "missing-data-500",
        "A missing message or session id makes the server fail.",
        &["http/server-error", "error/status"],
        Changes(MISSING, |reply, _| reply.become_failure()),
    ),
    Fault::new(
        "message-optional",
        "A request without a message is answered.",
        &["status/invalid-accepted", "error/status"],
        Tolerates(Refusal::Missing("message")),
    ),
    Fault::new(
        "session-id-optional",
        "A request without a session id is answered.",
        &["status/invalid-accepted", "error/status"],
        Tolerates(Refusal::Missing("sessionId")),
    ),
    Fault::new(
        "message-type-unchecked",
        "A message that is no string is answered.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::WrongType("message")),
    ),
    Fault::new(
        "unknown-agent-served",
        "An agent that does not exist answers.",
        &["error/status", "status/invalid-accepted"],
        Tolerates(Refusal::Unknown),
    ),
    Fault::new(
        "unknown-agent-400",
        "An agent that does not exist is answered 400.",
        &["error/status"],
        Changes(UNKNOWN_AGENT, |reply, _| reply.status = StatusCode::BAD_REQUEST),
    ),
    Fault::new(
        "unknown-agent-as-200",
        "An agent that does not exist is answered 200, with the error in the body.",
        &["error/status"],
        Changes(UNKNOWN_AGENT, |reply, _| reply.status = StatusCode::OK),
    ),
    Fault::new(
        "empty-agent-id-served",
        "A request with an empty agent id is answered 200, with the error in the body.",
        &["error/status", "status/invalid-accepted"],
        Changes(EMPTY_ID, |reply, _| reply.status = StatusCode::OK),
    ),
];

/// Faults in the documented errors that need a state.
pub(super) const ACCESS: &[Fault] = &[
    Fault::new(
        "private-agent-served",
        "An agent that is not public answers.",
        &["error/status"],
        Tolerates(Refusal::NotPublic),
    )
    .in_state("agent-not-public"),
    Fault::new(
        "private-agent-404",
        "An agent that is not public is answered 404.",
        &["error/status"],
        Changes(&[Outcome::Refused(Refusal::NotPublic)], |reply, _| reply.status = StatusCode::NOT_FOUND),
    )
    .in_state("agent-not-public"),
    Fault::new(
        "inactive-agent-served",
        "An agent that is not active answers.",
        &["error/status"],
        Tolerates(Refusal::Inactive),
    )
    .in_state("agent-inactive"),
    Fault::new(
        "inactive-agent-code",
        "An agent that is not active has the code of one that is not public.",
        &["error/code"],
        Changes(&[Outcome::Refused(Refusal::Inactive)], |reply, _| reply.replace("AGENT_INACTIVE", "AGENT_NOT_PUBLIC")),
    )
    .in_state("agent-inactive"),
    Fault::new(
        "foreign-agent-served",
        "An agent of another organisation answers.",
        &["error/status"],
        Tolerates(Refusal::ForeignOrganisation),
    )
    .in_state("org-mismatch"),
    Fault::new(
        "foreign-agent-code",
        "An agent of another organisation has the code of one that does not exist.",
        &["error/code"],
        Changes(&[Outcome::Refused(Refusal::ForeignOrganisation)], |reply, _| {
            reply.replace("ORG_MISMATCH", "AGENT_NOT_FOUND");
        }),
    )
    .in_state("org-mismatch"),
    Fault::new(
        "foreign-origin-served",
        "A request from an origin that is not allowed is answered.",
        &["error/status"],
        Tolerates(Refusal::ForeignOrigin),
    )
    .in_state("domain-not-allowed"),
    Fault::new(
        "foreign-origin-code",
        "An origin that is not allowed has the code FORBIDDEN.",
        &["error/code"],
        Changes(&[Outcome::Refused(Refusal::ForeignOrigin)], |reply, _| {
            reply.replace("DOMAIN_NOT_ALLOWED", "FORBIDDEN");
        }),
    )
    .in_state("domain-not-allowed"),
    Fault::new("limit-never", "The rate limit is never enforced.", &["limit/late"], Tolerates(Refusal::RateLimited))
        .in_state("rate-limited"),
    Fault::new("limit-early", "The rate limit is 30 requests a minute.", &["limit/early"], Limits(30))
        .in_state("rate-limited"),
    Fault::new("limit-late", "The rate limit is 80 requests a minute.", &["limit/late"], Limits(80))
        .in_state("rate-limited"),
    Fault::new(
        "limit-for-good",
        "Whoever met the rate limit is refused for ever.",
        &["limit/recovery", "limit/retry-after"],
        LimitsForGood,
    )
    .in_state("rate-limited"),
    Fault::new(
        "limit-code",
        "The rate limit has the code TOO_MANY_REQUESTS.",
        &["error/code"],
        Changes(LIMITED, |reply, _| reply.replace("RATE_LIMITED", "TOO_MANY_REQUESTS")),
    )
    .in_state("rate-limited"),
    Fault::new(
        "retry-after-words",
        "The rate limit says in words when to try again.",
        &["http/retry-after"],
        Changes(LIMITED, |reply, _| reply.set(RETRY_AFTER, "soon")),
    )
    .in_state("rate-limited"),
    Fault::new(
        "retry-after-hour",
        "The rate limit asks to wait for an hour.",
        &["limit/retry-after"],
        Changes(LIMITED, |reply, _| reply.set(RETRY_AFTER, "3600")),
    )
    .in_state("rate-limited"),
    Fault::new(
        "limit-other-policy",
        "The rate limit says in a header field that it is 100 requests a minute.",
        &["limit/fields"],
        Changes(LIMITED, |reply, _| reply.set(POLICY, r#""minute";q=100;w=60"#)),
    )
    .in_state("rate-limited"),
    Fault::new(
        "limit-left",
        "The rate limit says in a header field that 7 requests are left.",
        &["limit/fields"],
        Changes(LIMITED, |reply, _| reply.set(LEFT, r#""minute";r=7;t=1"#)),
    )
    .in_state("rate-limited"),
    Fault::new(
        "limit-reset-words",
        "The rate limit says in words when it lets in again.",
        &["limit/fields"],
        Changes(LIMITED, |reply, _| reply.set(RESET, "soon")),
    )
    .in_state("rate-limited"),
];

/// Faults in the header fields of an answer.
pub(super) const HEADERS: &[Fault] = &[
    Fault::new(
        "conversation-id-missing",
        "The answer does not name its conversation.",
        &["header/missing", "workflow/criterion"],
        streams(|reply, _| reply.unset(&CONVERSATION_ID)),
    ),
    Fault::new(
        "conversation-id-changes",
        "Every message of a session has another conversation.",
        &["workflow/criterion"],
        streams(|reply, _| {
            reply.headers.insert(CONVERSATION_ID, ascii(fresh_id("conv_")));
        }),
    ),
    Fault::new(
        "conversation-id-shared",
        "All sessions have the same conversation.",
        &["workflow/criterion"],
        streams(|reply, _| reply.set(CONVERSATION_ID, "conv_1")),
    ),
    Fault::new(
        "conversation-of-visitor",
        "A visitor who is named has one conversation in all sessions.",
        &["workflow/criterion"],
        streams(|reply, call| {
            let visitor = call.text("visitorId");
            if !visitor.is_empty() {
                reply.headers.insert(CONVERSATION_ID, ascii(format!("conv_of_{}", visitor.len())));
            }
        }),
    ),
    Fault::new(
        "conversation-split",
        "A message with the visitor's email address has a conversation of its own.",
        &["workflow/criterion"],
        streams(|reply, call| {
            if !call.text("visitorEmail").is_empty() {
                reply.headers.insert(CONVERSATION_ID, ascii(fresh_id("conv_")));
            }
        }),
    ),
    Fault::new(
        "message-id-missing",
        "The answer does not name its message.",
        &["header/missing"],
        streams(|reply, _| reply.unset(&MESSAGE_ID)),
    ),
    Fault::new(
        "message-id-repeated",
        "All answers have the same message id.",
        &["unique/repeated"],
        streams(|reply, _| reply.set(MESSAGE_ID, "msg_1")),
    ),
    Fault::new(
        "ui-spec-not-json",
        "The UI specification is not JSON.",
        &["header/schema"],
        streams(|reply, _| {
            if reply.headers.contains_key(UI_SPEC) {
                reply.set(UI_SPEC, "[object Object]");
            }
        }),
    ),
    Fault::new(
        "ui-spec-array",
        "The UI specification is an array.",
        &["header/schema"],
        streams(|reply, _| {
            if reply.headers.contains_key(UI_SPEC) {
                reply.set(UI_SPEC, "[]");
            }
        }),
    ),
    Fault::new(
        "headers-hidden",
        "Every origin may read the answer, and none its documented header fields.",
        &["http/cors"],
        streams(|reply, _| {
            reply.set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
            reply.unset(&ACCESS_CONTROL_EXPOSE_HEADERS);
        }),
    ),
    Fault::new(
        "text-as-json",
        "The text is declared as JSON.",
        &["body/media-type"],
        streams(|reply, _| reply.set(CONTENT_TYPE, "application/json")),
    ),
    Fault::new(
        "text-as-events",
        "The text is declared as an event stream.",
        &["body/media-type"],
        streams(|reply, _| reply.set(CONTENT_TYPE, "text/event-stream")),
    ),
];

/// Faults in the stream of text.
pub(super) const TEXT: &[Fault] = &[
    Fault::new(
        "invalid-utf8",
        "The text holds a byte that is not UTF-8.",
        &["text/invalid-utf8"],
        streams(|reply, _| reply.rewrite(Second, |bytes| bytes.push(0xff))),
    ),
    Fault::new(
        "character-cut",
        "The text ends in the middle of a character.",
        &["text/invalid-utf8"],
        streams(|reply, _| reply.pieces.push(vec![0xe2, 0x9c])),
    ),
    Fault::new(
        "no-last-chunk",
        "The connection closes before the body has ended.",
        &["text/incomplete"],
        streams(|reply, _| reply.ending = Ending::Cut),
    ),
    Fault::new("text-empty", "The answer has no text.", &["text/empty"], streams(|reply, _| reply.pieces.clear())),
    Fault::new(
        "buffered",
        "All text comes in one burst after a long silence.",
        &["text/buffered"],
        streams(|reply, _| reply.flow = Flow::Withheld),
    ),
    Fault::new(
        "content-length",
        "The text is sent with a Content-Length, not chunked.",
        &["text/not-chunked"],
        streams(|reply, _| {
            let length = reply.pieces.iter().map(Vec::len).sum::<usize>();
            reply.headers.insert(CONTENT_LENGTH, length.into());
        }),
    ),
    Fault::new("framed-as-events", "The text is framed as events.", &["text/framing"], streams(frame_as_events)),
    Fault::new("framed-as-json", "The text is wrapped in JSON.", &["text/framing"], streams(frame_as_json)),
    Fault::new(
        "metadata-refused",
        "A request with metadata is refused.",
        &["status/valid-refused"],
        streams(|reply, call| {
            if call.json().is_some_and(|body| body.get("metadata").is_some()) {
                reply.become_bad_request();
            }
        }),
    ),
    Fault::new(
        "visitor-500",
        "A request with a visitor's name makes the server fail.",
        &["http/server-error"],
        streams(|reply, call| {
            if !call.text("visitorName").is_empty() {
                reply.become_failure();
            }
        }),
    ),
];

const fn streams(change: Change) -> Effect {
    Changes(&[Outcome::Stream], change)
}

fn frame_as_events(reply: &mut Reply, _: &Call) {
    for piece in &mut reply.pieces {
        *piece = [b"data: ", piece.as_slice(), b"\n\n"].concat();
    }
}

fn frame_as_json(reply: &mut Reply, _: &Call) {
    let text = String::from_utf8_lossy(&reply.pieces.concat()).into_owned();
    reply.pieces = vec![json!({ "text": Value::from(text) }).to_string().into_bytes()];
}
