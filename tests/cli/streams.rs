//! Streams from real sockets: without an end, and with the moments that a person sees.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Ran, answering, folder, uptospec_in};

const SPEC: &str = r#"
openapi: 3.2.0
info: {title: ticks, version: '1'}
paths:
  /ticks:
    get:
      operationId: ticks
      responses:
        '200':
          description: ok
          content:
            text/event-stream:
              itemSchema: {type: object, required: [n], properties: {n: {type: integer}, text: {type: string}}}
              x-stream: {framing: sse, sentinel: '[DONE]', monotonic: [/n], concat: {piece: /text}}
"#;

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\nContent-Type: text/event-stream\r\n\
    Cache-Control: no-cache\r\nX-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n";

fn chunk(stream: &mut TcpStream, text: &str) -> std::io::Result<()> {
    stream.write_all(format!("{:x}\r\n{text}\r\n", text.len()).as_bytes())
}

/// Events until the client goes away, a millisecond apart; `wrong` is the number of one that counts down.
fn ticking(wrong: Option<usize>) -> String {
    answering(move |mut stream| {
        let _ = stream.read(&mut [0; 65_536]);
        let _ = stream.write_all(HEAD);
        for number in 1.. {
            let n = if wrong == Some(number) { 0 } else { number };
            if chunk(&mut stream, &format!("data: {{\"n\":{n},\"text\":\"tick\"}}\n\n")).is_err() {
                return;
            }
            sleep(Duration::from_millis(1));
        }
    })
}

/// The run of a check with these limits, and its report.
fn check(url: &str, limits: &str) -> (Ran, Value) {
    let config = format!("[target.ticks]\nspec = \"ticks.yaml\"\nurl = \"{url}\"\nmax-requests = 12\n{limits}\n");
    let (_folder, path) = folder(&[("ticks.yaml", SPEC), ("uptospec.toml", &config)]);
    let ran = uptospec_in(&path, &["check", "--cases", "1", "--report", "json=report.json"]);
    let report = std::fs::read(path.join("report.json")).expect("the report is written");
    let report: Value = serde_json::from_slice(&report).expect("the report is JSON");
    (ran, report["targets"][0].clone())
}

fn rules(target: &Value, severity: &str) -> Vec<String> {
    let findings = target["findings"].as_array().into_iter().flatten();
    findings.filter(|one| one["severity"] == severity).map(|one| one["rule"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_endless_stream_is_judged_by_its_first_events_and_said_to_be_cut() {
    let (ran, target) = check(&ticking(None), "max-events = 40");
    assert_eq!(rules(&target, "error"), [""; 0], "{}", ran.all());
    assert!(target["streams"]["ticks"]["ended"]["enough-events"].as_u64() > Some(0), "{}", target["streams"]);
    let checks = target["checks"].as_array().into_iter().flatten();
    let terminal = checks.filter(|check| check["rule"] == "stream/terminal-missing");
    let reasons: Vec<_> = terminal.map(|check| check["reason"].as_str().unwrap_or_default()).collect();
    assert_eq!(reasons, ["reading was stopped after 40 events"]);
}

#[test]
fn an_endless_stream_is_stopped_by_bytes_and_by_seconds() {
    for (limit, end) in [("max-body = 1000", "enough-bytes"), ("max-stream-time = \"300ms\"", "still-running")] {
        let (ran, target) = check(&ticking(None), limit);
        assert_eq!(rules(&target, "error"), [""; 0], "{}", ran.all());
        assert!(target["streams"]["ticks"]["ended"][end].as_u64() > Some(0), "{limit}: {}", target["streams"]);
    }
}

#[test]
fn a_finding_in_a_long_stream_shows_what_stands_around_it() {
    let (ran, target) = check(&ticking(Some(100)), "max-events = 150");
    assert_eq!(rules(&target, "error"), ["item/monotonic"], "{}", ran.all());
    let stream = &target["findings"][0]["stream"];
    let rows: Vec<_> = stream["trace"].as_array().into_iter().flatten().collect();
    let numbers: Vec<_> = rows.iter().filter_map(|row| row["number"].as_u64()).collect();
    assert_eq!(numbers[..8], [1, 2, 97, 98, 99, 100, 101, 102]);
    assert!(rows[5]["marked"] == true && rows[5]["data"] == "{\"n\":0,\"text\":\"tick\"}", "{stream}");
    assert!(ran.stdout.contains("> #100"), "{}", ran.stdout);
}

#[test]
fn the_moments_of_a_stream_are_told_apart() {
    let url = answering(|mut stream| {
        let _ = stream.read(&mut [0; 65_536]);
        let pieces =
            [": wait\n\n", "data: {\"n\":1}\n\n", "data: {\"n\":2,\"text\":\"Hi\"}\n\n", "data: [DONE]\n\n", ""];
        let _ = stream.write_all(HEAD);
        for piece in pieces {
            sleep(Duration::from_millis(60));
            let _ = chunk(&mut stream, piece);
        }
    });
    let (ran, target) = check(&url, "");
    let moment =
        |name: &str| target["latency"]["ticks"][name]["p50"].as_f64().unwrap_or_else(|| panic!("{}", ran.all()));
    let names = ["head_ms", "first_byte_ms", "first_event_ms", "first_content_ms", "total_ms"];
    let moments = names.map(moment);
    assert!(moments.windows(2).all(|pair| pair[1] - pair[0] > 30.0), "{moments:?}");
    assert_eq!(target["streams"]["ticks"]["ended"], serde_json::json!({"sentinel": 1}), "{}", ran.all());
}
