//! What all of our own keys need: known names, and the nearest one to what was written.

use crate::contract::document::At;

use super::reader::Reader;

/// Advice on an unknown key.
pub(super) fn nearest(key: &str, known: &[&str]) -> String {
    let best = known.iter().max_by(|a, b| strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b)));
    match best {
        Some(best) if strsim::jaro_winkler(key, best) > 0.75 => format!("did you mean `{best}`?"),
        _ => format!("the keys are {}", known.join(", ")),
    }
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
