//! What a run comes to, as plain data for reports. Nothing here holds a secret.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Known, Lapsed, OperationCoverage, Shard, ShardPart, ShownStream, Timeline};
use crate::contract::{Place, Source};
use crate::judge::{Context, Finding, Severity, StreamEnd};
use crate::recording::RecordedCase;
use crate::send::Exchange;
use crate::snapshot::Snapshot;

/// What a target, or a whole run, comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunVerdict {
    /// Nothing that was judged breaks the contract, and every operation was judged.
    Conformant,
    /// Something breaks the contract.
    Violations,
    /// It could not be judged.
    Incomplete,
}

impl RunVerdict {
    /// The word used everywhere.
    pub fn word(self) -> &'static str {
        match self {
            RunVerdict::Conformant => "conformant",
            RunVerdict::Violations => "violations",
            RunVerdict::Incomplete => "incomplete",
        }
    }
}

/// A whole run.
#[derive(Debug, Clone)]
pub struct RunResult {
    /// `violations` before `incomplete` before `conformant`.
    pub verdict: RunVerdict,
    /// Seed of all generated cases.
    pub seed: u64,
    /// The part of the cases that it had; `None` for all.
    pub shard: Option<Shard>,
    /// The least severity that makes a verdict of `violations`.
    pub fail_on: Severity,
    /// When it began.
    pub started: SystemTime,
    /// How long it took.
    pub elapsed: Duration,
    /// Every target, in the order of the configuration.
    pub targets: Vec<TargetResult>,
}

/// What one target comes to.
#[derive(Debug, Clone)]
pub struct TargetResult {
    /// Its name.
    pub name: String,
    /// Title of its contract.
    pub title: String,
    /// Its base URL.
    pub url: String,
    /// The document, as the user named it.
    pub spec: String,
    /// What it comes to.
    pub verdict: RunVerdict,
    /// Why it could not be judged, or not in full; empty when it could.
    pub incomplete: Vec<String>,
    /// Ids of the operations of its contract.
    pub operations: Vec<String>,
    /// Requests sent, every one of them counted.
    pub requests: usize,
    /// How long it took.
    pub elapsed: Duration,
    /// What is wrong, gravest first; one entry a rule, operation and state.
    pub findings: Vec<FoundFinding>,
    /// How often each rule was judged on each operation.
    pub checks: Vec<CheckCount>,
    /// What became of each sentence of the documents.
    pub promises: Vec<PromiseOutcome>,
    /// What was left out before anything was sent, and why.
    pub left_out: Vec<NotChecked>,
    /// Times by operation.
    pub latency: IndexMap<String, Latency>,
    /// Those of all operations together; `None` where nothing succeeded.
    pub latency_of_all: Option<Latency>,
    /// What is needed to join it with other shards; `None` of a whole run.
    pub shard: Option<ShardPart>,
    /// How streams ended, by operation.
    pub streams: IndexMap<String, Streams>,
    /// What was exercised, by operation.
    pub coverage: IndexMap<String, OperationCoverage>,
    /// The shape of the answers of each operation; empty where the run did not look at it.
    pub shapes: BTreeMap<String, Snapshot>,
    /// Entries of the baseline that no longer hold.
    pub lapsed: Vec<Lapsed>,
}

impl TargetResult {
    /// How many findings of a severity there are, those that are known excepted.
    pub fn number_of(&self, severity: Severity) -> usize {
        let counts = |found: &&FoundFinding| found.known.is_none() && found.finding.severity == severity;
        self.findings.iter().filter(counts).count()
    }

    /// The findings that are known, each with what the baseline says of it.
    pub fn known(&self) -> impl Iterator<Item = (&FoundFinding, &Known)> {
        self.findings.iter().filter_map(|found| Some((found, found.known.as_ref()?)))
    }
}

/// A broken rule on one operation and state, however many cases show it.
#[derive(Debug, Clone)]
pub struct FoundFinding {
    /// The finding, as the smallest case shows it.
    pub finding: Finding,
    /// Id of the operation.
    pub operation: String,
    /// The state, where the case needs one.
    pub state: Option<String>,
    /// How many cases show it.
    pub count: usize,
    /// What else breaks the rule there, a sentence each.
    pub also: Vec<String>,
    /// Whether it shows again.
    pub reproduced: Reproduced,
    /// The smallest case that shows it.
    pub case: FoundCase,
    /// That case's exchange.
    pub exchange: Exchange,
    /// Its answer as a stream, where it is one.
    pub stream: Option<ShownStream>,
    /// That case in a form that can be judged and sent again.
    pub recorded: RecordedCase,
    /// What was known beyond the exchange when it was judged.
    pub context: Context,
    /// What the baseline says of it, where it is known: then it does not fail the run.
    pub known: Option<Known>,
}

/// Whether a finding shows again when its case is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reproduced {
    /// Every time.
    Always,
    /// Some of the times.
    Sometimes,
    /// Never again.
    Never,
    /// It was not tried again: the budget was spent, or its case says nothing without those before it.
    NotTried,
}

/// The case of a finding, in a form that can be sent again.
#[derive(Debug, Clone)]
pub struct FoundCase {
    /// Its id.
    pub id: String,
    /// Kind of the case, one word.
    pub kind: &'static str,
    /// What is special about it, such as `"message" is left out`.
    pub about: Option<String>,
    /// One line for a shell, secrets as `${NAME}`.
    pub curl: String,
    /// Method, URL, headers and body as JSON, secrets as `${NAME}`.
    pub request: Value,
    /// Whether shrinking came to its end: nothing can be taken away without losing the finding.
    pub shrunk: bool,
}

/// How often a rule was judged on an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckCount {
    /// Id of the rule.
    pub rule: &'static str,
    /// Id of the operation.
    pub operation: String,
    /// How often it was kept.
    pub passed: usize,
    /// How often it was broken.
    pub failed: usize,
    /// How often it could not be judged.
    pub not_checked: usize,
    /// Why it could not be judged: the most frequent reason.
    pub reason: Option<String>,
}

/// Something that was not checked at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotChecked {
    /// Id of the operation.
    pub operation: String,
    /// The state that is missing, where one is.
    pub state: Option<String>,
    /// What was not checked.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// What became of a sentence of the documents.
#[derive(Debug, Clone)]
pub struct PromiseOutcome {
    /// The sentence.
    pub source: Source,
    /// Where the spec says it.
    pub place: Place,
    /// The operation it belongs to.
    pub operation: Option<String>,
    /// Rules that bore witness.
    pub rules: Vec<&'static str>,
    /// How many checks bore witness.
    pub cases: usize,
    /// Kept, broken or not checked.
    pub verdict: PromiseVerdict,
    /// Why it was not checked.
    pub reason: Option<String>,
}

/// Whether a promise is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PromiseVerdict {
    /// There is evidence for it and none against it.
    #[serde(rename = "kept")]
    Kept,
    /// There is evidence against it.
    #[serde(rename = "broken")]
    Broken,
    /// There is no evidence.
    #[serde(rename = "not checked")]
    NotChecked,
}

/// Times of an operation's successful answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latency {
    /// To the whole response head.
    pub head: Percentiles,
    /// To the first byte of the body.
    pub first_byte: Option<Percentiles>,
    /// To the first event of a stream, or the first piece of a text stream.
    pub first_event: Option<Percentiles>,
    /// To the first text that a person can see, where the contract tells which that is.
    pub first_content: Option<Percentiles>,
    /// To the end of the body.
    pub total: Percentiles,
}

/// How the streams of an operation's successful answers ended, and what they speak.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Streams {
    /// How many ended in which way.
    pub ended: BTreeMap<StreamEnd, usize>,
    /// How many speak which dialect, where it was recognised.
    pub dialects: BTreeMap<String, usize>,
    /// When the pieces of some of them came, by the id of the case.
    #[serde(skip)]
    pub timelines: BTreeMap<String, Timeline>,
}

/// A distribution in three figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Percentiles {
    /// Half are at most this.
    pub p50: Duration,
    /// 95 of 100 are at most this.
    pub p95: Duration,
    /// The longest.
    pub max: Duration,
}
