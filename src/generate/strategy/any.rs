//! Values where a schema asks for nothing in particular.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{Alphabet, Extent, text};

/// Any JSON, a few levels deep at most.
pub(super) fn json(extent: Extent, alphabet: Alphabet) -> BoxedStrategy<Value> {
    if extent != Extent::Free || alphabet != Alphabet::Any {
        return text::any(extent, alphabet).prop_map(Value::String).boxed();
    }
    let leaf = prop_oneof![
        4 => text::any(extent, alphabet).prop_map(Value::String),
        1 => (-1_000_i64..=1_000).prop_map(Value::from),
        1 => boolean(extent),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..=3).prop_map(Value::Array),
            vec((text::word(), inner), 0..=3).prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
    .boxed()
}

/// Either boolean; `false` where a plain one will do.
pub(super) fn boolean(extent: Extent) -> BoxedStrategy<Value> {
    if extent == Extent::Free { any::<bool>().prop_map(Value::Bool).boxed() } else { Just(Value::Bool(false)).boxed() }
}
