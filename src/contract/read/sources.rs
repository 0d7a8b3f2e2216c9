//! Every `x-source` of a contract's files, in their order.

use std::collections::{HashMap, HashSet};

use crate::contract::document::{At, Data, Files};
use crate::contract::{Diagnostic, Level, Promise, PromiseId, Source, Strength, Subject};

/// The keys of an `x-source`.
const KEYS: [&str; 5] = ["document", "quote", "strength", "section", "of"];

/// What was found.
pub(super) struct Found {
    /// The promises, in the order of the files.
    pub promises: Vec<Promise>,
    /// Those of each `x-source`, by file and first byte of its value.
    pub places: HashMap<(usize, usize), Vec<PromiseId>>,
    /// What is wrong with them.
    pub diagnostics: Vec<Diagnostic>,
}

/// Finds every `x-source`.
pub(super) fn find(files: &Files) -> Found {
    let found = Found { promises: Vec::new(), places: HashMap::new(), diagnostics: Vec::new() };
    let mut search = Search { files, found, seen: HashSet::new() };
    for top in files.tops() {
        search.node(&top, true);
    }
    search.found
}

/// The strength of an `x-source`; `None` where it is no strength.
pub(super) fn strength(at: &At<'_>) -> Option<Strength> {
    let Some(strength) = at.get("strength") else { return Some(Strength::Documented) };
    match strength.node.as_str()? {
        "documented" => Some(Strength::Documented),
        "inferred" => Some(Strength::Inferred),
        "standard" => Some(Strength::Standard),
        _ => None,
    }
}

struct Search<'a> {
    files: &'a Files,
    found: Found,
    /// Sources already taken, which YAML aliases show again.
    seen: HashSet<(usize, usize)>,
}

impl Search<'_> {
    /// `keywords` says whether the members of an object are keywords rather than names of someone's.
    fn node(&mut self, at: &At<'_>, keywords: bool) {
        match &at.node.data {
            Data::Array(_) => at.items().for_each(|item| self.node(&item, true)),
            Data::Object(_) => {
                for (key, value) in at.members() {
                    match key {
                        "x-source" if keywords => self.source(&value),
                        "example" | "examples" | "default" | "const" | "enum" | "value" | "dataValue" if keywords => {}
                        "properties" | "patternProperties" if keywords => self.node(&value, false),
                        _ => self.node(&value, true),
                    }
                }
            }
            _ => {}
        }
    }

    fn source(&mut self, at: &At<'_>) {
        if !self.seen.insert((at.file, at.node.span.start)) {
            return;
        }
        let entries: Vec<At<'_>> = match &at.node.data {
            Data::Array(_) => at.items().collect(),
            _ => vec![at.clone()],
        };
        let ids: Vec<PromiseId> = entries.iter().filter_map(|entry| self.entry(entry)).collect();
        self.found.places.insert((at.file, at.node.span.start), ids);
    }

    fn entry(&mut self, at: &At<'_>) -> Option<PromiseId> {
        if at.node.as_object().is_none() {
            let message = format!("`x-source` is {}", at.node.kind());
            self.warn(at, "", message, "write `{document: FILE, quote: ..., strength: documented}`, or a list of them");
            return None;
        }
        for (key, _) in at.members().filter(|(key, _)| !KEYS.contains(key) && !key.starts_with("x-")) {
            self.warn(at, key, format!("`x-source` has no key `{key}`"), &super::extensions::nearest(key, &KEYS));
        }
        let strength = self.strength(at)?;
        let Some(document) = at.text("document").or(at.text("section").filter(|_| strength == Strength::Standard))
        else {
            self.warn(at, "", "this `x-source` names no document".to_owned(), "add `document: FILE`");
            return None;
        };
        let text = |key: &str| at.text(key).map(|text| text.trim().to_owned());
        let source = Source { document: document.to_owned(), quote: text("quote"), strength, section: text("section") };
        let id = PromiseId(self.found.promises.len());
        let place = self.files.place(at);
        self.found.promises.push(Promise {
            source,
            operation: None,
            subject: Subject::Document,
            of: text("of"),
            place,
        });
        Some(id)
    }

    fn strength(&mut self, at: &At<'_>) -> Option<Strength> {
        let strength = strength(at);
        if let (None, Some(written)) = (strength, at.get("strength")) {
            let message = format!("`strength` is {}", written.node.to_value());
            self.warn(at, "strength", message, "it is `documented`, `inferred` or `standard`");
        }
        strength
    }

    fn warn(&mut self, at: &At<'_>, key: &str, message: String, help: &str) {
        let place = self.files.place_of_key(at, key);
        self.found.diagnostics.push(Diagnostic { level: Level::Warning, message, help: Some(help.to_owned()), place });
    }
}
