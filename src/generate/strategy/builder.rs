//! One node of a schema into a strategy: choices, fixed values, then one strategy a type.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use serde_json::Value;

use super::{Alphabet, Extent, Node, Part, Ungeneratable, any, array, number, object, text};

/// Every type, the likeliest first.
const TYPES: [&str; 7] = ["object", "array", "string", "integer", "number", "boolean", "null"];

/// How often one subschema may stand inside itself.
const MAX_RECURSION: usize = 2;

/// How many optional parts a strategy may have; what comes after them is left out.
const MAX_OPTIONAL_PARTS: usize = 2_000;

/// How deep values may be nested.
const MAX_DEPTH: usize = 64;

/// Builds strategies, and knows where it is in the schema.
pub(super) struct Builder<'s> {
    pub extent: Extent,
    pub alphabet: Alphabet,
    optional_parts: usize,
    depth: usize,
    above: Vec<&'s Value>,
}

impl<'s> Builder<'s> {
    pub fn new(extent: Extent, alphabet: Alphabet) -> Self {
        Builder { extent, alphabet, optional_parts: 0, depth: 0, above: Vec::new() }
    }

    /// Values of a node.
    pub fn value(&mut self, node: &Node<'s>) -> Result<BoxedStrategy<Value>, Ungeneratable> {
        if node.impossible {
            return Err(Ungeneratable::Impossible);
        }
        let recursion = |json: &Value| self.above.iter().filter(|above| std::ptr::eq(**above, json)).count();
        if self.depth > MAX_DEPTH || node.jsons().any(|json| recursion(json) >= MAX_RECURSION) {
            return Err(Ungeneratable::Endless);
        }
        let height = self.above.len();
        self.above.extend(node.jsons());
        self.depth += 1;
        let values = self.within(node);
        self.depth -= 1;
        self.above.truncate(height);
        values
    }

    /// Values of the subschemas that apply to a part of the node.
    pub fn part(&mut self, node: &Node<'s>, parts: Vec<Part<'s>>) -> Result<BoxedStrategy<Value>, Ungeneratable> {
        self.value(&Node::of(node.schema(), parts))
    }

    /// Values of a part that may be left out; `None` where it has to be.
    pub fn optional_part(&mut self, node: &Node<'s>, parts: Vec<Part<'s>>) -> Option<BoxedStrategy<Value>> {
        self.optional_parts += 1;
        if self.optional_parts > MAX_OPTIONAL_PARTS {
            return None;
        }
        self.part(node, parts).ok()
    }

    fn within(&mut self, node: &Node<'s>) -> Result<BoxedStrategy<Value>, Ungeneratable> {
        if let Some(branches) = node.choices.first() {
            let nodes: Vec<_> = branches.iter().map(|branch| node.with_branch(branch)).collect();
            return self.first_or_union(nodes.iter().map(|node| (1, node)), Self::within_possible);
        }
        if let Some(values) = node.fixed_values() {
            return fixed(node, &values);
        }
        let types = node.types().unwrap_or_else(|| implied_types(node));
        if types.is_empty() && node.types().is_none() {
            return Ok(any::json(self.extent, self.alphabet));
        }
        let ordered = TYPES.into_iter().filter(|name| types.contains(name));
        let weighted: Vec<_> = ordered.map(|name| (if name == "null" { 1 } else { 4 }, name)).collect();
        let values = self.first_or_union(weighted, |builder, name| builder.of_type(node, name))?;
        Ok(short_enough(node, values))
    }

    fn within_possible(&mut self, node: &Node<'s>) -> Result<BoxedStrategy<Value>, Ungeneratable> {
        if node.impossible { Err(Ungeneratable::Impossible) } else { self.within(node) }
    }

    /// The plain extents take the first that can be made, the free one takes all of them.
    fn first_or_union<T>(
        &mut self,
        options: impl IntoIterator<Item = (u32, T)>,
        mut build: impl FnMut(&mut Self, T) -> Result<BoxedStrategy<Value>, Ungeneratable>,
    ) -> Result<BoxedStrategy<Value>, Ungeneratable> {
        let mut built = Vec::new();
        let mut reason = Ungeneratable::Impossible;
        for (weight, option) in options {
            match build(self, option) {
                Ok(values) if self.extent == Extent::Free => built.push((weight, values)),
                Ok(values) => return Ok(values),
                Err(error) => reason = error,
            }
        }
        if built.is_empty() { Err(reason) } else { Ok(Union::new_weighted(built).boxed()) }
    }

    fn of_type(&mut self, node: &Node<'s>, name: &str) -> Result<BoxedStrategy<Value>, Ungeneratable> {
        match name {
            "object" => object::values(self, node),
            "array" => array::values(self, node),
            "string" => Ok(text::values(self, node)?.prop_map(Value::String).boxed()),
            "integer" => number::integers(node, self.extent),
            "number" => number::numbers(node, self.extent),
            "boolean" => Ok(any::boolean(self.extent)),
            _ => Ok(Just(Value::Null).boxed()),
        }
    }
}

/// One of the values that `enum` and `const` leave.
fn fixed(node: &Node<'_>, values: &[&Value]) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    let values: Vec<Value> =
        values.iter().filter(|value| node.allows_type(type_name(value))).map(|value| (*value).clone()).collect();
    if values.is_empty() { Err(Ungeneratable::Impossible) } else { Ok(select(values).boxed()) }
}

/// The name of a value's type.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() == 0.0) => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The types that a schema without `type` speaks about.
fn implied_types(node: &Node<'_>) -> Vec<&'static str> {
    const IMPLIED: [(&str, &[&str]); 4] = [
        ("object", &["properties", "required", "additionalProperties", "minProperties", "maxProperties"]),
        ("array", &["items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"]),
        ("string", &["minLength", "maxLength", "pattern", "format"]),
        ("number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
    ];
    let speaks = |keywords: &[&str]| keywords.iter().any(|keyword| node.keyword(keyword).is_some());
    IMPLIED.into_iter().filter(|(_, keywords)| speaks(keywords)).map(|(name, _)| name).collect()
}

/// Keeps to half of `x-max-json-length`: how a server counts is its own affair.
fn short_enough(node: &Node<'_>, values: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    match node.at_most("x-max-json-length") {
        Some((most, _)) => {
            values.prop_filter("short as JSON text", move |value| value.to_string().chars().count() <= most / 2).boxed()
        }
        None => values,
    }
}
