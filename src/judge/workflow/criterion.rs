//! Whether a criterion holds (Arazzo 1.0.1, Criterion Object).

use std::cmp::Ordering;

use serde_json::Value;
use serde_json_path::JsonPath;

use super::known::{Known, Sent};
use crate::contract::Expression;
use crate::generate::suite::{Comparison, Condition, Criterion, Operand, Test};
use crate::judge::evidence::{unreadable, unreadable_json};

/// Whether something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    Yes,
    No,
    /// It cannot be told, and why.
    Unknown(String),
}

impl From<bool> for Held {
    fn from(holds: bool) -> Self {
        if holds { Held::Yes } else { Held::No }
    }
}

pub(super) fn held(criterion: &Criterion, known: &Known, sent: Option<Sent<'_>>) -> Held {
    let with_context = |context: &Expression, holds: &dyn Fn(&Value) -> bool| match unknown(context, known, sent) {
        Some(reason) => Held::Unknown(reason),
        None => known.value_of(context, sent).is_some_and(|value| holds(&value)).into(),
    };
    match &criterion.test {
        Test::Simple(condition) => evaluated(condition, known, sent),
        Test::Regex { context, pattern } => with_context(context, &|value| match value {
            Value::String(text) => pattern.is_match(text),
            other => pattern.is_match(&other.to_string()),
        }),
        Test::JsonPath { context, path } => with_context(context, &|value| selects(&criterion.text, path, value)),
        Test::Unjudged(kind) => Held::Unknown(format!("a criterion of type {kind} is not supported")),
    }
}

/// Whether a query selects something. A filter right at the root is meant for the root itself where that is
/// no list: so it stands in the standard's own examples, `$[?count(@.pets) > 0]` for `{"pets": …}`, though
/// RFC 9535 would ask the root's members.
fn selects(text: &str, path: &JsonPath, value: &Value) -> bool {
    if text.trim_start().starts_with("$[?") && !value.is_array() {
        return !path.query(&Value::Array(vec![value.clone()])).is_empty();
    }
    !path.query(value).is_empty()
}

fn evaluated(condition: &Condition, known: &Known, sent: Option<Sent<'_>>) -> Held {
    let evaluated = |condition: &Condition| evaluated(condition, known, sent);
    match condition {
        Condition::Holds(operand) => match unknown_operand(operand, known, sent) {
            Some(reason) => Held::Unknown(reason),
            None => is_true(value(operand, known, sent).as_ref()).into(),
        },
        Condition::Compare { left, comparison, right } => {
            let reason = [left, right].into_iter().find_map(|side| unknown_operand(side, known, sent));
            match reason {
                Some(reason) => Held::Unknown(reason),
                None => {
                    let [left, right] = [left, right].map(|side| value(side, known, sent));
                    holds(left.as_ref(), *comparison, right.as_ref()).into()
                }
            }
        }
        Condition::Not(inner) => match evaluated(inner) {
            Held::Yes => Held::No,
            Held::No => Held::Yes,
            unknown @ Held::Unknown(_) => unknown,
        },
        Condition::All(parts) => decided(parts.iter().map(evaluated), &Held::No, Held::Yes),
        Condition::Any(parts) => decided(parts.iter().map(evaluated), &Held::Yes, Held::No),
    }
}

/// One part that decides outweighs those that cannot be told.
fn decided(parts: impl Iterator<Item = Held>, decisive: &Held, otherwise: Held) -> Held {
    let mut result = otherwise;
    for part in parts {
        if part == *decisive {
            return part;
        }
        if matches!(part, Held::Unknown(_)) && !matches!(result, Held::Unknown(_)) {
            result = part;
        }
    }
    result
}

fn value(operand: &Operand, known: &Known, sent: Option<Sent<'_>>) -> Option<Value> {
    match operand {
        Operand::Literal(value) => Some(value.clone()),
        Operand::Expression(expression) => known.value_of(expression, sent),
    }
}

fn unknown_operand(operand: &Operand, known: &Known, sent: Option<Sent<'_>>) -> Option<String> {
    match operand {
        Operand::Literal(_) => None,
        Operand::Expression(expression) => unknown(expression, known, sent),
    }
}

/// Why it cannot be told what an expression stands for.
fn unknown(expression: &Expression, known: &Known, sent: Option<Sent<'_>>) -> Option<String> {
    if matches!(expression, Expression::Source { .. } | Expression::Component { .. }) {
        return Some(format!("`{expression}` cannot be used in a criterion"));
    }
    if known.lacks(expression) {
        return Some(format!("`{expression}` is not known: an earlier step did not give it"));
    }
    let Expression::ResponseBody(_) = expression else { return None };
    let answer = sent?.exchange.answer()?;
    let error = || serde_json::from_slice::<Value>(&answer.body).err();
    unreadable(answer).or_else(|| unreadable_json(&answer.body, &error()?).map(str::to_owned))
}

fn is_true(value: Option<&Value>) -> bool {
    !matches!(value, None | Some(Value::Null | Value::Bool(false)))
}

/// Whether a comparison holds. What is not there is null, and comparable with nothing else: a header that is
/// missing differs from no other.
fn holds(left: Option<&Value>, comparison: Comparison, right: Option<&Value>) -> bool {
    let (left, right) = match (left, right) {
        (None, Some(Value::Null)) | (Some(Value::Null), None) => (&Value::Null, &Value::Null),
        (Some(left), Some(right)) => (left, right),
        _ => return false,
    };
    let order = compared(left, right);
    match comparison {
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Less => order == Some(Ordering::Less),
        Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Comparison::Greater => order == Some(Ordering::Greater),
        Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// How two values compare; `None` where they have no order and differ. Text compares without regard to
/// case (Arazzo 1.0, Criterion Object), and as a number or a boolean beside one: headers know only text.
fn compared(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::String(left), Value::String(right)) => Some(left.to_lowercase().cmp(&right.to_lowercase())),
        (Value::Bool(truth), Value::String(text)) | (Value::String(text), Value::Bool(truth)) => {
            text.trim().eq_ignore_ascii_case(&truth.to_string()).then_some(Ordering::Equal)
        }
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => (left == right).then_some(Ordering::Equal),
        },
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn compare(left: Value, comparison: Comparison, right: Value) -> bool {
        holds(Some(&left), comparison, Some(&right))
    }

    #[test]
    fn values_compare_as_the_standard_says() {
        assert!(compare(json!("OPEN"), Comparison::Equal, json!("open")));
        assert!(compare(json!("60"), Comparison::GreaterOrEqual, json!(60)));
        assert!(compare(json!("True"), Comparison::Equal, json!(true)));
        assert!(compare(json!(null), Comparison::NotEqual, json!("x")));
        assert!(!compare(json!({"a": 1}), Comparison::Less, json!({"a": 2})));
    }

    #[test]
    fn what_is_not_there_is_null_and_nothing_else() {
        assert!(holds(None, Comparison::Equal, Some(&Value::Null)));
        assert!(!holds(None, Comparison::NotEqual, Some(&Value::Null)));
        assert!(!holds(None, Comparison::NotEqual, Some(&json!("x"))));
        assert!(!holds(None, Comparison::Equal, None));
    }

    #[test]
    fn a_part_that_decides_outweighs_one_that_cannot_be_told() {
        let unknown = || Held::Unknown("why".to_owned());
        let any = |parts: Vec<Held>| decided(parts.into_iter(), &Held::Yes, Held::No);
        assert_eq!(any(vec![unknown(), Held::Yes]), Held::Yes);
        assert_eq!(any(vec![unknown(), Held::No]), unknown());
        assert_eq!(any(vec![Held::No]), Held::No);
    }

    #[test]
    fn a_filter_at_the_root_asks_the_root_unless_it_is_a_list() {
        let selects = |text: &str, value: Value| selects(text, &JsonPath::parse(text).unwrap(), &value);
        assert!(selects("$[?count(@.pets[*]) > 1]", json!({"pets": [1, 2]})));
        assert!(!selects("$[?count(@.pets[*]) > 1]", json!({"pets": [1]})));
        assert!(selects("$[?@.id == 2]", json!([{"id": 1}, {"id": 2}])));
        assert!(selects("$.pets[0]", json!({"pets": [null]})));
        assert!(!selects("$.pets[0]", json!({"pets": []})));
    }
}
