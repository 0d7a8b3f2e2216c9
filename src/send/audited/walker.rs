//! Walks through the bytes of a connection that carries one answer, and notes what they say.
//!
//! The walk takes constant memory, however long the answer: bodies are counted, not kept.

use std::time::Duration;

use bytes::Bytes;

use super::chunked::{Chunked, Step};
use super::head::{Head, read_head};
use crate::send::{Surplus, WireFraming, WireRecord};

/// Longest head that is read, in bytes.
const LONGEST_HEAD: usize = 256 * 1024;

/// A walk through the bytes of a connection, in whatever pieces they come.
#[derive(Debug)]
pub(super) struct Walker {
    to_head: bool,
    /// How many bytes have come.
    seen: u64,
    at: At,
}

/// Where the walk is.
#[derive(Debug)]
enum At {
    /// In a head, with what there is of it.
    Head(Vec<u8>),
    /// In a message whose head is whole.
    Message(Body, Box<WireRecord>),
    /// In bytes that are no answer.
    Lost(&'static str),
}

/// What is still to come of a message.
#[derive(Debug)]
enum Body {
    Length {
        left: u64,
    },
    Chunked(Chunked),
    /// Everything until the connection closes.
    Close,
    /// Nothing: what comes is surplus.
    Over,
    /// Nobody can say.
    Unknown,
}

impl Walker {
    /// A walk that has not begun; `to_head` says whether the answer is to a HEAD request.
    pub(super) fn new(to_head: bool) -> Self {
        Walker { to_head, seen: 0, at: At::Head(Vec::new()) }
    }

    /// Takes bytes that came at that time.
    pub(super) fn read(&mut self, mut bytes: &[u8], at: Duration) {
        while !bytes.is_empty() {
            let took = match &mut self.at {
                At::Head(_) => self.head(bytes),
                At::Message(body, record) => body.step(bytes, at, self.seen, record),
                At::Lost(_) => bytes.len(),
            };
            self.seen = self.seen.saturating_add(took as u64);
            bytes = bytes.get(took..).unwrap_or_default();
        }
    }

    /// The peer has closed the connection.
    pub(super) fn closed(&mut self) {
        if let At::Message(body, record) = &mut self.at {
            record.closed = true;
            record.ended |= matches!(body, Body::Close);
        }
    }

    /// Whether the answer is over and the connection is not: what came now would be surplus.
    pub(super) fn is_over(&self) -> bool {
        matches!(&self.at, At::Message(Body::Over, record) if !record.closed)
    }

    /// What the bytes said.
    ///
    /// # Errors
    /// Where they were no answer, in words.
    pub(super) fn into_record(self) -> Result<WireRecord, &'static str> {
        match self.at {
            At::Message(_, record) => Ok(*record),
            At::Head(_) => Err("no whole head came"),
            At::Lost(reason) => Err(reason),
        }
    }

    /// Goes on in a head, and gives how many of the bytes belong to it.
    fn head(&mut self, bytes: &[u8]) -> usize {
        let At::Head(head) = &mut self.at else { return 0 };
        let before = head.len();
        head.extend_from_slice(bytes);
        // A head ends with a line, so that there is nothing to read before one has ended.
        let parsed = if bytes.contains(&b'\n') { read_head(head, self.to_head) } else { Head::Partial };
        let (len, next) = match parsed {
            Head::Partial if head.len() <= LONGEST_HEAD => return bytes.len(),
            Head::Partial => (head.len(), At::Lost("the head is longer than we read")),
            Head::Broken => (head.len(), At::Lost("what was answered is not HTTP/1.1")),
            Head::Interim(len) => (len, At::Head(Vec::new())),
            Head::Final(len, mut record) => {
                let body = Body::of(record.framing);
                record.ended = matches!(body, Body::Over);
                (len, At::Message(body, record))
            }
        };
        self.at = next;
        len.saturating_sub(before)
    }
}

impl Body {
    fn of(framing: WireFraming) -> Self {
        match framing {
            WireFraming::Head | WireFraming::ContentLength(0) => Body::Over,
            WireFraming::ContentLength(left) => Body::Length { left },
            WireFraming::Chunked => Body::Chunked(Chunked::new()),
            WireFraming::Close => Body::Close,
            WireFraming::Unknown => Body::Unknown,
        }
    }

    /// Goes on by as many of the bytes as belong together, and gives their number. `seen` is how many
    /// bytes of the connection come before them.
    fn step(&mut self, bytes: &[u8], at: Duration, seen: u64, record: &mut WireRecord) -> usize {
        match self {
            Body::Length { left } => {
                let took = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
                *left -= took as u64;
                if *left == 0 {
                    self.end(record);
                }
                took
            }
            Body::Chunked(chunked) => match chunked.step(bytes, at, record) {
                Step::Took(took) => took,
                Step::Ended(took) => {
                    self.end(record);
                    took
                }
                Step::Broken => {
                    *self = Body::Unknown;
                    bytes.len()
                }
            },
            Body::Over => {
                note_surplus(bytes, at, seen, record);
                bytes.len()
            }
            Body::Close | Body::Unknown => bytes.len(),
        }
    }

    fn end(&mut self, record: &mut WireRecord) {
        *self = Body::Over;
        record.ended = true;
    }
}

fn note_surplus(bytes: &[u8], at: Duration, seen: u64, record: &mut WireRecord) {
    let surplus = record.surplus.get_or_insert(Surplus { at, offset: seen, len: 0, first: Bytes::new() });
    surplus.len = surplus.len.saturating_add(bytes.len() as u64);
    let room = Surplus::MOST_BYTES.saturating_sub(surplus.first.len());
    if room > 0 {
        let kept = bytes.get(..room).unwrap_or(bytes);
        surplus.first = [surplus.first.as_ref(), kept].concat().into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    /// The record of bytes that come in pieces of so many; the time of each is its number in milliseconds.
    fn record_of(bytes: &[u8], piece: usize) -> Result<WireRecord, &'static str> {
        let mut walker = Walker::new(false);
        for (index, piece) in bytes.chunks(piece).enumerate() {
            walker.read(piece, Duration::from_millis(index as u64));
        }
        walker.into_record()
    }

    fn whole(text: impl AsRef<str>) -> WireRecord {
        let bytes = text.as_ref().as_bytes();
        record_of(bytes, bytes.len()).unwrap()
    }

    fn surplus_of(text: impl AsRef<str>) -> Option<(u64, Bytes)> {
        whole(text).surplus.map(|surplus| (surplus.offset, surplus.first))
    }

    #[test]
    fn what_follows_the_end_is_surplus_whatever_says_where_the_end_is() {
        let length = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab";
        assert_eq!(surplus_of(length), None);
        assert_eq!(surplus_of(format!("{length}\r\n")), Some((40, Bytes::from_static(b"\r\n"))));
        let chunked = format!("{CHUNKED}2\r\nab\r\n0\r\n\r\n");
        assert_eq!(surplus_of(&chunked), None);
        assert_eq!(surplus_of(format!("{chunked}x")), Some((chunked.len() as u64, Bytes::from_static(b"x"))));
        assert_eq!(surplus_of("HTTP/1.1 204 No Content\r\n\r\nx"), Some((27, Bytes::from_static(b"x"))));
        assert_eq!(surplus_of("HTTP/1.1 200 OK\r\n\r\nabc"), None, "only the closed connection ends it");
    }

    #[test]
    fn an_answer_to_head_has_no_body_whatever_its_length_says() {
        let mut walker = Walker::new(true);
        walker.read(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", Duration::ZERO);
        assert!(walker.is_over());
        walker.read(b"ab", Duration::ZERO);
        assert_eq!(walker.into_record().unwrap().surplus.map(|surplus| surplus.len), Some(2));
    }

    #[test]
    fn only_the_first_of_much_surplus_is_kept_and_all_of_it_counted() {
        let text = format!("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n{}", "x".repeat(1000));
        for piece in [1, 100, 2000] {
            let surplus = record_of(text.as_bytes(), piece).unwrap().surplus.unwrap();
            assert_eq!((surplus.len, surplus.first.len()), (1000, Surplus::MOST_BYTES), "pieces of {piece}");
        }
    }

    #[test]
    fn chunks_are_kept_with_place_size_and_extensions() {
        let record = whole(format!("{CHUNKED}2;a=\"b\"\r\nab\r\nA \r\n0123456789\r\n0;last\r\n\r\n"));
        let chunks: Vec<_> = record.chunks.iter().map(|c| (c.offset, c.size, c.extension.as_deref())).collect();
        assert_eq!(chunks, [(0, 2, Some("a=\"b\"")), (2, 10, None)]);
        assert!(record.last_chunk && record.ended && record.surplus.is_none());
    }

    #[test]
    fn more_chunks_than_are_kept_are_counted() {
        let record = whole(format!("{CHUNKED}{}0\r\n\r\n", "1\r\na\r\n".repeat(5000)));
        assert_eq!((record.chunks.len(), record.chunk_count), (WireRecord::MOST_CHUNKS, 5000));
    }

    #[test]
    fn trailers_are_part_of_the_message() {
        let record = whole(format!("{CHUNKED}1\r\na\r\n0\r\nServer-Timing: db;dur=5\r\nX-Sum: 1\r\n\r\n"));
        let names: Vec<_> = record.trailers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Server-Timing", "X-Sum"]);
        assert!(record.ended && record.surplus.is_none());
    }

    #[test]
    fn a_body_that_breaks_off_has_not_ended() {
        for rest in ["", "5\r\nab", "1\r\na\r\n", "1\r\na\r\n0\r\n", "1\r\na\r\n0\r\nX: y\r\n"] {
            let mut walker = Walker::new(false);
            walker.read(format!("{CHUNKED}{rest}").as_bytes(), Duration::ZERO);
            walker.closed();
            let record = walker.into_record().unwrap();
            assert!(!record.ended && record.closed, "{rest:?}");
        }
    }

    #[test]
    fn after_a_broken_chunk_nothing_is_surplus() {
        for wrong in ["zz\r\nab", "1\r\nabc\r\n", "1\na\r\n", "0\r\nno colon\r\n\r\n"] {
            let record = whole(format!("{CHUNKED}{wrong}0\r\n\r\nx"));
            assert!(!record.ended && record.surplus.is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn an_interim_response_is_no_answer() {
        let record =
            whole("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
        assert!(record.head.starts_with(b"HTTP/1.1 200 OK\r\n"));
        assert!(record.ended && record.surplus.is_none());
    }

    #[test]
    fn the_same_bytes_say_the_same_in_pieces_of_any_size() {
        let text = format!("{CHUNKED}3;x\r\nabc\r\n2\r\nde\r\n0\r\nA: b\r\n\r\nsurplus");
        let timeless = |piece| {
            let mut record = record_of(text.as_bytes(), piece).unwrap();
            record.chunks.iter_mut().for_each(|chunk| chunk.at = Duration::ZERO);
            record.surplus.iter_mut().for_each(|surplus| surplus.at = Duration::ZERO);
            record
        };
        for piece in 1..text.len() {
            assert_eq!(timeless(piece), timeless(text.len()), "pieces of {piece}");
        }
    }

    #[test]
    fn what_is_no_answer_has_no_record() {
        assert_eq!(record_of(b"SSH-2.0-OpenSSH\r\n", 4), Err("what was answered is not HTTP/1.1"));
        assert_eq!(record_of(b"HTTP/1.1 200 OK\r\n", 4), Err("no whole head came"));
        let endless = "HTTP/1.1 200 OK\r\n".to_owned() + &format!("a: {}\r\n", "b".repeat(8000)).repeat(40);
        assert_eq!(record_of(endless.as_bytes(), 8000), Err("the head is longer than we read"));
    }
}
