use std::num::NonZeroUsize;
use std::time::Instant;

use proptest::prelude::*;
use sse_core::{SseDecoder, SseEvent};

use super::*;

fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Item>, SseFacts) {
    let mut reader = SseReader::default();
    let mut items = Vec::new();
    for chunk in chunks {
        reader.push(chunk, Duration::ZERO, |item| items.push(item));
    }
    (items, reader.finish())
}

fn read_text(text: &str) -> (Vec<Item>, SseFacts) {
    read([text.as_bytes()])
}

fn data(text: &str) -> Vec<String> {
    read_text(text).0.into_iter().map(|item| item.data).collect()
}

/// Where marks of a kind stand: byte and item.
fn places(text: &str, kind: MarkKind) -> Vec<(usize, usize)> {
    read_text(text).1.marks.kept(kind).iter().map(|mark| (mark.byte, mark.item)).collect()
}

#[test]
fn an_event_has_its_number_type_data_id_retry_and_bytes() {
    let (items, facts) = read_text(": hi\n\nevent: a\ndata: x\nid: 7\nretry: 50\n\ndata: y\n\n");
    assert_eq!(items[0].name.as_deref(), Some("a"));
    assert_eq!((items[0].number, items[0].data.as_str(), &*items[0].last_event_id), (1, "x", "7"));
    assert_eq!((items[0].retry, items[0].span.clone()), (Some(50), 6..39));
    assert_eq!((items[1].number, items[1].name.as_deref(), &*items[1].last_event_id), (2, None, "7"));
    assert_eq!((facts.events, facts.retry, &*facts.last_event_id, facts.tail), (2, Some(50), "7", None));
}

#[test]
fn the_time_of_an_event_is_that_of_the_piece_that_completed_it() {
    let mut reader = SseReader::default();
    let mut times = Vec::new();
    for (at, chunk) in ["data: a", "\n", "\ndata: b\n\nda", "ta: c\r\r"].iter().enumerate() {
        let at = Duration::from_millis(at as u64);
        reader.push(chunk.as_bytes(), at, |item| times.push(item.at.as_millis()));
    }
    assert_eq!(times, [2, 2, 3]);
}

#[test]
fn an_empty_data_line_dispatches_and_a_block_without_one_does_not() {
    assert_eq!(data("data\n\ndata\ndata\n\nid: 1\n\nevent: x\n\n"), ["", "\n"]);
}

#[test]
fn an_id_takes_effect_at_the_blank_line_even_without_data() {
    assert_eq!(&*read_text("id: 1\n\ndata: x\n\n").0[0].last_event_id, "1");
    assert_eq!(&*read_text("id: 1\n\nid: 2").1.last_event_id, "1");
}

#[test]
fn a_retry_takes_effect_at_once_and_takes_digits_only() {
    let (_, facts) = read_text("retry: 10\nretry: +20\nretry:\n");
    assert_eq!((facts.retry, facts.marks.count(MarkKind::RetryNotDigits)), (Some(10), 2));
}

#[test]
fn one_leading_bom_is_stripped_and_a_later_one_glues_to_the_name() {
    let (items, facts) = read_text("\u{feff}data: a\n\n\u{feff}data: b\n\n");
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].span, 3..11);
    assert_eq!(facts.marks.first(MarkKind::LeadingBom).map(|mark| mark.byte), Some(0));
    assert_eq!(facts.marks.first(MarkKind::LaterBom).map(|mark| (mark.byte, mark.item)), Some((12, 2)));
    assert_eq!(places("data: \u{feff}a\n\n", MarkKind::LaterBom), []);
}

#[test]
fn a_final_lone_cr_ends_the_last_block() {
    let (items, facts) = read_text("data: a\r\r");
    assert_eq!((items.len(), facts.tail), (1, None));
}

#[test]
fn what_the_end_discards_is_kept_as_the_tail() {
    let (items, facts) = read_text("data: a\n\nevent: x\ndata: b\n");
    assert_eq!(items.len(), 1);
    let tail = facts.tail.unwrap();
    assert_eq!((tail.span, tail.line_ended, tail.name.as_deref()), (9..26, true, Some("x")));
    assert_eq!(tail.data.as_deref(), Some("b"));
    let tail = read_text("data: [DONE]").1.tail.unwrap();
    assert_eq!((tail.line_ended, tail.data.as_deref()), (false, Some("[DONE]")));
}

#[test]
fn a_comment_at_the_end_is_no_tail() {
    assert_eq!(read_text("data: a\n\n: bye").1.tail, None);
    assert_eq!(read_text(": bye\n").1.tail, None);
}

#[test]
fn a_sequence_split_over_chunks_is_no_mark_and_an_invalid_one_is() {
    let bytes = "data: né€\n\n".as_bytes();
    let (items, facts) = read(bytes.chunks(1));
    assert_eq!((items[0].data.as_str(), facts.marks.count(MarkKind::InvalidUtf8)), ("né€", 0));
    let (items, facts) = read([&b"data: n\xc3"[..], b"\n\n"]);
    assert_eq!(items[0].data, "n\u{fffd}");
    assert_eq!(facts.marks.first(MarkKind::InvalidUtf8).map(|mark| (mark.byte, mark.item)), Some((7, 1)));
    let (_, facts) = read([&b"data: n\xc3"[..]]);
    assert_eq!(facts.marks.count(MarkKind::TruncatedUtf8), 1);
}

#[test]
fn control_characters_in_a_value_have_their_offset() {
    assert_eq!(places("data: a\0b\n\n", MarkKind::Nul), [(7, 1)]);
    assert_eq!(places("id: a\0b\ndata: x\n\n", MarkKind::Nul), []);
    assert_eq!(places("id: a\0b\ndata: x\n\n", MarkKind::IdWithNul), [(0, 1)]);
    for separator in ['\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}'] {
        assert_eq!(places(&format!("data: é{separator}\n\n"), MarkKind::LineSeparator), [(8, 1)]);
    }
}

#[test]
fn a_line_of_more_than_64_kib_is_long() {
    let line = format!("data: {}", "x".repeat(64 * 1024 - 6));
    assert_eq!(places(&format!("{line}\n\n"), MarkKind::LongLine), []);
    assert_eq!(places(&format!("{line}x\n\n"), MarkKind::LongLine), [(0, 1)]);
}

#[test]
fn blocks_that_deliver_nothing_are_told_apart() {
    let text = "event: a\n\nid: 1\n\nretry: 5\n\n: hi\n\nfoo: bar\n\n";
    assert_eq!(places(text, MarkKind::EventWithoutData), [(0, 1)]);
    assert_eq!(places(text, MarkKind::BlockWithoutData), [(10, 1), (17, 1)]);
}

#[test]
fn repeated_fields_and_many_data_lines_are_marked_once_a_block() {
    let text = "event: a\nevent: b\nid: 1\nid: 2\ndata: x\ndata: y\ndata: z\n\n";
    assert_eq!(places(text, MarkKind::RepeatedEvent), [(9, 1)]);
    assert_eq!(places(text, MarkKind::RepeatedId), [(24, 1)]);
    assert_eq!(places(text, MarkKind::MultiLineData), [(38, 1)]);
    assert_eq!(places("event: a\nid: 1\ndata: x\n\nevent: b\ndata: y\n\n", MarkKind::RepeatedEvent), []);
}

#[test]
fn an_endless_line_in_single_bytes_takes_linear_time() {
    let started = Instant::now();
    let mut reader = SseReader::default();
    for _ in 0..2_000_000 {
        reader.push(b"x", Duration::ZERO, drop);
    }
    // Work that is quadratic in 2 MB would take hours.
    assert!(started.elapsed() < Duration::from_secs(60));
    assert!(reader.finish().tail.is_some());
}

/// Text that is likely to hit every branch of a reader.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let tokens: &[&[u8]] = &[
        b"data",
        b"event",
        b"id",
        b"retry",
        b"Data",
        b"foo",
        b":",
        b": ",
        b" ",
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"\r\n\r\n",
        b"[DONE]",
        b"{\"a\":1}",
        b"x",
        b"12",
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xe2\x82\xac",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b"data: hi\n\n",
        b"event: a\ndata: b\n\n",
        b": comment\n",
    ];
    let token = prop::sample::select(tokens.to_vec());
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

fn oracle(bytes: &[u8]) -> Vec<(String, String, String)> {
    let mut decoder = SseDecoder::with_limit(NonZeroUsize::MAX);
    let mut rest = bytes;
    let mut events = Vec::new();
    while let Some(event) = decoder.next(&mut rest) {
        if let SseEvent::Message(message) = event.expect("there is no limit") {
            let id = message.last_event_id.as_deref().unwrap_or_default().to_owned();
            events.push((message.event.into_owned(), message.data, id));
        }
    }
    events
}

proptest! {
    #[test]
    fn the_events_are_those_of_the_standard(bytes in soup()) {
        let ours: Vec<_> = read([bytes.as_slice()])
            .0
            .into_iter()
            .map(|item| (item.name.unwrap_or("message".into()), item.data, item.last_event_id.to_string()))
            .collect();
        prop_assert_eq!(ours, oracle(&bytes));
    }

    #[test]
    fn the_same_bytes_give_the_same_facts_at_every_chunking(bytes in soup(), sizes in prop::collection::vec(1..9usize, 1..9)) {
        let mut chunks = Vec::new();
        let mut rest = bytes.as_slice();
        for size in sizes.iter().cycle() {
            if rest.is_empty() { break }
            let (chunk, after) = rest.split_at((*size).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        prop_assert_eq!(read(chunks), read([bytes.as_slice()]));
    }

    #[test]
    fn the_spans_of_events_are_in_order_and_inside_the_body(bytes in soup()) {
        let (items, _) = read([bytes.as_slice()]);
        let mut end = 0;
        for item in items {
            prop_assert!(item.span.start >= end && item.span.start < item.span.end && item.span.end < bytes.len());
            end = item.span.end;
        }
    }
}
