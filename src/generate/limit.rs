//! The fullest request with everything at its lower limit, and at its upper one.

use serde_json::Value;

use super::caller::Caller;
use super::draft::Draft;
use super::identity::set_if_valid;
use super::maker::Maker;
use super::place::places;
use super::pointer;
use super::strategy::Node;
use crate::contract::{Location, ParameterLocation};

/// Longer texts are not made because a limit allows them.
const LONGEST_TEXT: usize = 20_000;

/// Longer lists are not made because a limit allows them.
const LONGEST_LIST: usize = 200;

/// One of the two limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Lower,
    Upper,
}

/// Both drafts; one that changes nothing is the same as its base.
pub(super) fn limits(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft) -> Vec<(String, Draft)> {
    let named = [("low", Limit::Lower), ("high", Limit::Upper)];
    named.into_iter().map(|(name, limit)| (name.to_owned(), at(maker, caller, base, limit))).collect()
}

fn at(maker: &Maker<'_>, caller: &Caller<'_>, base: &Draft, limit: Limit) -> Draft {
    let mut draft = base.clone();
    for (parameter, value) in maker.operation.parameters.iter().zip(&mut draft.parameters) {
        let is_free = parameter.location != ParameterLocation::Path && caller.value(&parameter.part()).is_none();
        let Some(known) = value.as_ref().filter(|_| is_free) else { continue };
        // What is empty cannot be told from what is absent.
        let is_empty = |value: &Value| value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty);
        let node = Node::root(&parameter.schema).settled(known);
        let limited = limited(&node, known, limit).filter(|new| !is_empty(new) && parameter.schema.is_valid(new));
        if let Some(new) = limited {
            *value = Some(new);
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
            if let Some(new) = limited {
                set_if_valid(body, &form.schema, &place.pointer, new);
            }
        }
    }
    draft
}

/// A value like this one, at its limit.
fn limited(node: &Node<'_>, value: &Value, limit: Limit) -> Option<Value> {
    match value {
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
    }
}
