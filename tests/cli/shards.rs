//! `uptospec check --shard` and `uptospec merge`.

use std::path::Path;

use serde_json::Value;

use super::support::{Served, folder, uptospec, uptospec_in};

const SHARDS: usize = 3;

fn check(server: &Served, path: &Path, name: &str, more: &[&str]) -> Value {
    let report = path.join(name);
    let file = format!("json={}", report.display());
    let baseline = path.join("known.toml");
    let baseline = baseline.to_str().unwrap();
    let arguments = ["check", "--target", "agntix", "--url", &server.url, "--baseline", baseline, "--report", &file];
    let ran = uptospec(&[&arguments, more].concat());
    let text = std::fs::read_to_string(report).unwrap_or_else(|error| panic!("{error}: {}", ran.all()));
    serde_json::from_str(&text).unwrap()
}

/// What stands in a report, a line each, but for times and what hangs on them: rules on pace see what a loaded machine
/// makes of it.
fn told(report: &Value) -> Vec<String> {
    let target = &report["targets"][0];
    let is_timed = |entry: &Value| {
        let named = [&entry["rule"], &entry["what"]];
        named.iter().filter_map(|name| name.as_str()).any(|name| name.ends_with("/buffered"))
    };
    let list = |key: &str| target[key].as_array().unwrap().iter().filter(|entry| !is_timed(entry)).cloned();
    let findings = list("findings").map(|mut finding| {
        let about: Vec<Value> = ["rule", "operation", "state", "severity", "count", "also", "known"]
            .iter()
            .map(|key| finding[key].take())
            .collect();
        format!("finding {}", Value::from(about))
    });
    let promises = list("promises").map(|mut promise| {
        let rules = promise["rules"].as_array_mut().unwrap();
        rules.retain(|rule| !rule.as_str().unwrap().ends_with("/buffered"));
        rules.sort_by_key(Value::to_string);
        if promise["operation"] == "sendMessage" {
            promise["cases"].take();
        }
        format!("promise {promise}")
    });
    let others = ["checks", "not_checked", "lapsed", "incomplete"]
        .map(|key| list(key).map(move |entry| format!("{key} {entry}")).collect::<Vec<_>>());
    let whole = ["coverage", "streams", "verdict"].map(|key| format!("{key} {}", target[key]));
    let mut told: Vec<String> = findings.chain(promises).chain(others.concat()).chain(whole).collect();
    told.sort();
    told
}

/// Two findings that are known: one that occurs, and one that does not.
const KNOWN: &str = r#"
[[known]]
rule = "unique/repeated"
operation = "createSession"
reason = "release 2.3 mends it"

[[known]]
rule = "sse/bom"
operation = "sendMessage"
reason = "a proxy wrote it once"
"#;

#[test]
fn shards_judge_together_what_one_run_judges() {
    let (_kept, path) = folder(&[("known.toml", KNOWN)]);
    let server = Served::start("agntix", &["done-missing", "session-id-repeated"]);
    let whole = check(&server, &path, "whole.json", &[]);
    let mut names = Vec::new();
    for number in 1..=SHARDS {
        let (name, shard) = (format!("{number}.json"), format!("{number}/{SHARDS}"));
        check(&server, &path, &name, &["--shard", &shard]);
        names.push(name);
    }
    let files: Vec<&str> = names.iter().map(String::as_str).collect();
    let ran = uptospec_in(&path, &[&["merge"], files.as_slice()].concat());
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let merged: Value = serde_json::from_str(&ran.stdout).unwrap();
    let (merged_told, whole_told) = (told(&merged), told(&whole));
    for rule in ["unique/repeated", "snapshot/drift", "error/shape", "stream/two-lengths"] {
        assert!(whole_told.iter().any(|line| line.contains(rule)), "{rule} has a part in this");
    }
    assert!(whole_told.iter().any(|line| line.starts_with("lapsed") && line.contains("sse/bom")));
    let only_in = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|line| !other.contains(line)).cloned().collect()
    };
    let differing = [only_in(&merged_told, &whole_told), only_in(&whole_told, &merged_told)];
    assert_eq!(differing, [[""; 0], [""; 0]], "only in the joined report, and only in that of one run");
    let part = uptospec_in(&path, &["merge", files[0], files[1]]);
    assert!(part.stderr.ends_with("\n  agntix: the report of shard 3/3 is missing\n"), "{}", part.stderr);
    let latency = &merged["targets"][0]["latency"]["sendMessage"]["total_ms"];
    let [p50, p95, max] = ["p50", "p95", "max"].map(|key| latency[key].as_f64().unwrap());
    assert!(p50 > 0.0 && p50 <= p95 && p95 <= max, "{latency}");
    let of_shards = ["times", "evidence", "suspected"];
    assert!(of_shards.iter().all(|key| merged["targets"][0].get(key).is_none()));
}

#[test]
fn a_shard_has_its_part_of_the_requests() {
    let plan = |more: &[&str]| {
        let ran = uptospec(&[&["check", "--target", "agntix", "--plan"], more].concat());
        let line = ran.stdout.lines().find(|line| line.trim_start().starts_with("planned")).unwrap().to_owned();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap()
    };
    let (whole, part) = (plan(&[]), plan(&["--shard", "2/4"]));
    assert!(part < whole / 2, "{part} of {whole}");
}

#[test]
fn what_is_no_shard_is_refused() {
    let ran = uptospec(&["check", "--shard", "4/3"]);
    assert!(ran.code == 2 && ran.stderr.contains("write K/N with K from 1 to N"), "{}", ran.all());
    let (_kept, path) = folder(&[("a.json", "{}")]);
    let ran = uptospec_in(&path, &["merge", "a.json"]);
    assert!(ran.code == 2 && ran.stderr.contains("a.json is no JSON report of a run"), "{}", ran.all());
}
