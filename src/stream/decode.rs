//! One call from the pieces of a body to its items and facts.

use std::time::Duration;

use super::{Item, Marks, Reader, RecordFacts, SseFacts, TextFacts};

/// How a body is cut into items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// Server-sent events (WHATWG HTML 9.2).
    Sse,
    /// One JSON value a line.
    Ndjson,
    /// JSON text sequences (RFC 7464).
    JsonSeq,
    /// Plain text; there are no items.
    Text,
    /// The AI SDK's v4 data stream.
    AiDataV4,
}

/// A body cut into items, with what its bytes show beyond them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The items in order; none for plain text.
    pub items: Vec<Item>,
    /// What the bytes show.
    pub facts: StreamFacts,
}

/// What the bytes of a body show, by its framing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamFacts {
    /// Server-sent events.
    Sse(SseFacts),
    /// One JSON value a line.
    Ndjson(RecordFacts),
    /// JSON text sequences.
    JsonSeq(RecordFacts),
    /// Plain text.
    Text(TextFacts),
    /// The AI SDK's v4 data stream.
    AiDataV4(RecordFacts),
}

impl StreamFacts {
    /// Length of the stream in bytes.
    pub fn bytes(&self) -> usize {
        match self {
            StreamFacts::Sse(facts) => facts.bytes,
            StreamFacts::Text(facts) => facts.bytes,
            StreamFacts::Ndjson(facts) | StreamFacts::JsonSeq(facts) | StreamFacts::AiDataV4(facts) => facts.bytes,
        }
    }

    /// What is remarkable, and where.
    pub fn marks(&self) -> &Marks {
        match self {
            StreamFacts::Sse(facts) => &facts.marks,
            StreamFacts::Text(facts) => &facts.marks,
            StreamFacts::Ndjson(facts) | StreamFacts::JsonSeq(facts) | StreamFacts::AiDataV4(facts) => &facts.marks,
        }
    }
}

/// Decodes a body from its pieces, each with its time of arrival.
pub fn decode<'a>(framing: Framing, pieces: impl IntoIterator<Item = (Duration, &'a [u8])>) -> Decoded {
    let mut items = Vec::new();
    let mut reader = Reader::new(framing);
    pieces.into_iter().for_each(|(at, piece)| reader.push(piece, at, |item| items.push(item)));
    let facts = reader.finish(|item| items.push(item));
    Decoded { items, facts }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRAMINGS: [Framing; 5] = [Framing::Sse, Framing::Ndjson, Framing::JsonSeq, Framing::Text, Framing::AiDataV4];

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let tokens: &[&[u8]] = &[
            b"\n",
            b"\r\n",
            b"\x1e",
            b"0:",
            b"{\"a\":1}",
            b"1",
            b" ",
            b"\xef\xbb\xbf",
            b"\xe2\x82\xac",
            b"\xc3",
            b"data: x",
        ];
        prop::collection::vec(prop::sample::select(tokens.to_vec()), 0..30).prop_map(|tokens| tokens.concat())
    }

    proptest! {
        #[test]
        fn single_bytes_give_the_same_items_and_marks_as_one_piece(bytes in bytes()) {
            for framing in FRAMINGS {
                let whole = decode(framing, [(Duration::ZERO, bytes.as_slice())]);
                let single = decode(framing, bytes.chunks(1).map(|byte| (Duration::ZERO, byte)));
                prop_assert_eq!(&whole.items, &single.items);
                prop_assert_eq!(whole.facts.marks(), single.facts.marks());
            }
        }
    }
}
