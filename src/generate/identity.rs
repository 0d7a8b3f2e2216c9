//! Names of things that must exist: ids are taken from the document before they are made up.

use serde_json::Value;

use super::caller::Caller;
use super::declared::declares;
use super::place::{Place, places};
use super::pointer;
use super::seed;
use super::strategy::{Node, uuid};
use crate::contract::{Location, Schema};

/// Whether a member or parameter of that name says which thing is meant.
pub(super) fn is_id(name: &str, node: &Node<'_>) -> bool {
    let by_name = name == "id" || ["Id", "_id", "-id", "ID"].iter().any(|ending| name.ends_with(ending));
    by_name || is_uuid(node)
}

/// Whether the schema asks for a UUID.
pub(super) fn is_uuid(node: &Node<'_>) -> bool {
    node.keywords("format").any(|keyword| keyword.value == "uuid")
}

/// The example that a schema gives.
pub(super) fn example<'s>(node: &Node<'s>) -> Option<&'s Value> {
    let listed = node.keyword("examples").and_then(|keyword| keyword.value.get(0));
    node.keyword("example").map(|keyword| keyword.value).or(listed)
}

/// Whether any text will do, or any that a pattern does not refuse.
pub(super) fn is_free_text(node: &Node<'_>) -> bool {
    // A password is of no form: the name says how it is shown.
    let has_format = node.keyword("format").is_some_and(|format| format.value != "password");
    let narrowed = has_format || ["enum", "const"].iter().any(|keyword| node.keyword(keyword).is_some());
    !narrowed && node.types().is_none_or(|types| types.contains(&"string"))
}

/// An id that says who made it up.
pub(super) fn made_up(word: &str) -> String {
    format!("uptospec-{word}")
}

/// A UUID that the word and the name decide.
pub(super) fn made_up_uuid(word: &str, name: &str) -> String {
    let half = |side: u64| u128::from(seed::number(side, &[word, name]));
    uuid(half(0) << 64 | half(1))
}

/// Pins the ids of a body to documented examples, and makes plausible ones where there is none.
pub(super) fn pin(body: &mut Value, schema: &Schema, word: &str) {
    for place in places(schema, body) {
        let Some(name) = place.name.as_deref().filter(|name| is_id(name, &place.node)) else { continue };
        let id = match example(&place.node) {
            Some(documented) => documented.clone(),
            None if is_uuid(&place.node) => Value::from(made_up_uuid(word, name)),
            None if is_made_up(&place, body) => Value::from(made_up(&format!("{word}-{}", name.to_lowercase()))),
            None => continue,
        };
        set_if_valid(body, schema, &place.pointer, id);
    }
}

/// Puts the values of the configuration in where the body has a place for them, whatever the schema
/// says of the value: whoever configures knows best.
pub(super) fn configure(body: &mut Value, schema: &Schema, caller: &Caller<'_>) {
    let configured: Vec<_> = caller.values().collect();
    // The state's values come first and win: they are set last.
    for (location, value) in configured.into_iter().rev() {
        if let Location::Body(pointer) = location
            && (body.pointer(pointer).is_some() || declares(schema, pointer))
        {
            pointer::set(body, pointer, value.clone());
        }
    }
}

/// Sets a part of an instance unless that breaks the schema. Says whether it did.
pub(super) fn set_if_valid(instance: &mut Value, schema: &Schema, pointer: &str, new: Value) -> bool {
    let old = instance.pointer(pointer).cloned();
    if !pointer::set(instance, pointer, new) {
        return false;
    }
    if schema.is_valid(instance) {
        return true;
    }
    match old {
        Some(old) => _ = pointer::set(instance, pointer, old),
        None => _ = pointer::remove(instance, pointer),
    }
    false
}

fn is_made_up(place: &Place<'_>, body: &Value) -> bool {
    is_free_text(&place.node) && body.pointer(&place.pointer).is_some_and(Value::is_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_are_told_by_name_or_format() {
        let plain = Schema::standalone(json!({"type": "string"})).unwrap();
        let uuid = Schema::standalone(json!({"type": "string", "format": "uuid"})).unwrap();
        for name in ["id", "agentId", "session_id", "orgID"] {
            assert!(is_id(name, &Node::root(&plain)), "{name}");
        }
        assert!(!is_id("valid", &Node::root(&plain)));
        assert!(is_id("agent", &Node::root(&uuid)));
    }

    #[test]
    fn a_documented_example_is_the_id_and_others_are_made_up() {
        let schema = Schema::standalone(json!({"properties": {
            "agentId": {"type": "string", "example": "abc123"}, "sessionId": {"type": "string"}, "note": {"type": "string"}
        }}));
        let mut body = json!({"agentId": "x", "sessionId": "y", "note": "z"});
        pin(&mut body, &schema.unwrap(), "7f3a");
        assert_eq!(body, json!({"agentId": "abc123", "sessionId": "uptospec-7f3a-sessionid", "note": "z"}));
    }

    #[test]
    fn what_would_break_the_schema_is_left_as_it_was() {
        let schema = json!({"properties": {"a": {"type": "integer"}}, "additionalProperties": false});
        let schema = Schema::standalone(schema).unwrap();
        let mut body = json!({"a": 1});
        assert!(!set_if_valid(&mut body, &schema, "/a", json!("x")));
        assert!(!set_if_valid(&mut body, &schema, "/b", json!(2)));
        assert!(!set_if_valid(&mut body, &schema, "/c/d", json!(2)));
        assert_eq!(body, json!({"a": 1}));
        assert!(set_if_valid(&mut body, &schema, "/a", json!(2)));
        assert_eq!(body, json!({"a": 2}));
    }

    #[test]
    fn a_uuid_without_an_example_is_another_one_for_each_word() {
        let schema = Schema::standalone(json!({"properties": {"turn": {"type": "string", "format": "uuid"}}})).unwrap();
        let pinned = |word: &str| {
            let mut body = json!({"turn": "a1b2c3d4-e5f6-4890-abcd-ef1234567890"});
            pin(&mut body, &schema, word);
            assert!(schema.is_valid(&body), "{body}");
            body
        };
        assert_ne!(pinned("7f3a"), pinned("7f3b"));
    }
}
