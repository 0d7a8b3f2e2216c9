//! Constraints of parameters, each broken alone.

use serde_json::{Value, json};

use super::mutation::mutations;
use crate::contract::{Location, Parameter, ParameterLocation, ParameterStyle};
use crate::generate::caller::Caller;
use crate::generate::draft::{Draft, is_reserved};
use crate::generate::maker::Maker;
use crate::generate::strategy::Node;
use crate::generate::{Case, Expect, serialise};

/// One case a constraint of each parameter.
pub(super) fn cases(maker: &Maker<'_>, caller: &Caller<'_>, least: &Draft, most: &Draft) -> Vec<Case> {
    let mut cases = Vec::new();
    let parameters = maker.operation.parameters.iter().zip(&most.parameters).enumerate();
    for (index, (parameter, valid)) in parameters.filter(|(_, (parameter, _))| !is_reserved(parameter)) {
        cases.extend(left_out(maker, caller, least, index, parameter));
        if let Some(valid) = valid {
            cases.extend(with_values(maker, caller, least, index, parameter, valid));
        }
    }
    cases
}

fn left_out(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft, index: usize, parameter: &Parameter) -> Option<Case> {
    if !parameter.required || parameter.location == ParameterLocation::Path {
        return None;
    }
    let what = format!("`{}` is left out", parameter.name);
    let violation = super::violation(parameter.part(), "required", what, maker.said(&parameter.promises), true);
    let request = maker.request(&with(base, index, None), caller);
    let sent = request.headers.iter().any(|(name, _)| is_header(parameter, name));
    // A header that the configuration adds to every request cannot be left out.
    (!sent).then(|| super::case(maker, request, violation, Expect::Refusal))
}

fn with_values(
    maker: &Maker<'_>,
    caller: &Caller<'_>,
    base: &Draft,
    index: usize,
    parameter: &Parameter,
    valid: &Value,
) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut seen = Vec::new();
    for mutation in mutations(&Node::root(&parameter.schema), valid) {
        // Whatever stands in a URL or a header is text.
        let is_text = parameter.style != ParameterStyle::Json && Node::root(&parameter.schema).allows_type("string");
        if is_text && mutation.keyword == "type" {
            continue;
        }
        let text = serialise::text(parameter, &mutation.value).reveal();
        // One way of breaking a keyword is enough, but the case of letters is a question of its own.
        let way = if mutation.keyword == "enum" { mutation.what.clone() } else { mutation.keyword.to_owned() };
        let is_sent = serialise::is_written(parameter, &mutation.value) && can_be_sent(parameter, &text);
        if seen.contains(&way) || !is_sent || !refuses(parameter, &mutation.value) {
            continue;
        }
        seen.push(way);
        let said = if mutation.said.promise.is_none() { maker.said(&parameter.promises) } else { mutation.said };
        let essential = mutation.keyword != "type" || parameter.required;
        let what = format!("`{}` {}", parameter.name, mutation.what);
        let violation = super::violation(parameter.part(), mutation.keyword, what, said, essential);
        let request = maker.request(&with(base, index, Some(mutation.value)), caller);
        cases.push(super::case(maker, request, violation, Expect::Refusal));
    }
    cases
}

fn with(base: &Draft, index: usize, value: Option<Value>) -> Draft {
    let mut draft = base.clone();
    if let Some(place) = draft.parameters.get_mut(index) {
        *place = value;
    }
    draft
}

/// Whether a value is still wrong once it has become text.
fn refuses(parameter: &Parameter, value: &Value) -> bool {
    match (parameter.style, value) {
        (ParameterStyle::Json, _) | (_, Value::Array(_) | Value::Object(_)) => !parameter.schema.is_valid(value),
        _ => refuses_text(parameter, &serialise::scalar(value)),
    }
}

/// Whether no reading of a text keeps the schema. Alone it is a list of one as well; where an object is spread
/// over several pairs, it is none of them, and the parameter is not there.
fn refuses_text(parameter: &Parameter, text: &str) -> bool {
    let is_valid = |value: &Value| parameter.schema.is_valid(value);
    let is_absent = Node::root(&parameter.schema).allows_type("object")
        && (parameter.explode || parameter.style == ParameterStyle::DeepObject);
    if is_absent && (!parameter.required || is_valid(&json!({}))) {
        return false;
    }
    !readings(text).iter().any(|reading| is_valid(reading) || is_valid(&json!([reading])))
}

/// What a reader may make of a text.
pub(super) fn readings(text: &str) -> Vec<Value> {
    let as_json = serde_json::from_str::<Value>(text).ok().filter(|value| value.is_number() || value.is_boolean());
    std::iter::once(Value::from(text)).chain(as_json).collect()
}

/// Whether the text stays what it is where it is sent.
fn can_be_sent(parameter: &Parameter, text: &str) -> bool {
    let visible = text.chars().all(|c| (' '..='~').contains(&c)) && text.trim() == text;
    match parameter.location {
        ParameterLocation::Query => true,
        ParameterLocation::Path => !text.is_empty() && !text.contains('/'),
        ParameterLocation::Header | ParameterLocation::Cookie => !text.is_empty() && visible,
    }
}

fn is_header(parameter: &Parameter, name: &str) -> bool {
    matches!(parameter.part(), Location::Header(own) if own.eq_ignore_ascii_case(name))
}
