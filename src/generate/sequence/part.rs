//! The parts of a request that say which thing is meant.

use std::collections::VecDeque;

use http::Method;

use super::names::{Wanted, named_by, plain, singulars};
use super::shape::{Kind, WRAPPERS};
use crate::contract::{Location, Operation, Parameter, ParameterLocation, ParameterStyle, Schema};
use crate::generate::Inferred;
use crate::generate::pointer;
use crate::generate::strategy::Node;

/// How deep ids are looked for in a body: `#/relationships/pet/data/id`.
const DEPTH: usize = 4;
/// Most members of one body that are looked at, the outer ones first.
const MOST_MEMBERS: usize = 400;
/// What stands beside an id in an object that only says which thing is meant.
const BESIDE_ID: [&str; 4] = ["id", "uuid", "type", "kind"];

/// A part of a request that says which thing is meant.
pub(super) struct Part {
    /// Where it stands; of a list of things that are alike its first item, for all of them.
    pub at: Location,
    /// What is wanted there.
    pub wanted: Wanted,
    /// What it is, or each item of a list of ids.
    pub kind: Kind,
    /// Whether a request without it breaks the contract.
    pub required: bool,
    /// Path template up to the variable, where it is one.
    pub item: Option<String>,
}

impl Part {
    /// Whether its value becomes text on its way.
    pub fn as_text(&self) -> bool {
        !matches!(self.at, Location::Body(_))
    }
}

/// The parts of a request that may name a thing: variables of the path in their order, then ids elsewhere.
pub(super) fn parts(operation: &Operation) -> Vec<Part> {
    let mut parts = json_body(operation).map(ids_of_body).unwrap_or_default();
    let query = operation.parameters.iter().filter(|parameter| parameter.location == ParameterLocation::Query);
    parts.extend(query.filter_map(of_query));
    for (name, item) in variables(&operation.path) {
        let known = operation.parameters.iter().find(|known| known.part() == Location::Path(name.clone()));
        let Some(parameter) = known.filter(|parameter| parameter.style == ParameterStyle::Simple) else { continue };
        let collection = item.rsplit_once('/').and_then(|(collection, _)| last_segment(collection));
        let wanted = Wanted::new(&name, collection);
        let kind = Kind::of(&parameter.schema);
        parts.push(Part { at: parameter.part(), wanted, kind, required: true, item: Some(item) });
    }
    parts.retain(|part| part.kind.is_scalar() && !part.kind.is_fixed);
    parts
}

fn of_query(parameter: &Parameter) -> Option<Part> {
    let node = Node::root(&parameter.schema).with_every_branch();
    let (wanted, kind) = id_or_ids(&parameter.name, &node).filter(|_| parameter.style != ParameterStyle::Json)?;
    Some(Part { at: parameter.part(), wanted, kind, required: parameter.required, item: None })
}

/// What is wanted under a name that says it: `petId`, or `petIds` of a list of ids.
fn id_or_ids(name: &str, node: &Node<'_>) -> Option<(Wanted, Kind)> {
    let kind = Kind::at(node);
    if kind.is_scalar() {
        return named_by(name).map(|_| (Wanted::new(name, None), kind));
    }
    let single = name.strip_suffix('s').filter(|single| named_by(single).is_some())?;
    let is_list = node.keyword("items").is_some();
    is_list.then(|| (Wanted::new(single, None), Kind::at(&inside(node, node.item(0)))))
}

fn inside<'s>(node: &Node<'s>, parts: impl IntoIterator<Item = crate::generate::strategy::Part<'s>>) -> Node<'s> {
    Node::of(node.schema(), parts).with_every_branch()
}

/// An object of a body that is still to be looked into.
struct Object<'s> {
    at: String,
    node: Node<'s>,
    /// What it is called, where that says what it is.
    thing: Option<String>,
    required: bool,
    depth: usize,
}

/// Members of a body that name another thing: `ownerId` wherever it stands, and the `id` of an object that only
/// says which thing is meant.
fn ids_of_body(schema: &Schema) -> Vec<Part> {
    let node = Node::root(schema).with_every_branch();
    let mut found = Vec::new();
    let mut left = MOST_MEMBERS;
    let mut open = VecDeque::from([Object { at: String::new(), node, thing: None, required: true, depth: 0 }]);
    while let Some(object) = open.pop_front() {
        for name in object.node.declared().into_iter().take(left) {
            left -= 1;
            let node = inside(&object.node, object.node.member(name));
            found.extend(id_of(&object, name, &node));
            open.extend(deeper(&object, name, node).filter(|inner| inner.depth < DEPTH));
        }
    }
    found
}

fn id_of(object: &Object<'_>, name: &str, node: &Node<'_>) -> Option<Part> {
    let own = || {
        let thing = object.thing.as_deref().filter(|_| is_reference(&object.node) && matches!(name, "id" | "uuid"))?;
        let mut wanted = Wanted::new(name, Some(thing));
        wanted.things.extend(said_type(&object.node).into_iter().flat_map(singulars));
        Some((wanted, Kind::at(node)))
    };
    let (wanted, kind) = id_or_ids(name, node).or_else(own)?;
    let required = object.required && is_required(&object.node, name);
    Some(Part { at: Location::Body(pointer::child(&object.at, name)), wanted, kind, required, item: None })
}

/// What the one value of an object's `type` says that it is: `{type: people, id: …}`.
fn said_type<'s>(node: &Node<'s>) -> Option<&'s str> {
    let member = inside(node, node.member("type"));
    match member.fixed_values()?.as_slice() {
        [one] => one.as_str(),
        _ => None,
    }
}

/// Whether an object says which thing is meant, and does not describe one that is to be made.
fn is_reference(node: &Node<'_>) -> bool {
    let only_that = node.declared().iter().all(|name| BESIDE_ID.contains(&plain(name).as_str()));
    only_that || is_required(node, "id") || is_required(node, "uuid")
}

fn is_required(node: &Node<'_>, name: &str) -> bool {
    node.required().iter().any(|(known, _)| *known == name)
}

/// The object that a member is, or of which it is a list.
fn deeper<'s>(outer: &Object<'s>, name: &str, node: Node<'s>) -> Option<Object<'s>> {
    let at = pointer::child(&outer.at, name);
    let required = outer.required && is_required(&outer.node, name);
    let is_wrapper = WRAPPERS.contains(&plain(name).as_str());
    let thing = if is_wrapper { outer.thing.clone() } else { Some(name.to_owned()) };
    let (at, node) = match node.keyword("items") {
        Some(_) => (pointer::child(&at, "0"), inside(&node, node.item(0))),
        None => (at, node),
    };
    (!node.declared().is_empty()).then(|| Object { at, node, thing, required, depth: outer.depth + 1 })
}

/// The `id` in the body of a request that changes the thing which its path names: it is the same.
pub(super) fn own_id_in_body(operation: &Operation, found: &[(Location, Inferred)]) -> Option<(Location, Inferred)> {
    let changes = matches!(operation.method, Method::PUT | Method::PATCH);
    let (name, _) = variables(&operation.path).pop().filter(|_| changes && operation.path.ends_with('}'))?;
    let (_, own) = found.iter().find(|(at, _)| *at == Location::Path(name.clone()))?;
    let body = Node::root(json_body(operation)?).with_every_branch();
    let has_id = |node: &Node<'_>| node.declared().contains(&"id");
    let in_wrapper = || {
        let mut wrappers = body.declared().into_iter().filter(|name| WRAPPERS.contains(&plain(name).as_str()));
        wrappers.find(|name| has_id(&inside(&body, body.member(name)))).map(|name| pointer::child("", name))
    };
    let object = if has_id(&body) { Some(String::new()) } else { in_wrapper() }?;
    Some((Location::Body(pointer::child(&object, "id")), own.clone()))
}

fn json_body(operation: &Operation) -> Option<&Schema> {
    let media = operation.body.as_ref()?.media.iter();
    media.filter(|media| media.essence.ends_with("json")).find_map(|media| media.schema.as_ref())
}

/// The variables of a path template, each with the path up to it; those that share a segment with other text are
/// no names of things.
pub(super) fn variables(path: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut end = 0;
    for segment in path.split('/') {
        end += segment.len() + 1;
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        if let Some(name) = name.filter(|name| !name.contains(['{', '}'])) {
            found.push((name.to_owned(), path[..end - 1].to_owned()));
        }
    }
    found
}

/// The last segment of a path, where it is no variable.
pub(super) fn last_segment(path: &str) -> Option<&str> {
    let segment = path.trim_end_matches('/').rsplit('/').next()?;
    (!segment.is_empty() && !segment.contains('{')).then_some(segment)
}
