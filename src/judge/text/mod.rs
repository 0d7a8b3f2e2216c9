//! Rules on plain text that arrives in pieces.

mod characters;
#[cfg(test)]
mod tests;

use super::stream::{Arrival, judge_idle, judge_incomplete, judge_pace};
use super::streamed::StreamView;
use super::{At, Evidence, Rule, RuleSource, Severity, Sink};
use crate::contract::{Contract, PromiseId};
use crate::send::{BodyLength, End};
use crate::stream::{LooksLike, MarkKind, excerpt};

/// The family.
pub static RULES: &[Rule] = &[
    INVALID_UTF8,
    characters::BOM,
    characters::CONTROL_CHARACTERS,
    characters::REPLACEMENT,
    INCOMPLETE,
    EMPTY,
    IDLE,
    BUFFERED,
    NOT_CHUNKED,
    FRAMING,
];

/// A shorter text has no pace.
const SHORTEST_TEXT: usize = 200;

const INVALID_UTF8: Rule = Rule {
    id: "text/invalid-utf8",
    severity: Severity::Error,
    what: "A text stream is UTF-8; a character may be split over chunks.",
    why: "Clients show U+FFFD in place of what was meant, or give up.",
    source: RuleSource::Standard("RFC 3629 3"),
    example: "caf\\xe9",
    judge: invalid_utf8,
};

const INCOMPLETE: Rule = Rule {
    id: "text/incomplete",
    severity: Severity::Error,
    what: "The text comes whole, as its HTTP framing says.",
    why: "Half an answer looks like a whole one.",
    source: RuleSource::Standard("RFC 9112 8"),
    example: "(chunked, and the connection closes without the last chunk)",
    judge: |evidence, sink| {
        if let Some((view, _)) = evidence.text_stream(sink) {
            judge_incomplete(&view, sink);
        }
    },
};

const EMPTY: Rule = Rule {
    id: "text/empty",
    severity: Severity::Error,
    what: "A text stream has text in it.",
    why: "A client shows nothing, and cannot say why.",
    source: RuleSource::Practice("a success without content is a failure that nobody reports"),
    example: "200\n\n(nothing)",
    judge: empty,
};

const IDLE: Rule = Rule {
    id: "text/idle",
    severity: Severity::Error,
    what: "A text stream is never silent for longer than allowed.",
    why: "Clients and proxies take a silent connection for a dead one.",
    source: RuleSource::Contract,
    example: "(silent for 40 s after 812 bytes)",
    judge: |evidence, sink| {
        if let Some((view, _)) = evidence.text_stream(sink) {
            judge_idle(&view, evidence, sink);
        }
    },
};

const BUFFERED: Rule = Rule {
    id: "text/buffered",
    severity: Severity::Warning,
    what: "Text arrives as it comes about, not all at once at the end.",
    why: "A stream that is gathered first has the waiting time of a plain answer.",
    source: RuleSource::Practice("a proxy or a framework gathers the answer"),
    example: "(900 bytes within 1 ms, after 4000 ms of silence)",
    judge: buffered,
};

const NOT_CHUNKED: Rule = Rule {
    id: "text/not-chunked",
    severity: Severity::Error,
    what: "Where the document promises chunked transfer, the answer is chunked.",
    why: "Any other transfer needs the whole text before its first byte, or hides whether it is whole.",
    source: RuleSource::Contract,
    example: "content-length: 812",
    judge: not_chunked,
};

const FRAMING: Rule = Rule {
    id: "text/framing",
    severity: Severity::Warning,
    what: "Plain text is the text itself.",
    why: "A client that shows text shows `data: `, braces, escapes or tags.",
    source: RuleSource::Standard("RFC 2046 4.1"),
    example: "content-type: text/plain\n\ndata: Hello\n\n",
    judge: framing,
};

fn invalid_utf8(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((view, facts)) = evidence.text_stream(sink) else { return };
    let invalid = facts.marks.first(MarkKind::InvalidUtf8).map(|mark| (mark, "bytes are no UTF-8"));
    let truncated = facts.marks.first(MarkKind::TruncatedUtf8).map(|mark| (mark, "the text ends inside a character"));
    let cut_off = view.end_unseen();
    let Some((mark, message)) = invalid.or(truncated.filter(|_| cut_off.is_none())) else {
        return sink.pass([]);
    };
    let mut finding = sink.finding(message);
    finding.at = At::byte(mark.byte);
    finding.expected = "UTF-8".to_owned();
    finding.actual = mark.text.clone();
    sink.fail(finding);
}

fn empty(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((view, facts)) = evidence.text_stream(sink) else { return };
    if !facts.blank {
        return sink.pass(view.promises(evidence.contract));
    }
    if let Some(reason) = view.end_unseen() {
        return sink.not_checked(reason);
    }
    let mut finding = sink.finding("there is no text");
    finding.expected = "some text".to_owned();
    finding.actual = format!("{} bytes of white space", facts.bytes);
    sink.fail(finding);
}

fn buffered(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((view, facts)) = evidence.text_stream(sink) else { return };
    let (Some(first), Some(last)) = (facts.first_at, facts.last_at) else { return };
    if facts.bytes < SHORTEST_TEXT {
        sink.not_checked("the text is too short to have a pace");
    } else if view.answer.is_timed() {
        let arrival = Arrival { count: format!("{} bytes", facts.bytes), pieces: facts.pieces, first, last };
        judge_pace(&arrival, &view.promises_of("timing", evidence.contract), evidence.contract, sink);
    }
}

fn not_chunked(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((view, _)) = evidence.text_stream(sink) else { return };
    let promises = chunked_promises(&view, evidence.contract);
    if promises.is_empty() {
        return;
    }
    if view.answer.version != "HTTP/1.1" {
        return sink.not_checked(format!("{} has no chunked transfer coding", view.answer.version));
    }
    let header = view.answer.header("transfer-encoding").unwrap_or_default();
    let ended = matches!(view.answer.end, End::Complete(BodyLength::Chunked) | End::MissingLastChunk | End::BadChunk);
    if ended || header.to_ascii_lowercase().contains("chunked") {
        return sink.pass(promises);
    }
    let length = view.answer.header("content-length").map(|length| format!("content-length: {length}"));
    let mut finding = sink.finding("the text is not sent in chunks");
    finding.at = At::header("transfer-encoding");
    finding.expected = "transfer-encoding: chunked".to_owned();
    finding.actual = length.unwrap_or_else(|| "neither Content-Length nor chunked".to_owned());
    sink.fail(finding.breaking(evidence.contract, promises));
}

/// The sentences that promise chunked transfer: those which say the word, or all where the contract
/// requires the header.
fn chunked_promises(view: &StreamView<'_>, contract: &Contract) -> Vec<PromiseId> {
    let says_so = |promise: &PromiseId| {
        let quote = contract.promise(*promise).source.quote.as_deref().unwrap_or_default();
        quote.to_ascii_lowercase().contains("chunked")
    };
    let Some(promised) = view.promised else { return Vec::new() };
    let required = promised
        .require_headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("transfer-encoding") && value.eq_ignore_ascii_case("chunked"));
    promised.promises.iter().copied().filter(|promise| required || says_so(promise)).collect()
}

fn framing(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((view, facts)) = evidence.text_stream(sink) else { return };
    let what = match facts.looks_like {
        None => return sink.pass([]),
        Some(LooksLike::Sse) => "server-sent events",
        Some(LooksLike::Json) => "one JSON document",
        Some(LooksLike::JsonString) => "a JSON string",
        Some(LooksLike::Html) => "a page of HTML",
        Some(LooksLike::Ndjson) => "lines of JSON",
        Some(LooksLike::AiDataV4) => "an AI SDK v4 data stream",
    };
    let mut finding = sink.finding(format!("the plain text is {what}"));
    finding.expected = "the text itself".to_owned();
    finding.actual = excerpt(&view.answer.body);
    sink.fail(finding);
}
