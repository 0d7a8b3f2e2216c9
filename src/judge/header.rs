//! Whether the documented headers are there and hold what the document says.

use serde_json::{Map, Value};

use super::excerpt::excerpt;
use super::shape::{self, Instance};
use super::{At, Evidence, Rule, RuleSource, Severity, Sink};
use crate::contract::{HeaderEncoding, ResponseHeader, Schema};
use crate::send::Answer;

const MISSING: Rule = Rule {
    id: "header/missing",
    severity: Severity::Error,
    what: "Every header that the document promises on an answer is there.",
    why: "A client that reads an id from a header has nothing to go on without it.",
    source: RuleSource::Contract,
    example: "HTTP/1.1 200 OK without X-Conversation-Id, where the document promises it",
    judge: missing,
};

const SCHEMA: Rule = Rule {
    id: "header/schema",
    severity: Severity::Error,
    what: "A documented header holds a value of its schema, once, and JSON text where the document says so.",
    why: "Headers are read by code that trusts their form.",
    source: RuleSource::Contract,
    example: "X-UI-Spec: {type: product-grid}, where the document says JSON",
    judge: schema,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[MISSING, SCHEMA];

/// The documented headers of the answer. Content-Type is judged as the media type (OpenAPI 3.1 4.8.17).
fn documented<'a>(evidence: &Evidence<'a>) -> Option<(&'a Answer, impl Iterator<Item = &'a ResponseHeader>)> {
    let headers = evidence.documented_method().then_some(&evidence.response()?.headers)?;
    let judged = headers.iter().filter(|header| !header.name.eq_ignore_ascii_case("content-type"));
    Some((evidence.answer()?, judged))
}

fn missing(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((answer, headers)) = documented(evidence) else { return };
    for header in headers.filter(|header| header.required) {
        if answer.header_values(&header.name).next().is_some() {
            sink.pass(header.promises.iter().copied());
            continue;
        }
        let mut finding = sink.finding(format!("{} is missing", header.name));
        finding.at = At::header(&header.name);
        finding.expected = format!("{} on every {}", header.name, answer.status);
        finding.actual = "no such header".to_owned();
        sink.fail(finding.breaking(evidence.contract, header.promises.iter().copied()));
    }
}

fn schema(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((answer, headers)) = documented(evidence) else { return };
    for header in headers {
        let fields: Vec<_> = answer.header_values(&header.name).map(String::from_utf8_lossy).collect();
        let value = match fields.as_slice() {
            [] => continue,
            [one] => read(header, one),
            many if takes(&header.schema, "array") => read(header, &many.join(", ")),
            many => Err(format!("{} is sent {} times", header.name, many.len())),
        };
        match value {
            Ok(value) => judge_value(&value, header, evidence, sink),
            Err(message) => {
                let mut finding = sink.finding(message);
                finding.at = At::header(&header.name);
                finding.expected = match header.encoding {
                    HeaderEncoding::Json => "one field of JSON text".to_owned(),
                    HeaderEncoding::Simple => "one field".to_owned(),
                };
                finding.actual = excerpt(&fields.join(", "));
                sink.fail(finding.breaking(evidence.contract, header.promises.iter().copied()));
            }
        }
    }
}

fn judge_value(value: &Value, header: &ResponseHeader, evidence: &Evidence<'_>, sink: &mut Sink) {
    let at = At::header(&header.name);
    let around = header.promises.clone();
    shape::judge(
        &Instance { value, schema: &header.schema, name: &header.name, at, around, source: None },
        evidence,
        sink,
    );
}

/// The field's text as the value that its schema is about.
fn read(header: &ResponseHeader, text: &str) -> Result<Value, String> {
    match header.encoding {
        HeaderEncoding::Json => {
            serde_json::from_str(text).map_err(|error| format!("{} holds no JSON: {error}", header.name))
        }
        HeaderEncoding::Simple => Ok(converted(text, &header.schema)),
    }
}

/// The first reading of the text that its schema takes; the text itself where it takes none. Text has
/// no types, so `5` is a number, or a string, as the schema wants.
fn converted(text: &str, schema: &Schema) -> Value {
    let mut readings = vec![Value::String(text.to_owned())];
    // JSON literals: numbers, booleans and null are written in a header as they are in JSON.
    readings.extend(serde_json::from_str(text).ok().filter(|value: &Value| !value.is_string()));
    let items = text.split(',').map(str::trim);
    if takes(schema, "array") {
        readings.extend(lists(items.clone()));
    }
    if takes(schema, "object") {
        readings.push(object(&items.collect::<Vec<_>>()));
    }
    let fitting = readings.iter().position(|reading| schema.is_valid(reading));
    readings.swap_remove(fitting.unwrap_or_default())
}

/// A list of texts, and the same list with its literals read.
fn lists<'a>(items: impl Iterator<Item = &'a str> + Clone) -> [Value; 2] {
    let literal = |item: &str| serde_json::from_str(item).unwrap_or_else(|_| Value::String(item.to_owned()));
    [items.clone().map(|item| Value::String(item.to_owned())).collect(), items.map(literal).collect()]
}

/// `k=v,k2=v2` or `k,v,k2,v2` (the `simple` style, exploded or not).
fn object(items: &[&str]) -> Value {
    let exploded = items.iter().map(|item| item.split_once('=')).collect::<Option<Vec<_>>>();
    let pairs =
        exploded.unwrap_or_else(|| items.chunks(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect());
    let members = pairs.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value.to_owned())));
    Value::Object(members.collect::<Map<_, _>>())
}

/// Whether a schema names this type, itself or in a part that it must keep.
fn takes(schema: &Schema, wanted: &str) -> bool {
    fn in_part(schema: &Schema, part: &Value, wanted: &str, depth: usize) -> bool {
        let own = match part.get("type") {
            Some(Value::String(name)) => name == wanted,
            Some(Value::Array(names)) => names.iter().any(|name| name == wanted),
            _ => false,
        };
        let referred = part.get("$ref").and_then(Value::as_str).and_then(|reference| schema.resolve(reference));
        let parts = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| part.get(key)?.as_array()).flatten();
        own || depth > 0 && parts.chain(referred).any(|part| in_part(schema, part, wanted, depth - 1))
    }
    in_part(schema, schema.json(), wanted, 8)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::support::{Scene, response_header};
    use super::*;

    fn scene(name: &str, schema: Value) -> Scene {
        let mut scene = Scene::new();
        scene.operation.responses[0].headers.push(response_header(name, schema));
        scene
    }

    #[test]
    fn a_promised_header_must_be_there_in_any_case() {
        let scene = scene("X-Conversation-Id", json!({"type": "string"}));
        assert_eq!(scene.says("header/missing"), ["error: X-Conversation-Id is missing"]);
        assert_eq!(scene.header("x-conversation-id", "c1").says("header/missing"), ["passed"]);
    }

    #[test]
    fn an_optional_header_may_be_missing() {
        let mut scene = scene("X-UI-Spec", json!({"type": "object"}));
        scene.operation.responses[0].headers[0].required = false;
        assert!(scene.says("header/missing").is_empty());
        assert!(scene.says("header/schema").is_empty());
    }

    #[test]
    fn text_is_read_as_the_type_that_the_schema_wants() {
        for (schema, text) in [
            (json!({"type": "integer"}), "5"),
            (json!({"type": "string"}), "5"),
            (json!({"type": "boolean"}), "true"),
            (json!({"type": "array", "items": {"type": "integer"}}), "1, 2"),
            (json!({"type": "object", "required": ["a"]}), "a=1,b=2"),
            (json!({"type": "object", "required": ["a"]}), "a,1,b,2"),
        ] {
            let scene = scene("X-Value", schema.clone()).header("x-value", text);
            assert!(scene.says("header/schema").iter().all(|says| says == "passed"), "{schema} {text}");
        }
    }

    #[test]
    fn a_value_outside_the_schema_is_a_finding() {
        let scene = scene("X-Left", json!({"type": "integer"})).header("x-left", "many");
        assert_eq!(scene.says("header/schema"), ["error: X-Left is a string, not an integer"]);
    }

    #[test]
    fn a_json_header_holds_json() {
        let mut scene = scene("X-UI-Spec", json!({"required": ["type"]}));
        scene.operation.responses[0].headers[0].encoding = HeaderEncoding::Json;
        let broken = scene.header("x-ui-spec", "{type: grid}");
        let says = broken.says("header/schema");
        assert!(says[0].starts_with("error: X-UI-Spec holds no JSON: "), "{says:?}");
    }

    #[test]
    fn a_header_sent_twice_is_a_finding_unless_it_is_a_list() {
        let twice = |schema| scene("X-Id", schema).header("x-id", "a").header("x-id", "b").says("header/schema");
        assert_eq!(twice(json!({"type": "string"})), ["error: X-Id is sent 2 times"]);
        assert!(twice(json!({"type": "array"})).iter().all(|says| says == "passed"));
    }
}
