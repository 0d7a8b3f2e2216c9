//! Streams in every way in which documents declare them.

use serde_json::json;

use super::*;
use crate::contract::{Framing, ItemSchema, KindSelector, Location, StreamContract};

/// A document whose one operation answers with this media type.
fn streaming(version: &str, media_type: &str, media: &str, components: &str) -> Contract {
    contract(
        version,
        &format!(
            "paths:\n  /a:\n    post:\n      responses:\n        '200':\n          description: ok\n          content:\n            \
             {media_type}: {media}\n{components}"
        ),
    )
}

fn stream(contract: &Contract) -> &StreamContract {
    answer(contract, "POST /a").stream.as_ref().unwrap_or_else(|| panic!("no stream: {}", said(contract)))
}

fn shape(version: &str, media: &str) -> &'static str {
    match &stream(&streaming(version, "text/event-stream", media, "")).item {
        None => "nothing",
        Some(ItemSchema::Payload(_)) => "payload",
        Some(ItemSchema::Envelope { content: None, .. }) => "envelope",
        Some(ItemSchema::Envelope { content: Some(_), .. }) => "envelope with content",
        Some(ItemSchema::DecodedEnvelope(_)) => "decoded",
        Some(ItemSchema::Either { .. }) => "either",
    }
}

#[test]
fn an_item_is_described_in_three_shapes_or_not_at_all() {
    assert_eq!(shape("3.1.0", "{}"), "nothing");
    assert_eq!(shape("3.0.3", "{schema: {}}"), "nothing");
    assert_eq!(shape("3.0.3", "{schema: {type: string, format: event-stream}}"), "nothing");
    assert_eq!(shape("3.0.3", "{schema: {type: object, properties: {delta: {type: string}}}}"), "payload");
    assert_eq!(shape("3.2.0", "{itemSchema: {properties: {data: {type: string}, event: {type: string}}}}"), "envelope");
    let content = "{itemSchema: {properties: {data: {type: string, contentMediaType: application/json, contentSchema: {type: object}}}}}";
    assert_eq!(shape("3.2.0", content), "envelope with content");
    assert_eq!(shape("3.1.0", content), "envelope with content");
    assert_eq!(shape("3.2.0", "{itemSchema: {properties: {data: {type: object}, event: {const: x}}}}"), "decoded");
    assert_eq!(shape("3.2.0", "{schema: {type: array, items: {properties: {x: {}}}}}"), "payload");
}

#[test]
fn before_3_2_a_member_data_may_be_that_of_an_envelope_or_of_the_payload() {
    for properties in ["data: {type: object}", "data: {type: string}", "id: {type: string}, data: {type: object}"] {
        let schema = format!("{{type: object, required: [data], properties: {{{properties}}}}}");
        assert_eq!(shape("3.0.3", &format!("{{schema: {schema}}}")), "either");
        assert_eq!(shape("3.1.0", &format!("{{schema: {schema}}}")), "either");
        assert_ne!(shape("3.2.0", &format!("{{itemSchema: {schema}}}")), "either");
    }
    assert_eq!(shape("3.0.3", "{schema: {properties: {data: {type: object}, kind: {type: string}}}}"), "payload");
    let text = "{schema: {properties: {data: {type: string, contentMediaType: application/json}}}}";
    assert_eq!(shape("3.1.0", text), "envelope");
}

#[test]
fn the_media_type_tells_the_framing() {
    let framing = |media_type: &str, media: &str| {
        answer(&streaming("3.1.0", media_type, media, ""), "POST /a").stream.as_ref().map(|stream| stream.framing)
    };
    assert_eq!(framing("text/event-stream; charset=utf-8", "{}"), Some(Framing::Sse));
    assert_eq!(framing("application/x-ndjson", "{}"), Some(Framing::Ndjson));
    assert_eq!(framing("application/jsonl", "{}"), Some(Framing::Ndjson));
    assert_eq!(framing("application/json-seq", "{}"), Some(Framing::JsonSeq));
    assert_eq!(framing("text/plain", "{}"), None);
    assert_eq!(framing("text/plain", "{x-stream: {}}"), Some(Framing::Text));
    assert_eq!(framing("text/plain", "{x-stream: {framing: ai-data-v4}}"), Some(Framing::AiDataV4));
    assert_eq!(framing("application/json", "{schema: {type: object}}"), None);
}

#[test]
fn everything_that_x_stream_says_is_read() {
    let media = "{itemSchema: {type: object}, x-stream: {framing: sse, kind: /type, sentinel: '[DONE]', sequence: '(a )*', \
        lifecycles: [{key: /id, open: s, within: [d], close: [e, x], unclosedOk: true}], constant: [/id], monotonic: [/n], \
        concat: {of: d, piece: /delta, wholeKind: e, whole: /text, like: {application/json: /text}}, error: [err], unknownKinds: false, \
        requireHeaders: {x-v: '1'}, timing: {firstEventMs: 500, idleMs: 1000}, x-source: {document: d, quote: q}}}";
    let contract = streaming("3.2.0", "text/event-stream", media, "");
    assert!(contract.diagnostics.is_empty(), "{}", said(&contract));
    insta::assert_debug_snapshot!(stream(&contract), @r#"
    StreamContract {
        framing: Sse,
        item: Some(
            Payload(
                Schema({"type":"object"}),
            ),
        ),
        kind: Some(
            Pointer(
                "/type",
            ),
        ),
        sentinel: Some(
            "[DONE]",
        ),
        terminal: [],
        errors: [
            "err",
        ],
        sequence: Some(
            "(a )*",
        ),
        lifecycles: [
            Lifecycle {
                key: "/id",
                open: [
                    "s",
                ],
                within: [
                    "d",
                ],
                close: [
                    "e",
                    "x",
                ],
                unclosed_ok: true,
            },
        ],
        constant: [
            "/id",
        ],
        monotonic: [
            "/n",
        ],
        concat: Some(
            Concat {
                of: Some(
                    "d",
                ),
                piece: "/delta",
                whole_kind: Some(
                    "e",
                ),
                whole: Some(
                    "/text",
                ),
                like: Some(
                    Unstreamed {
                        essence: "application/json",
                        pointer: "/text",
                    },
                ),
            },
        ),
        unknown_kinds: false,
        require_headers: {
            "x-v": "1",
        },
        timing: Timing {
            first_event: Some(
                500ms,
            ),
            idle: Some(
                1s,
            ),
        },
        profile: None,
        promises: [
            PromiseId(
                0,
            ),
        ],
    }
    "#);
}

#[test]
fn variants_end_the_stream_or_report_a_failure() {
    let components = "components:
  schemas:
    Event:
      oneOf: [{$ref: '#/components/schemas/Delta'}, {$ref: '#/components/schemas/End', x-stream-terminal: true}, {$ref: '#/components/schemas/Error'}]
    Delta: {properties: {type: {const: delta}}}
    End: {properties: {type: {enum: [end]}}}
    Error: {x-stream-error: true, x-stream-terminal: true, allOf: [{properties: {type: {const: error}}}]}
";
    let contract =
        streaming("3.1.0", "text/event-stream", "{schema: {$ref: '#/components/schemas/Event'}}", components);
    let stream = stream(&contract);
    assert_eq!(stream.kind, Some(KindSelector::Pointer("/type".to_owned())));
    assert_eq!((stream.terminal.join(" "), stream.errors.join(" ")), ("end error".to_owned(), "error".to_owned()));
}

fn sentinel(version: &str, media: &str) -> Option<String> {
    stream(&streaming(version, "text/event-stream", media, "")).sentinel.clone()
}

#[test]
fn a_text_among_payloads_is_the_end() {
    for text in ["{type: string, enum: ['[DONE]']}", "{type: string, enum: [bye], x-ms-sse-terminal-event: true}"] {
        let expected = if text.contains("bye") { "bye" } else { "[DONE]" };
        let bare = format!("{{schema: {{oneOf: [{{type: object}}, {text}]}}}}");
        assert_eq!(sentinel("3.0.3", &bare).as_deref(), Some(expected));
        let data = format!(
            "{{schema: {{properties: {{event: {{type: string}}, data: {{oneOf: [{{type: object}}, {text}]}}}}}}}}"
        );
        assert_eq!(sentinel("3.1.0", &data).as_deref(), Some(expected));
        let events = format!(
            "{{schema: {{oneOf: [{{properties: {{data: {{type: object}}}}}}, {{properties: {{data: {text}}}}}]}}}}"
        );
        assert_eq!(sentinel("3.1.0", &events).as_deref(), Some(expected));
    }
    let done = "{itemSchema: {oneOf: [{properties: {event: {const: a}, data: {type: object}}}, \
        {properties: {event: {const: done}, data: {const: '[DONE]'}}}]}}";
    assert_eq!(sentinel("3.2.0", done).as_deref(), Some("[DONE]"));
}

#[test]
fn a_text_is_not_the_end_where_it_is_json_or_one_of_several_or_of_an_event_of_its_own() {
    for variants in [
        "[{type: object}, {const: '\"a\"'}]",
        "[{type: object}, {const: ping}, {const: pong}]",
        "[{type: object}, {type: string}]",
        "[{type: object}, {enum: [ping, pong]}]",
        "[{properties: {event: {const: ping}, data: {const: ping}}}, {properties: {event: {const: a}, data: {type: object}}}]",
    ] {
        assert_eq!(sentinel("3.1.0", &format!("{{schema: {{oneOf: {variants}}}}}")), None, "{variants}");
    }
    assert_eq!(sentinel("3.1.0", "{schema: {const: bye}}"), None);
}

#[test]
fn envelopes_of_several_kinds_have_the_content_of_any() {
    let components = "components:
  schemas:
    Events:
      properties: {event: {type: string}, data: {type: string}}
      oneOf:
        - properties: {data: {contentMediaType: text/plain, const: '[done]'}}
          x-ms-sse-terminal-event: true
        - properties: {event: {const: a}, data: {contentMediaType: application/json, contentSchema: {required: [x]}}}
        - properties: {event: {const: b}, data: {contentMediaType: application/json, contentSchema: {required: [y]}}}
";
    let contract =
        streaming("3.2.0", "text/event-stream", "{itemSchema: {$ref: '#/components/schemas/Events'}}", components);
    let stream = stream(&contract);
    let Some(ItemSchema::Envelope { content: Some(content), .. }) = &stream.item else { panic!("{:?}", stream.item) };
    assert!(content.is_valid(&json!({"x": 1})) && content.is_valid(&json!({"y": 1})) && !content.is_valid(&json!({})));
    assert_eq!(stream.kind, Some(KindSelector::Event));
    assert_eq!(stream.sentinel.as_deref(), Some("[done]"));
}

#[test]
fn the_switch_reads_its_keys_as_json_and_its_default_from_the_schema() {
    let contract = contract(
        "3.1.0",
        "paths:
  /a:
    post:
      x-stream-when: {$request.body#/stream: {true: text/event-stream, 'false': application/json}}
      requestBody: {content: {application/json: {schema: {allOf: [{$ref: '#/components/schemas/A'}]}}}}
      responses: {}
components: {schemas: {A: {properties: {stream: {type: boolean, default: true}}}}}
",
    );
    let switch = operation(&contract, "POST /a").stream_switch.as_ref().unwrap();
    assert_eq!(switch.on, Location::Body("/stream".to_owned()));
    assert_eq!(switch.form(None), Some("text/event-stream"));
    assert_eq!(switch.form(Some(&json!(false))), Some("application/json"));
}

#[test]
fn the_words_of_others_mean_the_same() {
    let contract = contract(
        "3.1.0",
        "paths:
  /speakeasy:
    post:
      x-speakeasy-stream-request-field: stream
      responses: {'200': {description: ok, content: {text/event-stream: {x-speakeasy-sse-sentinel: '[DONE]', schema: {type: object}}}}}
  /fern:
    post:
      x-fern-streaming: {stream-condition: $request.stream, format: sse, terminator: '[END]'}
      responses: {'200': {description: ok, content: {text/event-stream: {schema: {type: object}}}}}
",
    );
    for (id, sentinel) in [("POST /speakeasy", "[DONE]"), ("POST /fern", "[END]")] {
        let operation = operation(&contract, id);
        assert_eq!(
            operation.stream_switch.as_ref().map(|switch| &switch.on),
            Some(&Location::Body("/stream".to_owned()))
        );
        assert_eq!(operation.responses[0].media[0].stream.as_ref().unwrap().sentinel.as_deref(), Some(sentinel));
    }
}

#[test]
fn a_json_stream_of_fern_is_one_value_a_line_and_its_errors_are_not() {
    let contract = contract(
        "3.1.0",
        "paths:
  /plain:
    post:
      x-fern-streaming: {format: json}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object, required: [id]}}}}
        default: {description: no, content: {application/json: {schema: {type: object, required: [error]}}}}
  /both:
    post:
      x-fern-streaming: {format: json, stream-condition: $request.stream, response-stream: {type: object, required: [delta]}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object, required: [id]}}}}
",
    );
    let [success, error] = operation(&contract, "POST /plain").responses.as_slice() else { panic!("two responses") };
    assert_eq!(success.media[0].stream.as_ref().map(|stream| stream.framing), Some(Framing::Ndjson));
    assert!(error.media[0].stream.is_none() && error.media[0].schema.is_some());
    let both = operation(&contract, "POST /both");
    let stream = both.responses[0].media[0].stream.as_ref().unwrap();
    let Some(ItemSchema::Payload(item)) = &stream.item else { panic!("{:?}", stream.item) };
    assert!(item.is_valid(&json!({"id": 1})) && item.is_valid(&json!({"delta": 1})) && !item.is_valid(&json!({})));
    let switch = both.stream_switch.as_ref().unwrap();
    assert_eq!((switch.form(Some(&json!(true))), switch.form(None)), (Some("application/json"), None));
}

#[test]
fn the_stream_of_the_manual_is_read_without_a_word() {
    let manual = include_str!("../../../../docs/specs.md");
    let example = manual.split("```yaml\n").find(|block| block.starts_with("x-stream:")).unwrap();
    let lines = example.split("```").next().unwrap().lines();
    let media: String = lines.map(|line| format!("\n              {line}")).collect();
    let contract = streaming("3.2.0", "text/event-stream", &media, "");
    assert!(contract.diagnostics.is_empty(), "{}", said(&contract));
    let stream = stream(&contract);
    let sequence = regex::Regex::new(&format!("^(?:{})$", stream.sequence.as_ref().unwrap())).unwrap();
    assert!(sequence.is_match("start open delta close finish ") && !sequence.is_match("open start finish "));
    let block = &stream.lifecycles[0];
    assert_eq!([&block.open, &block.within, &block.close].map(|kinds| kinds.join(" ")), ["open", "delta", "close"]);
    assert_eq!(
        [&stream.constant, &stream.monotonic, &stream.errors].map(|list| list.join(" ")),
        ["/id", "/at", "failed"]
    );
    assert!(!stream.unknown_kinds && stream.require_headers.contains_key("x-stream-version"));
    assert_eq!(stream.timing.idle, Some(std::time::Duration::from_secs(30)));
}
