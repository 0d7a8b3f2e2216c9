use std::time::Duration;

use serde_json::{Value, json};

use super::fixtures;
use crate::reference::testing::{Scene, header, json, pieces, text};

const SESSIONS: &str = "/v1/chat/chat/sessions";
const MESSAGES: &str = "/v1/chat/chat/sessions/ses_01j3m8xkqp8v2nw4f7g9hk0r/messages";

async fn sessions(faults: &[&str]) -> Scene {
    Scene::new("agntix", faults, SESSIONS, ("x-api-key", fixtures::KEY)).await
}

async fn messages(faults: &[&str]) -> Scene {
    Scene::new("agntix", faults, MESSAGES, ("x-api-key", fixtures::KEY)).await
}

fn session() -> Value {
    json!({ "agentId": fixtures::AGENT, "platform": "WEB", "metadata": { "userId": "usr_1", "ñ": [1.5, null] } })
}

async fn stream(faults: &[&str]) -> String {
    text(messages(faults).await.send(&json!({ "content": "Hi" })).await).await
}

#[tokio::test]
async fn a_session_gives_back_what_was_asked_for_and_is_open() {
    let response = sessions(&[]).await.send(&session()).await;
    assert_eq!(response.status(), 201);
    let answer = json(response).await;
    for member in ["agentId", "platform", "metadata"] {
        assert_eq!(answer[member], session()[member]);
    }
    assert_eq!(answer["state"], "OPEN");
    assert!(humantime::parse_rfc3339(answer["createdAt"].as_str().unwrap()).is_ok());
}

#[tokio::test]
async fn only_a_session_that_was_created_can_be_talked_in() {
    let scene = sessions(&[]).await;
    let id = json(scene.send(&session()).await).await["id"].as_str().unwrap().to_owned();
    let talk = |id: String| scene.request(&format!("{SESSIONS}/{id}/messages")).body(r#"{"content":"Hi"}"#).send();
    assert_eq!(talk(id).await.unwrap().status(), 200);
    assert_eq!(talk("ses_unknown".to_owned()).await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_session_of_one_organisation_does_not_exist_for_another() {
    let scene = messages(&[]).await;
    let other = scene.anonymous(MESSAGES).header("x-api-key", fixtures::OTHER_ORG_KEY);
    assert_eq!(other.body(r#"{"content":"Hi"}"#).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_token_is_as_good_as_a_key_and_nothing_else_is() {
    let scene = sessions(&[]).await;
    let token = scene.anonymous(SESSIONS).header("authorization", format!("Bearer {}", fixtures::TOKEN));
    assert_eq!(token.body(session().to_string()).send().await.unwrap().status(), 201);
    for credential in [("x-api-key", "pk_live_wrong"), ("x-api-key", ""), ("authorization", "Bearer wrong")] {
        let response = scene.anonymous(SESSIONS).header(credential.0, credential.1).send().await.unwrap();
        assert_eq!(response.status(), 401, "{credential:?}");
        assert!(header(&response, "www-authenticate").starts_with("Bearer"));
    }
}

#[tokio::test]
async fn a_session_that_breaks_a_documented_constraint_is_refused() {
    let scene = sessions(&[]).await;
    let broken = [
        ("agentId", json!("abc")),
        ("agentId", json!(7)),
        ("agentId", json!("a1b2c3d4e5f67890abcdef1234567890")),
        ("platform", json!("EMAIL")),
        ("platform", Value::Null),
        ("metadata", json!([])),
        ("metadata", json!({ "long": "x".repeat(4096) })),
        ("contact", json!("Ada")),
    ];
    for (member, value) in broken {
        let mut body = session();
        body[member] = value;
        assert_eq!(scene.send(&body).await.status(), 400, "{member}: {}", body[member]);
    }
    assert_eq!(scene.send(&json!({ "platform": "SDK" })).await.status(), 400);
}

#[tokio::test]
async fn metadata_of_4096_characters_is_served() {
    let mut body = session();
    body["metadata"] = json!({ "a": "é".repeat(4096 - r#"{"a":""}"#.len()) });
    assert_eq!(sessions(&[]).await.send(&body).await.status(), 201);
}

#[tokio::test]
async fn a_message_is_streamed_in_pieces_and_ends_in_the_sentinel() {
    let scene = messages(&[]).await;
    for body in [json!({ "content": "My plan?" }), json!({ "content": "My plan?", "stream": true })] {
        let response = scene.send(&body).await;
        assert_eq!(header(&response, "content-type"), "text/event-stream");
        assert_eq!(header(&response, "cache-control"), "no-cache");
        assert_eq!(header(&response, "transfer-encoding"), "chunked");
        let (pieces, complete) = pieces(response).await;
        assert!(complete && pieces.len() > 2, "{} pieces", pieces.len());
        let text = String::from_utf8(pieces.concat()).unwrap();
        assert!(text.starts_with("data: {\"id\":\"msg_") && text.contains("My plan?"));
        assert!(text.ends_with("\n\ndata: [DONE]\n\n"));
    }
}

#[tokio::test]
async fn stream_false_gives_one_document() {
    let response = messages(&[]).await.send(&json!({ "content": "Hi", "stream": false })).await;
    assert_eq!(header(&response, "content-type"), "application/json");
    let message = json(response).await;
    assert_eq!(message["role"], "ASSISTANT");
    assert!(message["content"].as_str().unwrap().contains("Hi"));
}

#[tokio::test]
async fn a_message_that_says_nothing_is_refused() {
    let scene = messages(&[]).await;
    for body in
        [json!({}), json!({ "content": "" }), json!({ "content": 1 }), json!({ "content": "Hi", "stream": "yes" })]
    {
        assert_eq!(scene.send(&body).await.status(), 400, "{body}");
    }
}

#[tokio::test]
async fn odd_text_upsets_nothing() {
    let scene = messages(&[]).await;
    for content in ["\0", "\u{feff}\u{202e}", "data: [DONE]\n\n", "e\u{301}\u{10ffff}", &"long ".repeat(10_000)] {
        let answer = text(scene.send(&json!({ "content": content })).await).await;
        assert_eq!(answer.matches("[DONE]\n\n").count(), 1);
    }
}

#[tokio::test]
async fn requests_that_http_refuses_are_refused_with_the_right_status() {
    let scene = messages(&[]).await;
    let get = crate::reference::testing::client().get(format!("{}{MESSAGES}", scene.server.url)).send().await.unwrap();
    assert_eq!((get.status().as_u16(), header(&get, "allow")), (405, "POST".to_owned()));
    assert_eq!(scene.request(MESSAGES).body("{").send().await.unwrap().status(), 400);
    assert_eq!(scene.request(MESSAGES).body("[]").send().await.unwrap().status(), 400);
    assert_eq!(scene.request("/v1/nothing").send().await.unwrap().status(), 404);
    assert_eq!(scene.send(&json!({ "content": "x".repeat(3 * 1024 * 1024) })).await.status(), 413);
    let form = crate::reference::testing::client().post(format!("{}{MESSAGES}", scene.server.url));
    let form = form.header("x-api-key", fixtures::KEY).header("content-type", "text/plain").body(r#"{"content":"Hi"}"#);
    assert_eq!(form.send().await.unwrap().status(), 415);
}

#[tokio::test]
async fn faults_of_the_sentinel_change_only_the_end() {
    let end = |text: &str| text.rsplit_once("}\n").unwrap().1.to_owned();
    assert_eq!(end(&stream(&["done-missing"]).await), "\n");
    assert_eq!(end(&stream(&["done-lowercase"]).await), "\ndata: [done]\n\n");
    assert_eq!(end(&stream(&["done-glued"]).await), "data: [DONE]\n\n");
    assert_eq!(end(&stream(&["done-repeated"]).await), "\ndata: [DONE]\n\ndata: [DONE]\n\n");
    assert_eq!(end(&stream(&["tail-cut"]).await), "\ndata: [DONE]\n");
    let after = stream(&["event-after-done"]).await;
    assert!(after.split_once("data: [DONE]\n\n").unwrap().1.starts_with("data: {"));
}

#[tokio::test]
async fn faults_of_framing_change_one_line() {
    for (fault, line) in [
        ("field-case", "\nData: {"),
        ("field-space", "\n data: {"),
        ("payload-without-field", "\n\n{\"id\""),
        ("id-nul", "\nid: a\0b\ndata: {"),
        ("retry-digits", "\nretry: 3s\ndata: {"),
        ("bom-inside", "\n\u{feff}data: {"),
        ("lone-cr", "\r\rdata: {"),
    ] {
        assert!(stream(&[fault]).await.contains(line), "{fault}");
    }
    assert!(stream(&["bom"]).await.starts_with("\u{feff}data: {"));
    assert_eq!(stream(&["stream-empty"]).await, ": nothing to say\n\n");
}

#[tokio::test]
async fn invalid_utf8_is_one_byte_inside_an_event() {
    let response = messages(&["invalid-utf8"]).await.send(&json!({ "content": "Hi" })).await;
    let bytes = pieces(response).await.0.concat();
    assert_eq!(bytes.iter().filter(|byte| **byte == 0xff).count(), 1);
    assert!(bytes.windows(4).any(|window| window == b"\xff\"}\n"));
}

#[tokio::test]
async fn a_cut_stream_shows_everything_and_does_not_end() {
    let response = messages(&["no-last-chunk"]).await.send(&json!({ "content": "Hi" })).await;
    let (pieces, complete) = pieces(response).await;
    assert!(!complete);
    assert!(pieces.concat().ends_with(b"data: [DONE]\n\n"));
}

#[tokio::test]
async fn a_stream_with_a_content_length_is_not_chunked() {
    let response = messages(&["content-length"]).await.send(&json!({ "content": "Hi" })).await;
    let length: usize = header(&response, "content-length").parse().unwrap();
    assert_eq!(header(&response, "transfer-encoding"), "");
    let (pieces, complete) = pieces(response).await;
    assert!(complete);
    assert_eq!(pieces.concat().len(), length);
}

#[tokio::test]
async fn a_body_that_only_the_connection_ends_has_no_length_and_no_sentinel() {
    let response = messages(&["close-delimited"]).await.send(&json!({ "content": "Hi" })).await;
    assert_eq!((header(&response, "content-length"), header(&response, "transfer-encoding")), Default::default());
    let (pieces, complete) = pieces(response).await;
    assert!(complete && !pieces.concat().ends_with(b"data: [DONE]\n\n"));
}

#[tokio::test]
async fn a_stream_shorter_than_its_length_does_not_end() {
    let response = messages(&["length-short"]).await.send(&json!({ "content": "Hi" })).await;
    let length: usize = header(&response, "content-length").parse().unwrap();
    let (pieces, complete) = pieces(response).await;
    assert_eq!((pieces.concat().len(), complete), (length - 1, false));
}

#[tokio::test]
async fn a_stream_held_open_shows_everything_and_goes_on() {
    let mut response = messages(&["held-open"]).await.send(&json!({ "content": "Hi" })).await;
    let mut body = Vec::new();
    while !body.ends_with(b"data: [DONE]\n\n") {
        body.extend(response.chunk().await.unwrap().expect("the sentinel comes before the end"));
    }
    let more = tokio::time::timeout(Duration::from_millis(100), response.chunk()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn a_withheld_stream_comes_in_one_piece() {
    let response = messages(&["buffered"]).await.send(&json!({ "content": "Hi" })).await;
    assert_eq!(pieces(response).await.0.len(), 1);
}

#[tokio::test]
async fn a_connection_can_close_without_an_answer() {
    let scene = messages(&["malformed-json-unanswered"]).await;
    assert!(scene.request(MESSAGES).body("{").send().await.is_err());
    assert_eq!(scene.send(&json!({ "content": "Hi" })).await.status(), 200);
}

#[tokio::test]
async fn faults_of_the_switch_change_the_form_of_one_value() {
    async fn form(fault: &str, body: Value) -> String {
        header(&messages(&[fault]).await.send(&body).await, "content-type")
    }
    let (absent, on, off) =
        (json!({"content": "Hi"}), json!({"content": "Hi", "stream": true}), json!({"content": "Hi", "stream": false}));
    assert_eq!(form("stream-false-streamed", off).await, "text/event-stream");
    assert_eq!(form("stream-true-whole", on).await, "application/json");
    assert_eq!(form("stream-true-whole", absent.clone()).await, "text/event-stream");
    assert_eq!(form("default-whole", absent).await, "application/json");
}

#[tokio::test]
async fn a_check_that_is_not_made_lets_the_request_through() {
    for (fault, member, value) in [
        ("platform-unchecked", "platform", json!("EMAIL")),
        ("agent-id-unchecked", "agentId", json!("abc")),
        ("metadata-unbounded", "metadata", json!({ "long": "x".repeat(5000) })),
        ("metadata-type-unchecked", "metadata", json!([])),
    ] {
        let mut body = session();
        body[member] = value;
        assert_eq!(sessions(&[fault]).await.send(&body).await.status(), 201, "{fault}");
        assert_eq!(sessions(&[]).await.send(&body).await.status(), 400, "{fault}");
    }
}

#[tokio::test]
async fn faults_of_a_session_change_one_member() {
    for (fault, member, value) in [
        ("state-unknown", "state", json!("ACTIVE")),
        ("session-id-missing", "id", Value::Null),
        ("metadata-lost", "metadata", json!({})),
        ("created-at-without-zone", "createdAt", json!("2026-04-29 09:00:00")),
    ] {
        let answer = json(sessions(&[fault]).await.send(&session()).await).await;
        assert_eq!(answer[member], value, "{fault}");
        assert_eq!(answer["orgId"], "org_reference");
    }
}

#[tokio::test]
async fn every_fault_at_once_upsets_nothing() {
    let all: Vec<&str> = super::API.faults().map(|fault| fault.name).collect();
    let scene = messages(&all).await;
    assert!(scene.request(MESSAGES).body(r#"{"content":"Hi"}"#).send().await.is_ok());
    assert!(scene.request(SESSIONS).body(session().to_string()).send().await.is_ok());
}
