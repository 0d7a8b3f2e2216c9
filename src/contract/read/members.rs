//! Members of the standard's objects: of the kind that they should be, or said.

use super::reader::Reader;
use crate::contract::document::{At, Data};

/// What it costs that a member is of another kind than it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cost {
    /// The operation under reading: nobody knows what it asks for.
    Operation,
    /// The member alone.
    Itself,
}

impl<'a> Reader<'a> {
    /// A member that is a list; one that is null is not there.
    pub fn list(&mut self, at: &At<'a>, key: &str, cost: Cost) -> Option<At<'a>> {
        self.of_kind(at, key, cost, "a list", |data| matches!(data, Data::Array(_)))
    }

    /// A member that is an object; one that is null is not there.
    pub fn object(&mut self, at: &At<'a>, key: &str, cost: Cost) -> Option<At<'a>> {
        self.of_kind(at, key, cost, "an object", |data| matches!(data, Data::Object(_)))
    }

    fn of_kind(
        &mut self,
        at: &At<'a>,
        key: &str,
        cost: Cost,
        right: &str,
        is_right: fn(&Data) -> bool,
    ) -> Option<At<'a>> {
        let value = at.get(key).filter(|value| !matches!(value.node.data, Data::Null))?;
        if is_right(&value.node.data) {
            return Some(value);
        }
        let message = format!("`{key}` is {}", value.node.kind());
        let help = format!("write it as {right}");
        match cost {
            Cost::Operation => self.spoil(at, key, message, &help),
            Cost::Itself => self.warn(at, key, message, &help),
        }
        None
    }

    /// A truth value. Generators put it in quotes, and YAML 1.1 has other words for it: what is meant is plain.
    pub fn flag(&mut self, at: &At<'a>, key: &str) -> Option<bool> {
        let value = at.get(key)?;
        if let Some(flag) = value.node.as_bool() {
            return Some(flag);
        }
        let meant = value.node.as_str().and_then(meant_flag);
        match meant {
            Some(flag) => self.note(
                &value,
                "",
                format!("`{key}` is the text {}, read as {flag}", value.node.to_value()),
                &format!("write {flag} without quotes"),
            ),
            None => self.warn(at, key, format!("`{key}` is {}", value.node.kind()), "it is true or false"),
        }
        meant
    }

    /// Says which members an object of the standard does not know: most are those of another version, or misspelt.
    pub fn known_fields(&mut self, at: &At<'a>, what: &str, known: &[&str]) {
        for (key, _) in at.members().filter(|(key, _)| !known.contains(key) && !key.starts_with("x-")) {
            let help = match key {
                // OpenAPI 2.0 had it there.
                "schema" => "it stands in `content`, under a media type".to_owned(),
                _ => super::extensions::close(key, known).unwrap_or_else(|| "it is passed over".to_owned()),
            };
            self.note(at, key, format!("`{key}` is no field of {what}"), &help);
        }
    }
}

/// The truth value that a text evidently means.
pub(in crate::contract) fn meant_flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}
