//! How many cases a second are generated for a chat operation.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use indexmap::IndexMap;
use serde_json::{Value, json};
use uptospec::contract::{
    Contract, MediaType, OpenApiVersion, Operation, Parameter, ParameterLocation, ParameterStyle, Place, RequestBody,
    Schema,
};
use uptospec::generate::{Case, Options, Search, generate};
use uptospec::target::Target;

/// Enough random cases for the boundaries not to matter.
const CASES: usize = 1_000;

fn schema(json: Value) -> Schema {
    Schema::standalone(json).expect("the benchmark's own schema is valid")
}

fn send_message() -> Operation {
    let body = json!({
        "type": "object",
        "required": ["message", "sessionId"],
        "properties": {
            "message": {"type": "string", "minLength": 1, "maxLength": 4000},
            "sessionId": {"type": "string"},
            "visitorEmail": {"type": "string", "format": "email"},
            "stream": {"type": "boolean"},
            "metadata": {"type": "object"}
        }
    });
    let media = MediaType {
        essence: "application/json".into(),
        schema: Some(schema(body)),
        examples: Vec::new(),
        stream: None,
        encoding: IndexMap::new(),
        promises: Vec::new(),
    };
    let agent = Parameter {
        name: "agentId".into(),
        location: ParameterLocation::Path,
        required: true,
        schema: schema(json!({"type": "string"})),
        style: ParameterStyle::Simple,
        explode: false,
        allow_reserved: false,
        examples: Vec::new(),
        promises: Vec::new(),
    };
    Operation {
        id: "sendMessage".into(),
        method: http::Method::POST,
        path: "/agents/{agentId}/chat".into(),
        summary: None,
        parameters: vec![agent],
        body: Some(RequestBody { required: true, media: vec![media], promises: Vec::new() }),
        responses: Vec::new(),
        security: Vec::new(),
        rate_limit: None,
        stream_switch: None,
        promises: Vec::new(),
        place: Place::file("chat.yaml"),
    }
}

fn contract() -> Contract {
    Contract {
        title: "Chat".into(),
        file: "chat.yaml".into(),
        version: OpenApiVersion::V31,
        servers: Vec::new(),
        schemes: IndexMap::new(),
        operations: vec![Arc::new(send_message())],
        untested: Vec::new(),
        promises: Vec::new(),
        diagnostics: Vec::new(),
    }
}

fn target() -> Target {
    Target::new("chat", "chat.yaml")
}

/// How many cases are one cut smaller.
fn all_smaller(case: &Case) -> usize {
    let mut search = Search::new(black_box(case).clone(), usize::MAX);
    std::iter::from_fn(|| search.next_smaller()).count()
}

fn cases(criterion: &mut Criterion) {
    let (contract, target) = (contract(), target());
    let options = Options { seed: 7, cases: CASES };
    let plan = generate(&contract, &target, None, &options);
    let mut group = criterion.benchmark_group("generate");
    group.throughput(Throughput::Elements(u64::try_from(plan.cases.len()).unwrap_or(u64::MAX)));
    group.bench_function("cases", |bencher| {
        bencher.iter(|| generate(black_box(&contract), black_box(&target), None, &options));
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("smaller", |bencher| {
        bencher.iter(|| plan.cases.iter().take(20).map(all_smaller).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, cases);
criterion_main!(benches);
