//! Agenhq: a message to the agent of a session, acknowledged as one JSON document.

mod faults;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use http::StatusCode;
use serde_json::{Value, json};

use super::call::Call;
use super::catalogue::Api;
use super::conduct::Conduct;
use super::faults::{credentials, http as shared, strain};
use super::fixtures::agenhq as fixtures;
use super::gist::{fresh_id, now};
use super::refusal::Refusal;
use super::reply::{Outcome, Reply};

/// Agenhq.
pub(super) const API: Api = Api {
    name: "agenhq",
    title: "AgenHQ sessions: a message acknowledged as JSON",
    faults: &[
        shared::FAULTS,
        shared::JSON_ERRORS,
        credentials::ANY,
        credentials::KEY,
        strain::REQUESTS,
        strain::IDS,
        faults::ERRORS,
        faults::MEMBERS,
        faults::HTTP,
    ],
    routes,
};

/// How to authenticate.
const CHALLENGE: &str = r#"ApiKey realm="agenhq""#;

fn routes(conduct: Conduct) -> Router {
    Router::new()
        .route("/api/v1/sessions/{sessionId}/messages", any(send_message))
        .fallback(nothing_here)
        .with_state(Arc::new(conduct))
}

async fn send_message(State(conduct): State<Arc<Conduct>>, call: Call) -> Response {
    let reply = send(&conduct, &call).unwrap_or_else(refuse);
    conduct.answer(&call, reply)
}

async fn nothing_here(State(conduct): State<Arc<Conduct>>, call: Call) -> Response {
    conduct.answer(&call, refuse(Refusal::UnknownPath))
}

fn send(conduct: &Conduct, call: &Call) -> Result<Reply, Refusal> {
    conduct.admit(call)?;
    let key = call.header("x-api-key").unwrap_or_default();
    if key != fixtures::KEY {
        let refusal = if key.is_empty() { Refusal::NoCredential } else { Refusal::WrongCredential };
        conduct.turn_away::<()>(call, &[fixtures::KEY], refusal)?;
    }
    let body = conduct.object(call)?;
    let message = conduct.text(&body, "message")?;
    let client = conduct.optional(&body, "client_id", Value::is_string)?;
    let session = call.path("sessionId");
    conduct.require(session == fixtures::SESSION, Refusal::Unknown)?;
    Ok(Reply::json(Outcome::Message, StatusCode::OK, &acknowledgement(session, message, client)))
}

fn acknowledgement(session: &str, message: &str, client: Option<&Value>) -> Value {
    let now = now();
    json!({
        "id": fresh_id("evt_"),
        "session_id": session,
        "type": "user_message",
        "payload": { "type": "user_message", "message": message },
        "status": "completed",
        "client_id": client,
        "session_goal_id": null,
        "session_task_id": null,
        "created_at": now,
        "updated_at": now,
    })
}

fn refuse(refusal: Refusal) -> Reply {
    let status = refusal.status();
    let body = json!({ "error": status.canonical_reason(), "message": refusal.sentence() });
    Reply::json(Outcome::Refused(refusal), status, &body).with(refusal.headers(CHALLENGE))
}
