//! Agents GT: a chat in the AI SDK's form, answered as its UI message stream.

mod chat;
mod faults;
mod protocol;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;

use super::call::Call;
use super::catalogue::Api;
use super::conduct::Conduct;
use super::faults::{credentials, http, sse};
use super::fixtures::agentsgt as fixtures;
use super::refusal::Refusal;
use super::reply::{Outcome, Reply};

/// Agents GT.
pub(super) const API: Api = Api {
    name: "agentsgt",
    title: "Agents GT chat: the AI SDK's UI message stream",
    faults: &[
        http::FAULTS,
        credentials::ANY,
        credentials::BEARER,
        credentials::PAIR,
        faults::ERRORS,
        faults::NOTHING,
        sse::DELIVERY,
        sse::FRAMING,
        protocol::FAULTS,
    ],
    routes,
};

/// How to authenticate.
const CHALLENGE: &str = r#"Bearer realm="agentsgt""#;

/// The credits that an organisation with credits starts with.
const CREDITS: u64 = 1_000_000;

/// The server: the credits left for each pair of keys.
#[derive(Debug)]
struct AgentsGt {
    conduct: Conduct,
    credits: Mutex<HashMap<&'static str, u64>>,
}

fn routes(conduct: Conduct) -> Router {
    let credits =
        HashMap::from([(fixtures::KEYS, CREDITS), (fixtures::BROKE_KEYS, 0), (fixtures::OTHER_ORG_KEYS, CREDITS)]);
    let server = Arc::new(AgentsGt { conduct, credits: Mutex::new(credits) });
    Router::new().route("/api/v1/agents/chat/{agentId}", any(chat)).fallback(nothing_here).with_state(server)
}

async fn chat(State(server): State<Arc<AgentsGt>>, call: Call) -> Response {
    let reply = chat::stream(&server, &call).unwrap_or_else(refuse);
    server.conduct.answer(&call, reply)
}

async fn nothing_here(State(server): State<Arc<AgentsGt>>, call: Call) -> Response {
    server.conduct.answer(&call, refuse(Refusal::UnknownPath))
}

fn refuse(refusal: Refusal) -> Reply {
    let text = match refusal {
        Refusal::NoCredential | Refusal::WrongCredential | Refusal::HalfCredential => "Unauthorized".to_owned(),
        Refusal::Unknown | Refusal::Foreign => "Agent not found".to_owned(),
        Refusal::NoCredits => "Payment required".to_owned(),
        other => other.sentence(),
    };
    Reply::text(Outcome::Refused(refusal), refusal.status(), &text).with(refusal.headers(CHALLENGE))
}
