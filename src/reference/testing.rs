//! Helpers for the tests of this room: a server and a client for it.

use std::sync::LazyLock;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

use super::{Running, ServerOptions, api, start};

/// A client that follows no redirection and keeps no connection, so that tests with runtimes of
/// their own can share it.
pub(super) fn client() -> &'static Client {
    static CLIENT: LazyLock<Client> = LazyLock::new(|| {
        // Another test may have installed it already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::builder().redirect(reqwest::redirect::Policy::none()).pool_max_idle_per_host(0).build().unwrap()
    });
    &CLIENT
}

/// A server with a client that is let in.
pub(super) struct Scene {
    /// The server.
    pub server: Running,
    path: &'static str,
    credential: (&'static str, String),
}

impl Scene {
    /// A server of the API with these faults. Requests go to `path` with this header field.
    pub async fn new(name: &str, faults: &[&str], path: &'static str, credential: (&'static str, &str)) -> Self {
        let faults = faults.iter().map(|&fault| fault.to_owned()).collect();
        let options = ServerOptions { port: 0, faults, pace: Duration::from_millis(4) };
        let server = start(api(name).unwrap(), options).await.unwrap();
        Scene { server, path, credential: (credential.0, credential.1.to_owned()) }
    }

    /// Sends a JSON body.
    pub async fn send(&self, body: &Value) -> Response {
        self.request(self.path).body(body.to_string()).send().await.unwrap()
    }

    /// A request to a path, with the credential and the Content-Type, still without a body.
    pub fn request(&self, path: &str) -> RequestBuilder {
        self.anonymous(path).header(self.credential.0, &self.credential.1)
    }

    /// A request to a path without a credential.
    pub fn anonymous(&self, path: &str) -> RequestBuilder {
        client().post(format!("{}{path}", self.server.url)).header("content-type", "application/json")
    }
}

/// The body as JSON.
pub(super) async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// A header field as text; empty where it is missing.
pub(super) fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// The body in the pieces in which it came, and whether it ended as HTTP asks.
pub(super) async fn pieces(mut response: Response) -> (Vec<Vec<u8>>, bool) {
    let mut pieces = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => pieces.push(piece.to_vec()),
            Ok(None) => return (pieces, true),
            Err(_) => return (pieces, false),
        }
    }
}

/// The body as text.
pub(super) async fn text(response: Response) -> String {
    String::from_utf8(pieces(response).await.0.concat()).unwrap()
}
