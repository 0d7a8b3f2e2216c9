use http::StatusCode;
use serde_json::{Value, json};

use super::fixtures;
use crate::reference::testing::{Scene, header, json, pieces};

const MESSAGES: &str = "/api/v1/sessions/ses_reference/messages";

async fn scene(faults: &[&str]) -> Scene {
    Scene::new("agenhq", faults, MESSAGES, ("x-api-key", fixtures::KEY)).await
}

#[tokio::test]
async fn a_message_is_acknowledged_with_every_documented_member() {
    let response = scene(&[]).await.send(&json!({ "message": "¿Qué?\0 {", "client_id": "c1" })).await;
    assert_eq!(response.status(), StatusCode::OK);
    let answer = json(response).await;
    assert_eq!(answer["session_id"], fixtures::SESSION);
    assert_eq!(answer["type"], "user_message");
    assert_eq!(answer["payload"], json!({ "type": "user_message", "message": "¿Qué?\0 {" }));
    assert_eq!(answer["status"], "completed");
    assert_eq!(answer["client_id"], "c1");
    let object = answer.as_object().unwrap();
    assert!(["session_goal_id", "session_task_id"].iter().all(|member| object[*member].is_null()));
    assert!(["id", "created_at", "updated_at"].iter().all(|member| object[*member].is_string()));
}

#[tokio::test]
async fn a_client_id_that_was_not_sent_is_null() {
    let answer = json(scene(&[]).await.send(&json!({ "message": " " })).await).await;
    assert_eq!(answer.as_object().unwrap().get("client_id"), Some(&Value::Null));
}

#[tokio::test]
async fn what_cannot_be_served_is_refused() {
    let scene = scene(&[]).await;
    for body in
        [json!({}), json!({ "message": "" }), json!({ "message": null }), json!({ "message": "Hi", "client_id": 1 })]
    {
        assert_eq!(scene.send(&body).await.status(), StatusCode::BAD_REQUEST, "{body}");
    }
    let body = r#"{"message":"Hi"}"#;
    let unknown = scene.request("/api/v1/sessions/ses_unknown/messages").body(body).send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
    let anonymous = scene.anonymous(MESSAGES).body(body).send().await.unwrap();
    assert_eq!(anonymous.status(), StatusCode::UNAUTHORIZED);
    assert!(json(anonymous).await["message"].is_string());
    let wrong = scene.anonymous(MESSAGES).header("x-api-key", "wrong").body(body).send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn faults_of_members_change_one_member() {
    for (fault, member, value) in [
        ("type-unknown", "type", json!("message")),
        ("status-case", "status", json!("COMPLETED")),
        ("client-id-number", "client_id", json!(7)),
        ("session-id-changed", "session_id", json!("ses_another")),
        ("payload-as-text", "payload", json!(r#"{"type":"user_message","message":"Hi"}"#)),
    ] {
        let answer = json(scene(&[fault]).await.send(&json!({ "message": "Hi" })).await).await;
        assert_eq!(answer[member], value, "{fault}");
        assert_eq!(answer.as_object().unwrap().len(), 10, "{fault}");
    }
}

#[tokio::test]
async fn faults_of_http_change_what_they_say() {
    let hello = json!({ "message": "Hello" });
    assert_eq!(scene(&["no-content"]).await.send(&hello).await.status(), StatusCode::NO_CONTENT);
    let redirected = scene(&["redirected"]).await.send(&hello).await;
    assert_eq!((redirected.status(), header(&redirected, "location")), (StatusCode::FOUND, "/login".to_owned()));
    assert!(scene(&["body-empty"]).await.send(&hello).await.bytes().await.unwrap().is_empty());
    let long = json!({ "message": "long ".repeat(100) });
    assert_eq!(scene(&["long-message-500"]).await.send(&long).await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(scene(&["long-message-500"]).await.send(&hello).await.status(), StatusCode::OK);
    assert_eq!(scene(&["message-optional"]).await.send(&json!({})).await.status(), StatusCode::OK);
    let anonymous = scene(&["anonymous-accepted"]).await.anonymous(MESSAGES).body(hello.to_string()).send().await;
    assert_eq!(anonymous.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_truncated_body_is_shorter_than_announced() {
    let response = scene(&["body-truncated"]).await.send(&json!({ "message": "Hi" })).await;
    let announced: usize = header(&response, "content-length").parse().unwrap();
    let (pieces, complete) = pieces(response).await;
    assert!(!complete);
    assert_eq!(pieces.concat().len(), announced / 2);
}

#[tokio::test]
async fn every_fault_at_once_upsets_nothing() {
    let all: Vec<&str> = super::API.faults().map(|fault| fault.name).collect();
    assert!(scene(&all).await.request(MESSAGES).body(r#"{"message":"Hi"}"#).send().await.is_ok());
}
