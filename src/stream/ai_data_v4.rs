//! The AI SDK's v4 data stream: lines of `code:json`, each ended by LF.

use std::time::Duration;

use super::Item;
use super::marks::MarkKind;
use super::parts::{Part, Splitter};
use super::records::RecordFacts;

/// The codes of the protocol, and what each stands for.
pub const AI_DATA_V4_CODES: [(&str, &str); 16] = [
    ("0", "text"),
    ("2", "data"),
    ("3", "error"),
    ("8", "message annotations"),
    ("9", "tool call"),
    ("a", "tool result"),
    ("b", "tool call start"),
    ("c", "tool call delta"),
    ("d", "finish message"),
    ("e", "finish step"),
    ("f", "start step"),
    ("g", "reasoning"),
    ("h", "source"),
    ("i", "redacted reasoning"),
    ("j", "reasoning signature"),
    ("k", "file"),
];

/// Reads lines chunk by chunk; the code of a line is the name of its item.
#[derive(Debug)]
pub struct AiDataV4Reader {
    splitter: Splitter,
    facts: RecordFacts,
    last_at: Duration,
}

impl Default for AiDataV4Reader {
    fn default() -> Self {
        AiDataV4Reader { splitter: Splitter::new(b'\n'), facts: RecordFacts::default(), last_at: Duration::ZERO }
    }
}

impl AiDataV4Reader {
    /// Reads one chunk that arrived at `at`, and hands every item that it completes to `sink`.
    pub fn push(&mut self, chunk: &[u8], at: Duration, mut sink: impl FnMut(Item)) {
        let AiDataV4Reader { splitter, facts, last_at } = self;
        *last_at = at;
        splitter.push(chunk, |part| line(facts, &part, at).into_iter().for_each(&mut sink));
    }

    /// Ends the stream. The reference client drops a last line that no LF ends: it is no item.
    pub fn finish(self) -> RecordFacts {
        let AiDataV4Reader { splitter, mut facts, .. } = self;
        facts.bytes = splitter.finish(|part| {
            facts.inspect(&part);
            facts.mark(MarkKind::UnendedRecord, &part);
            facts.unended = true;
        });
        facts
    }
}

fn line(facts: &mut RecordFacts, part: &Part<'_>, at: Duration) -> Option<Item> {
    facts.inspect(part);
    if part.bytes.trim_ascii().is_empty() {
        facts.mark(MarkKind::BlankRecord, part);
        return None;
    }
    let Some((code, data)) = split_code(part.bytes) else {
        facts.mark(MarkKind::BadRecord, part);
        return None;
    };
    Some(facts.item(Some(code.to_owned()), data.trim_ascii_end(), part, at))
}

/// The code before the first colon, if it is one of the protocol's, and what follows.
pub(super) fn split_code(line: &[u8]) -> Option<(&'static str, &[u8])> {
    let (code, rest) = line.split_first()?;
    let known = AI_DATA_V4_CODES.iter().find(|(known, _)| known.as_bytes() == [*code])?;
    Some((known.0, rest.strip_prefix(b":")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (Vec<Item>, RecordFacts) {
        let mut reader = AiDataV4Reader::default();
        let mut items = Vec::new();
        bytes.chunks(2).for_each(|chunk| reader.push(chunk, Duration::ZERO, |item| items.push(item)));
        (items, reader.finish())
    }

    #[test]
    fn the_code_is_the_name_and_the_rest_the_data() {
        let (items, facts) = read(b"0:\"Hi: you\"\nd:{\"finishReason\":\"stop\"}\n");
        assert_eq!((items[0].name.as_deref(), items[0].data.as_str()), (Some("0"), "\"Hi: you\""));
        assert_eq!((items[1].name.as_deref(), facts.records, facts.unended), (Some("d"), 2, false));
    }

    #[test]
    fn a_line_without_a_known_code_is_no_item() {
        let (items, facts) = read(b"z:1\nhello\n0:\"x\"\n");
        assert_eq!((items.len(), facts.marks.count(MarkKind::BadRecord)), (1, 2));
    }

    #[test]
    fn a_last_line_without_its_end_is_dropped_as_the_client_drops_it() {
        let (items, facts) = read(b"0:\"x\"\nd:{}");
        assert_eq!((items.len(), facts.unended, facts.marks.count(MarkKind::UnendedRecord)), (1, true, 1));
    }
}
