//! Vectors of the rules on server-sent events.

use super::{Vector, sent, whole, with, without};
use crate::contract::{Framing, StreamContract};
use crate::judge::Severity::{Note, Warning};
use crate::judge::streamed::support::stream;
use crate::judge::support::Scene;

pub(super) fn vectors() -> Vec<Vector> {
    [head(), profile(), bytes(), fields(), values(), blocks(), client()].into_iter().flatten().collect()
}

fn sse(body: impl AsRef<[u8]>) -> Scene {
    whole(stream(Framing::Sse), body)
}

fn plain() -> Scene {
    sse("data: a\n\n")
}

fn typed(content_type: &str) -> Scene {
    with(plain(), "content-type", content_type)
}

fn over_http2(mut scene: Scene) -> Scene {
    scene.change(|answer| answer.version = "HTTP/2.0".to_owned());
    scene
}

fn head() -> Vec<Vector> {
    let refused = |essence, body| Scene::new().answer(401, essence, body);
    vec![
        Vector::of("sse/media-type")
            .breaks("plain text", typed("text/plain"))
            .breaks("no type", without(plain(), "content-type"))
            .legal("another case and an empty parameter", typed("Text/Event-Stream;")),
        Vector::of("sse/charset")
            .breaks("Latin-1", typed("text/event-stream; charset=latin1"))
            .breaks("ASCII", typed("text/event-stream;charset=\"us-ascii\""))
            .legal("in capitals and quotes", typed("text/event-stream; charset=\"UTF-8\""))
            .legal("without the hyphen", typed("text/event-stream;charset=utf8")),
        Vector::of("sse/cache-control")
            .breaks("nothing said", without(plain(), "cache-control"))
            .breaks("a minute allowed", with(plain(), "cache-control", "private, max-age=60"))
            .legal("no-store", with(plain(), "cache-control", "private, no-store"))
            .legal("in capitals, among others", with(plain(), "cache-control", "No-Cache, no-transform")),
        Vector::of("sse/content-length")
            .breaks("a length", with(plain(), "content-length", "9"))
            .legal("chunks", with(plain(), "transfer-encoding", "chunked")),
        Vector::of("sse/content-encoding")
            .breaks("gzip", with(plain(), "content-encoding", "gzip"))
            .breaks("identity, which is no coding to be named", with(plain(), "content-encoding", "identity"))
            .legal("Vary alone", with(plain(), "vary", "accept-encoding")),
        Vector::of("sse/accel-buffering")
            .breaks("nothing said", without(plain(), "x-accel-buffering"))
            .breaks("yes", with(plain(), "x-accel-buffering", "yes"))
            .legal("in capitals", with(plain(), "x-accel-buffering", "NO")),
        Vector::of("sse/connection-header")
            .breaks("Connection over HTTP/2", over_http2(with(plain(), "connection", "keep-alive")))
            .breaks("Keep-Alive over HTTP/2", over_http2(with(plain(), "keep-alive", "timeout=5")))
            .legal("Connection over HTTP/1.1", with(plain(), "connection", "keep-alive"))
            .legal("HTTP/2 without it", over_http2(plain())),
        Vector::of("sse/error-typed-as-stream")
            .breaks("a word", refused("text/event-stream", "Unauthorized"))
            .breaks("JSON", refused("text/event-stream", "{\"error\": \"unauthorized\"}"))
            .legal("an event", refused("text/event-stream", "event: error\ndata: {}\n\n"))
            .legal("the word as text", refused("text/plain", "Unauthorized")),
    ]
}

fn profile() -> Vec<Vector> {
    let mut promised = stream(Framing::Sse);
    promised.require_headers.insert("X-Dialect".to_owned(), "v1".to_owned());
    promised.require_headers.insert("Connection".to_owned(), "keep-alive".to_owned());
    let sent = |promised: &StreamContract| whole(promised.clone(), "data: a\n\n");
    vec![
        Vector::of("sse/profile-header")
            .breaks("missing", sent(&promised))
            .breaks("another value", with(sent(&promised), "x-dialect", "v2"))
            .legal("without the field that belongs to the connection", with(sent(&promised), "x-dialect", "v1")),
    ]
}

fn bytes() -> Vec<Vector> {
    let accented = "data: né€👍\n\n".as_bytes();
    let single: Vec<_> =
        accented.iter().enumerate().map(|(at, byte)| (at as u64, std::slice::from_ref(byte))).collect();
    let of_length = |length: usize| sse(format!("data: {}\n\n", "x".repeat(length - "data: ".len())));
    vec![
        Vector::of("sse/invalid-utf8")
            .breaks("a byte of Latin-1", sse(b"data: caf\xe9\n\n"))
            .breaks("a slash in two bytes", sse(b"data: \xc0\xaf\n\n"))
            .breaks("half of a surrogate pair in three bytes", sse(b"data: \xed\xa0\xbd\n\n"))
            .breaks("a sequence that its line end cuts", sse(b"data: n\xc3\n\n"))
            .breaks("the end inside a sequence", sse(b"data: a\n\ndata: n\xc3"))
            .also("stream/tail-discarded", "what ends inside a character has not ended its line")
            .legal("a sequence split over pieces", sent(stream(Framing::Sse), &[(1, b"data: n\xc3"), (2, b"\xa9\n\n")]))
            .legal("one byte at a time", sent(stream(Framing::Sse), &single)),
        Vector::of("sse/bom")
            .weighs(Warning, "at the start", sse("\u{feff}data: a\n\n"))
            .breaks("before a later field", sse("data: a\n\n\u{feff}data: b\n\n"))
            .legal("inside a value", sse("data: a\u{feff}b\n\n"))
            .legal("at the start of a value", sse("data: \u{feff}a\n\n")),
        Vector::of("sse/line-ends")
            .breaks("lone CRs", sse("data: a\r\rdata: b\r\r"))
            .breaks("a lone CR at the very end, which is a line end", sse("data: a\n\r"))
            .breaks("LF and CR LF", sse("data: a\r\n\n"))
            .weighs(Note, "CR LF", sse("data: a\r\n\r\n"))
            .weighs(
                Note,
                "CR LF split over pieces",
                sent(stream(Framing::Sse), &[(1, b"data: a\r"), (2, b"\n\r"), (3, b"\n")]),
            )
            .legal("CR and LF as escapes", sse("data: {\"a\": \"\\r\\n\"}\n\n")),
        Vector::of("sse/control-characters")
            .breaks("NUL", sse("data: a\0b\n\n"))
            .weighs(Note, "U+2028", sse("data: a\u{2028}b\n\n"))
            .weighs(Note, "U+0085", sse("data: a\u{85}b\n\n"))
            .weighs(Note, "a form feed", sse("data: a\u{c}b\n\n"))
            .legal("U+2028 as an escape", sse("data: {\"a\": \"\\u2028\"}\n\n"))
            .legal("a tab", sse("data: a\tb\n\n")),
        Vector::of("sse/long-line")
            .breaks("one byte over 64 KiB", of_length(64 * 1024 + 1))
            .legal("64 KiB", of_length(64 * 1024)),
    ]
}

fn fields() -> Vec<Vector> {
    vec![
        Vector::of("sse/unknown-field")
            .breaks("a field of its own", sse("foo: bar\ndata: a\n\n"))
            .legal("a comment that looks like one", sse(": foo: bar\ndata: a\n\n")),
        Vector::of("sse/field-case")
            .breaks("Data", sse("Data: a\ndata: b\n\n"))
            .breaks("ID", sse("ID: 1\ndata: b\n\n"))
            .legal("inside a value", sse("data: Data: a\n\n")),
        Vector::of("sse/field-space")
            .breaks("before the name", sse(" data: a\ndata: b\n\n"))
            .breaks("before the colon", sse("data : a\ndata: b\n\n"))
            .breaks("a line that continues", sse("data: a\n  b: c\n\n"))
            .legal("around a colon inside a value", sse("data: a : b\n\n")),
        Vector::of("sse/payload-without-field")
            .breaks("the rest of a payload with a line break", sse("data: [1,\n2]\n\n"))
            .breaks("a line of JSON", sse("{\"a\": 1}\ndata: b\n\n"))
            .breaks("a line of a v4 data stream", sse("0:\"a\"\ndata: b\n\n"))
            .breaks("the sentinel", sse("data: a\n\n[DONE]\n\n"))
            .legal("`data` without a colon", sse("data\n\n"))
            .legal("a comment with JSON", sse(": {\"a\": 1}\ndata: b\n\n")),
    ]
}

fn values() -> Vec<Vector> {
    vec![
        Vector::of("sse/retry-digits")
            .breaks("a plus", sse("retry: +500\ndata: a\n\n"))
            .breaks("a unit", sse("retry: 3s\ndata: a\n\n"))
            .breaks("nothing", sse("retry:\ndata: a\n\n"))
            .breaks("a space behind", sse("retry: 500 \ndata: a\n\n"))
            .legal("a leading zero", sse("retry: 0500\ndata: a\n\n")),
        Vector::of("sse/id-nul")
            .breaks("inside", sse("id: a\0b\ndata: a\n\n"))
            .legal("an empty id, which resets it", sse("id: 1\ndata: a\n\nid\ndata: b\n\n")),
        Vector::of("sse/no-space")
            .breaks("data", sse("data:a\n\n"))
            .breaks("a plain `+500` glued to its colon", sse("retry:+500\ndata: a\n\n"))
            .also("sse/retry-digits", "the value is no run of digits, however it is set off")
            .legal("no value, so nothing to set off", sse("data:\n\n"))
            .legal("a comment", sse(":a\ndata: a\n\n")),
        Vector::of("sse/extra-space")
            .breaks("two", sse("data:  a\n\n"))
            .legal("one, and more inside", sse("data: a  b \n\n")),
    ]
}

fn blocks() -> Vec<Vector> {
    vec![
        Vector::of("sse/event-without-data")
            .breaks("a type alone", sse("data: a\n\nevent: done\n\n"))
            .legal("a type with empty data", sse("data: a\n\nevent: done\ndata\n\n"))
            .legal("the usual type by name", sse("event: message\ndata: a\n\n")),
        Vector::of("sse/block-without-data")
            .breaks("an id at the end", sse("id: 1\ndata: a\n\nid: 2\n\n"))
            .breaks("a reconnection time at the start", sse("retry: 3000\n\ndata: a\n\n"))
            .legal("a comment alone", sse(": hi\n\ndata: a\n\n"))
            .legal("beside data", sse("id: 1\nretry: 3000\ndata: a\n\n")),
        Vector::of("sse/repeated-field")
            .breaks("two types", sse("event: a\nevent: b\ndata: a\n\n"))
            .breaks("two ids", sse("id: 1\nid: 2\ndata: a\n\n"))
            .legal("one in each of two blocks", sse("event: a\nid: 1\ndata: a\n\nevent: b\nid: 2\ndata: b\n\n")),
        Vector::of("sse/multi-line")
            .breaks("two lines", sse("data: a\ndata: b\n\n"))
            .legal("two events", sse("data: a\n\ndata: b\n\n")),
    ]
}

fn client() -> Vec<Vector> {
    vec![
        Vector::of("sse/client-view")
            .breaks("a reconnection time that no counter holds", sse("retry: 99999999999999999999\ndata: a\n\n"))
            .legal(
                "one that takes effect, ids, comments and long silence",
                sse("retry: 1\nid: 1\n: hi\ndata: a\n\n\n\n"),
            ),
    ]
}
