//! Rules on the head of an answer that is an event stream.

use crate::contract::StreamSwitch;
use crate::generate::Expect;
use crate::judge::streamed::{EVENT_STREAM, StreamAnswer, is_success};
use crate::judge::{At, Evidence, Finding, Rule, RuleSource, Severity, Sink};
use crate::send::Answer;
use crate::stream::{Framing, SseReader};

pub(super) const MEDIA_TYPE: Rule = Rule {
    id: "sse/media-type",
    severity: Severity::Error,
    what: "An event stream is sent as `text/event-stream`.",
    why: "Clients choose how to read by the media type: an `EventSource` fails on any other.",
    source: RuleSource::Contract,
    example: "content-type: text/plain\n\ndata: hello",
    judge: media_type,
};

pub(super) const CHARSET: Rule = Rule {
    id: "sse/charset",
    severity: Severity::Warning,
    what: "A `charset` parameter on an event stream says `utf-8`.",
    why: "Streams are always UTF-8; clients that believe another charset show other characters.",
    source: RuleSource::Standard("WHATWG HTML 9.2.5"),
    example: "content-type: text/event-stream; charset=iso-8859-1",
    judge: charset,
};

pub(super) const CACHE_CONTROL: Rule = Rule {
    id: "sse/cache-control",
    severity: Severity::Warning,
    what: "`Cache-Control` has `no-cache` or `no-store`.",
    why: "A cache between may store the stream, or hold it back until it is whole.",
    source: RuleSource::Practice("caches and proxies store or transform what they may"),
    example: "cache-control: max-age=60",
    judge: |evidence, sink| {
        let Some(answer) = event_stream(evidence) else { return };
        let value = answer.header("cache-control").unwrap_or_default();
        let kept = members(&value).any(|member| member == "no-cache" || member == "no-store");
        let say =
            || header_finding(sink, "a cache may keep the stream", "cache-control", "no-cache or no-store", &value);
        conclude((!kept).then(say), sink);
    },
};

pub(super) const CONTENT_LENGTH: Rule = Rule {
    id: "sse/content-length",
    severity: Severity::Warning,
    what: "A stream has no `Content-Length`.",
    why: "Who knows the length before the first byte had the whole answer before: it is not streamed.",
    source: RuleSource::Practice("a length can only be known of what is complete"),
    example: "content-length: 812",
    judge: |evidence, sink| unwanted("content-length", "the stream has a length before it began", evidence, sink),
};

pub(super) const CONTENT_ENCODING: Rule = Rule {
    id: "sse/content-encoding",
    severity: Severity::Warning,
    what: "A stream has no `Content-Encoding`.",
    why: "Encoders gather bytes before they give any: events come late and in bursts.",
    source: RuleSource::Practice("compression buffers"),
    example: "content-encoding: gzip",
    judge: |evidence, sink| unwanted("content-encoding", "the stream names a content encoding", evidence, sink),
};

pub(super) const ACCEL_BUFFERING: Rule = Rule {
    id: "sse/accel-buffering",
    severity: Severity::Note,
    what: "`X-Accel-Buffering: no` tells proxies not to buffer.",
    why: "Proxies such as nginx gather an answer before they pass it on unless they are told not to.",
    source: RuleSource::Practice("nginx buffers by default"),
    example: "(no x-accel-buffering)",
    judge: |evidence, sink| {
        let Some(answer) = event_stream(evidence) else { return };
        let value = answer.header("x-accel-buffering").unwrap_or_default();
        let kept = value.trim().eq_ignore_ascii_case("no");
        let say = || header_finding(sink, "a proxy may buffer the stream", "x-accel-buffering", "no", &value);
        conclude((!kept).then(say), sink);
    },
};

pub(super) const CONNECTION_HEADER: Rule = Rule {
    id: "sse/connection-header",
    severity: Severity::Error,
    what: "Over HTTP/2 an answer carries no connection-specific field.",
    why: "Such an answer is malformed, and clients end the stream with a protocol error.",
    source: RuleSource::Standard("RFC 9113 8.2.2"),
    example: "HTTP/2 200\nconnection: keep-alive",
    judge: connection_header,
};

pub(super) const ERROR_TYPED_AS_STREAM: Rule = Rule {
    id: "sse/error-typed-as-stream",
    severity: Severity::Warning,
    what: "An error that is no event stream is not sent as one.",
    why: "A client that chooses by the media type reads the error as a stream without events.",
    source: RuleSource::Standard("RFC 9110 8.3"),
    example: "401\ncontent-type: text/event-stream\n\nUnauthorized",
    judge: error_typed_as_stream,
};

pub(super) const PROFILE_HEADER: Rule = Rule {
    id: "sse/profile-header",
    severity: Severity::Error,
    what: "The answer has the headers that the stream's contract requires.",
    why: "Clients recognise the dialect of a stream by them.",
    source: RuleSource::Contract,
    example: "(no x-vercel-ai-ui-message-stream)",
    judge: profile_header,
};

/// Fields that belong to one connection and have no meaning in HTTP/2.
const CONNECTION_SPECIFIC: [&str; 5] = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"];

fn media_type(evidence: &Evidence<'_>, sink: &mut Sink) {
    let judged = evidence.may_have_content() && evidence.documented_method() && asks_for_event_stream(evidence);
    let Some(answer) = evidence.answer().filter(|answer| is_success(answer) && judged) else { return };
    let documented = evidence.response().and_then(|response| response.media(EVENT_STREAM));
    let promises = documented.map(|media| media.promises.clone()).unwrap_or_default();
    let essence = answer.essence().unwrap_or_default();
    if essence == EVENT_STREAM {
        return sink.pass(promises);
    }
    // The other form of a switch is told by stream/switch.
    let other_form = |switch: &StreamSwitch| switch.forms.iter().any(|(_, form)| *form == essence);
    if evidence.operation().stream_switch.as_ref().is_some_and(other_form) {
        return;
    }
    let actual = answer.header("content-type").unwrap_or_default();
    let finding =
        header_finding(sink, "the stream is not sent as an event stream", "content-type", EVENT_STREAM, &actual);
    sink.fail(finding.breaking(evidence.contract, promises));
}

/// Whether an event stream is the one form that may answer the case.
fn asks_for_event_stream(evidence: &Evidence<'_>) -> bool {
    match &evidence.case.expect {
        Expect::Success { form: Some(form) } => form == EVENT_STREAM,
        Expect::Success { form: None } | Expect::Error(_) | Expect::Refusal | Expect::Any => evidence
            .response()
            .is_some_and(|response| matches!(response.media.as_slice(), [only] if only.essence == EVENT_STREAM)),
    }
}

/// The answer, if it is a success in form of an event stream.
fn event_stream<'a>(evidence: &Evidence<'a>) -> Option<&'a Answer> {
    let StreamAnswer { answer, form } = evidence.stream_answer()?;
    (form.framing == Framing::Sse).then_some(answer)
}

fn charset(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = event_stream(evidence) else { return };
    let value = answer.header("content-type").unwrap_or_default();
    let charset = value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    });
    let wrong = charset.is_some_and(|charset| charset != "utf-8" && charset != "utf8");
    let say = || header_finding(sink, "the charset is not utf-8", "content-type", "charset=utf-8, or none", &value);
    conclude(wrong.then(say), sink);
}

fn unwanted(name: &str, message: &str, evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = event_stream(evidence) else { return };
    let finding = answer.header(name).map(|value| header_finding(sink, message, name, &format!("no {name}"), &value));
    conclude(finding, sink);
}

fn connection_header(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = event_stream(evidence).filter(|answer| is_http2(answer)) else { return };
    let found = CONNECTION_SPECIFIC.iter().find_map(|name| Some((*name, answer.header(name)?)));
    let finding = found.map(|(name, value)| {
        header_finding(sink, "a connection-specific field over HTTP/2", name, &format!("no {name}"), &value)
    });
    conclude(finding, sink);
}

fn error_typed_as_stream(evidence: &Evidence<'_>, sink: &mut Sink) {
    let typed = |answer: &&Answer| answer.status >= 400 && answer.essence().as_deref() == Some(EVENT_STREAM);
    let Some(answer) = evidence.answer().filter(typed) else { return };
    let mut reader = SseReader::default();
    let mut events = 0;
    reader.push(&answer.body, answer.ended_at, |_| events += 1);
    let message = "an error is sent as an event stream and is none";
    let actual = answer.header("content-type").unwrap_or_default();
    let say = || header_finding(sink, message, "content-type", "the media type of the error's body", &actual);
    conclude((events == 0).then(say), sink);
}

fn profile_header(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.stream_view(sink) else { return };
    for held in view.held() {
        // Fields of one connection are not the server's alone: proxies and HTTP/2 take them away.
        let is_judged = |name: &str| !CONNECTION_SPECIFIC.iter().any(|specific| specific.eq_ignore_ascii_case(name));
        let judged: Vec<_> = held.promised.require_headers.iter().filter(|(name, _)| is_judged(name)).collect();
        let mut wrong = judged.iter().filter_map(|(name, wanted)| {
            let value = view.answer.header(name);
            let lacks = value.as_deref().is_none_or(|value| !has_value(value, wanted));
            let message = format!("the stream lacks `{name}: {wanted}`");
            lacks.then(|| header_finding(sink, &message, name, wanted, &value.unwrap_or_default()))
        });
        let findings: Vec<_> = wrong.by_ref().collect();
        if findings.is_empty() && !judged.is_empty() {
            sink.pass(held.promises_of("requireHeaders", evidence.contract));
        }
        for finding in findings {
            sink.fail(held.breaking("requireHeaders", finding, evidence.contract));
        }
    }
}

/// Whether a field has the value, as a whole, as a member of its list, or before its parameters.
fn has_value(value: &str, wanted: &str) -> bool {
    let wanted = wanted.trim();
    wanted.is_empty()
        || value.trim().eq_ignore_ascii_case(wanted)
        || members(value).any(|member| member.eq_ignore_ascii_case(wanted))
        || value.split(';').next().is_some_and(|first| first.trim().eq_ignore_ascii_case(wanted))
}

fn is_http2(answer: &Answer) -> bool {
    answer.version.starts_with("HTTP/2")
}

/// The members of a list, in lower case.
fn members(value: &str) -> impl Iterator<Item = String> {
    value.split(',').map(|member| member.trim().to_ascii_lowercase())
}

fn header_finding(sink: &Sink, message: &str, name: &str, expected: &str, actual: &str) -> Finding {
    let mut finding = sink.finding(message);
    finding.at = At::header(name);
    finding.expected = expected.to_owned();
    finding.actual = if actual.is_empty() { format!("no {name}") } else { actual.to_owned() };
    finding
}

/// A rule with a finding is broken, and without is kept.
fn conclude(finding: Option<Finding>, sink: &mut Sink) {
    match finding {
        Some(finding) => sink.fail(finding),
        None => sink.pass([]),
    }
}
