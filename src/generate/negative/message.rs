//! Requests that are wrong as a whole: no body, no JSON, another media type, another method.

use http::Method;

use crate::contract::{ErrorState, Location, Strength};
use crate::generate::body::Coding;
use crate::generate::caller::Caller;
use crate::generate::draft::Draft;
use crate::generate::maker::Maker;
use crate::generate::strategy::Said;
use crate::generate::{Body, Case, Content, Expect, Request, errors};

/// Methods that are tried where a path has them not; none that takes away what is there.
const METHODS: [Method; 2] = [Method::GET, Method::PUT];

/// One case for each way.
pub(super) fn cases(maker: &Maker<'_>, caller: &Caller<'_>, most: &Draft) -> Vec<Case> {
    let request = maker.request(most, caller);
    let mut cases = Vec::new();
    if let Some(content) = &request.content {
        cases.extend(without_body(maker, &request, content));
        cases.extend(truncated(maker, &request, content));
        cases.extend(other_media_type(maker, &request, content));
    }
    cases.extend(other_method(maker, &request));
    cases
}

fn with_content(request: &Request, content: Option<Content>) -> Request {
    let bindings = request.bindings.iter().filter(|binding| !matches!(binding.at, Location::Body(_))).cloned();
    Request { content, bindings: bindings.collect(), ..request.clone() }
}

fn whole() -> Location {
    Location::Body(String::new())
}

/// No body at all, and an empty one.
fn without_body(maker: &Maker<'_>, request: &Request, content: &Content) -> Vec<Case> {
    if !maker.needs_body() {
        return Vec::new();
    }
    let promises = maker.operation.body.as_ref().map(|body| body.promises.as_slice()).unwrap_or_default();
    let said = maker.said(promises);
    let empty = Content { body: Body::Bytes(Vec::new()), ..content.clone() };
    [("the body is left out", None), ("the body is empty", Some(empty))]
        .into_iter()
        .map(|(what, content)| {
            let violation = super::violation(whole(), "required", what.to_owned(), said, true);
            super::case(maker, with_content(request, content), violation, Expect::Refusal)
        })
        .collect()
}

/// JSON without its last character.
fn truncated(maker: &Maker<'_>, request: &Request, content: &Content) -> Option<Case> {
    let Body::Json(value) = &content.body else { return None };
    let mut text = value.to_string();
    text.pop();
    // A number without its last digit is a number.
    serde_json::from_str::<serde_json::Value>(&text).err()?;
    let body = Content { body: Body::Bytes(text.into_bytes()), ..content.clone() };
    let violation = super::violation(whole(), "json", "the body is cut off".to_owned(), Said::BY_THE_DOCUMENT, true);
    let expect = errors::expect(maker, &[ErrorState::MalformedJson], Strength::Standard);
    Some(super::case(maker, with_content(request, Some(body)), violation, expect))
}

/// JSON that says it is plain text. Many a server reads it all the same.
fn other_media_type(maker: &Maker<'_>, request: &Request, content: &Content) -> Option<Case> {
    let form = maker.form.as_ref().filter(|form| form.coding == Coding::Json && !form.media.essence.contains('*'))?;
    let documented = maker.operation.body.iter().flat_map(|body| &body.media);
    if documented.into_iter().any(|media| media.essence.starts_with("text/")) {
        return None;
    }
    let said = match form.media.promises.as_slice() {
        [] => Said { strength: Strength::Inferred, promise: None },
        promises => maker.said(promises),
    };
    let plain = Content { content_type: Some("text/plain".to_owned()), ..content.clone() };
    let what = "Content-Type is text/plain".to_owned();
    let at = Location::Header("Content-Type".to_owned());
    let violation = super::violation(at, "media-type", what, said, false);
    Some(super::case(maker, with_content(request, Some(plain)), violation, Expect::Refusal))
}

/// A method that the document does not have on this path; what is not documented may still be there.
fn other_method(maker: &Maker<'_>, request: &Request) -> Option<Case> {
    let on_path = maker.contract.operations.iter().filter(|other| other.path == maker.operation.path);
    let known: Vec<&Method> = on_path.map(|other| &other.method).collect();
    let method = METHODS.into_iter().find(|method| !known.contains(&method))?;
    let what = format!(
        "{method} where only {} is documented",
        known.iter().map(|m| m.as_str()).collect::<Vec<_>>().join(", ")
    );
    let at = Location::Path(String::new());
    let violation = super::violation(at, "method", what, Said { strength: Strength::Inferred, promise: None }, false);
    let content = if method == Method::GET { None } else { request.content.clone() };
    let request = Request { method, ..with_content(request, content) };
    Some(super::case(maker, request, violation, Expect::Refusal))
}
