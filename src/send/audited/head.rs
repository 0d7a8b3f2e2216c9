//! The head of a response, and what it says of the length of its message.

use bytes::Bytes;

use crate::send::{WireFraming, WireRecord};

/// Most header fields that are read.
const MOST_FIELDS: usize = 256;

/// What a head turned out to be.
pub(super) enum Head {
    /// Not whole yet.
    Partial,
    /// An interim response of so many bytes; another head follows (RFC 9110 15.2).
    Interim(usize),
    /// The final response, its head of so many bytes.
    Final(usize, Box<WireRecord>),
    /// No head of an HTTP/1 response.
    Broken,
}

/// Reads the head that the bytes begin with; `to_head` says whether it answers a HEAD request.
pub(super) fn read_head(bytes: &[u8], to_head: bool) -> Head {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let len = match response.parse(bytes) {
        Ok(httparse::Status::Complete(len)) => len,
        Ok(httparse::Status::Partial) => return Head::Partial,
        Err(_) => return Head::Broken,
    };
    let (Some(status), Some(head)) = (response.code, bytes.get(..len)) else { return Head::Broken };
    if matches!(status, 100 | 102..=199) {
        return Head::Interim(len);
    }
    let values = |name: &str| -> Vec<String> {
        let of_name = response.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name));
        of_name.map(|field| String::from_utf8_lossy(field.value).into_owned()).collect()
    };
    let (content_lengths, transfer_encodings) = (values("content-length"), values("transfer-encoding"));
    let record = WireRecord {
        head: Bytes::copy_from_slice(head),
        framing: framing(to_head || matches!(status, 101 | 204 | 304), &content_lengths, &transfer_encodings),
        content_lengths,
        transfer_encodings,
        chunks: Vec::new(),
        chunk_count: 0,
        last_chunk: false,
        trailers: Vec::new(),
        ended: false,
        surplus: None,
        closed: false,
    };
    Head::Final(len, Box::new(record))
}

/// The order in which RFC 9112 6.3 asks.
fn framing(bodiless: bool, lengths: &[String], codings: &[String]) -> WireFraming {
    if bodiless {
        return WireFraming::Head;
    }
    if let Some(last) = codings.last().and_then(|value| value.rsplit(',').next()) {
        let chunked = last.trim().eq_ignore_ascii_case("chunked");
        return if chunked { WireFraming::Chunked } else { WireFraming::Close };
    }
    let mut lengths = lengths.iter().flat_map(|value| value.split(',')).map(number);
    match lengths.next() {
        None => WireFraming::Close,
        Some(Some(first)) if lengths.all(|other| other == Some(first)) => WireFraming::ContentLength(first),
        Some(_) => WireFraming::Unknown,
    }
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framing_of(fields: &str) -> WireFraming {
        match read_head(format!("HTTP/1.1 200 OK\r\n{fields}\r\n").as_bytes(), false) {
            Head::Final(_, record) => record.framing,
            _ => panic!("{fields:?} is no whole head"),
        }
    }

    #[test]
    fn the_transfer_coding_outweighs_the_length_and_the_last_coding_decides() {
        assert_eq!(framing_of("Content-Length: 5\r\n"), WireFraming::ContentLength(5));
        assert_eq!(framing_of("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), WireFraming::Chunked);
        assert_eq!(framing_of("Transfer-Encoding: gzip, Chunked\r\n"), WireFraming::Chunked);
        assert_eq!(framing_of("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n"), WireFraming::Close);
        assert_eq!(framing_of("Connection: close\r\n"), WireFraming::Close);
    }

    #[test]
    fn a_length_said_twice_is_one_length_and_two_lengths_are_none() {
        assert_eq!(framing_of("Content-Length: 5\r\nContent-Length: 5, 5\r\n"), WireFraming::ContentLength(5));
        assert_eq!(framing_of("Content-Length: 5\r\nContent-Length: 6\r\n"), WireFraming::Unknown);
        for wrong in ["+5", "", "5 5", "99999999999999999999", "5,"] {
            assert_eq!(framing_of(&format!("Content-Length: {wrong}\r\n")), WireFraming::Unknown, "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_head_is_told_from_half_a_head() {
        assert!(matches!(read_head(b"HTTP/1.1 200 OK\r\nA: b\r\n", false), Head::Partial));
        assert!(matches!(read_head(b"SSH-2.0-OpenSSH\r\n", false), Head::Broken));
        assert!(matches!(read_head(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP", false), Head::Interim(28)));
    }
}
