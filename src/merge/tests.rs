use serde_json::json;

use super::*;
use crate::report::fixture;

fn report(number: usize, target: &Value) -> (String, Value) {
    let shard = json!({"number": number, "of": 2});
    let report = json!({
        "uptospec": "0.1.0", "verdict": target["verdict"], "seed": 1, "shard": shard,
        "started": format!("2026-01-01T00:00:0{number}Z"), "seconds": number, "targets": [target]
    });
    (format!("{number}.json"), report)
}

/// A finding of a rule that a shard could not make, on the case that would show it.
fn suspected(rule: &str, case: &str) -> Value {
    let mut finding = finding(1, "not-tried", "");
    finding["rule"] = json!(rule);
    finding["case"] =
        json!({"id": case, "kind": "positive", "curl": "curl http://a.test/", "request": {}, "shrunk": false});
    finding
}

/// Two shards that remember this, and on which cases they may have to show it.
fn remembering(memories: [&Value; 2], rule: &str, cases: [&str; 2]) -> Value {
    let part = |index: usize| {
        let mut target = target("conformant", &json!([]));
        let memory = target["evidence"]["memory"].as_object_mut().unwrap();
        memory.extend(memories[index].as_object().unwrap().clone());
        target["suspected"] = json!([suspected(rule, cases[index])]);
        report(index + 1, &target)
    };
    merge(&[part(0), part(1)]).unwrap()
}

/// Rule, operation, actual, count and case of each finding.
fn told(merged: &Value) -> Vec<String> {
    let findings = merged["targets"][0]["findings"].as_array().unwrap().iter();
    let line = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap().to_owned();
        format!(
            "{} {}: {} ({})",
            text("rule"),
            finding["case"]["id"].as_str().unwrap(),
            text("actual"),
            finding["count"]
        )
    };
    findings.map(line).collect()
}

fn target(verdict: &str, findings: &Value) -> Value {
    json!({
        "name": "api", "url": "http://a.test/", "operations": ["send"], "verdict": verdict, "incomplete": [], "requests": 10, "seconds": 1.5,
        "findings": findings, "new_key": 3,
        "checks": [{"rule": "sse/bom", "operation": "send", "passed": 3, "failed": 1, "not_checked": 0, "reason": null}],
        "promises": [{"quote": "q", "document": "d", "rules": ["sse/bom"], "cases": 2, "verdict": "kept", "reason": null}],
        "not_checked": [{"operation": "send", "state": null, "what": "x", "reason": "y"}],
        "latency": {"send": {"head_ms": {"p50": 1.0, "p95": 3.0, "max": 3.0}, "first_event_ms": {}}},
        "times": {"send": {"head": [[1000, 9], [3000, 1]], "first_event": [], "total": [[2000, 9], [4000, 1]]}},
        "evidence": fixture::evidence(), "suspected": [],
        "streams": {"send": {"ended": {"clean": 2}, "dialects": {}}},
        "coverage": {"send": {"requests": 4, "parameters": [{"what": "query.a", "times": 0, "never": "no case"}]}}
    })
}

fn finding(count: usize, reproduced: &str, message: &str) -> Value {
    json!({
        "rule": "sse/bom", "operation": "send", "state": null, "severity": "error", "message": message,
        "count": count, "also": [], "reproduced": reproduced, "case": {"shrunk": true}
    })
}

#[test]
fn what_shards_say_is_added() {
    let one = report(1, &target("violations", &json!([finding(2, "sometimes", "a")])));
    let mut other = target("violations", &json!([finding(3, "always", "b")]));
    other["times"]["send"]["head"] = json!([[2000, 20], [7500, 1]]);
    other["promises"][0]["verdict"] = json!("broken");
    other["coverage"]["send"]["parameters"][0] = json!({"what": "query.a", "times": 2, "never": null});
    let merged = merge(&[one, report(2, &other)]).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&merged).unwrap());
}

#[test]
fn an_id_that_two_shards_saw_is_a_finding_and_breaks_its_promise() {
    let seen = |case: &str| {
        let values = json!({"digest": {"value": "m1", "first": case, "again": null}});
        json!({"ids": {"send": {"X-Message-Id": {"at": {"header": "X-Message-Id"}, "promises": [0], "values": values}}}})
    };
    let (one, other) = ("send/positive/1", "send/positive/2");
    let merged = remembering([&seen(one), &seen(other)], "unique/repeated", [one, other]);
    assert_eq!(told(&merged), ["unique/repeated send/positive/2: m1, which send/positive/1 was given before (1)"]);
    let target = &merged["targets"][0];
    assert_eq!((&merged["verdict"], &target["verdict"]), (&json!("violations"), &json!("violations")));
    assert_eq!(target["promises"][0]["verdict"], "broken");
    assert_eq!(target["promises"][0]["rules"], json!(["sse/bom", "unique/repeated"]));
    assert_eq!(target["promises"][0]["cases"], 5);
    let check = target["checks"].as_array().unwrap().iter().find(|check| check["rule"] == "unique/repeated").unwrap();
    assert_eq!(["passed", "failed", "not_checked"].map(|key| check[key].as_u64()), [Some(0), Some(1), Some(0)]);
}

#[test]
fn a_word_of_a_request_that_another_shard_sent_at_the_same_time_is_cross_talk() {
    let read = |began: u64, case: &str, mark: &str, foreign: &Value| {
        let under_way = json!({"from": {"secs": 1, "nanos": 0}, "to": {"secs": 2, "nanos": 0}});
        let read = json!({
            "case": case, "mark": mark, "path_values": [], "under_way": under_way, "shows_own": false, "foreign": foreign
        });
        json!({"marks": {"began": {"secs": began, "nanos": 0}, "answers": {"send": [read]}}})
    };
    let (one, other) = ("send/positive/1", "send/positive/2");
    let mixed_up = read(100, one, "u00000001", &json!({"u00000002": 6}));
    let together = [&mixed_up, &read(100, other, "u00000002", &json!({}))];
    let merged = remembering(together, "isolation/cross-talk", [one, other]);
    assert_eq!(
        told(&merged),
        [
            "isolation/cross-talk send/positive/1: `u00000002`, which send/positive/2 sent and send/positive/1 did not (1)"
        ]
    );
    let one_after_the_other = [&mixed_up, &read(101, other, "u00000002", &json!({}))];
    assert_eq!(told(&remembering(one_after_the_other, "isolation/cross-talk", [one, other])), [""; 0]);
}

#[test]
fn errors_of_one_shape_in_each_shard_clash_together() {
    let shapes = |case: &str, member: &str| {
        json!({"error_shapes": [
            {"shape": {"object": [[member, "a text"]]}, "case": case, "operation": "send", "answers": 2}
        ]})
    };
    let (one, other) = ("send/negative/1", "send/negative/2");
    let merged = remembering([&shapes(one, "error"), &shapes(other, "detail")], "error/shape", [one, other]);
    assert_eq!(told(&merged), ["error/shape send/negative/2: a JSON object with `detail` a text (1)"]);
    assert_eq!(merged["verdict"], "conformant");
}

#[test]
fn an_operation_that_served_one_shard_was_served() {
    let served = target("conformant", &json!([]));
    let mut refused = target("incomplete", &json!([]));
    refused["incomplete"] = json!(["no valid request to send was served: they were answered 404"]);
    refused["evidence"]["reach"] = json!({
        "valid": {"send": {"404": 1}}, "served": {}, "all": {"404": 1}, "encoded": {}, "unended": {},
        "redirected": [], "pages": 0, "locations": [], "lost": 0, "throttled": 0
    });
    let merged = merge(&[report(1, &served), report(2, &refused)]).unwrap();
    assert_eq!((&merged["verdict"], &merged["targets"][0]["incomplete"]), (&json!("conformant"), &json!([])));
}

#[test]
fn an_entry_of_the_baseline_is_gone_where_no_shard_found_it() {
    let part = |findings: &Value, failed: usize| {
        let mut target = target("violations", findings);
        target["checks"][0]["failed"] = json!(failed);
        let text = "[[known]]\nrule = \"sse/bom\"\noperation = \"send\"\nreason = \"a proxy writes it\"\n";
        target["evidence"]["baseline"] = json!({"name": "known.toml", "text": text, "today": "2026-06-15"});
        target
    };
    let (found, none) = (part(&json!([finding(2, "always", "a")]), 1), part(&json!([]), 0));
    let merged = merge(&[report(1, &found), report(2, &none)]).unwrap();
    let target = &merged["targets"][0];
    assert_eq!((&target["verdict"], &target["lapsed"]), (&json!("conformant"), &json!([])));
    assert_eq!(target["findings"][0]["known"]["reason"], "a proxy writes it");
    let merged = merge(&[report(1, &none), report(2, &none)]).unwrap();
    assert_eq!((&merged["verdict"], &merged["targets"][0]["lapsed"][0]["why"]), (&json!("violations"), &json!("gone")));
}

#[test]
fn what_every_shard_sees_is_drift_and_what_one_sees_alone_is_none() {
    const ANSWER: &str = "200 application/json";
    let snapshot =
        |members: &Value| json!({"cases": {"positive": ANSWER}, "answers": {ANSWER: {"json": members}}}).to_string();
    let part = |number: usize, members: &Value| {
        let mut target = target("conformant", &json!([]));
        let (accepted, case) =
            (snapshot(&json!({"id": "string", "orgId": "string"})), format!("send/positive/{number}"));
        let drift = json!({"accepted": accepted, "now": snapshot(members), "shown": {ANSWER: [false, case]}});
        target["evidence"]["drifts"] = json!({"send": drift});
        target["suspected"] = json!([suspected("snapshot/drift", &case)]);
        report(number, &target)
    };
    let shards = [part(1, &json!({"id": "string"})), part(2, &json!({"id": "string", "seen": "number"}))];
    let merged = merge(&shards).unwrap();
    let finding = &merged["targets"][0]["findings"][0];
    assert_eq!((&finding["rule"], &finding["severity"]), (&json!("snapshot/drift"), &json!("warning")));
    assert_eq!((&finding["message"], &finding["also"]), (&json!("`orgId` no longer sent"), &json!([])));
    assert_eq!(finding["case"]["id"], "send/positive/1");
}

#[test]
fn a_shard_that_is_missing_makes_the_run_incomplete() {
    let merged = merge(&[report(2, &target("conformant", &json!([])))]).unwrap();
    assert_eq!(merged["verdict"], "incomplete");
    assert_eq!(merged["targets"][0]["incomplete"], json!(["the report of shard 1/2 is missing"]));
}

#[test]
fn reports_that_do_not_belong_together_are_refused() {
    let healthy = target("conformant", &json!([]));
    let (one, mut other) = (report(1, &healthy), report(2, &healthy));
    let twice = merge(&[one.clone(), one.clone()]).unwrap_err();
    assert_eq!(twice.to_string(), "1.json and 1.json are both shard 1/2");
    other.1["seed"] = json!(9);
    let different = merge(&[one.clone(), other]).unwrap_err();
    assert_eq!(different.to_string(), "1.json and 2.json are not of one run: their seeds differ");
    let mut whole = one.clone();
    whole.1["shard"] = Value::Null;
    assert!(matches!(merge(&[whole]), Err(MergeError::NoShard(_))));
    for wrong in [json!(null), json!([]), json!({"targets": 3}), json!({"targets": [], "shard": {"number": "x"}})] {
        assert!(matches!(merge(&[("a".to_owned(), wrong)]), Err(MergeError::NotAReport(_))));
    }
    let mut nothing_handed = healthy.clone();
    nothing_handed["evidence"] = Value::Null;
    let refused = merge(&[report(1, &nothing_handed)]).unwrap_err();
    assert_eq!(refused, MergeError::NothingHanded("api".to_owned()));
    let mut of_another_document = healthy.clone();
    of_another_document["operations"] = json!(["send", "read"]);
    let different = merge(&[one, report(2, &of_another_document)]).unwrap_err();
    assert_eq!(different.to_string(), "1.json and 2.json are not of one run: their targets or their documents differ");
}
