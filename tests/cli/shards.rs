//! `uptospec check --shard` and `uptospec merge`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use uptospec::judge::is_of_wire;

use super::support::{Served, folder, uptospec, uptospec_in};

const SHARDS: usize = 3;

fn check(server: &Served, path: &Path, name: &str, more: &[&str]) -> Value {
    let report = path.join(name);
    let file = format!("json={}", report.display());
    let arguments = ["check", "specs/agntix.yaml", "--url", &server.url, "-H", "x-api-key: pk_live_reference"];
    let ran = uptospec(&[&arguments, more, &["--report", &file]].concat());
    let text = std::fs::read_to_string(report).unwrap_or_else(|error| panic!("{error}: {}", ran.all()));
    serde_json::from_str(&text).unwrap()
}

/// How often each rule was judged on each operation. Rules on pace see what a loaded machine makes of it.
fn judged(report: &Value) -> BTreeMap<(String, String), [u64; 2]> {
    let text = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
    let checks = report["targets"][0]["checks"].as_array().unwrap().iter();
    let checks = checks.filter(|check| !text(check, "rule").ends_with("/buffered"));
    checks
        .map(|check| {
            let counts = ["passed", "failed"].map(|key| check[key].as_u64().unwrap());
            ((text(check, "rule"), text(check, "operation")), counts)
        })
        .filter(|(_, counts)| *counts != [0, 0])
        .collect()
}

fn findings(report: &Value) -> Vec<String> {
    let findings = report["targets"][0]["findings"].as_array().unwrap().iter();
    let mut keys: Vec<_> = findings
        .filter(|finding| !finding["rule"].as_str().unwrap().ends_with("/buffered"))
        .map(|finding| {
            format!("{} {} {} {}", finding["rule"], finding["operation"], finding["state"], finding["count"])
        })
        .collect();
    keys.sort();
    keys
}

#[test]
fn shards_judge_together_what_one_run_judges() {
    let (_kept, path) = folder(&[]);
    let server = Served::start("agntix", &["done-missing"]);
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
    assert_eq!(findings(&merged), findings(&whole));
    let latency = &merged["targets"][0]["latency"]["sendMessage"]["total_ms"];
    let [p50, p95, max] = ["p50", "p95", "max"].map(|key| latency[key].as_f64().unwrap());
    assert!(p50 > 0.0 && p50 <= p95 && p95 <= max, "{latency}");
    assert!(merged["targets"][0].get("times").is_none());
    // Each shard looks at the bytes of its own first connection, at the errors of its own first operation, and at those
    // of its requests that happen to be under way at once.
    let of_one = |report: &Value| {
        let mut judged = judged(report);
        let own = ["isolation/cross-talk", "error/shape"];
        judged.retain(|(rule, _), _| !own.contains(&rule.as_str()) && !is_of_wire(rule));
        judged
    };
    let (merged, whole) = (of_one(&merged), of_one(&whole));
    for (key, counts) in &whole {
        assert_eq!(merged.get(key), Some(counts), "{key:?}");
    }
    assert_eq!(merged.len(), whole.len());
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
