//! What the framings of one record a line (or a separator) have in common.

use std::sync::Arc;
use std::time::Duration;

use super::Item;
use super::marks::{MarkKind, Marks};
use super::parts::Part;
use super::utf8::mark_invalid;

/// What the bytes of a stream of records show beyond its items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordFacts {
    /// Length of the stream in bytes.
    pub bytes: usize,
    /// How many records were read.
    pub records: usize,
    /// What is remarkable, and where.
    pub marks: Marks,
    /// Whether the last record was not ended. NDJSON allows that where the body is complete.
    pub unended: bool,
}

impl RecordFacts {
    /// Number of the record that is being read.
    pub(super) fn next(&self) -> usize {
        self.records + 1
    }

    /// Marks the bytes of a part that is no plain UTF-8.
    pub(super) fn inspect(&mut self, part: &Part<'_>) {
        mark_invalid(part.bytes, part.byte, self.next(), !part.ended, &mut self.marks);
        if part.bytes.starts_with(b"\xef\xbb\xbf") {
            let kind = if part.byte == 0 { MarkKind::LeadingBom } else { MarkKind::LaterBom };
            self.marks.add(kind, part.byte, self.next(), part.bytes);
        }
    }

    pub(super) fn mark(&mut self, kind: MarkKind, part: &Part<'_>) {
        self.marks.add(kind, part.byte, self.next(), part.bytes);
    }

    /// The next item.
    pub(super) fn item(&mut self, name: Option<String>, data: &[u8], part: &Part<'_>, at: Duration) -> Item {
        self.records += 1;
        self.unended = !part.ended;
        Item {
            number: self.records,
            name,
            data: String::from_utf8_lossy(data).into_owned(),
            last_event_id: Arc::default(),
            retry: None,
            span: part.byte..part.byte + part.bytes.len(),
            at,
        }
    }
}
