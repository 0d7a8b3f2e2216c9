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
    let known = body.get("agentId").and_then(Value::as_str) == Some(fixtures::AGENT);
    conduct.require(known && organisation == Organisation::Reference, Refusal::Unknown)?;

    let id = fresh_id("ses_");
    let reply = Reply::json(Outcome::Session, StatusCode::CREATED, &session(&id, &body));
    server.sessions.lock().unwrap_or_else(PoisonError::into_inner).insert(id, organisation);
    Ok(reply)
}

fn check(conduct: &Conduct, body: &Object) -> Result<(), Refusal> {
    let agent = conduct.text(body, "agentId")?;
    conduct.require(Uuid::try_parse(agent).is_ok(), Refusal::NotAllowed("agentId"))?;
    let platform = conduct.text(body, "platform")?;
    conduct.require(PLATFORMS.contains(&platform), Refusal::NotAllowed("platform"))?;
    let metadata = conduct.optional(body, "metadata", Value::is_object)?;
    let length = metadata.map_or(0, |metadata| metadata.to_string().chars().count());
    conduct.require(length <= MAX_METADATA, Refusal::NotAllowed("metadata"))?;
    conduct.optional(body, "contact", Value::is_object).map(|_| ())
}

/// The session as it is answered: what was asked for, given back.
fn session(id: &str, body: &Object) -> Value {
    let now = now();
    let mut session = json!({
        "id": id,
        "agentId": body.get("agentId"),
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
