use serde_json::json;

use super::*;

fn report(number: usize, target: &Value) -> (String, Value) {
    let shard = json!({"number": number, "of": 2});
    let report = json!({
        "uptospec": "0.1.0", "verdict": target["verdict"], "seed": 1, "shard": shard,
        "started": format!("2026-01-01T00:00:0{number}Z"), "seconds": number, "targets": [target]
    });
    (format!("{number}.json"), report)
}

fn target(verdict: &str, findings: &Value) -> Value {
    json!({
        "name": "api", "url": "http://a.test/", "verdict": verdict, "incomplete": [], "requests": 10, "seconds": 1.5,
        "findings": findings, "new_key": 3,
        "checks": [{"rule": "sse/bom", "operation": "send", "passed": 3, "failed": 1, "not_checked": 0, "reason": null}],
        "promises": [{"quote": "q", "document": "d", "rules": ["sse/bom"], "cases": 2, "verdict": "kept", "reason": null}],
        "not_checked": [{"operation": "send", "state": null, "what": "x", "reason": "y"}],
        "latency": {"send": {"head_ms": {"p50": 1.0, "p95": 3.0, "max": 3.0}, "first_event_ms": {}}},
        "times": {"send": {"head": [[1000, 9], [3000, 1]], "first_event": [], "total": [[2000, 9], [4000, 1]]}},
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
fn a_rule_over_all_answers_is_judged_once_and_broken_where_a_shard_finds_it_broken() {
    let counted = |passed: usize, failed: usize, not_checked: usize| {
        let mut target = target("conformant", &json!([]));
        target["checks"] = json!([{
            "rule": "unique/repeated", "operation": "send", "reason": null,
            "passed": passed, "failed": failed, "not_checked": not_checked
        }]);
        target
    };
    let merged = merge(&[report(1, &counted(2, 0, 0)), report(2, &counted(0, 1, 1))]).unwrap();
    let check = &merged["targets"][0]["checks"][0];
    assert_eq!(["passed", "failed", "not_checked"].map(|key| check[key].as_u64()), [Some(1), Some(1), Some(0)]);
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
}
