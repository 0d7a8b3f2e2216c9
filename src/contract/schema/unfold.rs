//! How often a definition is applied to one and the same place of an instance.
//!
//! Definitions that each name the next twice (`allOf: [A, A]`, thirty times over) are short to
//! write and apply more subschemas than anyone can walk. What is applied is counted, not walked: in
//! one pass over the definitions.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::keywords::{Holds, holds};

/// How many subschemas may apply to one place; documents that people write stay far below it.
pub(super) const MAX_APPLIED: u64 = 4_000;

/// What applies to one place, references counted by what they lead to.
#[derive(Default)]
struct Place {
    own: u64,
    references: Vec<String>,
}

/// How many subschemas each definition applies where it stands.
#[derive(Default)]
pub(super) struct Unfolded {
    applied: HashMap<String, u64>,
}

impl Unfolded {
    /// Whether a definition somewhere applies more subschemas to one place than can be walked. All
    /// definitions that it refers to are there.
    pub fn is_too_much(&mut self, name: &str, definitions: &Map<String, Value>) -> bool {
        let mut places = Vec::new();
        if let Some(schema) = definitions.get(name) {
            gather(schema, &mut places);
        }
        places.iter().any(|place| {
            place.references.iter().for_each(|reference| self.count(reference, definitions));
            self.sum(place) > MAX_APPLIED
        })
    }

    /// Counts a definition after those that it refers to; one that refers to itself adds nothing.
    fn count(&mut self, name: &str, definitions: &Map<String, Value>) {
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.last().cloned() {
            if self.applied.get(&name).is_some_and(|count| *count > 0) {
                open.pop();
                continue;
            }
            let place = definitions.get(&name).map(root).unwrap_or_default();
            self.applied.insert(name.clone(), 0);
            let waiting: Vec<String> =
                place.references.iter().filter(|reference| !self.applied.contains_key(*reference)).cloned().collect();
            if waiting.is_empty() {
                self.applied.insert(name, self.sum(&place));
                open.pop();
            }
            open.extend(waiting);
        }
    }

    fn sum(&self, place: &Place) -> u64 {
        let applied = |name: &String| self.applied.get(name).copied().unwrap_or_default();
        place.references.iter().map(applied).fold(place.own, u64::saturating_add)
    }
}

/// What applies where a schema stands.
fn root(schema: &Value) -> Place {
    let mut places = Vec::new();
    gather(schema, &mut places);
    places.into_iter().next().unwrap_or_default()
}

/// Every place that a schema speaks about, its own first.
fn gather(schema: &Value, places: &mut Vec<Place>) {
    let here = places.len();
    places.push(Place::default());
    apply(schema, here, places);
}

fn apply(schema: &Value, here: usize, places: &mut Vec<Place>) {
    places[here].own += 1;
    for (key, value) in schema.as_object().into_iter().flatten() {
        if key == "$ref" {
            let name = value.as_str().and_then(|reference| reference.strip_prefix("#/$defs/"));
            places[here].references.extend(name.map(str::to_owned));
        }
        let is_here =
            matches!(key.as_str(), "allOf" | "anyOf" | "oneOf" | "not" | "if" | "then" | "else" | "dependentSchemas");
        for inner in held(key, value) {
            match is_here {
                true => apply(inner, here, places),
                false => gather(inner, places),
            }
        }
    }
}

/// The subschemas that a keyword holds.
fn held<'v>(key: &str, value: &'v Value) -> Vec<&'v Value> {
    match holds(key) {
        Some(Holds::Schema) => vec![value],
        Some(Holds::Schemas) => value.as_array().into_iter().flatten().collect(),
        Some(Holds::SchemaMap) => value.as_object().into_iter().flat_map(Map::values).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Definitions of which each names the next as often as that.
    fn levels(count: usize, times: usize) -> Map<String, Value> {
        let level = |index: usize| {
            let next = json!({"$ref": format!("#/$defs/L{}", index + 1)});
            (format!("L{index}"), json!({"allOf": vec![next; times]}))
        };
        (0..count).map(level).chain([(format!("L{count}"), json!({"type": "object"}))]).collect()
    }

    #[test]
    fn a_chain_of_a_thousand_references_is_not_too_much() {
        assert!(!Unfolded::default().is_too_much("L0", &levels(1000, 1)));
    }

    #[test]
    fn what_doubles_thirty_times_is_too_much_and_counted_at_once() {
        let definitions = levels(60, 2);
        let mut unfolded = Unfolded::default();
        assert!(unfolded.is_too_much("L0", &definitions));
        assert!(!unfolded.is_too_much("L52", &definitions));
    }

    #[test]
    fn members_are_places_of_their_own() {
        let mut definitions = levels(60, 2);
        definitions.insert("tree".into(), json!({"properties": {"a": {"$ref": "#/$defs/tree"}}}));
        definitions.insert("member".into(), json!({"properties": {"a": {"$ref": "#/$defs/L1"}}}));
        let mut unfolded = Unfolded::default();
        assert!(!unfolded.is_too_much("tree", &definitions));
        assert!(unfolded.is_too_much("member", &definitions));
    }

    #[test]
    fn a_definition_that_applies_itself_ends() {
        let definitions = [("a".to_owned(), json!({"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}]}))];
        assert!(!Unfolded::default().is_too_much("a", &definitions.into_iter().collect()));
    }
}
