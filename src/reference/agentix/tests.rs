use http::StatusCode;
use reqwest::Response;
use serde_json::{Value, json};

use crate::reference::fixtures::agentix as fixtures;
use crate::reference::testing::{Scene, header, json, pieces, text};

const CHAT: &str = "/api/public/agents/abc123/chat";

async fn scene(faults: &[&str]) -> Scene {
    let credential = format!("Bearer {}", fixtures::AUDIT_KEY);
    Scene::new("agentix", faults, CHAT, ("authorization", &credential)).await
}

fn message(session: &str) -> Value {
    json!({ "message": "What do you have?", "sessionId": session })
}

async fn with_key(scene: &Scene, path: &str, key: &str) -> Response {
    let request = scene.anonymous(path).header("authorization", format!("Bearer {key}"));
    request.body(message("s").to_string()).send().await.unwrap()
}

async fn error(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    (status, json(response).await["error"]["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_message_is_answered_as_chunked_text_in_pieces() {
    let response = scene(&[]).await.send(&message("s")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(header(&response, "content-type").starts_with("text/plain"));
    assert_eq!(header(&response, "transfer-encoding"), "chunked");
    let (pieces, complete) = pieces(response).await;
    assert!(complete && pieces.len() > 2, "{} pieces", pieces.len());
    assert!(String::from_utf8(pieces.concat()).unwrap().contains("What do you have?"));
}

#[tokio::test]
async fn a_session_is_one_conversation_and_each_answer_has_an_id_of_its_own() {
    async fn ids(scene: &Scene, session: &str) -> (String, String) {
        let response = scene.send(&message(session)).await;
        (header(&response, "x-conversation-id"), header(&response, "x-message-id"))
    }
    let scene = scene(&[]).await;
    let (first, second, other) = (ids(&scene, "one").await, ids(&scene, "one").await, ids(&scene, "two").await);
    assert_eq!(first.0, second.0);
    assert_ne!(first.0, other.0);
    assert_ne!(first.1, second.1);
}

#[tokio::test]
async fn a_question_about_products_gets_a_ui_specification() {
    let scene = scene(&[]).await;
    let asked = scene.send(&json!({ "message": "Which PRODUCTS?", "sessionId": "s" })).await;
    let spec: Value = serde_json::from_str(&header(&asked, "x-ui-spec")).unwrap();
    assert_eq!(spec["type"], "product-grid");
    assert_eq!(header(&scene.send(&message("s")).await, "x-ui-spec"), "");
}

#[tokio::test]
async fn each_documented_error_has_its_status_and_code() {
    let scene = scene(&[]).await;
    let key = fixtures::AUDIT_KEY;
    let of = |agent: &str| format!("/api/public/agents/{agent}/chat");
    for (agent, key, status, code) in [
        ("%20", key, 400, "INVALID_AGENT_ID"),
        ("", key, 400, "INVALID_AGENT_ID"),
        ("abc123", "", 401, "MISSING_API_KEY"),
        ("abc123", "agx_live_wrong", 401, "INVALID_API_KEY"),
        (fixtures::PRIVATE_AGENT, key, 403, "AGENT_NOT_PUBLIC"),
        (fixtures::PAUSED_AGENT, key, 403, "AGENT_INACTIVE"),
        (fixtures::FOREIGN_AGENT, key, 403, "ORG_MISMATCH"),
        ("abc123", fixtures::OTHER_ORG_KEY, 403, "ORG_MISMATCH"),
        ("nobody", key, 404, "AGENT_NOT_FOUND"),
    ] {
        assert_eq!(error(with_key(&scene, &of(agent), key).await).await, (status, code.to_owned()), "{agent}");
    }
    assert_eq!(with_key(&scene, &of(fixtures::FOREIGN_AGENT), fixtures::OTHER_ORG_KEY).await.status(), 200);
}

#[tokio::test]
async fn a_body_that_cannot_be_served_has_the_documented_code() {
    let scene = scene(&[]).await;
    for (body, code) in [
        ("", "INVALID_JSON"),
        ("{\"message\":", "INVALID_JSON"),
        ("[]", "INVALID_REQUEST_DATA"),
        ("{\"message\":\"Hi\"}", "INVALID_REQUEST_DATA"),
        ("{\"message\":\"\",\"sessionId\":\"s\"}", "INVALID_REQUEST_DATA"),
        ("{\"message\":\"Hi\",\"sessionId\":7}", "INVALID_REQUEST_DATA"),
        ("{\"message\":\"Hi\",\"sessionId\":\"s\",\"metadata\":[]}", "INVALID_REQUEST_DATA"),
    ] {
        let response = scene.request(CHAT).body(body).send().await.unwrap();
        assert_eq!(error(response).await, (400, code.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn an_origin_is_checked_where_there_is_one() {
    async fn from(scene: &Scene, origin: &str) -> Response {
        scene.request(CHAT).header("origin", origin).body(message("s").to_string()).send().await.unwrap()
    }
    let scene = scene(&[]).await;
    let allowed = from(&scene, fixtures::ALLOWED_ORIGIN).await;
    assert_eq!(allowed.status(), StatusCode::OK);
    assert_eq!(header(&allowed, "vary"), "Origin");
    assert_eq!(header(&allowed, "access-control-allow-origin"), fixtures::ALLOWED_ORIGIN);
    assert_eq!(error(from(&scene, "https://not-allowed.example").await).await, (403, "DOMAIN_NOT_ALLOWED".to_owned()));
}

#[tokio::test]
async fn the_sixty_first_request_of_a_key_is_refused_and_audits_are_exempt() {
    let scene = scene(&[]).await;
    for _ in 0..60 {
        assert_eq!(with_key(&scene, CHAT, fixtures::LIMITED_KEY).await.status(), StatusCode::OK);
    }
    let refused = with_key(&scene, CHAT, fixtures::LIMITED_KEY).await;
    assert_eq!(header(&refused, "retry-after"), "1");
    assert_eq!(error(refused).await, (429, "RATE_LIMITED".to_owned()));
    for _ in 0..61 {
        assert_eq!(with_key(&scene, CHAT, fixtures::AUDIT_KEY).await.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn faults_move_the_limit() {
    let early = scene(&["limit-early"]).await;
    for number in 1..=31 {
        let status = with_key(&early, CHAT, fixtures::LIMITED_KEY).await.status();
        assert_eq!(status, if number <= 30 { StatusCode::OK } else { StatusCode::TOO_MANY_REQUESTS });
    }
    let never = scene(&["limit-never"]).await;
    for _ in 0..62 {
        assert_eq!(with_key(&never, CHAT, fixtures::LIMITED_KEY).await.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn faults_of_codes_change_the_code_alone() {
    let key = fixtures::AUDIT_KEY;
    for (fault, path, key, expected) in [
        ("missing-key-code", CHAT, "", (401, "UNAUTHORIZED")),
        ("missing-key-403", CHAT, "", (403, "MISSING_API_KEY")),
        ("wrong-key-code", CHAT, "wrong", (401, "MISSING_API_KEY")),
        ("unknown-agent-400", "/api/public/agents/nobody/chat", key, (400, "AGENT_NOT_FOUND")),
        ("inactive-agent-code", "/api/public/agents/paused-agent/chat", key, (403, "AGENT_NOT_PUBLIC")),
        ("foreign-agent-code", "/api/public/agents/foreign-agent/chat", key, (403, "AGENT_NOT_FOUND")),
    ] {
        let response = with_key(&scene(&[fault]).await, path, key).await;
        assert_eq!(error(response).await, (expected.0, expected.1.to_owned()), "{fault}");
    }
}

#[tokio::test]
async fn faults_of_access_let_the_caller_in() {
    for (fault, agent) in [
        ("private-agent-served", fixtures::PRIVATE_AGENT),
        ("inactive-agent-served", fixtures::PAUSED_AGENT),
        ("foreign-agent-served", fixtures::FOREIGN_AGENT),
        ("unknown-agent-served", "nobody"),
    ] {
        let path = format!("/api/public/agents/{agent}/chat");
        assert_eq!(with_key(&scene(&[fault]).await, &path, fixtures::AUDIT_KEY).await.status(), 200, "{fault}");
    }
}

#[tokio::test]
async fn faults_of_the_text_change_its_bytes() {
    async fn bytes(fault: &str) -> (Vec<u8>, bool) {
        let (pieces, complete) = pieces(scene(&[fault]).await.send(&message("s")).await).await;
        (pieces.concat(), complete)
    }
    assert!(String::from_utf8(bytes("invalid-utf8").await.0).is_err());
    assert!(String::from_utf8(bytes("character-cut").await.0).is_err());
    assert_eq!(bytes("text-empty").await, (Vec::new(), true));
    assert!(!bytes("no-last-chunk").await.1);
    assert!(bytes("framed-as-events").await.0.starts_with(b"data: You asked"));
    assert!(bytes("framed-as-json").await.0.starts_with(b"{\"text\":\"You asked"));
    let sized = scene(&["content-length"]).await.send(&message("s")).await;
    assert_eq!(header(&sized, "transfer-encoding"), "");
    assert_eq!(header(&sized, "content-length"), text(sized).await.len().to_string());
}

#[tokio::test]
async fn every_fault_at_once_upsets_nothing() {
    let all: Vec<&str> = super::API.faults().map(|fault| fault.name).collect();
    let scene = scene(&all).await;
    assert!(scene.request(CHAT).body(message("s").to_string()).send().await.is_ok());
}
