//! The places of an instance, each with what the schema says about it.

use serde_json::Value;

use super::pointer;
use super::strategy::{Node, Part, Said};
use crate::contract::Schema;

/// One place of an instance.
#[derive(Debug, Clone)]
pub(super) struct Place<'s> {
    /// JSON Pointer to it.
    pub pointer: String,
    /// Its member name; `None` for the whole instance and for items.
    pub name: Option<String>,
    /// The subschemas that apply to it, as they stand there.
    pub parts: Vec<Part<'s>>,
    /// What the schema says about it, the branches that the instance takes among it.
    pub node: Node<'s>,
    /// Whether it, and all that it stands in, must be there.
    pub required: bool,
}

/// Every place of an instance, outermost first.
pub(super) fn places<'s>(schema: &'s Schema, instance: &Value) -> Vec<Place<'s>> {
    let mut places = vec![place(schema, String::new(), vec![Part::root(schema)], instance)];
    let mut next = 0;
    while let Some(place) = places.get(next).cloned() {
        places.extend(inside(&place, instance.pointer(&place.pointer)));
        next += 1;
    }
    places
}

/// An item, or the whole instance.
fn place<'s>(schema: &'s Schema, pointer: String, parts: Vec<Part<'s>>, instance: &Value) -> Place<'s> {
    let node = Node::of(schema, parts.iter().copied()).settled(instance);
    Place { pointer, name: None, parts, node, required: true }
}

fn inside<'s>(of: &Place<'s>, instance: Option<&Value>) -> Vec<Place<'s>> {
    let schema = of.node.schema();
    match instance {
        Some(Value::Object(members)) => {
            let required: Vec<&str> = of.node.required().into_iter().map(|(name, _): (_, Said)| name).collect();
            let member = |(name, value): (&String, &Value)| Place {
                name: Some(name.clone()),
                required: of.required && required.contains(&name.as_str()),
                ..place(schema, pointer::child(&of.pointer, name), of.node.member(name), value)
            };
            members.iter().map(member).collect()
        }
        Some(Value::Array(items)) => {
            let item = |(index, value): (usize, &Value)| Place {
                required: of.required,
                ..place(schema, pointer::child(&of.pointer, &index.to_string()), of.node.item(index), value)
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
