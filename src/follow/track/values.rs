//! Values that several items share.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use crate::contract::Concat;
use crate::follow::{ReadItem, Seen};

/// Longest text that is put together of pieces, in bytes.
const LONGEST: usize = 16 * 1024 * 1024;

/// A value that is declared to be the same in every item.
#[derive(Debug, Clone)]
pub struct Shared {
    /// JSON Pointer to it.
    pub pointer: String,
    /// Number of the first item that has it, and the value there.
    pub first: Option<(usize, Value)>,
    /// The first item that has another one, and that.
    pub other: Option<(Seen, Value)>,
}

impl Shared {
    pub(super) fn new(pointer: String) -> Self {
        Shared { pointer, first: None, other: None }
    }

    pub(super) fn item(&mut self, item: &ReadItem<'_>) -> bool {
        let Some(value) = item.value().and_then(|value| value.pointer(&self.pointer)) else { return false };
        match (&self.first, &self.other) {
            (None, _) => self.first = Some((item.item.number, value.clone())),
            (Some((_, wanted)), None) if !is_same(wanted, value) => {
                self.other = Some((Seen::of(item), value.clone()));
                return true;
            }
            _ => {}
        }
        false
    }
}

/// Whether two values are the same; 1 and 1.0 are.
fn is_same(one: &Value, other: &Value) -> bool {
    one == other
        || matches!((one, other), (Value::Number(one), Value::Number(other)) if compare(one, other) == Ordering::Equal)
}

/// The order of two numbers: exact for whole ones, which floating point is not.
fn compare(one: &Number, other: &Number) -> Ordering {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal),
    }
}

/// A number that is declared never to go down.
#[derive(Debug, Clone)]
pub struct Numbers {
    /// JSON Pointer to it.
    pub pointer: String,
    /// The last number so far.
    pub last: Option<Number>,
    /// The first item where it goes down: from this number, to that.
    pub down: Option<(Seen, Number, Number)>,
}

impl Numbers {
    pub(super) fn new(pointer: String) -> Self {
        Numbers { pointer, last: None, down: None }
    }

    pub(super) fn item(&mut self, item: &ReadItem<'_>) -> bool {
        let number = item.value().and_then(|value| value.pointer(&self.pointer)).and_then(Value::as_number);
        let Some(number) = number.cloned() else { return false };
        let before = self.last.replace(number.clone());
        let goes_down = |before: &Number| compare(&number, before) == Ordering::Less && self.down.is_none();
        let Some(before) = before.filter(goes_down) else { return false };
        self.down = Some((Seen::of(item), before, number));
        true
    }
}

/// Pieces that together are a text which a later item gives as a whole.
#[derive(Debug, Clone, Default)]
pub struct Concatenated {
    /// Whether a whole came.
    pub any: bool,
    /// The first whole that differs, the pieces together, and what it is instead.
    pub differs: Option<(Seen, String, String)>,
    /// Whether the pieces are together longer than is kept.
    pub too_long: bool,
    /// All pieces together, where the contract says what they are like.
    pub text: String,
    /// The pieces since the last whole.
    pieces: String,
}

impl Concatenated {
    pub(super) fn item(&mut self, item: &ReadItem<'_>, concat: &Concat) -> bool {
        let text_of = |kind: Option<&String>, pointer: &str| {
            item.text_at(pointer).filter(|_| kind.is_none() || item.kind.as_ref() == kind)
        };
        if let Some(whole) = concat.whole.as_ref().and_then(|whole| text_of(concat.whole_kind.as_ref(), whole)) {
            return self.compare(whole, item);
        }
        let Some(piece) = text_of(concat.of.as_ref(), &concat.piece) else { return false };
        self.too_long |= self.pieces.len().max(self.text.len()) + piece.len() > LONGEST;
        if concat.whole.is_some() && !self.too_long {
            self.pieces.push_str(piece);
        }
        if concat.like.is_some() && !self.too_long {
            self.text.push_str(piece);
        }
        false
    }

    fn compare(&mut self, whole: &str, item: &ReadItem<'_>) -> bool {
        self.any = true;
        let pieces = std::mem::take(&mut self.pieces);
        if whole == pieces || self.differs.is_some() || self.too_long {
            return false;
        }
        self.differs = Some((Seen::of(item), pieces, whole.to_owned()));
        true
    }
}
