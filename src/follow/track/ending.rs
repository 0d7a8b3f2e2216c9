//! The end that a contract declares, and what was meant as one.

use crate::contract::StreamContract;
use crate::follow::{Content, ReadItem, Seen};

/// What there is of a declared end.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    /// The first sentinel.
    pub sentinel: Option<Seen>,
    /// The first terminal event before the sentinel.
    pub terminal: Option<Seen>,
    /// The last item that is nearly the sentinel.
    pub near_sentinel: Option<Seen>,
    /// The last item whose kind is nearly terminal.
    pub near_terminal: Option<Seen>,
    /// The first end that came again.
    pub repeated: Option<Seen>,
    /// The first item after the end that is none itself.
    pub after: Option<Seen>,
    /// Kinds of the ends that came; the sentinel has none.
    ended_by: Vec<Option<String>>,
}

impl Ending {
    pub(super) fn item(&mut self, item: &ReadItem<'_>, promised: &StreamContract) -> bool {
        let is_terminal = item.is_one_of(&promised.terminal);
        if item.is_sentinel() || is_terminal {
            return self.end(item);
        }
        self.note_near(item, promised);
        if !self.ended_by.is_empty() && self.after.is_none() {
            self.after = Some(Seen::of(item));
            return true;
        }
        false
    }

    fn end(&mut self, item: &ReadItem<'_>) -> bool {
        let again = self.ended_by.contains(&item.kind);
        if again && self.repeated.is_none() {
            self.repeated = Some(Seen::of(item));
            return true;
        }
        if item.is_sentinel() {
            self.sentinel.get_or_insert_with(|| Seen::of(item));
        } else if self.sentinel.is_none() {
            self.terminal.get_or_insert_with(|| Seen::of(item));
        }
        if !again {
            self.ended_by.push(item.kind.clone());
        }
        false
    }

    fn note_near(&mut self, item: &ReadItem<'_>, promised: &StreamContract) {
        if promised.sentinel.as_deref().is_some_and(|sentinel| is_near(item, sentinel)) {
            self.near_sentinel = Some(Seen::of(item));
        }
        let kind = item.kind.as_deref().unwrap_or_default().trim();
        if promised.terminal.iter().any(|wanted| wanted.eq_ignore_ascii_case(kind)) {
            self.near_terminal = Some(Seen::of(item));
        }
    }
}

/// Whether an item that is not the sentinel was meant as one: in another case, with white space,
/// quoted, or glued to the data before it.
fn is_near(item: &ReadItem<'_>, sentinel: &str) -> bool {
    let data = item.item.data.trim();
    let unquoted = data.trim_matches(['"', '\'']).trim();
    let glued = data.ends_with(sentinel) && !matches!(item.content, Content::Json(_));
    unquoted.eq_ignore_ascii_case(sentinel) || glued
}
