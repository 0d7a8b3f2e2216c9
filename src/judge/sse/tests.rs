use http::Method;

use super::RULES;
use crate::contract::{Framing, StreamContract, StreamSwitch};
use crate::generate::Expect;
use crate::judge::Verdict;
use crate::judge::streamed::support::{came, ended, events, stream};
use crate::judge::support::{Scene, media_type};
use crate::send::End;

fn sse() -> StreamContract {
    stream(Framing::Sse)
}

fn body(text: impl AsRef<[u8]>) -> Scene {
    events(sse(), text)
}

/// The severity, byte and event of each finding of a rule.
fn places(scene: &Scene, rule: &str) -> Vec<(&'static str, Option<usize>, Option<usize>)> {
    let verdicts = scene.checks(rule).into_iter().map(|check| check.verdict);
    verdicts
        .filter_map(|verdict| match verdict {
            Verdict::Failed(finding) => Some((finding.severity.word(), finding.at.byte, finding.at.event)),
            _ => None,
        })
        .collect()
}

/// A stream that gives nobody a reason to complain, in a form that looks unusual.
#[test]
fn unusual_and_legal_is_no_finding() {
    let legal = [
        ": hi\n\ndata: {\"a\": 1}\n\ndata: [DONE]\n\n".to_owned(),
        "event: message\nid: 1\nretry: 10\ndata: né\n\n".to_owned(),
        "data\n\n".to_owned(),
        format!("data: {}\n\n", "x".repeat(60_000)),
    ];
    for text in legal {
        let scene = body(&text)
            .header("cache-control", "private, no-store")
            .header("x-accel-buffering", "no")
            .header("connection", "close");
        for rule in RULES {
            let said = scene.says(rule.id);
            assert!(said.iter().all(|said| said == "passed"), "{}: {said:?} of {text}", rule.id);
        }
    }
}

#[test]
fn an_answer_that_is_no_stream_is_not_judged() {
    let scene = Scene::new().answer(200, "application/json", "data: x");
    for rule in RULES {
        assert_eq!(scene.says(rule.id), Vec::<String>::new(), "{}", rule.id);
    }
}

#[test]
fn each_mark_is_a_finding_at_its_byte_and_event() {
    let long = format!("data: {}\n\n", "x".repeat(70_000));
    for (rule, text, expected) in [
        ("sse/bom", "\u{feff}data: a\n\n", ("warning", 0, 1)),
        ("sse/bom", "data: a\n\n\u{feff}data: b\n\n", ("error", 9, 2)),
        ("sse/control-characters", "data: a\0\n\n", ("warning", 7, 1)),
        ("sse/control-characters", "data: a\u{2028}\n\n", ("note", 7, 1)),
        ("sse/long-line", &long, ("note", 0, 1)),
        ("sse/unknown-field", "foo: a\ndata: b\n\n", ("warning", 0, 1)),
        ("sse/field-case", "data: a\n\nDATA: b\n\n", ("error", 9, 2)),
        ("sse/field-space", "data : a\n\n", ("error", 0, 1)),
        ("sse/payload-without-field", "data: {\n}\n\n", ("error", 8, 1)),
        ("sse/retry-digits", "retry: 1s\ndata: a\n\n", ("error", 0, 1)),
        ("sse/id-nul", "id: \0\ndata: a\n\n", ("error", 0, 1)),
        ("sse/event-without-data", "event: done\n\n", ("error", 0, 1)),
        ("sse/block-without-data", "id: 1\n\ndata: a\n\n", ("note", 0, 1)),
        ("sse/repeated-field", "id: 1\nid: 2\ndata: a\n\n", ("warning", 6, 1)),
        ("sse/no-space", "data:a\n\n", ("note", 0, 1)),
        ("sse/extra-space", "data:  a\n\n", ("note", 0, 1)),
        ("sse/multi-line", "data: a\ndata: b\n\n", ("note", 8, 1)),
    ] {
        let (severity, byte, event) = expected;
        assert_eq!(places(&body(text), rule), [(severity, Some(byte), Some(event))], "{rule}");
    }
}

#[test]
fn an_invalid_byte_is_a_finding_and_a_split_sequence_is_none() {
    let scene = came(sse(), &[(10, b"data: n\xc3"), (20, b"\xa9\n\n")]);
    assert_eq!(scene.says("sse/invalid-utf8"), ["passed"]);
    let scene = came(sse(), &[(10, b"data: n\xc3"), (20, b"\n\n")]);
    assert_eq!(places(&scene, "sse/invalid-utf8"), [("error", Some(7), Some(1))]);
}

#[test]
fn a_sequence_cut_off_is_the_targets_fault_only_at_a_clean_end() {
    let scene = body(b"data: a\n\ndata: \xc3");
    assert_eq!(places(&scene, "sse/invalid-utf8"), [("error", Some(15), Some(2))]);
    assert_eq!(ended(body(b"data: a\n\ndata: \xc3"), End::StoppedBySize).says("sse/invalid-utf8"), ["passed"]);
}

#[test]
fn what_a_popular_client_makes_of_it_is_told() {
    assert_eq!(
        body("\u{feff}data: a\n\n").says("sse/bom"),
        ["warning: the stream begins with a byte order mark; a client built on eventsource-stream panics"]
    );
    assert_eq!(
        body("data: a\r\rdata: b\r\r").says("sse/line-ends"),
        ["warning: lines end in a lone CR; a client built on eventsource-stream gets 1 of 2 events"]
    );
}

#[test]
fn line_ends_weigh_by_what_clients_make_of_them() {
    assert_eq!(body("data: a\n\n").says("sse/line-ends"), ["passed"]);
    assert_eq!(body("data: a\r\n\r\n").says("sse/line-ends"), ["note: lines end in CR LF"]);
    assert_eq!(body("data: a\r\n\n").says("sse/line-ends"), ["warning: line ends are mixed"]);
}

#[test]
fn many_of_a_kind_are_one_finding_with_a_count() {
    assert_eq!(body("data:a\n\ndata:b\n\n").says("sse/no-space"), ["note: no space stands after the colon, 2 times"]);
}

#[test]
fn an_encoded_body_is_not_read() {
    let scene = body(b"\x1f\x8b\x08").header("content-encoding", "gzip");
    assert_eq!(scene.says("sse/invalid-utf8"), ["not checked: the body is encoded as gzip"]);
    assert_eq!(scene.says("sse/content-encoding"), ["warning: the stream names a content encoding"]);
}

#[test]
fn header_fields_of_a_stream_are_judged() {
    let scene = || body("data: a\n\n");
    let failed = |scene: Scene, rule: &str| scene.says(rule)[0] != "passed";
    assert!(failed(scene(), "sse/cache-control"));
    assert!(failed(scene().header("cache-control", "max-age=5"), "sse/cache-control"));
    assert!(!failed(scene().header("cache-control", "No-Cache, no-transform"), "sse/cache-control"));
    assert!(failed(scene().header("content-length", "9"), "sse/content-length"));
    assert!(!failed(scene(), "sse/content-length"));
    assert!(failed(scene(), "sse/accel-buffering"));
    assert!(!failed(scene().header("x-accel-buffering", "no"), "sse/accel-buffering"));
}

#[test]
fn a_charset_other_than_utf_8_is_a_finding() {
    let with = |value: &str| {
        let mut scene = body("data: a\n\n");
        scene.change(|answer| answer.headers.retain(|(name, _)| name != "content-type"));
        scene.header("content-type", value)
    };
    for legal in ["text/event-stream;", "text/event-stream; charset=\"UTF-8\"", "Text/Event-Stream;charset=utf8"] {
        assert_eq!(with(legal).says("sse/charset"), ["passed"], "{legal}");
        assert_eq!(with(legal).says("sse/media-type"), ["passed"], "{legal}");
    }
    assert_eq!(
        with("text/event-stream; charset=iso-8859-1").says("sse/charset"),
        ["warning: the charset is not utf-8"]
    );
}

#[test]
fn a_connection_header_is_judged_over_http_2_alone() {
    let scene = || body("data: a\n\n").header("connection", "keep-alive");
    assert_eq!(scene().says("sse/connection-header"), Vec::<String>::new());
    let mut over_http2 = scene();
    over_http2.change(|answer| answer.version = "HTTP/2.0".to_owned());
    assert_eq!(over_http2.says("sse/connection-header"), ["error: a connection-specific field over HTTP/2"]);
}

#[test]
fn another_media_type_than_the_one_documented_stream_is_a_finding() {
    let mut scene = body("data: a\n\n");
    scene.change(|answer| answer.headers.retain(|(name, _)| name != "content-type"));
    assert_eq!(scene.says("sse/media-type"), ["error: the stream is not sent as an event stream"]);
    scene.request.method = Method::HEAD;
    assert_eq!(scene.says("sse/media-type"), Vec::<String>::new());
}

#[test]
fn what_another_method_is_answered_is_no_stream_of_the_document() {
    for (essence, rule) in [("text/html", "sse/media-type"), ("text/event-stream", "sse/cache-control")] {
        let mut scene = Scene::new().answer(200, essence, "<h1>Chat</h1>");
        scene.operation.responses[0].media = vec![media_type("text/event-stream")];
        scene.expect = Expect::Refusal;
        assert_eq!(scene.says(rule).len(), 1, "{rule}");
        scene.request.method = Method::GET;
        assert!(scene.says(rule).is_empty(), "{rule}");
    }
}

#[test]
fn the_other_form_of_a_switch_is_no_wrong_media_type() {
    let with_switch = |essence: &str| {
        let mut scene = body("data: a\n\n").answer(200, essence, "{}");
        scene.operation.responses[0].media.push(media_type("application/json"));
        scene.operation.stream_switch = Some(StreamSwitch {
            on: "body#/stream".parse().unwrap(),
            forms: vec![(true.into(), "text/event-stream".into()), (false.into(), "application/json".into())],
            default: Some(true.into()),
            promises: Vec::new(),
        });
        scene.expect = Expect::Success { form: Some("text/event-stream".into()) };
        scene
    };
    assert_eq!(with_switch("application/json").says("sse/media-type"), Vec::<String>::new());
    assert_eq!(with_switch("text/plain").says("sse/media-type").len(), 1);
    assert_eq!(with_switch("text/plain").says("stream/switch"), Vec::<String>::new());
}

#[test]
fn an_error_typed_as_a_stream_is_judged_by_its_body() {
    let error = |text: &str| Scene::new().answer(401, "text/event-stream", text).says("sse/error-typed-as-stream");
    assert_eq!(error("Unauthorized"), ["warning: an error is sent as an event stream and is none"]);
    assert_eq!(error("event: error\ndata: {}\n\n"), ["passed"]);
    assert_eq!(Scene::new().answer(401, "text/plain", "x").says("sse/error-typed-as-stream"), Vec::<String>::new());
}

#[test]
fn a_required_header_is_there_with_its_value() {
    let with = |value: &str| {
        let mut promised = sse();
        promised.require_headers.insert("X-Dialect".to_owned(), "v1".to_owned());
        promised.require_headers.insert("connection".to_owned(), "keep-alive".to_owned());
        events(promised, "data: a\n\n").header("x-dialect", value).says("sse/profile-header")
    };
    assert_eq!(with("V1"), ["passed"]);
    assert_eq!(with("v2"), ["error: the stream lacks `X-Dialect: v1`"]);
}
