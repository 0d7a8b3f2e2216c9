//! Requests at the edges of what the contract allows.

use serde_json::{Value, json};

use super::body::Coding;
use super::caller::Caller;
use super::draft::{Draft, is_reserved};
use super::identity::set_if_valid;
use super::limit::limits;
use super::maker::{self, Maker};
use super::place::{Place, places};
use super::pointer;
use super::strategy::{Extent, Node, Ungeneratable};
use super::telling::telling_texts;
use crate::contract::{Location, ParameterStyle, StreamSwitch};

/// How far below `x-max-json-length` the longest value stays: room for blanks and for a mark.
const SHORT_OF_THE_LIMIT: usize = 64;

/// Longer JSON than this is not made.
const LONGEST_JSON: usize = 1_000_000;

/// Only what must be there, everything, each way of the stream switch, everything at its limits, telling
/// texts, the longest JSON, each fixed value once.
pub(super) fn boundaries(maker: &Maker<'_>, caller: &Caller<'_>) -> Result<Vec<(String, Draft)>, Ungeneratable> {
    let least = maker.draft(Extent::Least, "positive/least", caller)?;
    let most = maker.draft(Extent::Most, "positive/most", caller)?;
    let mut drafts = vec![("least".to_owned(), least.clone()), ("most".to_owned(), most.clone())];
    if let Some(switch) = &maker.operation.stream_switch {
        drafts.extend(switched(maker, switch, &least));
    }
    drafts.extend(limits(maker, caller, &most));
    drafts.extend(telling_texts(maker, caller, &least, &most));
    drafts.extend(longest_json(maker, caller, &most));
    drafts.extend(each_fixed_value(maker, caller, &most));
    let mut distinct: Vec<(String, Draft)> = Vec::new();
    for (name, draft) in drafts {
        if !distinct.iter().any(|(_, known)| *known == draft) {
            distinct.push((name, draft));
        }
    }
    Ok(distinct)
}

/// The longest value under each `x-max-json-length`: flat and ASCII, so that it fits however a server counts.
fn longest_json(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft) -> Vec<(String, Draft)> {
    let (Some(body), Some(form)) = (&base.body, &maker.form) else { return Vec::new() };
    let is_free = |place: &Place<'_>| {
        let within = |at: &Location| matches!(at, Location::Body(at) if pointer::is_within(at, &place.pointer));
        !caller.values().any(|(at, _)| within(at))
    };
    let with = |place: Place<'_>| {
        let (most, _) = place.node.at_most("x-max-json-length")?;
        let value = flat(body.pointer(&place.pointer)?, most.min(LONGEST_JSON).checked_sub(SHORT_OF_THE_LIMIT)?)?;
        let mut body = body.clone();
        let set = set_if_valid(&mut body, &form.schema, &place.pointer, value);
        set.then(|| ("json-length".to_owned(), Draft { body: Some(body), ..base.clone() }))
    };
    places(&form.schema, body).into_iter().filter(is_free).filter_map(with).collect()
}

/// A value of that kind whose compact JSON has so many characters.
fn flat(kind: &Value, length: usize) -> Option<Value> {
    let of = |padding: &str| match kind {
        Value::String(_) => Some(json!(padding)),
        Value::Array(_) => Some(json!([padding])),
        Value::Object(_) => Some(json!({"padding": padding})),
        _ => None,
    };
    let frame = of("")?.to_string().len();
    of(&"x".repeat(length.checked_sub(frame)?))
}

/// Every value of the part that switches the form of the answer, and its absence.
fn switched(maker: &Maker<'_>, switch: &StreamSwitch, base: &Draft) -> Vec<(String, Draft)> {
    let mut drafts = Vec::new();
    for (value, _) in &switch.forms {
        let mut draft = base.clone();
        if set(maker, &mut draft, &switch.on, value) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            drafts.push((format!("switch-{text}"), draft));
        }
    }
    let mut draft = base.clone();
    if switch.default.is_some() && unset(maker, &mut draft, &switch.on) {
        drafts.push(("switch-absent".to_owned(), draft));
    }
    drafts
}

/// As many drafts as the longest list of fixed values needs, each taking the next value of every list.
fn each_fixed_value(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft) -> Vec<(String, Draft)> {
    let lists: Vec<_> = fixed_values(maker, base).into_iter().filter(|(at, _)| caller.value(at).is_none()).collect();
    let rounds = lists.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let round = |index: usize| {
        let mut draft = base.clone();
        let next = lists.iter().filter_map(|(at, values)| Some((at, values.get(index % values.len())?)));
        set_all(maker, &mut draft, &next.collect::<Vec<_>>());
        (format!("values-{index}"), draft)
    };
    (0..rounds).map(round).collect()
}

/// The parts of a draft that have a list of values to choose from.
fn fixed_values(maker: &Maker<'_>, draft: &Draft) -> Vec<(Location, Vec<Value>)> {
    let mut lists = Vec::new();
    for (parameter, value) in maker.operation.parameters.iter().zip(&draft.parameters) {
        if value.is_some() && !is_reserved(parameter) {
            let is_json = parameter.style == ParameterStyle::Json;
            lists.push((parameter.part(), choices(&Node::root(&parameter.schema), is_json)));
        }
    }
    if let (Some(body), Some(form)) = (&draft.body, &maker.form) {
        let of_body = places(&form.schema, body).into_iter();
        let is_json = form.coding == Coding::Json;
        lists.extend(of_body.map(|place| (Location::Body(place.pointer), choices(&place.node, is_json))));
    }
    lists.retain(|(_, values)| values.len() > 1);
    lists
}

/// The values of an enumeration, or both booleans; null only where JSON is written.
fn choices(node: &Node<'_>, is_json: bool) -> Vec<Value> {
    match node.fixed_values() {
        Some(values) => values.into_iter().filter(|value| is_json || !value.is_null()).cloned().collect(),
        None if node.types().is_some_and(|types| types.contains(&"boolean")) => vec![true.into(), false.into()],
        None => Vec::new(),
    }
}

/// Sets parts of a draft: all at once, or those that keep its schema where all together break it.
fn set_all(maker: &Maker<'_>, draft: &mut Draft, parts: &[(&Location, &Value)]) {
    let mut together = draft.clone();
    for (at, value) in parts {
        match (at, &mut together.body) {
            (Location::Body(pointer), Some(body)) => _ = pointer::set(body, pointer, (*value).clone()),
            _ => _ = set(maker, &mut together, at, value),
        }
    }
    match (&together.body, &maker.form) {
        (Some(body), Some(form)) if !form.schema.is_valid(body) => {
            parts.iter().for_each(|(at, value)| _ = set(maker, draft, at, value));
        }
        _ => *draft = together,
    }
}

/// Sets a part of a draft unless that breaks its schema. Says whether it did.
fn set(maker: &Maker<'_>, draft: &mut Draft, at: &Location, value: &Value) -> bool {
    if let Location::Body(pointer) = at {
        let (Some(body), Some(form)) = (&mut draft.body, &maker.form) else { return false };
        return set_if_valid(body, &form.schema, pointer, value.clone());
    }
    let parameters = maker.operation.parameters.iter().zip(&mut draft.parameters);
    let found = maker::parameter_at(maker.operation, at).and_then(|index| parameters.into_iter().nth(index));
    match found {
        Some((parameter, place)) if parameter.schema.is_valid(value) => {
            *place = Some(value.clone());
            true
        }
        _ => false,
    }
}

/// Takes a part of a draft away unless the contract asks for it. Says whether it is absent now.
fn unset(maker: &Maker<'_>, draft: &mut Draft, at: &Location) -> bool {
    if let Location::Body(pointer) = at {
        let (Some(body), Some(form)) = (&mut draft.body, &maker.form) else { return false };
        let mut without = body.clone();
        pointer::remove(&mut without, pointer);
        let allowed = form.schema.is_valid(&without);
        if allowed {
            *body = without;
        }
        return allowed;
    }
    let Some(index) = maker::parameter_at(maker.operation, at) else { return false };
    let required = maker.operation.parameters.get(index).is_none_or(|parameter| parameter.required);
    if let Some(value) = draft.parameters.get_mut(index).filter(|_| !required) {
        *value = None;
    }
    !required
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_value_has_the_length_that_was_asked_for() {
        for kind in [json!("a"), json!([1, 2]), json!({"a": {"b": 1}})] {
            assert_eq!(flat(&kind, 4032).unwrap().to_string().len(), 4032);
            assert_eq!(flat(&kind, 1), None);
        }
        assert_eq!(flat(&json!(7), 4032), None);
    }
}
