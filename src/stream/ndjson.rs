//! Newline-delimited JSON: one value a line, ended by LF; a CR before it is white space.

use std::time::Duration;

use super::Item;
use super::marks::MarkKind;
use super::parts::{Part, Splitter};
use super::records::RecordFacts;

/// Reads lines chunk by chunk. Whether a line is JSON is for others to say.
#[derive(Debug)]
pub struct NdjsonReader {
    splitter: Splitter,
    facts: RecordFacts,
    last_at: Duration,
}

impl Default for NdjsonReader {
    fn default() -> Self {
        NdjsonReader { splitter: Splitter::new(b'\n'), facts: RecordFacts::default(), last_at: Duration::ZERO }
    }
}

impl NdjsonReader {
    /// Reads one chunk that arrived at `at`, and hands every item that it completes to `sink`.
    pub fn push(&mut self, chunk: &[u8], at: Duration, mut sink: impl FnMut(Item)) {
        let NdjsonReader { splitter, facts, last_at } = self;
        *last_at = at;
        splitter.push(chunk, |part| line(facts, &part, at).into_iter().for_each(&mut sink));
    }

    /// Ends the stream; a last line without an LF is an item all the same.
    pub fn finish(self, mut sink: impl FnMut(Item)) -> RecordFacts {
        let NdjsonReader { splitter, mut facts, last_at } = self;
        facts.bytes = splitter.finish(|part| line(&mut facts, &part, last_at).into_iter().for_each(&mut sink));
        facts
    }
}

fn line(facts: &mut RecordFacts, part: &Part<'_>, at: Duration) -> Option<Item> {
    facts.inspect(part);
    let data = part.bytes.trim_ascii();
    if data.is_empty() {
        facts.mark(MarkKind::BlankRecord, part);
        return None;
    }
    Some(facts.item(None, data, part, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(chunks: &[&[u8]]) -> (Vec<Item>, RecordFacts) {
        let mut reader = NdjsonReader::default();
        let mut items = Vec::new();
        for chunk in chunks {
            reader.push(chunk, Duration::ZERO, |item| items.push(item));
        }
        let facts = reader.finish(|item| items.push(item));
        (items, facts)
    }

    #[test]
    fn each_line_is_an_item_with_its_bytes() {
        let (items, facts) = read(&[b"{\"a\":", b"1}\r\n2\n"]);
        assert_eq!(items.iter().map(|item| item.data.as_str()).collect::<Vec<_>>(), ["{\"a\":1}", "2"]);
        assert_eq!(items[1].span, 9..10);
        assert_eq!((facts.records, facts.bytes, facts.unended), (2, 11, false));
    }

    #[test]
    fn a_last_line_without_its_end_is_an_item_and_is_told() {
        let (items, facts) = read(&[b"1\n2"]);
        assert_eq!((items.len(), facts.unended), (2, true));
    }

    #[test]
    fn a_blank_line_is_marked_and_gives_no_item() {
        let (items, facts) = read(&[b"1\n\n2\n"]);
        assert_eq!(items.len(), 2);
        assert_eq!(facts.marks.first(MarkKind::BlankRecord).map(|mark| (mark.byte, mark.item)), Some((2, 2)));
    }

    #[test]
    fn the_same_bytes_give_the_same_facts_in_single_bytes() {
        let bytes = "{\"a\":\"é\"}\n\n\u{feff}1\n\"\u{fffd}".as_bytes();
        let single: Vec<_> = bytes.chunks(1).collect();
        assert_eq!(read(&single), read(&[bytes]));
    }
}
