//! Objects: required and optional members, and those that nobody declared.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::strategy::Union;
use serde_json::{Map, Value};

use super::builder::Builder;
use super::{Alphabet, Extent, Node, Ungeneratable, any, pattern, text};

/// How likely a free object has an optional member.
const OPTIONAL: f64 = 0.5;

/// How many undeclared members more than the least a free object has.
const SPREAD: usize = 3;

type Member<'s> = (&'s str, BoxedStrategy<Option<Value>>);

/// Objects that a node allows.
pub(super) fn values<'s>(builder: &mut Builder<'s>, node: &Node<'s>) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    let required = required(builder, node)?;
    let least = node.at_least("minProperties").map_or(0, |(least, _)| least);
    let most = node.at_most("maxProperties").map_or(usize::MAX, |(most, _)| most);
    let mut optional = optional(builder, node, &required);
    optional.truncate(most.saturating_sub(required.len()));
    let declared = required.len() + optional.len();
    let extra = extra(builder, node, declared, least.saturating_sub(declared), most.saturating_sub(declared))?;
    let (names, members): (Vec<_>, Vec<_>) =
        required.into_iter().chain(optional).map(|(name, values)| (name.to_owned(), values)).unzip();
    let values = (members, extra).prop_map(move |(members, extra)| {
        let declared = names.iter().cloned().zip(members).filter_map(|(name, value)| Some((name, value?)));
        let mut object: Map<String, Value> = declared.collect();
        for (name, value) in extra {
            object.entry(name).or_insert(value);
        }
        object
    });
    let enough = values.prop_filter("enough members", move |object| object.len() >= least);
    Ok(enough.prop_map(Value::Object).boxed())
}

fn required<'s>(builder: &mut Builder<'s>, node: &Node<'s>) -> Result<Vec<Member<'s>>, Ungeneratable> {
    let names = node.required().into_iter().map(|(name, _)| name);
    names.map(|name| Ok((name, builder.part(node, node.member(name))?.prop_map(Some).boxed()))).collect()
}

/// Optional members; those that only the server may set are never sent.
fn optional<'s>(builder: &mut Builder<'s>, node: &Node<'s>, required: &[Member<'s>]) -> Vec<Member<'s>> {
    if builder.extent == Extent::Least {
        return Vec::new();
    }
    let mut members = Vec::new();
    for name in node.declared() {
        let parts = node.member(name);
        let read_only = parts.iter().any(|part| part.json.get("readOnly") == Some(&Value::Bool(true)));
        if read_only || required.iter().any(|(known, _)| *known == name) {
            continue;
        }
        if let Some(values) = builder.optional_part(node, parts) {
            let values = match builder.extent {
                Extent::Most => values.prop_map(Some).boxed(),
                _ => weighted(OPTIONAL, values).boxed(),
            };
            members.push((name, values));
        }
    }
    members
}

/// Members that nobody declared: where the schema describes them, where it counts members, and
/// where an object is declared without any.
fn extra<'s>(
    builder: &mut Builder<'s>,
    node: &Node<'s>,
    declared: usize,
    least: usize,
    most: usize,
) -> Result<BoxedStrategy<Vec<(String, Value)>>, Ungeneratable> {
    let described = node.keywords("additionalProperties").any(|keyword| keyword.value.is_object());
    let open = described || (declared == 0 && node.declared().is_empty());
    let spread = match builder.extent {
        Extent::Least => 0,
        Extent::Most => usize::from(open),
        Extent::Free => {
            if open {
                SPREAD
            } else {
                0
            }
        }
    };
    let largest = most.min(least + spread);
    if largest == 0 {
        return Ok(Just(Vec::new()).boxed());
    }
    match extra_member(builder, node) {
        Ok(member) if builder.extent == Extent::Most => Ok(vec(member, largest).boxed()),
        Ok(member) => Ok(vec(member, least..=largest).boxed()),
        Err(_) if least == 0 => Ok(Just(Vec::new()).boxed()),
        Err(reason) => Err(reason),
    }
}

fn extra_member<'s>(
    builder: &mut Builder<'s>,
    node: &Node<'s>,
) -> Result<BoxedStrategy<(String, Value)>, Ungeneratable> {
    let patterns: Vec<_> = node
        .keywords("patternProperties")
        .flat_map(|keyword| keyword.value.as_object().into_iter().flat_map(|object| object.keys()))
        .collect();
    let mut members = Vec::new();
    for pattern in patterns {
        let name = pattern::text(pattern)?;
        let parts = node
            .keywords("patternProperties")
            .filter_map(|keyword| Some(super::Part { json: keyword.value.get(pattern)?, said: keyword.said }));
        members.push((name, builder.part(node, parts.collect())?).boxed());
    }
    if members.is_empty() {
        members.push((names(builder, node)?, undeclared(builder, node)?).boxed());
    }
    Ok(Union::new(members).boxed())
}

/// Names of undeclared members: plain words, unless `propertyNames` asks for others.
fn names<'s>(builder: &Builder<'s>, node: &Node<'s>) -> Result<BoxedStrategy<String>, Ungeneratable> {
    let parts = node.subschemas("propertyNames");
    if parts.is_empty() {
        return Ok(text::word());
    }
    let names = Node::of(node.schema(), parts);
    match names.fixed_values() {
        Some(values) => {
            let values: Vec<String> = values.into_iter().filter_map(|value| Some(value.as_str()?.to_owned())).collect();
            if values.is_empty() {
                Err(Ungeneratable::Impossible)
            } else {
                Ok(proptest::sample::select(values).boxed())
            }
        }
        None => text::values(builder, &names),
    }
}

/// Values of undeclared members.
fn undeclared<'s>(builder: &mut Builder<'s>, node: &Node<'s>) -> Result<BoxedStrategy<Value>, Ungeneratable> {
    let mut parts = node.subschemas("additionalProperties");
    parts.extend(node.subschemas("unevaluatedProperties"));
    if parts.is_empty() { Ok(any::json(builder.extent, Alphabet::Any)) } else { builder.part(node, parts) }
}
