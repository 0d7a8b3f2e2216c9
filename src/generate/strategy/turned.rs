//! What is asked for of a place where one of its keywords is to be broken, and the rest kept.
//!
//! It is a hint, as every opposite: whether the keyword is broken alone is for the validator to say.

use std::iter;

use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use super::builder::Builder;
use super::opposite;
use super::{Alphabet, Extent, Known, Node, Part, Said};
use crate::contract::Schema;

/// Keywords of which one branch applies.
const CHOICES: [&str; 2] = ["oneOf", "anyOf"];

/// What the others of a node's parts say themselves.
const BRINGS_OTHERS: [&str; 3] = ["$ref", "allOf", "dependentSchemas"];

/// What a node with every branch taken says itself.
const BRANCHES: [&str; 5] = ["oneOf", "anyOf", "if", "then", "else"];

/// What no part of a node can keep where the type is another.
const OF_A_TYPE: [&str; 3] = ["type", "enum", "const"];

/// Most ways in which one keyword is broken.
const MOST_WAYS: usize = 4;

/// A place with one keyword turned round.
#[derive(Debug)]
pub(in crate::generate) struct Turned {
    /// The keyword.
    pub keyword: &'static str,
    /// Which of the ways of breaking it: of `oneOf`, the first fits no branch and the others fit two.
    pub way: usize,
    /// What stands behind the keyword.
    pub said: Said,
    asked: Value,
    known: Known,
}

/// The place with each of these keywords turned round, in each way. The node has the branches that an instance
/// takes, the parts are the subschemas that apply to the place as they stand there.
pub(in crate::generate) fn turned(node: &Node<'_>, parts: &[Part<'_>], keywords: &[&'static str]) -> Vec<Turned> {
    let of = |keyword: &&'static str| {
        if !CHOICES.contains(keyword) {
            return of_keyword(node, keyword, &BRANCHES);
        }
        // Which branch is taken is open where none is to fit.
        of_keyword(&Node::of(node.schema(), parts.iter().copied()), keyword, &[])
    };
    keywords.iter().flat_map(of).collect()
}

/// One of the alternatives that a place offers.
#[derive(Debug)]
pub(in crate::generate) struct Alternative<'s> {
    /// Its subschema.
    pub json: &'s Value,
    /// Whether the value that stands there fits it, as far as types, fixed values and required members tell.
    pub is_taken: bool,
    /// The place with this alternative taken.
    pub turned: Turned,
}

/// The alternatives of the choices of a place, null left out; none where there is no choice.
pub(in crate::generate) fn alternatives<'s>(
    schema: &'s Schema,
    of: &[Part<'s>],
    value: &Value,
) -> Vec<Alternative<'s>> {
    let parts: Vec<Part<'s>> = Node::of(schema, of.iter().copied()).parts().collect();
    let mut found = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        for keyword in CHOICES {
            let branches = part.json.get(keyword).and_then(Value::as_array).into_iter().flatten();
            let branches = branches.map(|json| (json, Node::of(schema, [part.inside(keyword, json)])));
            let branches: Vec<_> = branches.filter(|(_, node)| node.types() != Some(vec!["null"])).collect();
            if branches.len() < 2 {
                continue;
            }
            for (way, (json, node)) in branches.into_iter().enumerate() {
                let kept = kept(&parts, |other, key| other == index && key == keyword, &[]);
                let asked = json!({"allOf": iter::once(json).chain(&kept).collect::<Vec<_>>()});
                let turned = Turned { keyword, way, said: part.said, asked, known: Known::default() };
                found.push(Alternative { json, is_taken: node.is_plausible(value), turned });
            }
        }
    }
    found
}

fn of_keyword(node: &Node<'_>, keyword: &'static str, taken: &[&str]) -> Vec<Turned> {
    let parts: Vec<Part<'_>> = node.parts().collect();
    let mut turned = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let Some(members) = part.json.as_object().filter(|members| members.contains_key(keyword)) else { continue };
        let is_broken = |other: usize, key: &str| {
            let of_a_type = keyword == "type" && OF_A_TYPE.contains(&key);
            other == index && key == keyword || of_a_type
        };
        let kept = kept(&parts, is_broken, taken);
        for (way, asked) in ways(node.schema(), members, keyword).into_iter().take(MOST_WAYS).enumerate() {
            let asked = json!({"allOf": iter::once(&asked).chain(&kept).collect::<Vec<_>>()});
            let said = part.said.behind(part.json, keyword);
            turned.push(Turned { keyword, way, said, asked, known: Known::default() });
        }
    }
    turned
}

/// What each part says beside what is broken.
fn kept(parts: &[Part<'_>], is_broken: impl Fn(usize, &str) -> bool, taken: &[&str]) -> Vec<Value> {
    let of = |(index, part): (usize, &Part<'_>)| {
        Some(Value::Object(beside(part.json.as_object()?, |key| is_broken(index, key), taken)))
    };
    parts.iter().enumerate().filter_map(of).collect()
}

/// The ways of breaking a keyword; of a fixed value, whatever else the rest allows.
fn ways(schema: &Schema, members: &Map<String, Value>, keyword: &str) -> Vec<Value> {
    match keyword {
        "const" | "enum" => members.get(keyword).map(|value| json!({"not": {keyword: value}})).into_iter().collect(),
        _ => opposite::ways(schema, members, keyword),
    }
}

/// What a part says beside what is broken, and beside what stands among the parts itself.
fn beside(members: &Map<String, Value>, is_broken: impl Fn(&str) -> bool, taken: &[&str]) -> Map<String, Value> {
    let brings_others = |key: &str| BRINGS_OTHERS.contains(&key) || taken.contains(&key);
    let is_apart = members.keys().any(|key| brings_others(key));
    let is_left = |key: &str| {
        let of_others = brings_others(key) || is_apart && key.starts_with("unevaluated");
        let annotates = ["example", "examples", "default", "$defs"].contains(&key) || key.starts_with("x-");
        !is_broken(key) && !of_others && !annotates
    };
    members.iter().filter(|(key, _)| is_left(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

impl Turned {
    /// A value that may break the keyword; `careful` where every part of it is confirmed.
    pub fn value(&self, schema: &Schema, extent: Extent, careful: bool, runner: &mut TestRunner) -> Option<Value> {
        let asked = Part { json: &self.asked, said: self.said };
        Builder::new(schema, &self.known, (extent, Alphabet::Any), runner).of(asked, careful).ok()
    }
}
