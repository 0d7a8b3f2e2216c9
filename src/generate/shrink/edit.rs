//! Smaller JSON values: one cut each.

use serde_json::Value;

use crate::contract::Schema;
use crate::generate::place::{Place, places};
use crate::generate::{identity, pointer};

/// The plainest text that is not empty.
const PLAIN: &str = "a";

/// Values that are one cut smaller, valid or not.
pub(super) fn smaller(schema: &Schema, value: &Value, mark: Option<&str>) -> Vec<Value> {
    let places = places(schema, value);
    let mut smaller = vec![only_required(schema, value, &places)];
    for place in &places {
        let Some(part) = value.pointer(&place.pointer) else { continue };
        if place.name.is_some() {
            smaller.extend(without(value, &place.pointer));
        }
        let parts = match part {
            Value::String(text) if !is_id(place) => texts(text, mark),
            Value::Number(number) => numbers(number.as_i64()),
            Value::Array(items) => arrays(items),
            Value::Object(members) if place.node.declared().is_empty() && !members.is_empty() => {
                vec![Value::Object(serde_json::Map::new())]
            }
            _ => Vec::new(),
        };
        smaller.extend(parts.into_iter().filter_map(|part| with(value, &place.pointer, part)));
    }
    smaller
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

fn texts(text: &str, mark: Option<&str>) -> Vec<Value> {
    let length = text.chars().count();
    let half: String = text.chars().take(length / 2).collect();
    let second_half: String = text.chars().skip(length / 2).collect();
    let without_last: String = text.chars().take(length.saturating_sub(1)).collect();
    let mark = mark.filter(|mark| text.contains(mark)).map(str::to_owned);
    let plain = PLAIN.repeat(length);
    let candidates = [
        Some(String::new()),
        Some(PLAIN.to_owned()),
        mark,
        Some(half),
        Some(second_half),
        Some(without_last),
        Some(plain),
    ];
    candidates.into_iter().flatten().filter(|candidate| candidate != text).map(Value::from).collect()
}

fn numbers(number: Option<i64>) -> Vec<Value> {
    let candidates = [Some(0), Some(1), number.map(|number| number / 2)];
    candidates.into_iter().flatten().filter(|candidate| Some(*candidate) != number).map(Value::from).collect()
}

fn arrays(items: &[Value]) -> Vec<Value> {
    let half = items.len() / 2;
    let halves = [items.get(..0), items.get(..half), items.get(half..)];
    let without_one = (0..items.len()).map(|index| {
        let others = items.iter().enumerate().filter(|(other, _)| *other != index);
        Value::Array(others.map(|(_, item)| item.clone()).collect())
    });
    halves.into_iter().flatten().map(|part| Value::Array(part.to_vec())).chain(without_one).collect()
}
