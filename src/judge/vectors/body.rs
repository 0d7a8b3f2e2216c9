//! Vectors of rules on whole answers that no document of the reference servers speaks of.

use serde_json::json;

use super::Vector;
use crate::contract::{SecurityRequirement, StatusPattern};
use crate::generate::{Body, CaseKind, Content, CredentialFault, Expect};
use crate::judge::support::Scene;

pub(super) fn vectors() -> Vec<Vector> {
    vec![
        Vector::of("auth/status")
            .breaks("403 in place of the documented 401", without_a_credential(403))
            .legal("the documented 401", without_a_credential(401)),
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

/// What is answered to a caller without the key that a documented 401 asks for.
fn without_a_credential(status: u16) -> Scene {
    let mut scene = Scene::new().answer(status, "text/plain", "no");
    scene.document(StatusPattern::Exact(401));
    scene.operation.security = vec![SecurityRequirement(vec!["apiKey".to_owned()])];
    (scene.kind, scene.expect) = (CaseKind::Credential(CredentialFault::None), Expect::Refusal);
    scene
}

/// A name that was sent as `O'Brien`.
fn given_back(name: &str) -> Scene {
    let body = Body::Json(json!({"name": "O'Brien"}));
    let mut scene = Scene::new().answer(200, "application/json", &json!({ "name": name }).to_string());
    scene.request.content = Some(Content { content_type: Some("application/json".to_owned()), body });
    scene
}
