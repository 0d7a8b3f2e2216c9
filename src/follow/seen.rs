//! An item after it has passed: where it stood and how it began.

use std::ops::Range;
use std::time::Duration;

use super::ReadItem;

/// Most bytes of an item's data that are kept.
const KEPT: usize = 2 * 1024;

/// Where an item stood, and what is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its number in the stream, from 1.
    pub number: usize,
    /// Its bytes in the body.
    pub span: Range<usize>,
    /// When it was complete.
    pub at: Duration,
    /// What the framing calls it.
    pub name: Option<String>,
    /// What it is, where the contract says how to tell.
    pub kind: Option<String>,
    /// The beginning of its data.
    pub data: String,
}

impl Seen {
    /// What is kept of an item.
    pub(super) fn of(item: &ReadItem<'_>) -> Self {
        let data = &item.item.data;
        Seen {
            number: item.item.number,
            span: item.item.span.clone(),
            at: item.item.at,
            name: item.item.name.clone(),
            kind: item.kind.clone(),
            data: data[..data.floor_char_boundary(KEPT)].to_owned(),
        }
    }
}
