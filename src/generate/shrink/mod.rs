//! Smaller cases of the same kind: what a failing case is cut down to.
//!
//! The cuts are structural and repeatable. Whether a smaller case still shows a finding is for the
//! run to try.

mod edit;

use serde_json::Value;

use super::body::{self, BodyForm, Coding};
use super::draft::is_reserved;
use super::negative::{breaks_alone, site};
use super::{Body, Case, CaseKind, Content, Request, pointer};
use crate::contract::{Location, Operation, Parameter, ParameterLocation, ParameterStyle};

/// Every case that is one cut smaller, the smallest first.
///
/// Each is of the same kind as the case: what the contract allows stays allowed, a broken constraint
/// stays the only one, credentials and ids stay as they are. A case from which nothing can be cut
/// gives none, so that cutting ends.
pub fn smaller(case: &Case) -> Vec<Case> {
    let mut requests = without_parameters(case);
    requests.extend(with_smaller_bodies(case));
    let size = weight(&case.request);
    let mut weighed: Vec<_> = requests.into_iter().map(|request| (weight(&request), request)).collect();
    weighed.retain(|(weight, _)| *weight < size);
    weighed.sort_by_key(|(weight, _)| *weight);
    weighed.dedup_by(|(_, one), (_, other)| one == other);
    weighed.into_iter().map(|(_, request)| of_request(case, request)).collect()
}

/// How big a request is: bytes first, then how many characters are not the plainest.
fn weight(request: &Request) -> (usize, usize) {
    let content = request.content.as_ref().map(|content| content.body.to_bytes()).unwrap_or_default();
    let pairs = request.query.iter().chain(&request.headers).map(|(name, text)| name.len() + text.reveal().len() + 1);
    let odd = content.iter().filter(|byte| **byte != b'a' && **byte != b'0').count();
    (pairs.sum::<usize>() + content.len() + usize::from(request.content.is_some()), odd)
}

fn of_request(case: &Case, request: Request) -> Case {
    let holds = |mark: &String| match &request.content {
        Some(content) => String::from_utf8_lossy(&content.body.to_bytes()).contains(mark.as_str()),
        None => false,
    };
    let mark = case.mark.clone().filter(holds);
    Case { request, mark, ..case.clone() }
}

/// The request without each optional query or header parameter.
fn without_parameters(case: &Case) -> Vec<Request> {
    let droppable =
        |parameter: &&Parameter| !parameter.required && !is_reserved(parameter) && !is_held(case, parameter);
    let optional = case.operation.parameters.iter().filter(droppable);
    optional.map(|parameter| without(&case.request, parameter)).collect()
}

/// Whether the case is about this parameter.
fn is_held(case: &Case, parameter: &Parameter) -> bool {
    let at = parameter.part();
    let is_broken = matches!(&case.kind, CaseKind::Negative(violation) if violation.at == at);
    let is_switch = case.operation.stream_switch.as_ref().is_some_and(|switch| switch.on == at);
    is_broken || is_switch || case.request.bindings.iter().any(|binding| binding.at == at)
}

fn without(request: &Request, parameter: &Parameter) -> Request {
    let mut request = request.clone();
    let name = &parameter.name;
    match parameter.location {
        ParameterLocation::Query if parameter.style == ParameterStyle::DeepObject => {
            request.query.retain(|(known, _)| !known.starts_with(&format!("{name}[")));
        }
        ParameterLocation::Query => request.query.retain(|(known, _)| known != name),
        ParameterLocation::Header => request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name)),
        ParameterLocation::Path | ParameterLocation::Cookie => {}
    }
    request
}

fn with_smaller_bodies(case: &Case) -> Vec<Request> {
    let Some(content @ Content { body: Body::Json(value), .. }) = &case.request.content else { return Vec::new() };
    let Some(form) = body::choose(&case.operation).filter(|form| form.coding == Coding::Json) else {
        return Vec::new();
    };
    let smaller = edit::smaller(&form.schema, value, case.mark.as_deref());
    let allowed = smaller.into_iter().filter(|body| is_of_the_kind(case, &form, value, body));
    let with =
        |body| Request { content: Some(Content { body: Body::Json(body), ..content.clone() }), ..case.request.clone() };
    allowed.map(with).chain(without_body(case)).collect()
}

/// The request without a body, where it needs none.
fn without_body(case: &Case) -> Option<Request> {
    let needed = case.operation.body.as_ref().is_none_or(|body| body.required);
    let in_body = |at: &Location| matches!(at, Location::Body(_));
    let is_switched = case.operation.stream_switch.as_ref().is_some_and(|switch| in_body(&switch.on));
    let is_bound = case.request.bindings.iter().any(|binding| in_body(&binding.at));
    let is_broken = match &case.kind {
        CaseKind::Negative(violation) => in_body(&violation.at) || violation.keyword == "media-type",
        _ => false,
    };
    let free = !(needed || is_switched || is_bound || is_broken);
    free.then(|| Request { content: None, ..case.request.clone() })
}

/// Whether a smaller body is still what the case is about.
fn is_of_the_kind(case: &Case, form: &BodyForm<'_>, before: &Value, body: &Value) -> bool {
    let held = held_places(&case.operation, &case.request);
    if held.iter().any(|at| before.pointer(at) != body.pointer(at)) {
        return false;
    }
    match &case.kind {
        CaseKind::Negative(violation) => match &violation.at {
            Location::Body(at) if !matches!(violation.keyword.as_str(), "json" | "media-type" | "method") => {
                before.pointer(at) == body.pointer(at)
                    && body.pointer(pointer::split(at).map_or("", |(parent, _)| parent)).is_some()
                    && breaks_alone(&form.schema, body, site(at, &violation.keyword), &violation.keyword)
            }
            _ => form.schema.is_valid(body),
        },
        _ => form.schema.is_valid(body),
    }
}

/// Parts of the body that stay: what switches the answer's form, and what an earlier answer gives.
fn held_places<'c>(operation: &'c Operation, request: &'c Request) -> Vec<&'c str> {
    let switch = operation.stream_switch.iter().map(|switch| &switch.on);
    let all = switch.chain(request.bindings.iter().map(|binding| &binding.at));
    all.filter_map(|at| if let Location::Body(pointer) = at { Some(pointer.as_str()) } else { None }).collect()
}

#[cfg(test)]
mod tests;
