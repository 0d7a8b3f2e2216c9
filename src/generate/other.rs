//! Values that take the alternatives of a schema which another value does not take: what is tried of one alternative
//! says nothing of the others.

use std::collections::HashSet;

use serde_json::Value;

use super::place::places;
use super::strategy::{Extent, alternatives};
use super::{pointer, seed};
use crate::contract::Schema;

/// Most values that are made: alternatives may stand inside alternatives without an end.
const MOST: usize = 8;

/// Values that keep the schema, each with an alternative at one place that neither the value nor an earlier one of
/// them takes there, as much of it as the extent says, and all else as the value has it.
pub(super) fn others(schema: &Schema, value: &Value, extent: Extent) -> Vec<Value> {
    let tries = [(extent, false), (extent, true), (Extent::Least, true)];
    let mut seen: HashSet<(String, *const Value)> = HashSet::new();
    let mut found = vec![value.clone()];
    let mut next = 0;
    while let Some(base) = found.get(next).cloned() {
        next += 1;
        for place in places(schema, &base) {
            let Some(here) = base.pointer(&place.pointer) else { continue };
            let (taken, open): (Vec<_>, Vec<_>) =
                alternatives(schema, &place.parts, here).into_iter().partition(|alternative| alternative.is_taken);
            seen.extend(taken.iter().map(|alternative| (place.pointer.clone(), std::ptr::from_ref(alternative.json))));
            for alternative in open {
                if found.len() > MOST {
                    break;
                }
                if !seen.insert((place.pointer.clone(), std::ptr::from_ref(alternative.json))) {
                    continue;
                }
                let words = [place.pointer.as_str(), alternative.turned.keyword, &alternative.turned.way.to_string()];
                let made = tries.iter().find_map(|(extent, careful)| {
                    let made = alternative.turned.value(schema, *extent, *careful, &mut seed::runner(0, &words))?;
                    let mut other = base.clone();
                    (pointer::set(&mut other, &place.pointer, made) && schema.is_valid(&other)).then_some(other)
                });
                found.extend(made);
            }
        }
    }
    found.remove(0);
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_alternative_is_taken_once_wherever_it_stands() {
        let shape = |kind: &str, member: &str| {
            json!({"type": "object", "required": ["kind", member],
                "properties": {"kind": {"const": kind}, member: {"type": "integer", "minimum": 1}}})
        };
        let schema = Schema::standalone(json!({"type": "object", "required": ["shape", "name"], "properties": {
            "name": {"type": "string"},
            "shape": {"oneOf": [shape("round", "radius"), shape("square", "side"), {"type": "null"}]},
            "tag": {"anyOf": [{"type": "string"}, {"type": "null"}]}
        }}));
        let base = json!({"name": "a", "shape": {"kind": "round", "radius": 1}, "tag": "b"});
        let others = others(&schema.unwrap(), &base, Extent::Most);
        let [other] = others.as_slice() else { panic!("{others:?}") };
        assert_eq!(
            (&other["name"], &other["shape"]["kind"], &other["tag"]),
            (&json!("a"), &json!("square"), &json!("b"))
        );
    }

    #[test]
    fn alternatives_inside_each_other_end() {
        let schema = Schema::standalone(json!({"$ref": "#/$defs/tree", "$defs": {"tree": {"oneOf": [
            {"type": "object", "required": ["left"], "properties": {"left": {"$ref": "#/$defs/tree"}}},
            {"type": "integer"}, {"type": "boolean"}
        ]}}}));
        let schema = schema.unwrap();
        let others = others(&schema, &json!(1), Extent::Most);
        assert!((2..=MOST).contains(&others.len()) && others.iter().all(|other| schema.is_valid(other)), "{others:?}");
    }
}
