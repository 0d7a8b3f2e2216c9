//! Failures of a schema, said as findings.

use std::cmp::Reverse;
use std::collections::HashSet;

use serde_json::Value;

use super::excerpt::{excerpt, excerpt_of};
use super::{At, Evidence, Severity, Sink};
use crate::contract::{Contract, PromiseId, Schema, SchemaFailure, SchemaPromise, Source, Strength};

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
    /// What a finding cites where no promise is behind it.
    pub source: Option<Source>,
}

/// Judges an instance with its schema. One finding a place and keyword.
pub(super) fn judge(instance: &Instance<'_>, evidence: &Evidence<'_>, sink: &mut Sink) {
    let failures = instance.schema.failures(instance.value);
    if failures.is_empty() {
        sink.pass(kept(instance));
        return;
    }
    for (failure, promise) in firmest(&failures, instance, evidence.contract).into_iter().take(MOST) {
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
        finding.source = instance.source.clone().or(finding.source);
        sink.fail(finding.breaking(evidence.contract, promise));
    }
    let sound = sound(instance, &failures);
    if !sound.is_empty() {
        sink.pass(sound);
    }
}

/// The promises about parts of the instance that no failure touches.
fn sound(instance: &Instance<'_>, failures: &[SchemaFailure]) -> Vec<PromiseId> {
    let is_sound = |promise: &&SchemaPromise| {
        promise.is_about(instance.value) && !failures.iter().any(|failure| touches(failure, &promise.path))
    };
    instance.schema.promises().iter().filter(is_sound).map(|promise| promise.promise).collect()
}

/// Whether a value of the wrong type stands in place of what holds the part that a path leads to.
fn is_lost(failure: &SchemaFailure, path: &[String]) -> bool {
    failure.keyword == "type" && path.len() > failure.instance.split('/').skip(1).count() && touches(failure, path)
}

/// Whether a failure stands at, inside or, where all of a value is of the wrong type, around the part
/// that a path leads to.
fn touches(failure: &SchemaFailure, path: &[String]) -> bool {
    let at: Vec<&str> = failure.instance.split('/').skip(1).collect();
    let agrees = path.iter().zip(&at).all(|(step, name)| step == "*" || step == name);
    agrees && (path.len() <= at.len() || failure.keyword == "type")
}

/// One failure a place and keyword, with the promise that it breaks, the firmest first: of a documented
/// list of values and an inferred shorter one, the documented one is what counts.
fn firmest<'f>(
    failures: &'f [SchemaFailure],
    instance: &Instance<'_>,
    contract: &Contract,
) -> Vec<(&'f SchemaFailure, Option<PromiseId>)> {
    let around = instance.around.first().copied();
    let strength = |promise: Option<PromiseId>| {
        promise.map_or(Strength::Documented, |promise| contract.promise(promise).source.strength)
    };
    let blame = |failure: &SchemaFailure| {
        let nearest = failure.promise.or(around);
        // A value of another type has none of the parts that the document speaks about.
        let parts = instance.schema.promises().iter().filter(|promise| is_lost(failure, &promise.path));
        let firmest = parts.map(|part| Some(part.promise)).rev().max_by_key(|promise| strength(*promise));
        firmest.filter(|promise| strength(*promise) > strength(nearest)).unwrap_or(nearest)
    };
    let mut blamed: Vec<_> = failures.iter().map(|failure| (failure, blame(failure))).collect();
    blamed.sort_by_key(|(_, promise)| Reverse(strength(*promise)));
    let mut seen = HashSet::new();
    blamed.retain(|(failure, _)| {
        // Two lists of required members ask for different members.
        let list = (failure.keyword == "required").then_some(&failure.expected);
        seen.insert((&failure.instance, &failure.keyword, list))
    });
    blamed
}

/// The promises around the schema, and those in it that speak about something in the instance.
pub(super) fn kept(instance: &Instance<'_>) -> Vec<PromiseId> {
    let present = instance.schema.promises().iter().filter(|promise| promise.is_about(instance.value));
    present.map(|promise| promise.promise).chain(instance.around.iter().copied()).collect()
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
        // A long list is cut, and then no JSON any more: it is shown as it is.
        let wanted = serde_json::from_str(&failure.expected).unwrap_or_else(|_| Value::from(failure.expected.as_str()));
        let said = keyword(&failure.keyword, &wanted, part, name);
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
            let values = match wanted {
                Value::Array(values) => values.iter().map(Value::to_string).collect::<Vec<_>>().join(", "),
                cut => cut.as_str()?.trim_start_matches('[').to_owned(),
            };
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

    use super::super::support::Scene;
    use super::*;
    use crate::contract::Subject;

    fn said(schema: Value, instance: Value) -> Vec<(String, String)> {
        let failures = Schema::standalone(schema).unwrap().failures(&instance);
        let said = failures.iter().map(|failure| {
            let part = instance.pointer(&failure.instance).unwrap();
            Said::of(failure, part, &named("the body", &failure.instance))
        });
        said.map(|said| (said.message, said.expected)).collect()
    }

    #[test]
    fn a_failure_touches_what_it_stands_in_and_nothing_beside_it() {
        let failure = |instance: &str, keyword: &str| SchemaFailure {
            instance: instance.to_owned(),
            schema: String::new(),
            keyword: keyword.to_owned(),
            message: String::new(),
            expected: String::new(),
            promise: None,
        };
        let path = |steps: &[&str]| steps.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>();
        let state = failure("/state", "enum");
        assert!(touches(&state, &path(&["state"])) && touches(&state, &[]));
        assert!(!touches(&state, &path(&["id"])));
        let role = failure("/messages/1/role", "enum");
        assert!(touches(&role, &path(&["messages", "*", "role"])));
        assert!(!touches(&role, &path(&["messages", "*", "content"])));
        assert!(!touches(&failure("", "required"), &path(&["id"])), "a missing member leaves the others as they are");
        assert!(touches(&failure("/payload", "type"), &path(&["payload", "message"])));
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
    fn of_two_broken_lists_of_values_the_documented_one_counts() {
        let mut scene = Scene::new();
        let inferred = scene.promise(Subject::ResponseBody, Strength::Inferred);
        let documented = scene.promise(Subject::ResponseBody, Strength::Documented);
        let failure = |promise| SchemaFailure {
            instance: "/state".to_owned(),
            schema: "/properties/state/enum".to_owned(),
            keyword: "enum".to_owned(),
            message: String::new(),
            expected: "[]".to_owned(),
            promise: Some(promise),
        };
        let failures = [failure(inferred), failure(documented)];
        let schema = Schema::standalone(json!({})).unwrap();
        let instance = Instance {
            value: &Value::Null,
            schema: &schema,
            name: "it",
            at: At::default(),
            around: Vec::new(),
            source: None,
        };
        let blamed = firmest(&failures, &instance, &scene.contract());
        assert_eq!(blamed.iter().map(|(_, promise)| *promise).collect::<Vec<_>>(), [Some(documented)]);
    }

    #[test]
    fn a_keyword_without_words_of_its_own_is_named() {
        let said = said(json!({"multipleOf": 5}), json!(7));
        assert!(said[0].0.starts_with("the body breaks `multipleOf`: "), "{}", said[0].0);
    }
}
