//! What a case exercises of its operation.

use serde_json::Value;

use super::{Aspect, Part};
use crate::contract::{Location, Operation, ParameterLocation};
use crate::generate::draft::is_reserved;
use crate::generate::negative::site;
use crate::generate::{Body, Case, CaseKind, Content, Violation, cookie, pointer, sent};

/// Every part that the case exercises, declared or not, several of them perhaps twice.
pub(super) fn parts(case: &Case) -> Vec<Part> {
    // Who is not let in is refused for that, whatever else is in the request; and by another method it is no request
    // to the operation.
    if matches!(case.kind, CaseKind::Credential(_)) || case.request.method != case.operation.method {
        return Vec::new();
    }
    let mut parts = of_parameters(case);
    parts.extend(of_body(case));
    if let CaseKind::Negative(violation) = &case.kind {
        let broken = any_item(&format!("{}{}", violation.at, violation.inside));
        parts.retain(|part| !pointer::is_within(&part.at, &broken));
        parts.push(Part::new(Aspect::Constraint, any_item(&site_of(violation)), &violation.keyword));
    }
    parts
}

/// Where a constraint stands: a member that is one too many breaks that of the object.
fn site_of(Violation { at, inside, keyword, .. }: &Violation) -> String {
    match at {
        Location::Body(at) if keyword == "additionalProperties" => format!("body#{}", site(at, keyword)),
        _ if keyword == "additionalProperties" => format!("{at}{}", site(inside, keyword)),
        _ => format!("{at}{inside}"),
    }
}

/// A place without the numbers of items.
fn any_item(at: &str) -> String {
    let step = |step: &str| if step.parse::<usize>().is_ok() { "*".to_owned() } else { step.to_owned() };
    at.split('/').map(step).collect::<Vec<_>>().join("/")
}

fn of_parameters(case: &Case) -> Vec<Part> {
    let mut parts = Vec::new();
    for parameter in case.operation.parameters.iter().filter(|parameter| !is_reserved(parameter)) {
        let at = parameter.part().to_string();
        match sent::value(&case.request, parameter) {
            Some(value) => walk(&value, &at, &mut parts),
            None if is_there(case, parameter.location, &parameter.name) => {
                parts.push(Part::new(Aspect::Parameter, at, ""));
            }
            None => {}
        }
    }
    parts
}

/// Whether there is anything for a parameter, whose value cannot be told.
fn is_there(case: &Case, location: ParameterLocation, name: &str) -> bool {
    let request = &case.request;
    match location {
        ParameterLocation::Path => request.path_values.iter().any(|(known, _)| known == name),
        ParameterLocation::Query => {
            let member = format!("{name}[");
            request.query.iter().any(|(known, _)| known == name || known.starts_with(&member))
        }
        ParameterLocation::Header => request.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)),
        ParameterLocation::Cookie => cookie::all(request).iter().any(|known| cookie::name(known) == name),
    }
}

fn of_body(case: &Case) -> Vec<Part> {
    let Some(Content { content_type: Some(sent), body }) = &case.request.content else { return Vec::new() };
    let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some(media) = documented(&case.operation, &essence) else { return Vec::new() };
    let mut parts = vec![Part::new(Aspect::Media, media, "")];
    match body {
        Body::Form(value) | Body::Coded { value, .. } => walk(&as_written(value), "body#", &mut parts),
        Body::Json(value) => walk(value, "body#", &mut parts),
        Body::Bytes(_) => {}
    }
    parts
}

/// The members of a form that are written: of an empty list and an empty object nothing is.
fn as_written(form: &Value) -> Value {
    let is_nothing = |value: &Value| match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    let mut written = form.clone();
    if let Value::Object(members) = &mut written {
        members.retain(|_, value| !is_nothing(value));
    }
    written
}

/// The documented media type that a body is of: itself, or a range that has it.
fn documented<'o>(operation: &'o Operation, essence: &str) -> Option<&'o str> {
    let class = format!("{}/*", essence.split('/').next().unwrap_or_default());
    let media = || operation.body.iter().flat_map(|body| &body.media).map(|media| media.essence.as_str());
    [essence, &class, "*/*"].iter().find_map(|wanted| media().find(|known| known == wanted))
}

/// Every place of a value, and what stands there.
fn walk(value: &Value, at: &str, parts: &mut Vec<Part>) {
    parts.push(Part::new(Aspect::Parameter, at, ""));
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| walk(member, &pointer::child(at, name), parts));
        }
        Value::Array(items) => {
            let at = format!("{at}/*");
            items.iter().for_each(|item| walk(item, &at, parts));
        }
        _ => {}
    }
    parts.push(Part::new(Aspect::Value, at, short(value)));
}

/// A value as JSON; of a long one, which is in no enumeration, nothing.
fn short(value: &Value) -> String {
    match value {
        Value::Object(_) | Value::Array(_) => String::new(),
        Value::String(text) if text.len() > 1_000 => String::new(),
        other => other.to_string(),
    }
}
