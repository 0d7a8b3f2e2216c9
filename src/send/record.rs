//! An answer as the bytes of its connection show it. Nothing here holds a body.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::serial::{fields, micros, payload};

/// What is known of the bytes beneath an answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wire {
    /// Nobody asked.
    #[default]
    NotAudited,
    /// They could not be seen, for this reason.
    Unseen(String),
    /// They were walked through as they came.
    Seen(Arc<WireRecord>),
}

impl Wire {
    /// Whether bytes were seen that begin as an answer of HTTP does.
    pub fn begins_as_http(&self) -> bool {
        matches!(self, Wire::Seen(record) if record.head.starts_with(b"HTTP/"))
    }
}

/// What the bytes of one HTTP/1.1 answer say, header fields and framing as sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireRecord {
    /// Status line and header fields of the final response, up to and with the blank line.
    #[serde(with = "payload")]
    pub head: Bytes,
    /// Every value of Content-Length, in order.
    pub content_lengths: Vec<String>,
    /// Every value of Transfer-Encoding, in order.
    pub transfer_encodings: Vec<String>,
    /// What says where the message ends.
    pub framing: WireFraming,
    /// The chunks of a chunked body: the first [`WireRecord::MOST_CHUNKS`] of them, without the last one.
    pub chunks: Vec<Chunk>,
    /// How many chunks there were, without the last one.
    pub chunk_count: u64,
    /// Whether the last chunk, of size 0, was seen.
    pub last_chunk: bool,
    /// Trailer fields in the order they came, names as sent.
    #[serde(with = "fields")]
    pub trailers: Vec<(String, Bytes)>,
    /// Whether the message was seen to its end.
    pub ended: bool,
    /// What came after its end.
    pub surplus: Option<Surplus>,
    /// Whether the peer closed the connection while we looked.
    pub closed: bool,
}

impl WireRecord {
    /// How many chunks are kept of a body.
    pub const MOST_CHUNKS: usize = 4096;
}

/// What says where a message ends (RFC 9112 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireFraming {
    /// The head: status or method leave no room for a body.
    Head,
    /// Content-Length, in bytes.
    ContentLength(u64),
    /// The last chunk and the trailer section after it.
    Chunked,
    /// The closed connection.
    Close,
    /// Nothing: the values of Content-Length differ, or are no numbers.
    Unknown,
}

/// One chunk of a chunked body (RFC 9112 7.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// From the first byte sent to the arrival of its size.
    #[serde(with = "micros")]
    pub at: Duration,
    /// Offset of its data in the body.
    pub offset: u64,
    /// Bytes of data, as its size says.
    pub size: u64,
    /// Its extensions as sent, without the first `;`.
    pub extension: Option<String>,
}

/// Bytes after the end of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surplus {
    /// From the first byte sent to the arrival of the first of them.
    #[serde(with = "micros")]
    pub at: Duration,
    /// How many bytes the connection carried before them, interim responses included.
    pub offset: u64,
    /// How many came while we looked.
    pub len: u64,
    /// The first [`Surplus::MOST_BYTES`] of them.
    #[serde(with = "payload")]
    pub first: Bytes,
}

impl Surplus {
    /// How many bytes are kept.
    pub const MOST_BYTES: usize = 256;
}
