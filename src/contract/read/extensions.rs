//! What all of our own keys need: known names, and the nearest one to what was written.

use indexmap::IndexMap;

use crate::contract::document::At;

use super::reader::Reader;

/// Advice on an unknown key.
pub(super) fn nearest(key: &str, known: &[&str]) -> String {
    close(key, known).unwrap_or_else(|| format!("the keys are {}", known.join(", ")))
}

/// Advice on an unknown name, where a known one comes close.
pub(super) fn close(name: &str, known: &[&str]) -> Option<String> {
    let alike = |known: &&str| strsim::jaro_winkler(name, known);
    let best = known.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    (alike(best) > 0.75).then(|| format!("did you mean `{best}`?"))
}

impl<'a> Reader<'a> {
    /// Says which keys of one of our own objects nobody knows; whether it is an object at all.
    pub fn known_keys(&mut self, at: &At<'a>, name: &str, known: &[&str]) -> bool {
        if at.node.as_object().is_none() {
            let help = format!("its keys are {}", known.join(", "));
            self.warn(at, "", format!("`{name}` is {}", at.node.kind()), &help);
            return false;
        }
        for (key, _) in at.members().filter(|(key, _)| !known.contains(key) && !key.starts_with("x-")) {
            self.warn(at, key, format!("`{name}` has no key `{key}`"), &nearest(key, known));
        }
        true
    }

    /// A string of one of our own objects.
    pub fn own_text(&mut self, at: &At<'a>, key: &str) -> Option<String> {
        let value = at.get(key)?;
        let text = value.node.as_str().map(str::to_owned);
        if text.is_none() {
            self.warn(&value, "", format!("`{key}` is {}", value.node.kind()), "it is a string");
        }
        text
    }

    /// A list of strings of one of our own objects; one string alone is a list of one.
    pub fn own_texts(&mut self, at: &At<'a>, key: &str) -> Vec<String> {
        let Some(value) = at.get(key) else { return Vec::new() };
        if let Some(text) = value.node.as_str() {
            return vec![text.to_owned()];
        }
        let texts: Option<Vec<String>> =
            value.node.as_array().and_then(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        texts.unwrap_or_else(|| {
            self.warn(&value, "", format!("`{key}` is not a list of strings"), "write `[a, b]`");
            Vec::new()
        })
    }

    /// Header fields and their values, as one of our own objects gives them.
    pub fn own_headers(&mut self, at: &At<'a>, key: &str) -> IndexMap<String, String> {
        let Some(headers) = at.get(key) else { return IndexMap::new() };
        if headers.node.as_object().is_none() {
            self.warn(&headers, "", format!("`{key}` is {}", headers.node.kind()), "write `{header: value}`");
        }
        let mut found = IndexMap::new();
        for (name, _) in headers.members().filter(|(name, _)| !name.starts_with("x-source")) {
            found.extend(self.own_text(&headers, name).map(|value| (name.to_owned(), value)));
        }
        found
    }

    /// A truth value of one of our own objects.
    pub fn own_flag(&mut self, at: &At<'a>, key: &str) -> Option<bool> {
        let value = at.get(key)?;
        let flag = value.node.as_bool();
        if flag.is_none() {
            self.warn(&value, "", format!("`{key}` is {}", value.node.kind()), "it is true or false");
        }
        flag
    }
}
