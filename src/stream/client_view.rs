//! What a client built on `eventsource-stream` would have got from the same bytes.
//!
//! Many Rust clients are. It panics on a byte order mark, stalls on ill-formed UTF-8 and then fails,
//! loses the last event of a stream that ends in a lone CR, and is quadratic in what it has
//! buffered: the bytes are bounded, cut small, and its panics are caught.

use std::panic::{AssertUnwindSafe, catch_unwind};

use eventsource_stream::{Event, EventStreamError, Eventsource};
use futures_util::{FutureExt, StreamExt, stream};

use super::Item;

/// Longest body that is shown to the client.
pub const CLIENT_VIEW_LIMIT: usize = 256 * 1024;

/// Longest piece that is handed to the client at once.
const PIECE: usize = 4 * 1024;

/// What the client saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientView {
    /// The events that it delivered.
    pub events: Vec<ClientEvent>,
    /// How it came to its end.
    pub end: ClientEnd,
}

/// An event as the client delivers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientEvent {
    /// The event type, `message` where unset.
    pub name: String,
    /// The data.
    pub data: String,
    /// The last event id.
    pub id: String,
}

/// How the client came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientEnd {
    /// It read to the end.
    Clean,
    /// It gave up with this error.
    Failed(String),
    /// It panicked.
    Panicked,
    /// It was not asked: the body is longer than [`CLIENT_VIEW_LIMIT`].
    TooLong,
}

/// Where the client's view differs from the standard's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It panicked.
    Panic,
    /// It failed, with this error, after so many events.
    Failure {
        /// The client's own words.
        error: String,
        /// Events delivered before it.
        delivered: usize,
    },
    /// It delivered fewer events, or more.
    Count {
        /// Events by the standard.
        dispatched: usize,
        /// Events that the client delivered.
        delivered: usize,
    },
    /// The event of this number, from 1, is another.
    Event(usize),
}

/// Shows a body to the client.
pub fn client_view(body: &[u8]) -> ClientView {
    if body.len() > CLIENT_VIEW_LIMIT {
        return ClientView { events: Vec::new(), end: ClientEnd::TooLong };
    }
    // A leading byte order mark is known to make it panic; asking would only fill the log.
    if body.starts_with(b"\xef\xbb\xbf") {
        return ClientView { events: Vec::new(), end: ClientEnd::Panicked };
    }
    catch_unwind(AssertUnwindSafe(|| drive(body)))
        .unwrap_or(ClientView { events: Vec::new(), end: ClientEnd::Panicked })
}

fn drive(body: &[u8]) -> ClientView {
    let pieces = stream::iter(body.chunks(PIECE).map(Ok::<_, std::convert::Infallible>));
    let mut source = pieces.eventsource();
    let mut events = Vec::new();
    // Every piece is ready, so the client never waits; what it leaves pending it would leave for ever.
    while let Some(Some(next)) = source.next().now_or_never() {
        match next {
            Ok(event) => events.push(event.into()),
            Err(error) => return ClientView { events, end: ClientEnd::Failed(describe(error)) },
        }
    }
    ClientView { events, end: ClientEnd::Clean }
}

fn describe(error: EventStreamError<std::convert::Infallible>) -> String {
    match error {
        EventStreamError::Utf8(error) => format!("UTF-8: {}", error.utf8_error()),
        EventStreamError::Parser(error) => format!("not a line: {:?}", error.code),
        EventStreamError::Transport(never) => match never {},
    }
}

impl From<Event> for ClientEvent {
    fn from(event: Event) -> Self {
        ClientEvent { name: event.event, data: event.data, id: event.id }
    }
}

impl ClientView {
    /// The first thing in which the client's view differs from the events by the standard.
    pub fn difference<'a>(&self, events: impl Iterator<Item = &'a Item> + Clone) -> Option<Difference> {
        match &self.end {
            ClientEnd::TooLong => return None,
            ClientEnd::Panicked => return Some(Difference::Panic),
            ClientEnd::Failed(error) => {
                return Some(Difference::Failure { error: error.clone(), delivered: self.events.len() });
            }
            ClientEnd::Clean => {}
        }
        let differs = |(ours, theirs): (&Item, &ClientEvent)| {
            ours.name.as_deref().unwrap_or("message") != theirs.name
                || ours.data != theirs.data
                || *ours.last_event_id != *theirs.id
        };
        if let Some(at) = events.clone().zip(&self.events).position(differs) {
            return Some(Difference::Event(at + 1));
        }
        let (dispatched, delivered) = (events.count(), self.events.len());
        (dispatched != delivered).then_some(Difference::Count { dispatched, delivered })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::stream::SseReader;

    fn difference(body: &[u8]) -> Option<Difference> {
        let mut reader = SseReader::default();
        let mut items = Vec::new();
        reader.push(body, Duration::ZERO, |item| items.push(item));
        client_view(body).difference(items.iter())
    }

    #[test]
    fn a_plain_stream_is_seen_as_it_is() {
        assert_eq!(difference("event: a\nid: 1\ndata: né\n\n: hi\r\n\r\ndata: b\r\n\r\n".as_bytes()), None);
    }

    #[test]
    fn a_byte_order_mark_ends_the_client() {
        assert_eq!(difference("\u{feff}data: a\n\n".as_bytes()), Some(Difference::Panic));
    }

    #[test]
    fn one_invalid_byte_costs_the_client_what_follows() {
        let found = difference(b"data: a\n\ndata: \xff\n\ndata: c\n\n");
        assert!(matches!(found, Some(Difference::Failure { delivered: 1, .. })), "{found:?}");
    }

    #[test]
    fn the_last_event_of_a_stream_of_lone_crs_is_lost() {
        assert_eq!(difference(b"data: a\r\rdata: b\r\r"), Some(Difference::Count { dispatched: 2, delivered: 1 }));
    }

    #[test]
    fn a_body_too_long_is_not_shown() {
        assert_eq!(client_view(&vec![b'x'; CLIENT_VIEW_LIMIT + 1]).end, ClientEnd::TooLong);
    }
}
