//! Vectors of the rules on a stream as a whole.

use std::time::Duration;

use serde_json::json;

use super::{Vector, sent, whole};
use crate::contract::{Framing, StreamContract, StreamSwitch, Timing};
use crate::generate::Expect;
use crate::judge::streamed::support::{ended, stream, typed, words};
use crate::judge::support::{Scene, media_type};
use crate::send::{BodyLength, End};

pub(super) fn vectors() -> Vec<Vector> {
    [form(), end(), terminal(), near_miss(), time()].into_iter().flatten().collect()
}

fn sse(body: impl AsRef<[u8]>) -> Scene {
    whole(stream(Framing::Sse), body)
}

/// A stream that ends in `[DONE]`.
fn done(body: impl AsRef<[u8]>) -> Scene {
    whole(StreamContract { sentinel: Some("[DONE]".to_owned()), ..stream(Framing::Sse) }, body)
}

/// A stream of kinds that ends in `finish`, or fails with `error`.
fn kinds(names: &str) -> Scene {
    let promised =
        StreamContract { terminal: words("finish"), errors: words("error"), ..typed(json!({"type": "object"})) };
    let events: String = words(names).iter().map(|kind| format!("data: {{\"type\": \"{kind}\"}}\n\n")).collect();
    whole(promised, events)
}

/// An answer in one form to a request that asks for another, or for the same.
fn switched(wanted: &str, scene: Scene) -> Scene {
    let mut scene = scene;
    scene.operation.responses[0].media.push(media_type("application/json"));
    scene.operation.stream_switch = Some(StreamSwitch {
        on: "body#/stream".parse().expect("an expression"),
        forms: vec![(true.into(), "text/event-stream".into()), (false.into(), "application/json".into())],
        default: Some(true.into()),
        promises: Vec::new(),
    });
    scene.expect = Expect::Success { form: Some(wanted.to_owned()) };
    scene
}

fn form() -> Vec<Vector> {
    let document = || sse("").answer(200, "application/json; charset=utf-8", "{}");
    vec![
        Vector::of("stream/switch")
            .breaks("a document for a stream", switched("text/event-stream", document()))
            .breaks("a stream for a document", switched("application/json", sse("data: a\n\n")))
            .legal("a document that was asked for", switched("application/json", document()))
            .legal("a stream that was asked for", switched("text/event-stream", sse("data: a\n\n"))),
        Vector::of("stream/empty")
            .breaks("no byte", sse(""))
            .breaks("comments only", sse(": hi\n\n: still here\n\n"))
            .breaks("the sentinel only", done("data: [DONE]\n\n"))
            .legal("an event of empty data", done("data\n\ndata: [DONE]\n\n")),
        Vector::of("stream/error-as-200")
            .breaks("an error second", kinds("start error"))
            .also("item/error-event", "an error before any content is an error event all the same")
            .legal("content first, and no error", kinds("start delta finish")),
    ]
}

fn end() -> Vec<Vector> {
    let close = End::Complete(BodyLength::Close);
    let idle = End::Idle { silence: Duration::from_secs(30) };
    vec![
        Vector::of("stream/incomplete")
            .breaks("no last chunk", ended(sse("data: a\n\n"), End::MissingLastChunk))
            .breaks("the size of a chunk cannot be read", ended(sse("data: a\n\n"), End::BadChunk))
            .breaks("shorter than Content-Length", ended(sse("data: a\n\n"), End::ShortOfContentLength))
            .breaks("a reset", ended(sse("data: a\n\n"), End::Reset))
            .breaks("a reset inside a block, which is no discarded tail", ended(sse("data: a\n\ndata"), End::Reset))
            .legal("the last chunk", sse("data: a\n\n"))
            .legal("stopped by our own limits", ended(sse("data: a\n\ndata"), End::StoppedBySize)),
        Vector::of("stream/close-delimited")
            .breaks("without an end of its own", ended(sse("data: a\n\n"), close))
            .legal("after the sentinel", ended(done("data: a\n\ndata: [DONE]\n\n"), close)),
        Vector::of("stream/tail-discarded")
            .breaks("the sentinel without its blank line", done("data: a\n\ndata: [DONE]\n"))
            .breaks("the sentinel without its line end", done("data: a\n\ndata: [DONE]"))
            .breaks("a record without its LF", whole(stream(Framing::JsonSeq), "\u{1e}{}\n\u{1e}1"))
            .legal("a comment last", done("data: a\n\ndata: [DONE]\n\n: bye"))
            .legal("the last line of NDJSON without its LF", whole(stream(Framing::Ndjson), "{}\n{}")),
        Vector::of("stream/held-open")
            .breaks("open after the sentinel", {
                let waited = Duration::from_secs(2);
                ended(done("data: a\n\ndata: [DONE]\n\n"), End::HeldOpen { waited })
            })
            .breaks("silent after the sentinel", ended(done("data: a\n\ndata: [DONE]\n\n"), idle))
            .legal("closed after the sentinel", done("data: a\n\ndata: [DONE]\n\n")),
    ]
}

fn terminal() -> Vec<Vector> {
    vec![
        Vector::of("stream/terminal-missing")
            .breaks("no sentinel", done("data: a\n\n"))
            .breaks("no terminal event", kinds("start delta"))
            .legal("the sentinel", done("data: a\n\ndata: [DONE]\n\n"))
            .legal("the terminal event", kinds("start finish")),
        Vector::of("stream/terminal-repeated")
            .breaks("the sentinel twice", done("data: a\n\ndata: [DONE]\n\ndata: [DONE]\n\n"))
            .breaks("the terminal event twice", kinds("start finish finish"))
            .legal("once, and in a text before", done("data: {\"a\": \"[DONE]\"}\n\ndata: [DONE]\n\n")),
        Vector::of("stream/after-terminal")
            .breaks("an event after the sentinel", done("data: a\n\ndata: [DONE]\n\ndata: b\n\n"))
            .breaks("an event after the terminal one", kinds("start finish delta"))
            .legal("a comment after it", done("data: a\n\ndata: [DONE]\n\n: bye\n\n")),
    ]
}

fn near_miss() -> Vec<Vector> {
    let near = |text: &str| done(format!("data: a\n\n{text}\n\n"));
    vec![
        Vector::of("stream/terminal-near-miss")
            .breaks("a space behind", near("data: [DONE] "))
            .breaks("lower case", near("data: [done]"))
            .breaks("quoted", near("data: \"[DONE]\""))
            .breaks("glued to JSON", near("data: {}[DONE]"))
            .breaks("a space more before it", near("data:  [DONE]"))
            .also("sse/extra-space", "the further space is what makes it another value")
            .breaks("the second line of an event", near("data: {}\ndata: [DONE]"))
            .also("sse/multi-line", "an event with the sentinel inside has several lines")
            .breaks("a kind in another case", kinds("start Finish"))
            .legal("no space before it", done("data: a\n\ndata: [DONE]\n\n"))
            .legal("a text that quotes it", done("data: \"it ends with [DONE]\"\n\ndata: [DONE]\n\n")),
    ]
}

fn time() -> Vec<Vector> {
    let at = |timing: Timing, times: &[u64]| {
        let pieces: Vec<_> = times.iter().map(|at| (*at, &b"data: x\n\n"[..])).collect();
        sent(StreamContract { timing, ..stream(Framing::Sse) }, &pieces)
    };
    let first = Timing { first_event: Some(Duration::from_millis(500)), idle: None };
    let idle = Timing { first_event: None, idle: Some(Duration::from_secs(2)) };
    let kept_alive = StreamContract { timing: idle, ..stream(Framing::Sse) };
    let untimed = Timing::default();
    let fell_silent = End::Idle { silence: Duration::from_secs(30) };
    vec![
        Vector::of("stream/first-event-late")
            .breaks("a millisecond late", at(first, &[501]))
            .legal("just in time", at(first, &[500])),
        Vector::of("stream/idle")
            .breaks("a pause over the limit", at(idle, &[10, 5000]))
            .breaks("silence without an end", ended(at(untimed, &[10]), fell_silent))
            .legal(
                "comments in the pause",
                sent(kept_alive, &[(10, b"data: a\n\n"), (1500, b":\n\n"), (3000, b"data: b\n\n")]),
            ),
        Vector::of("stream/slow-keep-alive")
            .breaks("over 15 seconds", at(untimed, &[10, 15_011]))
            .legal("15 seconds", at(untimed, &[10, 15_010])),
        Vector::of("stream/buffered")
            .breaks("one burst after four seconds", at(untimed, &[4000, 4001, 4002, 4003, 4004]))
            .legal("a long thought before parts that come one by one", at(untimed, &[3000, 3012, 3024, 3036, 3048])),
    ]
}
