//! One item of a stream, whatever the framing.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// One item as a client receives it, and where and when it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its number in the stream, from 1.
    pub number: usize,
    /// What the framing calls it: the event type of server-sent events (`None` where unset, which
    /// clients see as `message`), or the code of an AI SDK v4 line.
    pub name: Option<String>,
    /// Its payload; bytes that are no UTF-8 are U+FFFD.
    pub data: String,
    /// The last event id as it stands at this event; empty for other framings.
    pub last_event_id: Arc<str>,
    /// Reconnection time in milliseconds that its block sets.
    pub retry: Option<u64>,
    /// Its bytes in the body: from its first line to before the blank line or separator that ends it.
    pub span: Range<usize>,
    /// Arrival of the piece that completed it.
    pub at: Duration,
}
