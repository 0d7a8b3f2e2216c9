//! A stream as people see it: its items line by line, and how it ended.

use std::time::Duration;

use crate::follow::Row;
use crate::judge::{Finding, StreamEnd};
use crate::send::Answer;
use crate::stream::excerpt;
use crate::target::Redactor;

/// A stream with at most this many items is shown whole.
const WHOLE: usize = 12;
/// How many items are shown at each end of a longer one.
const AT_ENDS: usize = 2;
/// How many are shown before the one that a finding is about.
const BEFORE: usize = 3;
/// How many are shown after it.
const AFTER: usize = 2;

/// A stream as people see it. Nothing here holds a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownStream {
    /// The items that are worth showing, in the order of the stream; the pieces of a plain text.
    pub rows: Vec<ShownRow>,
    /// How many there were in all.
    pub total: usize,
    /// The dialect that it speaks, where it was recognised.
    pub dialect: Option<String>,
    /// How it ended.
    pub end: StreamEnd,
    /// When it ended, from the first byte sent.
    pub ended_at: Duration,
}

/// One item of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRow {
    /// Its number, from 1.
    pub number: usize,
    /// When it was complete, from the first byte sent.
    pub at: Duration,
    /// Its length in bytes.
    pub bytes: usize,
    /// What it is, where that is known.
    pub kind: Option<String>,
    /// The beginning of its data, control characters and broken UTF-8 escaped.
    pub data: String,
    /// Whether the finding is about it.
    pub marked: bool,
}

impl ShownStream {
    /// The stream behind a finding; `None` where the answer was not followed as one, or the finding is
    /// about its head.
    pub(super) fn of(answer: &Answer, finding: &Finding, redactor: &Redactor) -> Option<Self> {
        let followed = answer.followed.as_ref().filter(|_| finding.at.header.is_none())?;
        let items = followed.trace.rows();
        let rows = match items.is_empty() {
            true => pieces(answer, redactor),
            false => items.into_iter().map(|item| row(item, redactor)).collect(),
        };
        let total = if followed.trace.total() > 0 { followed.trace.total() } else { followed.pieces };
        Some(ShownStream {
            rows: around(rows, marked(finding, total), total),
            total,
            dialect: followed.spoken.as_ref().map(|spoken| spoken.dialect.clone()),
            end: StreamEnd::of(answer, followed),
            ended_at: answer.ended_at,
        })
    }
}

/// The item that a finding is about, where there is one of that number.
fn marked(finding: &Finding, total: usize) -> Option<usize> {
    finding.at.event.filter(|event| *event <= total)
}

fn row(row: &Row, redactor: &Redactor) -> ShownRow {
    let cut = if row.cut { "…" } else { "" };
    ShownRow {
        number: row.number,
        at: row.at,
        bytes: row.span.len(),
        kind: row.kind.as_ref().map(|kind| redactor.text(kind).into_owned()),
        data: excerpt(redactor.text(&format!("{}{cut}", row.data)).as_bytes()),
        marked: false,
    }
}

/// The pieces of a plain text.
fn pieces(answer: &Answer, redactor: &Redactor) -> Vec<ShownRow> {
    let is_cut = answer.length > answer.body.len();
    let body = redactor.bytes(&answer.body, is_cut);
    let pieces = answer.pieces.iter().enumerate();
    let shown = pieces.map(|(index, piece)| ShownRow {
        number: index + 1,
        at: piece.at,
        bytes: piece.len,
        kind: None,
        data: excerpt(body.get(piece.offset..piece.offset + piece.len).unwrap_or_default()),
        marked: false,
    });
    shown.collect()
}

/// The rows at both ends and around the marked one.
fn around(mut rows: Vec<ShownRow>, marked: Option<usize>, total: usize) -> Vec<ShownRow> {
    let is_near = |number: usize| {
        marked.is_some_and(|marked| number + BEFORE >= marked && number <= marked + AFTER)
            || number <= AT_ENDS
            || number + AT_ENDS > total
    };
    if total > WHOLE {
        rows.retain(|row| is_near(row.number));
    }
    rows.iter_mut().for_each(|row| row.marked = marked == Some(row.number));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(total: usize) -> Vec<ShownRow> {
        let row =
            |number| ShownRow { number, at: Duration::ZERO, bytes: 1, kind: None, data: String::new(), marked: false };
        (1..=total).map(row).collect()
    }

    fn numbers(total: usize, marked: Option<usize>) -> Vec<usize> {
        around(rows(total), marked, total).iter().map(|row| row.number).collect()
    }

    #[test]
    fn a_short_stream_is_shown_whole() {
        assert_eq!(numbers(WHOLE, None).len(), WHOLE);
    }

    #[test]
    fn of_a_long_stream_the_ends_and_the_marked_item_are_shown() {
        assert_eq!(numbers(100, None), [1, 2, 99, 100]);
        assert_eq!(numbers(100, Some(50)), [1, 2, 47, 48, 49, 50, 51, 52, 99, 100]);
        let marked: Vec<_> = around(rows(100), Some(50), 100).into_iter().filter(|row| row.marked).collect();
        assert_eq!(marked.len(), 1);
    }
}
