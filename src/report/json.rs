//! The JSON report: for scripts, and for whoever comes back to a run later. Keys are only ever added, here and in
//! `docs/report.schema.json`, which tells what each of them holds.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value;

use super::safe;
use crate::contract::{Source, Strength};
use crate::judge::{At, Severity, StreamEnd};
use crate::run::{
    CheckCount, Event, FoundCase, FoundFinding, Known, Lapsed, Latency, NotChecked, OperationCoverage, Percentiles,
    PromiseOutcome, PromiseVerdict, Reporter, Reproduced, RunResult, RunVerdict, Shard, ShardEvidence, ShardPart,
    ShownRow, ShownStream, Streams, TargetResult, Times,
};

/// Writes the JSON report when the run is done.
#[derive(Debug)]
pub struct JsonReport<W> {
    out: W,
}

impl<W: io::Write> JsonReport<W> {
    /// A report that is written to `out`.
    pub fn new(out: W) -> Self {
        JsonReport { out }
    }
}

impl<W: io::Write> Reporter for JsonReport<W> {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let Event::RunFinished(run) = event else { return Ok(()) };
        let report = serde_json::to_string_pretty(&RunView::from(*run))?;
        writeln!(self.out, "{}", safe::json(&report))?;
        self.out.flush()
    }
}

#[derive(Serialize)]
struct RunView<'a> {
    uptospec: &'static str,
    verdict: RunVerdict,
    seed: u64,
    shard: Option<Shard>,
    started: String,
    seconds: f64,
    targets: Vec<TargetView<'a>>,
}

#[derive(Serialize)]
pub(super) struct TargetView<'a> {
    name: &'a str,
    title: &'a str,
    url: &'a str,
    spec: &'a str,
    verdict: RunVerdict,
    incomplete: &'a [String],
    operations: &'a [String],
    requests: usize,
    seconds: f64,
    findings: Vec<FindingView<'a>>,
    checks: &'a [CheckCount],
    promises: Vec<PromiseView<'a>>,
    not_checked: Vec<NotCheckedView<'a>>,
    latency: IndexMap<&'a str, Value>,
    #[serde(flatten)]
    shard: Option<ShardView<'a>>,
    streams: &'a IndexMap<String, Streams>,
    coverage: &'a IndexMap<String, OperationCoverage>,
    lapsed: Vec<LapsedView<'a>>,
}

#[derive(Serialize)]
struct ShardView<'a> {
    times: &'a IndexMap<String, Times>,
    evidence: &'a ShardEvidence,
    suspected: Vec<FindingView<'a>>,
}

#[derive(Serialize)]
pub(super) struct FindingView<'a> {
    rule: &'a str,
    severity: Severity,
    operation: &'a str,
    state: Option<&'a str>,
    message: &'a str,
    at: &'a At,
    expected: &'a str,
    actual: &'a str,
    source: Option<&'a Source>,
    count: usize,
    also: &'a [String],
    reproduced: Reproduced,
    stream: Option<StreamView<'a>>,
    case: CaseView<'a>,
    known: Option<KnownView<'a>>,
}

#[derive(Serialize)]
pub(super) struct KnownView<'a> {
    reason: &'a str,
    expires: Option<String>,
    flaky: bool,
}

#[derive(Serialize)]
struct LapsedView<'a> {
    rule: &'a str,
    operation: &'a str,
    state: Option<&'a str>,
    why: &'static str,
    message: String,
    reason: &'a str,
    place: String,
}

#[derive(Serialize)]
struct StreamView<'a> {
    ended: StreamEnd,
    ended_ms: f64,
    dialect: Option<&'a str>,
    items: usize,
    trace: Vec<RowView<'a>>,
}

#[derive(Serialize)]
struct RowView<'a> {
    number: usize,
    at_ms: f64,
    bytes: usize,
    kind: Option<&'a str>,
    data: &'a str,
    marked: bool,
}

#[derive(Serialize)]
struct CaseView<'a> {
    id: &'a str,
    kind: &'a str,
    about: Option<&'a str>,
    curl: &'a str,
    request: &'a Value,
    shrunk: bool,
}

#[derive(Serialize)]
struct PromiseView<'a> {
    quote: Option<&'a str>,
    document: &'a str,
    strength: Strength,
    section: Option<&'a str>,
    place: String,
    operation: Option<&'a str>,
    rules: &'a [&'static str],
    cases: usize,
    verdict: PromiseVerdict,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct NotCheckedView<'a> {
    operation: &'a str,
    state: Option<&'a str>,
    what: &'a str,
    reason: &'a str,
}

impl<'a> From<&'a RunResult> for RunView<'a> {
    fn from(run: &'a RunResult) -> Self {
        RunView {
            uptospec: env!("CARGO_PKG_VERSION"),
            verdict: run.verdict,
            seed: run.seed,
            shard: run.shard,
            started: humantime::format_rfc3339_seconds(run.started).to_string(),
            seconds: seconds(run.elapsed),
            targets: run.targets.iter().map(TargetView::from).collect(),
        }
    }
}

impl<'a> From<&'a TargetResult> for TargetView<'a> {
    fn from(target: &'a TargetResult) -> Self {
        TargetView {
            name: &target.name,
            title: &target.title,
            url: &target.url,
            spec: &target.spec,
            verdict: target.verdict,
            incomplete: &target.incomplete,
            operations: &target.operations,
            requests: target.requests,
            seconds: seconds(target.elapsed),
            findings: target.findings.iter().map(FindingView::from).collect(),
            checks: &target.checks,
            promises: target.promises.iter().map(PromiseView::from).collect(),
            not_checked: target.left_out.iter().map(NotCheckedView::from).collect(),
            latency: target.latency.iter().map(|(id, latency)| (id.as_str(), latency_json(latency))).collect(),
            shard: target.shard.as_ref().map(ShardView::from),
            streams: &target.streams,
            coverage: &target.coverage,
            lapsed: target.lapsed.iter().map(LapsedView::from).collect(),
        }
    }
}

impl<'a> From<&'a ShardPart> for ShardView<'a> {
    fn from(part: &'a ShardPart) -> Self {
        let suspected = part.suspected.iter().map(FindingView::from).collect();
        ShardView { times: &part.times, evidence: &part.evidence, suspected }
    }
}

impl<'a> From<&'a FoundFinding> for FindingView<'a> {
    fn from(found: &'a FoundFinding) -> Self {
        let finding = &found.finding;
        FindingView {
            rule: finding.rule,
            severity: finding.severity,
            operation: &found.operation,
            state: found.state.as_deref(),
            message: &finding.message,
            at: &finding.at,
            expected: &finding.expected,
            actual: &finding.actual,
            source: finding.source.as_ref(),
            count: found.count,
            also: &found.also,
            reproduced: found.reproduced,
            stream: found.stream.as_ref().map(StreamView::from),
            case: CaseView::from(&found.case),
            known: found.known.as_ref().map(KnownView::from),
        }
    }
}

impl<'a> From<&'a Known> for KnownView<'a> {
    fn from(known: &'a Known) -> Self {
        let Known { reason, expires, flaky } = known;
        KnownView { reason, expires: expires.map(|date| date.to_string()), flaky: *flaky }
    }
}

impl<'a> From<&'a Lapsed> for LapsedView<'a> {
    fn from(lapsed: &'a Lapsed) -> Self {
        LapsedView {
            rule: lapsed.rule,
            operation: &lapsed.operation,
            state: lapsed.state.as_deref(),
            why: lapsed.why.word(),
            message: lapsed.in_words(),
            reason: &lapsed.reason,
            place: lapsed.place.to_string(),
        }
    }
}

impl<'a> From<&'a ShownStream> for StreamView<'a> {
    fn from(stream: &'a ShownStream) -> Self {
        let row = |row: &'a ShownRow| RowView {
            number: row.number,
            at_ms: in_ms(row.at),
            bytes: row.bytes,
            kind: row.kind.as_deref(),
            data: &row.data,
            marked: row.marked,
        };
        StreamView {
            ended: stream.end,
            ended_ms: in_ms(stream.ended_at),
            dialect: stream.dialect.as_deref(),
            items: stream.total,
            trace: stream.rows.iter().map(row).collect(),
        }
    }
}

impl<'a> From<&'a FoundCase> for CaseView<'a> {
    fn from(case: &'a FoundCase) -> Self {
        CaseView {
            id: &case.id,
            kind: case.kind,
            about: case.about.as_deref(),
            curl: &case.curl,
            request: &case.request,
            shrunk: case.shrunk,
        }
    }
}

impl<'a> From<&'a PromiseOutcome> for PromiseView<'a> {
    fn from(promise: &'a PromiseOutcome) -> Self {
        PromiseView {
            quote: promise.source.quote.as_deref(),
            document: &promise.source.document,
            strength: promise.source.strength,
            section: promise.source.section.as_deref(),
            place: promise.place.to_string(),
            operation: promise.operation.as_deref(),
            rules: &promise.rules,
            cases: promise.cases,
            verdict: promise.verdict,
            reason: promise.reason.as_deref(),
        }
    }
}

impl<'a> From<&'a NotChecked> for NotCheckedView<'a> {
    fn from(left_out: &'a NotChecked) -> Self {
        NotCheckedView {
            operation: &left_out.operation,
            state: left_out.state.as_deref(),
            what: &left_out.what,
            reason: &left_out.reason,
        }
    }
}

/// What is known of a finding, as the report has it.
pub fn known_json(known: &Known) -> Value {
    serde_json::json!(KnownView::from(known))
}

/// An entry of a baseline that no longer holds, as the report has it.
pub fn lapsed_json(lapsed: &Lapsed) -> Value {
    serde_json::json!(LapsedView::from(lapsed))
}

/// Times of an operation as the report has them.
pub fn latency_json(latency: &Latency) -> Value {
    let where_known = |times: &Option<Percentiles>| times.as_ref().map(milliseconds).unwrap_or_default();
    serde_json::json!({
        "head_ms": milliseconds(&latency.head),
        "first_byte_ms": where_known(&latency.first_byte),
        "first_event_ms": where_known(&latency.first_event),
        "first_content_ms": where_known(&latency.first_content),
        "total_ms": milliseconds(&latency.total),
    })
}

fn milliseconds(times: &Percentiles) -> BTreeMap<&'static str, f64> {
    BTreeMap::from([("p50", in_ms(times.p50)), ("p95", in_ms(times.p95)), ("max", in_ms(times.max))])
}

/// Milliseconds with at most three decimals.
pub(super) fn in_ms(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e3
}

/// Seconds with at most three decimals.
pub(super) fn seconds(time: Duration) -> f64 {
    time.as_millis() as f64 / 1e3
}

#[cfg(test)]
mod tests;
