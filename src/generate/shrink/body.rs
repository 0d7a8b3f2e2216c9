//! A case with a smaller body, or without one.

use serde_json::Value;

use super::{Cut, edit, raw};
use crate::contract::{Location, Operation};
use crate::generate::body::{self, BodyForm, Coding};
use crate::generate::negative::{breaks_alone, site};
use crate::generate::{Body, Case, CaseKind, Content, Request, pointer};

/// Every request whose body is one cut smaller and still what the case is about.
pub(super) fn cuts(case: &Case) -> Vec<Cut> {
    let (Some(content), Some(form)) = (&case.request.content, body::choose(&case.operation)) else { return Vec::new() };
    let contents = match (&content.body, form.coding) {
        (Body::Json(value), Coding::Json) => {
            smaller(case, &form, value, |value| Some(Content { body: Body::Json(value), ..content.clone() }))
        }
        (Body::Form(value), Coding::Form) | (Body::Coded { value, .. }, _) => smaller(case, &form, value, |smaller| {
            let may_be_sent = form.can_send(&smaller) || !form.can_send(value);
            may_be_sent.then(|| form.content(&smaller))
        }),
        (Body::Bytes(bytes), Coding::Json) => raw::cuts(case, &form, bytes)
            .into_iter()
            .map(|(name, bytes)| (name, Content { body: Body::Bytes(bytes), ..content.clone() }))
            .collect(),
        _ => Vec::new(),
    };
    let cut = |(name, content)| Cut {
        name: format!("body {name}"),
        request: Request { content: Some(content), ..case.request.clone() },
    };
    contents.into_iter().map(cut).chain(without_body(case)).collect()
}

/// What is sent for each smaller value that is still what the case is about.
fn smaller(
    case: &Case,
    form: &BodyForm<'_>,
    value: &Value,
    content: impl Fn(Value) -> Option<Content>,
) -> Vec<(String, Content)> {
    let edits = edit::smaller(&form.schema, value, case.mark.as_deref()).into_iter();
    let allowed = edits.filter(|edit| is_of_the_kind(case, form, value, &edit.value));
    allowed.filter_map(|edit| Some((edit.name, content(edit.value)?))).collect()
}

/// The request without a body, where it needs none.
fn without_body(case: &Case) -> Option<Cut> {
    let needed = case.operation.body.as_ref().is_none_or(|body| body.required);
    let in_body = |at: &Location| matches!(at, Location::Body(_));
    let is_switched = case.operation.stream_switch.as_ref().is_some_and(|switch| in_body(&switch.on));
    let is_bound = case.request.bindings.iter().any(|binding| in_body(&binding.at));
    let is_broken = match &case.kind {
        CaseKind::Negative(violation) => in_body(&violation.at) || violation.keyword == "media-type",
        _ => false,
    };
    let free = !(needed || is_switched || is_bound || is_broken);
    free.then(|| Cut {
        name: "the body left out".to_owned(),
        request: Request { content: None, ..case.request.clone() },
    })
}

/// Whether a smaller body is still what the case is about.
fn is_of_the_kind(case: &Case, form: &BodyForm<'_>, before: &Value, body: &Value) -> bool {
    let is_changed = |at: &&str| match (before.pointer(at), body.pointer(at)) {
        // An item may go with the id in it.
        (Some(_), None) => !pointer::steps(at).any(|step| step.parse::<usize>().is_ok()),
        (before, now) => before != now,
    };
    if held_places(&case.operation, &case.request).iter().any(is_changed) {
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
