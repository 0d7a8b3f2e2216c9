//! What the documented successes of an operation have in them, as far as it may be an id.

use super::names::{named_by, plain};
use crate::contract::{Operation, Response, Schema, StatusPattern};
use crate::generate::pointer;
use crate::generate::strategy::Node;

/// Members that hold the thing itself, whatever it is.
pub(super) const WRAPPERS: [&str; 7] = ["data", "result", "response", "payload", "item", "attributes", "embedded"];
/// Members that hold the things of a list.
const LISTS: [&str; 9] = ["data", "items", "results", "records", "content", "value", "values", "list", "entries"];
/// How deep members are looked for: `#/data/pet/id`.
const DEPTH: usize = 3;

/// A scalar member of a success.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Where it stands.
    pub pointer: String,
    /// Its plain name.
    pub name: String,
    /// How many objects it stands in.
    pub depth: usize,
    /// What its value is.
    pub kind: Kind,
}

impl Member {
    /// Whether its name says which thing its value names: `petId`, not `id`.
    pub fn names_another(&self) -> bool {
        self.pointer.rsplit('/').next().is_some_and(|name| named_by(name).is_some())
    }
}

/// What a scalar may be, as far as its schema says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    types: Option<Vec<String>>,
    format: Option<String>,
    /// Whether the document lists its values: such a value names nothing that was made.
    pub is_fixed: bool,
}

impl Kind {
    /// What the whole of a schema is.
    pub fn of(schema: &Schema) -> Self {
        Kind::at(&Node::root(schema).with_every_branch())
    }

    /// What stands at a node.
    pub fn at(node: &Node<'_>) -> Self {
        let types = types(node).map(|types| types.into_iter().map(str::to_owned).collect());
        let format = node.keyword("format").and_then(|format| format.value.as_str()).map(str::to_owned);
        Kind { types, format, is_fixed: node.keyword("enum").is_some() || node.keyword("const").is_some() }
    }

    /// Whether it is a text or a number.
    pub fn is_scalar(&self) -> bool {
        let scalar = |name: &String| matches!(name.as_str(), "string" | "integer" | "number" | "null");
        self.types.as_ref().is_none_or(|types| types.iter().all(scalar))
    }

    /// Whether a value of this kind may stand where one of the other is wanted. In a URL a number is as good as
    /// its text; `as_text` says that it stands there.
    pub fn may_be(&self, wanted: &Kind, as_text: bool) -> bool {
        // Many a document says `number` of ids that are integers.
        let numeric = |name: &str| name == "integer" || name == "number";
        let one =
            |types: &[String], name: &str| types.iter().any(|known| known == name || (numeric(name) && numeric(known)));
        let types = match (&self.types, &wanted.types) {
            (Some(given), Some(wanted)) => {
                let text = as_text && one(wanted, "string") && given.iter().any(|name| numeric(name));
                text || given.iter().filter(|name| *name != "null").any(|name| one(wanted, name))
            }
            _ => true,
        };
        let told = |kind: &Kind| {
            kind.format
                .clone()
                .filter(|format| matches!(format.as_str(), "uuid" | "date" | "date-time" | "email" | "uri"))
        };
        let formats = match (told(self), told(wanted)) {
            (Some(given), Some(wanted)) => given == wanted,
            _ => true,
        };
        types && formats && !self.is_fixed && !wanted.is_fixed && self.is_scalar()
    }
}

/// The scalar members of an operation's success, those of the thing itself before those that it holds. The
/// members of an object count where it wraps the answer or is called as `things` have it.
pub(super) fn members(operation: &Operation, things: &[String]) -> Vec<Member> {
    let mut found = Vec::new();
    for schema in successes(operation) {
        let node = Node::root(schema).with_every_branch();
        of_object(&node, "", 0, things, &mut found);
    }
    found
}

/// The scalar members of the first item of a list that an operation answers.
pub(super) fn members_of_first(operation: &Operation, collection: &str) -> Vec<Member> {
    let mut found = Vec::new();
    for schema in successes(operation) {
        let node = Node::root(schema).with_every_branch();
        of_list(&node, "", 0, &plain(collection), &mut found);
    }
    found
}

fn successes(operation: &Operation) -> impl Iterator<Item = &Schema> {
    let responses = operation.responses.iter().filter(|response| is_success(response));
    let media = responses.flat_map(|response| &response.media);
    media.filter(|media| media.essence.ends_with("json") && media.stream.is_none()).filter_map(|m| m.schema.as_ref())
}

/// Whether a response is a documented success.
pub(super) fn is_success(response: &Response) -> bool {
    match response.status {
        StatusPattern::Exact(status) => status / 100 == 2,
        StatusPattern::Class(class) => class == 2,
        StatusPattern::Default => false,
    }
}

fn of_object(node: &Node<'_>, at: &str, depth: usize, things: &[String], found: &mut Vec<Member>) {
    if depth >= DEPTH || !may_be(node, "object") {
        return;
    }
    for name in node.declared() {
        let member = Node::of(node.schema(), node.member(name)).with_every_branch();
        let (pointer, plain) = (pointer::child(at, name), plain(name));
        let kind = Kind::at(&member);
        let is_inner = WRAPPERS.contains(&plain.as_str()) || things.contains(&plain);
        if is_inner && may_be(&member, "object") && !member.declared().is_empty() {
            of_object(&member, &pointer, depth + 1, things, found);
        } else if kind.is_scalar() {
            found.push(Member { pointer, name: plain, depth, kind });
        }
    }
}

fn of_list(node: &Node<'_>, at: &str, depth: usize, collection: &str, found: &mut Vec<Member>) {
    if depth >= DEPTH {
        return;
    }
    if node.keyword("items").is_some() && may_be(node, "array") {
        let item = Node::of(node.schema(), node.item(0)).with_every_branch();
        of_ids(&item, at, depth, found);
        return of_object(&item, &pointer::child(at, "0"), depth, &[], found);
    }
    for name in node.declared() {
        let plain = plain(name);
        let is_list = LISTS.contains(&plain.as_str()) || WRAPPERS.contains(&plain.as_str()) || plain == collection;
        let is_list = is_list || plain.ends_with("ids");
        if is_list {
            let member = Node::of(node.schema(), node.member(name)).with_every_branch();
            of_list(&member, &pointer::child(at, name), depth + 1, collection, found);
        }
    }
}

/// The first of a list of ids, `petIds`, as if it stood under their name.
fn of_ids(item: &Node<'_>, at: &str, depth: usize, found: &mut Vec<Member>) {
    let kind = Kind::at(item);
    let name = pointer::split(at).map(|(_, name)| plain(&name)).unwrap_or_default();
    if let Some(single) = name.strip_suffix('s').filter(|single| single.ends_with("id"))
        && types(item).is_some()
        && kind.is_scalar()
    {
        found.push(Member { pointer: pointer::child(at, "0"), name: single.to_owned(), depth, kind });
    }
}

/// The types of a node of which every branch was taken. Branches of different types leave none, and then any may
/// be meant.
fn types<'s>(node: &Node<'s>) -> Option<Vec<&'s str>> {
    node.types().filter(|types| !types.is_empty())
}

fn may_be(node: &Node<'_>, name: &str) -> bool {
    types(node).is_none_or(|types| types.contains(&name))
}
