//! The value that an exchange gives to a part of another request.

use percent_encoding::percent_decode_str;
use serde_json::Value;
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
fn in_location(template: &str, exchange: &Exchange) -> Option<String> {
    let location = exchange.answer()?.header("location")?;
    let url = Url::parse(&exchange.request.url).ok()?.join(location.trim()).ok()?;
    let mut segments: Vec<&str> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
    let mut wanted: Vec<&str> = template.split('/').filter(|segment| !segment.is_empty()).collect();
    let (id, _variable) = (segments.pop()?, wanted.pop()?);
    let fits = |(wanted, there): (&&str, &&str)| wanted.starts_with('{') || wanted == there;
    let all = segments.len() >= wanted.len() && wanted.iter().rev().zip(segments.iter().rev()).all(fits);
    all.then(|| percent_decode_str(id).decode_utf8().ok().map(|id| id.into_owned())).flatten()
}

/// Whether a value may stand there: a parameter's schema takes it, or a body has one of its kind there now.
pub fn fits(case: &Case, at: &Location, value: &Value) -> bool {
    if let Location::Body(pointer) = at {
        let content = case.request.content.as_ref().map(|content| &content.body);
        let Some(Body::Json(body)) = content else { return false };
        return body.pointer(pointer).is_some_and(|now| now.is_string() == value.is_string());
    }
    let Some(parameter) = case.operation.parameters.iter().find(|parameter| parameter.part() == *at) else {
        return false;
    };
    let as_text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let as_json = serde_json::from_str::<Value>(&as_text).ok().filter(Value::is_number);
    let mut readings = [Some(value.clone()), Some(Value::from(as_text)), as_json].into_iter().flatten();
    readings.any(|reading| parameter.schema.is_valid(&reading))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::send::{Answer, Outcome, SentRequest, Wire};

    fn located(url: &str, location: &str) -> Option<String> {
        let request = SentRequest { method: "POST".to_owned(), url: url.to_owned(), headers: Vec::new(), body: None };
        let headers = vec![("location".to_owned(), location.as_bytes().to_vec())];
        let outcome = Outcome::Answered(Answer::whole(201, headers, ""));
        let exchange = Exchange { request, started: Duration::ZERO, outcome, wire: Wire::NotAudited };
        in_location("/pets/{petId}", &exchange)
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
