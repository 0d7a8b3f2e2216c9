//! Vectors of the rules on plain text that arrives in pieces.

use std::time::Duration;

use super::{Vector, sent, whole};
use crate::contract::{Framing, StreamContract, Strength, Subject, Timing};
use crate::generate::{Body, Content};
use crate::judge::Severity::Note;
use crate::judge::streamed::support::{ended, stream};
use crate::judge::support::Scene;
use crate::send::{BodyLength, End};

pub(super) fn vectors() -> Vec<Vector> {
    [characters(), delivery(), framing()].into_iter().flatten().collect()
}

fn text(body: impl AsRef<[u8]>) -> Scene {
    whole(stream(Framing::Text), body)
}

fn characters() -> Vec<Vector> {
    vec![
        Vector::of("text/invalid-utf8")
            .breaks("a byte of Latin-1", text(b"caf\xe9 au lait"))
            .breaks("the end inside a character", text(b"caf\xc3"))
            .breaks("half of a surrogate pair in three bytes", text(b"\xed\xa0\xbd!"))
            .legal("a character split over pieces", sent(stream(Framing::Text), &[(1, b"caf\xc3"), (2, b"\xa9")]))
            .legal("the same end where we stopped reading", ended(text(b"caf\xc3"), End::StoppedBySize)),
        Vector::of("text/bom")
            .breaks("at the start", text("\u{feff}Hello"))
            .legal("U+FEFF as a word joiner", text("Hello\u{feff}world")),
        Vector::of("text/control-characters")
            .breaks("NUL", text("a\0b"))
            .weighs(Note, "colours of a terminal", text("\u{1b}[31mred\u{1b}[0m"))
            .weighs(Note, "backspace", text("ab\u{8}c"))
            .legal("tabs, LF, CR LF and emoji with joiners", text("a\tb\nc\r\nd 👩‍👩‍👧")),
        Vector::of("text/replacement").breaks("a character lost before us", text("caf\u{fffd}")).legal(
            "U+FFFD that the request asks about",
            asked("What is \u{fffd}?", "\u{fffd} stands for what is lost."),
        ),
    ]
}

fn asked(question: &str, answer: &str) -> Scene {
    let mut scene = text(answer);
    let body = Body::Json(serde_json::json!({ "message": question }));
    scene.request.content = Some(Content { content_type: None, body });
    scene
}

fn delivery() -> Vec<Vector> {
    let half = [b'x'; 100];
    let paced = |times: [u64; 2]| sent(stream(Framing::Text), &[(times[0], &half), (times[1], &half)]);
    let idle = |at| {
        let timing = Timing { first_event: None, idle: Some(Duration::from_secs(1)) };
        sent(StreamContract { timing, ..stream(Framing::Text) }, &[(1, b"a"), (at, b"b")])
    };
    vec![
        Vector::of("text/incomplete")
            .breaks("no last chunk", ended(text("Hel"), End::MissingLastChunk))
            .breaks("shorter than Content-Length", ended(text("Hel"), End::ShortOfContentLength))
            .breaks("a reset", ended(text("Hel"), End::Reset))
            .legal("as long as HTTP/2 says", ended(text("Hello"), End::Complete(BodyLength::Http2))),
        Vector::of("text/empty")
            .breaks("nothing", text(""))
            .breaks("white space", text(" \r\n\t"))
            .legal("one character", text(".")),
        Vector::of("text/idle")
            .breaks("a pause over the limit", idle(1500))
            .breaks("silence without an end", ended(text("a"), End::Idle { silence: Duration::from_secs(30) }))
            .legal("a pause within the limit", idle(900)),
        Vector::of("text/buffered")
            .breaks("one burst after two seconds", paced([2000, 2001]))
            .legal("a thought before two parts", paced([2000, 2100]))
            .legal("two words at once", sent(stream(Framing::Text), &[(2000, b"Yes.")])),
        Vector::of("text/not-chunked")
            .breaks("a Content-Length", chunks_promised(BodyLength::ContentLength))
            .legal("chunks", chunks_promised(BodyLength::Chunked)),
    ]
}

fn chunks_promised(length: BodyLength) -> Scene {
    let mut scene = ended(text("Hello"), End::Complete(length));
    let promise = scene.promise(Subject::Stream, Strength::Documented);
    scene.promises[promise.0].source.quote = Some("with chunked transfer encoding".to_owned());
    let promised = scene.operation.responses[0].media[0].stream.as_mut().expect("the answer is a stream");
    promised.promises.push(promise);
    scene
}

fn framing() -> Vec<Vector> {
    vec![
        Vector::of("text/framing")
            .breaks("events", text("data: Hello\n\ndata: world\n\n"))
            .breaks("a JSON document", text("{\"text\": \"Hello\"}"))
            .breaks("lines of JSON", text("{\"text\": \"Hel\"}\n{\"text\": \"lo\"}\n"))
            .breaks("a JSON string", text("\"Hello,\\nworld\""))
            .breaks("a page", text("<!DOCTYPE html>\n<html><body>Bad gateway</body></html>"))
            .breaks("a v4 data stream", text("0:\"Hello\"\nd:{\"finishReason\":\"stop\"}\n"))
            .legal("events as an example", text("An event looks like this:\ndata: Hello\n"))
            .legal("JSON as an example", text("Send this:\n{\"text\": \"Hello\"}"))
            .legal("a quotation", text("\"To be, or not to be\""))
            .legal("a page as an example", text("```html\n<html></html>\n```")),
    ]
}
