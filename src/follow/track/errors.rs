//! Items that report a failure.

use crate::contract::StreamContract;
use crate::follow::{ReadItem, Seen};

/// How many failures are kept.
const KEPT: usize = 8;

/// The failures that a stream reports.
#[derive(Debug, Clone, Default)]
pub struct Errors {
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub first: Vec<Seen>,
}

impl Errors {
    pub(super) fn item(&mut self, item: &ReadItem<'_>, promised: &StreamContract) -> bool {
        if !item.is_one_of(&promised.errors) {
            return false;
        }
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push(Seen::of(item));
        }
        true
    }
}
