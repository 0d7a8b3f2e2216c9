//! Faults of streams of server-sent events.

use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};

use crate::reference::alter::Piece::{Last, Second};
use crate::reference::call::Call;
use crate::reference::fault::Effect::{self, Changes};
use crate::reference::fault::{Change, Fault};
use crate::reference::refusal::Refusal;
use crate::reference::reply::{Ending, Flow, Outcome, Reply};

const NO_CREDENTIAL: &[Outcome] = &[Outcome::Refused(Refusal::NoCredential)];

/// Faults in how a stream is sent.
pub(in crate::reference) const DELIVERY: &[Fault] = &[
    Fault::new(
        "no-last-chunk",
        "The connection closes before the body has ended.",
        &["stream/incomplete"],
        streams(|reply, _| reply.ending = Ending::Cut),
    ),
    Fault::new(
        "length-short",
        "The connection closes before the announced length is reached.",
        &["stream/incomplete"],
        streams(|reply, _| {
            reply.announce_length(1);
            reply.ending = Ending::Cut;
        }),
    ),
    Fault::new(
        "close-delimited",
        "The stream has no last event, and nothing but the closed connection ends it.",
        &["stream/close-delimited"],
        streams(|reply, _| {
            reply.pieces.pop();
            reply.ending = Ending::Closed;
        }),
    ),
    Fault::new(
        "buffered",
        "All events come in one burst after a long silence.",
        &["stream/buffered"],
        streams(|reply, _| reply.flow = Flow::Withheld),
    ),
    Fault::new(
        "content-length",
        "The stream is sent with a Content-Length.",
        &["sse/content-length"],
        streams(|reply, _| reply.announce_length(0)),
    ),
    Fault::new(
        "cache-control-missing",
        "The stream may be cached.",
        &["sse/cache-control"],
        streams(|reply, _| reply.unset(&CACHE_CONTROL)),
    ),
    Fault::new(
        "content-encoding",
        "The stream names a content encoding.",
        &["sse/content-encoding"],
        streams(|reply, _| reply.set(CONTENT_ENCODING, "identity")),
    ),
    Fault::new(
        "stream-as-text",
        "The stream is declared as text/plain.",
        &["sse/media-type", "body/media-type", "stream/switch"],
        streams(|reply, _| reply.set(CONTENT_TYPE, "text/plain; charset=utf-8")),
    ),
    Fault::new(
        "charset-latin1",
        "The stream is declared as ISO 8859-1.",
        &["sse/charset"],
        streams(|reply, _| reply.set(CONTENT_TYPE, "text/event-stream; charset=iso-8859-1")),
    ),
    Fault::new(
        "error-as-stream",
        "401 is declared as an event stream and is none.",
        &["sse/error-typed-as-stream"],
        Changes(NO_CREDENTIAL, |reply, _| reply.set(CONTENT_TYPE, "text/event-stream")),
    ),
    Fault::new(
        "stream-500",
        "A request that is in order makes the server fail.",
        &["http/server-error"],
        streams(|reply, _| reply.become_failure()),
    ),
];

/// Faults in how a stream is framed.
pub(in crate::reference) const FRAMING: &[Fault] = &[
    Fault::new(
        "tail-cut",
        "The last event is not ended by a blank line.",
        &["stream/tail-discarded", "stream/terminal-missing"],
        streams(|reply, _| reply.put(Last, "data: [DONE]\n")),
    ),
    Fault::new(
        "stream-empty",
        "The stream holds a comment and no event.",
        &["stream/empty", "stream/terminal-missing"],
        streams(|reply, _| reply.pieces = vec![b": nothing to say\n\n".to_vec()]),
    ),
    Fault::new(
        "invalid-utf8",
        "An event holds a byte that is not UTF-8.",
        &["sse/invalid-utf8"],
        streams(|reply, _| {
            reply.rewrite(Second, |bytes| {
                let before_the_end = bytes.len().saturating_sub(4);
                bytes.insert(before_the_end, 0xff);
            });
        }),
    ),
    Fault::new(
        "bom",
        "The stream begins with a byte order mark.",
        &["sse/bom"],
        streams(|reply, _| reply.insert(0, "\u{feff}")),
    ),
    Fault::new(
        "bom-inside",
        "A byte order mark stands before a later field.",
        &["sse/bom"],
        streams(|reply, _| reply.prefix(Second, "\u{feff}")),
    ),
    Fault::new(
        "lone-cr",
        "Lines end in a lone carriage return.",
        &["sse/line-ends"],
        streams(|reply, _| reply.replace_in_pieces("\n", "\r")),
    ),
    Fault::new(
        "field-case",
        "A field is called `Data`.",
        &["sse/field-case"],
        streams(|reply, _| {
            reply.rewrite(Second, |bytes| *bytes = [b"D", bytes.get(1..).unwrap_or_default()].concat());
        }),
    ),
    Fault::new(
        "field-space",
        "A space stands before a field's name.",
        &["sse/field-space"],
        streams(|reply, _| reply.prefix(Second, " ")),
    ),
    Fault::new(
        "payload-without-field",
        "An event's JSON stands on a line without `data:`.",
        &["sse/payload-without-field"],
        streams(|reply, _| {
            reply.rewrite(Second, |bytes| *bytes = bytes.strip_prefix(b"data: ").unwrap_or(bytes).to_vec());
        }),
    ),
    Fault::new(
        "unknown-field",
        "An event has a field that no client knows.",
        &["sse/unknown-field"],
        streams(|reply, _| reply.prefix(Second, "priority: high\n")),
    ),
    Fault::new(
        "repeated-field",
        "An event has two ids.",
        &["sse/repeated-field"],
        streams(|reply, _| reply.prefix(Second, "id: 1\nid: 2\n")),
    ),
    Fault::new(
        "id-nul",
        "An event's id holds a NUL.",
        &["sse/id-nul"],
        streams(|reply, _| reply.prefix(Second, "id: a\0b\n")),
    ),
    Fault::new(
        "retry-digits",
        "The reconnection time is no whole number.",
        &["sse/retry-digits"],
        streams(|reply, _| reply.prefix(Second, "retry: 3s\n")),
    ),
    Fault::new(
        "event-without-data",
        "An event has a type and no data.",
        &["sse/event-without-data"],
        streams(|reply, _| reply.insert(1, "event: ping\n\n")),
    ),
    Fault::new(
        "nul-character",
        "An event's data holds a NUL.",
        &["sse/control-characters", "item/not-json"],
        streams(|reply, _| reply.prefix(Second, "data: \0\n")),
    ),
];

/// Faults of a stream of JSON that ends in `[DONE]`, where the document says so.
pub(in crate::reference) const SENTINEL: &[Fault] = &[
    Fault::new(
        "done-missing",
        "The stream ends without `data: [DONE]`.",
        &["stream/terminal-missing"],
        streams(|reply, _| {
            reply.pieces.pop();
        }),
    ),
    Fault::new(
        "done-lowercase",
        "The sentinel is `[done]`.",
        &["stream/terminal-near-miss", "stream/terminal-missing"],
        streams(|reply, _| reply.put(Last, "data: [done]\n\n")),
    ),
    Fault::new(
        "done-quoted",
        "The sentinel is a JSON string.",
        &["stream/terminal-near-miss", "stream/terminal-missing"],
        streams(|reply, _| reply.put(Last, "data: \"[DONE]\"\n\n")),
    ),
    Fault::new(
        "done-glued",
        "The sentinel is the second data line of the event before it.",
        &["stream/terminal-near-miss", "stream/terminal-missing", "item/not-json"],
        streams(glue_sentinel),
    ),
    Fault::new(
        "done-repeated",
        "The sentinel comes twice.",
        &["stream/terminal-repeated"],
        streams(|reply, _| reply.pieces.extend(reply.pieces.last().cloned())),
    ),
    Fault::new(
        "event-after-done",
        "An event comes after the sentinel.",
        &["stream/after-terminal"],
        streams(|reply, _| {
            let first = reply.pieces.first().cloned();
            reply.pieces.extend(first);
        }),
    ),
    Fault::new(
        "item-not-json",
        "An event's data is not JSON.",
        &["item/not-json"],
        streams(|reply, _| reply.insert(1, "data: thinking...\n\n")),
    ),
    Fault::new(
        "item-truncated",
        "An event's JSON breaks off.",
        &["item/not-json"],
        streams(|reply, _| {
            reply.rewrite(Second, |bytes| {
                bytes.truncate(bytes.len().saturating_sub(4));
                bytes.extend_from_slice(b"\n\n");
            });
        }),
    ),
    Fault::new(
        "item-not-object",
        "An event's data is a JSON array.",
        &["item/schema"],
        streams(|reply, _| reply.insert(1, "data: []\n\n")),
    ),
];

const fn streams(change: Change) -> Effect {
    Changes(&[Outcome::Stream], change)
}

fn glue_sentinel(reply: &mut Reply, _: &Call) {
    let sentinel = reply.pieces.pop().unwrap_or_default();
    reply.rewrite(Last, |bytes| *bytes = [bytes.strip_suffix(b"\n").unwrap_or(bytes), &sentinel].concat());
}
