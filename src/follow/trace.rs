//! The items of a stream that are worth showing: its beginning, its end, and what stands around
//! anything remarkable.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use super::ReadItem;

/// How many items are kept of the beginning.
const FIRST: usize = 16;
/// How many are kept of the end, and before something remarkable.
const LAST: usize = 6;
/// How many are kept after something remarkable.
const AFTER: usize = 3;
/// Most items that are kept in all.
const MOST: usize = 160;
/// Most bytes of an item's data that are shown.
const SHOWN: usize = 160;

/// One item as a line of a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the stream, from 1.
    pub number: usize,
    /// When it was complete.
    pub at: Duration,
    /// Its bytes in the body.
    pub span: Range<usize>,
    /// What it is: its kind, its event type, or `[end]` for the sentinel.
    pub kind: Option<String>,
    /// The beginning of its data.
    pub data: String,
    /// Whether that is not all of it.
    pub cut: bool,
}

/// The items of a stream that are worth showing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    rows: BTreeMap<usize, Row>,
    last: VecDeque<Row>,
    /// How many of the next items are kept.
    wanted: usize,
    /// How many items there were.
    total: usize,
}

impl Trace {
    /// Takes in an item; `remarkable` says whether those around it are to be shown.
    pub(super) fn note(&mut self, item: &ReadItem<'_>, remarkable: bool) {
        self.total += 1;
        let row = Row::of(item);
        let room = self.rows.len() + LAST + AFTER < MOST;
        if remarkable && room {
            self.rows.extend(self.last.iter().map(|row| (row.number, row.clone())));
            self.wanted = AFTER + 1;
        }
        if self.total <= FIRST || self.wanted > 0 {
            self.wanted = self.wanted.saturating_sub(1);
            self.rows.insert(row.number, row.clone());
        }
        if self.last.len() == LAST {
            self.last.pop_front();
        }
        self.last.push_back(row);
    }

    /// How many items there were in all.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The kept items in the order of the stream.
    pub fn rows(&self) -> Vec<&Row> {
        let kept_of_end = self.last.iter().filter(|row| !self.rows.contains_key(&row.number));
        let mut rows: Vec<_> = self.rows.values().chain(kept_of_end).collect();
        rows.sort_by_key(|row| row.number);
        rows
    }
}

impl Row {
    fn of(item: &ReadItem<'_>) -> Self {
        let data = &item.item.data;
        let end = data.floor_char_boundary(SHOWN);
        let kind = match item.is_sentinel() {
            true => Some("[end]".to_owned()),
            false => item.kind.clone().or_else(|| item.item.name.clone()),
        };
        Row {
            number: item.item.number,
            at: item.item.at,
            span: item.item.span.clone(),
            kind,
            data: data[..end].to_owned(),
            cut: end < data.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::stream::{Framing, Item};

    fn trace(items: usize, remarkable: &[usize]) -> Vec<usize> {
        let mut trace = Trace::default();
        for number in 1..=items {
            let item = Item {
                number,
                name: None,
                data: number.to_string(),
                last_event_id: Arc::default(),
                retry: None,
                span: number..number + 1,
                at: Duration::ZERO,
            };
            trace.note(&ReadItem::read(&item, None, Framing::Sse), remarkable.contains(&number));
        }
        assert_eq!(trace.total(), items);
        trace.rows().iter().map(|row| row.number).collect()
    }

    #[test]
    fn a_short_stream_is_shown_whole() {
        assert_eq!(trace(3, &[]), [1, 2, 3]);
    }

    #[test]
    fn of_a_long_stream_the_ends_are_shown_and_what_stands_around_the_remarkable() {
        let beginning = 1..=16;
        let around = 494..=503;
        let end = 995..=1000;
        assert_eq!(trace(1000, &[500]), beginning.chain(around).chain(end).collect::<Vec<_>>());
    }

    #[test]
    fn however_much_is_remarkable_the_trace_is_bounded() {
        assert!(trace(10_000, &(1..=10_000).collect::<Vec<_>>()).len() <= MOST + LAST);
    }
}
