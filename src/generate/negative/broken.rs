//! Instances that may break one constraint of a place.

use std::collections::HashSet;

use serde_json::Value;

use super::alone::{breaks_alone, site};
use super::mutation::{Mutation, mutations};
use crate::contract::{Location, Schema};
use crate::generate::place::Place;
use crate::generate::strategy::Said;
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
    let is_new = |mutation: &Mutation| !known.contains(&(at.clone(), mutation.keyword, mutation.what.clone()));
    let all = base.pointer(&place.pointer).map(|value| mutations(&place.node, value)).unwrap_or_default();
    let new: Vec<Mutation> = all.into_iter().filter(is_new).collect();
    let values = new.into_iter().map(move |mutation| with_value(base, place, mutation));
    let undeclared = std::iter::once_with(move || with_undeclared(base, place)).flatten();
    values.chain(without_required(base, place)).chain(undeclared)
}

/// Whether nothing but the constraint that it names is broken.
pub(in crate::generate) fn is_alone(schema: &Schema, broken: &Broken) -> bool {
    let Location::Body(at) = &broken.violation.at else { return false };
    breaks_alone(schema, &broken.body, site(at, &broken.violation.keyword), &broken.violation.keyword)
}

fn with_value(base: &Value, place: &Place<'_>, mutation: Mutation) -> Broken {
    let mut body = base.clone();
    pointer::set(&mut body, &place.pointer, mutation.value);
    // A tolerant reader may take another type where it can do without the member.
    let essential = mutation.keyword != "type" || place.required;
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

fn with_undeclared(base: &Value, place: &Place<'_>) -> Option<Broken> {
    let mut forbidden = place.node.keywords("additionalProperties");
    let said = forbidden.find(|keyword| keyword.value == &Value::Bool(false))?.said;
    let at = pointer::child(&place.pointer, "uptospec");
    let mut body = base.clone();
    let is_new = pointer::set(&mut body, &at, Value::from("undeclared"));
    is_new.then(|| Broken::new(at, "additionalProperties", "is not declared", (said, true), body))
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
