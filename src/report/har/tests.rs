use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::report::fixture;

fn written(run: &RunResult) -> String {
    let mut out = Vec::new();
    write(&mut out, run).unwrap();
    String::from_utf8(out).unwrap()
}

fn entries(run: &RunResult) -> Vec<Value> {
    let har: Value = serde_json::from_str(&written(run)).unwrap();
    har["log"]["entries"].as_array().unwrap().clone()
}

/// The response of the first entry where the first finding's answer has this body and these fields.
fn response(body: &[u8], headers: &[(&str, &[u8])]) -> Value {
    let mut run = fixture::run();
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect();
    run.targets[0].findings[0].exchange.outcome =
        Outcome::Answered(Answer::whole(302, headers, Bytes::copy_from_slice(body)));
    entries(&run)[0]["response"].clone()
}

/// What HTTP Archive 1.2 requires, by section: a sample of the type stands for the type.
fn required() -> Value {
    json!({
        "log": { "version": "", "creator": { "name": "", "version": "" }, "entries": [{
            "startedDateTime": "",
            "time": 0,
            "request": {
                "method": "", "url": "", "httpVersion": "", "cookies": [], "headers": [{ "name": "", "value": "" }],
                "queryString": [{ "name": "", "value": "" }], "headersSize": 0, "bodySize": 0,
            },
            "response": {
                "status": 0, "statusText": "", "httpVersion": "", "cookies": [],
                "headers": [{ "name": "", "value": "" }], "content": { "size": 0, "mimeType": "" },
                "redirectURL": "", "headersSize": 0, "bodySize": 0,
            },
            "cache": {},
            "timings": { "send": 0, "wait": 0, "receive": 0 },
        }] }
    })
}

/// Where a value lacks what is required of it.
fn lacks(value: &Value, required: &Value, at: &str) -> Vec<String> {
    match (value, required) {
        (Value::Object(value), Value::Object(required)) => required
            .iter()
            .flat_map(|(name, required)| {
                let at = format!("{at}/{name}");
                value.get(name).map_or_else(|| vec![at.clone()], |value| lacks(value, required, &at))
            })
            .collect(),
        (Value::Array(_), Value::Array(required)) if required.is_empty() => Vec::new(),
        (Value::Array(values), Value::Array(required)) => {
            values.iter().enumerate().flat_map(|(i, value)| lacks(value, &required[0], &format!("{at}/{i}"))).collect()
        }
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)) => Vec::new(),
        _ => vec![at.to_owned()],
    }
}

#[test]
fn a_run_with_violations_reads_like_this() {
    insta::assert_snapshot!(written(&fixture::run()));
}

#[test]
fn everything_that_the_format_requires_is_there() {
    let mut run = fixture::run();
    let request = &mut run.targets[0].findings[0].exchange.request;
    request.url = "http://127.0.0.1:8080/api/chat?q=a%20b&empty".to_owned();
    request.headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    request.body = Some(Bytes::from_static(b"{}"));
    let har: Value = serde_json::from_str(&written(&run)).unwrap();
    assert_eq!(lacks(&har, &required(), ""), Vec::<String>::new());
    let request = &har["log"]["entries"][0]["request"];
    assert_eq!(request["queryString"], json!([{ "name": "q", "value": "a b" }, { "name": "empty", "value": "" }]));
    assert_eq!(request["postData"], json!({ "mimeType": "application/json", "text": "{}" }));
    assert_eq!(lacks(&json!({ "log": {} }), &required(), ""), ["/log/version", "/log/creator", "/log/entries"]);
}

#[test]
fn an_exchange_begins_when_it_was_sent_and_its_times_add_up() {
    let entry = &entries(&fixture::run())[0];
    assert_eq!(entry["startedDateTime"], "2027-01-15T08:00:00.005Z");
    assert_eq!(entry["timings"], json!({ "send": 0.0, "wait": 10.0, "receive": 1302.0 }));
    assert_eq!(entry["time"], 1312.0);
}

#[test]
fn a_body_that_is_no_text_is_base64() {
    let broken = response(b"\xff\x00\x01", &[])["content"].clone();
    assert_eq!((&broken["text"], &broken["encoding"]), (&json!("/wAB"), &json!("base64")));
    let packed = response(b"plain", &[("content-encoding", b"br")])["content"].clone();
    assert_eq!((&packed["text"], &packed["encoding"]), (&json!("cGxhaW4="), &json!("base64")));
}

#[test]
fn a_long_body_is_cut_between_characters_and_says_so() {
    let long = format!("x{}", "é".repeat(5 << 20));
    let content = response(long.as_bytes(), &[])["content"].clone();
    assert_eq!(content["text"].as_str().map(str::len), Some(MOST_BODY - 1));
    assert_eq!(content["size"], long.len());
    assert_eq!(content["comment"], format!("only the beginning of {} bytes", long.len()));
}

#[test]
fn a_long_field_is_cut_and_says_so() {
    let field = response(b"", &[("x-long", "é".repeat(50_000).as_bytes())])["headers"][0].clone();
    assert_eq!(field["value"].as_str().map(str::len), Some(MOST_FIELD));
    assert_eq!(field["comment"], "only the beginning of 100000 bytes");
}

#[test]
fn however_many_findings_have_long_bodies_the_file_stays_small() {
    let mut run = fixture::run();
    let found = &mut run.targets[0].findings[0];
    let body = Bytes::from("\u{1b}".repeat(1 << 20));
    found.exchange.request.body = Some(body.clone());
    found.exchange.outcome = Outcome::Answered(Answer::whole(200, Vec::new(), body));
    run.targets[0].findings = vec![run.targets[0].findings[0].clone(); 100];
    let written = written(&run);
    assert!(written.len() < 30_000_000, "{}", written.len());
    let har: Value = serde_json::from_str(&written).unwrap();
    let last = &har["log"]["entries"][99]["response"]["content"];
    assert_eq!((last["text"].as_str().map(str::len), &last["size"]), (Some(LEAST_BODY), &json!(1 << 20)));
}

#[test]
fn a_field_that_is_no_utf_8_keeps_its_bytes() {
    let response = response(b"", &[("location", b"/caf\xe9"), ("x-name", "é".as_bytes())]);
    assert_eq!(response["redirectURL"], "/café");
    assert_eq!(response["headers"][1]["value"], "é");
}

#[test]
fn nothing_in_the_file_can_steer_a_terminal() {
    let steering = |char: &char| char.is_control() && *char != '\n' || *char == '\u{202e}';
    assert_eq!(written(&fixture::run()).chars().find(steering), None);
}
