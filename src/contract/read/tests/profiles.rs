//! Profiles of stream dialects: the built-in one, a user's own, and what can be wrong with either.

use std::path::Path;

use super::*;
use crate::contract::{Dialect, Framing, ItemSchema, KindSelector, Profile, Strength, load};

/// A document whose one answer is a stream with this profile.
fn document(profile: &str) -> String {
    format!(
        "openapi: 3.2.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          \
         description: ok\n          content:\n            text/event-stream:\n              x-stream: {{framing: sse, profile: {profile}}}\n"
    )
}

fn profile(contract: &Contract) -> Option<&Profile> {
    answer(contract, "GET /a").stream.as_ref().unwrap().profile.as_deref()
}

fn built_in() -> Contract {
    read("api.yaml", &document("ai-sdk"), None).unwrap()
}

/// The contract of a document beside a profile of this text, and what there is to say about them.
fn with_file(named: &str, text: &str) -> (Contract, String) {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("api");
    std::fs::create_dir_all(inner.join("profiles")).unwrap();
    std::fs::write(directory.path().join("outside.yaml"), text).unwrap();
    std::fs::write(inner.join("profiles/mine.yaml"), text).unwrap();
    std::fs::write(inner.join("api.yaml"), document(named)).unwrap();
    let contract = load(&inner.join("api.yaml")).unwrap();
    let said = said(&contract).replace(&format!("{}/", directory.path().display()), "");
    (contract, said)
}

fn dialect<'a>(profile: &'a Profile, name: &str) -> &'a Dialect {
    profile.dialects.iter().find(|dialect| dialect.name == name).unwrap()
}

fn item(dialect: &Dialect) -> &crate::contract::Schema {
    match &dialect.stream.item {
        Some(ItemSchema::Payload(schema)) => schema,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_built_in_profile_is_read_without_a_word() {
    let contract = built_in();
    assert_eq!(said(&contract), "");
    let profile = profile(&contract).unwrap();
    let names: Vec<&str> = profile.dialects.iter().map(|dialect| dialect.name.as_str()).collect();
    assert_eq!((profile.name.as_str(), names), ("ai-sdk", vec!["ai-sdk-4", "ai-sdk-5", "ai-sdk-6", "ai-sdk-7"]));
    assert_eq!(dialect(profile, "ai-sdk-4").stream.framing, Framing::AiDataV4);
    for dialect in &profile.dialects[1..] {
        let stream = &dialect.stream;
        item(dialect).compile().unwrap();
        assert_eq!((dialect.essence.as_str(), stream.framing), ("text/event-stream", Framing::Sse));
        assert_eq!((stream.sentinel.as_deref(), stream.unknown_kinds), (Some("[DONE]"), false));
        assert_eq!(stream.kind, Some(KindSelector::Pointer("/type".to_owned())));
        assert_eq!((stream.errors.join(" "), stream.lifecycles.len()), ("error abort".to_owned(), 4));
        assert_eq!(dialect.claim, stream.require_headers);
    }
}

#[test]
fn each_release_of_the_ai_sdk_has_its_own_chunks() {
    let contract = built_in();
    let profile = profile(&contract).unwrap();
    let fits = |chunk: serde_json::Value| {
        let fitting = profile.dialects[1..].iter().filter(|dialect| item(dialect).is_valid(&chunk));
        fitting.map(|dialect| dialect.name.trim_start_matches("ai-sdk-")).collect::<String>()
    };
    let chunk = |text: &str| fits(serde_json::from_str(text).unwrap());
    assert_eq!(chunk(r#"{"type": "text-delta", "id": "1", "delta": "Hi", "extra": 1}"#), "567");
    assert_eq!(chunk(r#"{"type": "data-weather", "data": 7}"#), "567");
    assert_eq!(chunk(r#"{"type": "finish", "finishReason": "unknown"}"#), "5");
    assert_eq!(chunk(r#"{"type": "tool-output-denied", "toolCallId": "c"}"#), "67");
    assert_eq!(chunk(r#"{"type": "finish", "finishReason": "interrupted"}"#), "7");
    assert_eq!(chunk(r#"{"type": "reset-step"}"#), "7");
    assert_eq!(chunk(r#"{"type": "text-delta", "id": "1"}"#), "");
    assert_eq!(chunk(r#"{"type": "text"}"#), "");
}

#[test]
fn a_message_that_begins_is_finished_or_fails() {
    let contract = built_in();
    let keeps = |name: &str, kinds: &str| {
        let sequence = dialect(profile(&contract).unwrap(), name).stream.sequence.clone().unwrap();
        regex::Regex::new(&format!("^(?:{sequence})$")).unwrap().is_match(kinds)
    };
    assert!(keeps("ai-sdk-5", "start start-step text-start text-delta text-end finish-step finish "));
    assert!(keeps("ai-sdk-5", "start text-start error finish-step finish ") && keeps("ai-sdk-5", "start abort "));
    assert!(keeps("ai-sdk-5", "data-x start-step source-url text-start text-end "));
    assert!(!keeps("ai-sdk-5", "start start-step text-start text-delta text-end finish-step "));
    assert!(keeps("ai-sdk-4", "f 0 0 e d ") && keeps("ai-sdk-4", "f 0 e d 2 ") && keeps("ai-sdk-4", "f 3 "));
    assert!(!keeps("ai-sdk-4", "f 0 0 e "));
}

#[test]
fn a_profile_of_ones_own_is_a_file_beside_the_document_and_promises_nothing_there() {
    let text = "profile: mine\ndialects:\n  - name: mine-1\n    x-source: {document: Our wiki, quote: Streams end., strength: inferred}\n    \
        claim: {x-mine: '1'}\n    first: hello\n    content:\n      text/event-stream:\n        itemSchema: {$ref: '#/$defs/event'}\n        \
        x-stream: {framing: sse, kind: /kind, x-source: {document: d}}\n  - name: mine-2\n    first: [hi]\n    \
        content: {application/x-ndjson: {}}\n$defs:\n  event: {oneOf: [{properties: {kind: {const: hello}}}, \
        {properties: {kind: {const: bye}}, x-stream-terminal: true, x-source: {document: d}}]}\n";
    let (contract, said) = with_file("./profiles/mine.yaml", text);
    assert_eq!(said, "");
    assert!(contract.promises.is_empty());
    let profile = profile(&contract).unwrap();
    let first = &profile.dialects[0];
    assert_eq!((first.claim["x-mine"].as_str(), first.first.join(" ")), ("1", "hello".to_owned()));
    assert_eq!((first.source.document.as_str(), first.source.strength), ("Our wiki", Strength::Inferred));
    assert_eq!((first.stream.terminal.join(" "), first.stream.promises.len()), ("bye".to_owned(), 0));
    assert!(item(first).promises().is_empty());
    let second = &profile.dialects[1];
    assert_eq!(second.stream.framing, Framing::Ndjson);
    assert!(second.source.document.ends_with("profiles/mine.yaml"), "{:?}", second.source);
}

#[test]
fn what_is_wrong_with_a_profile_costs_the_profile_alone() {
    let mut all = Vec::new();
    for name in ["ai-skd", "mine", "[1]"] {
        let contract = read("api.yaml", &document(name), None).unwrap();
        assert!(profile(&contract).is_none());
        all.push(said(&contract));
    }
    all.push(said(&read("api.yaml", &document("x/none.yaml"), None).unwrap()));
    for (named, text) in [
        ("none.yaml", ""),
        ("../outside.yaml", ""),
        ("https://x.test/a.yaml", ""),
        ("profiles/mine.yaml", "profile: [}"),
        ("profiles/mine.yaml", "dialects: []"),
        ("profiles/mine.yaml", "[]"),
    ] {
        let (contract, said) = with_file(named, text);
        assert!(profile(&contract).is_none(), "{named} {text}");
        all.push(said);
    }
    insta::assert_snapshot!(all.join("\n"), @r"
    Warning api.yaml:11:40: there is no profile `ai-skd` (did you mean `ai-sdk`?)
    Warning api.yaml:11:40: there is no profile `mine` (built in: ai-sdk; a profile of your own is named by its file)
    Warning api.yaml:11:40: `profile` is an array (it is a string)
    Warning api.yaml:11:40: `x/none.yaml` is not read: the document is no file here (a profile is a file beside the document or below: `profile: NAME`, and `dialects`)
    Warning api/api.yaml:11:40: `none.yaml` cannot be read: there is no such file (a profile is a file beside the document or below: `profile: NAME`, and `dialects`)
    Warning api/api.yaml:11:40: `../outside.yaml` is not read: it lies outside the document's directory (a profile is a file beside the document or below: `profile: NAME`, and `dialects`)
    Warning api/api.yaml:11:40: `https://x.test/a.yaml` is not read: references may only lead to files beside the document or below (a profile is a file beside the document or below: `profile: NAME`, and `dialects`)
    Warning api/api.yaml:11:40: api/profiles/mine.yaml:1:11: this is not YAML: while parsing a node, did not find expected node content (look at the indentation, quotes and brackets before it) (a profile is a file beside the document or below: `profile: NAME`, and `dialects`)
    Warning api/api.yaml:11:40: api/profiles/mine.yaml describes no dialect (a profile is a file beside the document or below: `profile: NAME`, and `dialects`)
    Warning api/profiles/mine.yaml:1:1: this profile has no name (begin it with `profile: NAME`)
    Warning api/api.yaml:11:40: api/profiles/mine.yaml describes no dialect (a profile is a file beside the document or below: `profile: NAME`, and `dialects`)
    Warning api/profiles/mine.yaml:1:1: `profile` is an array (its keys are profile, dialects, $defs)
    ");
}

#[test]
fn what_is_wrong_with_a_dialect_costs_the_dialect_alone() {
    let text = "profile: mine\nextra: 1\ndialects:\n  - first: [a]\n  - {name: silent, content: {text/event-stream: {}}}\n  \
        - {name: nothing, first: [a]}\n  - {name: no-stream, first: [a], content: {application/json: {}}}\n  \
        - {name: broken, first: [a], content: {text/event-stream: {itemSchema: {type: text}}}}\n  \
        - {name: nested, first: [a], content: {text/event-stream: {x-stream: {profile: ai-sdk, famring: sse}}}}\n  \
        - {name: two, first: [a], content: {text/event-stream: {}, text/plain: {}}}\n  - 7\n";
    let (contract, said) = with_file("profiles/mine.yaml", text);
    let names: Vec<&str> = profile(&contract).unwrap().dialects.iter().map(|dialect| dialect.name.as_str()).collect();
    assert_eq!(names, ["nested", "two"]);
    insta::assert_snapshot!(said, @r#"
    Warning api/profiles/mine.yaml:2:1: `profile` has no key `extra` (the keys are profile, dialects, $defs)
    Warning api/profiles/mine.yaml:4:5: this dialect has no name (add `name: my-stream-1`)
    Warning api/profiles/mine.yaml:5:5: nothing shows that a stream is in `silent` (add `claim: {header: value}`, or `first: [KIND]`)
    Warning api/profiles/mine.yaml:6:5: `nothing` does not say what it is sent as (add `content: {text/event-stream: {x-stream: {framing: sse}}}`)
    Warning api/profiles/mine.yaml:7:45: `no-stream` is no stream (add `x-stream: {framing: sse}`)
    Warning api/profiles/mine.yaml:8:5: `broken` is not tested: `type` is "text" (api/profiles/mine.yaml:8:81)
    Warning api/profiles/mine.yaml:8:81: `type` is "text" (`type` is one of null, boolean, object, array, number, string, integer, or an array of them)
    Warning api/profiles/mine.yaml:9:73: a dialect has no profile of its own (remove `profile`)
    Warning api/profiles/mine.yaml:9:90: `x-stream` has no key `famring` (did you mean `framing`?)
    Warning api/profiles/mine.yaml:10:62: a dialect is sent as one media type: only the first is read (write a dialect of its own for text/plain)
    Warning api/profiles/mine.yaml:11:5: `dialects` is a number (its keys are name, claim, first, content)
    "#);
}

#[test]
fn a_profile_that_names_itself_is_read_once() {
    let text = "profile: mine\ndialects: [{name: a, first: [a], content: {text/event-stream: {x-stream: {profile: ./mine.yaml}}}}]\n";
    let (contract, said) = with_file("profiles/mine.yaml", text);
    assert!(profile(&contract).unwrap().dialects[0].stream.profile.is_none());
    assert!(said.contains("a dialect has no profile of its own"), "{said}");
}

#[test]
fn the_documents_of_this_project_name_a_profile_that_is_there() {
    let contract = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/agentsgt.yaml")).unwrap();
    let chat = operation(&contract, "chatWithAgent");
    let stream = chat.responses.iter().find_map(|response| response.media("text/event-stream")?.stream.as_ref());
    assert_eq!(stream.unwrap().profile.as_ref().unwrap().name, "ai-sdk");
}

#[test]
fn the_profile_of_the_manual_is_read_without_a_word() {
    let manual = include_str!("../../../../docs/specs.md");
    let example = manual.split("```yaml\n").find(|block| block.starts_with("profile:")).unwrap();
    let (contract, said) = with_file("./profiles/mine.yaml", example.split("```").next().unwrap());
    assert_eq!(said, "");
    let ticker = &profile(&contract).unwrap().dialects[0];
    assert_eq!((ticker.stream.terminal.join(" "), ticker.stream.monotonic.join(" ")), ("summary".into(), "/at".into()));
    assert!(item(ticker).is_valid(&serde_json::json!({"kind": "price", "at": 7, "price": 1.5})));
}
