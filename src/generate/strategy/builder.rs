//! One value of a node: a branch of each choice, fixed values, then a value of one type.
//!
//! What the keywords ask for is made; what they forbid is turned into what they ask for, and the
//! rest is tried again: where the whole breaks the schema, every part is confirmed before it is used.

use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::dice::Dice;
use super::error::Why;
use super::keywords::type_name;
use super::known::Known;
use super::node::Sight;
use super::{Alphabet, Extent, Node, Part, Ungeneratable};
use crate::contract::Schema;

/// Every type, the likeliest first.
const TYPES: [&str; 7] = ["object", "array", "string", "integer", "number", "boolean", "null"];

/// How often a null is drawn beside each time that another type is.
const TIMES_AS_RARE_AS_OTHERS: usize = 4;

/// How often one subschema may stand inside itself.
const MAX_RECURSION: usize = 3;

/// From here on only what must be there is made.
const LEAN_DEPTH: usize = 9;

/// How deep values may be nested.
const MAX_DEPTH: usize = 64;

/// How many parts one value may cost, those thrown away among them.
const FUEL: usize = 12_000;

/// After so many parts only what must be there is made: of a free value, and of one that has everything.
const ENOUGH: (usize, usize) = (120, 2_000);

/// How often a part is tried, while every part is confirmed and while none is.
const TRIES: (usize, usize) = (8, 3);

/// Keywords that can be broken although all others are kept.
const FORBIDDING: [&str; 11] = [
    "not",
    "oneOf",
    "if",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedItems",
    "unevaluatedProperties",
    "patternProperties",
    "propertyNames",
    "uniqueItems",
];

/// Makes one value, and knows where in it it is.
pub(super) struct Builder<'s, 'r> {
    pub schema: &'s Schema,
    pub known: &'s Known,
    pub extent: Extent,
    pub alphabet: Alphabet,
    pub dice: Dice<'r>,
    /// Whether every part is confirmed before it is used.
    careful: bool,
    fuel: usize,
    /// Whether anything stood in itself too often.
    is_endless: bool,
    /// How many parts were made since the whole was begun.
    parts: usize,
    above: Vec<&'s Value>,
    path: Vec<String>,
}

impl<'s, 'r> Builder<'s, 'r> {
    pub fn new(schema: &'s Schema, known: &'s Known, to: (Extent, Alphabet), runner: &'r mut TestRunner) -> Self {
        let (extent, alphabet) = to;
        Builder {
            schema,
            known,
            extent,
            alphabet,
            dice: Dice(runner),
            careful: false,
            fuel: FUEL,
            is_endless: false,
            parts: 0,
            above: Vec::new(),
            path: Vec::new(),
        }
    }

    /// A value of the whole schema, which need not keep it.
    pub fn whole(&mut self, careful: bool) -> Result<Value, Ungeneratable> {
        self.of(Part::root(self.schema), careful)
    }

    /// A value of one subschema, which need not keep it.
    pub fn of(&mut self, part: Part<'s>, careful: bool) -> Result<Value, Ungeneratable> {
        self.careful = careful;
        self.parts = 0;
        self.value(vec![part])
    }

    /// Whether only what must be there is to be made.
    pub fn is_lean(&self) -> bool {
        let enough = if self.extent == Extent::Most { ENOUGH.1 } else { ENOUGH.0 };
        self.extent == Extent::Least || self.path.len() >= LEAN_DEPTH || self.parts > enough
    }

    /// Whether nothing more may be made of this value.
    pub fn is_spent(&self) -> bool {
        self.fuel == 0
    }

    /// The error of the part that is being made.
    pub fn refuse(&self, why: Why) -> Ungeneratable {
        let at = self.path.iter().fold(String::new(), |at, step| crate::generate::pointer::child(&at, step));
        Ungeneratable { at, place: self.schema.place().map(ToString::to_string), why }
    }

    /// A value of the part under that name or index.
    pub fn part(&mut self, step: impl Into<String>, parts: Vec<Part<'s>>) -> Result<Value, Ungeneratable> {
        self.parts += 1;
        self.path.push(step.into());
        let value = self.value(parts);
        self.path.pop();
        value
    }

    /// What applies where these subschemas do.
    pub fn node(&self, parts: &[Part<'s>], alone: bool) -> Node<'s> {
        let sight = Sight::SpelledOut { known: self.known, alone };
        Node::seen(self.schema, sight, parts.iter().copied())
    }

    fn value(&mut self, parts: Vec<Part<'s>>) -> Result<Value, Ungeneratable> {
        if self.path.len() > MAX_DEPTH {
            return Err(self.refuse(Why::Endless));
        }
        let mut reason = Why::Rejected;
        let mut inner = None;
        for attempt in 0..if self.careful { TRIES.0 } else { TRIES.1 } {
            if self.is_spent() {
                break;
            }
            self.fuel -= 1;
            let node = match attempt % 4 {
                3 => Node::of(self.schema, parts.iter().copied()),
                turn => self.node(&parts, self.careful && turn != 1),
            };
            match self.guarded(&node, attempt) {
                Ok(value) if !self.careful || self.keeps(&node, &parts, &value) => return Ok(value),
                Ok(_) => reason = Why::Rejected,
                Err(error) if self.is_spent() => return Err(error),
                Err(error) => {
                    let settled = node.choices.is_empty() && (!self.careful || error.why == Why::Endless);
                    inner = Some(error);
                    if settled {
                        break;
                    }
                }
            }
        }
        if self.is_spent() && inner.is_none() {
            reason = if self.is_endless { Why::Endless } else { Why::TooMuch };
        }
        let documented = self.documented(&parts);
        documented.ok_or_else(|| inner.unwrap_or_else(|| self.refuse(reason)))
    }

    /// A value of the node, unless it stands in itself too often.
    fn guarded(&mut self, node: &Node<'s>, attempt: usize) -> Result<Value, Ungeneratable> {
        if node.impossible {
            return Err(self.refuse(Why::Impossible));
        }
        let recursion = |json: &Value| self.above.iter().filter(|above| std::ptr::eq(**above, json)).count();
        if node.jsons().any(|json| recursion(json) >= MAX_RECURSION) {
            self.is_endless = true;
            return Err(self.refuse(Why::Endless));
        }
        let height = self.above.len();
        self.above.extend(node.jsons());
        let value = self.within(node.clone(), attempt);
        self.above.truncate(height);
        value
    }

    fn within(&mut self, node: Node<'s>, attempt: usize) -> Result<Value, Ungeneratable> {
        let node = self.settle(node, attempt)?;
        if let Some(values) = node.fixed_values() {
            return self.fixed(&node, &values);
        }
        let mut reason = Why::Impossible;
        let mut inner = None;
        for name in self.types(&node) {
            match self.of_type(&node, name, attempt) {
                Ok(value) if is_short_enough(&node, &value) => return Ok(value),
                Ok(_) => reason = Why::Rejected,
                Err(error) if self.is_spent() => return Err(error),
                Err(error) => inner = inner.or(Some(error)),
            }
        }
        Err(inner.unwrap_or_else(|| self.refuse(reason)))
    }

    /// The node with a branch of every choice taken.
    pub fn settle(&mut self, mut node: Node<'s>, attempt: usize) -> Result<Node<'s>, Ungeneratable> {
        while let Some(choice) = node.choices.first() {
            let mut order = match self.extent {
                Extent::Free => self.dice.shuffled(choice.branches.len()),
                _ if attempt > 0 => self.dice.shuffled(choice.branches.len()),
                _ => (0..choice.branches.len()).collect(),
            };
            if self.path.len() >= LEAN_DEPTH || self.above.len() > LEAN_DEPTH && self.is_lean() {
                let weight = |index: &usize| choice.branches.get(*index).map_or(0, |branch| self.weight(branch));
                order.sort_by_cached_key(weight);
            }
            let mut nodes = order.into_iter().map(|index| node.with_branch(index));
            let Some(next) = nodes.find(|node| !node.is_contradiction()) else {
                return Err(self.refuse(Why::Impossible));
            };
            node = next;
        }
        Ok(node)
    }

    /// How many references a branch has: those without end.
    fn weight(&self, branch: &[Part<'s>]) -> usize {
        let target = |part: &Part<'s>| self.schema.resolve(part.json.get("$ref")?.as_str()?);
        branch.iter().map(|part| references(target(part).unwrap_or(part.json))).sum()
    }

    /// One of the values that `enum` and `const` leave.
    fn fixed(&mut self, node: &Node<'s>, values: &[&Value]) -> Result<Value, Ungeneratable> {
        let first = if self.extent == Extent::Free { self.dice.below(values.len()) } else { 0 };
        let parts: Vec<_> = node.parts().collect();
        let mut ordered = values.iter().cycle().skip(first).take(values.len());
        let fits = |value: &&&Value| {
            node.allows_type(type_name(value)) && (!self.careful || self.known.keeps(self.schema, &parts, value))
        };
        ordered.find(fits).map(|value| (*value).clone()).ok_or_else(|| self.refuse(Why::Impossible))
    }

    /// The types to try, in that order: those that the schema names, else those that it speaks of,
    /// then the others, of which it says nothing.
    fn types(&mut self, node: &Node<'s>) -> Vec<&'static str> {
        let named = node.types();
        let implied = implied_types(node);
        let wanted =
            |name: &&&str| named.as_ref().map_or_else(|| implied.contains(*name), |types| types.contains(*name));
        let mut wanted: Vec<&str> = TYPES.iter().filter(wanted).copied().collect();
        if self.extent == Extent::Free && wanted.len() > 1 {
            let null_last =
                wanted.last() == Some(&"null") && !self.dice.once_in(wanted.len() * TIMES_AS_RARE_AS_OTHERS);
            let drawn = if null_last { wanted.len() - 1 } else { wanted.len() };
            let first = self.dice.below(drawn);
            wanted.rotate_left(first);
        }
        if named.is_none() {
            let start = if implied.is_empty() { ["any"].as_slice() } else { &[] };
            let others = TYPES.iter().rev().filter(|name| !wanted.contains(name));
            let others: Vec<&str> = start.iter().chain(others).copied().collect();
            wanted.extend(others);
        }
        wanted
    }

    fn of_type(&mut self, node: &Node<'s>, name: &str, attempt: usize) -> Result<Value, Ungeneratable> {
        match name {
            "object" => self.object(node, attempt),
            "array" => self.array(node, attempt),
            "string" => self.text(node).map(Value::String),
            "integer" => self.integer(node),
            "number" => self.number(node),
            "boolean" => Ok(self.boolean()),
            "null" => Ok(Value::Null),
            _ => Ok(self.anything(2)),
        }
    }

    /// Whether a value keeps what cannot be kept by making it so.
    fn keeps(&self, node: &Node<'s>, parts: &[Part<'s>], value: &Value) -> bool {
        let forbids = FORBIDDING.iter().any(|keyword| node.keyword(keyword).is_some());
        !forbids || self.known.keeps(self.schema, parts, value)
    }

    /// A value that the document gives itself, where none can be made.
    fn documented(&self, parts: &[Part<'s>]) -> Option<Value> {
        let node = Node::of(self.schema, parts.iter().copied());
        let listed = node.keywords("examples").filter_map(|keyword| keyword.value.as_array()).flatten();
        let single = ["example", "default"].into_iter().filter_map(|name| Some(node.keyword(name)?.value));
        let mut values = listed.chain(single);
        values.find(|value| self.known.keeps(self.schema, parts, value)).cloned()
    }
}

/// The types that a schema without `type` speaks about.
fn implied_types(node: &Node<'_>) -> Vec<&'static str> {
    const IMPLIED: [(&str, &[&str]); 4] = [
        (
            "object",
            &[
                "properties",
                "patternProperties",
                "required",
                "additionalProperties",
                "unevaluatedProperties",
                "propertyNames",
                "dependentRequired",
                "dependentSchemas",
                "minProperties",
                "maxProperties",
            ],
        ),
        ("array", &["items", "prefixItems", "unevaluatedItems", "contains", "minItems", "maxItems", "uniqueItems"]),
        ("string", &["minLength", "maxLength", "pattern", "format"]),
        ("number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
    ];
    let speaks = |keywords: &[&str]| keywords.iter().any(|keyword| node.keyword(keyword).is_some());
    IMPLIED.into_iter().filter(|(_, keywords)| speaks(keywords)).map(|(name, _)| name).collect()
}

/// Keeps to half of `x-max-json-length`: how a server counts is its own affair.
fn is_short_enough(node: &Node<'_>, value: &Value) -> bool {
    node.at_most("x-max-json-length").is_none_or(|(most, _)| value.to_string().chars().count() <= most / 2)
}

/// How many references stand in a schema.
fn references(json: &Value) -> usize {
    match json {
        Value::Object(members) => {
            usize::from(members.contains_key("$ref")) + members.values().map(references).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(references).sum(),
        _ => 0,
    }
}
