//! Where reports are written: standard output, a disk that is full, the same file twice.

use serde_json::Value;

use super::support::{folder, saying, uptospec_in};

const SPEC: &str = "openapi: 3.1.0\ninfo: {title: one, version: '1'}\npaths: {/a: {get: {operationId: a, responses: \
                    {'200': {description: ok, content: {application/json: {schema: {type: integer}}}}}}}}\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\nContent-Type: application/json\r\n\
                        Content-Length: 4\r\nConnection: close\r\n\r\n\"no\"";

/// A check of one operation that breaks its schema, with these arguments more.
fn check(arguments: &[&str]) -> (tempfile::TempDir, super::support::Ran) {
    let (kept, path) = folder(&[("api.yaml", SPEC)]);
    let url = saying(ANSWER);
    let all = [&["check", "api.yaml", "--url", &url, "--cases", "1"], arguments].concat();
    let ran = uptospec_in(&path, &all);
    (kept, ran)
}

#[test]
fn a_document_on_standard_output_stands_there_alone() {
    let (_kept, ran) = check(&["--report", "json=-"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.all()));
    assert_eq!(report["verdict"], "violations");
    assert!(ran.stderr.contains("error[body/schema] a"), "{}", ran.stderr);
}

#[test]
fn commands_for_github_stand_among_the_results() {
    let (_kept, ran) = check(&["--report", "github=-"]);
    assert!(ran.stdout.contains("error[body/schema] a") && ran.stdout.contains("\n::error file="), "{}", ran.all());
}

#[test]
fn the_same_file_twice_is_refused() {
    let (_kept, ran) = check(&["--report", "json=report", "--report", "html=./report"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("./report is asked for by two reports"), "{}", ran.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_its_file_and_costs_no_other_report() {
    let (kept, ran) = check(&["--report", "ndjson=/dev/full", "--report", "json=report.json"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.stderr.contains("the report cannot be written: /dev/full: "), "{}", ran.stderr);
    assert!(ran.stdout.contains("error[body/schema] a"), "{}", ran.all());
    let report = std::fs::read_to_string(kept.path().join("report.json")).expect("the report is there");
    assert_eq!(serde_json::from_str::<Value>(&report).expect("it is whole")["verdict"], "violations");
}
