//! Sending a message in a session.

use std::sync::PoisonError;

use http::StatusCode;
use serde_json::{Value, json};

use super::Agntix;
use crate::reference::call::Call;
use crate::reference::gist::{fresh_id, now, portions};
use crate::reference::refusal::Refusal;
use crate::reference::reply::{Outcome, Reply};

/// Answers a message in a session of the caller's organisation: as a stream unless `stream` is false.
pub(super) fn send(server: &Agntix, call: &Call) -> Result<Reply, Refusal> {
    let conduct = &server.conduct;
    conduct.admit(call)?;
    let organisation = server.organisation(call)?;
    let body = conduct.object(call)?;
    let content = conduct.words(&body, "content")?;
    let streamed = conduct.optional(&body, "stream", Value::is_boolean)?.and_then(Value::as_bool);
    let owner = server.sessions.lock().unwrap_or_else(PoisonError::into_inner).get(call.path("sessionId")).copied();
    conduct.require(owner.is_some(), Refusal::Unknown)?;
    conduct.require(owner.is_none_or(|owner| owner == organisation), Refusal::Foreign)?;
    Ok(if streamed.unwrap_or(true) { stream(content) } else { whole(content) })
}

/// The answer to a message as a stream: portions of one message, then the sentinel.
pub(super) fn stream(content: &str) -> Reply {
    let id = fresh_id("msg_");
    let deltas = portions(content).into_iter().map(|delta| json!({ "id": id, "delta": delta }).to_string());
    Reply::events(deltas.chain(["[DONE]".to_owned()]))
}

/// The answer to a message as one JSON document.
pub(super) fn whole(content: &str) -> Reply {
    let message = json!({
        "id": fresh_id("msg_"),
        "content": portions(content).concat(),
        "role": "ASSISTANT",
        "createdAt": now(),
    });
    Reply::json(Outcome::Message, StatusCode::OK, &message)
}
