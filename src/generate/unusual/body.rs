//! Bodies that are JSON and strain whoever reads them.

use serde_json::Value;

use crate::contract::{Location, Schema};
use crate::generate::body::Coding;
use crate::generate::caller::Caller;
use crate::generate::draft::Draft;
use crate::generate::identity::{is_free_text, is_id, set_if_valid};
use crate::generate::maker::Maker;
use crate::generate::place::{Place, places};
use crate::generate::{Body, Case, Content, pointer};

/// How many bytes a very long text has: more than a chat needs and more than frameworks take unless they are
/// told to (100 kB), and little enough for one argument of a shell, and for whoever pays for it by the token.
const LONG: usize = 120 * 1024;

/// How many arrays stand inside each other: more than most readers take, fewer than fill 4096 characters
/// with their brackets.
const LEVELS: usize = 2_000;

/// More texts of one body than this do not get U+0000: each is confirmed by the validator.
const MOST_NULS: usize = 60;

/// Stands for text that is put into a body once it is written.
const HOLE: &str = "uptospec-hole";

/// One body for each way, where the operation takes JSON.
pub(super) fn cases(maker: &Maker<'_>, caller: &Caller<'_>, least: &Draft, most: &Draft) -> Vec<Case> {
    let Some(form) = maker.form.as_ref().filter(|form| form.coding == Coding::Json) else { return Vec::new() };
    let (Some(small), Some(full)) = (&least.body, &most.body) else { return Vec::new() };
    let bodies = [
        ("long-text", format!("a text of {} KiB", LONG / 1024), long_text(&form.schema, [small, full])),
        ("nul-text", "U+0000 in a text of its body".to_owned(), nul_text(&form.schema, [full, small])),
        ("deep-json", format!("{LEVELS} levels of arrays in its body"), deep(&form.schema, small, full)),
        ("duplicate-keys", "a member twice in its body".to_owned(), duplicate_keys(small)),
    ];
    let content_type = Some(form.content_type.clone());
    let made = bodies.into_iter().filter_map(|(name, what, body)| Some((name, what, body?)));
    let cases = made.map(|(name, what, body)| {
        let mut request = maker.request(least, caller);
        request.bindings.retain(|binding| matches!(body, Body::Json(_)) || !matches!(binding.at, Location::Body(_)));
        request.content = Some(Content { content_type: content_type.clone(), body });
        super::case(maker, name, what, request)
    });
    cases.collect()
}

/// The first of the bodies with a text that no `maxLength` bounds, that text being very long.
fn long_text(schema: &Schema, bodies: [&Value; 2]) -> Option<Body> {
    bodies.into_iter().find_map(|body| {
        let mut long = body.clone();
        let place =
            texts(schema, body).find(|place| set_if_valid(&mut long, schema, &place.pointer, "a".repeat(LONG).into()));
        place.map(|_| Body::Json(long))
    })
}

/// The first of the bodies with a text that may be any, with U+0000 in each such text.
fn nul_text(schema: &Schema, bodies: [&Value; 2]) -> Option<Body> {
    bodies.into_iter().find_map(|body| {
        let mut with_nul = body.clone();
        let texts = texts(schema, body).take(MOST_NULS);
        let set = texts.filter(|place| {
            let nuls = ["uptospec\0text", "\0"];
            nuls.into_iter().any(|text| set_if_valid(&mut with_nul, schema, &place.pointer, text.into()))
        });
        (set.count() > 0).then_some(Body::Json(with_nul))
    })
}

/// The places of a body with text that may be any and names no thing.
fn texts<'s>(schema: &'s Schema, body: &Value) -> impl Iterator<Item = Place<'s>> {
    places(schema, body).into_iter().filter(|place| {
        let is_named = place.name.as_deref().is_some_and(|name| is_id(name, &place.node));
        let is_text = body.pointer(&place.pointer).is_some_and(Value::is_string);
        is_text && is_free_text(&place.node) && !is_named
    })
}

/// A body in which arrays stand inside each other: in an object that takes any members, else as a member
/// of the body that nobody asked for.
fn deep(schema: &Schema, small: &Value, full: &Value) -> Option<Body> {
    let is_open = |at: &str, value: Option<&Value>| !at.is_empty() && value.is_some_and(Value::is_object);
    let mut open =
        places(schema, full).into_iter().filter(|place| is_open(&place.pointer, full.pointer(&place.pointer)));
    let open = open.find(|place| place.node.declared().is_empty());
    let mut body = if open.is_some() { full.clone() } else { small.clone() };
    let at = match open {
        Some(place) => place.pointer,
        None => pointer::child("", "uptospec"),
    };
    pointer::set(&mut body, &at, HOLE.into()).then(|| {
        let arrays = format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
        let value = if at == "/uptospec" { arrays } else { format!("{{\"uptospec\":{arrays}}}") };
        filled(&body, value.as_bytes())
    })
}

/// A body whose first member stands in it twice, with the same value.
fn duplicate_keys(body: &Value) -> Option<Body> {
    let (name, value) = body.as_object()?.iter().next()?;
    let text = body.to_string();
    let again = format!("{{{}:{value},{}", Value::from(name.as_str()), text.strip_prefix('{')?);
    Some(Body::Bytes(again.into_bytes()))
}

/// The body as it is written, with these bytes where it has the hole.
fn filled(body: &Value, bytes: &[u8]) -> Body {
    let text = body.to_string();
    let (before, after) = text.split_once(&format!("\"{HOLE}\"")).unwrap_or((&text, ""));
    Body::Bytes([before.as_bytes(), bytes, after.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        Schema::standalone(json!({
            "type": "object",
            "properties": {
                "agentId": {"type": "string"},
                "title": {"type": "string", "maxLength": 20},
                "message": {"type": "string", "minLength": 1},
                "metadata": {"type": "object"}
            }
        }))
        .unwrap()
    }

    fn text(body: Option<Body>) -> String {
        String::from_utf8(body.unwrap().to_bytes()).unwrap()
    }

    #[test]
    fn the_text_that_becomes_long_is_no_id_and_has_no_bound() {
        let body = json!({"agentId": "a1", "title": "Hello", "message": "Hi"});
        let Some(Body::Json(long)) = long_text(&schema(), [&body, &body]) else { panic!("a long text") };
        assert_eq!((long["agentId"].clone(), long["title"].clone()), (json!("a1"), json!("Hello")));
        assert_eq!(long["message"].as_str().map(str::len), Some(LONG));
        let bounded = json!({"title": "Hello"});
        assert!(long_text(&schema(), [&bounded, &bounded]).is_none());
    }

    #[test]
    fn every_free_text_of_a_body_has_u_0000() {
        let body = json!({"agentId": "a1", "title": "Hello", "message": "Hi"});
        let Some(Body::Json(nul)) = nul_text(&schema(), [&body, &body]) else { panic!("a text with U+0000") };
        assert_eq!(nul, json!({"agentId": "a1", "title": "uptospec\0text", "message": "uptospec\0text"}));
        assert!(nul_text(&schema(), [&json!({}), &json!({"agentId": "a1"})]).is_none());
    }

    #[test]
    fn arrays_stand_in_an_open_object_or_in_a_member_of_their_own() {
        let (small, full) = (json!({"message": "Hi"}), json!({"message": "Hi", "metadata": {"x": 1}}));
        let inside = text(deep(&schema(), &small, &full));
        assert!(inside.contains(r#""metadata":{"uptospec":[[["#) && inside.ends_with("]]]}}"), "{inside}");
        let beside = text(deep(&schema(), &small, &small));
        assert!(beside.starts_with(r#"{"message":"Hi","uptospec":[[["#), "{beside}");
        assert_eq!(beside.matches('[').count(), LEVELS);
    }

    #[test]
    fn a_member_stands_twice_with_the_same_value() {
        assert_eq!(text(duplicate_keys(&json!({"a": "x\"", "b": 1}))), r#"{"a":"x\"","a":"x\"","b":1}"#);
        assert!(duplicate_keys(&json!({})).is_none() && duplicate_keys(&json!([])).is_none());
    }
}
