//! JSON text sequences: RS, a JSON text, LF (RFC 7464).

use std::time::Duration;

use super::Item;
use super::marks::MarkKind;
use super::parts::{Part, Splitter};
use super::records::RecordFacts;

/// The record separator that begins every text.
const RS: u8 = 0x1e;

/// Reads a sequence chunk by chunk. A text is complete once the next one begins.
#[derive(Debug)]
pub struct JsonSeqReader {
    splitter: Splitter,
    facts: RecordFacts,
    last_at: Duration,
}

impl Default for JsonSeqReader {
    fn default() -> Self {
        JsonSeqReader { splitter: Splitter::new(RS), facts: RecordFacts::default(), last_at: Duration::ZERO }
    }
}

impl JsonSeqReader {
    /// Reads one chunk that arrived at `at`, and hands every item that it completes to `sink`. The
    /// time of an item is that of the chunk before the separator that follows it.
    pub fn push(&mut self, chunk: &[u8], at: Duration, mut sink: impl FnMut(Item)) {
        let JsonSeqReader { splitter, facts, last_at } = self;
        let mut first = true;
        splitter.push(chunk, |part| {
            // What a separator at the very start of this chunk ends had come with the one before.
            let came_at = if first && chunk.first() == Some(&RS) { *last_at } else { at };
            first = false;
            record(facts, &part, came_at).into_iter().for_each(&mut sink);
        });
        *last_at = at;
    }

    /// Ends the stream, and with it the last text.
    pub fn finish(self, mut sink: impl FnMut(Item)) -> RecordFacts {
        let JsonSeqReader { splitter, mut facts, last_at } = self;
        facts.bytes = splitter.finish(|part| record(&mut facts, &part, last_at).into_iter().for_each(&mut sink));
        facts
    }
}

fn record(facts: &mut RecordFacts, part: &Part<'_>, at: Duration) -> Option<Item> {
    facts.inspect(part);
    let data = part.bytes.trim_ascii();
    if part.byte == 0 {
        // Before the first separator nothing may stand; the part is empty where all is well.
        if !part.bytes.is_empty() {
            facts.mark(MarkKind::BadRecord, part);
        }
        return None;
    }
    if data.is_empty() {
        facts.mark(MarkKind::BlankRecord, part);
        return None;
    }
    let complete = part.bytes.ends_with(b"\n");
    if !complete {
        facts.mark(MarkKind::UnendedRecord, part);
    }
    let item = facts.item(None, data, part, at);
    facts.unended = !complete;
    Some(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(chunks: &[&[u8]]) -> (Vec<Item>, RecordFacts) {
        let mut reader = JsonSeqReader::default();
        let mut items = Vec::new();
        for (at, chunk) in chunks.iter().enumerate() {
            reader.push(chunk, Duration::from_millis(at as u64), |item| items.push(item));
        }
        let facts = reader.finish(|item| items.push(item));
        (items, facts)
    }

    #[test]
    fn each_text_stands_between_its_separator_and_the_next() {
        let (items, facts) = read(&[b"\x1e{\"a\":", b"1}\n\x1e2\n"]);
        assert_eq!(items.iter().map(|item| item.data.as_str()).collect::<Vec<_>>(), ["{\"a\":1}", "2"]);
        assert_eq!((items[0].span.clone(), facts.unended), (1..9, false));
    }

    #[test]
    fn a_text_came_with_its_own_chunk_and_not_with_the_next_separator() {
        let (items, _) = read(&[b"\x1e1\n", b"\x1e2\n"]);
        assert_eq!(items.iter().map(|item| item.at.as_millis()).collect::<Vec<_>>(), [0, 1]);
    }

    #[test]
    fn a_text_without_its_lf_may_be_cut_off() {
        let (items, facts) = read(&[b"\x1e1\n\x1e12"]);
        assert_eq!((items.len(), facts.unended, facts.marks.count(MarkKind::UnendedRecord)), (2, true, 1));
    }

    #[test]
    fn bytes_before_the_first_separator_are_no_record() {
        let (items, facts) = read(&[b"1\n\x1e2\n"]);
        assert_eq!((items.len(), facts.marks.count(MarkKind::BadRecord)), (1, 1));
    }
}
