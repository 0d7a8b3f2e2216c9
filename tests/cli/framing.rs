//! Answers whose framing is wrong in ways that clients hide.

use std::io::{Read, Write};

use serde_json::Value;

use super::support::{Ran, answering, folder, saying, uptospec_in};

const SPEC: &str = r#"
openapi: 3.1.0
info: {title: Chat, version: '1'}
paths:
  /chat:
    get:
      operationId: chat
      responses:
        '200':
          description: What is said, as it is said.
          content: {text/event-stream: {schema: {type: string}}}
"#;

/// A run against that server, and how often each rule on framing was kept and broken.
fn check(url: &str) -> (Ran, Vec<(u64, u64)>) {
    let (_kept, path) = folder(&[("chat.yaml", SPEC)]);
    let ran = uptospec_in(&path, &["check", "chat.yaml", "--url", url, "--report", "json=report.json"]);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(path.join("report.json")).unwrap()).unwrap();
    let checks = report["targets"][0]["checks"].as_array().unwrap();
    let of = |rule: &str, column: &str| -> u64 {
        checks.iter().filter(|check| check["rule"] == rule).filter_map(|check| check[column].as_u64()).sum()
    };
    let rules = ["stream/surplus-bytes", "stream/two-lengths"];
    let counts = rules.map(|rule| (of(rule, "passed"), of(rule, "failed"))).to_vec();
    for finding in report["targets"][0]["findings"].as_array().unwrap() {
        let framing = rules.iter().any(|rule| finding["rule"] == *rule);
        assert!(!framing || finding["reproduced"] == "always", "{finding}");
    }
    (ran, counts)
}

#[test]
fn bytes_after_the_last_chunk_are_an_error() {
    let (ran, counts) = check(&saying(
        b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 08:00:00 GMT\r\nContent-Type: text/event-stream\r\n\
          Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n0\r\n\r\ndata: b\n\n",
    ));
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("error[stream/surplus-bytes] chat"), "{}", ran.stdout);
    assert_eq!(counts, [(0, 1), (1, 0)], "{}", ran.stdout);
}

#[test]
fn a_length_beside_chunks_is_an_error() {
    let (ran, counts) = check(&saying(
        b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 08:00:00 GMT\r\nContent-Type: text/event-stream\r\n\
          Cache-Control: no-cache\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n\
          9\r\ndata: a\n\n\r\n0\r\n\r\n",
    ));
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("error[stream/two-lengths] chat"), "{}", ran.stdout);
    assert_eq!(counts, [(1, 0), (0, 1)], "{}", ran.stdout);
}

#[test]
fn lengths_that_differ_are_named_although_no_client_reads_such_an_answer() {
    let url = answering(|mut stream| {
        let mut request = [0; 65_536];
        let read = stream.read(&mut request).unwrap_or(0);
        let answer: &[u8] = if request[..read].starts_with(b"GET /chat ") {
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\nContent-Length: 10\r\n\r\ndata: a\n\n"
        } else {
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        };
        // A client that went away is no concern of the server's.
        let _ = stream.write_all(answer);
    });
    let (ran, counts) = check(&url);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("error[stream/two-lengths] chat"), "{}", ran.stdout);
    assert_eq!(counts, [(0, 0), (0, 1)], "{}", ran.stdout);
}

#[test]
fn chunk_extensions_trailers_and_a_connection_that_stays_open_are_legal() {
    let url = answering(|mut stream| {
        let mut request = [0; 65_536];
        while stream.read(&mut request).is_ok_and(|read| read > 0) {
            // A client that went away is no concern of the server's.
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 08:00:00 GMT\r\nContent-Type: text/event-stream\r\n\
                  Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n\
                  7;a=b\r\ndata: \xc3\r\n3\r\n\xa4\n\n\r\n0\r\nServer-Timing: db;dur=5\r\n\r\n",
            );
        }
    });
    let (ran, counts) = check(&url);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert_eq!(counts, [(1, 0), (1, 0)], "{}", ran.stdout);
}
