//! How fast an answer is held to its schema: the body of the agenhq message, right and wrong.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use uptospec::contract::{self, Schema};

fn schema() -> Schema {
    let contract =
        contract::read("agenhq.yaml", include_str!("../specs/agenhq.yaml"), None).expect("the spec is right");
    let operation = contract.operation("sendMessage").expect("it is there");
    let response = operation.response(200).expect("it is documented");
    response.media("application/json").and_then(|media| media.schema.clone()).expect("it has a schema")
}

fn answer() -> Value {
    json!({
        "id": "msg_1", "session_id": "ses_1", "type": "user_message",
        "payload": { "type": "user_message", "message": "What is my current subscription plan?" },
        "status": "completed", "client_id": null, "session_goal_id": null, "session_task_id": null,
        "created_at": "2026-04-29T09:10:00Z", "updated_at": "2026-04-29T09:10:00Z"
    })
}

fn validate(c: &mut Criterion) {
    let (schema, right) = (schema(), answer());
    let mut wrong = right.clone();
    wrong["status"] = json!("done");
    assert!(schema.is_valid(&right) && !schema.is_valid(&wrong));
    let mut group = c.benchmark_group("validate");
    group.throughput(Throughput::Elements(1));
    group.bench_function("is valid", |b| b.iter(|| schema.is_valid(black_box(&right))));
    group.bench_function("failures of a valid answer", |b| b.iter(|| schema.failures(black_box(&right))));
    group.bench_function("failures of a wrong answer", |b| b.iter(|| schema.failures(black_box(&wrong))));
    group.finish();
}

criterion_group!(benches, validate);
criterion_main!(benches);
