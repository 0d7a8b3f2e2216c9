use serde_json::{Value, json};

use crate::contract::{
    Concat, Framing, ItemSchema, KindSelector, Lifecycle, Schema, StreamContract, Strength, Subject, Unstreamed,
};
use crate::generate::Expect;
use crate::judge::Verdict;
use crate::judge::streamed::support::{ended, events, stream, typed, words};
use crate::judge::support::{Scene, media_type};
use crate::send::End;

const SILENT: [&str; 0] = [];

/// Events with these values as data.
fn data(values: &[Value]) -> String {
    values.iter().map(|value| format!("data: {value}\n\n")).collect()
}

/// Events of these kinds.
fn kinds(kinds: &str) -> String {
    data(&words(kinds).iter().map(|kind| json!({"type": kind})).collect::<Vec<_>>())
}

fn schema(schema: Value) -> Schema {
    Schema::standalone(schema).unwrap()
}

fn any() -> StreamContract {
    typed(json!({"type": "object"}))
}

/// An envelope whose data is a string of JSON that keeps this schema.
fn envelope(content: Value) -> StreamContract {
    let envelope = schema(json!({"required": ["data"], "properties": {"data": {"type": "string"}}}));
    StreamContract {
        item: Some(ItemSchema::Envelope { envelope, content: Some(schema(content)), by_event: Default::default() }),
        sentinel: Some("[DONE]".to_owned()),
        ..stream(Framing::Sse)
    }
}

/// Where the one finding of a rule stands: event and pointer.
fn place(scene: &Scene, rule: &str) -> (Option<usize>, Option<String>) {
    match scene.checks(rule).remove(0).verdict {
        Verdict::Failed(finding) => (finding.at.event, finding.at.pointer),
        other => panic!("{other:?}"),
    }
}

#[test]
fn payload_that_was_promised_as_json_is_json() {
    let said = |body: &str| events(envelope(json!({"type": "object"})), body).says("item/not-json");
    assert_eq!(said("data: {\"a\": \ndata: 1}\n\ndata: [DONE]\n\n"), ["passed"]);
    let broken = said("data: {}\n\ndata: {\"a\"\n\n");
    assert!(broken[0].starts_with("error: the data of event 2 is no JSON"), "{broken:?}");
    assert_eq!(said("data: [done]\n\n"), ["not checked: event 1 is stream/terminal-near-miss"]);
    let deep = format!("data: {}\n\n", "[".repeat(500));
    assert_eq!(said(&deep), ["not checked: a payload is nested too deep to be read"]);
}

#[test]
fn payload_that_nobody_promised_to_be_json_may_be_text() {
    assert_eq!(events(stream(Framing::Sse), "data: hello\n\n").says("item/not-json"), SILENT);
    let text = StreamContract { kind: None, ..typed(json!({"type": "string"})) };
    let scene = events(text, "data: hello\n\ndata: 42\n\n");
    assert_eq!(scene.says("item/not-json"), SILENT);
    assert_eq!(scene.says("item/schema"), ["passed"]);
    let lax = StreamContract { kind: None, ..typed(json!({"properties": {"n": {"type": "integer"}}})) };
    assert_eq!(events(lax, "data: {\"n\"\n\n").says("item/not-json").len(), 1);
}

#[test]
fn every_line_of_the_other_framings_is_json() {
    let said = |framing, body: &str| events(stream(framing), body).says("item/not-json");
    assert_eq!(said(Framing::Ndjson, "{\"a\": 1} \r\n2\n"), ["passed"]);
    assert_eq!(said(Framing::Ndjson, "{}\n{\n").len(), 1);
    assert_eq!(said(Framing::JsonSeq, "\u{1e}{}\n"), ["passed"]);
    assert!(said(Framing::AiDataV4, "0:hi\n")[0].starts_with("error"));
    assert_eq!(
        said(Framing::AiDataV4, "0:\"a\"\nhello\n"),
        ["error: record 2 is no JSON: it does not begin as its framing says"]
    );
    let invalid = events(stream(Framing::Ndjson), b"{}\n\"\xff\"\n").says("item/not-json");
    assert_eq!(invalid, ["error: record 2 is no JSON: its bytes are no UTF-8"]);
}

#[test]
fn members_that_come_twice_and_halves_of_pairs_have_their_place() {
    let twice = events(any(), "data: {\"type\": \"a\", \"b\": {\"c\": 1, \"c\": 2}}\n\n");
    assert_eq!(twice.says("item/duplicate-keys"), ["warning: a member comes twice"]);
    assert_eq!(place(&twice, "item/duplicate-keys"), (Some(1), Some("/b/c".to_owned())));
    let half = events(any(), "data: {\"type\": \"\\ud83d\"}\n\n");
    assert_eq!(half.says("item/lone-surrogate"), ["warning: a string holds half of a surrogate pair"]);
    assert_eq!(half.says("item/not-json"), ["passed"]);
    let whole = events(any(), "data: {\"type\": \"\\ud83d\\udc4d\", \"b\": 1, \"c\": {\"b\": 1}}\n\n");
    assert_eq!(whole.says("item/lone-surrogate"), ["passed"]);
    assert_eq!(whole.says("item/duplicate-keys"), ["passed"]);
}

#[test]
fn all_three_shapes_of_an_item_schema_are_asked() {
    let content = json!({"type": "object", "required": ["delta"], "properties": {"delta": {"type": "string"}}});
    let decoded = json!({"properties": {"data": content, "event": {"const": "text"}}});
    let payload = StreamContract { item: Some(ItemSchema::Payload(schema(content.clone()))), ..stream(Framing::Sse) };
    let decoded = StreamContract { item: Some(ItemSchema::DecodedEnvelope(schema(decoded))), ..stream(Framing::Sse) };
    for promised in [payload, envelope(content), decoded] {
        let said = |body: &str| events(promised.clone(), body).says("item/schema");
        assert_eq!(said("event: text\ndata: {\"delta\": \"a\", \"more\": 1}\n\n"), ["passed"]);
        assert_eq!(said("event: text\ndata: {\"delta\": 7}\n\n").len(), 1);
    }
}

#[test]
fn the_sentinel_is_no_item() {
    let scene = events(envelope(json!({"type": "object"})), "data: {}\n\ndata: [DONE]\n\n");
    assert_eq!(scene.says("item/schema"), ["passed"]);
    assert_eq!(scene.says("item/not-json"), ["passed"]);
}

#[test]
fn the_first_broken_item_is_shown_with_its_pointer() {
    let promised = envelope(json!({"properties": {"n": {"type": "integer"}}}));
    let scene = events(promised, data(&[json!({"n": 1}), json!({"n": "x"}), json!({"n": "y"})]));
    assert_eq!(scene.says("item/schema").len(), 1);
    assert_eq!(place(&scene, "item/schema"), (Some(2), Some("/n".to_owned())));
}

fn two_kinds() -> StreamContract {
    typed(json!({"oneOf": [
        {"properties": {"type": {"const": "start"}}},
        {"properties": {"type": {"const": "delta"}, "text": {"type": "string"}}, "required": ["text"]},
    ]}))
}

#[test]
fn a_kind_that_nobody_named_is_one_finding_of_its_own() {
    let scene = events(two_kinds(), kinds("start dleta"));
    assert_eq!(scene.says("item/unknown-kind"), ["error: event 2 is of the unknown kind `dleta`"]);
    assert_eq!(scene.says("item/schema"), ["passed"]);
    let lenient = StreamContract { unknown_kinds: true, ..two_kinds() };
    let scene = events(lenient, kinds("start dleta"));
    assert_eq!(scene.says("item/unknown-kind"), SILENT);
    assert_eq!(scene.says("item/schema"), ["passed"]);
    assert_eq!(events(two_kinds(), kinds("start start")).says("item/unknown-kind"), ["passed"]);
    assert_eq!(events(two_kinds(), kinds("start delta")).says("item/schema").len(), 1);
}

#[test]
fn the_event_type_is_the_kind_where_the_contract_names_both() {
    let tied = StreamContract {
        item: Some(ItemSchema::Envelope {
            envelope: schema(json!({"properties": {"event": {"enum": ["start", "stop"]}}})),
            content: Some(schema(json!({"type": "object"}))),
            by_event: Default::default(),
        }),
        kind: Some(KindSelector::Pointer("/type".to_owned())),
        ..stream(Framing::Sse)
    };
    let said = |promised: &StreamContract, event: &str| {
        events(promised.clone(), format!("event: {event}\ndata: {{\"type\": \"start\"}}\n\n")).says("item/event-name")
    };
    assert_eq!(said(&tied, "start"), ["passed"]);
    assert_eq!(said(&tied, "stop"), ["error: the event type `stop` is not the kind in the data, `start`"]);
    assert_eq!(said(&any(), "stop"), SILENT);
}

#[test]
fn a_constant_is_the_same_in_every_item_that_has_it() {
    let promised = || StreamContract { constant: words("/id"), ..any() };
    let scene = |ids: &[Value]| events(promised(), data(ids));
    assert_eq!(scene(&[json!({"id": 1}), json!({}), json!({"id": 1})]).says("item/constant"), ["passed"]);
    let changed = scene(&[json!({"id": 1}), json!({"id": 2})]);
    assert_eq!(changed.says("item/constant"), ["error: `/id` is another one than in event 1"]);
    assert_eq!(place(&changed, "item/constant"), (Some(2), Some("/id".to_owned())));
    assert_eq!(scene(&[json!({})]).says("item/constant"), SILENT);
}

#[test]
fn a_constant_that_was_read_from_a_sample_is_a_warning() {
    let mut scene =
        events(StreamContract { constant: words("/id"), ..any() }, data(&[json!({"id": 1}), json!({"id": 2})]));
    let documented = scene.promise(Subject::Stream, Strength::Documented);
    let inferred = scene.promise(Subject::Stream, Strength::Inferred);
    scene.promises[inferred.0].of = Some("constant".to_owned());
    scene.operation.responses[0].media[0].stream.as_mut().unwrap().promises = vec![documented, inferred];
    assert_eq!(scene.says("item/constant"), ["warning: `/id` is another one than in event 1"]);
}

#[test]
fn a_monotonic_number_may_stay_and_never_goes_down() {
    let said = |numbers: &[i64]| {
        let values: Vec<_> = numbers.iter().map(|number| json!({"n": number})).collect();
        events(StreamContract { monotonic: words("/n"), ..any() }, data(&values)).says("item/monotonic")
    };
    assert_eq!(said(&[1, 1, 5]), ["passed"]);
    assert_eq!(said(&[1, 3, 2]), ["error: `/n` goes down"]);
}

#[test]
fn pieces_together_are_the_whole() {
    let concat = Concat {
        of: Some("delta".to_owned()),
        piece: "/text".to_owned(),
        whole_kind: Some("done".to_owned()),
        whole: Some("/text".to_owned()),
        like: None,
    };
    let promised = StreamContract { concat: Some(concat), ..any() };
    let said = |whole: &[Value]| {
        let pieces = [json!({"type": "delta", "text": "Hel"}), json!({"type": "delta", "text": "lo"})];
        events(promised.clone(), data(&[&pieces, whole].concat())).says("item/concat")
    };
    assert_eq!(said(&[json!({"type": "done", "text": "Hello"})]), ["passed"]);
    assert_eq!(said(&[json!({"type": "done", "text": "Hello!"})]).len(), 1);
    assert_eq!(said(&[]), ["not checked: no event gives the whole text at `/text`"]);
}

#[test]
fn pieces_together_keep_the_schema_of_the_form_that_does_not_stream() {
    let like = Unstreamed { essence: "application/json".to_owned(), pointer: "/content".to_owned() };
    let concat = Concat { of: None, piece: "/text".to_owned(), whole_kind: None, whole: None, like: Some(like) };
    let mut scene = events(StreamContract { concat: Some(concat), ..any() }, "");
    let mut json = media_type("application/json");
    json.schema = Some(schema(json!({"required": ["id"], "properties": {"content": {"maxLength": 5}}})));
    scene.operation.responses[0].media.push(json);
    let mut said = |pieces: &[&str]| {
        let pieces: Vec<_> = pieces.iter().map(|piece| json!({"type": "delta", "text": piece})).collect();
        scene.change(|answer| answer.body = data(&pieces).into());
        scene.says("item/concat")
    };
    assert_eq!(said(&["Hel", "lo"]), ["passed"]);
    assert_eq!(said(&["Hel", "lo!"]), ["error: the pieces together are no `/content` of application/json"]);
}

#[test]
fn kinds_follow_each_other_as_declared() {
    let promised = StreamContract { sequence: Some("start (delta )*finish ".to_owned()), ..any() };
    let scene = |body: &str| events(promised.clone(), kinds(body));
    assert_eq!(scene("start delta delta finish").says("item/sequence"), ["passed"]);
    assert_eq!(
        scene("delta start finish").says("item/sequence"),
        ["error: the events do not follow each other as declared"]
    );
    assert_eq!(ended(scene("start delta"), End::StoppedByTime).says("item/sequence").len(), 1);
    assert!(ended(scene("start delta"), End::StoppedByTime).says("item/sequence")[0].starts_with("not checked"));
}

fn blocks(unclosed_ok: bool) -> StreamContract {
    let lifecycle = Lifecycle {
        key: "/id".to_owned(),
        open: words("open"),
        within: words("fill"),
        close: words("close"),
        unclosed_ok,
    };
    StreamContract { lifecycles: vec![lifecycle], errors: words("error"), ..any() }
}

/// Events written as `kind:id`.
fn steps(text: &str) -> String {
    let step = |step: &String| {
        let (kind, id) = step.split_once(':').unwrap_or((step, ""));
        json!({"type": kind, "id": id})
    };
    data(&words(text).iter().map(step).collect::<Vec<_>>())
}

#[test]
fn blocks_may_interleave_and_each_has_its_own_life() {
    let said = |text: &str| events(blocks(false), steps(text)).says("item/lifecycle");
    assert_eq!(said("open:a open:b fill:b fill:a close:a other:x close:b"), ["passed"]);
    assert_eq!(said("other:x"), SILENT);
    for (text, message) in [
        ("fill:a", "error: `fill` belongs to block \"a\", which is not open"),
        ("open:a close:a fill:a", "error: `fill` belongs to block \"a\", which is not open"),
        ("open:a close:b", "error: `close` belongs to block \"b\", which is not open"),
        ("open:a open:a", "error: block \"a\" is opened again"),
        ("open:a fill:a", "error: block \"a\" is never closed"),
    ] {
        assert_eq!(said(text), [message], "{text}");
    }
}

#[test]
fn a_block_may_stay_open_where_that_is_allowed_or_after_a_failure() {
    assert_eq!(events(blocks(true), steps("open:a")).says("item/lifecycle"), ["passed"]);
    assert_eq!(events(blocks(false), steps("open:a error:x")).says("item/lifecycle"), ["passed"]);
    assert_eq!(ended(events(blocks(false), steps("open:a")), End::Reset).says("item/lifecycle"), ["passed"]);
}

#[test]
fn an_error_event_counts_where_success_was_expected() {
    let promised = StreamContract { errors: words("error"), ..any() };
    let scene = events(promised, kinds("start delta error"));
    assert_eq!(scene.says("item/error-event"), ["warning: event 3 reports a failure"]);
    let mut refused = scene;
    refused.expect = Expect::Refusal;
    assert_eq!(refused.says("item/error-event"), SILENT);
}

#[test]
fn an_error_event_tells_nothing_of_the_inside() {
    let promised = || StreamContract { errors: words("error"), ..any() };
    let said = |text: &str| events(promised(), data(&[json!({"type": "error", "text": text})])).says("item/leak");
    assert_eq!(said("The model is overloaded, try again."), ["passed"]);
    assert_eq!(
        said("Traceback (most recent call last):\n  File \"a.py\", line 1"),
        ["warning: the error event tells a stack trace"]
    );
    assert_eq!(said("TypeError: x\n    at run (/srv/app.js:1:2)").len(), 1);
    assert_eq!(
        said("Incorrect API key provided: sk-abcdefghijklmnopqrstuv"),
        ["warning: the error event tells a key of a service"]
    );
}
