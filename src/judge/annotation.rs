//! Keywords of a schema that say something about its values and that no validator asks.

use std::collections::HashSet;

use serde_json::Value;

use crate::contract::{PromiseId, Schema};

/// Deepest nesting that is searched; a schema that refers to itself has no end.
const DEEPEST: usize = 32;

/// A keyword, and the value that it speaks about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Annotation<'a> {
    /// JSON Pointer of the value in an instance.
    pub pointer: String,
    /// What the keyword holds.
    pub value: &'a Value,
    /// The nearest promise around it.
    pub promise: Option<PromiseId>,
}

/// Every occurrence of a keyword on a member of an object, at any depth. Array items are left out:
/// there is no one place to compare.
pub(super) fn annotations<'a>(schema: &'a Schema, keyword: &str) -> Vec<Annotation<'a>> {
    let mut search = Search { schema, keyword, open: HashSet::new(), path: Vec::new(), found: Vec::new() };
    search.visit(schema.json(), String::new());
    search.found
}

struct Search<'a, 'k> {
    schema: &'a Schema,
    keyword: &'k str,
    /// References that are being followed: meeting one again is a cycle.
    open: HashSet<&'a str>,
    path: Vec<String>,
    found: Vec<Annotation<'a>>,
}

impl<'a> Search<'a, '_> {
    /// `place` is the JSON Pointer of `part` from the schema's root on and through `$ref`s.
    fn visit(&mut self, part: &'a Value, place: String) {
        if self.path.len() > DEEPEST {
            return;
        }
        if let Some(value) = part.get(self.keyword) {
            let annotation = Annotation { pointer: self.pointer(), value, promise: self.promise(&place) };
            self.found.push(annotation);
        }
        for (name, member) in part.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.path.push(name.clone());
            self.visit(member, format!("{place}/properties/{}", escaped(name)));
            self.path.pop();
        }
        for (index, branch) in part.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
            self.visit(branch, format!("{place}/allOf/{index}"));
        }
        for keyword in ["anyOf", "oneOf"] {
            self.only_branch(part, keyword, &place);
        }
        self.follow(part, &place);
    }

    /// Of alternatives none is known to be meant, unless there is but one beside `null`: that is how a
    /// member that may be null is written.
    fn only_branch(&mut self, part: &'a Value, keyword: &str, place: &str) {
        let branches = part.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate();
        let mut branches = branches.filter(|(_, branch)| branch.get("type").is_none_or(|kind| kind != "null"));
        if let (Some((index, branch)), None) = (branches.next(), branches.next()) {
            self.visit(branch, format!("{place}/{keyword}/{index}"));
        }
    }

    fn follow(&mut self, part: &'a Value, place: &str) {
        let Some(reference) = part.get("$ref").and_then(Value::as_str) else { return };
        let schema = self.schema;
        let Some(target) = schema.resolve(reference) else { return };
        if self.open.insert(reference) {
            self.visit(target, format!("{place}/$ref"));
            self.open.remove(reference);
        }
    }

    fn pointer(&self) -> String {
        self.path.iter().map(|step| format!("/{}", escaped(step))).collect()
    }

    /// The promise whose subschema encloses `place` most closely.
    fn promise(&self, place: &str) -> Option<PromiseId> {
        let encloses =
            |outer: &str| place.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let around = self.schema.promises().iter().filter(|promise| encloses(&promise.schema));
        // The last of the longest would be taken: where a subschema has several, the first is its own.
        around.rev().max_by_key(|promise| promise.schema.len()).map(|promise| promise.promise)
    }
}

pub(super) fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(schema: Value) -> Vec<(String, Value)> {
        let schema = Schema::standalone(schema).unwrap();
        annotations(&schema, "x-echo").into_iter().map(|found| (found.pointer, found.value.clone())).collect()
    }

    #[test]
    fn a_keyword_is_found_through_members_branches_and_references() {
        let found = found(json!({
            "allOf": [{"properties": {"a/b": {"x-echo": 1}}}],
            "properties": {"inner": {"$ref": "#/$defs/inner"}},
            "$defs": {"inner": {"properties": {"id": {"x-echo": 2}}}},
        }));
        let pair = |pointer: &str, value: i32| (pointer.to_owned(), json!(value));
        assert_eq!(found, [pair("/inner/id", 2), pair("/a~1b", 1)]);
    }

    #[test]
    fn a_member_that_may_be_null_has_one_meaning_and_alternatives_have_none() {
        let found = found(json!({"properties": {
            "id": {"anyOf": [{"allOf": [{"x-echo": 1}]}, {"type": "null"}]},
            "other": {"oneOf": [{"x-echo": 2}, {"x-echo": 3}]},
        }}));
        assert_eq!(found, [("/id".to_owned(), json!(1))]);
    }

    #[test]
    fn a_schema_that_refers_to_itself_is_searched_once() {
        let found = found(json!({
            "properties": {"id": {"x-echo": 1}, "parent": {"$ref": "#"}},
        }));
        assert_eq!(found.len(), 2);
    }
}
