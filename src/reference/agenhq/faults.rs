//! Faults of Agenhq.

use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::reference::fault::Effect::{self, Changes, Tolerates};
use crate::reference::fault::{Change, Fault};
use crate::reference::faults::gone_wrong;
use crate::reference::refusal::Refusal;
use crate::reference::reply::{Ending, Flow, Outcome, Reply};

/// A message longer than this is long, in bytes.
const LONG: usize = 200;

const UNAUTHENTICATED: &[Outcome] =
    &[Outcome::Refused(Refusal::NoCredential), Outcome::Refused(Refusal::WrongCredential)];
const UNKNOWN_SESSION: &[Outcome] = &[Outcome::Refused(Refusal::Unknown)];
const MISSING: &[Outcome] = &[Outcome::Refused(Refusal::Missing("message"))];

/// Faults in the errors of which the document says nothing.
pub(super) const ERRORS: &[Fault] = gone_wrong! {
    "unauthorized", "A missing or wrong key", UNAUTHENTICATED, None, [fails, unanswered];
    "unknown-session", "A session that does not exist", UNKNOWN_SESSION, None, [fails, empty, unanswered];
    "missing-message", "A missing message", MISSING, None, [fails, empty, unanswered];
};

/// Faults in the members of the acknowledgement.
pub(super) const MEMBERS: &[Fault] = &[
    Fault::new("id-missing", "The message has no id.", &["body/schema"], messages(|reply, _| reply.unset_member("id"))),
    Fault::new(
        "id-repeated",
        "Every message has the same id.",
        &["unique/repeated"],
        messages(|reply, _| reply.set_member("id", "evt_1")),
    ),
    Fault::new(
        "session-id-changed",
        "The message names another session than the one it was sent to.",
        &["echo/mismatch"],
        messages(|reply, _| reply.set_member("session_id", "ses_another")),
    ),
    Fault::new(
        "type-unknown",
        "The message's type is none of the documented ones.",
        &["body/schema"],
        messages(|reply, _| reply.set_member("type", "message")),
    ),
    Fault::new(
        "status-unknown",
        "The message's status is none of the documented ones.",
        &["body/schema"],
        messages(|reply, _| reply.set_member("status", "done")),
    ),
    Fault::new(
        "status-case",
        "The message's status is written in capitals.",
        &["body/schema"],
        messages(|reply, _| reply.set_member("status", "COMPLETED")),
    ),
    Fault::new(
        "payload-as-text",
        "The payload is a string of JSON.",
        &["body/schema"],
        messages(|reply, _| {
            reply.edit_object(|message| {
                let text = message.get("payload").map(Value::to_string);
                message.extend(text.map(|text| ("payload".to_owned(), Value::from(text))));
            });
        }),
    ),
    Fault::new(
        "payload-missing",
        "The message has no payload.",
        &["body/schema"],
        messages(|reply, _| reply.unset_member("payload")),
    ),
    Fault::new(
        "payload-message-changed",
        "The payload holds another message than the one sent.",
        &["echo/mismatch"],
        messages(|reply, _| reply.set_member("payload", json!({ "type": "user_message", "message": "(removed)" }))),
    ),
    Fault::new(
        "client-id-missing",
        "The client's id is left out where none was sent.",
        &["body/schema"],
        messages(|reply, _| {
            reply.edit_object(|message| {
                if message.get("client_id").is_some_and(Value::is_null) {
                    message.shift_remove("client_id");
                }
            });
        }),
    ),
    Fault::new(
        "client-id-number",
        "The client's id is a number.",
        &["body/schema"],
        messages(|reply, _| reply.set_member("client_id", 7)),
    ),
    Fault::new(
        "client-id-lost",
        "The client's id is null, whatever was sent.",
        &["echo/mismatch"],
        messages(|reply, _| reply.set_member("client_id", Value::Null)),
    ),
    Fault::new(
        "goal-id-missing",
        "The message has no `session_goal_id`.",
        &["body/schema"],
        messages(|reply, _| reply.unset_member("session_goal_id")),
    ),
    Fault::new(
        "created-at-number",
        "The time of creation is a number.",
        &["body/schema"],
        messages(|reply, _| reply.set_member("created_at", 1_777_453_200)),
    ),
    Fault::new(
        "updated-at-null",
        "The time of change is null.",
        &["body/schema"],
        messages(|reply, _| reply.set_member("updated_at", Value::Null)),
    ),
    Fault::new(
        "wrapped-in-data",
        "The message is wrapped in a member `data`.",
        &["body/schema"],
        messages(|reply, _| {
            reply.edit_object(|message| {
                let inner = std::mem::take(message);
                message.insert("data".to_owned(), Value::Object(inner));
            });
        }),
    ),
];

/// Faults in status, headers, body and checks.
pub(super) const HTTP: &[Fault] = &[
    Fault::new(
        "no-content",
        "The message is acknowledged with 204 and no body.",
        &["body/not-json", "status/undocumented", "body/media-type"],
        messages(|reply, _| reply.become_whole(StatusCode::NO_CONTENT, "application/json", "")),
    ),
    Fault::new(
        "body-empty",
        "The acknowledgement has no body.",
        &["body/not-json"],
        messages(|reply, _| reply.pieces.clear()),
    ),
    Fault::new(
        "body-not-json",
        "The acknowledgement is the word OK, declared as JSON.",
        &["body/not-json"],
        messages(|reply, _| reply.pieces = vec![b"OK".to_vec()]),
    ),
    Fault::new(
        "body-as-html",
        "The acknowledgement is declared as text/html.",
        &["body/media-type"],
        messages(|reply, _| reply.set(CONTENT_TYPE, "text/html; charset=utf-8")),
    ),
    Fault::new(
        "body-truncated",
        "The connection closes before the announced length is reached.",
        &["body/not-json"],
        messages(truncate),
    ),
    Fault::new(
        "message-optional",
        "A request without a message, or with an empty one, is acknowledged.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::Missing("message")),
    ),
    Fault::new(
        "message-type-unchecked",
        "A message that is no string is acknowledged.",
        &["status/invalid-accepted"],
        Tolerates(Refusal::WrongType("message")),
    ),
    Fault::new(
        "client-id-refused",
        "A request with a client's id is refused.",
        &["status/valid-refused"],
        messages(|reply, call| {
            if !call.text("client_id").is_empty() {
                reply.become_bad_request();
            }
        }),
    ),
    Fault::new(
        "long-message-500",
        "A message of more than 200 bytes makes the server fail.",
        &["http/server-error"],
        messages(|reply, call| {
            if call.text("message").len() > LONG {
                reply.become_failure();
            }
        }),
    ),
    Fault::new(
        "unicode-500",
        "A message that is not ASCII makes the server fail.",
        &["http/server-error"],
        messages(|reply, call| {
            if !call.text("message").is_ascii() {
                reply.become_failure();
            }
        }),
    ),
];

const fn messages(change: Change) -> Effect {
    Changes(&[Outcome::Message], change)
}

fn truncate(reply: &mut Reply, _: &crate::reference::call::Call) {
    let mut body = reply.pieces.concat();
    reply.headers.insert(CONTENT_LENGTH, body.len().into());
    body.truncate(body.len() / 2);
    reply.pieces = vec![body];
    reply.flow = Flow::Paced;
    reply.ending = Ending::Cut;
}
