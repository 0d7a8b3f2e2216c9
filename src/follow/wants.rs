//! What a contract lets the data of an item be: JSON, or text that needs no quotes.

use serde_json::Value;

use crate::contract::{ItemSchema, KindSelector, Schema, StreamContract};
use crate::stream::Framing;

/// Deepest nesting of references and alternatives that is followed; a schema that refers to itself has no end.
const DEEPEST: usize = 32;

/// What the contract lets the data of an item be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    Json,
    Text,
    Anything,
}

impl Wants {
    /// What the contract lets this data be.
    pub(super) fn of(data: &str, promised: Option<&StreamContract>, framing: Framing) -> Self {
        if framing != Framing::Sse {
            return Wants::Json;
        }
        let Some(promised) = promised else { return Wants::Anything };
        let by_pointer = matches!(promised.kind, Some(KindSelector::Pointer(_)));
        match &promised.item {
            // Of texts that are all listed, this is another: the schema tells it.
            Some(ItemSchema::Payload(schema)) => Wants::at(schema, &[], data).unwrap_or(Wants::Text),
            Some(ItemSchema::Envelope { content: Some(_), .. }) => Wants::Json,
            _ if by_pointer => Wants::Json,
            Some(ItemSchema::Either { envelope, .. }) => Wants::inside(envelope, data),
            Some(envelope) => Wants::inside(envelope, data),
            None => Wants::Anything,
        }
    }

    /// What an envelope lets its data be.
    fn inside(envelope: &ItemSchema, data: &str) -> Self {
        match envelope {
            ItemSchema::DecodedEnvelope(schema) => Wants::at(schema, &["data"], data).unwrap_or(Wants::Anything),
            _ => Wants::Anything,
        }
    }

    fn at(schema: &Schema, path: &[&str], data: &str) -> Option<Self> {
        Wants::by(schema, schema.json(), path, data, 0)
    }

    /// What a part of the schema lets the value at a path be; `None` where it says nothing of it, or lists texts of
    /// which the data is none.
    fn by(schema: &Schema, part: &Value, path: &[&str], data: &str, depth: usize) -> Option<Self> {
        if depth > DEEPEST {
            return Some(Wants::Json);
        }
        let next = |part: &Value, path: &[&str]| Wants::by(schema, part, path, data, depth + 1);
        if let Some(referred) = part.get("$ref").and_then(Value::as_str).and_then(|at| schema.resolve(at)) {
            return next(referred, path);
        }
        if let Some((step, rest)) = path.split_first() {
            let member = part.get("properties").and_then(|members| members.get(*step));
            if let Some(found) = member.and_then(|member| next(member, rest)) {
                return Some(found);
            }
        } else if let Some(texts) = listed(part) {
            return texts.contains(&data).then_some(Wants::Text);
        } else if let Some(types) = part.get("type") {
            return Some(Wants::of_types(types));
        }
        let branches = |key: &str| part.get(key).and_then(Value::as_array).into_iter().flatten();
        if let Some(found) = branches("allOf").find_map(|branch| next(branch, path)) {
            return Some(found);
        }
        let mut alternatives = branches("oneOf").chain(branches("anyOf")).peekable();
        if alternatives.peek().is_some() {
            return alternatives.filter_map(|branch| next(branch, path)).reduce(Wants::or);
        }
        path.is_empty().then_some(Wants::Json)
    }

    fn of_types(types: &Value) -> Self {
        match types {
            Value::String(kind) if kind == "string" => Wants::Text,
            Value::Array(kinds) if kinds.iter().any(|kind| kind == "string") => Wants::Anything,
            _ => Wants::Json,
        }
    }

    fn or(self, other: Self) -> Self {
        if self == other { self } else { Wants::Anything }
    }
}

/// The texts that a schema lists, where it allows no other value.
fn listed(part: &Value) -> Option<Vec<&str>> {
    match (part.get("const"), part.get("enum")) {
        (Some(only), _) => only.as_str().map(|only| vec![only]),
        (None, Some(Value::Array(values))) => values.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn payload(schema: Value, data: &str) -> Option<Wants> {
        Wants::at(&Schema::standalone(schema).unwrap(), &[], data)
    }

    #[test]
    fn a_variant_of_text_lets_data_be_text() {
        let either = json!({"anyOf": [{"type": "object"}, {"type": "string"}]});
        assert_eq!(payload(either, "{"), Some(Wants::Anything));
        assert_eq!(payload(json!({"type": "string"}), "{"), Some(Wants::Text));
        assert_eq!(
            payload(json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": ["string", "object"]}}}), "{"),
            Some(Wants::Anything)
        );
        assert_eq!(payload(json!({"properties": {"n": {"type": "integer"}}}), "{"), Some(Wants::Json));
    }

    #[test]
    fn listed_texts_are_text_and_no_other_data_is() {
        let listed = json!({"oneOf": [{"type": "object"}, {"type": "string", "enum": ["ping", "pong"]}]});
        assert_eq!(payload(listed.clone(), "ping"), Some(Wants::Anything));
        assert_eq!(payload(listed, "pin"), Some(Wants::Json));
        assert_eq!(payload(json!({"const": "ping"}), "pong"), None);
    }

    #[test]
    fn the_data_of_an_envelope_is_asked_wherever_it_is_described() {
        let said = |schema: Value| Wants::at(&Schema::standalone(schema).unwrap(), &["data"], "{");
        let data = |kind: &str| json!({"properties": {"data": {"type": kind}}});
        assert_eq!(said(data("object")), Some(Wants::Json));
        assert_eq!(said(json!({"oneOf": [data("object"), {"allOf": [data("string")]}]})), Some(Wants::Anything));
        assert_eq!(said(json!({"type": "object"})), None);
        assert_eq!(said(json!({"$ref": "#"})), Some(Wants::Json));
    }
}
