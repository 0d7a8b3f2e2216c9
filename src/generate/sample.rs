//! Values of one schema, without a request around them.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::negative::{broken, is_alone};
use super::place::places;
use super::seed;
use super::strategy::{self, Alphabet, Extent, Ungeneratable};
use crate::contract::{Location, Schema};

/// How many valid values are broken in every way, beside the least and the fullest.
const BASES: usize = 40;

/// A value that breaks exactly one constraint of its schema.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokenValue {
    /// The value.
    pub value: Value,
    /// JSON Pointer to the part that is wrong; of a member that is missing or not declared, to it.
    pub at: String,
    /// The keyword that it breaks.
    pub keyword: String,
}

/// Values that keep a schema: the least, the fullest, then random ones.
///
/// # Errors
/// When none can be made; the reason is for people.
pub fn values(schema: &Schema, seed: u64, count: usize) -> Result<Vec<Value>, Ungeneratable> {
    let known = Arc::default();
    let strategies = [Extent::Least, Extent::Most, Extent::Free]
        .map(|extent| (extent, schema))
        .map(|(extent, schema)| strategy::with(schema, &known, extent, Alphabet::Json));
    let [least, most, free] = strategies;
    let (least, most, free) = (least?, most?, free?);
    let strategy = |index: usize| match index {
        0 => &least,
        1 => &most,
        _ => &free,
    };
    (0..count).map(|index| strategy::one(strategy(index), &mut seed::runner(seed, &[&index.to_string()]))).collect()
}

/// Values that break one constraint each, no two of them alike; fewer where the schema has too few.
///
/// # Errors
/// When no valid value can be made to begin with.
pub fn broken_values(schema: &Schema, seed: u64, count: usize) -> Result<Vec<BrokenValue>, Ungeneratable> {
    let mut found: Vec<BrokenValue> = Vec::new();
    let mut known = HashSet::new();
    for base in values(schema, seed, BASES.min(count + 2))? {
        for place in places(schema, &base) {
            for one in broken(&base, &place, &HashSet::new()) {
                if found.len() >= count {
                    return Ok(found);
                }
                if known.insert(one.body.to_string()) && is_alone(schema, &one) {
                    let Location::Body(at) = one.violation.at else { continue };
                    found.push(BrokenValue { value: one.body, at, keyword: one.violation.keyword });
                }
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_values_of_a_schema_and_those_that_break_it_are_told_apart() {
        let schema = Schema::standalone(json!({
            "type": "object", "required": ["id"], "additionalProperties": false,
            "properties": {"id": {"type": "string", "minLength": 2}, "count": {"type": "integer", "minimum": 1}}
        }));
        let schema = schema.unwrap();
        assert!(values(&schema, 7, 100).unwrap().iter().all(|value| schema.is_valid(value)));
        let broken = broken_values(&schema, 7, 100).unwrap();
        assert!(broken.iter().all(|broken| !schema.is_valid(&broken.value)));
        let keywords: HashSet<_> = broken.iter().map(|broken| broken.keyword.as_str()).collect();
        assert_eq!(keywords, HashSet::from(["required", "additionalProperties", "type", "minLength", "minimum"]));
    }
}
