//! A value and the way to it.

use super::node::Node;

/// A value and the way to it.
#[derive(Debug, Clone)]
pub(in crate::contract) struct At<'a> {
    /// Number of the file.
    pub file: usize,
    /// The value.
    pub node: &'a Node,
    /// JSON Pointer of the value in its file.
    pub pointer: String,
}

impl<'a> At<'a> {
    /// The member of that name.
    pub fn get(&self, key: &str) -> Option<At<'a>> {
        self.node.get(key).map(|node| self.step(key, node))
    }

    /// The members with their keys; none where this is no object.
    pub fn members(&self) -> impl Iterator<Item = (&'a str, At<'a>)> {
        let members = self.node.as_object().into_iter().flatten();
        members.map(|(key, member)| (key.as_str(), self.step(key, &member.value)))
    }

    /// The elements; none where this is no array.
    pub fn items(&self) -> impl Iterator<Item = At<'a>> {
        let items = self.node.as_array().unwrap_or_default().iter().enumerate();
        items.map(|(index, node)| self.step(&index.to_string(), node))
    }

    /// The text of a member.
    pub fn text(&self, key: &str) -> Option<&'a str> {
        self.node.get(key)?.as_str()
    }

    pub(super) fn step(&self, key: &str, node: &'a Node) -> At<'a> {
        At { file: self.file, node, pointer: format!("{}/{}", self.pointer, escape(key)) }
    }
}

/// A reference token of a JSON Pointer (RFC 6901 section 3).
pub(in crate::contract) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}
