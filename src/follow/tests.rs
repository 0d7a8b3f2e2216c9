use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::json;

use super::*;
use crate::contract::{
    self, Concat, Dialect, ItemSchema, KindSelector, Operation, Profile, Schema, Source, StreamContract, Strength,
};
use crate::stream::Framing;

/// A dialect whose items are of these kinds, the first of which opens a stream.
fn dialect(name: &str, kinds: &[&str]) -> Dialect {
    let schema = json!({"type": "object", "required": ["type"], "properties": {"type": {"enum": kinds}}});
    Dialect {
        name: name.to_owned(),
        essence: EVENT_STREAM.to_owned(),
        claim: IndexMap::from([("x-dialect".to_owned(), "v1".to_owned())]),
        first: vec![kinds[0].to_owned()],
        stream: StreamContract {
            item: Some(ItemSchema::Payload(Schema::standalone(schema).unwrap())),
            kind: Some(KindSelector::Pointer("/type".to_owned())),
            sentinel: Some("[DONE]".to_owned()),
            unknown_kinds: false,
            concat: Some(Concat {
                of: Some("delta".to_owned()),
                piece: "/text".to_owned(),
                whole_kind: None,
                whole: None,
                like: None,
            }),
            ..StreamContract::plain(contract::Framing::Sse)
        },
        source: Source { document: "dialect".to_owned(), quote: None, strength: Strength::Standard, section: None },
    }
}

fn promised() -> StreamContract {
    let dialects = vec![dialect("older", &["start", "delta"]), dialect("newer", &["start", "delta", "extra"])];
    let profile = Profile { name: "family".to_owned(), dialects };
    StreamContract { profile: Some(Arc::new(profile)), ..StreamContract::plain(contract::Framing::Sse) }
}

fn followed(promised: &StreamContract, claimed: bool, pieces: &[(u64, &str)]) -> Followed {
    let dialects = promised.profile.iter().flat_map(|profile| &profile.dialects);
    let candidates = dialects.map(|dialect| Candidate { dialect, claimed }).collect();
    let form = Form { framing: Framing::Sse, promised: Some(promised), candidates };
    let mut follower = Follower::new(&form, Duration::ZERO);
    pieces.iter().for_each(|(at, piece)| follower.push(piece.as_bytes(), Duration::from_millis(*at)));
    follower.finish()
}

fn kinds(kinds: &str) -> String {
    kinds.split(' ').map(|kind| format!("data: {{\"type\": \"{kind}\", \"text\": \"hi\"}}\n\n")).collect()
}

fn spoken(claimed: bool, body: &str) -> Option<String> {
    followed(&promised(), claimed, &[(1, body)]).spoken.map(|spoken| spoken.dialect)
}

#[test]
fn a_stream_speaks_the_oldest_dialect_that_explains_it() {
    assert_eq!(spoken(true, &kinds("start delta")).as_deref(), Some("older"));
    assert_eq!(spoken(true, &kinds("start delta extra")).as_deref(), Some("newer"));
}

#[test]
fn a_stream_that_no_dialect_explains_speaks_the_one_that_held_longest() {
    assert_eq!(spoken(true, &kinds("start extra odd")).as_deref(), Some("newer"));
    assert_eq!(spoken(true, &kinds("odd")).as_deref(), Some("newer"));
}

#[test]
fn what_nothing_claims_is_recognised_by_its_first_item_or_not_at_all() {
    assert_eq!(spoken(false, &kinds("start delta")).as_deref(), Some("older"));
    assert_eq!(spoken(false, &kinds("delta start")), None);
    assert_eq!(spoken(false, "data: hello\n\n"), None);
}

#[test]
fn the_first_content_is_the_first_piece_that_a_person_can_see() {
    let blank = "data: {\"type\": \"delta\", \"text\": \" \"}\n\n";
    let pieces = [(5, kinds("start")), (9, blank.to_owned()), (12, kinds("delta"))];
    let pieces: Vec<_> = pieces.iter().map(|(at, piece)| (*at, piece.as_str())).collect();
    let followed = followed(&promised(), true, &pieces);
    assert_eq!(followed.first_content, Some(Duration::from_millis(12)));
    assert_eq!(followed.first_byte, Some(Duration::from_millis(5)));
}

#[test]
fn the_longest_silence_has_the_byte_that_ended_it() {
    let followed = followed(&promised(), true, &[(5, ": a\n\n"), (50, ": b\n\n"), (60, ": c\n\n")]);
    assert_eq!(followed.longest_silence, Some(Silence { length: Duration::from_millis(45), byte: 5 }));
}

fn unclaimed<'c>(operation: &'c Operation, status: u16, essence: &str) -> Option<Form<'c>> {
    Form::of(operation, status, essence, |_| None)
}

#[test]
fn an_answer_is_followed_by_its_documented_form_and_by_a_dialect_that_its_head_claims() {
    let document = "{openapi: 3.1.0, info: {title: T, version: v}, paths: {/a: {post: {responses: {'200': {description: OK, \
        content: {text/event-stream: {x-stream: {framing: sse}}, application/json: {}}}}}}}}";
    let contract = contract::read("a.yaml", document, None).unwrap();
    let mut operation = (*contract.operations[0]).clone();
    assert!(unclaimed(&operation, 200, EVENT_STREAM).is_some_and(|form| form.promised.is_some()));
    assert!(unclaimed(&operation, 200, "application/json").is_none());
    assert!(unclaimed(&operation, 404, EVENT_STREAM).is_none());
    let mut family = promised();
    let data = Dialect { essence: "text/plain".to_owned(), ..dialect("data", &["start"]) };
    family.profile = Some(Arc::new(Profile { name: "family".to_owned(), dialects: vec![data] }));
    operation.responses[0].media[0].stream = Some(family);
    let claimed = Form::of(&operation, 200, "text/plain", |name| (name == "x-dialect").then(|| "v1".to_owned()));
    assert!(claimed.is_some_and(|form| form.candidates[0].claimed && form.promised.is_none()));
    assert!(unclaimed(&operation, 200, "text/plain").is_none());
}
