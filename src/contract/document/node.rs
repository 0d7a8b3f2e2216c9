//! A value with its place.

use std::ops::Range;

use indexmap::IndexMap;
use serde_json::{Number, Value};

/// A value of a document and the bytes it stands on.
#[derive(Debug, Clone)]
pub(in crate::contract) struct Node {
    /// The value.
    pub data: Data,
    /// Bytes of the text.
    pub span: Range<usize>,
}

/// What a value is; the types of JSON.
#[derive(Debug, Clone)]
pub(in crate::contract) enum Data {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Node>),
    Object(IndexMap<String, Member>),
}

/// A member of an object.
#[derive(Debug, Clone)]
pub(in crate::contract) struct Member {
    /// Bytes of its key.
    pub key: Range<usize>,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The member of that name, where this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_object()?.get(key).map(|member| &member.value)
    }

    /// The members, where this is an object.
    pub fn as_object(&self) -> Option<&IndexMap<String, Member>> {
        match &self.data {
            Data::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The elements, where this is an array.
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.data {
            Data::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The text, where this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, where this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The number, where this is a whole one that is not negative.
    pub fn as_u64(&self) -> Option<u64> {
        match &self.data {
            Data::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// Whether this is an array or an object.
    pub fn is_collection(&self) -> bool {
        matches!(self.data, Data::Array(_) | Data::Object(_))
    }

    /// The values directly in this one.
    fn inner(&self) -> impl Iterator<Item = &Node> {
        let members = self.as_object().into_iter().flat_map(IndexMap::values).map(|member| &member.value);
        self.as_array().into_iter().flatten().chain(members)
    }

    /// How many levels of values this is, itself among them.
    pub fn depth(&self) -> usize {
        1 + self.inner().map(Node::depth).max().unwrap_or(0)
    }

    /// How many values this is, itself among them.
    pub fn size(&self) -> usize {
        1 + self.inner().map(Node::size).sum::<usize>()
    }

    /// Moves this and all in it by so many bytes.
    pub fn shift(&mut self, by: usize) {
        let moved = |span: &Range<usize>| span.start + by..span.end + by;
        self.span = moved(&self.span);
        match &mut self.data {
            Data::Array(items) => items.iter_mut().for_each(|item| item.shift(by)),
            Data::Object(members) => {
                for member in members.values_mut() {
                    member.key = moved(&member.key);
                    member.value.shift(by);
                }
            }
            _ => {}
        }
    }

    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self.data {
            Data::Null => "null",
            Data::Bool(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::String(_) => "a string",
            Data::Array(_) => "an array",
            Data::Object(_) => "an object",
        }
    }

    /// The value without its places.
    pub fn to_value(&self) -> Value {
        match &self.data {
            Data::Null => Value::Null,
            Data::Bool(value) => Value::Bool(*value),
            Data::Number(number) => Value::Number(number.clone()),
            Data::String(text) => Value::String(text.clone()),
            Data::Array(items) => items.iter().map(Node::to_value).collect(),
            Data::Object(members) => {
                Value::Object(members.iter().map(|(key, member)| (key.clone(), member.value.to_value())).collect())
            }
        }
    }
}
