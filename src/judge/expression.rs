//! The value that a runtime expression has for an exchange.

use serde_json::Value;

use crate::contract::{Expression, Location};
use crate::generate::{Body, Case, Request};
use crate::send::{Answer, Exchange};
use crate::target::Text;

/// What an expression stands for, once the exchange is known. `None` where there is no such part, where
/// it is a credential, and for what only a workflow or its suite knows (`$inputs`, `$steps`).
pub fn value_of(expression: &Expression, case: &Case, exchange: &Exchange) -> Option<Value> {
    match expression {
        Expression::Url => Some(Value::from(exchange.request.url.as_str())),
        Expression::Method => Some(Value::from(exchange.request.method.as_str())),
        Expression::StatusCode => Some(exchange.answer()?.status.into()),
        Expression::Request(location) => sent(location, &case.request),
        Expression::ResponseBody(pointer) => answered(exchange.answer()?, pointer),
        Expression::ResponseHeader(name) => exchange.answer()?.header(name).map(Value::String),
        Expression::Input(_)
        | Expression::Output(_)
        | Expression::StepOutput { .. }
        | Expression::WorkflowInput { .. }
        | Expression::WorkflowOutput { .. }
        | Expression::Source { .. }
        | Expression::Component { .. } => None,
    }
}

fn sent(location: &Location, request: &Request) -> Option<Value> {
    match location {
        Location::Path(name) => plain(&request.path_values, |candidate| candidate == name),
        Location::Query(name) => plain(&request.query, |candidate| candidate == name),
        Location::Header(name) => plain(&request.headers, |candidate| candidate.eq_ignore_ascii_case(name)),
        Location::Cookie(name) => cookie(request, name),
        Location::Body(pointer) => match &request.content.as_ref()?.body {
            Body::Json(value) | Body::Form(value) | Body::Coded { value, .. } => value.pointer(pointer).cloned(),
            Body::Bytes(bytes) => serde_json::from_slice::<Value>(bytes).ok()?.pointer(pointer).cloned(),
        },
    }
}

fn plain(fields: &[(String, Text)], named: impl Fn(&str) -> bool) -> Option<Value> {
    let (_, text) = fields.iter().find(|(name, text)| named(name) && !text.is_secret())?;
    Some(Value::String(text.reveal()))
}

fn cookie(request: &Request, name: &str) -> Option<Value> {
    let fields = plain(&request.headers, |candidate| candidate.eq_ignore_ascii_case("cookie"))?;
    let mut pairs = fields.as_str()?.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(candidate, _)| *candidate == name).map(|(_, value)| Value::String(value.to_owned()))
}

/// A part of the body; the whole body may be text.
fn answered(answer: &Answer, pointer: &str) -> Option<Value> {
    match serde_json::from_slice::<Value>(&answer.body) {
        Ok(value) => value.pointer(pointer).cloned(),
        Err(_) if pointer.is_empty() => Some(Value::String(String::from_utf8_lossy(&answer.body).into_owned())),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::support::Scene;
    use super::*;
    use crate::target::Secret;

    fn value(scene: &Scene, expression: &str) -> Option<Value> {
        value_of(&expression.parse().unwrap(), &scene.case(), &scene.exchange())
    }

    #[test]
    fn every_part_of_an_exchange_has_its_value() {
        let mut scene = Scene::new().answer(201, "application/json", r#"{"id": "ses_1"}"#).header("x-id", "m1");
        scene.request.headers.push(("Cookie".to_owned(), Text::plain("a=1; b=2")));
        assert_eq!(value(&scene, "$url"), Some(json!("http://127.0.0.1/sessions/ses_1")));
        assert_eq!(value(&scene, "$method"), Some(json!("POST")));
        assert_eq!(value(&scene, "$statusCode"), Some(json!(201)));
        assert_eq!(value(&scene, "$request.path.id"), Some(json!("ses_1")));
        assert_eq!(value(&scene, "$request.body#/metadata/locale"), Some(json!("en")));
        assert_eq!(value(&scene, "$request.header.X-Plain"), Some(json!("plain")));
        assert_eq!(value(&scene, "$request.cookie.b"), Some(json!("2")));
        assert_eq!(value(&scene, "$response.body#/id"), Some(json!("ses_1")));
        assert_eq!(value(&scene, "$response.header.X-Id"), Some(json!("m1")));
    }

    #[test]
    fn what_is_not_there_has_no_value() {
        let scene = Scene::new();
        assert_eq!(value(&scene, "$response.body#/id"), None);
        assert_eq!(value(&scene, "$request.query.page"), None);
        assert_eq!(value(&scene, "$inputs.agentId"), None);
    }

    #[test]
    fn a_credential_has_no_value() {
        let mut scene = Scene::new();
        scene.request.headers.push(("x-api-key".to_owned(), Text::secret(Secret::new("KEY", "pk_live_1"))));
        assert_eq!(value(&scene, "$request.header.x-api-key"), None);
    }

    #[test]
    fn a_text_body_is_its_own_value() {
        let scene = Scene::new().answer(200, "text/plain", "Hello");
        assert_eq!(value(&scene, "$response.body"), Some(json!("Hello")));
    }
}
