//! Smaller JSON values: one cut each.

mod scalar;

use serde_json::Value;

use self::scalar::{numbers, texts};
use crate::contract::Schema;
use crate::generate::place::{Place, places};
use crate::generate::{identity, pointer};

/// A value that is one cut smaller.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    /// Which cut it is: the same for a value and for what is left of it after another cut.
    pub name: String,
    /// What is left, valid or not.
    pub value: Value,
}

/// A part of a value with a cut made in it, and the name of the cut.
type Cut = (String, Value);

/// Values that are one cut smaller, valid or not.
pub(super) fn smaller(schema: &Schema, value: &Value, mark: Option<&str>) -> Vec<Edit> {
    let places = places(schema, value);
    let mut edits = vec![Edit { name: "what must be there".to_owned(), value: only_required(schema, value, &places) }];
    for place in &places {
        let Some(part) = value.pointer(&place.pointer) else { continue };
        let at = &place.pointer;
        let edit = |name: &str, value| Edit { name: format!("{at} {name}"), value };
        if place.name.is_some() {
            edits.extend(without(value, at).map(|value| edit("left out", value)));
        }
        let cuts = of_part(place, part, mark).into_iter();
        edits.extend(cuts.filter_map(|(name, part)| Some(edit(&name, with(value, at, part)?))));
    }
    edits
}

/// Every cut inside one part, that of what stands in it excepted.
fn of_part(place: &Place<'_>, part: &Value, mark: Option<&str>) -> Vec<Cut> {
    match part {
        Value::String(text) if !is_id(place) => texts(text, mark),
        Value::Number(number) => numbers(number),
        Value::Array(items) => arrays(items).into_iter().chain(inner(items.iter())).collect(),
        Value::Object(members) => {
            let is_open = place.node.declared().is_empty() && !members.is_empty();
            let emptied = is_open.then(|| ("emptied".to_owned(), Value::Object(serde_json::Map::new())));
            emptied.into_iter().chain(inner(members.values())).collect()
        }
        _ => Vec::new(),
    }
}

/// An id that is cut names another thing.
fn is_id(place: &Place<'_>) -> bool {
    place.name.as_deref().is_some_and(|name| identity::is_id(name, &place.node))
}

/// All optional members gone at once.
fn only_required(schema: &Schema, value: &Value, places: &[Place<'_>]) -> Value {
    let mut left = value.clone();
    for place in places.iter().rev().filter(|place| place.name.is_some() && !place.required) {
        if let Some(less) =
            without(&left, &place.pointer).filter(|less| schema.is_valid(less) || !schema.is_valid(&left))
        {
            left = less;
        }
    }
    left
}

fn without(value: &Value, at: &str) -> Option<Value> {
    let mut less = value.clone();
    pointer::remove(&mut less, at)?;
    Some(less)
}

fn with(value: &Value, at: &str, part: Value) -> Option<Value> {
    let mut changed = value.clone();
    pointer::set(&mut changed, at, part).then_some(changed)
}

/// One level less: what stands inside, in place of what it stands in.
fn inner<'v>(parts: impl Iterator<Item = &'v Value>) -> impl Iterator<Item = Cut> {
    let holds = |part: &&Value| part.is_array() || part.is_object();
    parts.filter(holds).enumerate().map(|(index, part)| (format!("its inner {index}"), part.clone()))
}

/// Without all items, without each half, each quarter, and so on down to each single one.
fn arrays(items: &[Value]) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for (level, size) in sizes(items.len()).into_iter().enumerate() {
        for start in (0..items.len()).step_by(size.max(1)) {
            let others = items.iter().enumerate().filter(|(index, _)| !(start..start + size).contains(index));
            let left = others.map(|(_, item)| item.clone()).collect();
            cuts.push((format!("without part {start} of level {level}"), Value::Array(left)));
        }
    }
    cuts
}

/// All of it, half of it, a quarter, and so on down to one.
pub(super) fn sizes(whole: usize) -> Vec<usize> {
    let halves = std::iter::successors(Some(whole), |size| (*size > 1).then(|| size.div_ceil(2)));
    halves.filter(|size| *size > 0).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values(schema: Value, value: &Value) -> Vec<Value> {
        let schema = Schema::standalone(schema).unwrap();
        smaller(&schema, value, None).into_iter().map(|edit| edit.value).collect()
    }

    #[test]
    fn an_array_loses_each_part_down_to_single_items() {
        let items: Vec<Value> = (1..=4).map(Value::from).collect();
        let left: Vec<_> = arrays(&items).into_iter().map(|(_, left)| left).collect();
        let expected = [
            json!([]),
            json!([3, 4]),
            json!([1, 2]),
            json!([2, 3, 4]),
            json!([1, 3, 4]),
            json!([1, 2, 4]),
            json!([1, 2, 3]),
        ];
        assert_eq!(left, expected);
        assert!(arrays(&[]).is_empty());
    }

    #[test]
    fn what_is_nested_may_stand_in_place_of_what_holds_it() {
        let tree = json!({"properties": {"child": {"$ref": "#"}, "name": {"type": "string"}}});
        let left = values(tree, &json!({"child": {"child": {"name": "x"}}}));
        assert!(left.contains(&json!({"child": {"name": "x"}})), "{left:?}");
    }

    #[test]
    fn a_cut_keeps_its_name_when_another_was_made() {
        let schema =
            Schema::standalone(json!({"properties": {"a": {"type": "string"}, "b": {"type": "string"}}})).unwrap();
        let names = |value: Value| -> Vec<String> {
            smaller(&schema, &value, None).into_iter().map(|edit| edit.name).collect()
        };
        let (before, after) = (names(json!({"a": "xy", "b": "xy"})), names(json!({"b": "xy"})));
        assert!(after.iter().all(|name| before.contains(name)), "{after:?}");
    }
}
