//! What was exercised is told, with a reason for what never was, the same for the same seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use crate::support::{answered, checked, serving};

const SPEC: &str = r#"
openapi: 3.1.0
info: {title: notes, version: '1'}
paths:
  /notes:
    post:
      operationId: write
      parameters: [{name: lang, in: query, schema: {type: string, enum: [de, pt, en]}}]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [text]
              properties: {text: {type: string, maxLength: 40}, tags: {type: array, items: {type: string}}}
          text/csv: {schema: {type: string}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object}}}}
        '400': {description: wrong}
        '403': {description: sealed, x-errors: [{code: SEALED, state: sealed}]}
        '503': {description: down}
"#;

fn notes() -> String {
    serving(|request| {
        let note = request.json();
        let text = note["text"].as_str().is_some_and(|text| text.chars().count() <= 40);
        let texts = |tags: &Value| tags.as_array().is_some_and(|tags| tags.iter().all(Value::is_string));
        let tags = note.get("tags").is_none_or(texts);
        let lang = request.target.split_once("lang=").is_none_or(|(_, lang)| ["de", "pt", "en"].contains(&lang));
        match (request.method.as_str(), text && tags && lang) {
            ("POST", true) => answered("200 OK", "application/json", "{}"),
            ("POST", false) => answered("400 Bad Request", "text/plain", "wrong"),
            _ => answered("405 Method Not Allowed\r\nAllow: POST", "text/plain", "POST"),
        }
    })
}

fn times<'t>(coverage: &'t Value, aspect: &str, what: &str) -> &'t Value {
    let mut list = coverage[aspect].as_array().into_iter().flatten();
    list.find(|one| one["what"] == what).unwrap_or_else(|| panic!("{what}: {coverage:#}"))
}

#[test]
fn what_was_exercised_is_told_and_why_the_rest_never_was() {
    let (ran, target) = checked(SPEC, &notes(), &["--verbose"]);
    let coverage = &target["coverage"]["write"];
    for (aspect, what) in [
        ("parameters", "query.lang"),
        ("parameters", "body#/tags"),
        ("request_media", "application/json"),
        ("values", "query.lang \"pt\""),
        ("constraints", "body#/text maxLength"),
        ("constraints", "body#/text required"),
        ("constraints", "query.lang enum"),
        ("statuses", "400"),
        ("response_media", "200 application/json"),
    ] {
        let one = times(coverage, aspect, what);
        assert!(one["times"].as_u64() > Some(0) && one["never"] == Value::Null, "{one} {}", ran.all());
    }
    let never = |aspect, what| times(coverage, aspect, what)["never"].clone();
    assert_eq!(never("request_media", "text/csv"), "application/json is sent");
    assert_eq!(never("statuses", "503"), "no request is meant to bring a server down");
    let wants_a_state = never("statuses", "403");
    assert!(wants_a_state.as_str().is_some_and(|reason| reason.contains("sealed")), "{wants_a_state}");
    assert!(ran.stdout.contains("never exercised of"), "{}", ran.stdout);
    assert!(ran.stdout.contains("no request is meant to bring a server down: 503"), "{}", ran.stdout);
}

#[test]
fn the_same_seed_exercises_the_same() {
    let url = notes();
    let coverage = || checked(SPEC, &url, &["--seed", "7"]).1["coverage"].clone();
    assert_eq!(coverage(), coverage());
    assert_ne!(coverage(), json!(null));
}

#[test]
fn what_a_budget_kept_from_being_sent_says_so() {
    let (_, target) = checked(SPEC, &notes(), &["--max-requests", "3"]);
    let never = times(&target["coverage"]["write"], "constraints", "query.lang enum")["never"].clone();
    assert_eq!(never, "not sent for max-requests");
}

#[test]
fn no_more_is_told_than_the_server_saw() {
    let spec = "openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths:\n  /a: {post: {operationId: a, \
                parameters: [{name: lang, in: query, schema: {type: string}}], requestBody: {content: \
                {application/x-www-form-urlencoded: {schema: {type: object, properties: {tags: {type: array, \
                items: {type: string}}, file: {type: string}}}}}}, responses: {'200': {description: ok}}}}\n";
    let seen: Arc<[AtomicU64; 2]> = Arc::default();
    let counters = seen.clone();
    let url = serving(move |request| {
        let has = [request.target.contains("lang="), String::from_utf8_lossy(&request.body).contains("tags=")];
        for (counter, has) in counters.iter().zip(has) {
            counter.fetch_add(u64::from(has && request.method == "POST"), Ordering::Relaxed);
        }
        answered("200 OK", "text/plain", "ok")
    });
    let (_, target) = checked(spec, &url, &[]);
    let told =
        ["query.lang", "body#/tags"].map(|what| times(&target["coverage"]["a"], "parameters", what)["times"].as_u64());
    for (told, seen) in told.into_iter().zip(seen.iter()) {
        let seen = seen.load(Ordering::Relaxed);
        assert!(told > Some(0) && told <= Some(seen), "{told:?} {seen}");
    }
}
