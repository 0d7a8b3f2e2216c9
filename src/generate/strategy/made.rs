//! A value that was made, and smaller ones in its place.

use proptest::strategy::ValueTree;
use serde_json::Value;

use crate::contract::Schema;
use crate::generate::pointer;

/// A value that keeps its schema, and cuts that leave it keeping it.
#[derive(Debug)]
pub(super) struct Made {
    schema: Schema,
    current: Value,
    before: Option<Value>,
    /// Which cut of the current value is next.
    next: usize,
}

impl Made {
    pub fn new(schema: Schema, value: Value) -> Self {
        Made { schema, current: value, before: None, next: 0 }
    }
}

impl ValueTree for Made {
    type Value = Value;

    fn current(&self) -> Value {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        let cuts = cuts(&self.current);
        for (index, cut) in cuts.into_iter().enumerate().skip(self.next) {
            if self.schema.is_valid(&cut) {
                self.before = Some(std::mem::replace(&mut self.current, cut));
                self.next = index;
                return true;
            }
        }
        false
    }

    fn complicate(&mut self) -> bool {
        let Some(before) = self.before.take() else { return false };
        self.current = before;
        self.next += 1;
        true
    }
}

/// Values that lack one member, item or half a text.
fn cuts(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    let mut waiting = vec![String::new()];
    while let Some(at) = waiting.pop() {
        match value.pointer(&at) {
            Some(Value::Object(members)) => {
                for name in members.keys() {
                    let inner = pointer::child(&at, name);
                    found.extend(without(value, &inner));
                    waiting.push(inner);
                }
            }
            Some(Value::Array(items)) => {
                for index in 0..items.len() {
                    let inner = pointer::child(&at, &index.to_string());
                    found.extend(without(value, &inner));
                    waiting.push(inner);
                }
            }
            Some(Value::String(text)) if !text.is_empty() => {
                let half: String = text.chars().take(text.chars().count() / 2).collect();
                let mut cut = value.clone();
                if pointer::set(&mut cut, &at, Value::from(half)) {
                    found.push(cut);
                }
            }
            _ => {}
        }
    }
    found
}

fn without(value: &Value, at: &str) -> Option<Value> {
    let mut cut = value.clone();
    pointer::remove(&mut cut, at)?;
    Some(cut)
}
