//! What happened on the wire, as plain data. Nothing here holds a secret.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::Wire;
use super::serial::{fields, micros, optional_payload, payload};
use crate::follow::Followed;

/// Most pieces of a body whose arrival is kept.
pub const KEPT_PIECES: usize = 16 * 1024;

/// One request and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Exchange {
    /// The request as sent, secrets masked.
    pub request: SentRequest,
    /// Seconds from the start of the run to the first byte sent.
    #[serde(with = "micros")]
    pub started: Duration,
    /// What came back.
    pub outcome: Outcome,
    /// What is known of the bytes beneath it.
    pub wire: Wire,
}

impl Exchange {
    /// The answer, where there was one.
    pub fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Failed(_) => None,
        }
    }
}

/// A request as it was sent, secrets shown as `${NAME}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRequest {
    /// The method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Header fields in the order they were given to the client.
    pub headers: Vec<(String, String)>,
    /// The body.
    #[serde(with = "optional_payload")]
    pub body: Option<Bytes>,
}

/// What came of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A response head, and as much of a body as came.
    Answered(Answer),
    /// No response head.
    Failed(Failure),
}

/// Why no response head came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// The client's own words, secrets masked.
    pub message: String,
    /// How long it took.
    #[serde(with = "micros")]
    pub after: Duration,
}

/// What kept the response head from coming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The name does not resolve, or nobody listens.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// No connection within the time allowed.
    ConnectTimeout,
    /// Connected, and then no head within the time allowed.
    HeadTimeout,
    /// What came is not HTTP.
    NotHttp,
    /// The connection was closed or reset before a head.
    Closed,
    /// The request cannot be written as HTTP; our own fault.
    Unsendable,
}

/// A response.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `HTTP/1.1`, `HTTP/2.0`, …
    pub version: String,
    /// Header fields in the order they came; names in lower case, values as bytes.
    #[serde(with = "fields")]
    pub headers: Vec<(String, Vec<u8>)>,
    /// From the first byte sent to the whole head.
    #[serde(with = "micros")]
    pub head_at: Duration,
    /// The body as read, transfer coding removed, content coding kept. Of a long stream that was followed
    /// as it came it is the beginning, and `tail` the end.
    #[serde(with = "payload")]
    pub body: Bytes,
    /// Length of the body as read, in bytes.
    pub length: usize,
    /// The last bytes of a body that is longer than `body`.
    #[serde(with = "payload")]
    pub tail: Bytes,
    /// How the body arrived: the first [`KEPT_PIECES`] pieces.
    pub pieces: Vec<Piece>,
    /// The stream as it was followed when it came; `None` for a body that is none, or that was not.
    #[serde(skip)]
    pub followed: Option<Arc<Followed>>,
    /// How the body ended.
    pub end: End,
    /// From the first byte sent to the end.
    #[serde(with = "micros")]
    pub ended_at: Duration,
}

impl Answer {
    /// An answer whose whole body is known at once, as a recording has it.
    pub fn whole(status: u16, headers: Vec<(String, Vec<u8>)>, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        Answer {
            status,
            version: "HTTP/1.1".to_owned(),
            headers,
            head_at: Duration::ZERO,
            length: body.len(),
            body,
            tail: Bytes::new(),
            pieces: Vec::new(),
            followed: None,
            end: End::Complete(BodyLength::ContentLength),
            ended_at: Duration::ZERO,
        }
    }

    /// The value of a header field, if it is there and is text; several fields are joined by `, `.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self.header_values(name).map(|value| String::from_utf8_lossy(value)).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// Every value of a header field.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.headers
            .iter()
            .filter(move |(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    /// The content coding of the body, where it has one.
    pub fn content_coding(&self) -> Option<String> {
        self.header("content-encoding").filter(|coding| !coding.trim().eq_ignore_ascii_case("identity"))
    }

    /// Whether only parts of the body were kept.
    pub fn is_cut(&self) -> bool {
        !self.tail.is_empty()
    }

    /// Whether it is known when the body's pieces came.
    pub fn is_timed(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// What was kept of the body from an offset on; empty where that part was not kept.
    pub fn from(&self, offset: usize) -> &[u8] {
        if offset < self.body.len() || !self.is_cut() {
            return self.body.get(offset..).unwrap_or_default();
        }
        let tail_at = self.length - self.tail.len();
        offset.checked_sub(tail_at).and_then(|offset| self.tail.get(offset..)).unwrap_or_default()
    }

    /// Type and subtype of Content-Type in lower case, without parameters.
    pub fn essence(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }
}

/// A part of a body that arrived at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// From the first byte sent to its arrival.
    #[serde(with = "micros")]
    pub at: Duration,
    /// Offset in the body.
    pub offset: usize,
    /// Length in bytes.
    pub len: usize,
}

/// How a body ended: a fact, never a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// As long as its framing says.
    Complete(BodyLength),
    /// Chunked, and the connection ended without the last chunk.
    MissingLastChunk,
    /// Chunked, and a chunk's size cannot be read.
    BadChunk,
    /// Shorter than Content-Length.
    ShortOfContentLength,
    /// The connection, or the HTTP/2 stream, was reset.
    Reset,
    /// Silent for longer than allowed.
    Idle {
        /// How long it was silent.
        #[serde(with = "micros")]
        silence: Duration,
    },
    /// We stopped reading: enough bytes.
    StoppedBySize,
    /// We stopped reading: enough time. The stream was still running.
    StoppedByTime,
    /// We stopped reading: enough events.
    StoppedByEvents,
    /// We stopped reading: the stream's own terminal was seen and the connection stayed open.
    HeldOpen {
        /// How long we waited after the terminal.
        #[serde(with = "micros")]
        waited: Duration,
    },
}

/// What says how long a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BodyLength {
    /// There is none by the status or the method.
    None,
    /// Content-Length.
    ContentLength,
    /// Chunked transfer coding, last chunk seen.
    Chunked,
    /// Closing the connection: completeness cannot be proved.
    Close,
    /// HTTP/2 framing.
    Http2,
}
