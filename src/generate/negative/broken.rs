//! Instances that may break one constraint of a place.

use std::collections::HashSet;

use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::alone::{breaks_alone, site};
use super::mutation::{Mutation, mutations};
use super::turn::{self, turns};
use crate::contract::{Location, Schema};
use crate::generate::place::Place;
use crate::generate::strategy::{Node, Said};
use crate::generate::{Violation, pointer};

/// An instance that breaks one constraint.
pub(in crate::generate) struct Broken {
    pub violation: Violation,
    pub body: Value,
    pub way: Way,
}

/// In what way an instance is broken, whichever item of an array it is that is wrong.
pub(in crate::generate) type Way = (String, &'static str, String);

/// What may break a constraint of this place, alone or not, in ways that are not yet known.
///
/// Instances are large: each is made when it is asked for.
pub(in crate::generate) fn broken<'a>(
    base: &'a Value,
    place: &'a Place<'_>,
    known: &HashSet<Way>,
) -> impl Iterator<Item = Broken> + use<'a> {
    let at = any_item(&place.pointer);
    let is_new = |keyword: &'static str, what: &str| !known.contains(&(at.clone(), keyword, what.to_owned()));
    let all = base.pointer(&place.pointer).map(|value| mutations(&place.node, value)).unwrap_or_default();
    let new: Vec<Mutation> = all.into_iter().filter(|mutation| is_new(mutation.keyword, &mutation.what)).collect();
    let values = new.into_iter().chain(turns(place, &is_new)).map(move |mutation| with_value(base, place, mutation));
    let surplus =
        std::iter::once_with(move || with_undeclared(base, place).into_iter().chain(with_surplus(base, place)));
    values.chain(without_required(base, place)).chain(surplus.flatten())
}

/// What may break any keyword of this place, by chance.
pub(in crate::generate) fn drawn(base: &Value, place: &Place<'_>, runner: &mut TestRunner) -> Option<Broken> {
    turn::drawn(place, runner).map(|mutation| with_value(base, place, mutation))
}

/// Whether nothing but the constraint that it names is broken.
pub(in crate::generate) fn is_alone(schema: &Schema, broken: &Broken) -> bool {
    let Location::Body(at) = &broken.violation.at else { return false };
    breaks_alone(schema, &broken.body, site(at, &broken.violation.keyword), &broken.violation.keyword)
}

fn with_value(base: &Value, place: &Place<'_>, mutation: Mutation) -> Broken {
    let essential = mutation.is_essential(place.required);
    let mut body = base.clone();
    pointer::set(&mut body, &place.pointer, mutation.value);
    Broken::new(place.pointer.clone(), mutation.keyword, &mutation.what, (mutation.said, essential), body)
}

fn without_required<'a>(base: &'a Value, place: &'a Place<'_>) -> impl Iterator<Item = Broken> + 'a {
    place.node.required().into_iter().filter_map(move |(name, said): (&str, Said)| {
        let at = pointer::child(&place.pointer, name);
        let mut body = base.clone();
        pointer::remove(&mut body, &at)?;
        Some(Broken::new(at, "required", "is left out", (said, true), body))
    })
}

/// A member that nobody declared, where that is forbidden.
fn with_undeclared(base: &Value, place: &Place<'_>) -> Option<Broken> {
    let (keyword, said) = forbidden(&place.node, ["additionalProperties", "unevaluatedProperties"])?;
    let at = pointer::child(&place.pointer, "uptospec");
    let mut body = base.clone();
    let is_new = pointer::set(&mut body, &at, Value::from("undeclared"));
    is_new.then(|| Broken::new(at, keyword, "is not declared", (said, true), body))
}

/// An item after those that are described, where that is forbidden.
fn with_surplus(base: &Value, place: &Place<'_>) -> Option<Broken> {
    let (keyword, said) = forbidden(&place.node, ["items", "unevaluatedItems"])?;
    let mut body = base.clone();
    let items = body.pointer_mut(&place.pointer)?.as_array_mut()?;
    let surplus = pointer::child(&place.pointer, &items.len().to_string());
    items.push(Value::from("surplus"));
    // Each item is held against `items`, the whole list against `unevaluatedItems`.
    let at = if keyword == "items" { surplus } else { place.pointer.clone() };
    Some(Broken::new(at, keyword, "is an item too many", (said, true), body))
}

/// The keyword that allows no more members or items than are described.
fn forbidden(node: &Node<'_>, keywords: [&'static str; 2]) -> Option<(&'static str, Said)> {
    let of = |name: &'static str| {
        let found = node.keywords(name).find(|keyword| keyword.value == &Value::Bool(false))?.said;
        Some((name, found))
    };
    keywords.into_iter().find_map(of)
}

impl Broken {
    fn new(at: String, keyword: &'static str, what: &str, (said, essential): (Said, bool), body: Value) -> Self {
        let way = (any_item(&at), keyword, what.to_owned());
        let what = format!("{} {what}", called(&at));
        Broken { violation: super::violation(Location::Body(at), keyword, what, said, essential), body, way }
    }
}

/// The pointer with every index open.
fn any_item(pointer: &str) -> String {
    let step = |step: &str| if step.parse::<usize>().is_ok() { "*".to_owned() } else { step.to_owned() };
    pointer.split('/').map(step).collect::<Vec<_>>().join("/")
}

/// How people call a part of the body.
fn called(pointer: &str) -> String {
    match pointer {
        "" => "the body".to_owned(),
        _ => format!("`{}`", pointer.trim_start_matches('/').replace('/', ".")),
    }
}
