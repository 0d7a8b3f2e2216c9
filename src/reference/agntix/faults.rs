//! Faults of Agntix beyond those of any event stream.

use std::mem;

use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::messages;
use crate::reference::fault::Effect::{self, Changes, Tolerates};
use crate::reference::fault::{Change, Fault};
use crate::reference::faults::gone_wrong;
use crate::reference::gist::fresh_id;
use crate::reference::refusal::Refusal;
use crate::reference::reply::{Ending, Outcome, Reply};

const UNAUTHENTICATED: &[Outcome] =
    &[Outcome::Refused(Refusal::NoCredential), Outcome::Refused(Refusal::WrongCredential)];

/// Faults in who gets what.
pub(super) const ACCESS: &[Fault] = &[
    Fault::new(
        "foreign-session-served",
        "Agents and sessions of another organisation answer.",
        &["auth/accepted"],
        Tolerates(Refusal::Foreign),
    )
    .in_state("org-mismatch"),
    Fault::new(
        "refused-too-late",
        "401 has the answer in its body.",
        &["auth/effect"],
        Changes(UNAUTHENTICATED, |reply, call| reply.pieces = messages::whole(&call.text("content")).pieces),
    ),
    Fault::new(
        "refused-in-stream",
        "401 is sent over the answer's stream.",
        &["auth/effect"],
        Changes(UNAUTHENTICATED, |reply, call| {
            *reply = Reply { status: reply.status, ..messages::stream(&call.text("content")) };
        }),
    ),
];

/// Faults of the one documented error that come as nothing at all.
pub(super) const ERRORS: &[Fault] = gone_wrong! {
    "unauthorized", "A missing or wrong credential", UNAUTHENTICATED, None, [unanswered];
};

/// Faults in creating a session.
pub(super) const SESSION: &[Fault] = &[
    Fault::new(
        "unauthorized-as-403",
        "Missing and wrong credentials are answered 403.",
        &["error/status"],
        Changes(UNAUTHENTICATED, |reply, _| reply.status = StatusCode::FORBIDDEN),
    ),
    Fault::new(
        "platform-unchecked",
        "A session of an unknown platform is created.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::NotAllowed("platform")),
    ),
    Fault::new(
        "agent-id-optional",
        "A session is created without an agent.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::Missing("agentId")),
    ),
    Fault::new(
        "agent-id-unchecked",
        "A session is created with an agent whose id is no UUID.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::NotAllowed("agentId")),
    ),
    Fault::new(
        "metadata-type-unchecked",
        "Metadata that is no object is accepted.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::WrongType("metadata")),
    ),
    Fault::new(
        "metadata-unbounded",
        "Metadata of more than 4096 characters is accepted.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::NotAllowed("metadata")),
    ),
    Fault::new(
        "metadata-refused",
        "A session with metadata is refused.",
        &["status/valid-refused"],
        sessions(|reply, call| {
            if call.json().is_some_and(|body| body.get("metadata").is_some()) {
                reply.become_bad_request();
            }
        }),
    ),
    Fault::new(
        "session-500",
        "Creating a session for the platform VOICE makes the server fail.",
        &["http/server-error"],
        sessions(|reply, call| {
            if call.text("platform") == "VOICE" {
                reply.become_failure();
            }
        }),
    ),
    Fault::new(
        "session-not-json",
        "The session's JSON breaks off.",
        &["body/not-json"],
        sessions(|reply, _| reply.replace("}", "")),
    ),
    Fault::new(
        "session-as-html",
        "The session is declared as text/html.",
        &["body/media-type"],
        sessions(|reply, _| reply.set(CONTENT_TYPE, "text/html")),
    ),
    Fault::new(
        "session-id-missing",
        "The session has no id.",
        &["body/schema", "workflow/criterion"],
        sessions(|reply, _| reply.unset_member("id")),
    ),
    Fault::new(
        "session-id-repeated",
        "Every session has the same id.",
        &["unique/repeated"],
        sessions(|reply, _| reply.set_member("id", "ses_01j3m8xkqp8v2nw4f7g9hk0r")),
    ),
    Fault::new(
        "session-closed",
        "A session is closed as soon as it is created.",
        &["workflow/criterion"],
        sessions(|reply, _| reply.set_member("state", "CLOSED")),
    ),
    Fault::new(
        "organisation-changes",
        "Every session belongs to another organisation.",
        &["workflow/criterion"],
        sessions(|reply, _| reply.set_member("orgId", fresh_id("org_"))),
    ),
    Fault::new(
        "state-unknown",
        "The session's state is ACTIVE.",
        &["body/schema"],
        sessions(|reply, _| reply.set_member("state", "ACTIVE")),
    ),
    Fault::new(
        "created-at-without-zone",
        "The session's time has no offset and a space for the T.",
        &["body/schema"],
        sessions(|reply, _| reply.set_member("createdAt", "2026-04-29 09:00:00")),
    ),
    Fault::new(
        "updated-at-number",
        "The session's time of change is a number.",
        &["body/schema"],
        sessions(|reply, _| reply.set_member("updatedAt", 1_777_453_200)),
    ),
    Fault::new(
        "agent-id-changed",
        "The session names another agent than the one asked for.",
        &["echo/mismatch"],
        sessions(|reply, _| reply.set_member("agentId", "00000000-0000-4000-8000-000000000000")),
    ),
    Fault::new(
        "metadata-lost",
        "The session's metadata is empty, whatever was sent.",
        &["echo/mismatch"],
        sessions(|reply, _| reply.set_member("metadata", json!({}))),
    ),
    Fault::new(
        "metadata-as-text",
        "The session's metadata is a string of JSON.",
        &["body/schema", "echo/mismatch"],
        sessions(|reply, _| {
            reply.edit_object(|session| {
                let text = session.get("metadata").map(Value::to_string);
                session.extend(text.map(|text| ("metadata".to_owned(), Value::from(text))));
            });
        }),
    ),
    Fault::new(
        "platform-changed",
        "The session names the platform WEB, whatever was sent.",
        &["echo/mismatch"],
        sessions(|reply, _| reply.set_member("platform", "WEB")),
    ),
];

/// Faults in what a message holds.
pub(super) const MESSAGE: &[Fault] = &[
    Fault::new(
        "content-optional",
        "A message without content is answered.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::Missing("content")),
    ),
    Fault::new(
        "content-type-unchecked",
        "A message whose content is no string is answered.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::WrongType("content")),
    ),
    Fault::new(
        "delta-missing",
        "An event has a `text` in place of its `delta`.",
        &["item/schema"],
        streams(|reply, _| {
            reply.edit_items(|number, item| {
                if number == 1 {
                    let delta = item.shift_remove("delta").unwrap_or_default();
                    item.insert("text".to_owned(), delta);
                }
            });
        }),
    ),
    Fault::new(
        "delta-null",
        "The first event's delta is null.",
        &["item/schema"],
        streams(|reply, _| {
            reply.edit_items(|number, item| {
                if number == 0 {
                    item.insert("delta".to_owned(), Value::Null);
                }
            });
        }),
    ),
    Fault::new(
        "message-id-changes",
        "Every event of a message has another id.",
        &["item/constant"],
        streams(|reply, _| {
            reply.edit_items(|_, item| {
                item.insert("id".to_owned(), fresh_id("msg_").into());
            });
        }),
    ),
    Fault::new(
        "held-open",
        "The connection stays open for long after the sentinel where `stream` is left out.",
        &["stream/held-open"],
        // Each such answer costs its client seconds, so that not all of them have the fault.
        streams(|reply, call| {
            if call.json().is_some_and(|body| body.get("stream").is_none()) {
                reply.ending = Ending::HeldOpen;
            }
        }),
    ),
    Fault::new(
        "message-without-content",
        "The message as JSON has no content.",
        &["body/schema"],
        wholes(|reply, _| reply.unset_member("content")),
    ),
    Fault::new(
        "message-created-at-number",
        "The message's time as JSON is a number.",
        &["body/schema"],
        wholes(|reply, _| reply.set_member("createdAt", 1_777_453_200)),
    ),
];

/// Faults in choosing between a stream and one document.
pub(super) const SWITCH: &[Fault] = &[
    Fault::new(
        "stream-false-streamed",
        "A stream answers although `stream` is false.",
        &["stream/switch"],
        wholes(|reply, call| *reply = messages::stream(&call.text("content"))),
    ),
    Fault::new(
        "stream-true-whole",
        "One document answers although `stream` is true.",
        &["stream/switch"],
        streams(|reply, call| {
            if call.json().is_some_and(|body| body.get("stream").is_some()) {
                *reply = messages::whole(&call.text("content"));
            }
        }),
    ),
    Fault::new(
        "default-whole",
        "One document answers where `stream` is left out.",
        &["stream/switch"],
        streams(|reply, call| {
            if call.json().is_some_and(|body| body.get("stream").is_none()) {
                *reply = messages::whole(&call.text("content"));
            }
        }),
    ),
    Fault::new(
        "whole-in-stream",
        "The message as one JSON document is declared as an event stream.",
        &["sse/payload-without-field", "stream/empty", "stream/terminal-missing"],
        streams(|reply, call| {
            let document = messages::whole(&call.text("content"));
            reply.pieces = document.pieces;
        }),
    ),
    Fault::new(
        "whole-as-text",
        "The message as one JSON document is declared as text/plain.",
        &["body/media-type", "stream/switch"],
        wholes(|reply, _| reply.set(CONTENT_TYPE, "text/plain; charset=utf-8")),
    ),
    Fault::new(
        "whole-truncated",
        "The message as one JSON document breaks off.",
        &["body/not-json"],
        wholes(|reply, _| {
            let body = mem::take(&mut reply.pieces).concat();
            reply.pieces = vec![body.strip_suffix(b"}").unwrap_or(&body).to_vec()];
        }),
    ),
];

const fn sessions(change: Change) -> Effect {
    Changes(&[Outcome::Session], change)
}

const fn streams(change: Change) -> Effect {
    Changes(&[Outcome::Stream], change)
}

const fn wholes(change: Change) -> Effect {
    Changes(&[Outcome::Message], change)
}
