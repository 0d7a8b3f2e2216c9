//! Decoders of streamed bodies: items, and facts about the bytes that clients throw away.
//!
//! In: the pieces of a body with their arrival times. Out: [`Decoded`], plain data. Nothing here
//! knows a contract: what is remarkable is kept as a fact, and `judge` says what it weighs.

mod ai_data_v4;
mod client_view;
mod decode;
mod item;
mod json_seq;
#[cfg(test)]
mod linear;
mod marks;
mod ndjson;
mod parts;
mod reader;
mod records;
mod sse;
mod text;
mod utf8;

pub use ai_data_v4::{AI_DATA_V4_CODES, AiDataV4Reader};
pub use client_view::{CLIENT_VIEW_LIMIT, ClientEnd, ClientEvent, ClientView, Difference, client_view};
pub use decode::{Decoded, Framing, StreamFacts, decode};
pub use item::Item;
pub use json_seq::JsonSeqReader;
pub use marks::{KEPT, Mark, MarkKind, Marks, excerpt};
pub use ndjson::NdjsonReader;
pub use reader::Reader;
pub use records::RecordFacts;
pub use sse::{LineEnds, SseFacts, SseReader, Tail};
pub use text::{LooksLike, TextFacts, TextReader};
