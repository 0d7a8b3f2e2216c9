use super::*;
use crate::report::fixture;

fn written() -> String {
    written_of(&fixture::run())
}

fn written_of(run: &RunResult) -> String {
    let mut out = Vec::new();
    JsonReport::new(&mut out).event(&Event::RunFinished(run)).unwrap();
    String::from_utf8(out).unwrap()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

#[test]
fn the_report_reads_as_it_is_documented() {
    insta::assert_snapshot!(written());
}

#[test]
fn every_key_that_scripts_rely_on_is_there() {
    let report: Value = serde_json::from_str(&written()).unwrap();
    let target = &report["targets"][0];
    let relied_on: [(&Value, &[&str]); 9] = [
        (&report, &["uptospec", "verdict", "seed", "started", "seconds", "targets"]),
        (
            target,
            &["name", "url", "spec", "verdict", "requests", "seconds", "findings", "checks", "promises", "latency"],
        ),
        (
            &target["findings"][0],
            &[
                "rule",
                "severity",
                "operation",
                "state",
                "message",
                "at",
                "expected",
                "actual",
                "source",
                "count",
                "reproduced",
                "case",
            ],
        ),
        (&target["findings"][0]["source"], &["document", "quote", "strength"]),
        (&target["findings"][0]["case"], &["id", "curl", "request", "shrunk"]),
        (&target["checks"][0], &["rule", "operation", "passed", "failed", "not_checked", "reason"]),
        (&target["promises"][0], &["quote", "document", "rules", "cases", "verdict", "reason"]),
        (
            &target["coverage"]["sendMessage"],
            &["requests", "parameters", "request_media", "statuses", "response_media", "values", "constraints"],
        ),
        (&target["latency"]["sendMessage"], &["head_ms", "first_event_ms", "total_ms"]),
    ];
    for (value, expected) in relied_on {
        let there = keys(value);
        assert!(expected.iter().all(|key| there.contains(key)), "{expected:?} in {there:?}");
    }
}

#[test]
fn times_are_numbers_and_a_missing_first_event_is_empty() {
    let report: Value = serde_json::from_str(&written()).unwrap();
    let latency = &report["targets"][0]["latency"];
    assert_eq!(latency["sendMessage"]["head_ms"]["p95"], 31.25);
    assert_eq!(latency["createSession"]["first_event_ms"], serde_json::json!({}));
}

/// The published schema, and the same without room for a key that it does not describe.
fn schemas() -> [Value; 2] {
    let published = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.schema.json"));
    let published: Value = serde_json::from_str(&published.unwrap()).unwrap();
    let mut closed = published.clone();
    close(&mut closed);
    [published, closed]
}

fn close(schema: &mut Value) {
    if let Some(schema) = schema.as_object_mut().filter(|schema| schema.contains_key("required")) {
        schema.entry("additionalProperties").or_insert(Value::Bool(false));
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(close),
        Value::Array(elements) => elements.iter_mut().for_each(close),
        _ => {}
    }
}

fn faults(schema: &Value, report: &Value) -> Vec<String> {
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    validator.iter_errors(report).map(|error| format!("{} at {}", error, error.instance_path())).collect()
}

#[test]
fn a_report_keeps_the_published_schema_and_has_no_key_that_it_does_not_describe() {
    for run in [fixture::run(), fixture::with_baseline(), fixture::of_shard()] {
        let report: Value = serde_json::from_str(&written_of(&run)).unwrap();
        for schema in schemas() {
            assert_eq!(faults(&schema, &report), [""; 0]);
        }
    }
}

#[test]
fn the_published_schema_leaves_room_for_keys_and_the_closed_one_does_not() {
    let mut report: Value = serde_json::from_str(&written()).unwrap();
    report["targets"][0]["findings"][0]["case"]["new"] = true.into();
    let [published, closed] = schemas();
    assert_eq!(faults(&published, &report), [""; 0]);
    assert_eq!(faults(&closed, &report).len(), 1);
    report["targets"][0]["findings"][0]["severity"] = "fatal".into();
    assert_eq!(faults(&published, &report).len(), 1);
}

#[test]
fn everything_in_the_schema_is_described() {
    let [published, _] = schemas();
    let described = |schema: &Value| schema["description"].is_string() || schema["$ref"].is_string();
    let definitions = published["$defs"].as_object().unwrap().values();
    for schema in definitions.chain([&published]) {
        let properties = schema["properties"].as_object().into_iter().flatten();
        assert!(described(schema), "{schema}");
        properties.for_each(|(name, schema)| assert!(described(schema), "{name}"));
    }
}

#[test]
fn nothing_in_the_file_can_steer_a_terminal() {
    let steering = |char: &char| char.is_control() && *char != '\n' || *char == '\u{202e}';
    assert_eq!(written().chars().find(steering), None);
}

#[test]
fn a_broken_pipe_is_an_error() {
    let error = JsonReport::new(fixture::BrokenPipe).event(&Event::RunFinished(&fixture::run())).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}
