//! Conditions of type `simple` (Arazzo 1.0 section 4.6.11), one comparison each.

use serde_json::Value;

use crate::generate::{Comparison, Criterion, Operand};

/// The longer operators first: `<=` begins with `<`.
const OPERATORS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<=", Comparison::LessOrEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
];

/// Reads a condition; `None` where it is more than one comparison.
pub(super) fn parse(text: &str) -> Option<Criterion> {
    if ["&&", "||"].iter().any(|joint| text.contains(joint)) {
        return None;
    }
    let at = |operator: &str| text.find(operator);
    let (position, operator, comparison) = OPERATORS
        .iter()
        .filter_map(|(operator, comparison)| Some((at(operator)?, *operator, *comparison)))
        .min_by_key(|(position, operator, _)| (*position, std::cmp::Reverse(operator.len())))?;
    let (left, right) = (text.get(..position)?, text.get(position + operator.len()..)?);
    Some(Criterion { text: text.to_owned(), left: operand(left)?, comparison, right: operand(right)? })
}

fn operand(text: &str) -> Option<Operand> {
    let text = text.trim();
    if text.starts_with('$') {
        return text.parse().ok().map(Operand::Expression);
    }
    let quoted = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    if let Some(quoted) = quoted {
        return Some(Operand::Literal(Value::from(quoted.replace("''", "'"))));
    }
    serde_json::from_str(text).ok().map(Operand::Literal)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::Expression;

    #[test]
    fn a_comparison_has_two_sides() {
        let criterion = parse("$statusCode == 200").unwrap();
        assert_eq!(criterion.left, Operand::Expression(Expression::StatusCode));
        assert_eq!(criterion.comparison, Comparison::Equal);
        assert_eq!(criterion.right, Operand::Literal(json!(200)));
        let criterion = parse("$response.body#/state != 'CLOSED'").unwrap();
        assert_eq!(criterion.right, Operand::Literal(json!("CLOSED")));
        assert_eq!(parse("$statusCode <= 299").unwrap().comparison, Comparison::LessOrEqual);
    }

    #[test]
    fn what_is_no_single_comparison_is_not_read() {
        for text in ["$statusCode == 200 && true == true", "$statusCode", "", "x == y"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
