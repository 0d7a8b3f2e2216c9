//! Server-sent events by the letter of the standard (WHATWG HTML 9.2.5 and 9.2.6), with every fact
//! that a client throws away.
//!
//! In: chunks of bytes and their arrival times. Out: the dispatched events, and [`SseFacts`] at the
//! end. Linear in time whatever the input; memory is bounded by the longest block.

mod block;
mod line;
mod lines;
#[cfg(test)]
mod tests;

use std::mem;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use block::{Block, Place};
use line::{BOM, Line};
use lines::LineSplitter;

use super::Item;
use super::marks::{MarkKind, Marks};
use super::utf8::mark_invalid;
pub use lines::LineEnds;

/// What the bytes of an event stream show beyond its events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SseFacts {
    /// Length of the stream in bytes.
    pub bytes: usize,
    /// How many events were dispatched.
    pub events: usize,
    /// How its lines ended.
    pub line_ends: LineEnds,
    /// What is remarkable, and where.
    pub marks: Marks,
    /// What the end of the stream discarded.
    pub tail: Option<Tail>,
    /// The last event id that a client would reconnect with.
    pub last_event_id: Arc<str>,
    /// The reconnection time in milliseconds that was set last.
    pub retry: Option<u64>,
}

/// A last block that no blank line ended; no client delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// Its bytes.
    pub span: Range<usize>,
    /// Whether its last line at least was ended.
    pub line_ended: bool,
    /// The event type that it would have had.
    pub name: Option<String>,
    /// The data that it would have had; `None` where it has no `data` line.
    pub data: Option<String>,
}

/// Reads an event stream chunk by chunk.
#[derive(Debug, Default)]
pub struct SseReader {
    splitter: LineSplitter,
    state: State,
}

#[derive(Debug, Default)]
struct State {
    block: Block,
    facts: SseFacts,
}

impl SseReader {
    /// Reads one chunk that arrived at `at`, and hands every event that it completes to `sink`.
    pub fn push(&mut self, chunk: &[u8], at: Duration, mut sink: impl FnMut(Item)) {
        let SseReader { splitter, state } = self;
        state.facts.bytes += chunk.len();
        splitter.push(chunk, |line, byte| {
            if let Some(item) = state.line(line, byte, at) {
                sink(item);
            }
        });
    }

    /// Ends the stream: what no blank line has ended is discarded.
    pub fn finish(self) -> SseFacts {
        let SseReader { splitter, mut state } = self;
        let (line_ends, unended, byte) = splitter.finish();
        state.facts.line_ends = line_ends;
        state.tail(&unended, byte);
        state.facts
    }
}

impl State {
    /// Takes in one line, and gives the event that it dispatches.
    fn line(&mut self, line: &[u8], byte: usize, at: Duration) -> Option<Item> {
        let item = self.facts.events + 1;
        if !line.is_ascii() {
            mark_invalid(line, byte, item, false, &mut self.facts.marks);
        }
        let (line, byte) = self.strip_bom(line, byte);
        match Line::read(line) {
            Line::Blank => self.dispatch(byte, at),
            parsed => {
                self.block.add(&Place { line, byte, item }, &parsed, &mut self.facts.marks);
                self.facts.retry = self.block.retry.or(self.facts.retry);
                None
            }
        }
    }

    fn strip_bom<'a>(&mut self, line: &'a [u8], byte: usize) -> (&'a [u8], usize) {
        match line.strip_prefix(BOM).filter(|_| byte == 0) {
            Some(rest) => {
                self.facts.marks.add(MarkKind::LeadingBom, 0, 1, line);
                (rest, BOM.len())
            }
            None => (line, byte),
        }
    }

    fn dispatch(&mut self, end: usize, at: Duration) -> Option<Item> {
        let mut block = mem::take(&mut self.block);
        if let Some(id) = block.id.take() {
            self.facts.last_event_id = decode(id).into();
        }
        let number = self.facts.events + 1;
        if block.data.pop().is_none() {
            block.mark_undelivered(number, &mut self.facts.marks);
            return None;
        }
        self.facts.events = number;
        Some(Item {
            number,
            name: (!block.event.is_empty()).then(|| decode(block.event)),
            data: decode(block.data),
            last_event_id: Arc::clone(&self.facts.last_event_id),
            retry: block.retry,
            span: block.start.unwrap_or(end)..end,
            at,
        })
    }

    /// Keeps what the end of the stream discards, the unended line read as if it had been ended.
    fn tail(&mut self, unended: &[u8], byte: usize) {
        let item = self.facts.events + 1;
        mark_invalid(unended, byte, item, true, &mut self.facts.marks);
        let (line, byte) = self.strip_bom(unended, byte);
        let mut block = mem::take(&mut self.block);
        // Nothing in a line that nobody reads is worth a mark.
        block.add(&Place { line, byte, item }, &Line::read(line), &mut Marks::default());
        if let Some(start) = block.start.filter(|_| block.has_fields()) {
            let has_data = block.data.pop().is_some();
            self.facts.tail = Some(Tail {
                span: start..self.facts.bytes,
                line_ended: unended.is_empty(),
                name: (!block.event.is_empty()).then(|| decode(block.event)),
                data: has_data.then(|| decode(block.data)),
            });
        }
    }
}

/// UTF-8 decode: what is ill-formed becomes U+FFFD.
fn decode(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
