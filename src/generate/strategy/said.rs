//! Subschemas with what stands behind them.

use serde_json::Value;

use crate::contract::{PromiseId, Schema, Strength};

/// What stands behind a keyword: the nearest enclosing `x-source`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::generate) struct Said {
    /// How firmly.
    pub strength: Strength,
    /// The promise, where the document has a sentence for it.
    pub promise: Option<PromiseId>,
}

impl Said {
    /// The document says it without quoting a sentence.
    pub const BY_THE_DOCUMENT: Said = Said { strength: Strength::Documented, promise: None };

    /// What stands behind a keyword of a subschema: the source that names the keyword (`of`), else
    /// the first that names none, else what encloses it.
    pub(super) fn behind(self, json: &Value, keyword: &str) -> Self {
        let sources = match json.get("x-source") {
            Some(Value::Array(sources)) => sources.as_slice(),
            Some(source) => std::slice::from_ref(source),
            None => return self,
        };
        let of = |source: &Value| source.get("of").and_then(Value::as_str).map(str::to_owned);
        let named = sources.iter().position(|source| of(source).as_deref() == Some(keyword));
        let Some(index) = named.or_else(|| sources.iter().position(|source| of(source).is_none())) else { return self };
        let strength = match sources.get(index).and_then(|source| source.get("strength")).and_then(Value::as_str) {
            Some("inferred") => Strength::Inferred,
            Some("standard") => Strength::Standard,
            _ => Strength::Documented,
        };
        let promise = json.get("x-promise").and_then(|promises| promises.get(index)?.as_u64());
        Said { strength, promise: promise.and_then(|id| usize::try_from(id).ok()).map(PromiseId) }
    }
}

/// One subschema that applies to a place, with what stands behind its keywords.
#[derive(Debug, Clone, Copy)]
pub(in crate::generate) struct Part<'s> {
    pub json: &'s Value,
    /// What stands behind it where it has no source of its own.
    pub said: Said,
}

impl<'s> Part<'s> {
    /// The whole schema.
    pub fn root(schema: &'s Schema) -> Self {
        Part { json: schema.json(), said: Said::BY_THE_DOCUMENT }
    }

    /// A subschema that stands under a keyword of this one.
    pub(super) fn inside(self, keyword: &str, json: &'s Value) -> Self {
        Part { json, said: self.said.behind(self.json, keyword) }
    }
}

/// A keyword of a part, with what stands behind it.
#[derive(Debug, Clone, Copy)]
pub(in crate::generate) struct Keyword<'s> {
    pub value: &'s Value,
    pub said: Said,
}
