use std::time::Duration;

use crate::contract::{Framing, StreamContract, Strength, Subject, Timing};
use crate::generate::{Body, Content};
use crate::judge::Verdict;
use crate::judge::streamed::support::{came, ended, stream};
use crate::judge::support::Scene;
use crate::send::{BodyLength, End};

const SILENT: [&str; 0] = [];

fn text(pieces: &[(u64, &[u8])]) -> Scene {
    came(stream(Framing::Text), pieces)
}

#[test]
fn an_invalid_byte_is_a_finding_and_a_split_character_is_none() {
    let said = |pieces: &[(u64, &[u8])]| text(pieces).says("text/invalid-utf8");
    assert_eq!(said(&[(1, b"caf\xc3"), (2, b"\xa9")]), ["passed"]);
    assert_eq!(said(&[(1, b"caf\xe9 au lait")]), ["error: bytes are no UTF-8"]);
    assert_eq!(said(&[(1, b"caf\xc3")]), ["error: the text ends inside a character"]);
    assert_eq!(ended(text(&[(1, b"caf\xc3")]), End::StoppedBySize).says("text/invalid-utf8"), ["passed"]);
}

#[test]
fn rules_on_items_say_nothing_of_plain_text() {
    let scene = text(&[(1, b"hello")]);
    for rule in
        ["stream/empty", "stream/incomplete", "stream/tail-discarded", "stream/buffered", "sse/bom", "item/schema"]
    {
        assert_eq!(scene.says(rule), SILENT, "{rule}");
    }
}

#[test]
fn a_text_is_whole_and_not_blank() {
    let scene = |end| ended(text(&[(1, b"hello")]), end);
    assert_eq!(scene(End::Complete(BodyLength::Chunked)).says("text/incomplete"), ["passed"]);
    assert_eq!(scene(End::MissingLastChunk).says("text/incomplete"), ["error: the body breaks off"]);
    assert_eq!(text(&[(1, b"hello")]).says("text/empty"), ["passed"]);
    assert_eq!(text(&[(1, b" \n")]).says("text/empty"), ["error: there is no text"]);
    assert_eq!(ended(text(&[]), End::Reset).says("text/empty"), ["not checked: the body is incomplete"]);
}

#[test]
fn a_text_that_falls_silent_is_idle() {
    let timing = Timing { first_event: None, idle: Some(Duration::from_secs(1)) };
    let promised = || StreamContract { timing, ..stream(Framing::Text) };
    let slow = came(promised(), &[(1, b"a"), (1500, b"b")]);
    assert_eq!(slow.says("text/idle"), ["error: the stream is silent for longer than allowed"]);
    assert_eq!(came(promised(), &[(1, b"a"), (500, b"b")]).says("text/idle"), ["passed"]);
    let dead = ended(text(&[(1, b"a")]), End::Idle { silence: Duration::from_secs(30) });
    assert_eq!(dead.says("text/idle"), ["error: the stream fell silent and did not end"]);
}

#[test]
fn the_first_byte_of_a_text_is_what_a_person_waits_for() {
    let timing = Timing { first_event: Some(Duration::from_millis(100)), idle: None };
    let said =
        |at| came(StreamContract { timing, ..stream(Framing::Text) }, &[(at, b"a")]).says("stream/first-event-late");
    assert_eq!(said(100), ["passed"]);
    assert_eq!(said(101), ["error: the first event is late"]);
}

#[test]
fn a_long_text_in_one_burst_is_not_streamed() {
    let half = [b'x'; 100];
    let said = |first, second| text(&[(first, &half), (second, &half)]).says("text/buffered");
    assert_eq!(said(2000, 2001), ["warning: the whole arrives in one burst, so it is not streamed"]);
    assert_eq!(said(200, 2000), ["passed"]);
    assert_eq!(said(3000, 3048), ["passed"]);
    assert_eq!(said(1, 2), ["not checked: the whole took less than 250 ms"]);
    assert_eq!(text(&[(2000, b"Yes.")]).says("text/buffered"), ["not checked: the text is too short to have a pace"]);
}

#[test]
fn chunks_are_asked_for_where_a_sentence_promises_them() {
    let scene = |quote: &str, end| {
        let mut scene = ended(text(&[(1, b"hello")]), end);
        let promise = scene.promise(Subject::Stream, Strength::Documented);
        scene.promises[promise.0].source.quote = Some(quote.to_owned());
        scene.operation.responses[0].media[0].stream.as_mut().unwrap().promises.push(promise);
        scene
    };
    let length = End::Complete(BodyLength::ContentLength);
    let promised = "with Chunked transfer encoding";
    assert_eq!(scene("a streaming text response", length).says("text/not-chunked"), SILENT);
    assert_eq!(scene(promised, End::Complete(BodyLength::Chunked)).says("text/not-chunked"), ["passed"]);
    let broken = scene(promised, length).checks("text/not-chunked").remove(0).verdict;
    let Verdict::Failed(finding) = broken else { panic!("{broken:?}") };
    assert_eq!(finding.source.and_then(|source| source.quote).as_deref(), Some(promised));
    for version in ["HTTP/1.0", "HTTP/2.0", "HTTP/3.0"] {
        let mut other = scene(promised, length);
        other.change(|answer| answer.version = version.to_owned());
        let reason = format!("not checked: {version} has no chunked transfer coding");
        assert_eq!(other.says("text/not-chunked"), [reason]);
    }
}

#[test]
fn another_framing_inside_plain_text_is_a_warning() {
    let said = |body: &[u8]| text(&[(1, body)]).says("text/framing");
    assert_eq!(said(b"data: Hello\n\ndata: world\n\n"), ["warning: the plain text is server-sent events"]);
    assert_eq!(said(b"{\"text\": \"Hello\"}"), ["warning: the plain text is one JSON document"]);
    assert_eq!(said(b"0:\"Hello\"\n"), ["warning: the plain text is an AI SDK v4 data stream"]);
    assert_eq!(said(b"\"Hello\\nthere\""), ["warning: the plain text is a JSON string"]);
    assert_eq!(said(b"<html>502</html>"), ["warning: the plain text is a page of HTML"]);
    assert_eq!(said("In SSE you write:\ndata: Hello".as_bytes()), ["passed"]);
}

#[test]
fn what_no_client_can_show_is_told() {
    let said = |rule: &str, body: &str| text(&[(1, body.as_bytes())]).says(rule);
    assert_eq!(said("text/bom", "\u{feff}Hello"), ["warning: the text begins with a byte order mark"]);
    assert_eq!(said("text/bom", "Hello\u{feff}"), ["passed"]);
    assert_eq!(said("text/control-characters", "a\0b\u{7}"), ["warning: the text holds U+0000"]);
    assert_eq!(said("text/control-characters", "\u{1b}[1mbold"), ["note: the text holds a control character"]);
    assert_eq!(said("text/control-characters", "a\tb\r\nc"), ["passed"]);
}

#[test]
fn a_character_that_the_server_lost_is_told_unless_it_was_asked_for() {
    let lost = "note: the text holds U+FFFD, which stands for what could not be read";
    let mut scene = text(&[(1, "caf\u{fffd}".as_bytes())]);
    assert_eq!(scene.says("text/replacement"), [lost]);
    assert_eq!(text(&[(1, "café".as_bytes())]).says("text/replacement"), ["passed"]);
    let body = Body::Json(serde_json::json!({"message": "What is \u{fffd}?"}));
    scene.request.content = Some(Content { content_type: None, body });
    assert_eq!(scene.says("text/replacement"), ["passed"]);
}
