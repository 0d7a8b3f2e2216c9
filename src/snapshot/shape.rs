//! The shape of JSON values: types and members, no values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::names::is_name;
use super::said::Said;
use super::{Presence, join_maps};

/// An object with more members holds data under its keys.
const MOST_MEMBERS: usize = 64;
/// What is nested deeper is not looked at.
const DEEPEST: usize = 12;
/// Most items of one array that are looked at.
const MOST_ITEMS: usize = 1000;

/// What values at one place are. Empty: none was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Those of `null`, `boolean`, `number` and `string` that were seen.
    pub scalars: BTreeSet<&'static str>,
    /// The objects.
    pub object: Option<Members>,
    /// The arrays.
    pub array: Option<Items>,
    /// Whether more may be there than was looked at.
    pub open: bool,
}

/// The members of objects at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Members {
    /// Members with names.
    Named(BTreeMap<String, (Presence, Shape)>),
    /// Members whose names are data.
    Any(Box<Shape>),
}

/// The items of arrays at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Items {
    /// Whether no array was empty.
    pub presence: Presence,
    /// What they are.
    pub shape: Box<Shape>,
}

/// The words for values that hold no others.
pub(crate) const SCALARS: [&str; 4] = ["null", "boolean", "number", "string"];

impl Shape {
    /// The shape of one value; `said` is what the document says of it.
    pub(super) fn of(value: &Value, said: &Said<'_>) -> Self {
        Self::at(value, said, 0)
    }

    /// The shape of a text.
    pub fn text() -> Self {
        Self::scalar("string")
    }

    /// A shape of which nothing is known.
    pub fn open() -> Self {
        Shape { open: true, ..Shape::default() }
    }

    fn scalar(word: &'static str) -> Self {
        Shape { scalars: BTreeSet::from([word]), ..Shape::default() }
    }

    fn at(value: &Value, said: &Said<'_>, depth: usize) -> Self {
        match value {
            Value::Null => Self::scalar("null"),
            Value::Bool(_) => Self::scalar("boolean"),
            Value::Number(_) => Self::scalar("number"),
            Value::String(_) => Self::scalar("string"),
            Value::Array(_) | Value::Object(_) if depth >= DEEPEST => Self::open(),
            Value::Array(items) => {
                let said = said.items();
                let shapes = items.iter().take(MOST_ITEMS).map(|item| Self::at(item, &said, depth + 1));
                let presence = if items.is_empty() { Presence::Sometimes } else { Presence::Always };
                let items = Items { presence, shape: Box::new(joined(shapes)) };
                Shape { array: Some(items), ..Shape::default() }
            }
            Value::Object(members) => {
                // Where the document leaves both names and values open, all of it is somebody's data.
                if said.is_map() && !said.describes_values() {
                    return Shape { object: Some(Members::Any(Box::new(Self::open()))), ..Shape::default() };
                }
                let is_data = said.is_map() || members.len() > MOST_MEMBERS || !members.keys().all(|key| is_name(key));
                let member = |(name, value): (&String, &Value)| {
                    (name.clone(), (Presence::Always, Self::at(value, &said.member(name), depth + 1)))
                };
                let named = members.iter().take(MOST_ITEMS).map(member);
                let members = match is_data {
                    true => Members::Any(Box::new(joined(named.map(|(_, (_, shape))| shape)))),
                    false => Members::Named(named.collect()),
                };
                Shape { object: Some(members), ..Shape::default() }
            }
        }
    }

    /// Takes in another shape at the same place.
    pub fn join(&mut self, other: Shape) {
        self.open |= other.open;
        self.scalars.extend(other.scalars);
        self.object = match (self.object.take(), other.object) {
            (Some(one), Some(other)) => Some(one.join(other)),
            (one, other) => one.or(other),
        };
        self.array = match (self.array.take(), other.array) {
            (Some(one), Some(other)) => Some(one.join(other)),
            (one, other) => one.or(other),
        };
    }

    /// The types that were seen, in words.
    pub fn types(&self) -> BTreeSet<&'static str> {
        let object = self.object.as_ref().map(|_| "object");
        let array = self.array.as_ref().map(|_| "array");
        self.scalars.iter().copied().chain(object).chain(array).collect()
    }

    /// Makes objects whose members have names that must not be shown into objects of data.
    pub fn hide(&mut self, is_secret: &dyn Fn(&str) -> bool) {
        if let Some(items) = &mut self.array {
            items.shape.hide(is_secret);
        }
        let Some(members) = &mut self.object else { return };
        if let Members::Named(named) = members
            && named.keys().any(|name| is_secret(name))
        {
            *members = std::mem::replace(members, Members::Named(BTreeMap::new())).unnamed();
        }
        match members {
            Members::Named(named) => named.values_mut().for_each(|(_, shape)| shape.hide(is_secret)),
            Members::Any(shape) => shape.hide(is_secret),
        }
    }
}

impl Members {
    fn join(self, other: Members) -> Members {
        match (self, other) {
            (Members::Named(mut one), Members::Named(other)) => {
                join_maps(&mut one, other, Shape::join);
                let joined = Members::Named(one);
                if joined.is_too_many() { joined.unnamed() } else { joined }
            }
            (one, other) => Members::Any(Box::new(joined([one, other].map(Members::any)))),
        }
    }

    fn is_too_many(&self) -> bool {
        matches!(self, Members::Named(named) if named.len() > MOST_MEMBERS)
    }

    fn unnamed(self) -> Members {
        Members::Any(Box::new(self.any()))
    }

    /// What any of the members is.
    fn any(self) -> Shape {
        match self {
            Members::Named(named) => joined(named.into_values().map(|(_, shape)| shape)),
            Members::Any(shape) => *shape,
        }
    }
}

impl Items {
    fn join(self, other: Items) -> Items {
        let mut shape = self.shape;
        shape.join(*other.shape);
        Items { presence: self.presence.join(other.presence), shape }
    }
}

fn joined(shapes: impl IntoIterator<Item = Shape>) -> Shape {
    let mut all = Shape::default();
    shapes.into_iter().for_each(|shape| all.join(shape));
    all
}
