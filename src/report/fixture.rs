//! A run with some of everything, told by a hostile target, for the tests of all reporters.

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::json;
use toml::value::Date;

use crate::contract::{Place, Source, Strength};
use crate::generate::{CaseKind, Expect};
use crate::judge::{At, Context, Finding, Severity, StreamEnd};
use crate::recording::{RecordedCase, RecordedRequest};
use crate::run::{
    CheckCount, Covered, Event, FoundCase, FoundFinding, Known, Lapse, Lapsed, Latency, Moment, NotChecked,
    OperationCoverage, Percentiles, PromiseOutcome, PromiseVerdict, Reporter, Reproduced, RunResult, RunVerdict, Shard,
    ShardEvidence, ShardPart, ShownRow, ShownStream, Streams, TargetResult, Timeline,
};
use crate::send::{Answer, BodyLength, End, Exchange, Failure, FailureKind, Outcome, Piece, SentRequest, Wire};

/// Something to write to that its reader has closed.
#[derive(Debug)]
pub struct BrokenPipe;

impl io::Write for BrokenPipe {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::BrokenPipe.into())
    }
}

/// The JSON report of a run.
pub fn json(run: &RunResult) -> Vec<u8> {
    let mut out = Vec::new();
    let mut report = super::JsonReport::new(&mut out);
    report.event(&Event::RunFinished(run)).expect("a vector takes everything");
    out
}

/// The events of a finished run, in order.
pub fn events(run: &RunResult, mut hear: impl FnMut(&Event<'_>)) {
    let names: Vec<_> = run.targets.iter().map(|target| target.name.clone()).collect();
    hear(&Event::RunStarted { seed: run.seed, targets: &names });
    for target in &run.targets {
        hear(&Event::TargetStarted { target: &target.name, url: &target.url, planned: target.requests });
        for finding in &target.findings {
            hear(&Event::FindingSeen { target: &target.name, finding });
        }
        hear(&Event::TargetFinished(target));
    }
    hear(&Event::RunFinished(run));
}

/// What a shard hands over whose one request was served and shows nothing.
pub fn evidence() -> ShardEvidence {
    let evidence = json!({
        "memory": {"ids": {}, "created": {"made": {}, "deleted": []}, "marks": {"began": {"secs": 100, "nanos": 0}, "answers": {}}, "error_shapes": [], "stored": []},
        "drifts": {}, "broken_off": [], "limited": [], "has_credentials": true,
        "reach": {
            "valid": {"send": {"200": 1}}, "served": {"send": 1}, "all": {"200": 1}, "encoded": {}, "unended": {},
            "redirected": [], "pages": 0, "locations": [], "lost": 0, "throttled": 0
        },
        "selection": {"rules": [], "severity": {}}, "baseline": null, "fail_on": "error"
    });
    serde_json::from_value(evidence).unwrap()
}

/// A run that is one of two shards.
pub fn of_shard() -> RunResult {
    let mut run = run();
    run.shard = Some(Shard { number: 1, of: 2 });
    for target in &mut run.targets {
        let suspected = target.findings.clone();
        target.shard = Some(ShardPart { evidence: evidence(), suspected, times: IndexMap::new() });
    }
    run
}

/// One target with violations, one conformant, one that is not there.
pub fn run() -> RunResult {
    RunResult {
        verdict: RunVerdict::Violations,
        seed: 7,
        shard: None,
        fail_on: Severity::Error,
        started: SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000),
        elapsed: ms(3_140),
        targets: vec![agentix(), target("agntix", RunVerdict::Conformant), unreachable()],
    }
}

/// A run with one target that keeps its contract.
pub fn conformant() -> RunResult {
    RunResult { verdict: RunVerdict::Conformant, targets: vec![target("agntix", RunVerdict::Conformant)], ..run() }
}

/// The run with a baseline that knows its first finding, and of which one entry no longer holds.
pub fn with_baseline() -> RunResult {
    let mut run = run();
    let target = &mut run.targets[0];
    let (reason, expires) = ("release 2.3 mends it".to_owned(), Date { year: 2027, month: 1, day: 31 });
    target.findings[0].known = Some(Known { reason, expires: Some(expires), flaky: false });
    target.lapsed.push(Lapsed {
        rule: "sse/bom",
        operation: "sendMessage".to_owned(),
        state: None,
        is_of_target: true,
        why: Lapse::Gone,
        reason: "a proxy writes it".to_owned(),
        place: Place { file: "known.toml".into(), line: 7, column: 1, span: 0..0 },
    });
    run
}

fn agentix() -> TargetResult {
    let promises = [
        promise("The stream ends with `data: [DONE]`.", PromiseVerdict::Broken, None),
        promise("Inactive agents answer 403.", PromiseVerdict::NotChecked, Some("no state agent-inactive")),
        promise("A paused agent says so.", PromiseVerdict::NotChecked, Some("no state agent-inactive")),
        promise("60 requests a minute.", PromiseVerdict::NotChecked, Some("no state rate-limited")),
    ];
    let check = CheckCount {
        rule: "stream/terminal-missing",
        operation: "sendMessage".to_owned(),
        passed: 120,
        failed: 3,
        not_checked: 12,
        reason: Some("rate limited".to_owned()),
    };
    let left_out = NotChecked {
        operation: "sendMessage".to_owned(),
        state: Some("agent-inactive".to_owned()),
        what: "403 AGENT_INACTIVE".to_owned(),
        reason: "no state agent-inactive".to_owned(),
    };
    let plain = target("agentix", RunVerdict::Violations);
    TargetResult {
        requests: 412,
        findings: vec![stream_finding(), header_finding(), json_finding(), silent_finding(), note_finding()],
        checks: vec![check],
        promises: plain.promises.iter().cloned().chain(promises).collect(),
        left_out: vec![left_out],
        elapsed: ms(3_140),
        ..plain
    }
}

fn target(name: &str, verdict: RunVerdict) -> TargetResult {
    let times = |p50, p95, max| Percentiles { p50: us(p50), p95: us(p95), max: us(max) };
    let streamed = Latency {
        head: times(12_100, 31_250, 40_000),
        first_byte: Some(times(39_000, 80_000, 90_000)),
        first_event: Some(times(40_000, 81_000, 90_500)),
        first_content: None,
        total: times(1_200_000, 1_900_000, 2_400_000),
    };
    let created = Latency {
        head: times(900, 1_300, 2_000),
        first_byte: Some(times(920, 1_350, 2_050)),
        total: times(950, 1_400, 2_100),
        ..Latency::default()
    };
    TargetResult {
        name: name.to_owned(),
        title: format!("{name} API"),
        url: "http://127.0.0.1:8080".to_owned(),
        spec: format!("specs/{name}.yaml"),
        verdict,
        incomplete: Vec::new(),
        operations: vec!["createSession".to_owned(), "sendMessage".to_owned()],
        requests: 96,
        elapsed: ms(870),
        findings: Vec::new(),
        checks: Vec::new(),
        promises: vec![promise("A session has an id.", PromiseVerdict::Kept, None)],
        left_out: Vec::new(),
        latency: IndexMap::from([("createSession".to_owned(), created), ("sendMessage".to_owned(), streamed)]),
        latency_of_all: Some(streamed),
        shard: None,
        streams: IndexMap::from([(
            "sendMessage".to_owned(),
            Streams {
                ended: BTreeMap::from([(StreamEnd::Sentinel, 11)]),
                dialects: BTreeMap::new(),
                timelines: BTreeMap::from([("sendMessage/positive/1".to_owned(), timeline())]),
            },
        )]),
        coverage: coverage(),
        shapes: BTreeMap::new(),
        lapsed: Vec::new(),
    }
}

fn timeline() -> Timeline {
    let moment = |at, bytes| Moment { at: ms(at), bytes };
    Timeline {
        head_at: ms(12),
        moments: vec![moment(40, 26), moment(640, 62), moment(1_100, 90)],
        first_event: Some(ms(40)),
        ended_at: ms(1_200),
        end: StreamEnd::Sentinel,
    }
}

/// One operation that was exercised in part, and one in full.
fn coverage() -> IndexMap<String, OperationCoverage> {
    let seen = |what: &str, times| Covered { what: what.to_owned(), times, never: None };
    let never = |what: &str, why: &str| Covered { what: what.to_owned(), times: 0, never: Some(why.to_owned()) };
    let create = OperationCoverage {
        requests: 31,
        request_media: vec![seen("application/json", 24)],
        statuses: vec![seen("201", 20)],
        ..OperationCoverage::default()
    };
    let send = OperationCoverage {
        requests: 65,
        parameters: vec![
            seen("path.sessionId", 60),
            seen("body#/content", 58),
            never("cookie.theme", "the pattern cannot be matched"),
        ],
        request_media: vec![seen("application/json", 58), never("text/plain", "application/json is sent")],
        statuses: vec![seen("200", 20), seen("400", 30), never("403", "no state agent-inactive")],
        response_media: vec![seen("200 text/event-stream", 15), never("403 application/json", "no answer was 403")],
        values: vec![seen("body#/mode \"fast\"", 9)],
        constraints: vec![
            seen("body#/content required", 1),
            never("body#/content pattern", "no value was found that breaks it and nothing else"),
            never("body#/mode pattern", "no value was found that breaks it and nothing else"),
        ],
        cut: false,
    };
    IndexMap::from([("createSession".to_owned(), create), ("sendMessage".to_owned(), send)])
}

fn unreachable() -> TargetResult {
    TargetResult {
        incomplete: vec!["http://127.0.0.1:8080 could not be reached: connection refused".to_owned()],
        requests: 1,
        elapsed: ms(3),
        promises: vec![promise("Keys begin with `sk_`.", PromiseVerdict::NotChecked, None)],
        latency: IndexMap::new(),
        latency_of_all: None,
        coverage: IndexMap::new(),
        ..target("agentsgt", RunVerdict::Incomplete)
    }
}

fn promise(quote: &str, verdict: PromiseVerdict, reason: Option<&str>) -> PromiseOutcome {
    PromiseOutcome {
        source: source(quote, Strength::Documented),
        place: Place { file: "specs/agentix.yaml".into(), line: 41, column: 9, span: 900..960 },
        operation: Some("sendMessage".to_owned()),
        rules: vec!["stream/terminal-missing"],
        cases: if verdict == PromiseVerdict::NotChecked { 0 } else { 40 },
        verdict,
        reason: reason.map(str::to_owned),
    }
}

fn source(quote: &str, strength: Strength) -> Source {
    Source { document: "chat-api.txt".to_owned(), quote: Some(quote.to_owned()), strength, section: None }
}

fn stream_finding() -> FoundFinding {
    let body = b"data: {\"type\":\"start\"}\r\n\r\n\
        data: {\"type\":\"text-delta\",\"delta\":\"Hola \xf0\x9f\x99\x82 \x1b[31m\"}\r\n\r\n\
        : keep-alive \xe2\x80\xae\r\n\r\n\
        data: {\"type\":\"text-delta\",\"delta\":42}\r\n\r\n";
    let at = At { byte: Some(108), event: Some(3), pointer: Some("/delta".to_owned()), header: None };
    let mut found = found("item/schema", Severity::Error, "`delta` is no text");
    found.finding.at = at;
    found.finding.expected = r#"{"type":"string"}"#.to_owned();
    found.finding.actual = "42".to_owned();
    found.finding.source = Some(source("Each text-delta carries a piece of text in `delta`.", Strength::Documented));
    found.state = Some("agent-not-public".to_owned());
    found.exchange = answered(200, "text/event-stream; charset=utf-8", body, End::MissingLastChunk);
    if let Outcome::Answered(answer) = &mut found.exchange.outcome {
        let piece = |at, offset, len| Piece { at: ms(at), offset, len };
        answer.pieces = vec![piece(41, 0, 26), piece(640, 26, 62), piece(1_310, 88, body.len() - 88)];
    }
    found.stream = Some(stream());
    found
}

/// A stream of which only some items are shown.
fn stream() -> ShownStream {
    let row = |number, at, bytes, kind: &str, data: &str, marked| ShownRow {
        number,
        at: ms(at),
        bytes,
        kind: Some(kind.to_owned()),
        data: data.to_owned(),
        marked,
    };
    ShownStream {
        rows: vec![
            row(1, 41, 24, "start", r#"{"type":"start"}"#, false),
            row(2, 640, 60, "text-delta", "{\"type\":\"text-delta\",\"delta\":\"Hola 🙂 \u{1b}[31m\"}", false),
            row(3, 1_310, 38, "text-delta", r#"{"type":"text-delta","delta":42}"#, true),
            row(20, 1_311, 2_048, "finish\u{202e}", &"x".repeat(300), false),
        ],
        total: 22,
        dialect: Some("ai-sdk-6".to_owned()),
        end: StreamEnd::MissingLastChunk,
        ended_at: ms(1_312),
    }
}

fn header_finding() -> FoundFinding {
    let mut found = found("body/media-type", Severity::Error, "the answer is HTML, which the document does not name");
    found.finding.at.header = Some("content-type".to_owned());
    found.finding.expected = "application/json".to_owned();
    found.finding.actual = "text/html".to_owned();
    found.count = 1;
    found.reproduced = Reproduced::Sometimes;
    found.case.about = Some("\"message\" is left out".to_owned());
    found.case.shrunk = false;
    found.exchange = answered(502, "text/html;\u{202e}charset=x", b"<script>alert(1)</script>", END);
    found
}

fn json_finding() -> FoundFinding {
    let long = "x".repeat(300);
    let body = format!(r#"{{"answer":"{long}","messages":[{{"role":"robot","text":"\u0007"}}]}}"#);
    let mut found = found("body/schema", Severity::Warning, "`role` is none of the values that the document lists");
    found.finding.at.pointer = Some("/messages/0/role".to_owned());
    found.finding.expected = r#"["user","assistant"]"#.to_owned();
    found.finding.actual = format!("\"robot\", in an answer that goes on for a while: {long}{long}");
    found.finding.source = Some(source("role: user | assistant", Strength::Inferred));
    found.exchange = answered(200, "application/json", body.as_bytes(), END);
    found
}

fn silent_finding() -> FoundFinding {
    let mut found = found("http/no-answer", Severity::Error, "the connection is closed without an answer");
    found.finding.expected = "an answer".to_owned();
    found.finding.actual = "nothing".to_owned();
    found.reproduced = Reproduced::NotTried;
    let message = "connection closed before message completed\u{1b}]0;owned\u{7}".to_owned();
    found.exchange.outcome = Outcome::Failed(Failure { kind: FailureKind::Closed, message, after: ms(12) });
    found
}

fn note_finding() -> FoundFinding {
    found("http/date", Severity::Note, "there is no Date field")
}

const END: End = End::Complete(BodyLength::ContentLength);

fn found(rule: &'static str, severity: Severity, message: &str) -> FoundFinding {
    FoundFinding {
        finding: Finding {
            rule,
            severity,
            message: message.to_owned(),
            at: At::default(),
            expected: String::new(),
            actual: String::new(),
            source: None,
            promises: Vec::new(),
        },
        operation: "sendMessage".to_owned(),
        state: None,
        count: 3,
        also: Vec::new(),
        reproduced: Reproduced::Always,
        case: FoundCase {
            id: "sendMessage/positive/12".to_owned(),
            kind: "positive",
            about: None,
            curl: CURL.to_owned(),
            request: json!({
                "method": "POST",
                "url": "http://127.0.0.1:8080/api/chat",
                "headers": { "content-type": "application/json" },
                "body": { "message": "0" },
            }),
            shrunk: true,
        },
        exchange: answered(200, "text/plain", b"", END),
        stream: None,
        known: None,
        recorded: recorded(),
        context: Context::default(),
    }
}

fn recorded() -> RecordedCase {
    RecordedCase {
        id: "sendMessage/positive/12".to_owned(),
        operation: "sendMessage".to_owned(),
        kind: CaseKind::Positive,
        state: None,
        request: RecordedRequest {
            method: "POST".to_owned(),
            path: "/api/chat".to_owned(),
            path_values: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            content_type: None,
            body: None,
        },
        expect: Expect::Any,
        mark: None,
        given: Vec::new(),
        sources: Vec::new(),
    }
}

const CURL: &str = "curl -sS -N -X POST http://127.0.0.1:8080/api/chat -H 'Authorization: Bearer ${AGX_KEY}' \
    -H 'Content-Type: application/json' --data-raw '{\"message\":\"0\"}'";

fn answered(status: u16, content_type: &str, body: &[u8], end: End) -> Exchange {
    let headers = vec![("content-type".to_owned(), content_type.as_bytes().to_vec())];
    Exchange {
        request: SentRequest {
            method: "POST".to_owned(),
            url: "http://127.0.0.1:8080/api/chat".to_owned(),
            headers: Vec::new(),
            body: None,
        },
        started: ms(5),
        outcome: Outcome::Answered(Answer {
            head_at: ms(10),
            pieces: vec![Piece { at: ms(12), offset: 0, len: body.len() }],
            end,
            ended_at: ms(1_312),
            ..Answer::whole(status, headers, Bytes::copy_from_slice(body))
        }),
        wire: Wire::NotAudited,
    }
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn us(microseconds: u64) -> Duration {
    Duration::from_micros(microseconds)
}
