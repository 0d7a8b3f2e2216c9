//! What an operation declares of its requests.

use serde_json::Value;

use super::{Aspect, Part, Parts};
use crate::contract::{Operation, Parameter, ParameterLocation, ParameterStyle};
use crate::generate::draft::is_reserved;
use crate::generate::strategy::Node;
use crate::generate::{body, pointer};

/// The keywords that each are a constraint on the value that they stand at.
const CONSTRAINTS: [&str; 18] = [
    "type",
    "enum",
    "const",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "x-max-json-length",
];
/// How deep schemas are looked into.
const MAX_DEPTH: usize = 12;

/// Adds all that the operation declares of its parameters and its body.
pub(super) fn add(operation: &Operation, parts: &mut Parts) {
    for parameter in operation.parameters.iter().filter(|parameter| !is_reserved(parameter)) {
        add_parameter(parameter, parts);
    }
    for media in operation.body.iter().flat_map(|body| &body.media) {
        parts.add(Part::new(Aspect::Media, &media.essence, ""));
    }
    if let Some(form) = body::choose(operation) {
        let mut walk = Walk { parts, inside: Vec::new(), takes_any_text: false };
        walk.place(&Node::root(&form.schema), "body#");
    }
}

fn add_parameter(parameter: &Parameter, parts: &mut Parts) {
    let at = parameter.part().to_string();
    parts.add(Part::new(Aspect::Parameter, &at, ""));
    if parameter.required && parameter.location != ParameterLocation::Path {
        parts.add(Part::new(Aspect::Constraint, &at, "required"));
    }
    let node = Node::root(&parameter.schema);
    // Whatever stands in a URL or a header is a text.
    let takes_any_text = parameter.style != ParameterStyle::Json && node.may_be("string");
    Walk { parts, inside: Vec::new(), takes_any_text }.place(&node, &at);
}

/// A walk through a schema.
struct Walk<'p> {
    parts: &'p mut Parts,
    /// The lists of members that enclose the place: one that comes again is a recursion.
    inside: Vec<*const Value>,
    takes_any_text: bool,
}

impl Walk<'_> {
    fn place(&mut self, node: &Node<'_>, at: &str) {
        let node = node.clone().with_every_branch();
        self.values(&node, at);
        self.constraints(&node, at);
        let members: Vec<*const Value> =
            ["properties", "items"].iter().flat_map(|name| node.keywords(name)).map(|found| found.value as _).collect();
        if self.inside.len() > MAX_DEPTH || members.iter().any(|one| self.inside.contains(one)) {
            return;
        }
        let depth = self.inside.len();
        self.inside.extend(members);
        for name in node.declared() {
            let at = pointer::child(at, name);
            self.parts.add(Part::new(Aspect::Parameter, &at, ""));
            self.place(&Node::of(node.schema(), node.member(name)), &at);
        }
        let item = node.item(0);
        if !item.is_empty() {
            self.place(&Node::of(node.schema(), item), &format!("{at}/*"));
        }
        self.inside.truncate(depth);
    }

    /// The values of an enumeration, whichever branch has it.
    fn values(&mut self, node: &Node<'_>, at: &str) {
        let listed = node.keywords("enum").filter_map(|keyword| keyword.value.as_array()).flatten();
        let values: Vec<&Value> = listed.chain(node.keywords("const").map(|keyword| keyword.value)).collect();
        if values.len() > 1 {
            values.iter().for_each(|value| self.parts.add(Part::new(Aspect::Value, at, value.to_string())));
        }
    }

    fn constraints(&mut self, node: &Node<'_>, at: &str) {
        for keyword in CONSTRAINTS {
            let unbreakable = keyword == "type" && self.takes_any_text;
            if node.keyword(keyword).is_some_and(|found| asks_for_something(keyword, found.value)) && !unbreakable {
                self.parts.add(Part::new(Aspect::Constraint, at, keyword));
            }
        }
        if node.keywords("additionalProperties").any(|keyword| keyword.value == &Value::Bool(false)) {
            self.parts.add(Part::new(Aspect::Constraint, at, "additionalProperties"));
        }
        for (name, _) in node.required() {
            self.parts.add(Part::new(Aspect::Constraint, pointer::child(at, name), "required"));
        }
    }
}

/// Whether a keyword with this value refuses anything.
fn asks_for_something(keyword: &str, value: &Value) -> bool {
    match keyword {
        "minLength" | "minItems" | "minProperties" => value.as_u64() != Some(0),
        "uniqueItems" => value == &Value::Bool(true),
        _ => true,
    }
}
