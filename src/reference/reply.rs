//! An answer before it goes out, in parts that a fault can change.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use futures_util::{Stream, StreamExt, stream};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version};
use serde_json::Value;

use super::refusal::Refusal;

/// The header that asks proxies to pass a stream on as it comes.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// How many times longer than the pause between two pieces a withheld body is silent.
const WITHHELD_PAUSES: u32 = 20;

/// How long a connection stays open after a stream that has ended: longer than clients wait for it.
const HELD_OPEN: Duration = Duration::from_secs(5);

/// A shorter pause would be none: the pieces around it would go out together, or be lost together.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// What a reply tells, so that a fault can name the replies that it changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A session was created.
    Session,
    /// A message, as one JSON document.
    Message,
    /// A message, as a stream.
    Stream,
    /// The request is not served.
    Refused(Refusal),
}

/// How a body goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// At once, with its length.
    Whole,
    /// Piece by piece with a pause before each, chunked.
    Paced,
    /// Chunked, and all in one piece after a silence as long as a slow stream.
    Withheld,
}

/// How a paced body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// As HTTP asks.
    Complete,
    /// The connection closes after the last piece, before the body has ended.
    Cut,
    /// The connection closes after the last piece, and nothing else says where the body ends.
    Closed,
    /// Long after the last piece.
    HeldOpen,
    /// The connection closes before the head was sent.
    Unanswered,
}

/// An answer in parts.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    /// What it tells.
    pub outcome: Outcome,
    /// Its status.
    pub status: StatusCode,
    /// Its header fields, without those that framing needs.
    pub headers: HeaderMap,
    /// The body. A whole one has one piece.
    pub pieces: Vec<Vec<u8>>,
    /// How the body goes out.
    pub flow: Flow,
    /// How it ends.
    pub ending: Ending,
}

impl Reply {
    /// A reply with one JSON document.
    pub fn json(outcome: Outcome, status: StatusCode, body: &Value) -> Self {
        Self::whole(outcome, status, "application/json", body.to_string())
    }

    /// A reply with a short plain text.
    pub fn text(outcome: Outcome, status: StatusCode, body: &str) -> Self {
        Self::whole(outcome, status, "text/plain; charset=utf-8", body)
    }

    /// A stream of plain text, as a proxy and a browser need it.
    pub fn text_stream(portions: Vec<String>) -> Self {
        let pieces = portions.into_iter().map(String::into_bytes).collect();
        Self::stream("text/plain; charset=utf-8", pieces)
    }

    /// A stream of server-sent events, one `data` field each.
    pub fn events(payloads: impl IntoIterator<Item = String>) -> Self {
        let pieces = payloads.into_iter().map(|payload| format!("data: {payload}\n\n").into_bytes()).collect();
        Self::stream("text/event-stream", pieces)
    }

    fn whole(outcome: Outcome, status: StatusCode, media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]);
        Reply { outcome, status, headers, pieces: vec![body.into()], flow: Flow::Whole, ending: Ending::Complete }
    }

    fn stream(media_type: &'static str, pieces: Vec<Vec<u8>>) -> Self {
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static(media_type)),
            (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (ACCEL_BUFFERING, HeaderValue::from_static("no")),
        ]);
        let (outcome, status) = (Outcome::Stream, StatusCode::OK);
        Reply { outcome, status, headers, pieces, flow: Flow::Paced, ending: Ending::Complete }
    }

    /// The reply with these header fields as well.
    pub fn with(mut self, fields: impl IntoIterator<Item = (HeaderName, HeaderValue)>) -> Self {
        self.headers.extend(fields);
        self
    }

    /// The reply on the wire.
    pub fn into_response(self, pace: Duration) -> Response {
        let body = match (self.flow, self.ending) {
            (Flow::Whole, Ending::Complete) => Body::from(self.pieces.concat()),
            (_, Ending::Unanswered) => Body::from_stream(stream::iter([Err::<Vec<u8>, _>(cut())])),
            (Flow::Withheld, ending) => {
                Body::from_stream(paced(vec![self.pieces.concat()], pace.saturating_mul(WITHHELD_PAUSES), ending))
            }
            (_, ending) => Body::from_stream(paced(self.pieces, pace, ending)),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        if self.ending == Ending::Closed {
            // A body without a length is ended by the connection where the answer is none of HTTP/1.1.
            *response.version_mut() = Version::HTTP_10;
        }
        *response.headers_mut() = self.headers;
        response
    }
}

/// The pieces, each after a pause. The pause lets what came earlier go out first, even before a cut.
fn paced(pieces: Vec<Vec<u8>>, pause: Duration, ending: Ending) -> impl Stream<Item = io::Result<Vec<u8>>> {
    let pause = pause.max(SHORTEST_PAUSE);
    let last = match ending {
        Ending::Cut | Ending::Unanswered => Some((pause, Err(cut()))),
        // A piece of no bytes is not sent: only the wait for it shows.
        Ending::HeldOpen => Some((HELD_OPEN, Ok(Vec::new()))),
        Ending::Complete | Ending::Closed => None,
    };
    let pieces = pieces.into_iter().map(move |piece| (pause, Ok(piece)));
    stream::iter(pieces.chain(last)).then(|(pause, piece)| async move {
        tokio::time::sleep(pause).await;
        piece
    })
}

/// What makes the server close a connection in the middle of a body.
fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "the reply ends here on purpose")
}

/// A header value made of an id or a date of ours.
pub(super) fn ascii(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("ids and dates of ours are visible ASCII")
}
