//! The places of an instance, each with what the schema says about it.

use serde_json::Value;

use super::pointer;
use super::strategy::{Node, Said};
use crate::contract::Schema;

/// One place of an instance.
#[derive(Debug, Clone)]
pub(super) struct Place<'s> {
    /// JSON Pointer to it.
    pub pointer: String,
    /// Its member name; `None` for the whole instance and for items.
    pub name: Option<String>,
    /// What the schema says about it, the branches that the instance takes among it.
    pub node: Node<'s>,
    /// Whether it, and all that it stands in, must be there.
    pub required: bool,
}

/// Every place of an instance, outermost first.
pub(super) fn places<'s>(schema: &'s Schema, instance: &Value) -> Vec<Place<'s>> {
    let root = Node::root(schema).settled(instance);
    let mut places = vec![Place { pointer: String::new(), name: None, node: root, required: true }];
    let mut next = 0;
    while let Some(place) = places.get(next).cloned() {
        places.extend(inside(&place, instance.pointer(&place.pointer)));
        next += 1;
    }
    places
}

fn inside<'s>(place: &Place<'s>, instance: Option<&Value>) -> Vec<Place<'s>> {
    match instance {
        Some(Value::Object(members)) => {
            let required: Vec<&str> = place.node.required().into_iter().map(|(name, _): (_, Said)| name).collect();
            let member = |(name, value): (&String, &Value)| Place {
                pointer: pointer::child(&place.pointer, name),
                name: Some(name.clone()),
                node: Node::of(place.node.schema(), place.node.member(name)).settled(value),
                required: place.required && required.contains(&name.as_str()),
            };
            members.iter().map(member).collect()
        }
        Some(Value::Array(items)) => {
            let item = |(index, value): (usize, &Value)| Place {
                pointer: pointer::child(&place.pointer, &index.to_string()),
                name: None,
                node: Node::of(place.node.schema(), place.node.item(index)).settled(value),
                required: place.required,
            };
            items.iter().enumerate().map(item).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_member_and_item_is_a_place() {
        let schema = Schema::standalone(json!({
            "type": "object", "required": ["messages"],
            "properties": {
                "messages": {"type": "array", "items": {"type": "object", "required": ["role"],
                    "properties": {"role": {"enum": ["user"]}, "content": {"type": "string"}}}},
                "note": {"type": "string"}
            }
        }));
        let schema = schema.unwrap();
        let instance = json!({"messages": [{"role": "user", "content": "hi"}], "note": "x"});
        let found: Vec<_> =
            places(&schema, &instance).into_iter().map(|place| (place.pointer, place.required)).collect();
        let expected = [
            ("", true),
            ("/messages", true),
            ("/note", false),
            ("/messages/0", true),
            ("/messages/0/role", true),
            ("/messages/0/content", false),
        ];
        assert_eq!(found, expected.map(|(pointer, required)| (pointer.to_owned(), required)));
    }

    #[test]
    fn the_branch_that_the_instance_takes_describes_its_members() {
        let schema = Schema::standalone(json!({"oneOf": [
            {"properties": {"kind": {"const": "a"}, "x": {"type": "string"}}, "required": ["kind"]},
            {"properties": {"kind": {"const": "b"}, "x": {"type": "integer"}}, "required": ["kind"]}
        ]}));
        let schema = schema.unwrap();
        let places = places(&schema, &json!({"kind": "b", "x": 1}));
        let x = places.iter().find(|place| place.pointer == "/x").unwrap();
        assert_eq!(x.node.types(), Some(vec!["integer"]));
    }
}
