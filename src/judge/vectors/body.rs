//! Vectors of rules on whole bodies that no document of the reference servers speaks of.

use serde_json::json;

use super::Vector;
use crate::judge::support::Scene;

pub(super) fn vectors() -> Vec<Vector> {
    vec![
        Vector::of("body/write-only")
            .breaks("a password that comes back", user(r#"{"name":"Ann","password":"hunter2"}"#))
            .legal("the user without it", user(r#"{"name":"Ann"}"#)),
    ]
}

fn user(body: &str) -> Scene {
    let schema = json!({"properties": {"name": {"type": "string"}, "password": {"type": "string", "writeOnly": true}}});
    Scene::with_schema(schema).answer(200, "application/json", body)
}
