//! The value that an exchange gives to a part of another request.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use url::Url;

use crate::contract::Location;
use crate::generate::{Body, Case, Given, Inferred};
use crate::judge::value_of;
use crate::send::Exchange;

/// The first of the places that an inferred part is taken from which has a value: a text that is not empty, or a
/// number.
pub fn given(inferred: &Inferred, source: &Case, exchange: &Exchange) -> Option<Value> {
    let value = |given: &Given| match given {
        Given::At(expression) => value_of(expression, source, exchange),
        Given::Location(template) => in_location(template, exchange).map(Value::String),
    };
    let is_id = |value: &Value| value.is_number() || value.as_str().is_some_and(|text| !text.is_empty());
    inferred.values.iter().filter_map(value).find(is_id)
}

/// What stands in the `Location` of an answer in place of the last variable of a path template. The URL may have
/// any path before it, and may be relative to the request (RFC 9110 section 10.2.2).
pub fn in_location(template: &str, exchange: &Exchange) -> Option<String> {
    let location = exchange.answer()?.header("location")?;
    let url = Url::parse(&exchange.request.url).ok()?.join(location.trim()).ok()?;
    let mut segments: Vec<&str> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
    let mut wanted: Vec<&str> = template.split('/').filter(|segment| !segment.is_empty()).collect();
    let (id, _variable) = (segments.pop()?, wanted.pop()?);
    let fits = |(wanted, there): (&&str, &&str)| wanted.starts_with('{') || wanted == there;
    let all = segments.len() >= wanted.len() && wanted.iter().rev().zip(segments.iter().rev()).all(fits);
    all.then(|| percent_decode_str(id).decode_utf8().ok().map(|id| id.into_owned())).flatten()
}

/// What is put there for a value, where it may stand there: a parameter's schema takes it, or a body has one of its
/// kind there now. In place of a list of such values it is the only item, where the schema lets a list have one.
pub fn fitted(case: &Case, at: &Location, value: Value) -> Option<Value> {
    if let Location::Body(pointer) = at {
        return fitted_in_body(case, pointer, value);
    }
    let parameter = case.operation.parameters.iter().find(|parameter| parameter.part() == *at)?;
    let as_text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let as_json = serde_json::from_str::<Value>(&as_text).ok().filter(Value::is_number);
    let mut readings = [Some(value.clone()), Some(Value::from(as_text)), as_json].into_iter().flatten();
    let takes = |reading: Value| parameter.schema.is_valid(&reading) || parameter.schema.is_valid(&json!([reading]));
    readings.any(takes).then_some(value)
}

fn fitted_in_body(case: &Case, pointer: &str, value: Value) -> Option<Value> {
    let Some(Body::Json(body)) = case.request.content.as_ref().map(|content| &content.body) else { return None };
    let Value::Array(items) = body.pointer(pointer)? else {
        return body.pointer(pointer).filter(|now| now.is_string() == value.is_string()).map(|_| value);
    };
    items.first().filter(|now| now.is_string() == value.is_string())?;
    let mut changed = body.clone();
    *changed.pointer_mut(pointer)? = json!([value]);
    let media = case.operation.body.as_ref()?.media.iter().filter(|media| media.essence.ends_with("json"));
    let schema = media.filter_map(|media| media.schema.as_ref()).next();
    let breaks = schema.is_some_and(|schema| schema.is_valid(body) && !schema.is_valid(&changed));
    (!breaks).then(|| json!([value]))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::contract::{DocumentOrigin, read};
    use crate::generate::{Content, Options, generate};
    use crate::send::{Answer, Outcome, SentRequest, Wire};
    use crate::target::Target;

    fn located(url: &str, location: &str) -> Option<String> {
        let request = SentRequest { method: "POST".to_owned(), url: url.to_owned(), headers: Vec::new(), body: None };
        let headers = vec![("location".to_owned(), location.as_bytes().to_vec())];
        let outcome = Outcome::Answered(Answer::whole(201, headers, ""));
        let exchange = Exchange { request, started: Duration::ZERO, outcome, wire: Wire::NotAudited };
        in_location("/pets/{petId}", &exchange)
    }

    fn fitted_in(schema: Value, sent: Value, at: &str, value: Value) -> Option<Value> {
        let spec = json!({"openapi": "3.1.0", "paths": {"/a": {"post": {"operationId": "a", "responses": {},
            "requestBody": {"content": {"application/json": {"schema": schema}}},
            "parameters": [{"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}}]}}}});
        let contract = read("a.json", &spec.to_string(), None).unwrap();
        let target = Target::of("a", DocumentOrigin::StandardInput);
        let mut case = generate(&contract, &target, None, &Options::default()).cases.remove(0);
        case.request.content = Some(Content { content_type: None, body: Body::Json(sent) });
        fitted(&case, &at.parse().unwrap(), value)
    }

    #[test]
    fn a_value_takes_the_place_of_one_of_its_kind_or_of_a_list_of_such() {
        let ids = |least: usize| json!({"properties": {"ids": {"type": "array", "minItems": least}}});
        let fits = |least: usize, value: Value| fitted_in(ids(least), json!({"ids": [1, 2]}), "body#/ids", value);
        assert_eq!(fits(0, json!(7)), Some(json!([7])));
        assert_eq!(fits(2, json!(7)), None, "a list of two has no room for one alone");
        assert_eq!(fits(0, json!("7")), None);
        assert_eq!(fitted_in(ids(0), json!({"ids": []}), "body#/ids", json!(7)), None);
        assert_eq!(fitted_in(ids(0), json!({"id": 1}), "body#/id", json!(7)), Some(json!(7)));
        assert_eq!(fitted_in(ids(0), json!({}), "query.ids", json!(7)), Some(json!(7)));
    }

    #[test]
    fn a_location_may_be_absolute_or_relative_and_have_a_base_path() {
        let made = "http://127.0.0.1:1/api/pets";
        for location in [
            "http://other.example/v1/pets/a%20b",
            "/pets/a%20b",
            "/api/pets/a%20b/",
            "pets/a%20b",
            "/pets/a%20b?view=full#top",
        ] {
            assert_eq!(located(made, location).as_deref(), Some("a b"), "{location}");
        }
    }

    #[test]
    fn a_location_of_something_else_gives_nothing() {
        for location in ["/owners/7", "/", "", "http://["] {
            assert_eq!(located("http://127.0.0.1:1/pets", location), None, "{location}");
        }
    }
}
