//! Sending a message to an agent.

use std::sync::PoisonError;
use std::time::Instant;

use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, VARY};
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::Agentix;
use super::agents::{Agent, Organisation, organisation};
use crate::reference::call::Call;
use crate::reference::conduct::{Conduct, Object};
use crate::reference::fixtures::agentix as fixtures;
use crate::reference::gist::{fresh_id, portions};
use crate::reference::refusal::Refusal;
use crate::reference::reply::{Reply, ascii};

/// Names the conversation of a session.
pub(super) const CONVERSATION_ID: HeaderName = HeaderName::from_static("x-conversation-id");
/// Names the agent's answer.
pub(super) const MESSAGE_ID: HeaderName = HeaderName::from_static("x-message-id");
/// Says how to show structured data.
pub(super) const UI_SPEC: HeaderName = HeaderName::from_static("x-ui-spec");

const PRODUCTS: &str = r#"{"type":"product-grid","data":[{"title":"Blue Widget","price":"$24.99","image":"https://shop.example/blue.png","url":"https://shop.example/blue"}]}"#;

/// Answers a message, where the caller may talk to the agent.
pub(super) fn send(server: &Agentix, call: &Call) -> Result<Reply, Refusal> {
    let conduct = &server.conduct;
    conduct.admit(call)?;
    let caller = authenticate(server, call)?;
    authorise(conduct, call, caller)?;
    let body = conduct.object(call)?;
    let (message, session) = check(conduct, &body)?;

    let reply = Reply::text_stream(portions(message)).with([
        (CONVERSATION_ID, ascii(conversation(server, call.path("agentId"), session))),
        (MESSAGE_ID, ascii(fresh_id("msg_"))),
    ]);
    let products = message.to_lowercase().contains("product");
    Ok(reply.with(products.then(|| (UI_SPEC, HeaderValue::from_static(PRODUCTS)))).with(cross_origin(call)))
}

/// The caller's organisation, once its key is known and not used too often.
fn authenticate(server: &Agentix, call: &Call) -> Result<Organisation, Refusal> {
    let right = [fixtures::AUDIT_KEY];
    let Some(key) = call.bearer() else {
        return server.conduct.turn_away(call, &right, Refusal::NoCredential);
    };
    let Some(caller) = organisation(key) else {
        return server.conduct.turn_away(call, &right, Refusal::WrongCredential);
    };
    let allowed = key == fixtures::AUDIT_KEY || server.limit.allows(key, Instant::now());
    server.conduct.require(allowed, Refusal::RateLimited)?;
    Ok(caller)
}

/// Whether the caller may talk to the agent, from where it is.
fn authorise(conduct: &Conduct, call: &Call, caller: Organisation) -> Result<(), Refusal> {
    let id = call.path("agentId").trim();
    conduct.require(!id.is_empty(), Refusal::EmptyId)?;
    let agent: Agent = Agent::known(id).map_or_else(|| conduct.tolerate(Refusal::Unknown), Ok)?;
    conduct.require(agent.owner == caller, Refusal::ForeignOrganisation)?;
    conduct.require(agent.public, Refusal::NotPublic)?;
    conduct.require(agent.active, Refusal::Inactive)?;
    let allowed = call.header("origin").is_none_or(|origin| origin == fixtures::ALLOWED_ORIGIN);
    conduct.require(allowed, Refusal::ForeignOrigin)
}

/// The message and the session's id.
fn check<'b>(conduct: &Conduct, body: &'b Object) -> Result<(&'b str, &'b str), Refusal> {
    let message = conduct.words(body, "message")?;
    let session = conduct.words(body, "sessionId")?;
    for member in ["visitorId", "visitorEmail", "visitorName"] {
        conduct.optional(body, member, Value::is_string)?;
    }
    conduct.optional(body, "metadata", Value::is_object)?;
    Ok((message, session))
}

/// The conversation's id: the same for the same session with the same agent.
fn conversation(server: &Agentix, agent: &str, session: &str) -> String {
    let mut known = server.conversations.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry((agent.to_owned(), session.to_owned())).or_insert_with(|| fresh_id("conv_")).clone()
}

/// What a browser needs to read the answer from another origin.
fn cross_origin(call: &Call) -> Vec<(HeaderName, HeaderValue)> {
    let Some(origin) = call.headers.get(http::header::ORIGIN) else {
        return Vec::new();
    };
    vec![
        (ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
        (ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("X-Conversation-Id, X-Message-Id, X-UI-Spec")),
        (VARY, HeaderValue::from_static("Origin")),
    ]
}
