//! Blocks that open, are filled and close, each step carrying the block's id.

use std::collections::HashMap;

use serde_json::Value;

use crate::contract::Lifecycle;
use crate::follow::{ReadItem, Seen};

/// Most blocks that are followed at once; a stream that opens more is not judged by this.
const MOST_OPEN: usize = 4096;

/// What became of the blocks of one lifecycle.
#[derive(Debug, Clone, Default)]
pub struct Lifecycles {
    /// Whether any item belongs to it.
    pub any: bool,
    /// The first item that is out of place.
    pub misplaced: Option<(Block, Misplaced)>,
    /// Whether more blocks were open at once than are followed.
    pub too_many: bool,
    open: HashMap<String, Seen>,
}

/// A block, and an item of it.
#[derive(Debug, Clone)]
pub struct Block {
    /// The id of the block as JSON text; empty where the item has none.
    pub id: String,
    /// The item.
    pub item: Seen,
}

/// How an item is out of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misplaced {
    /// It opens a block that is open.
    OpenedAgain,
    /// It fills or closes a block that is not open.
    NotOpen,
}

impl Lifecycles {
    pub(super) fn item(&mut self, item: &ReadItem<'_>, lifecycle: &Lifecycle) -> bool {
        let (opens, fills, closes) =
            (item.is_one_of(&lifecycle.open), item.is_one_of(&lifecycle.within), item.is_one_of(&lifecycle.close));
        if self.misplaced.is_some() || !(opens || fills || closes) {
            return false;
        }
        self.any = true;
        let id = id(item, &lifecycle.key);
        let misplaced = match (opens, self.open.contains_key(&id)) {
            (true, true) => Some(Misplaced::OpenedAgain),
            (false, false) => Some(Misplaced::NotOpen),
            _ => None,
        };
        if let Some(misplaced) = misplaced.filter(|_| !self.too_many) {
            self.misplaced = Some((Block { id, item: Seen::of(item) }, misplaced));
            return true;
        }
        match opens {
            true if self.open.len() < MOST_OPEN => drop(self.open.insert(id, Seen::of(item))),
            true => self.too_many = true,
            false if closes => drop(self.open.remove(&id)),
            false => {}
        }
        false
    }

    /// The first of the blocks that are open, and the item that opened it.
    pub fn unclosed(&self) -> Option<Block> {
        let (id, item) = self.open.iter().min_by_key(|(_, item)| item.number)?;
        Some(Block { id: id.clone(), item: item.clone() })
    }
}

/// The id of an item's block as JSON text; a block without one is the only one of its kind.
fn id(item: &ReadItem<'_>, key: &str) -> String {
    item.value().and_then(|value| value.pointer(key)).map(Value::to_string).unwrap_or_default()
}
