//! Agntix: a session is created, then talked in.

mod faults;
mod messages;
mod sessions;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::any;
use serde_json::json;

use super::call::Call;
use super::catalogue::Api;
use super::conduct::Conduct;
use super::faults::{credentials, http, sse};
use super::fixtures::agntix as fixtures;
use super::refusal::Refusal;
use super::reply::{Outcome, Reply};

/// Agntix.
pub(super) const API: Api = Api {
    name: "agntix",
    title: "Agntix chat: sessions and their messages",
    faults: &[
        http::FAULTS,
        credentials::ANY,
        credentials::KEY,
        credentials::BEARER,
        credentials::TOKEN,
        faults::ACCESS,
        faults::ERRORS,
        faults::SESSION,
        faults::MESSAGE,
        faults::SWITCH,
        sse::DELIVERY,
        sse::FRAMING,
        sse::SENTINEL,
    ],
    routes,
};

/// How to authenticate.
const CHALLENGE: &str = r#"Bearer realm="agntix", ApiKey realm="agntix""#;

/// An organisation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Organisation {
    /// The one that owns the agent.
    #[default]
    Reference,
    /// Another.
    Other,
}

/// The server: who created which session.
#[derive(Debug)]
struct Agntix {
    conduct: Conduct,
    sessions: Mutex<HashMap<String, Organisation>>,
}

fn routes(conduct: Conduct) -> Router {
    let sessions = HashMap::from([(fixtures::SESSION.to_owned(), Organisation::Reference)]);
    let server = Arc::new(Agntix { conduct, sessions: Mutex::new(sessions) });
    Router::new()
        .route("/v1/chat/chat/sessions", any(create_session))
        .route("/v1/chat/chat/sessions/{sessionId}/messages", any(send_message))
        .fallback(nothing_here)
        .with_state(server)
}

async fn create_session(State(server): State<Arc<Agntix>>, call: Call) -> Response {
    let reply = sessions::create(&server, &call).unwrap_or_else(refuse);
    server.conduct.answer(&call, reply)
}

async fn send_message(State(server): State<Arc<Agntix>>, call: Call) -> Response {
    let reply = messages::send(&server, &call).unwrap_or_else(refuse);
    server.conduct.answer(&call, reply)
}

async fn nothing_here(State(server): State<Arc<Agntix>>, call: Call) -> Response {
    server.conduct.answer(&call, refuse(Refusal::UnknownPath))
}

impl Agntix {
    /// The caller's organisation. One valid credential is enough.
    fn organisation(&self, call: &Call) -> Result<Organisation, Refusal> {
        let key = call.header("x-api-key").filter(|key| !key.is_empty());
        let right = [fixtures::KEY, fixtures::TOKEN];
        match (key, call.bearer()) {
            (Some(fixtures::KEY), _) | (_, Some(fixtures::TOKEN)) => Ok(Organisation::Reference),
            (Some(fixtures::OTHER_ORG_KEY), _) => Ok(Organisation::Other),
            (None, None) => self.conduct.turn_away(call, &right, Refusal::NoCredential),
            _ => self.conduct.turn_away(call, &right, Refusal::WrongCredential),
        }
    }
}

fn refuse(refusal: Refusal) -> Reply {
    let status = refusal.status();
    let body = json!({
        "statusCode": status.as_u16(),
        "error": status.canonical_reason(),
        "message": refusal.sentence(),
    });
    Reply::json(Outcome::Refused(refusal), status, &body).with(refusal.headers(CHALLENGE))
}
