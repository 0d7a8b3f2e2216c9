//! Vectors of the rules on the bytes beneath an answer, which a client hides.

use std::time::Duration;

use super::{Vector, whole};
use crate::contract::Framing;
use crate::judge::streamed::support::stream;
use crate::judge::support::{Scene, record};
use crate::send::{Surplus, Wire, WireFraming, WireRecord};

pub(super) fn vectors() -> Vec<Vector> {
    vec![
        Vector::of("stream/surplus-bytes")
            .breaks("a line end after Content-Length", seen(surplus(WireFraming::ContentLength(9), "\n")))
            .breaks("another answer after the last chunk", seen(surplus(WireFraming::Chunked, "HTTP/1.1 200 OK")))
            .legal("nothing after the last chunk", seen(record(WireFraming::Chunked)))
            .legal("all that comes before the connection closes", seen(surplus(WireFraming::Close, "\n"))),
        Vector::of("stream/two-lengths")
            .breaks("beside chunks", seen(lengths(&["9"], &["chunked"])))
            .breaks("two that differ", seen(lengths(&["9", "10"], &[])))
            .breaks("two that differ in one field", seen(lengths(&["9, 10"], &[])))
            .legal("the same twice", seen(lengths(&["9", "9"], &[])))
            .legal("chunks alone", seen(lengths(&[], &["chunked"]))),
    ]
}

fn seen(record: WireRecord) -> Scene {
    let mut scene = whole(stream(Framing::Sse), "data: a\n\n");
    scene.wire = Wire::Seen(record.into());
    scene
}

fn surplus(framing: WireFraming, bytes: &'static str) -> WireRecord {
    let surplus = Surplus { at: Duration::ZERO, offset: 60, len: bytes.len() as u64, first: bytes.into() };
    WireRecord { surplus: Some(surplus), ..record(framing) }
}

fn lengths(content_lengths: &[&str], transfer_encodings: &[&str]) -> WireRecord {
    let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    WireRecord {
        content_lengths: owned(content_lengths),
        transfer_encodings: owned(transfer_encodings),
        ..record(WireFraming::Unknown)
    }
}
