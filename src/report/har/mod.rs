//! The HAR report: the exchange behind each finding in HTTP Archive 1.2, for the tools that read it.
//!
//! Fields that begin with `_` are ours, as the format allows.

mod model;
#[cfg(test)]
mod tests;

use std::io;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::StatusCode;
use url::Url;

use super::json::{KnownView, in_ms};
use super::safe;
use crate::run::{FoundFinding, RunResult, TargetResult};
use crate::send::{Answer, Exchange, Outcome, SentRequest};
use model::{About, Content, Creator, Entry, Har, Log, Named, PostData, Request, Response, Timings, UNKNOWN};

/// Most bytes that are shown of a body; and of a body once all together have taken theirs.
const MOST_BODY: usize = 64 * 1024;
const LEAST_BODY: usize = 1024;
/// Bytes that all bodies together may take before that.
const ALL_BODIES: usize = 4 * 1024 * 1024;
/// Most bytes that are shown of a field's value.
const MOST_FIELD: usize = 4 * 1024;

/// Writes the report of a run.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut dyn io::Write, run: &RunResult) -> io::Result<()> {
    let findings = run.targets.iter().flat_map(|target| target.findings.iter().map(move |found| (target, found)));
    let mut room = Room { left: ALL_BODIES };
    let entries = findings.map(|(target, found)| entry(run.started, target, found, &mut room)).collect();
    let creator = Creator { name: "uptospec", version: env!("CARGO_PKG_VERSION") };
    let har = Har { log: Log { version: "1.2", creator, entries } };
    writeln!(out, "{}", safe::json(&serde_json::to_string_pretty(&har)?))
}

/// How much of the file bodies may still take: there may be thousands of findings, each with a long answer.
struct Room {
    left: usize,
}

impl Room {
    /// The beginning of a body that there is room for.
    fn beginning<'a>(&mut self, body: &'a [u8]) -> &'a [u8] {
        let most = if self.left >= MOST_BODY { MOST_BODY } else { LEAST_BODY };
        let shown = &body[..body.len().min(most)];
        self.left = self.left.saturating_sub(shown.len());
        shown
    }
}

fn entry<'a>(started: SystemTime, target: &'a TargetResult, found: &'a FoundFinding, room: &mut Room) -> Entry<'a> {
    let Exchange { request, outcome, started: after, .. } = &found.exchange;
    let began = started.checked_add(*after).unwrap_or(started);
    let (response, timings, version) = match outcome {
        Outcome::Answered(answer) => {
            (answered(answer, room), Timings::new(answer.head_at, answer.ended_at), answer.version.as_str())
        }
        Outcome::Failed(failure) => (Response::none(&failure.message), Timings::new(failure.after, failure.after), ""),
    };
    Entry {
        started: humantime::format_rfc3339_millis(began).to_string(),
        time: timings.wait + timings.receive,
        request: sent(request, version, room),
        response,
        cache: model::Cache {},
        timings,
        about: about(target, found),
    }
}

fn about<'a>(target: &'a TargetResult, found: &'a FoundFinding) -> About<'a> {
    let finding = &found.finding;
    About {
        target: &target.name,
        rule: finding.rule,
        severity: finding.severity,
        operation: &found.operation,
        state: found.state.as_deref(),
        message: &finding.message,
        at: &finding.at,
        count: found.count,
        reproduced: found.reproduced,
        case: &found.case.id,
        known: found.known.as_ref().map(KnownView::from),
    }
}

fn sent<'a>(request: &'a SentRequest, version: &'a str, room: &mut Room) -> Request<'a> {
    let header = |wanted: &str| request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
    let media_type = || header("content-type").map_or(UNKNOWN, |(_, value)| value.as_str());
    let post_data = request.body.as_ref().map(|body| {
        let shown = room.beginning(body);
        PostData {
            media_type: media_type(),
            text: String::from_utf8_lossy(shown).into_owned(),
            comment: (shown.len() < body.len()).then(|| cut_words(body.len())),
        }
    });
    Request {
        method: &request.method,
        url: &request.url,
        version,
        cookies: [],
        headers: request.headers.iter().map(|(name, value)| field(name, value.as_bytes())).collect(),
        query: query(&request.url),
        post_data,
        headers_size: -1,
        body_size: request.body.as_ref().map_or(0, |body| body.len() as i64),
    }
}

/// The parameters of the URL's query; none where it is no URL.
fn query(url: &str) -> Vec<Named> {
    let Ok(url) = Url::parse(url) else { return Vec::new() };
    url.query_pairs().map(|(name, value)| Named::new(&name, &value)).collect()
}

fn answered<'a>(answer: &'a Answer, room: &mut Room) -> Response<'a> {
    let reason = StatusCode::from_u16(answer.status).ok().and_then(|status| status.canonical_reason());
    Response {
        status: answer.status,
        status_text: reason.unwrap_or_default(),
        version: &answer.version,
        cookies: [],
        headers: answer.headers.iter().map(|(name, value)| field(name, value)).collect(),
        content: content(answer, room),
        redirect_url: answer.header_values("location").next().map(field_text).unwrap_or_default(),
        headers_size: -1,
        body_size: answer.length as i64,
        error: None,
    }
}

/// A header field, its value cut where it is long.
fn field(name: &str, value: &[u8]) -> Named {
    let shown = &value[..value.len().min(MOST_FIELD)];
    let is_cut = shown.len() < value.len();
    let text = as_text(shown, is_cut).map_or_else(|| field_text(shown), str::to_owned);
    Named { comment: is_cut.then(|| cut_words(value.len())), ..Named::new(name, &text) }
}

/// A field's value: UTF-8, or ISO 8859-1 where it is none, in which every byte is a character (RFC 9110 5.5).
fn field_text(value: &[u8]) -> String {
    std::str::from_utf8(value).map_or_else(|_| value.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}

/// The body as text; in base64 where it is no text, or is compressed.
fn content(answer: &Answer, room: &mut Room) -> Content {
    let shown = room.beginning(&answer.body);
    let is_cut = shown.len() < answer.length;
    let text = as_text(shown, is_cut).filter(|_| answer.content_coding().is_none());
    let (text, encoding) = match text {
        Some(text) => (text.to_owned(), None),
        None => (BASE64_STANDARD.encode(shown), Some("base64")),
    };
    Content {
        size: answer.length,
        media_type: answer.header_values("content-type").next().map_or(UNKNOWN.to_owned(), field_text),
        text,
        encoding,
        comment: is_cut.then(|| cut_words(answer.length)),
    }
}

/// The bytes as text. Of a body that we cut, a character that the cut went through is left out.
fn as_text(bytes: &[u8], is_cut: bool) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) if is_cut && error.error_len().is_none() => std::str::from_utf8(&bytes[..error.valid_up_to()]).ok(),
        Err(_) => None,
    }
}

fn cut_words(length: usize) -> String {
    format!("only the beginning of {length} bytes")
}

impl Timings {
    /// Times of an exchange whose head was there after `head`, and its body after `end`. How long sending took is
    /// not known apart from waiting.
    fn new(head: Duration, end: Duration) -> Self {
        Timings { send: 0.0, wait: in_ms(head), receive: in_ms(end.saturating_sub(head)) }
    }
}
