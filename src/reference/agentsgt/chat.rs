//! Chatting with an agent.

use std::sync::PoisonError;

use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{AgentsGt, fixtures};
use crate::reference::call::Call;
use crate::reference::conduct::{Conduct, Object};
use crate::reference::gist::{fresh_id, portions};
use crate::reference::refusal::Refusal;
use crate::reference::reply::Reply;

/// Names the protocol of the stream.
pub(super) const PROTOCOL: HeaderName = HeaderName::from_static("x-vercel-ai-ui-message-stream");

/// Streams the answer to the last message, for one credit.
pub(super) fn stream(server: &AgentsGt, call: &Call) -> Result<Reply, Refusal> {
    let conduct = &server.conduct;
    conduct.admit(call)?;
    let keys = authenticate(server, call)?;
    let body = conduct.object(call)?;
    let question = question(conduct, &body)?;
    // An id that is no UUID names no agent.
    conduct.require(call.path("agentId").eq_ignore_ascii_case(fixtures::AGENT), Refusal::Unknown)?;
    spend(server, keys)?;
    Ok(answer(&question))
}

/// The caller's pair of keys.
fn authenticate(server: &AgentsGt, call: &Call) -> Result<&'static str, Refusal> {
    let Some(given) = call.bearer() else {
        return server.conduct.tolerate(Refusal::NoCredential);
    };
    let is_pair = given.split_once(':').is_some_and(|(public, secret)| !public.is_empty() && !secret.is_empty());
    match [fixtures::KEYS, fixtures::BROKE_KEYS].into_iter().find(|known| *known == given) {
        Some(keys) => Ok(keys),
        None if is_pair => server.conduct.tolerate(Refusal::WrongCredential),
        None => server.conduct.tolerate(Refusal::HalfCredential),
    }
}

/// The text of the last message, in either form of the AI SDK: `content` up to version 4, `parts`
/// since version 5.
fn question(conduct: &Conduct, body: &Object) -> Result<String, Refusal> {
    let messages = match body.get("messages") {
        Some(Value::Array(messages)) if !messages.is_empty() => messages.as_slice(),
        Some(Value::Array(_)) | None => return conduct.tolerate(Refusal::Missing("messages")),
        Some(_) => return conduct.tolerate(Refusal::WrongType("messages")),
    };
    let texts: Option<Vec<String>> = messages.iter().map(text).collect();
    match texts.and_then(|texts| texts.into_iter().last()) {
        Some(text) => Ok(text),
        None => conduct.tolerate(Refusal::WrongType("message")),
    }
}

fn text(message: &Value) -> Option<String> {
    message.get("role").filter(|role| role.is_string())?;
    match (message.get("content"), message.get("parts")) {
        (Some(Value::String(content)), _) => Some(content.clone()),
        (_, Some(Value::Array(parts))) | (Some(Value::Array(parts)), None) => {
            Some(parts.iter().filter_map(|part| part.get("text")?.as_str()).collect())
        }
        _ => None,
    }
}

/// Takes one credit. Whoever a fault let in without keys has none to lose.
fn spend(server: &AgentsGt, keys: &str) -> Result<(), Refusal> {
    let mut credits = server.credits.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(left) = credits.get_mut(keys) else {
        return Ok(());
    };
    server.conduct.require(*left > 0, Refusal::NoCredits)?;
    *left = left.saturating_sub(1);
    Ok(())
}

/// The answer as a UI message stream: one block of text in one message.
fn answer(question: &str) -> Reply {
    let block = "0";
    let mut chunks = vec![
        json!({ "type": "start", "messageId": fresh_id("msg-") }),
        json!({ "type": "text-start", "id": block }),
    ];
    let deltas = portions(question).into_iter();
    chunks.extend(deltas.map(|delta| json!({ "type": "text-delta", "id": block, "delta": delta })));
    chunks.push(json!({ "type": "text-end", "id": block }));
    chunks.push(json!({ "type": "finish" }));
    let payloads = chunks.iter().map(Value::to_string).chain(["[DONE]".to_owned()]);
    Reply::events(payloads).with([(PROTOCOL, HeaderValue::from_static("v1"))])
}
