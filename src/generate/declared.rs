//! Which parts of a body its schema has a place for.

use super::pointer;
use super::strategy::Node;
use crate::contract::Schema;

/// Whether a schema has a place for what the pointer names, whichever of its branches is taken.
///
/// An object of which no member is declared takes any, except the body itself: a schema that says
/// nothing at all says nothing of this part either.
pub(super) fn declares(schema: &Schema, pointer: &str) -> bool {
    let mut node = Node::root(schema).with_every_branch();
    for (depth, step) in pointer::steps(pointer).enumerate() {
        if let Some(index) = step.parse().ok().filter(|_| node.allows_type("array") && node.keyword("items").is_some())
        {
            node = Node::of(schema, node.item(index)).with_every_branch();
        } else if node.declares(&step) {
            node = Node::of(schema, node.member(&step)).with_every_branch();
        } else {
            return depth > 0 && is_open(&node);
        }
    }
    true
}

fn is_open(node: &Node<'_>) -> bool {
    let closed = node.keywords("additionalProperties").any(|keyword| keyword.value == false);
    node.allows_type("object") && node.declared().is_empty() && !closed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Schema {
        let schema = json!({
            "properties": {
                "text": {"type": "string"},
                "metadata": {"type": "object"},
                "closed": {"type": "object", "additionalProperties": false},
                "messages": {"type": "array", "items": {"properties": {"role": {}}}}
            },
            "allOf": [{"$ref": "#/$defs/named"}],
            "oneOf": [{"properties": {"agentId": {}}}, {"anyOf": [{"properties": {"orgId": {}}}]}],
            "$defs": {"named": {"properties": {"name": {"type": "string"}}}}
        });
        Schema::standalone(schema).unwrap()
    }

    #[test]
    fn members_are_declared_in_every_branch_and_reference() {
        for pointer in ["", "/text", "/name", "/agentId", "/orgId", "/messages/0/role", "/metadata/any/thing"] {
            assert!(declares(&schema(), pointer), "{pointer}");
        }
    }

    #[test]
    fn what_no_branch_speaks_of_is_not_declared() {
        for pointer in ["/other", "/text/x", "/closed/x", "/messages/0/other"] {
            assert!(!declares(&schema(), pointer), "{pointer}");
        }
    }

    #[test]
    fn a_schema_that_says_nothing_declares_nothing() {
        let anything = Schema::standalone(json!({"type": "object", "additionalProperties": true})).unwrap();
        assert!(!declares(&anything, "/agentId"));
    }
}
