//! What a client built on `eventsource-stream` would have got from the same bytes.
//!
//! Many Rust clients are. It panics on a byte order mark, stalls on ill-formed UTF-8 and then fails,
//! loses the last event of a stream that ends in a lone CR, loses what blocks without data set, takes a
//! `retry` of `+500`, and is quadratic in what it has buffered: the bytes are bounded, cut small, and its
//! panics are caught.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use eventsource_stream::{Event, EventStreamError, Eventsource};
use futures_util::{FutureExt, StreamExt, stream};

use super::{Item, SseFacts};

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
    /// The last event id that it would reconnect with.
    pub last_event_id: String,
    /// The reconnection time in milliseconds that it learnt last.
    pub retry: Option<u64>,
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
    /// It would reconnect with another last event id.
    LastEventId {
        /// The one by the standard.
        standard: String,
        /// The client's.
        client: String,
    },
    /// It would reconnect after another time in milliseconds; `None` is the client's own.
    Retry {
        /// The one by the standard.
        standard: Option<u64>,
        /// The one that the client learnt.
        client: Option<u64>,
    },
}

/// Shows a body to the client.
pub fn client_view(body: &[u8]) -> ClientView {
    if body.len() > CLIENT_VIEW_LIMIT {
        return ClientView::nothing(ClientEnd::TooLong);
    }
    // A leading byte order mark is known to make it panic; asking would only fill the log.
    if body.starts_with(b"\xef\xbb\xbf") {
        return ClientView::nothing(ClientEnd::Panicked);
    }
    catch_unwind(AssertUnwindSafe(|| drive(body))).unwrap_or_else(|_| ClientView::nothing(ClientEnd::Panicked))
}

fn drive(body: &[u8]) -> ClientView {
    let pieces = stream::iter(body.chunks(PIECE).map(Ok::<_, std::convert::Infallible>));
    let mut source = pieces.eventsource();
    let mut view = ClientView::nothing(ClientEnd::Clean);
    // Every piece is ready, so the client never waits; what it leaves pending it would leave for ever.
    while let Some(Some(next)) = source.next().now_or_never() {
        match next {
            Ok(event) => {
                view.retry = event.retry.map(milliseconds).or(view.retry);
                view.events.push(event.into());
            }
            Err(error) => {
                view.end = ClientEnd::Failed(describe(error));
                break;
            }
        }
    }
    view.last_event_id = source.last_event_id().to_owned();
    view
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
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
    fn nothing(end: ClientEnd) -> Self {
        ClientView { events: Vec::new(), end, last_event_id: String::new(), retry: None }
    }

    /// The first thing in which the client's view differs from the events and facts by the standard.
    pub fn difference<'a>(
        &self,
        events: impl Iterator<Item = &'a Item> + Clone,
        facts: &SseFacts,
    ) -> Option<Difference> {
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
        if dispatched != delivered {
            return Some(Difference::Count { dispatched, delivered });
        }
        let (standard, client) = (facts.last_event_id.to_string(), self.last_event_id.clone());
        if standard != client {
            return Some(Difference::LastEventId { standard, client });
        }
        let (standard, client) = (facts.retry, self.retry);
        (standard != client).then_some(Difference::Retry { standard, client })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::SseReader;

    fn difference(body: &[u8]) -> Option<Difference> {
        let mut reader = SseReader::default();
        let mut items = Vec::new();
        reader.push(body, Duration::ZERO, |item| items.push(item));
        client_view(body).difference(items.iter(), &reader.finish())
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
    fn what_blocks_without_data_set_is_lost() {
        let id = Difference::LastEventId { standard: "2".to_owned(), client: "1".to_owned() };
        assert_eq!(difference(b"id: 1\ndata: a\n\nid: 2\n\n"), Some(id));
        assert_eq!(difference(b"id: 1\n\ndata: a\n\n"), None, "an event follows that carries it");
        let retry = Difference::Retry { standard: Some(3000), client: None };
        assert_eq!(difference(b"retry: 3000\n\ndata: a\n\n"), Some(retry));
    }

    #[test]
    fn a_retry_that_is_no_run_of_digits_is_taken_and_one_too_large_is_not() {
        let taken = Difference::Retry { standard: None, client: Some(500) };
        assert_eq!(difference(b"retry:+500\ndata: a\n\n"), Some(taken));
        let lost = Difference::Retry { standard: Some(u64::MAX), client: None };
        assert_eq!(difference(b"retry: 99999999999999999999\ndata: a\n\n"), Some(lost));
        assert_eq!(difference(b"retry: 500\ndata: a\n\n"), None);
    }

    #[test]
    fn a_body_too_long_is_not_shown() {
        assert_eq!(client_view(&vec![b'x'; CLIENT_VIEW_LIMIT + 1]).end, ClientEnd::TooLong);
    }
}
