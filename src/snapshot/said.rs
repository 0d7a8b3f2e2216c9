//! What the document says of a place in an answer, as far as a shape needs it: whether the keys of an object are data.

use serde_json::Value;

use crate::contract::Schema;

/// Most parts of a schema that are looked at for one place; a schema that refers to itself has no end.
const MOST_PARTS: usize = 256;

/// The parts of a schema that speak of one place.
#[derive(Debug, Clone, Default)]
pub(super) struct Said<'s> {
    schema: Option<&'s Schema>,
    parts: Vec<&'s Value>,
}

impl<'s> Said<'s> {
    /// What a schema says of the whole value.
    pub fn of(schema: Option<&'s Schema>) -> Self {
        let root = schema.map(Schema::json);
        Said { schema, parts: root.into_iter().collect() }.spread()
    }

    /// What is said of a member.
    pub fn member(&self, name: &str) -> Self {
        let named = self.parts.iter().filter_map(|part| part.get("properties")?.get(name));
        let parts: Vec<_> = named.collect();
        let parts = if parts.is_empty() { self.under("additionalProperties") } else { parts };
        Said { schema: self.schema, parts }.spread()
    }

    /// What is said of the items of an array.
    pub fn items(&self) -> Self {
        Said { schema: self.schema, parts: self.under("items") }.spread()
    }

    /// Whether the document opens an object to any keys and names none.
    pub fn is_map(&self) -> bool {
        let names_some = self.parts.iter().any(|part| {
            part.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty())
        });
        let is_open = |part: &&Value| part.get("additionalProperties").is_some_and(|open| *open != Value::Bool(false));
        !names_some && self.parts.iter().any(is_open)
    }

    /// Whether the values of such an object are described at all.
    pub fn describes_values(&self) -> bool {
        let is_schema = |part: &&Value| part.as_object().is_some_and(|keywords| !keywords.is_empty());
        self.under("additionalProperties").iter().any(is_schema)
    }

    fn under(&self, keyword: &str) -> Vec<&'s Value> {
        self.parts.iter().filter_map(|part| part.get(keyword)).collect()
    }

    /// Adds what the parts refer to, and their alternatives.
    fn spread(mut self) -> Self {
        let mut next = 0;
        while let Some(part) = self.parts.get(next).copied() {
            next += 1;
            let reference = part.get("$ref").and_then(Value::as_str);
            let referred = reference.and_then(|reference| self.schema?.resolve(reference));
            let branches = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|keyword| part.get(keyword)?.as_array());
            let more: Vec<_> = referred.into_iter().chain(branches.flatten()).collect();
            self.parts.extend(more);
            self.parts.truncate(MOST_PARTS);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_a_map_where_the_document_opens_it_and_names_no_member() {
        let schema = Schema::standalone(json!({
            "properties": {
                "metadata": {"$ref": "#/$defs/map"},
                "contact": {"type": "object"},
                "open": {"properties": {"id": {}}, "additionalProperties": true},
                "list": {"items": {"oneOf": [{"type": "null"}, {"$ref": "#/$defs/map"}]}},
                "tree": {"$ref": "#"},
            },
            "$defs": {"map": {"allOf": [{"additionalProperties": {"type": "string"}}]}},
        }))
        .unwrap();
        let said = Said::of(Some(&schema));
        let is_map = |name: &str| said.member(name).is_map();
        assert!(!said.is_map() && is_map("metadata") && said.member("list").items().is_map());
        assert!(!is_map("contact") && !is_map("open") && !is_map("tree") && !is_map("unheard-of"));
        assert!(said.member("metadata").describes_values() && !said.member("open").describes_values());
        assert!(said.member("tree").member("tree").member("metadata").is_map());
    }
}
