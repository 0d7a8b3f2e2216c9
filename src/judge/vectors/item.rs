//! Vectors of the rules on the items of a stream.

use serde_json::{Value, json};

use super::{Vector, whole};
use crate::contract::{Concat, Framing, ItemSchema, KindSelector, Lifecycle, Schema, StreamContract};
use crate::judge::streamed::support::{stream, typed, words};
use crate::judge::support::Scene;

pub(super) fn vectors() -> Vec<Vector> {
    [payload(), shape(), values(), order(), report()].into_iter().flatten().collect()
}

/// A contract of JSON objects with their kind in `/type`.
fn any() -> StreamContract {
    typed(json!({"type": "object"}))
}

/// Events with these values as data.
fn data(promised: StreamContract, values: &[Value]) -> Scene {
    whole(promised, values.iter().map(|value| format!("data: {value}\n\n")).collect::<String>())
}

/// Events of these kinds, written `kind` or `kind:id`.
fn steps(promised: StreamContract, text: &str) -> Scene {
    let step = |step: &String| match step.split_once(':') {
        Some((kind, id)) => json!({"type": kind, "id": id}),
        None => json!({ "type": step }),
    };
    data(promised, &words(text).iter().map(step).collect::<Vec<_>>())
}

fn payload() -> Vec<Vector> {
    let line = |text: &str| whole(any(), format!("data: {text}\n\n"));
    vec![
        Vector::of("item/not-json")
            .breaks("JSON that breaks off", line("{\"type\": \"a\""))
            .breaks("two values", line("{} {}"))
            .breaks("`undefined`", line("undefined"))
            .breaks("a line of NDJSON", whole(stream(Framing::Ndjson), "{}\n{\n"))
            .breaks("a line without a code", whole(stream(Framing::AiDataV4), "0:\"a\"\nhello\n"))
            .legal("white space around", line("{ \"type\" : \"a\" } "))
            .legal("nesting deeper than we read", line(&"[".repeat(500))),
        Vector::of("item/duplicate-keys")
            .breaks("in a nested object", line("{\"type\": \"a\", \"b\": {\"c\": 1, \"c\": 2}}"))
            .legal("one name in two objects", line("{\"type\": \"a\", \"b\": {\"type\": 1}}")),
        Vector::of("item/lone-surrogate")
            .breaks("half of an emoji", line("{\"type\": \"\\ud83d\"}"))
            .legal("a whole one", line("{\"type\": \"\\ud83d\\udc4d\"}"))
            .legal("an escaped backslash before it", line("{\"type\": \"\\\\ud83d\"}")),
    ]
}

fn shape() -> Vec<Vector> {
    let delta = json!({"properties": {"type": {"const": "delta"}, "text": {"type": "string"}}, "required": ["text"]});
    let two = || typed(json!({"oneOf": [{"properties": {"type": {"const": "start"}}}, delta]}));
    let named = |event: &str, kind: &str| {
        let schema = |json| Schema::standalone(json).expect("a schema");
        let promised = StreamContract {
            item: Some(ItemSchema::Envelope {
                envelope: schema(json!({"properties": {"event": {"enum": ["start", "stop"]}}})),
                content: Some(schema(json!({"type": "object"}))),
                by_event: Default::default(),
            }),
            kind: Some(KindSelector::Pointer("/type".to_owned())),
            ..stream(Framing::Sse)
        };
        whole(promised, format!("event: {event}\ndata: {{\"type\": \"{kind}\"}}\n\n"))
    };
    vec![
        Vector::of("item/schema")
            .breaks("a member is missing", data(two(), &[json!({"type": "delta"})]))
            .breaks("a member of another type", data(two(), &[json!({"type": "delta", "text": 7})]))
            .legal("a member more, in another order", data(two(), &[json!({"more": 1, "text": "a", "type": "delta"})])),
        Vector::of("item/unknown-kind").breaks("a misspelt kind", steps(two(), "start dleta")).legal(
            "where other kinds are allowed",
            steps(StreamContract { unknown_kinds: true, ..two() }, "start dleta"),
        ),
        Vector::of("item/event-name")
            .breaks("another kind in the data", named("stop", "start"))
            .legal("the same", named("start", "start")),
    ]
}

fn values() -> Vec<Vector> {
    let constant = || StreamContract { constant: words("/id"), ..any() };
    let monotonic = |numbers: [i64; 3]| {
        let values = numbers.map(|number| json!({"type": "a", "n": number}));
        data(StreamContract { monotonic: words("/n"), ..any() }, &values)
    };
    let concat = |whole: &str| {
        let concat = Concat {
            of: Some("delta".to_owned()),
            piece: "/text".to_owned(),
            whole_kind: Some("done".to_owned()),
            whole: Some("/text".to_owned()),
            like: None,
        };
        let event = |kind: &str, text: &str| json!({"type": kind, "text": text});
        let events = [event("delta", "Hel"), event("delta", "lo"), event("done", whole)];
        data(StreamContract { concat: Some(concat), ..any() }, &events)
    };
    vec![
        Vector::of("item/constant")
            .breaks("another id", steps(constant(), "a:1 b:2"))
            .legal("an item without one between", steps(constant(), "a:1 b c:1")),
        Vector::of("item/monotonic").breaks("down", monotonic([1, 3, 2])).legal("the same again", monotonic([1, 1, 5])),
        Vector::of("item/concat")
            .breaks("a character more", concat("Hello!"))
            .legal("the pieces together", concat("Hello")),
    ]
}

fn order() -> Vec<Vector> {
    let sequence =
        |kinds: &str| steps(StreamContract { sequence: Some("start (delta )*finish ".to_owned()), ..any() }, kinds);
    let blocks = |unclosed_ok, text: &str| {
        let (open, within, close) = (words("open"), words("fill"), words("close"));
        let lifecycle = Lifecycle { key: "/id".to_owned(), open, within, close, unclosed_ok };
        steps(StreamContract { lifecycles: vec![lifecycle], ..any() }, text)
    };
    vec![
        Vector::of("item/sequence")
            .breaks("a part before the start", sequence("delta start finish"))
            .legal("no part at all", sequence("start finish")),
        Vector::of("item/lifecycle")
            .breaks("filled before it is open", blocks(false, "fill:a"))
            .breaks("filled after it is closed", blocks(false, "open:a close:a fill:a"))
            .breaks("opened twice", blocks(false, "open:a open:a close:a"))
            .breaks("never closed", blocks(false, "open:a fill:a"))
            .legal("two that interleave", blocks(false, "open:a open:b fill:b fill:a close:a close:b"))
            .legal("never closed where that is allowed", blocks(true, "open:a")),
    ]
}

fn report() -> Vec<Vector> {
    let failed = |text: &str| {
        let promised = StreamContract { errors: words("error"), ..any() };
        data(promised, &[json!({"type": "start"}), json!({"type": "delta"}), json!({"type": "error", "text": text})])
    };
    let refusing = |mut scene: Scene| {
        scene.expect = crate::generate::Expect::Refusal;
        scene
    };
    vec![
        Vector::of("item/error-event")
            .breaks("where success was expected", failed("The model is overloaded."))
            .legal("where a refusal was expected", refusing(failed("The model is overloaded."))),
        Vector::of("item/leak")
            .breaks("a stack trace", failed("TypeError: x\n    at run (/srv/app.js:1:2)"))
            .also("item/error-event", "only error events are searched")
            .breaks("a key", refusing(failed("Incorrect API key provided: sk-abcdefghijklmnopqrstuv")))
            .legal("an explanation", refusing(failed("The model is overloaded, try again."))),
    ]
}
