//! Requests of one operation are under way at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::support::{answered, checked, serving};

const SPEC: &str = r#"
openapi: 3.1.0
info: {title: slow, version: '1'}
paths:
  /slow:
    get:
      operationId: slow
      parameters: [{name: q, in: query, schema: {type: string, maxLength: 9}}]
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: object}}}
        '400': {description: too long}
"#;

/// A server that takes 50 ms for each answer, and the most requests that it had under way at once.
fn slow() -> (String, Arc<AtomicUsize>) {
    let (now, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = most.clone();
    let url = serving(move |request| {
        seen.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        sleep(Duration::from_millis(50));
        now.fetch_sub(1, Ordering::SeqCst);
        let query = request.target.split_once("?q=").map_or("", |(_, query)| query);
        let decoded = percent_decoded(query).chars().count();
        match (request.method.as_str(), decoded) {
            ("GET", ..=9) => answered("200 OK", "application/json", "{}"),
            ("GET", _) => answered("400 Bad Request", "text/plain", "too long"),
            _ => answered("405 Method Not Allowed\r\nAllow: GET", "text/plain", "GET"),
        }
    });
    (url, most)
}

fn percent_decoded(text: &str) -> String {
    let pair = format!("q={text}");
    url::form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

fn verdict(target: &Value) -> &str {
    target["verdict"].as_str().unwrap_or_default()
}

#[test]
fn requests_of_one_operation_overlap_as_far_as_they_may() {
    let (url, most) = slow();
    let (ran, target) = checked(SPEC, &url, &["--cases", "80"]);
    assert_eq!(verdict(&target), "conformant", "{}", ran.all());
    assert!((4..=8).contains(&most.load(Ordering::SeqCst)), "{most:?} at once");
}

#[test]
fn no_more_requests_are_under_way_than_allowed() {
    let (url, most) = slow();
    let (ran, target) = checked(SPEC, &url, &["--cases", "30", "--concurrency", "3"]);
    assert_eq!(verdict(&target), "conformant", "{}", ran.all());
    assert_eq!(most.load(Ordering::SeqCst), 3);
}
