use http::StatusCode;
use serde_json::{Value, json};

use super::fixtures;
use crate::reference::testing::{Scene, header, text};

const CHAT: &str = "/api/v1/agents/chat/550e8400-e29b-41d4-a716-446655440000";

async fn scene(faults: &[&str]) -> Scene {
    with_keys(faults, fixtures::KEYS).await
}

async fn with_keys(faults: &[&str], keys: &str) -> Scene {
    Scene::new("agentsgt", faults, CHAT, ("authorization", &format!("Bearer {keys}"))).await
}

fn question() -> Value {
    json!({ "messages": [{ "role": "user", "content": "What are your hours?" }] })
}

#[tokio::test]
async fn an_answer_is_a_ui_message_stream() {
    let response = scene(&[]).await.send(&question()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, "content-type"), "text/event-stream");
    assert_eq!(header(&response, "x-vercel-ai-ui-message-stream"), "v1");
    let stream = text(response).await;
    let (chunks, end) = stream.rsplit_once("data: [DONE]").unwrap();
    assert_eq!(end, "\n\n");
    let chunks: Vec<Value> =
        chunks.split_terminator("\n\n").map(|event| serde_json::from_str(&event["data: ".len()..]).unwrap()).collect();
    let mut kinds: Vec<&str> = chunks.iter().map(|chunk| chunk["type"].as_str().unwrap()).collect();
    kinds.dedup();
    assert_eq!(kinds, ["start", "text-start", "text-delta", "text-end", "finish"]);
    assert!(stream.contains("What are your hours?"));
}

#[tokio::test]
async fn both_forms_of_a_message_are_understood() {
    let parts = json!({ "messages": [
        { "role": "user", "content": "Hello" },
        { "role": "assistant", "content": "Hi" },
        { "id": "m1", "role": "user", "parts": [{ "type": "text", "text": "Newer form" }] },
    ] });
    assert!(text(scene(&[]).await.send(&parts).await).await.contains("Newer form"));
}

#[tokio::test]
async fn each_documented_error_has_its_status_and_text() {
    let scene = scene(&[]).await;
    let body = question().to_string();
    for credential in [
        "",
        "Bearer pk_reference",
        "Bearer sk_reference",
        "Bearer pk_reference:wrong",
        "Bearer PK_REFERENCE:SK_REFERENCE",
        "Bearer pk_reference:sk_reference0000",
        "pk_reference:sk_reference",
        "Basic cGs6c2s=",
    ] {
        let response =
            scene.anonymous(CHAT).header("authorization", credential).body(body.clone()).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{credential}");
        assert_eq!(text(response).await, "Unauthorized");
    }
    for agent in ["00000000-0000-4000-8000-000000000000", "abc"] {
        let response = scene.request(&format!("/api/v1/agents/chat/{agent}")).body(body.clone()).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(text(response).await, "Agent not found");
    }
    let foreign = with_keys(&[], fixtures::OTHER_ORG_KEYS).await.send(&question()).await;
    assert_eq!((foreign.status(), text(foreign).await.as_str()), (StatusCode::NOT_FOUND, "Agent not found"));
    let broke = with_keys(&[], fixtures::BROKE_KEYS).await.send(&question()).await;
    assert_eq!(broke.status(), StatusCode::PAYMENT_REQUIRED);
}

#[tokio::test]
async fn what_is_no_conversation_is_refused() {
    let scene = scene(&[]).await;
    for messages in [
        json!(null),
        json!([]),
        json!("Hi"),
        json!([7]),
        json!([{ "role": "user" }]),
        json!([{ "role": "user", "content": " " }]),
        json!([{ "role": "nobody", "content": "Hi" }]),
        json!([{ "role": "assistant", "content": "Hi" }]),
    ] {
        assert_eq!(scene.send(&json!({ "messages": messages })).await.status(), 400, "{messages}");
    }
}

#[tokio::test]
async fn faults_change_what_they_say() {
    assert_eq!(with_keys(&["no-credits-served"], fixtures::BROKE_KEYS).await.send(&question()).await.status(), 200);
    assert_eq!(with_keys(&["half-key-accepted"], "anything").await.send(&question()).await.status(), 200);
    assert_eq!(with_keys(&["wrong-key-accepted"], "pk:sk").await.send(&question()).await.status(), 200);
    let unauthorized = with_keys(&["unauthorized-text"], "pk:sk").await.send(&question()).await;
    assert_eq!((unauthorized.status(), text(unauthorized).await.as_str()), (StatusCode::UNAUTHORIZED, "Invalid token"));
    let request = scene(&["malformed-id-500"]).await;
    let crashed = request.request("/api/v1/agents/chat/abc").body(question().to_string()).send().await.unwrap();
    assert_eq!(crashed.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text(crashed).await.contains("at Parser.parseErrorMessage"));
}

#[tokio::test]
async fn every_fault_at_once_upsets_nothing() {
    let all: Vec<&str> = super::API.faults().map(|fault| fault.name).collect();
    assert!(scene(&all).await.request(CHAT).body(question().to_string()).send().await.is_ok());
}
