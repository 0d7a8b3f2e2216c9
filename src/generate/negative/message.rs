//! Requests that are wrong as a whole: no body, no JSON, no UTF-8, another media type, another method.

use http::Method;
use serde_json::Value;

use crate::contract::{ErrorState, Location, Strength};
use crate::generate::body::{BodyForm, Coding};
use crate::generate::caller::Caller;
use crate::generate::draft::Draft;
use crate::generate::maker::Maker;
use crate::generate::place::{Place, places};
use crate::generate::strategy::Said;
use crate::generate::{Body, Case, Content, Expect, Request, errors, identity, pointer};

/// Methods that are tried where a path has them not; none that takes away what is there.
const METHODS: [Method; 3] = [Method::GET, Method::PUT, Method::PATCH];

/// Media types that a body is sent under where the document has none of the same kind.
const MEDIA_TYPES: [&str; 2] = ["text/plain", "application/x-www-form-urlencoded"];

/// A byte that is in no text of UTF-8 (RFC 3629 section 1).
pub(in crate::generate) const NEVER_IN_UTF8: u8 = 0xff;

/// One case for each way.
pub(super) fn cases(maker: &Maker<'_>, caller: &Caller<'_>, most: &Draft) -> Vec<Case> {
    let request = maker.request(most, caller);
    let mut cases = Vec::new();
    if let Some(content) = &request.content {
        cases.extend(without_body(maker, &request, content));
        cases.extend(truncated(maker, &request, content));
        cases.extend(not_utf8(maker, &request, content));
        cases.extend(other_media_types(maker, &request, content));
    }
    cases.extend(other_methods(maker, &request));
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
    serde_json::from_str::<Value>(&text).err()?;
    let body = Content { body: Body::Bytes(text.into_bytes()), ..content.clone() };
    let violation = super::violation(whole(), "json", "the body is cut off".to_owned(), Said::BY_THE_DOCUMENT, true);
    let expect = errors::expect(maker, &[ErrorState::MalformedJson], Strength::Standard);
    Some(super::case(maker, with_content(request, Some(body)), violation, expect))
}

/// JSON with a byte in one of its texts that is no UTF-8 (RFC 8259 section 8.1). Many a server puts a
/// replacement character in its place.
fn not_utf8(maker: &Maker<'_>, request: &Request, content: &Content) -> Option<Case> {
    let (Body::Json(value), Some(form)) = (&content.body, &maker.form) else { return None };
    let is_text = |place: &Place<'_>| {
        value.pointer(&place.pointer).is_some_and(Value::is_string) && identity::is_free_text(&place.node)
    };
    let place = places(&form.schema, value).into_iter().find(is_text)?;
    let mut marked = value.clone();
    let mark = "uptospec-no-utf-8";
    pointer::set(&mut marked, &place.pointer, Value::from(mark));
    let text = marked.to_string();
    let (before, after) = text.split_once(mark)?;
    let bytes = [before.as_bytes(), &[NEVER_IN_UTF8], after.as_bytes()].concat();
    let body = Content { body: Body::Bytes(bytes), ..content.clone() };
    let said = Said { strength: Strength::Standard, promise: None };
    let violation = super::violation(whole(), "utf-8", "the body is not UTF-8".to_owned(), said, false);
    Some(super::case(maker, with_content(request, Some(body)), violation, Expect::Refusal))
}

/// JSON that says it is something else, and JSON that says nothing. Many a server reads it all the same.
fn other_media_types(maker: &Maker<'_>, request: &Request, content: &Content) -> Vec<Case> {
    let is_json = |form: &&BodyForm<'_>| form.coding == Coding::Json && !form.media.essence.contains('*');
    let Some(form) = maker.form.as_ref().filter(is_json) else { return Vec::new() };
    let inferred = Said { strength: Strength::Inferred, promise: None };
    let said = if form.media.promises.is_empty() { inferred } else { maker.said(&form.media.promises) };
    let others = MEDIA_TYPES.into_iter().filter(|essence| !has_kin(maker, essence));
    let others = others.map(|essence| (Some(essence.to_owned()), format!("Content-Type is {essence}"), said));
    // Whoever is not told what a body is may guess (RFC 9110 section 8.3).
    let unnamed = (None, "there is no Content-Type".to_owned(), inferred);
    let cases = others.chain([unnamed]).map(|(content_type, what, said)| {
        let at = Location::Header("Content-Type".to_owned());
        let violation = super::violation(at, "media-type", what, said, false);
        let content = Content { content_type, ..content.clone() };
        super::case(maker, with_content(request, Some(content)), violation, Expect::Refusal)
    });
    cases.collect()
}

/// Whether the document takes a body of that media type, or of any text where it is one.
fn has_kin(maker: &Maker<'_>, essence: &str) -> bool {
    let documented = maker.operation.body.iter().flat_map(|body| &body.media);
    let is_kin = |known: &str| known == essence || known.starts_with("text/") && essence.starts_with("text/");
    documented.into_iter().any(|media| is_kin(&media.essence))
}

/// Methods that the document does not have on this path; what is not documented may still be there.
fn other_methods(maker: &Maker<'_>, request: &Request) -> Vec<Case> {
    let on_path = maker.contract.operations.iter().filter(|other| other.path == maker.operation.path);
    let known: Vec<&Method> = on_path.map(|other| &other.method).collect();
    let named = known.iter().map(|method| method.as_str()).collect::<Vec<_>>().join(", ");
    let others = METHODS.into_iter().filter(|method| !known.contains(&method));
    let cases = others.map(|method| {
        let what = format!("{method} where only {named} is documented");
        let at = Location::Path(String::new());
        let said = Said { strength: Strength::Inferred, promise: None };
        let violation = super::violation(at, "method", what, said, false);
        let content = if method == Method::GET { None } else { request.content.clone() };
        super::case(maker, Request { method, ..with_content(request, content) }, violation, Expect::Refusal)
    });
    cases.collect()
}
