//! The kinds of item that a contract names.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

use crate::contract::{ItemSchema, KindSelector, Schema, StreamContract};

/// Deepest nesting of references that is followed; a schema that refers to itself has no end.
const DEEPEST: usize = 32;

/// The kinds that an item schema names.
#[derive(Debug, Clone, Default)]
pub struct Kinds {
    names: BTreeSet<String>,
    patterns: Vec<Regex>,
    /// Whether some form leaves its kind open.
    open: bool,
}

impl Kinds {
    /// The kinds of a stream; `None` where its contract does not name them all.
    pub fn of(promised: &StreamContract) -> Option<Self> {
        Self::of_item(promised.kind.as_ref()?, promised.item.as_ref()?)
    }

    fn of_item(kind: &KindSelector, item: &ItemSchema) -> Option<Self> {
        let (schema, pointer) = match (kind, item) {
            (KindSelector::Pointer(pointer), ItemSchema::Payload(schema))
            | (KindSelector::Pointer(pointer), ItemSchema::Envelope { content: Some(schema), .. }) => {
                (schema, pointer.clone())
            }
            (KindSelector::Pointer(pointer), ItemSchema::DecodedEnvelope(schema)) => {
                (schema, format!("/data{pointer}"))
            }
            (KindSelector::Event, ItemSchema::Envelope { envelope, .. } | ItemSchema::DecodedEnvelope(envelope)) => {
                (envelope, "/event".to_owned())
            }
            (KindSelector::Pointer(pointer), ItemSchema::Either { payload, envelope }) => {
                let inside = Self::of_item(kind, envelope);
                return inside.or_else(|| Self::named_at(payload, pointer));
            }
            (KindSelector::Event, ItemSchema::Either { envelope, .. }) => return Self::of_item(kind, envelope),
            _ => return None,
        };
        Self::named_at(schema, &pointer)
    }

    /// The kinds that a schema names at a pointer; `None` where it does not name them all.
    fn named_at(schema: &Schema, pointer: &str) -> Option<Self> {
        let kinds = Self::at(schema, pointer);
        let names_any = !kinds.names.is_empty() || !kinds.patterns.is_empty();
        (names_any && !kinds.open).then_some(kinds)
    }

    /// The kinds that are event types as well, and the pointer to the kind in the data; `None` where the contract does
    /// not name both.
    pub fn tied(promised: &StreamContract) -> Option<(String, Self)> {
        let item = promised.item.as_ref()?;
        if let KindSelector::Pointer(pointer) = promised.kind.as_ref()? {
            let names = Self::at(envelope(item)?, "/event");
            return (!names.open).then(|| (pointer.clone(), names));
        }
        let ItemSchema::Envelope { by_event, .. } = item else { return None };
        let tied_at = |pointer: &str| {
            let kinds = by_event.iter().map(|(event, content)| (event, Self::at(content, pointer)));
            let told: Vec<_> = kinds.filter(|(_, kinds)| !kinds.open).collect();
            let is_tied = told.len() > 1 && told.iter().all(|(event, kinds)| kinds.is_only(event));
            let names = told.into_iter().map(|(event, _)| event.clone()).collect();
            is_tied.then(|| (pointer.to_owned(), Kinds { names, ..Kinds::default() }))
        };
        ["/type", "/event", "/kind", "/object"].into_iter().find_map(tied_at)
    }

    /// Whether the envelope of every item must have an event type.
    pub fn every_item_has_event_type(promised: &StreamContract) -> bool {
        let envelope = promised.item.as_ref().and_then(envelope);
        envelope.is_some_and(|schema| requires(schema, schema.json(), "event", 0))
    }

    fn is_only(&self, kind: &str) -> bool {
        self.patterns.is_empty() && self.names.len() == 1 && self.names.contains(kind)
    }

    /// Whether the contract names this kind.
    pub fn has(&self, kind: &str) -> bool {
        self.names.contains(kind) || self.patterns.iter().any(|pattern| pattern.is_match(kind))
    }

    /// The named kinds in words.
    pub fn in_words(&self) -> String {
        let patterns = self.patterns.iter().map(|pattern| pattern.to_string());
        self.names.iter().cloned().chain(patterns).collect::<Vec<_>>().join(", ")
    }

    fn at(schema: &Schema, pointer: &str) -> Self {
        let path: Vec<_> = pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        let mut kinds = Kinds::default();
        if !kinds.collect(schema, schema.json(), &path, 0) {
            kinds.open = true;
        }
        kinds
    }

    /// Collects what a part of the schema lets the value at a path be; false where it lets it be anything.
    fn collect(&mut self, schema: &Schema, part: &Value, path: &[String], depth: usize) -> bool {
        if depth > DEEPEST {
            return false;
        }
        let next = depth + 1;
        let referred = part.get("$ref").and_then(Value::as_str).and_then(|reference| schema.resolve(reference));
        let member = path.split_first().and_then(|(step, rest)| Some((part.get("properties")?.get(step)?, rest)));
        // A text has no members, and so no kind that is left open.
        let own = if path.is_empty() { self.collect_own(part) } else { is_text(part) };
        let mut bound = own;
        bound |= referred.is_some_and(|referred| self.collect(schema, referred, path, next));
        bound |= member.is_some_and(|(member, rest)| self.collect(schema, member, rest, next));
        for branch in branches(part, "allOf") {
            bound |= self.collect(schema, branch, path, next);
        }
        for keyword in ["oneOf", "anyOf"] {
            let mut alternatives = branches(part, keyword).peekable();
            if alternatives.peek().is_some() {
                // One open alternative opens them all.
                bound |= alternatives.all(|branch| self.collect(schema, branch, path, next));
            }
        }
        bound
    }

    fn collect_own(&mut self, part: &Value) -> bool {
        let constant = part.get("const").and_then(Value::as_str);
        let values = part.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let pattern = part.get("pattern").and_then(Value::as_str).and_then(|pattern| Regex::new(pattern).ok());
        let bound = constant.is_some() || part.get("enum").is_some() || pattern.is_some();
        self.names.extend(constant.into_iter().chain(values).map(str::to_owned));
        self.patterns.extend(pattern);
        bound
    }
}

/// The schema of the envelope that an item is, or may be.
fn envelope(item: &ItemSchema) -> Option<&Schema> {
    match item {
        ItemSchema::Envelope { envelope, .. } | ItemSchema::DecodedEnvelope(envelope) => Some(envelope),
        ItemSchema::Either { envelope: item, .. } => envelope(item),
        ItemSchema::Payload(_) => None,
    }
}

/// Whether a part of the schema requires a member, in every alternative.
fn requires(schema: &Schema, part: &Value, name: &str, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    let in_part = |part: &Value| requires(schema, part, name, depth + 1);
    let referred = part.get("$ref").and_then(Value::as_str).and_then(|reference| schema.resolve(reference));
    let in_all = |keyword: &str| {
        let mut alternatives = branches(part, keyword).peekable();
        alternatives.peek().is_some() && alternatives.all(in_part)
    };
    branches(part, "required").any(|required| required == name)
        || referred.is_some_and(in_part)
        || branches(part, "allOf").any(in_part)
        || in_all("oneOf")
        || in_all("anyOf")
}

fn is_text(part: &Value) -> bool {
    let listed = part.get("enum").and_then(Value::as_array);
    part.get("type").is_some_and(|kind| kind == "string")
        || part.get("const").is_some_and(Value::is_string)
        || listed.is_some_and(|values| values.iter().all(Value::is_string))
}

fn branches<'a>(part: &'a Value, keyword: &str) -> impl Iterator<Item = &'a Value> {
    part.get(keyword).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kinds(schema: Value) -> Kinds {
        Kinds::at(&Schema::standalone(schema).unwrap(), "/type")
    }

    #[test]
    fn every_alternative_names_its_kind() {
        let found = kinds(json!({
            "oneOf": [
                {"properties": {"type": {"const": "start"}}},
                {"$ref": "#/$defs/delta"},
                {"properties": {"type": {"pattern": "^data-"}}},
            ],
            "$defs": {"delta": {"allOf": [{"properties": {"type": {"enum": ["a", "b"]}}}]}},
        }));
        assert!(!found.open);
        assert!(["start", "a", "b", "data-x"].iter().all(|kind| found.has(kind)) && !found.has("stop"));
    }

    #[test]
    fn an_alternative_that_is_text_has_no_kind_and_leaves_none_open() {
        let start = json!({"properties": {"type": {"const": "start"}}});
        assert!(!kinds(json!({"oneOf": [start, {"type": "string", "enum": ["[DONE]"]}]})).open);
    }

    #[test]
    fn one_alternative_without_a_kind_leaves_all_open() {
        assert!(kinds(json!({"oneOf": [{"properties": {"type": {"const": "start"}}}, {"type": "object"}]})).open);
        assert!(kinds(json!({"properties": {"type": {"type": "string"}}})).open);
    }

    #[test]
    fn a_schema_that_refers_to_itself_has_an_end() {
        assert!(kinds(json!({"$ref": "#"})).open);
    }
}
