//! Streams as other people's documents declare them: none that is healthy may be told of, and one that is not is
//! found as far as its declaration allows.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Received, answered, checked, serving};

/// A way in which documents declare a stream.
struct Style {
    name: &'static str,
    /// The path begins with what the server speaks there.
    speaks: &'static str,
    /// Versions of OpenAPI in which it occurs.
    versions: &'static [&'static str],
    /// What stands under the media type.
    media: &'static str,
    /// What else the operation has.
    operation: &'static str,
    /// Whether it says what an event holds.
    tells: bool,
}

const ALL: &[&str] = &["3.0.3", "3.1.0", "3.2.0"];
const NEW: &[&str] = &["3.1.0", "3.2.0"];
const CHUNK: &str = "{$ref: '#/components/schemas/Chunk'}";

const fn style(name: &'static str, speaks: &'static str, media: &'static str) -> Style {
    Style { name, speaks, versions: ALL, media, operation: "", tells: true }
}

impl Style {
    const fn silent(self) -> Self {
        Style { tells: false, ..self }
    }

    const fn since_3_1(self) -> Self {
        Style { versions: NEW, ..self }
    }

    const fn with(self, operation: &'static str) -> Self {
        Style { operation, ..self }
    }
}

const STYLES: &[Style] = &[
    style("sse-nothing", "sse", "{}").silent(),
    style("sse-any", "sse", "{schema: {}}").silent(),
    style("sse-text", "sse", "{schema: {type: string}}").silent(),
    style("sse-format", "sse", "{schema: {type: string, format: event-stream}}").silent(),
    style("sse-binary", "sse", "{schema: {type: string, format: binary}}").silent(),
    style("sse-reference", "sse", "{schema: CHUNK}"),
    style("sse-array", "sse", "{schema: {type: array, items: CHUNK}}"),
    style("sse-done-known", "sse", "{schema: CHUNK, x-speakeasy-sse-sentinel: '[DONE]'}"),
    style("sse-fern", "sse", "{schema: CHUNK}").with("x-fern-streaming: {format: sse, terminator: '[DONE]'}"),
    style("sse-alternatives", "sse", "{schema: {oneOf: [CHUNK, {type: string, enum: ['[DONE]']}]}}"),
    style(
        "sse-envelope-text",
        "sse",
        "{schema: {type: object, required: [data], properties: {data: {type: string}, event: {type: string}, id: {type: string}, retry: {type: integer}}}}",
    )
    .silent(),
    style(
        "sse-envelope-value",
        "sse",
        "{schema: {type: object, required: [data], properties: {data: CHUNK, event: {type: string}, id: {type: string}, retry: {type: integer}}}}",
    ),
    style("sse-item", "sse", "{itemSchema: CHUNK}").since_3_1(),
    style(
        "sse-item-envelope-text",
        "sse",
        "{itemSchema: {type: object, required: [data], properties: {data: {type: string}, event: {type: string}, id: {type: string}, retry: {type: integer}}}}",
    )
    .since_3_1()
    .silent(),
    style(
        "sse-item-envelope-content",
        "sse",
        "{itemSchema: {type: object, required: [data], properties: {data: {type: string, contentMediaType: application/json, contentSchema: CHUNK}, event: {type: string}, id: {type: string}, retry: {type: integer}}}}",
    )
    .since_3_1(),
    style(
        "sse-item-envelope-value",
        "sse",
        "{itemSchema: {type: object, required: [data], properties: {data: CHUNK, event: {type: string}, id: {type: string}, retry: {type: integer}}}}",
    )
    .since_3_1(),
    style("ndjson-nothing", "ndjson", "{}").silent(),
    style("ndjson-text", "ndjson", "{schema: {type: string}}").silent(),
    style("ndjson-reference", "ndjson", "{schema: CHUNK}"),
    style("ndjson-item", "ndjson", "{itemSchema: CHUNK}").since_3_1(),
    style("jsonl-nothing", "jsonl", "{}").silent(),
    style("jsonl-reference", "jsonl", "{schema: CHUNK}"),
    style("jsonl-item", "jsonl", "{itemSchema: CHUNK}").since_3_1(),
    style("seq-nothing", "seq", "{}").silent(),
    style("seq-reference", "seq", "{schema: CHUNK}"),
    style("seq-item", "seq", "{itemSchema: CHUNK}").since_3_1(),
    style("streamed-nothing", "streamed", "{}").silent(),
    style("streamed-text", "streamed", "{schema: {type: string}}").silent(),
    style("streamed-reference", "streamed", "{schema: CHUNK}"),
    style("streamed-item", "streamed", "{itemSchema: CHUNK}").since_3_1(),
];

fn media_type(speaks: &str) -> &'static str {
    match speaks {
        "sse" => "text/event-stream",
        "ndjson" => "application/x-ndjson",
        "jsonl" => "application/jsonl",
        "seq" => "application/json-seq",
        _ => "application/stream+json",
    }
}

/// A document with every style that its version knows, an operation each.
fn document(version: &str) -> String {
    let mut document = format!("openapi: {version}\ninfo: {{title: streams, version: '1'}}\npaths:\n");
    for style in STYLES.iter().filter(|style| style.versions.contains(&version)) {
        let (Style { name, speaks, operation, .. }, media_type) = (style, media_type(style.speaks));
        let media = style.media.replace("CHUNK", CHUNK);
        let more = if operation.is_empty() { String::new() } else { format!("      {operation}\n") };
        document += &format!(
            "  /{speaks}/{name}:\n    get:\n      operationId: {name}\n{more}      responses:\n        '200':\n          \
             description: ok\n          content:\n            {media_type}: {media}\n"
        );
    }
    document
        + "components:\n  schemas:\n    Chunk:\n      type: object\n      required: [id, delta]\n      \
           properties: {id: {type: string}, delta: {type: string}}\n"
}

/// What is wrong with a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Payload,
    NoJson,
    BrokenOff,
    /// Nothing, unless `[DONE]` is declared.
    NoSentinel,
}

/// The pieces of a stream.
fn pieces(speaks: &str, fault: Option<Fault>) -> Vec<String> {
    let second = match fault {
        Some(Fault::Payload) => r#"{"id":5,"delta":" world"}"#,
        Some(Fault::NoJson) => r#"{"id":"c1","delta":" wor"#,
        Some(Fault::BrokenOff | Fault::NoSentinel) | None => r#"{"id":"c1","delta":" world"}"#,
    };
    let values = [r#"{"id":"c1","delta":"Hello"}"#, second, r#"{"id":"c1","delta":"!"}"#];
    match speaks {
        "sse" => {
            let events = values.iter().enumerate().map(|(index, value)| format!("id: {index}\ndata: {value}\n\n"));
            let opening = [": connected\n\n".to_owned(), "retry: 3000\n\n".to_owned()].into_iter();
            opening.chain(events).chain([": keep-alive\n\n".to_owned(), "data: [DONE]\n\n".to_owned()]).collect()
        }
        "seq" => values.map(|value| format!("\u{1e}{value}\n")).to_vec(),
        _ => values.map(|value| format!("{value}\n")).to_vec(),
    }
}

/// A server that speaks what the path begins with.
fn server(fault: Option<Fault>) -> String {
    serving(move |request: &Received| {
        let speaks = request.target.split('/').nth(1).unwrap_or_default();
        if request.method != "GET" {
            return answered("405 Method Not Allowed\r\nAllow: GET", "text/plain", "GET alone");
        }
        let mut pieces = pieces(speaks, fault);
        if fault == Some(Fault::BrokenOff) || (fault == Some(Fault::NoSentinel) && speaks == "sse") {
            pieces.truncate(pieces.len() - 1);
        }
        streamed(media_type(speaks), &pieces, fault != Some(Fault::BrokenOff))
    })
}

/// An answer in chunks, after which the connection is closed; without the last chunk where it breaks off.
fn streamed(media_type: &str, pieces: &[String], whole: bool) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\nContent-Type: {media_type}\r\n\
         Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    pieces.iter().for_each(|piece| answer += &format!("{:x}\r\n{piece}\r\n", piece.len()));
    if whole {
        answer += "0\r\n\r\n";
    }
    answer.into_bytes()
}

/// What is told of each operation, notes excepted.
fn told(target: &Value) -> BTreeSet<(String, String)> {
    let findings = target["findings"].as_array().into_iter().flatten();
    let grave = findings.filter(|finding| finding["severity"] != "note");
    let name = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    grave.map(|finding| (name(finding, "operation"), name(finding, "rule"))).collect()
}

fn audited(version: &str, fault: Option<Fault>) -> BTreeSet<(String, String)> {
    let (ran, target) = checked(&document(version), &server(fault), &["--cases", "2"]);
    let operations = STYLES.iter().filter(|style| style.versions.contains(&version)).count();
    assert_eq!(target["operations"].as_array().map(Vec::len), Some(operations), "{}", ran.all());
    told(&target)
}

#[test]
fn a_healthy_stream_is_told_of_however_it_is_declared_by_nobody() {
    for version in ALL {
        assert_eq!(audited(version, None), BTreeSet::new(), "{version}");
    }
}

#[test]
fn an_event_that_breaks_its_schema_is_found_wherever_there_is_one() {
    for version in ALL {
        let told = audited(version, Some(Fault::Payload));
        for style in STYLES.iter().filter(|style| style.versions.contains(version)) {
            let found: Vec<_> = told.iter().filter(|(operation, _)| operation == style.name).collect();
            assert_eq!(!found.is_empty(), style.tells, "{version} {}: {found:?}", style.name);
        }
    }
}

#[test]
fn data_that_is_no_json_is_found_wherever_json_is_declared() {
    for version in ALL {
        let told = audited(version, Some(Fault::NoJson));
        for style in STYLES.iter().filter(|style| style.versions.contains(version)) {
            let is_found = told.iter().any(|(operation, _)| operation == style.name);
            // Lines of JSON are JSON whatever the document says of them; events may be any text.
            let is_json = style.tells || style.speaks != "sse";
            assert_eq!(is_found, is_json, "{version} {}: {told:?}", style.name);
        }
    }
}

#[test]
fn a_stream_that_breaks_off_is_found_however_it_is_declared() {
    for version in ALL {
        let told = audited(version, Some(Fault::BrokenOff));
        for style in STYLES.iter().filter(|style| style.versions.contains(version)) {
            let is_found = told.iter().any(|(operation, _)| operation == style.name);
            assert!(is_found, "{version} {}: {told:?}", style.name);
        }
    }
}

#[test]
fn a_stream_without_a_sentinel_lacks_it_only_where_it_is_declared() {
    for version in ALL {
        let told = audited(version, Some(Fault::NoSentinel));
        let operations: Vec<_> = told.iter().map(|(operation, _)| operation.as_str()).collect();
        assert_eq!(operations, ["sse-alternatives", "sse-done-known", "sse-fern"], "{version} {told:?}");
    }
}

const EITHER: &str = r#"
openapi: 3.1.0
info: {title: either, version: '1'}
paths:
  /chat:
    post:
      operationId: chat
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [prompt], properties: {prompt: {type: string}, stream: {type: boolean}}}
      responses:
        '200':
          description: ok
          content:
            application/json: {schema: {type: object, required: [text], properties: {text: {type: string}}}}
            text/event-stream: {schema: {type: object, required: [delta], properties: {delta: {type: string}}}}
        '422': {description: wrong}
"#;

#[test]
fn a_success_of_two_forms_may_come_in_either() {
    let url = serving(|request| {
        let chat = request.json();
        let stream = chat.get("stream").is_none_or(Value::is_boolean);
        match (request.method.as_str(), chat["prompt"].is_string() && stream) {
            ("POST", false) => answered("422 Unprocessable Entity", "application/json", r#"{"detail":"wrong"}"#),
            ("POST", true) if chat["stream"] == true => {
                let pieces = [r#"data: {"delta":"Hello"}"#, "data: [DONE]"].map(|event| format!("{event}\n\n"));
                streamed("text/event-stream", &pieces, true)
            }
            ("POST", true) => answered("200 OK", "application/json", r#"{"text":"Hello"}"#),
            _ => answered("405 Method Not Allowed\r\nAllow: POST", "text/plain", "POST alone"),
        }
    });
    let (ran, target) = checked(EITHER, &url, &[]);
    assert_eq!(told(&target), BTreeSet::new(), "{}", ran.all());
    let media = target["coverage"]["chat"]["response_media"].as_array().into_iter().flatten();
    assert!(media.clone().count() == 2 && media.into_iter().all(|one| one["times"].as_u64() > Some(0)), "{target:#}");
}

#[test]
fn operations_that_stream_get_a_quarter_of_the_cases() {
    let mut spec = EITHER.to_owned();
    for number in 0..12 {
        spec += &format!(
            "  /plain{number}:\n    get:\n      operationId: plain{number}\n      responses: {{'200': {{description: ok}}}}\n"
        );
    }
    let url = serving(|_| answered("404 Not Found", "text/plain", "nothing"));
    let (ran, target) = checked(&spec, &url, &["--cases", "6"]);
    let requests = |operation: &str| target["coverage"][operation]["requests"].as_u64().unwrap_or_default();
    // 12 others with 6 cases each make 72, a third of which is 24.
    assert!(requests("chat") >= 24 && requests("plain0") < 20, "{} {}", requests("chat"), ran.all());
}
