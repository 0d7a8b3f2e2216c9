//! The fullest request with everything at its lower limit, and at its upper one.

use serde_json::Value;

use super::caller::Caller;
use super::draft::Draft;
use super::identity::set_if_valid;
use super::maker::Maker;
use super::open::{is_open, varies};
use super::place::places;
use super::pointer;
use super::strategy::Node;
use crate::contract::{Location, Parameter, ParameterLocation, ParameterStyle};

/// Longer texts are not made because a limit allows them.
const LONGEST_TEXT: usize = 20_000;

/// Longer texts than this, in bytes, are not made in a path: a server must be able to read a request line of 8000
/// bytes (RFC 9112 section 3).
const LONGEST_IN_PATH: usize = 2_000;

/// Longer lists are not made because a limit allows them.
const LONGEST_LIST: usize = 200;

/// One of the two limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Lower,
    Upper,
}

/// The name of the draft with everything at its lower limit.
const LOWEST: &str = "low";

/// Whether that is the name of a draft with everything at its lower limit.
pub(super) fn is_lowest(name: &str) -> bool {
    name.rsplit('-').next() == Some(LOWEST)
}

/// Both drafts; one that changes nothing is the same as its base.
pub(super) fn limits(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft) -> Vec<(String, Draft)> {
    let named = [(LOWEST, Limit::Lower), ("high", Limit::Upper)];
    named.into_iter().map(|(name, limit)| (name.to_owned(), at(maker, caller, base, limit))).collect()
}

fn at(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft, limit: Limit) -> Draft {
    let mut draft = base.clone();
    for (parameter, value) in maker.operation.parameters.iter().zip(&mut draft.parameters) {
        let in_path = parameter.location == ParameterLocation::Path;
        if let Some(value) = value
            && is_open(maker, caller, parameter)
            && (!in_path || varies(maker, parameter))
        {
            limit_parameter(parameter, value, limit);
        }
    }
    if let (Some(body), Some(form)) = (&mut draft.body, &maker.form) {
        let configured = |at: &str| {
            caller
                .values()
                .any(|(location, _)| matches!(location, Location::Body(known) if pointer::is_within(known, at)))
        };
        for place in places(&form.schema, &body.clone()).into_iter().filter(|place| !configured(&place.pointer)) {
            let limited = body.pointer(&place.pointer).and_then(|value| limited(&place.node, value, limit));
            let before = body.clone();
            if let Some(new) = limited
                && set_if_valid(body, &form.schema, &place.pointer, new)
                && !form.can_send(body)
            {
                *body = before;
            }
        }
    }
    draft
}

/// Brings a parameter's value, and what is in it, to its limit.
fn limit_parameter(parameter: &Parameter, value: &mut Value, limit: Limit) {
    for place in places(&parameter.schema, &value.clone()) {
        let limited = value.pointer(&place.pointer).and_then(|here| limited(&place.node, here, limit));
        if let Some(new) = limited.filter(|new| is_told(parameter, value, &place.pointer, new)) {
            set_if_valid(value, &parameter.schema, &place.pointer, new);
        }
    }
}

/// Whether what is new at a place of a parameter can be written so that it is told from what is absent, and leaves
/// room in a URL.
fn is_told(parameter: &Parameter, value: &Value, at: &str, new: &Value) -> bool {
    let is_in_list = || pointer::split(at).and_then(|(list, _)| value.pointer(list)).is_some_and(Value::is_array);
    match new {
        _ if parameter.style == ParameterStyle::Json => true,
        // A name without a value is a text that is empty.
        Value::String(text) if text.is_empty() => parameter.location == ParameterLocation::Query && !is_in_list(),
        Value::String(text) => parameter.location != ParameterLocation::Path || text.len() <= LONGEST_IN_PATH,
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// A value like this one, at its limit.
fn limited(node: &Node<'_>, value: &Value, limit: Limit) -> Option<Value> {
    match value {
        Value::String(_) if limit == Limit::Upper && leap_day(node).is_some() => leap_day(node),
        Value::String(text) => {
            let length = count(node, limit, "minLength", "maxLength").filter(|length| *length <= LONGEST_TEXT)?;
            Some(text.chars().chain(std::iter::repeat('a')).take(length).collect::<String>().into())
        }
        Value::Array(items) => {
            let length = count(node, limit, "minItems", "maxItems").filter(|length| *length <= LONGEST_LIST)?;
            Some(items.iter().cycle().take(length).cloned().collect::<Vec<_>>().into())
        }
        Value::Number(_) => number(node, limit),
        _ => None,
    }
}

/// The day that most calendars have to be asked for, where a node is about days.
fn leap_day(node: &Node<'_>) -> Option<Value> {
    match node.keyword("format")?.value.as_str()? {
        "date" => Some("2024-02-29".into()),
        "date-time" => Some("2024-02-29T23:59:59Z".into()),
        _ => None,
    }
}

/// What a lower limit does not say is 0; what an upper one does not say is no limit.
fn count(node: &Node<'_>, limit: Limit, least: &str, most: &str) -> Option<usize> {
    match limit {
        Limit::Lower => Some(node.at_least(least).map_or(0, |(count, _)| count)),
        Limit::Upper => node.at_most(most).map(|(count, _)| count),
    }
}

/// The limit itself; next to one that is no part of the range, the next integer.
fn number(node: &Node<'_>, limit: Limit) -> Option<Value> {
    let (inside, beyond) = match limit {
        Limit::Lower => (node.highest("minimum"), node.highest("exclusiveMinimum").map(|(bound, _)| bound + 1.0)),
        Limit::Upper => (node.lowest("maximum"), node.lowest("exclusiveMaximum").map(|(bound, _)| bound - 1.0)),
    };
    inside.map(|(bound, _)| bound).or(beyond).map(super::negative::number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::Schema;
    use crate::generate::fixture::query_parameter;

    fn both(schema: Value, value: Value) -> (Option<Value>, Option<Value>) {
        let schema = Schema::standalone(schema).unwrap();
        let node = Node::root(&schema);
        (limited(&node, &value, Limit::Lower), limited(&node, &value, Limit::Upper))
    }

    #[test]
    fn a_value_is_brought_to_its_limits() {
        let text = both(json!({"minLength": 1, "maxLength": 4}), json!("ab"));
        assert_eq!(text, (Some(json!("a")), Some(json!("abaa"))));
        let number = both(json!({"minimum": 3, "exclusiveMaximum": 9}), json!(5));
        assert_eq!(number, (Some(json!(3)), Some(json!(8))));
        let list = both(json!({"maxItems": 3}), json!([1]));
        assert_eq!(list, (Some(json!([])), Some(json!([1, 1, 1]))));
        assert_eq!(both(json!({}), json!("ab")), (Some(json!("")), None));
        assert_eq!(both(json!({"format": "date"}), json!("2020-01-01")).1, Some(json!("2024-02-29")));
    }

    #[test]
    fn what_is_inside_a_parameter_goes_to_its_limits_too() {
        let schema = json!({"type": "object", "properties": {
            "shelf": {"type": "string", "maxLength": 5}, "floor": {"type": "integer", "maximum": 9},
            "tags": {"type": "array", "items": {"type": "string"}}
        }});
        let limited = |style, limit| {
            let mut value = json!({"shelf": "ab", "floor": 3, "tags": ["x"]});
            limit_parameter(&query_parameter(style, true, schema.clone()), &mut value, limit);
            value
        };
        let high = json!({"shelf": "abaaa", "floor": 9, "tags": ["x"]});
        assert_eq!(limited(ParameterStyle::DeepObject, Limit::Upper), high);
        assert_eq!(limited(ParameterStyle::DeepObject, Limit::Lower), json!({"shelf": "", "floor": 3, "tags": ["x"]}));
        assert_eq!(limited(ParameterStyle::Json, Limit::Lower), json!({"shelf": "", "floor": 3, "tags": []}));
    }
}
