//! Failures of a schema, said as findings.

use std::collections::HashSet;

use serde_json::Value;

use super::excerpt::{excerpt, excerpt_of};
use super::{At, Evidence, Severity, Sink};
use crate::contract::{PromiseId, Schema, SchemaFailure};

/// Most findings of one rule on one instance; what follows is mostly the same mistake again.
const MOST: usize = 5;

/// A value and the promises about it.
pub(super) struct Instance<'a> {
    /// The value.
    pub value: &'a Value,
    /// What it must be.
    pub schema: &'a Schema,
    /// What messages call it, such as `the body`.
    pub name: &'a str,
    /// Where it stands; a pointer is added.
    pub at: At,
    /// The promises around the schema, nearest first: kept along with it, and the source of a keyword
    /// that has none of its own.
    pub around: Vec<PromiseId>,
}

/// Judges an instance with its schema. One finding a place and keyword.
pub(super) fn judge(instance: &Instance<'_>, evidence: &Evidence<'_>, sink: &mut Sink) {
    let failures = instance.schema.failures(instance.value);
    if failures.is_empty() {
        sink.pass(kept(instance));
        return;
    }
    let mut seen = HashSet::new();
    let distinct = failures.iter().filter(|failure| seen.insert((&failure.instance, &failure.keyword)));
    for failure in distinct.take(MOST) {
        let part = instance.value.pointer(&failure.instance).unwrap_or(instance.value);
        let said = Said::of(failure, part, &named(instance.name, &failure.instance));
        let mut finding = sink.finding(said.message);
        // The document may close an object, but a client that reads JSON as JSON skips what it does not know.
        if matches!(failure.keyword.as_str(), "additionalProperties" | "unevaluatedProperties") {
            finding.severity = finding.severity.min(Severity::Warning);
        }
        let whole_header = instance.at.header.is_some() && failure.instance.is_empty();
        finding.at = At { pointer: (!whole_header).then(|| failure.instance.clone()), ..instance.at.clone() };
        finding.expected = said.expected;
        finding.actual = excerpt_of(part);
        let promise = failure.promise.or(instance.around.first().copied());
        sink.fail(finding.breaking(evidence.contract, promise));
    }
}

/// The promises around the schema, and those in it that speak about something in the instance.
pub(super) fn kept(instance: &Instance<'_>) -> Vec<PromiseId> {
    let present = instance.schema.promises().iter().filter(|promise| is_present(instance.value, &promise.path));
    present.map(|promise| promise.promise).chain(instance.around.iter().copied()).collect()
}

/// Whether a path of property names leads somewhere; `*` is any item or member.
fn is_present(value: &Value, path: &[String]) -> bool {
    let Some((step, rest)) = path.split_first() else { return true };
    match value {
        Value::Array(items) if step == "*" => items.iter().any(|item| is_present(item, rest)),
        Value::Object(members) if step == "*" => members.values().any(|member| is_present(member, rest)),
        Value::Object(members) => members.get(step).is_some_and(|member| is_present(member, rest)),
        _ => false,
    }
}

/// The part of an instance that a pointer leads to, as people write it: `` `messages[0].role` ``.
pub(super) fn named(whole: &str, pointer: &str) -> String {
    let mut name = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if step.parse::<usize>().is_ok() {
            name.push_str(&format!("[{step}]"));
        } else {
            name.push_str(if name.is_empty() { "" } else { "." });
            name.push_str(&step);
        }
    }
    if name.is_empty() { whole.to_owned() } else { format!("`{name}`") }
}

/// A failure in words.
struct Said {
    message: String,
    expected: String,
}

impl Said {
    fn of(failure: &SchemaFailure, part: &Value, name: &str) -> Self {
        let wanted: Option<Value> = serde_json::from_str(&failure.expected).ok();
        let said = wanted.as_ref().and_then(|wanted| keyword(&failure.keyword, wanted, part, name));
        said.unwrap_or_else(|| Said {
            message: format!("{name} breaks `{}`: {}", failure.keyword, failure.message),
            expected: excerpt(&failure.expected),
        })
    }
}

/// The keywords that people meet most; `None` for the others.
fn keyword(keyword: &str, wanted: &Value, part: &Value, name: &str) -> Option<Said> {
    let (message, expected) = match keyword {
        "type" => {
            let kinds = kinds(wanted)?;
            (format!("{name} is {}, not {kinds}", kind(part)), kinds)
        }
        "required" => {
            let members = missing(wanted, part)?;
            let verb = if members.contains(',') { "are" } else { "is" };
            let of = if name.starts_with('`') { format!(" in {name}") } else { String::new() };
            (format!("{members} {verb} missing{of}"), format!("member {members}"))
        }
        "enum" => {
            let values = wanted.as_array()?.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
            (format!("{name} is none of the documented values"), format!("one of {values}"))
        }
        "const" => (format!("{name} is not the documented value"), wanted.to_string()),
        "format" => {
            let format = wanted.as_str()?;
            (format!("{name} is no {format}"), format!("a {format}"))
        }
        "pattern" => (format!("{name} does not have the documented form"), format!("text that matches {wanted}")),
        "minLength" => (format!("{name} is too short"), format!("at least {wanted} characters")),
        "maxLength" => (format!("{name} is too long"), format!("at most {wanted} characters")),
        "minimum" => (format!("{name} is too small"), format!("at least {wanted}")),
        "maximum" => (format!("{name} is too large"), format!("at most {wanted}")),
        "minItems" => (format!("{name} has too few items"), format!("at least {wanted} items")),
        "maxItems" => (format!("{name} has too many items"), format!("at most {wanted} items")),
        "x-max-json-length" => {
            (format!("{name} is too long as JSON text"), format!("at most {wanted} characters of compact JSON"))
        }
        "oneOf" | "anyOf" => {
            let forms = wanted.as_array()?.len();
            (format!("{name} has none of the documented forms"), format!("one of {forms} documented forms"))
        }
        _ => return None,
    };
    Some(Said { message, expected: excerpt(&expected) })
}

fn missing(required: &Value, part: &Value) -> Option<String> {
    let members = part.as_object()?;
    let names = required.as_array()?.iter().filter_map(Value::as_str).filter(|name| !members.contains_key(*name));
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn kinds(wanted: &Value) -> Option<String> {
    let names: Vec<&str> = match wanted {
        Value::String(name) => vec![name],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    Some(names.into_iter().map(with_article).collect::<Vec<_>>().join(" or "))
}

fn kind(value: &Value) -> String {
    with_article(match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    })
}

fn with_article(kind: &str) -> String {
    match kind {
        "null" => kind.to_owned(),
        "array" | "integer" | "object" => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(schema: Value, instance: Value) -> Vec<(String, String)> {
        let failures = Schema::standalone(schema).unwrap().failures(&instance);
        let said = failures.iter().map(|failure| {
            let part = instance.pointer(&failure.instance).unwrap();
            Said::of(failure, part, &named("the body", &failure.instance))
        });
        said.map(|said| (said.message, said.expected)).collect()
    }

    #[test]
    fn a_failure_begins_with_the_member_that_is_wrong() {
        let schema = json!({"properties": {
            "orgId": {"type": ["string", "null"]},
            "state": {"enum": ["OPEN", "CLOSED"]},
            "messages": {"items": {"required": ["role"]}},
        }});
        let said = said(schema, json!({"orgId": 5, "state": "open", "messages": [{}]}));
        let pair = |message: &str, expected: &str| (message.to_owned(), expected.to_owned());
        assert_eq!(
            said,
            [
                pair("`orgId` is a number, not a string or null", "a string or null"),
                pair("`state` is none of the documented values", r#"one of "OPEN", "CLOSED""#),
                pair("`role` is missing in `messages[0]`", "member `role`"),
            ]
        );
    }

    #[test]
    fn a_keyword_without_words_of_its_own_is_named() {
        let said = said(json!({"multipleOf": 5}), json!(7));
        assert_eq!(said[0].0, "the body breaks `multipleOf`: value is not a multiple of 5");
    }

    #[test]
    fn a_path_is_present_when_any_item_has_it() {
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        let value = json!({"messages": [{}, {"role": "user"}]});
        assert!(is_present(&value, &path("messages.*.role")));
        assert!(!is_present(&value, &path("messages.*.id")));
        assert!(is_present(&value, &[]));
    }
}
