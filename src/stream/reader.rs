//! The readers of all framings behind one door, for whoever learns the framing only at run time.

use std::time::Duration;

use super::{AiDataV4Reader, Framing, Item, JsonSeqReader, NdjsonReader, SseReader, StreamFacts, TextReader};

/// Reads a stream of any framing, piece by piece.
#[derive(Debug)]
pub enum Reader {
    /// Server-sent events.
    Sse(Box<SseReader>),
    /// One JSON value a line.
    Ndjson(NdjsonReader),
    /// JSON text sequences.
    JsonSeq(JsonSeqReader),
    /// Plain text.
    Text(TextReader),
    /// The AI SDK's v4 data stream.
    AiDataV4(AiDataV4Reader),
}

impl Reader {
    /// A reader of this framing.
    pub fn new(framing: Framing) -> Self {
        match framing {
            Framing::Sse => Reader::Sse(Box::default()),
            Framing::Ndjson => Reader::Ndjson(NdjsonReader::default()),
            Framing::JsonSeq => Reader::JsonSeq(JsonSeqReader::default()),
            Framing::Text => Reader::Text(TextReader::default()),
            Framing::AiDataV4 => Reader::AiDataV4(AiDataV4Reader::default()),
        }
    }

    /// Reads one piece that arrived at `at`, and hands every item that it completes to `sink`.
    pub fn push(&mut self, piece: &[u8], at: Duration, sink: impl FnMut(Item)) {
        match self {
            Reader::Sse(reader) => reader.push(piece, at, sink),
            Reader::Ndjson(reader) => reader.push(piece, at, sink),
            Reader::JsonSeq(reader) => reader.push(piece, at, sink),
            Reader::Text(reader) => reader.push(piece, at),
            Reader::AiDataV4(reader) => reader.push(piece, at, sink),
        }
    }

    /// Ends the stream, which may complete a last item.
    pub fn finish(self, sink: impl FnMut(Item)) -> StreamFacts {
        match self {
            Reader::Sse(reader) => StreamFacts::Sse(reader.finish()),
            Reader::Ndjson(reader) => StreamFacts::Ndjson(reader.finish(sink)),
            Reader::JsonSeq(reader) => StreamFacts::JsonSeq(reader.finish(sink)),
            Reader::Text(reader) => StreamFacts::Text(reader.finish()),
            Reader::AiDataV4(reader) => StreamFacts::AiDataV4(reader.finish()),
        }
    }
}
