//! What is worked out once for a schema while values of it are made.

use std::fmt;

use elsa::sync::FrozenMap;
use serde_json::Value;

use super::opposite::opposite;
use super::pattern::Text;
use super::said::Part;
use crate::contract::{Schema, SchemaCheck};

/// What is worked out once for a schema, by the place of its parts in memory: they do not move
/// while the schema is there, and it is there as long as this is.
#[derive(Default)]
pub(in crate::generate) struct Known {
    opposites: FrozenMap<usize, Box<Value>>,
    checks: FrozenMap<Vec<usize>, Box<Option<SchemaCheck>>>,
    texts: FrozenMap<String, Box<Result<Text, String>>>,
}

impl Known {
    /// The opposite of a subschema.
    pub(super) fn opposite(&self, schema: &Schema, json: &Value) -> &Value {
        let place = std::ptr::from_ref(json) as usize;
        match self.opposites.get(&place) {
            Some(known) => known,
            None => self.opposites.insert(place, Box::new(opposite(schema, json))),
        }
    }

    /// Whether a value keeps all of these subschemas; also where that cannot be told.
    pub(super) fn keeps(&self, schema: &Schema, parts: &[Part<'_>], value: &Value) -> bool {
        let places: Vec<usize> = parts.iter().map(|part| std::ptr::from_ref(part.json) as usize).collect();
        let check = match self.checks.get(&places) {
            Some(known) => known,
            None => {
                let parts: Vec<&Value> = parts.iter().map(|part| part.json).collect();
                self.checks.insert(places, Box::new(schema.check(&parts).ok()))
            }
        };
        check.as_ref().is_none_or(|check| check.is_valid(value))
    }

    /// How text is made from a pattern, or why it cannot.
    pub(super) fn text(&self, pattern: &str) -> Result<&Text, &String> {
        let known = match self.texts.get(pattern) {
            Some(known) => known,
            None => self.texts.insert(pattern.to_owned(), Box::new(Text::of(pattern))),
        };
        known.as_ref()
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Known")
    }
}
