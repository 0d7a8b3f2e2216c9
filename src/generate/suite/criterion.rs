//! What must hold of the exchange of a step (Arazzo 1.0.1, Criterion Object).

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json_path::JsonPath;

use super::SuiteError;
use super::condition::{self, Condition, Operand};
use super::node::{field, text, wrong};
use crate::contract::{Expression, Placed};

/// A criterion as the suite writes it, read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Criterion {
    /// The condition as the suite writes it.
    pub text: String,
    /// What it asks.
    pub test: Test,
}

/// What a criterion asks.
#[derive(Debug, Clone)]
pub enum Test {
    /// A condition holds.
    Simple(Condition),
    /// A regular expression matches somewhere in the context.
    Regex {
        /// What it is applied to.
        context: Expression,
        /// The expression.
        pattern: Regex,
    },
    /// A JSONPath query (RFC 9535) selects something in the context.
    JsonPath {
        /// What it is applied to.
        context: Expression,
        /// The query.
        path: JsonPath,
    },
    /// It is of a type that we cannot judge by; the text says which.
    Unjudged(String),
}

impl Criterion {
    /// The expressions in it, from left to right.
    pub fn expressions(&self) -> Vec<&Expression> {
        match &self.test {
            Test::Simple(condition) => condition.operands().into_iter().filter_map(Operand::expression).collect(),
            Test::Regex { context, .. } | Test::JsonPath { context, .. } => vec![context],
            Test::Unjudged(_) => Vec::new(),
        }
    }
}

/// A criterion as a suite writes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Written {
    condition: String,
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<String>,
}

impl From<Criterion> for Written {
    fn from(Criterion { text, test }: Criterion) -> Self {
        let (kind, context) = match test {
            Test::Simple(_) => (None, None),
            Test::Regex { context, .. } => (Some("regex".to_owned()), Some(context.to_string())),
            Test::JsonPath { context, .. } => (Some("jsonpath".to_owned()), Some(context.to_string())),
            Test::Unjudged(kind) => (Some(kind), None),
        };
        Written { condition: text, kind, context }
    }
}

impl TryFrom<Written> for Criterion {
    type Error = String;

    fn try_from(Written { condition, kind, context }: Written) -> Result<Self, String> {
        let context = || {
            let written = context.as_deref().ok_or("a criterion of this type has a context")?;
            written.parse::<Expression>().map_err(|error| error.to_string())
        };
        let test = match kind.as_deref() {
            None => Test::Simple(condition::parse(&condition)?),
            Some("regex") => Test::Regex { context: context()?, pattern: pattern(&condition)? },
            Some("jsonpath") => {
                let path = JsonPath::parse(&condition).map_err(|error| error.to_string())?;
                Test::JsonPath { context: context()?, path }
            }
            Some(other) => Test::Unjudged(other.to_owned()),
        };
        Ok(Criterion { text: condition, test })
    }
}

/// Reads a criterion.
pub(super) fn read(node: &Placed) -> Result<Criterion, SuiteError> {
    let condition = text(node, "condition")?;
    let at = field(node, "condition")?;
    let (kind, version) = kind(node)?;
    let test = match (kind, version) {
        ("simple", _) => Test::Simple(condition::parse(condition).map_err(|error| {
            wrong(at, format!("this condition cannot be read: {error}"), "such as `$statusCode == 200`")
        })?),
        ("regex", _) => {
            let pattern = pattern(condition).map_err(|error| {
                wrong(at, format!("this is no regular expression: {error}"), "write one such as `^2`")
            })?;
            Test::Regex { context: context(node)?, pattern }
        }
        ("jsonpath", None) => {
            let path = JsonPath::parse(condition)
                .map_err(|error| wrong(at, format!("this is no JSONPath: {error}"), "write it as RFC 9535 has it"))?;
            Test::JsonPath { context: context(node)?, path }
        }
        ("jsonpath" | "xpath", version) => {
            context(node)?;
            Test::Unjudged(version.map_or_else(|| kind.to_owned(), |version| format!("{kind} of version {version}")))
        }
        (other, _) => {
            let help = "it is `simple`, `regex`, `jsonpath` or `xpath`";
            return Err(wrong(node, format!("`{other}` is no type of criterion"), help));
        }
    };
    Ok(Criterion { text: condition.to_owned(), test })
}

fn pattern(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|error| {
        // What comes before the last line draws the expression, which is shown anyway.
        let error = error.to_string();
        error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}

/// The type and, where it is written as an object, its version.
fn kind(node: &Placed) -> Result<(&str, Option<&str>), SuiteError> {
    match node.get("type") {
        None => Ok(("simple", None)),
        Some(kind) => match kind.text() {
            Some(kind) => Ok((kind, None)),
            None => Ok((text(kind, "type")?, Some(text(kind, "version")?))),
        },
    }
}

fn context(node: &Placed) -> Result<Expression, SuiteError> {
    let written = text(node, "context")?;
    written.parse().map_err(|error| wrong(node, format!("{error}"), "a context such as `$response.body`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_criterion_reads_back_as_it_was_written() {
        for text in [
            r#"{"condition":"$statusCode == 200"}"#,
            r#"{"condition":"^2","type":"regex","context":"$statusCode"}"#,
            r#"{"condition":"$.a[?@.b == 1]","type":"jsonpath","context":"$response.body#"}"#,
            r#"{"condition":"//a","type":"xpath"}"#,
        ] {
            let criterion: Criterion = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&criterion).unwrap(), text);
        }
        assert!(serde_json::from_str::<Criterion>(r#"{"condition":"^2","type":"regex"}"#).is_err());
    }
}
