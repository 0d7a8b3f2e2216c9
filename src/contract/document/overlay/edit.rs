//! Changes of a tree at a path in it: values that come in, and values that go.

use serde_json::Value;
use serde_json_path::{NormalizedPath, PathElement};

use crate::contract::document::node::{Data, Node};

/// One step from a value to a value in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Index(usize),
    Key(String),
}

/// The steps of a normalized path (RFC 9535 section 2.7).
pub(super) fn steps(path: &NormalizedPath<'_>) -> Vec<Step> {
    let step = |element: &PathElement<'_>| match element {
        PathElement::Name(name) => Step::Key((*name).to_owned()),
        PathElement::Index(index) => Step::Index(*index),
    };
    path.iter().map(step).collect()
}

/// The value at the end of a path.
pub(super) fn node_at<'a>(root: &'a mut Node, path: &[Step]) -> Option<&'a mut Node> {
    path.iter().try_fold(root, |node, step| match (&mut node.data, step) {
        (Data::Array(items), Step::Index(index)) => items.get_mut(*index),
        (Data::Object(members), Step::Key(key)) => members.get_mut(key).map(|member| &mut member.value),
        _ => None,
    })
}

/// The same in a value without places.
pub(super) fn value_at<'a>(root: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(root, |value, step| match step {
        Step::Index(index) => value.get_mut(index),
        Step::Key(key) => value.get_mut(key),
    })
}

/// Takes the value at the end of a path out of what holds it.
pub(super) fn remove(root: &mut Node, plain: &mut Value, path: &[Step]) {
    let Some((last, parent)) = path.split_last() else { return };
    match (node_at(root, parent).map(|node| &mut node.data), last) {
        (Some(Data::Array(items)), Step::Index(index)) if *index < items.len() => drop(items.remove(*index)),
        (Some(Data::Object(members)), Step::Key(key)) => drop(members.shift_remove(key)),
        _ => {}
    }
    match (value_at(plain, parent), last) {
        (Some(Value::Array(items)), Step::Index(index)) if *index < items.len() => drop(items.remove(*index)),
        (Some(Value::Object(members)), Step::Key(key)) => drop(members.shift_remove(key)),
        _ => {}
    }
}

/// A value that cannot be merged: it is of another kind than what the document has there.
pub(super) struct Unfit<'u> {
    /// The value that comes in.
    pub update: &'u Node,
    /// What the document has, in words.
    pub has: &'static str,
}

/// Brings an update into the value that an action selected: members are merged, lists go on, and an array takes
/// anything else as its last entry.
pub(super) fn update<'u>(selected: &mut Node, update: &'u Node) -> Vec<Unfit<'u>> {
    let mut unfit = Vec::new();
    match (&mut selected.data, &update.data) {
        (Data::Array(items), data) if !matches!(data, Data::Array(_)) => items.push(update.clone()),
        (Data::Array(_) | Data::Object(_), _) => merge(selected, update, &mut unfit),
        _ => unfit.push(Unfit { update, has: selected.kind() }),
    }
    unfit
}

fn merge<'u>(node: &mut Node, update: &'u Node, unfit: &mut Vec<Unfit<'u>>) {
    match (&mut node.data, &update.data) {
        (Data::Object(members), Data::Object(more)) => {
            for (key, new) in more {
                match members.get_mut(key) {
                    Some(known) if known.value.is_collection() => merge(&mut known.value, &new.value, unfit),
                    Some(known) if new.value.is_collection() && !matches!(known.value.data, Data::Null) => {
                        unfit.push(Unfit { update: &new.value, has: known.value.kind() });
                    }
                    _ => drop(members.insert(key.clone(), new.clone())),
                }
            }
        }
        (Data::Array(items), Data::Array(more)) => items.extend(more.iter().cloned()),
        _ => unfit.push(Unfit { update, has: node.kind() }),
    }
}
