//! Values where a schema asks for nothing in particular.

use serde_json::Value;

use super::builder::Builder;
use super::{Alphabet, Extent};

/// Most items and members of what nobody described.
const MOST: usize = 3;

impl Builder<'_, '_> {
    /// Any JSON, so many levels deep at most.
    pub(super) fn anything(&mut self, levels: usize) -> Value {
        if self.extent != Extent::Free || matches!(self.alphabet, Alphabet::Header | Alphabet::Path) {
            return Value::String(self.any_text());
        }
        match self.dice.below(if levels > 0 { 10 } else { 7 }) {
            0..=3 => Value::String(self.any_text()),
            4 => Value::from(self.dice.below(2_001) as i64 - 1_000),
            5 => self.boolean(),
            6 => Value::Null,
            7 | 8 => {
                let count = self.dice.below(MOST + 1);
                (0..count).map(|_| self.anything(levels - 1)).collect()
            }
            _ => {
                let count = self.dice.below(MOST + 1);
                Value::Object((0..count).map(|_| (self.word().to_owned(), self.anything(levels - 1))).collect())
            }
        }
    }

    /// Either boolean; `false` where a plain one will do.
    pub(super) fn boolean(&mut self) -> Value {
        Value::Bool(self.extent == Extent::Free && self.dice.once_in(2))
    }
}
