//! Taking YAML nodes apart, with an error at the place of what is wrong.

use indexmap::IndexMap;

use super::SuiteError;
use crate::contract::{Placed, PlacedKind};

/// A member that must be there.
pub(super) fn field<'n>(node: &'n Placed, name: &str) -> Result<&'n Placed, SuiteError> {
    node.get(name).ok_or_else(|| wrong(node, format!("`{name}` is missing here"), "Arazzo 1.0 asks for it"))
}

/// A member that must be there and be a text.
pub(super) fn text<'n>(node: &'n Placed, name: &str) -> Result<&'n str, SuiteError> {
    let found = field(node, name)?;
    found.text().ok_or_else(|| wrong(found, format!("`{name}` is no text"), "put it in quotes"))
}

/// A member that may be there, and then must be a text.
pub(super) fn optional_text<'n>(node: &'n Placed, name: &str) -> Result<Option<&'n str>, SuiteError> {
    node.get(name).map(|_| text(node, name)).transpose()
}

/// A member that must be a list.
pub(super) fn list<'n>(node: &'n Placed, name: &str) -> Result<&'n [Placed], SuiteError> {
    match &field(node, name)?.kind {
        PlacedKind::List(items) => Ok(items),
        _ => Err(wrong(field(node, name)?, format!("`{name}` is no list"), "begin each item with `- `")),
    }
}

/// A member that may be there, and then must be a list.
pub(super) fn optional_list<'n>(node: &'n Placed, name: &str) -> Result<&'n [Placed], SuiteError> {
    if node.get(name).is_none() { Ok(&[]) } else { list(node, name) }
}

/// A member that may be there, and then must be a map.
pub(super) fn optional_map<'n>(
    node: &'n Placed,
    name: &str,
) -> Result<Option<&'n IndexMap<String, Placed>>, SuiteError> {
    match node.get(name).map(|member| (&member.kind, member)) {
        None => Ok(None),
        Some((PlacedKind::Map(members), _)) => Ok(Some(members)),
        Some((_, member)) => Err(wrong(member, format!("`{name}` is no map"), "write `name: value` on each line")),
    }
}

/// An error at the place of a value.
pub(super) fn wrong(at: &Placed, message: impl Into<String>, help: &str) -> SuiteError {
    SuiteError::new(at.place.clone(), message, Some(help))
}
