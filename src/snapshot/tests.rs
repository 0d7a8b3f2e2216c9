use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::answer::Body;
use super::events::Events;
use super::said::Said;
use super::shape::Shape;
use super::{Answers, Presence, Snapshot, differences, is_covered, next};

const LABEL: &str = "200 application/json";

fn shape(values: &[Value]) -> Shape {
    let mut all = Shape::default();
    values.iter().for_each(|value| all.join(Shape::of(value, &Said::default())));
    all
}

/// A snapshot of answers with these bodies.
fn of(values: &[Value]) -> Snapshot {
    let body = Body { json: Some(shape(values)), ..Body::default() };
    with(Answers { body, ..Answers::default() })
}

fn with(answers: Answers) -> Snapshot {
    Snapshot {
        cases: BTreeMap::from([("positive".to_owned(), [LABEL.to_owned()].into())]),
        answers: BTreeMap::from([(LABEL.to_owned(), answers)]),
    }
}

/// A snapshot of streams, each a list of kinds.
fn streams(streams: &[&[&str]]) -> Snapshot {
    let mut all: Option<Events> = None;
    for kinds in streams {
        let mut events = Events::default();
        for (index, kind) in kinds.iter().enumerate() {
            events.before.extend(kinds[..index].iter().map(|earlier| ((*earlier).to_owned(), (*kind).to_owned())));
            events.kinds.insert((*kind).to_owned(), (Presence::Always, Shape::text()));
        }
        match &mut all {
            Some(all) => all.join(events),
            None => all = Some(events),
        }
    }
    with(Answers { body: Body { events: all, ..Body::default() }, ..Answers::default() })
}

fn drift(then: &Snapshot, now: &Snapshot) -> Vec<String> {
    differences(then, now).into_iter().map(|difference| difference.words).collect()
}

#[test]
fn a_member_that_all_answers_had_and_none_has_is_told() {
    let then = of(&[json!({"id": "a", "orgId": "o"}), json!({"id": "b", "orgId": "o"})]);
    assert_eq!(drift(&then, &of(&[json!({"id": "c"})])), ["`orgId` no longer sent"]);
    assert_eq!(drift(&of(&[json!({"id": "c"})]), &then), ["new member `orgId`"]);
}

#[test]
fn what_only_some_answers_have_is_chance() {
    let with = json!({"id": "a", "note": "n"});
    let without = json!({"id": "a"});
    let some = of(&[with.clone(), without.clone()]);
    for seen in [vec![with.clone()], vec![without.clone()], vec![without, with]] {
        assert!(drift(&some, &of(&seen)).is_empty());
        assert!(drift(&of(&seen), &some).is_empty());
    }
}

#[test]
fn a_type_is_told_where_no_value_is_of_a_type_that_was_seen() {
    let then = of(&[json!({"at": "2026-01-31", "n": [1], "who": {"id": 1}})]);
    let now = of(&[json!({"at": 5, "n": ["1"], "who": {"id": null}})]);
    assert_eq!(
        drift(&then, &now),
        [
            "`at` is now number, no longer string",
            "`n[]` is now string, no longer number",
            "`who.id` is now null, no longer number"
        ]
    );
    let either = of(&[json!({"at": 5}), json!({"at": "x"})]);
    assert!(drift(&either, &of(&[json!({"at": 5})])).is_empty());
}

#[test]
fn nothing_is_told_of_the_inside_of_what_only_some_answers_have() {
    let then = of(&[json!({"usage": {"tokens": 1}}), json!({})]);
    assert!(drift(&then, &of(&[json!({"usage": {"cost": 1}})])).is_empty());
    let list = of(&[json!([{"a": 1}]), json!([])]);
    assert!(drift(&list, &of(&[json!([{"b": 1}])])).is_empty());
}

#[test]
fn names_that_are_data_do_not_matter() {
    let then = of(&[json!({"by": {"ses_01234": {"n": 1}}})]);
    assert!(drift(&then, &of(&[json!({"by": {"ses_56789": {"n": 2}}})])).is_empty());
    let many: serde_json::Map<_, _> =
        ('a'..='z').flat_map(|a| ["x", "y", "z"].map(|b| format!("{a}{b}"))).map(|name| (name, json!(1))).collect();
    assert_eq!(of(&[Value::Object(many)]).to_text().matches("number").count(), 1);
}

#[test]
fn a_new_kind_of_event_is_told_and_so_is_one_that_is_gone() {
    let then = streams(&[&["start", "delta", "[end]"]]);
    assert_eq!(drift(&then, &streams(&[&["start", "ping", "delta", "[end]"]])), ["new event kind `ping`"]);
    assert_eq!(drift(&then, &streams(&[&["start", "[end]"]])), ["event kind `delta` no longer sent"]);
    assert!(drift(&then, &streams(&[&["start", "ping", "delta", "[end]"], &["start", "delta", "[end]"]])).is_empty());
}

#[test]
fn an_order_that_turned_round_is_told() {
    let then = streams(&[&["start", "meta", "delta"], &["start", "delta"]]);
    assert_eq!(drift(&then, &streams(&[&["start", "delta", "meta"]])), ["event kind `delta` now begins before `meta`"]);
    let either = streams(&[&["start", "meta", "delta"], &["start", "delta", "meta"]]);
    assert!(drift(&then, &either).is_empty() && drift(&either, &then).is_empty());
}

#[test]
fn headers_statuses_and_forms_of_bodies_are_told() {
    let text = |cases: &str, headers: &str, body: &str| {
        let text = format!(
            r#"{{"cases": {{"credential/none": "{cases}"}}, "answers": {{"401 text/plain": {{"headers": [{headers}], {body}}}}}}}"#
        );
        Snapshot::from_text(&text).unwrap()
    };
    let then = text("401 text/plain", r#""www-authenticate", "x-a?""#, r#""body": "text""#);
    let now = text("403 text/plain | 404", r#""x-b""#, r#""json": {"error": "string"}"#);
    assert_eq!(
        drift(&then, &now),
        [
            "`credential/none` answered with 403 text/plain or 404, no longer with 401 text/plain",
            "header `www-authenticate` no longer sent",
            "new header `x-b`",
            "the body is JSON, no longer text"
        ]
    );
}

#[test]
fn a_kind_of_case_that_was_not_sent_is_passed_over() {
    let mut then = of(&[json!({"id": 1})]);
    then.cases.insert("workflow/a.b".to_owned(), ["404".to_owned()].into());
    assert!(drift(&then, &of(&[json!({"id": 2})])).is_empty());
    assert!(drift(&of(&[json!({"id": 2})]), &then).is_empty());
}

#[test]
fn a_snapshot_reads_like_this() {
    let mut snapshot = of(&[
        json!({"id": "a", "tags": [], "more": {"x": 1}, "by": {"1": null}, "n": 1}),
        json!({"id": null, "tags": ["t"], "more": [true], "by": {"2": [1]}}),
    ]);
    let events = streams(&[&["start", "delta", "[end]"], &["start", "ping", "[end]"]]);
    let events = events.answers[LABEL].clone();
    snapshot.cases.insert("example/a".to_owned(), [LABEL.to_owned(), "404".to_owned()].into());
    snapshot.answers.insert("200 text/event-stream".to_owned(), events);
    insta::assert_snapshot!(snapshot.to_text());
    assert_eq!(Snapshot::from_text(&snapshot.to_text()).unwrap(), snapshot);
}

#[test]
fn a_text_that_is_no_snapshot_says_what_is_wrong() {
    let wrong = |text: &str| Snapshot::from_text(text).unwrap_err();
    assert_eq!(wrong(r#"{"case": {}}"#), "the snapshot has no `case`: known are cases, answers");
    assert_eq!(
        wrong(r#"{"answers": {"200": {"json": "text"}}}"#),
        "`200`: `text` is no type: known are null, boolean, number, string"
    );
    assert!(wrong("<<<<<<< HEAD").contains("line 1"));
}

#[test]
fn without_drift_a_snapshot_stays_as_it_is_but_for_new_kinds_of_cases() {
    let then = of(&[json!({"id": 1}), json!({"id": 1, "x": 1})]);
    let mut now = of(&[json!({"id": 1, "y": 2}), json!({"id": 1})]);
    assert_eq!(next(&then, &now), then);
    now.cases.insert("example/new".to_owned(), ["404".to_owned()].into());
    now.answers.insert("404".to_owned(), Answers::default());
    assert!(!is_covered(&then, &now));
    let after = next(&then, &now);
    assert_eq!((after.answers[LABEL].clone(), after.cases.len()), (then.answers[LABEL].clone(), 2));
    assert!(after.answers.contains_key("404"));
}

#[test]
fn after_drift_a_snapshot_holds_what_was_seen_and_what_was_not_asked_for() {
    let mut then = of(&[json!({"id": 1})]);
    then.cases.insert("error/unknown-id".to_owned(), ["404 text/plain".to_owned()].into());
    then.answers.insert("404 text/plain".to_owned(), Answers::default());
    then.cases.insert("credential/none".to_owned(), ["401".to_owned()].into());
    then.answers.insert("401".to_owned(), Answers::default());
    let mut now = of(&[json!({"name": "a"})]);
    now.cases.insert("credential/none".to_owned(), ["403".to_owned()].into());
    now.answers.insert("403".to_owned(), Answers::default());
    let after = next(&then, &now);
    assert_eq!(after.answers.keys().collect::<Vec<_>>(), [LABEL, "403", "404 text/plain"]);
    assert_eq!(after.answers[LABEL], now.answers[LABEL]);
}

/// A server that makes up its mind anew for each answer: which optional member, which type, which kind of event.
#[test]
fn two_hundred_runs_of_a_server_that_throws_dice_make_no_difference() {
    let mut state = 7_u64;
    let mut coin = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 63 == 1
    };
    let mut run = || {
        let (mut bodies, mut kinds) = (Vec::new(), Vec::new());
        for _ in 0..20 {
            let mut body = json!({"id": "x", "n": if coin() { json!(1) } else { Value::Null }});
            if coin() {
                body["usage"] = if coin() { json!({"tokens": 1}) } else { json!({"cost": [1]}) };
            }
            bodies.push(body);
            kinds.push(match (coin(), coin()) {
                (true, true) => &["start", "tool", "delta"][..],
                (true, false) => &["start", "delta", "tool"],
                _ => &["start", "delta"],
            });
        }
        (of(&bodies), streams(&kinds))
    };
    let (body, stream) = run();
    for _ in 0..200 {
        let (seen, streamed) = run();
        assert!(drift(&body, &seen).is_empty() && drift(&stream, &streamed).is_empty());
        assert_eq!((next(&body, &seen), next(&stream, &streamed)), (body.clone(), stream.clone()));
    }
}

/// JSON as an API with few names might send it, so that members and types meet.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u8>().prop_map(Value::from),
        "[a-z]{0,3}".prop_map(Value::from)
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(prop_oneof!["[a-d]", "[0-9]{6}"], inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn any_stream() -> impl Strategy<Value = Vec<&'static str>> {
    Just(vec!["a", "b", "c", "d", "e"])
        .prop_shuffle()
        .prop_flat_map(|kinds| (1..=5usize).prop_map(move |n| kinds[..n].to_vec()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_never_shows(values in prop::collection::vec(any_json(), 1..6)) {
        let mut turned = values.clone();
        turned.reverse();
        prop_assert_eq!(shape(&values), shape(&turned));
    }

    #[test]
    fn a_part_of_the_answers_never_drifts_from_the_whole(values in prop::collection::vec(any_json(), 1..8), part in 1..8usize) {
        let (whole, part) = (of(&values), of(&values[..part.min(values.len())]));
        prop_assert!(drift(&whole, &part).is_empty());
        prop_assert!(drift(&part, &whole).is_empty());
    }

    #[test]
    fn the_same_holds_for_streams(seen in prop::collection::vec(any_stream(), 1..6), part in 1..6usize) {
        let seen: Vec<&[&str]> = seen.iter().map(Vec::as_slice).collect();
        let (whole, part) = (streams(&seen), streams(&seen[..part.min(seen.len())]));
        prop_assert!(drift(&whole, &part).is_empty());
        prop_assert!(drift(&part, &whole).is_empty());
        // What is written is all that counts.
        let read = Snapshot::from_text(&whole.to_text()).unwrap();
        prop_assert!(drift(&read, &part).is_empty() && drift(&read, &whole).is_empty());
        prop_assert_eq!(read.to_text(), whole.to_text());
    }

    #[test]
    fn what_is_written_is_read_again(values in prop::collection::vec(any_json(), 1..6)) {
        let snapshot = of(&values);
        prop_assert_eq!(Snapshot::from_text(&snapshot.to_text()).unwrap(), snapshot);
    }
}
