//! Whether an answer gives back what was sent, where the document says that it does (`x-echo`).

use serde_json::Value;
use uuid::Uuid;

use super::annotation::annotations;
use super::excerpt::excerpt_of;
use super::expression::value_of;
use super::shape::named;
use super::{At, Evidence, Rule, RuleSource, Severity, Sink};
use crate::contract::{Expression, PromiseId};
use crate::generate::Expect;

const MISMATCH: Rule = Rule {
    id: "echo/mismatch",
    severity: Severity::Error,
    what: "A member or header that gives back a part of the request holds what was sent.",
    why: "An answer about another agent, session or user is somebody else's answer.",
    source: RuleSource::Contract,
    example: "POST {\"agentId\": \"a1\"} answered with {\"agentId\": \"a2\"}",
    judge: mismatch,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[MISMATCH];

/// One thing given back.
struct Echo {
    at: At,
    name: String,
    of: Expression,
    actual: Value,
    promises: Vec<PromiseId>,
}

fn mismatch(evidence: &Evidence<'_>, sink: &mut Sink) {
    let served = evidence.answer().is_some_and(|answer| answer.status / 100 == 2);
    if !served || !matches!(evidence.case.expect, Expect::Success { .. }) {
        return;
    }
    for echo in echoes_in_body(evidence).into_iter().chain(echoes_in_headers(evidence)) {
        let Some(sent) = value_of(&echo.of, evidence.case, evidence.exchange) else { continue };
        if gives_back(&echo.actual, &sent) {
            sink.pass(echo.promises);
            continue;
        }
        let mut finding = sink.finding(format!("{} is not what was sent as `{}`", echo.name, echo.of));
        finding.at = echo.at;
        finding.expected = excerpt_of(&sent);
        finding.actual = excerpt_of(&echo.actual);
        sink.fail(finding.breaking(evidence.contract, echo.promises));
    }
}

fn echoes_in_body(evidence: &Evidence<'_>) -> Vec<Echo> {
    let schema = evidence.media().filter(|media| media.stream.is_none()).and_then(|media| media.schema.as_ref());
    let (Some(schema), Some(Ok(body))) = (schema, evidence.json()) else { return Vec::new() };
    let echo = |annotation: super::annotation::Annotation<'_>| {
        Some(Echo {
            name: named("the body", &annotation.pointer),
            of: annotation.value.as_str()?.parse().ok()?,
            actual: body.pointer(&annotation.pointer)?.clone(),
            promises: annotation.promise.into_iter().collect(),
            at: At::pointer(annotation.pointer),
        })
    };
    annotations(schema, "x-echo").into_iter().filter_map(echo).collect()
}

fn echoes_in_headers(evidence: &Evidence<'_>) -> Vec<Echo> {
    let (Some(response), Some(answer)) = (evidence.response(), evidence.answer()) else { return Vec::new() };
    let echoes = response.headers.iter().filter_map(|header| {
        Some(Echo {
            at: At::header(&header.name),
            name: header.name.clone(),
            of: header.echo.clone()?,
            actual: Value::String(answer.header(&header.name)?),
            promises: header.promises.clone(),
        })
    });
    echoes.collect()
}

/// Whether a value is the one that was sent. An object may have more members than were sent; numbers
/// may be written otherwise; paths and headers know only text; UUIDs have no letter case (RFC 9562 4).
fn gives_back(actual: &Value, sent: &Value) -> bool {
    match (actual, sent) {
        (Value::Object(actual), Value::Object(sent)) => {
            sent.iter().all(|(name, sent)| actual.get(name).is_some_and(|actual| gives_back(actual, sent)))
        }
        (Value::Array(actual), Value::Array(sent)) => {
            actual.len() == sent.len() && actual.iter().zip(sent).all(|(actual, sent)| gives_back(actual, sent))
        }
        (Value::Number(actual), Value::Number(sent)) => actual == sent || actual.as_f64() == sent.as_f64(),
        (Value::String(actual), Value::String(sent)) => actual == sent || same_uuid(actual, sent),
        (Value::String(text), other) | (other, Value::String(text)) => {
            serde_json::from_str::<Value>(text).is_ok_and(|read| read == *other)
        }
        _ => actual == sent,
    }
}

fn same_uuid(one: &str, other: &str) -> bool {
    matches!((Uuid::parse_str(one), Uuid::parse_str(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::support::{Scene, response_header};
    use super::*;

    fn scene(body: Value) -> Scene {
        let schema = json!({"properties": {
            "agentId": {"x-echo": "$request.body#/agentId"},
            "metadata": {"x-echo": "$request.body#/metadata"},
            "contact": {"x-echo": "$request.body#/contact"},
        }});
        Scene::with_schema(schema).answer(200, "application/json", &body.to_string())
    }

    #[test]
    fn another_value_than_the_one_sent_is_a_finding() {
        let scene = scene(json!({"agentId": "a2"}));
        assert_eq!(scene.says("echo/mismatch"), ["error: `agentId` is not what was sent as `$request.body#/agentId`"]);
    }

    #[test]
    fn the_value_given_back_may_have_more_members() {
        let scene = scene(json!({"agentId": "a1", "metadata": {"source": "api", "locale": "en"}}));
        assert_eq!(scene.says("echo/mismatch"), ["passed", "passed"]);
    }

    #[test]
    fn a_part_that_was_not_sent_or_is_not_given_back_is_not_compared() {
        assert!(scene(json!({"contact": {"name": "Ann"}})).says("echo/mismatch").is_empty());
    }

    #[test]
    fn a_header_gives_back_a_path_variable() {
        let mut scene = Scene::new().header("x-session-id", "ses_2");
        let mut header = response_header("X-Session-Id", json!({}));
        header.echo = Some("$request.path.id".parse().unwrap());
        scene.operation.responses[0].headers.push(header);
        assert_eq!(scene.says("echo/mismatch"), ["error: X-Session-Id is not what was sent as `$request.path.id`"]);
    }

    #[test]
    fn the_same_value_may_be_written_otherwise() {
        assert!(gives_back(&json!(1.0), &json!(1)));
        assert!(gives_back(&json!(5), &json!("5")));
        assert!(gives_back(
            &json!("a1b2c3d4-e5f6-7890-abcd-ef1234567890"),
            &json!("A1B2C3D4-E5F6-7890-ABCD-EF1234567890")
        ));
        assert!(!gives_back(&json!(["a"]), &json!(["a", "b"])));
    }
}
