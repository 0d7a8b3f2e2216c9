//! Rules on how the body ended.

use crate::contract::{Source, Strength};
use crate::judge::streamed::{StreamView, milliseconds};
use crate::judge::{At, Evidence, Rule, RuleSource, Severity, Sink};
use crate::send::{BodyLength, End};
use crate::stream::{MarkKind, StreamFacts, excerpt};

pub(super) const INCOMPLETE: Rule = Rule {
    id: "stream/incomplete",
    severity: Severity::Error,
    what: "The body is as long as its HTTP framing says.",
    why: "A body that breaks off is an error to every client, whatever its last event was.",
    source: RuleSource::Standard("RFC 9112 8"),
    example: "(chunked, and the connection closes without the last chunk)",
    judge: |evidence, sink| {
        let Some(view) = evidence.item_stream(sink) else { return };
        judge_incomplete(&view, sink);
    },
};

pub(super) const CLOSE_DELIMITED: Rule = Rule {
    id: "stream/close-delimited",
    severity: Severity::Warning,
    what: "A client can tell that the stream is complete.",
    why: "Where only the closed connection ends a body, a whole answer looks like one that broke off.",
    source: RuleSource::Standard("RFC 9112 6.3"),
    example: "HTTP/1.1 200\nconnection: close\n(no content-length, not chunked)",
    judge: close_delimited,
};

pub(super) const TAIL_DISCARDED: Rule = Rule {
    id: "stream/tail-discarded",
    severity: Severity::Error,
    what: "The last block or record of a stream is ended.",
    why: "A block that no blank line ends is discarded: its event is never delivered.",
    source: RuleSource::Standard("WHATWG HTML 9.2.6"),
    example: "data: [DONE]\n(end)",
    judge: tail_discarded,
};

pub(super) const HELD_OPEN: Rule = Rule {
    id: "stream/held-open",
    severity: Severity::Warning,
    what: "The body ends soon after the stream's declared end.",
    why: "Clients that read to the end of the body hang, and connections run out.",
    source: RuleSource::Practice("clients read until the body ends"),
    example: "data: [DONE]\n\n(and the connection stays open)",
    judge: |evidence, sink| {
        let Some(view) = evidence.stream_view(sink) else { return };
        let waited = match view.answer.end {
            End::HeldOpen { waited } => waited,
            End::Idle { silence } if view.ended_itself() => silence,
            End::Complete(_) if view.ended_itself() => return sink.pass([]),
            _ => return,
        };
        let mut finding = sink.finding("the connection stays open after the declared end");
        finding.expected = "the end of the body".to_owned();
        finding.actual = format!("still open after {}", milliseconds(waited));
        sink.fail(finding);
    },
};

/// Judges whether the body came whole. Plain text has a rule of its own for it.
pub(in crate::judge) fn judge_incomplete(view: &StreamView<'_>, sink: &mut Sink) {
    let actual = match view.answer.end {
        End::Complete(_) | End::HeldOpen { .. } => return sink.pass([]),
        End::MissingLastChunk => "the connection ended without the last chunk",
        End::BadChunk => "the size of a chunk cannot be read",
        End::ShortOfContentLength => "the body is shorter than Content-Length",
        End::Reset => "the connection was reset",
        End::Idle { .. } | End::StoppedBySize | End::StoppedByTime | End::StoppedByEvents => {
            return sink.not_checked(view.end_unseen().unwrap_or_default());
        }
    };
    let mut finding = sink.finding("the body breaks off");
    finding.at = At::byte(view.answer.length);
    finding.expected = "a body as long as its framing says".to_owned();
    finding.actual = format!("{actual}, after {} bytes", view.answer.length);
    sink.fail(finding);
}

fn close_delimited(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.stream_view(sink) else { return };
    match view.answer.end {
        End::Complete(BodyLength::Close) if !view.ended_itself() => {
            let mut finding = sink.finding("only the closed connection ends the stream");
            finding.expected = "chunked coding, or an end that the stream itself declares".to_owned();
            finding.actual = "neither Content-Length nor chunked".to_owned();
            sink.fail(finding);
        }
        End::Complete(_) => sink.pass([]),
        _ => {}
    }
}

fn tail_discarded(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let Some(tail) = discarded(&view) else { return sink.pass([]) };
    if let Some(reason) = view.end_unseen() {
        return sink.not_checked(reason);
    }
    let mut finding = sink.finding(tail.message);
    finding.at = At { byte: Some(tail.byte), event: Some(tail.event), ..At::default() };
    finding.expected = tail.expected.to_owned();
    finding.source = tail.source.or(finding.source);
    finding.actual = excerpt(view.answer.from(tail.byte));
    sink.fail(finding);
}

struct Discarded {
    byte: usize,
    event: usize,
    source: Option<Source>,
    message: &'static str,
    expected: &'static str,
}

/// Where it is said that a record which is not ended may be cut off.
fn cut_record(facts: &StreamFacts) -> Source {
    let (document, section) = match facts {
        StreamFacts::JsonSeq(_) => ("RFC 7464", Some("2.4".to_owned())),
        _ => ("AI SDK 4, data stream protocol", None),
    };
    Source { document: document.to_owned(), quote: None, strength: Strength::Standard, section }
}

fn discarded(view: &StreamView<'_>) -> Option<Discarded> {
    match &view.followed.facts {
        StreamFacts::Sse(facts) => facts.tail.as_ref().map(|tail| Discarded {
            byte: tail.span.start,
            event: view.followed.trace.total() + 1,
            source: None,
            message: if tail.line_ended {
                "the last block is not ended by a blank line and is discarded"
            } else {
                "the last line is not ended and its block is discarded"
            },
            expected: "a blank line after the last block",
        }),
        StreamFacts::JsonSeq(facts) | StreamFacts::AiDataV4(facts) if facts.unended => Some(Discarded {
            byte: facts.marks.kept(MarkKind::UnendedRecord).last().map_or(facts.bytes, |mark| mark.byte),
            event: facts.records,
            source: Some(cut_record(&view.followed.facts)),
            message: "the last record is not ended and may be cut off",
            expected: "LF after the last record",
        }),
        // The last line of NDJSON may go without its LF.
        StreamFacts::Ndjson(_) | StreamFacts::JsonSeq(_) | StreamFacts::AiDataV4(_) | StreamFacts::Text(_) => None,
    }
}
