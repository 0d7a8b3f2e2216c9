//! Vectors of rules on whole bodies that no document of the reference servers speaks of.

use serde_json::json;

use super::Vector;
use crate::generate::{Body, Content};
use crate::judge::support::Scene;

pub(super) fn vectors() -> Vec<Vector> {
    vec![
        Vector::of("body/write-only")
            .breaks("a password that comes back", user(r#"{"name":"Ann","password":"hunter2"}"#))
            .legal("the user without it", user(r#"{"name":"Ann"}"#)),
        Vector::of("echo/damaged")
            .breaks("a quote that was doubled for SQL", given_back("O''Brien"))
            .legal("the quote as it was sent", given_back("O'Brien")),
    ]
}

fn user(body: &str) -> Scene {
    let schema = json!({"properties": {"name": {"type": "string"}, "password": {"type": "string", "writeOnly": true}}});
    Scene::with_schema(schema).answer(200, "application/json", body)
}

/// A name that was sent as `O'Brien`.
fn given_back(name: &str) -> Scene {
    let body = Body::Json(json!({"name": "O'Brien"}));
    let mut scene = Scene::new().answer(200, "application/json", &json!({ "name": name }).to_string());
    scene.request.content = Some(Content { content_type: Some("application/json".to_owned()), body });
    scene
}
