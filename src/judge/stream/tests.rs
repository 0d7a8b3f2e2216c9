use std::time::Duration;

use serde_json::json;

use crate::contract::{Framing, StreamContract, StreamSwitch, Strength, Subject, Timing};
use crate::generate::Expect;
use crate::judge::streamed::support::{came, ended, events, stream, typed, words};
use crate::judge::support::{Scene, media_type};
use crate::send::{BodyLength, End};

const SILENT: [&str; 0] = [];

fn with_sentinel() -> StreamContract {
    StreamContract { sentinel: Some("[DONE]".to_owned()), ..stream(Framing::Sse) }
}

fn with_terminal() -> StreamContract {
    StreamContract { terminal: words("finish"), errors: words("error"), ..typed(json!({"type": "object"})) }
}

#[test]
fn a_declared_end_passes_with_the_streams_promises_as_evidence() {
    let mut scene = events(with_sentinel(), "data: {}\n\ndata: [DONE]\n\n: bye\n\n");
    for rule in
        ["stream/terminal-missing", "stream/terminal-near-miss", "stream/terminal-repeated", "stream/after-terminal"]
    {
        assert_eq!(scene.says(rule), ["passed"], "{rule}");
    }
    let promise = scene.promise(Subject::Stream, Strength::Documented);
    scene.operation.responses[0].media[0].stream.as_mut().unwrap().promises.push(promise);
    let check = scene.checks("stream/terminal-missing").remove(0);
    assert_eq!(check.verdict, crate::judge::Verdict::Passed(vec![promise]));
}

#[test]
fn a_clean_end_without_the_declared_one_is_a_finding() {
    let said = |promised, body: &str| events(promised, body).says("stream/terminal-missing");
    let missing = "error: the stream ends cleanly and without its declared end";
    assert_eq!(said(with_sentinel(), "data: {}\n\n"), [missing]);
    assert_eq!(said(with_terminal(), "data: {\"type\":\"start\"}\n\n"), [missing]);
    assert_eq!(said(with_terminal(), "data: {\"type\":\"finish\"}\n\n"), ["passed"]);
    assert_eq!(said(stream(Framing::Sse), "data: {}\n\n"), SILENT);
}

#[test]
fn an_end_that_was_not_seen_is_not_checked() {
    let scene = |end| ended(events(with_sentinel(), "data: {}\n\n"), end).says("stream/terminal-missing");
    assert_eq!(scene(End::StoppedBySize), ["not checked: reading was stopped after 10 bytes"]);
    assert_eq!(scene(End::StoppedByTime), ["not checked: reading was stopped before the end: enough time"]);
    assert_eq!(scene(End::Reset), ["not checked: the body is incomplete"]);
}

#[test]
fn a_failure_in_the_stream_ends_it_without_a_terminal_event() {
    let body = "data: {\"type\":\"start\"}\n\ndata: {\"type\":\"error\"}\n\n";
    let said = events(with_terminal(), body).says("stream/terminal-missing");
    assert_eq!(said, ["not checked: the stream ends with a failure, event 2"]);
    let sentinel = StreamContract { sentinel: Some("[DONE]".to_owned()), ..with_terminal() };
    let said = events(sentinel, body).says("stream/terminal-missing");
    assert_eq!(said, ["error: the stream ends cleanly and without its declared end"]);
}

#[test]
fn what_is_nearly_the_sentinel_is_told_as_that() {
    for near in ["data: [done]", "data: [DONE] ", "data: \"[DONE]\"", "data: {}\ndata: [DONE]", "data: {}[DONE]"] {
        let scene = events(with_sentinel(), format!("data: {{}}\n\n{near}\n\n"));
        assert_eq!(scene.says("stream/terminal-near-miss"), ["error: an event is nearly the declared end"], "{near}");
        assert!(scene.says("stream/terminal-missing")[0].starts_with("not checked"), "{near}");
    }
    let quoting = events(with_sentinel(), "data: {\"delta\": \"ends with [DONE]\"}\n\n");
    assert_eq!(quoting.says("stream/terminal-near-miss"), SILENT);
    let kind = events(with_terminal(), "data: {\"type\":\"Finish\"}\n\n");
    assert_eq!(kind.says("stream/terminal-near-miss").len(), 1);
}

#[test]
fn an_end_comes_once_and_last() {
    let twice = events(with_sentinel(), "data: {}\n\ndata: [DONE]\n\ndata: [DONE]\n\n");
    assert_eq!(twice.says("stream/terminal-repeated"), ["warning: the stream ends twice"]);
    assert_eq!(twice.says("stream/after-terminal"), ["passed"]);
    let more = events(with_sentinel(), "data: {}\n\ndata: [DONE]\n\ndata: {}\n\n");
    assert_eq!(more.says("stream/after-terminal"), ["error: an event follows the end of the stream"]);
    assert_eq!(more.says("stream/terminal-repeated"), ["passed"]);
    let both = StreamContract { sentinel: Some("[DONE]".to_owned()), ..with_terminal() };
    let both = events(both, "data: {\"type\":\"finish\"}\n\ndata: [DONE]\n\n");
    assert_eq!(both.says("stream/after-terminal"), ["passed"]);
    assert_eq!(both.says("stream/terminal-repeated"), ["passed"]);
}

#[test]
fn a_block_that_no_blank_line_ends_is_discarded() {
    let scene = |body: &str| events(with_sentinel(), format!("data: {{}}\n\n{body}"));
    let block = scene("data: [DONE]\n");
    assert_eq!(
        block.says("stream/tail-discarded"),
        ["error: the last block is not ended by a blank line and is discarded"]
    );
    assert!(block.says("stream/terminal-missing")[0].contains("stream/tail-discarded"));
    let line = scene("data: [DONE]").says("stream/tail-discarded");
    assert_eq!(line, ["error: the last line is not ended and its block is discarded"]);
    assert_eq!(scene("data: [DONE]\n\n: bye").says("stream/tail-discarded"), ["passed"]);
    assert_eq!(scene("data: [DONE]\r\r").says("stream/tail-discarded"), ["passed"]);
    assert_eq!(
        ended(scene("data:"), End::MissingLastChunk).says("stream/tail-discarded"),
        ["not checked: the body is incomplete"]
    );
}

#[test]
fn a_last_record_without_its_end_is_legal_in_ndjson_alone() {
    let said = |framing, body: &str| events(stream(framing), body).says("stream/tail-discarded");
    assert_eq!(said(Framing::Ndjson, "{}\n{}"), ["passed"]);
    assert_eq!(said(Framing::JsonSeq, "\u{1e}{}\n\u{1e}{}").len(), 1);
    assert_eq!(said(Framing::AiDataV4, "0:\"a\"\nd:{}"), ["error: the last record is not ended and may be cut off"]);
    assert_eq!(said(Framing::AiDataV4, "0:\"a\"\nd:{}\n"), ["passed"]);
}

#[test]
fn each_way_to_break_off_is_told_as_what_it_is() {
    let scene = |end| ended(events(stream(Framing::Sse), "data: a\n\n"), end);
    for end in [End::MissingLastChunk, End::BadChunk, End::ShortOfContentLength, End::Reset] {
        assert_eq!(scene(end).says("stream/incomplete"), ["error: the body breaks off"], "{end:?}");
    }
    assert_eq!(scene(End::Complete(BodyLength::Chunked)).says("stream/incomplete"), ["passed"]);
    assert_eq!(scene(End::StoppedByTime).says("stream/incomplete").len(), 1);
    assert_eq!(
        scene(End::Idle { silence: Duration::from_secs(30) }).says("stream/incomplete"),
        ["not checked: the stream was silent for 30000 ms"]
    );
}

#[test]
fn a_closed_connection_proves_nothing_unless_the_stream_ended_itself() {
    let close = End::Complete(BodyLength::Close);
    let without = ended(events(with_sentinel(), "data: {}\n\n"), close);
    assert_eq!(without.says("stream/close-delimited"), ["warning: only the closed connection ends the stream"]);
    let with = ended(events(with_sentinel(), "data: {}\n\ndata: [DONE]\n\n"), close);
    assert_eq!(with.says("stream/close-delimited"), ["passed"]);
}

#[test]
fn a_connection_held_open_after_the_end_is_a_warning() {
    let scene = |end| ended(events(with_sentinel(), "data: {}\n\ndata: [DONE]\n\n"), end);
    let held = scene(End::HeldOpen { waited: Duration::from_secs(2) });
    assert_eq!(held.says("stream/held-open"), ["warning: the connection stays open after the declared end"]);
    assert_eq!(held.says("stream/terminal-missing"), ["passed"]);
    let idle = scene(End::Idle { silence: Duration::from_secs(30) });
    assert_eq!(idle.says("stream/held-open"), ["warning: the connection stays open after the declared end"]);
    assert_eq!(idle.says("stream/idle"), SILENT);
    assert_eq!(scene(End::Complete(BodyLength::Chunked)).says("stream/held-open"), ["passed"]);
}

#[test]
fn a_stream_without_an_event_is_empty() {
    let said = |body: &str| events(with_sentinel(), body).says("stream/empty");
    for body in ["", ": hi\n\n", "data: [DONE]\n\n"] {
        assert_eq!(said(body), ["error: the stream has no event"], "{body:?}");
    }
    assert_eq!(said("data\n\n"), ["passed"]);
    assert!(said("data: x\n")[0].starts_with("not checked"));
}

#[test]
fn the_switch_decides_the_form() {
    let scene = |wanted: &str, essence: &str| {
        let mut scene = events(stream(Framing::Sse), "").answer(200, essence, "{}");
        scene.operation.responses[0].media.push(media_type("application/json"));
        scene.operation.stream_switch = Some(StreamSwitch {
            on: "body#/stream".parse().unwrap(),
            forms: vec![(true.into(), "text/event-stream".into()), (false.into(), "application/json".into())],
            default: Some(true.into()),
            promises: Vec::new(),
        });
        scene.expect = Expect::Success { form: Some(wanted.to_owned()) };
        scene.says("stream/switch")
    };
    assert_eq!(scene("application/json", "application/json; charset=utf-8"), ["passed"]);
    assert_eq!(
        scene("application/json", "text/event-stream"),
        ["error: the request asks for application/json and gets text/event-stream"]
    );
    assert_eq!(scene("text/event-stream", "application/json").len(), 1);
}

#[test]
fn a_failure_before_any_content_should_have_been_a_status() {
    let said = |body: &str| events(with_terminal(), body).says("stream/error-as-200");
    let (start, delta, error) =
        ("data: {\"type\":\"start\"}\n\n", "data: {\"type\":\"delta\"}\n\n", "data: {\"type\":\"error\"}\n\n");
    assert_eq!(said(&format!("{start}{error}")), ["warning: a failure before any content is sent as 200"]);
    assert_eq!(said(&format!("{start}{delta}{error}")), ["passed"]);
    assert_eq!(said(&format!("{start}{delta}")), ["passed"]);
}

fn timed(timing: Timing, times: &[u64]) -> Scene {
    let pieces: Vec<_> = times.iter().map(|at| (*at, &b"data: x\n\n"[..])).collect();
    came(StreamContract { timing, ..stream(Framing::Sse) }, &pieces)
}

#[test]
fn the_first_event_is_judged_by_the_contracts_limit() {
    let timing = Timing { first_event: Some(Duration::from_millis(500)), idle: None };
    assert_eq!(timed(timing, &[500]).says("stream/first-event-late"), ["passed"]);
    assert_eq!(timed(timing, &[501]).says("stream/first-event-late"), ["error: the first event is late"]);
    assert_eq!(timed(timing, &[]).says("stream/first-event-late"), ["not checked: no event came"]);
    assert_eq!(timed(Timing::default(), &[9000]).says("stream/first-event-late"), SILENT);
}

#[test]
fn silence_is_judged_by_the_contracts_limit_and_comments_are_life() {
    let timing = Timing { first_event: None, idle: Some(Duration::from_secs(2)) };
    assert_eq!(timed(timing, &[10, 5000]).says("stream/idle"), ["error: the stream is silent for longer than allowed"]);
    let promised = StreamContract { timing, ..stream(Framing::Sse) };
    let kept_alive = came(promised, &[(10, b"data: a\n\n"), (1500, b":\n\n"), (3000, b"data: b\n\n")]);
    assert_eq!(kept_alive.says("stream/idle"), ["passed"]);
}

#[test]
fn a_stream_that_falls_silent_is_idle_without_any_limit_of_the_contract() {
    let scene = ended(timed(Timing::default(), &[10]), End::Idle { silence: Duration::from_secs(30) });
    assert_eq!(scene.says("stream/idle"), ["error: the stream fell silent and did not end"]);
    assert_eq!(timed(Timing::default(), &[10]).says("stream/idle"), SILENT);
}

#[test]
fn more_than_15_seconds_without_a_sign_of_life_are_noted() {
    assert_eq!(timed(Timing::default(), &[10, 15_010]).says("stream/slow-keep-alive"), ["passed"]);
    let said = timed(Timing::default(), &[10, 15_011]).says("stream/slow-keep-alive");
    assert_eq!(said, ["note: no sign of life for long"]);
}

#[test]
fn one_burst_after_a_long_wait_is_not_streamed() {
    let said = |times: &[u64]| timed(Timing::default(), times).says("stream/buffered");
    let burst = ["warning: the whole arrives in one burst, so it is not streamed"];
    assert_eq!(said(&[4000, 4001, 4002, 4003, 4004]), burst);
    assert_eq!(said(&[245, 246, 247, 249, 250]), burst);
    assert_eq!(said(&[1500, 1503, 1506, 1509, 1512]), burst, "a slow writer takes longer for one burst");
    assert_eq!(said(&[1000, 1500, 2500, 3000, 4000]), ["passed"]);
    assert_eq!(said(&[245, 246, 247, 248, 249]), ["not checked: the whole took less than 250 ms"]);
    assert_eq!(said(&[4000, 4001, 4002, 4003]), SILENT);
}

#[test]
fn many_pieces_in_one_burst_are_not_streamed_although_reading_them_takes_its_time() {
    let said = |step: u64| {
        let times: Vec<_> = (0..1000).map(|piece| 1000 + piece * step / 100).collect();
        timed(Timing::default(), &times).says("stream/buffered")
    };
    assert_eq!(said(10), ["warning: the whole arrives in one burst, so it is not streamed"]);
    assert_eq!(said(20), ["passed"]);
}

#[test]
fn a_long_thought_before_parts_that_come_one_by_one_is_streamed() {
    let said = |times: &[u64]| timed(Timing::default(), times).says("stream/buffered");
    assert_eq!(said(&[3000, 3012, 3024, 3036, 3048]), ["passed"]);
    assert_eq!(said(&[250, 253, 255, 258, 260]), ["passed"]);
}
