//! The promises inside a schema: what the normaliser wrote as `x-promise`, found again.

use std::collections::HashSet;

use serde_json::Value;

use super::Schema;
use crate::contract::PromiseId;
use crate::contract::document::escape;

/// The key that the normaliser puts beside `x-source`: an array of promise numbers.
pub(super) const KEY: &str = "x-promise";

/// A promise inside a schema, and the instances it speaks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaPromise {
    /// The promise.
    pub promise: PromiseId,
    /// Path of the instance it speaks about, one step a property name; `*` stands for every array
    /// item or additional member. Empty: the whole instance.
    pub path: Vec<String>,
    /// JSON Pointer of the subschema that holds it, from [`Schema::json`] on and through `$ref`s.
    pub schema: String,
}

impl SchemaPromise {
    /// Whether there is something in the instance that it speaks about.
    pub fn is_about(&self, instance: &Value) -> bool {
        is_present(instance, &self.path)
    }
}

/// Whether a path of property names leads somewhere; `*` is any item or member.
fn is_present(value: &Value, path: &[String]) -> bool {
    let Some((step, rest)) = path.split_first() else { return true };
    match value {
        Value::Array(items) if step == "*" => items.iter().any(|item| is_present(item, rest)),
        Value::Object(members) if step == "*" => members.values().any(|member| is_present(member, rest)),
        Value::Object(members) => members.get(step).is_some_and(|member| is_present(member, rest)),
        _ => false,
    }
}

/// The promise numbers that stand on a subschema itself.
pub(super) fn on(schema: &Value) -> impl Iterator<Item = PromiseId> {
    let numbers = schema.get(KEY).and_then(Value::as_array).into_iter().flatten();
    numbers.filter_map(Value::as_u64).filter_map(|number| usize::try_from(number).ok()).map(PromiseId)
}

/// The promise on a subschema that speaks about one of its keywords: the one that names it (`of`)
/// before the first that names none.
fn about(schema: &Value, keyword: &str) -> Option<PromiseId> {
    let sources = match schema.get("x-source") {
        Some(Value::Array(sources)) => sources.as_slice(),
        Some(source) => std::slice::from_ref(source),
        None => &[],
    };
    let of = |index: usize| sources.get(index).and_then(|source| source.get("of")).and_then(Value::as_str);
    let named = on(schema).enumerate().find(|(index, _)| of(*index) == Some(keyword));
    named.or_else(|| on(schema).enumerate().find(|(index, _)| of(*index).is_none())).map(|(_, promise)| promise)
}

/// The nearest promise on the way to a part of the schema.
pub(super) fn enclosing(schema: &Schema, pointer: &str) -> Option<PromiseId> {
    let mut at = schema.json();
    let mut nearest = None;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        nearest = about(at, &token).or(nearest);
        let Some(inner) = step(schema, at, &token) else { return nearest };
        at = inner;
    }
    about(at, "").or(nearest)
}

/// One step of an evaluation path, in which `$ref` stands for what it points to.
pub(super) fn step<'a>(schema: &'a Schema, at: &'a Value, token: &str) -> Option<&'a Value> {
    match at {
        Value::Array(items) => items.get(token.parse::<usize>().ok()?),
        _ if token == "$ref" => schema.resolve(at.get(token)?.as_str()?),
        _ => at.get(token),
    }
}

/// Every promise inside a schema, outermost first; a schema is not entered again from inside itself.
pub(super) fn collect(schema: &Schema) -> Vec<SchemaPromise> {
    let mut walk = Walk { schema, found: Vec::new(), open: Vec::new(), followed: HashSet::new(), depth: 0 };
    walk.visit(schema.json(), &mut Vec::new(), &mut String::new());
    walk.found
}

struct Walk<'a> {
    schema: &'a Schema,
    found: Vec<SchemaPromise>,
    /// References that the walk is inside of.
    open: Vec<String>,
    /// References that were followed, each once for every path of the instance.
    followed: HashSet<(String, Vec<String>)>,
    /// How many subschemas the walk is inside of.
    depth: usize,
}

/// How deep the walk goes; real documents stay under 100.
const MAX_DEPTH: usize = 400;

/// How many references are followed at most: schemas that refer to each other in every way have
/// more paths than anyone can walk.
const MAX_FOLLOWED: usize = 10_000;

impl Walk<'_> {
    fn visit(&mut self, at: &Value, path: &mut Vec<String>, pointer: &mut String) {
        let Value::Object(members) = at else { return };
        for promise in on(at) {
            self.found.push(SchemaPromise { promise, path: path.clone(), schema: pointer.clone() });
        }
        for (key, value) in members {
            match key.as_str() {
                "$ref" => self.follow(value, path, pointer),
                "properties" => self.named(key, value, path, pointer),
                "items" | "additionalProperties" | "unevaluatedItems" | "unevaluatedProperties" | "contains" => {
                    self.inside(&[key], value, Some("*"), path, pointer);
                }
                "prefixItems" => self.each(key, value, Some("*"), path, pointer),
                "allOf" | "anyOf" | "oneOf" => self.each(key, value, None, path, pointer),
                "if" | "then" | "else" | "not" => self.inside(&[key], value, None, path, pointer),
                "patternProperties" => {
                    for (name, inner) in value.as_object().into_iter().flatten() {
                        self.inside(&[key, name], inner, Some("*"), path, pointer);
                    }
                }
                _ => {}
            }
        }
    }

    fn follow(&mut self, reference: &Value, path: &mut Vec<String>, pointer: &mut String) {
        let Some(reference) = reference.as_str() else { return };
        if self.open.iter().any(|open| open == reference) || self.followed.len() >= MAX_FOLLOWED {
            return;
        }
        if !self.followed.insert((reference.to_owned(), path.clone())) {
            return;
        }
        if let Some(target) = self.schema.resolve(reference) {
            self.open.push(reference.to_owned());
            self.inside(&["$ref"], target, None, path, pointer);
            self.open.pop();
        }
    }

    fn named(&mut self, key: &str, value: &Value, path: &mut Vec<String>, pointer: &mut String) {
        for (name, inner) in value.as_object().into_iter().flatten() {
            self.inside(&[key, name], inner, Some(name), path, pointer);
        }
    }

    fn each(&mut self, key: &str, value: &Value, step: Option<&str>, path: &mut Vec<String>, pointer: &mut String) {
        for (index, inner) in value.as_array().into_iter().flatten().enumerate() {
            self.inside(&[key, &index.to_string()], inner, step, path, pointer);
        }
    }

    fn inside(&mut self, keys: &[&str], at: &Value, step: Option<&str>, path: &mut Vec<String>, pointer: &mut String) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let length = pointer.len();
        for key in keys {
            pointer.push('/');
            pointer.push_str(&escape(key));
        }
        path.extend(step.map(str::to_owned));
        self.visit(at, path, pointer);
        if step.is_some() {
            path.pop();
        }
        pointer.truncate(length);
        self.depth -= 1;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_is_present_when_any_item_has_it() {
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        let value = json!({"messages": [{}, {"role": "user"}]});
        assert!(is_present(&value, &path("messages.*.role")));
        assert!(!is_present(&value, &path("messages.*.id")));
        assert!(is_present(&value, &[]));
    }
}
