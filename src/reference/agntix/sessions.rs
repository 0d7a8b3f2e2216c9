//! Creating a session.

use std::sync::PoisonError;

use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Agntix, Organisation, fixtures};
use crate::reference::call::Call;
use crate::reference::conduct::{Conduct, Object};
use crate::reference::gist::{fresh_id, now};
use crate::reference::refusal::Refusal;
use crate::reference::reply::{Outcome, Reply};

/// The platforms that a session may come from.
const PLATFORMS: [&str; 4] = ["SDK", "WEB", "WHATSAPP", "VOICE"];

/// How many characters the metadata may have, as JSON.
const MAX_METADATA: usize = 4096;

/// Creates a session with an agent of the caller's organisation.
pub(super) fn create(server: &Agntix, call: &Call) -> Result<Reply, Refusal> {
    let conduct = &server.conduct;
    conduct.admit(call)?;
    let organisation = server.organisation(call)?;
    let body = conduct.object(call)?;
    check(conduct, &body)?;
    conduct.require(is_known(&body), Refusal::Unknown)?;
    conduct.require(organisation == Organisation::Reference, Refusal::Foreign)?;

    let id = fresh_id("ses_");
    let reply = Reply::json(Outcome::Session, StatusCode::CREATED, &session(&id, &body));
    server.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(id, organisation);
    Ok(reply)
}

fn check(conduct: &Conduct, body: &Object) -> Result<(), Refusal> {
    let agent = conduct.text(body, "agentId")?;
    conduct.require(agent.is_empty() || is_uuid(agent), Refusal::NotAllowed("agentId"))?;
    let platform = conduct.text(body, "platform")?;
    conduct.require(PLATFORMS.contains(&platform), Refusal::NotAllowed("platform"))?;
    let metadata = conduct.optional(body, "metadata", Value::is_object)?;
    let length = metadata.map_or(0, |metadata| metadata.to_string().chars().count());
    conduct.require(length <= MAX_METADATA, Refusal::NotAllowed("metadata"))?;
    conduct.optional(body, "contact", Value::is_object).map(|_| ())
}

/// Whether the agent exists. Only a fault lets an id pass that is no UUID, and then it is served.
fn is_known(body: &Object) -> bool {
    let agent = body.get("agentId").and_then(Value::as_str).unwrap_or_default();
    !is_uuid(agent) || agent.eq_ignore_ascii_case(fixtures::AGENT)
}

/// Whether it is a UUID in its common form (RFC 9562, 4).
fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// The session as it is answered: what was asked for, given back.
fn session(id: &str, body: &Object) -> Value {
    let now = now();
    let mut session = json!({
        "id": id,
        "agentId": body.get("agentId").and_then(Value::as_str).unwrap_or(fixtures::AGENT),
        "platform": body.get("platform"),
        "state": "OPEN",
        "orgId": "org_reference",
        "createdAt": now,
        "updatedAt": now,
    });
    if let Some(metadata) = body.get("metadata") {
        session["metadata"] = metadata.clone();
    }
    session
}
