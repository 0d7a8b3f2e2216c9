//! Agentix: a message to a public agent, answered as a stream of plain text.

mod agents;
mod chat;
mod codes;
mod documented;
mod faults;
mod limit;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use serde_json::json;

use self::limit::Limit;
use super::call::Call;
use super::catalogue::Api;
use super::conduct::Conduct;
use super::faults::{credentials, http, strain};
use super::refusal::Refusal;
use super::reply::{Outcome, Reply};

/// Agentix.
pub(super) const API: Api = Api {
    name: "agentix",
    title: "Agentix public chat: plain text streams",
    faults: &[
        http::FAULTS,
        http::JSON_ERRORS,
        credentials::ANY,
        credentials::BEARER,
        strain::REQUESTS,
        strain::IDS,
        faults::CODES,
        faults::ACCESS,
        documented::CODES,
        documented::STATES,
        faults::HEADERS,
        faults::TEXT,
    ],
    routes,
};

/// How to authenticate.
const CHALLENGE: &str = r#"Bearer realm="agentix""#;

/// The server: its conversations, and how often each key was used.
#[derive(Debug)]
struct Agentix {
    conduct: Conduct,
    /// Conversation ids by agent and session.
    conversations: Mutex<HashMap<(String, String), String>>,
    limit: Limit,
}

fn routes(conduct: Conduct) -> Router {
    let limit = Limit::new(conduct.limit(limit::DOCUMENTED), conduct.lifts_limits());
    let server = Arc::new(Agentix { conduct, conversations: Mutex::default(), limit });
    Router::new()
        .route("/api/public/agents/{agentId}/chat", any(chat))
        // An empty id, and none at all.
        .route("/api/public/agents//chat", any(chat))
        .route("/api/public/agents/chat", any(chat))
        .fallback(nothing_here)
        .with_state(server)
}

async fn chat(State(server): State<Arc<Agentix>>, call: Call) -> Response {
    let reply = chat::send(&server, &call).unwrap_or_else(refuse);
    server.conduct.answer(&call, reply)
}

async fn nothing_here(State(server): State<Arc<Agentix>>, call: Call) -> Response {
    server.conduct.answer(&call, refuse(Refusal::UnknownPath))
}

fn refuse(refusal: Refusal) -> Reply {
    let body = json!({ "error": { "code": codes::code(refusal), "message": refusal.sentence() } });
    let limit = (refusal == Refusal::RateLimited).then(limit::fields);
    let reply = Reply::json(Outcome::Refused(refusal), refusal.status(), &body);
    reply.with(refusal.headers(CHALLENGE)).with(limit.into_iter().flatten())
}
