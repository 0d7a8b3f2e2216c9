//! Requests at the edges of what the contract allows.

use serde_json::{Value, json};

use super::absent::without_nulls;
use super::body::Coding;
use super::caller::Caller;
use super::draft::{Draft, is_reserved};
use super::identity::set_if_valid;
use super::limit::limits;
use super::maker::{self, Maker};
use super::open::is_open;
use super::other::others;
use super::place::{Place, places};
use super::strategy::{Extent, Node, Ungeneratable};
use super::telling::telling_texts;
use super::{pointer, serialise};
use crate::contract::{Location, Parameter, ParameterStyle, StreamSwitch};

/// How far below `x-max-json-length` the longest value stays: room for blanks and for a mark.
const SHORT_OF_THE_LIMIT: usize = 64;

/// Longer JSON than this is not made.
const LONGEST_JSON: usize = 1_000_000;

/// More parts of one body than this are not set to null: each is confirmed by the validator.
const MOST_NULLS: usize = 60;

/// Most requests that are made of the alternatives that the fullest request does not take.
const MOST_OF_OTHERS: usize = 12;

/// Only what must be there, everything, each way of the stream switch, everything at its limits, telling
/// texts, the longest JSON, each fixed value once, nulls, and the same of what else the schemas offer.
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
    drafts.extend(all_nulls(maker, caller, &most));
    drafts.extend(of_others(maker, caller, &most));
    Ok(distinct(drafts))
}

/// The first of those that are the same.
fn distinct(drafts: impl IntoIterator<Item = (String, Draft)>) -> Vec<(String, Draft)> {
    let mut distinct: Vec<(String, Draft)> = Vec::new();
    for (name, draft) in drafts {
        if !distinct.iter().any(|(_, known)| *known == draft) {
            distinct.push((name, draft));
        }
    }
    distinct
}

/// The alternatives that the fullest request does not take, with all and with as little as they may have, then each
/// with its limits and its fixed values.
fn of_others(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft) -> Vec<(String, Draft)> {
    let others = other_drafts(maker, caller, base, Extent::Most);
    let least = other_drafts(maker, caller, base, Extent::Least);
    let named = |index: usize, name: &str| format!("other-{}{name}", index + 1);
    let plain = others.iter().enumerate().map(|(index, other)| (named(index, ""), other.clone()));
    let least = least.into_iter().enumerate().map(|(index, other)| (named(index, "-least"), other));
    let edges = others.iter().enumerate().flat_map(|(index, other)| {
        let edges = limits(maker, caller, other).into_iter().chain(each_fixed_value(maker, caller, other));
        edges.map(move |(name, draft)| (named(index, &format!("-{name}")), draft))
    });
    distinct(plain.chain(least).chain(edges)).into_iter().take(MOST_OF_OTHERS).collect()
}

/// As many drafts as the part with the most alternatives needs, each taking the next of every part.
fn other_drafts(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft, extent: Extent) -> Vec<Draft> {
    let of_parameter = |(parameter, value): (&Parameter, &Option<Value>)| match value {
        Some(value) if is_open(maker, caller, parameter) => {
            let is_written = |other: &Value| {
                parameter.style == ParameterStyle::Json
                    || without_nulls(other).as_ref() == Some(other) && serialise::is_written(parameter, other)
            };
            others(&parameter.schema, value, extent).into_iter().filter(is_written).collect()
        }
        _ => Vec::new(),
    };
    let parameters: Vec<Vec<Value>> =
        maker.operation.parameters.iter().zip(&base.parameters).map(of_parameter).collect();
    let bodies = match (&base.body, &maker.form) {
        (Some(body), Some(form)) => {
            others(&form.schema, body, extent).into_iter().filter(|body| form.can_send(body)).collect()
        }
        _ => Vec::new(),
    };
    let rounds = parameters.iter().map(Vec::len).chain([bodies.len()]).max().unwrap_or(0);
    let round = |index: usize| {
        let mut draft = base.clone();
        for (place, others) in draft.parameters.iter_mut().zip(&parameters) {
            *place = others.get(index).cloned().or(place.take());
        }
        draft.body = bodies.get(index).cloned().or(draft.body);
        draft
    };
    (0..rounds).map(round).collect()
}

/// The fullest request with null in every part of its JSON body that may be null.
fn all_nulls(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft) -> Option<(String, Draft)> {
    let form = maker.form.as_ref().filter(|form| form.coding == Coding::Json)?;
    let mut draft = base.clone();
    let body = draft.body.as_mut()?;
    let is_nullable = |place: &Place<'_>| {
        let node = Node::of(place.node.schema(), place.parts.iter().copied());
        !place.pointer.is_empty() && node.may_be("null") && is_free(caller, place)
    };
    let nullable = places(&form.schema, body).into_iter().filter(is_nullable).take(MOST_NULLS);
    let set = nullable.filter(|place| set_if_valid(body, &form.schema, &place.pointer, Value::Null)).count();
    (set > 0).then(|| ("values-null".to_owned(), draft))
}

/// Whether the configuration says nothing of what stands at a place or inside it.
fn is_free(caller: &Caller<'_>, place: &Place<'_>) -> bool {
    let within = |at: &Location| matches!(at, Location::Body(at) if pointer::is_within(at, &place.pointer));
    !caller.values().any(|(at, _)| within(at))
}

/// The longest value under each `x-max-json-length`: flat and ASCII, so that it fits however a server counts.
fn longest_json(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft) -> Vec<(String, Draft)> {
    let (Some(body), Some(form)) = (&base.body, &maker.form) else { return Vec::new() };
    let with = |place: Place<'_>| {
        let (most, _) = place.node.at_most("x-max-json-length")?;
        let value = flat(body.pointer(&place.pointer)?, most.min(LONGEST_JSON).checked_sub(SHORT_OF_THE_LIMIT)?)?;
        let mut body = body.clone();
        let set = set_if_valid(&mut body, &form.schema, &place.pointer, value);
        set.then(|| ("json-length".to_owned(), Draft { body: Some(body), ..base.clone() }))
    };
    places(&form.schema, body).into_iter().filter(|place| is_free(caller, place)).filter_map(with).collect()
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
    use crate::contract::read;
    use crate::generate::{Case, Options, fixture, generate};

    #[test]
    fn a_flat_value_has_the_length_that_was_asked_for() {
        for kind in [json!("a"), json!([1, 2]), json!({"a": {"b": 1}})] {
            assert_eq!(flat(&kind, 4032).unwrap().to_string().len(), 4032);
            assert_eq!(flat(&kind, 1), None);
        }
        assert_eq!(flat(&json!(7), 4032), None);
    }

    /// The bodies of the valid requests of an operation that takes this one, by the name of the case.
    fn bodies(schema: &str) -> Vec<(String, Value)> {
        let text = format!(
            "openapi: 3.1.0\npaths: {{/a: {{post: {{operationId: send, responses: {{}}, \
             requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}}}}}}}\n"
        );
        let plan = generate(&read("api.yaml", &text, None).unwrap(), &fixture::target(), None, &Options::default());
        let body = |case: &Case| {
            let name = case.id.0.strip_prefix("send/positive/")?;
            Some((name.to_owned(), fixture::json_body(case)?.clone()))
        };
        plan.cases.iter().filter_map(body).collect()
    }

    fn of<'b>(bodies: &'b [(String, Value)], name: &str) -> &'b Value {
        bodies.iter().find(|(known, _)| known == name).map_or(&Value::Null, |(_, body)| body)
    }

    #[test]
    fn each_alternative_of_a_body_is_sent_and_taken_to_its_limits() {
        let bodies = bodies(
            "{oneOf: [{type: object, required: [kind], properties: {kind: {const: a}, n: {type: integer}}}, \
             {type: object, required: [kind, s], properties: {kind: {const: b}, e: {enum: [k, l]}, \
             s: {type: string, minLength: 2, maxLength: 6}}}]}",
        );
        assert_eq!(of(&bodies, "most")["kind"], "a");
        assert_eq!(of(&bodies, "other-1-least").get("e"), None);
        assert_eq!(of(&bodies, "other-1")["kind"], "b");
        let has_length = |length| bodies.iter().any(|(_, body)| body["s"].as_str().map(str::len) == Some(length));
        assert!(has_length(2) && has_length(6), "{bodies:?}");
        let sent = |value: &str| bodies.iter().any(|(_, body)| body["e"] == value);
        assert!(sent("k") && sent("l"));
    }

    #[test]
    fn what_may_be_null_is_null_once() {
        let bodies = bodies(
            "{type: object, properties: {a: {type: [integer, 'null']}, \
             b: {anyOf: [{type: string}, {type: 'null'}]}, c: {type: string}}}",
        );
        let null = of(&bodies, "values-null");
        assert!(null["a"].is_null() && null["b"].is_null() && null["c"].is_string(), "{null}");
    }

    #[test]
    fn the_lowest_text_is_empty_and_carries_no_word() {
        let bodies = bodies("{type: object, required: [name], properties: {name: {type: string, maxLength: 90}}}");
        assert_eq!(of(&bodies, "low"), &json!({"name": ""}));
    }
}
