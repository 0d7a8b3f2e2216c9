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
const PROTOCOL: HeaderName = HeaderName::from_static("x-vercel-ai-ui-message-stream");

/// The roles that a message may have.
const ROLES: [&str; 3] = ["user", "assistant", "system"];

/// Streams the answer to the last message, for one credit.
pub(super) fn stream(server: &AgentsGt, call: &Call) -> Result<Reply, Refusal> {
    let conduct = &server.conduct;
    conduct.admit(call)?;
    let keys = authenticate(server, call)?;
    let body = conduct.object(call)?;
    let question = question(conduct, &body)?;
    // An id that is no UUID names no agent.
    conduct.require(call.path("agentId").eq_ignore_ascii_case(fixtures::AGENT), Refusal::Unknown)?;
    conduct.require(keys != fixtures::OTHER_ORG_KEYS, Refusal::Foreign)?;
    spend(server, keys)?;
    Ok(answer(&question))
}

/// The caller's pair of keys.
fn authenticate(server: &AgentsGt, call: &Call) -> Result<&'static str, Refusal> {
    let right = [fixtures::KEYS];
    let Some(given) = call.bearer() else {
        return server.conduct.turn_away(call, &right, Refusal::NoCredential);
    };
    let is_pair = given.split_once(':').is_some_and(|(public, secret)| !public.is_empty() && !secret.is_empty());
    match [fixtures::KEYS, fixtures::BROKE_KEYS, fixtures::OTHER_ORG_KEYS].into_iter().find(|known| *known == given) {
        Some(keys) => Ok(keys),
        None if is_pair => server.conduct.turn_away(call, &right, Refusal::WrongCredential),
        None => server.conduct.turn_away(call, &right, Refusal::HalfCredential),
    }
}

/// The text of the user's last message.
fn question(conduct: &Conduct, body: &Object) -> Result<String, Refusal> {
    let messages = match body.get("messages") {
        Some(Value::Array(messages)) if !messages.is_empty() => messages.as_slice(),
        Some(Value::Array(_)) | None => return conduct.tolerate(Refusal::Missing("messages")),
        Some(_) => return conduct.tolerate(Refusal::WrongType("messages")),
    };
    let Some(messages) = messages.iter().map(read).collect::<Option<Vec<_>>>() else {
        return conduct.tolerate(Refusal::NotAllowed("messages"));
    };
    let asked = messages.into_iter().rev().find(|(role, _)| *role == "user");
    asked.map_or_else(|| conduct.tolerate(Refusal::NotAllowed("messages")), |(_, text)| Ok(text))
}

/// The role and the text of a message, in either form of the AI SDK: `content` up to version 4,
/// `parts` since version 5. `None` where it is no message or says nothing.
fn read(message: &Value) -> Option<(&str, String)> {
    let role = message.get("role")?.as_str().filter(|role| ROLES.contains(role))?;
    let text: String = match (message.get("content"), message.get("parts")) {
        (Some(Value::String(content)), _) => content.clone(),
        (_, Some(Value::Array(parts))) | (Some(Value::Array(parts)), None) => {
            parts.iter().filter_map(|part| part.get("text")?.as_str()).collect()
        }
        _ => return None,
    };
    let says_something = !text.chars().all(|c| c.is_ascii_whitespace());
    says_something.then_some((role, text))
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
    let mut chunks =
        vec![json!({ "type": "start", "messageId": fresh_id("msg-") }), json!({ "type": "text-start", "id": block })];
    let deltas = portions(question).into_iter();
    chunks.extend(deltas.map(|delta| json!({ "type": "text-delta", "id": block, "delta": delta })));
    chunks.push(json!({ "type": "text-end", "id": block }));
    chunks.push(json!({ "type": "finish" }));
    let payloads = chunks.iter().map(Value::to_string).chain(["[DONE]".to_owned()]);
    Reply::events(payloads).with([(PROTOCOL, HeaderValue::from_static("v1"))])
}
