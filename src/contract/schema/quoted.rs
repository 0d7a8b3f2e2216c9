//! Numbers and truth values that stand in quotes.

use serde_json::Value;

use super::keywords::Holds;
use super::normalise::{Writer, shown};
use crate::contract::document::Node;
use crate::contract::read::meant_flag;

impl<'a> Writer<'_, 'a> {
    /// Generators of documents write `"maximum": "50"`; what is meant is plain.
    pub(super) fn number_in_quotes(&mut self, key: &str, holds: Holds, node: &'a Node) -> Option<Value> {
        let number = node.as_str().and_then(|text| text.trim().parse::<serde_json::Number>().ok());
        let number = number.filter(|number| match holds {
            Holds::Count => number.is_u64(),
            Holds::PositiveNumber => number.as_f64() > Some(0.0),
            _ => true,
        });
        if number.is_some() {
            self.note(node, &format!("`{key}` is a string, read as the number in it"), "remove the quotes");
        } else {
            self.wrong(key, holds, node);
        }
        number.map(Value::Number)
    }

    /// The same with truth values, for which YAML 1.1 has more words.
    pub(super) fn flag_in_quotes(&mut self, what: &str, node: &'a Node) -> Option<bool> {
        let flag = meant_flag(node.as_str()?)?;
        self.note(node, &format!("{what} is the text {}, read as {flag}", shown(node)), "write it without quotes");
        Some(flag)
    }
}

/// Whether a flag is set, perhaps in quotes.
pub(super) fn is_set(node: &Node) -> bool {
    node.as_bool().or_else(|| meant_flag(node.as_str()?)) == Some(true)
}
