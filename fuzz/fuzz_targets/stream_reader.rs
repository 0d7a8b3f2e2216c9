//! Any bytes, in any framing and at any chunking: no panic, the same items and facts, and the items of
//! simple readers that see the whole body at once.
#![no_main]

use std::num::NonZeroUsize;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sse_core::{SseDecoder, SseEvent};
use uptospec::stream::{Decoded, Framing, StreamFacts, decode};

const FRAMINGS: [Framing; 5] = [Framing::Sse, Framing::Ndjson, Framing::JsonSeq, Framing::Text, Framing::AiDataV4];

fuzz_target!(|input: &[u8]| {
    // The first byte chooses the framing, the next four the sizes of the pieces.
    let Some(([framing, sizes @ ..], body)) = input.split_first_chunk::<5>() else { return };
    let framing = FRAMINGS[usize::from(*framing) % FRAMINGS.len()];
    let whole = read(framing, [body]);
    same(&whole, &read(framing, body.chunks(1)));
    same(&whole, &read(framing, pieces(body, sizes)));
    in_order(&whole, body.len());
    match framing {
        Framing::Sse => assert_eq!(events(&whole), events_of_the_oracle(body)),
        Framing::Ndjson => assert_eq!(data(&whole), lines(body)),
        Framing::JsonSeq | Framing::Text | Framing::AiDataV4 => {}
    }
});

fn read<'a>(framing: Framing, pieces: impl IntoIterator<Item = &'a [u8]>) -> Decoded {
    decode(framing, pieces.into_iter().map(|piece| (Duration::ZERO, piece)))
}

/// The body in pieces of these sizes, over and over.
fn pieces<'a>(body: &'a [u8], sizes: &[u8; 4]) -> Vec<&'a [u8]> {
    let mut rest = body;
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at((usize::from(*size) + 1).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// Pieces are nothing but a fact of their own, which plain text counts.
fn same(one: &Decoded, other: &Decoded) {
    assert_eq!(one.items, other.items);
    match (&one.facts, &other.facts) {
        (StreamFacts::Text(one), StreamFacts::Text(other)) => {
            assert_eq!(one.marks, other.marks);
            assert_eq!((one.bytes, one.blank, one.looks_like), (other.bytes, other.blank, other.looks_like));
        }
        (one, other) => assert_eq!(one, other),
    }
}

fn in_order(decoded: &Decoded, length: usize) {
    let mut end = 0;
    for item in &decoded.items {
        assert!(item.span.start >= end && item.span.start <= item.span.end && item.span.end <= length, "{item:?}");
        end = item.span.end;
    }
}

type Event = (String, String, String);

fn events(decoded: &Decoded) -> Vec<Event> {
    let event = |item: &uptospec::stream::Item| {
        let name = item.name.clone().unwrap_or_else(|| "message".to_owned());
        (name, item.data.clone(), item.last_event_id.to_string())
    };
    decoded.items.iter().map(event).collect()
}

fn events_of_the_oracle(body: &[u8]) -> Vec<Event> {
    let mut decoder = SseDecoder::with_limit(NonZeroUsize::MAX);
    let mut rest = body;
    let mut events = Vec::new();
    while let Some(event) = decoder.next(&mut rest) {
        if let SseEvent::Message(message) = event.expect("there is no limit") {
            let id = message.last_event_id.as_deref().unwrap_or_default().to_owned();
            events.push((message.event.into_owned(), message.data, id));
        }
    }
    events
}

fn data(decoded: &Decoded) -> Vec<&str> {
    decoded.items.iter().map(|item| item.data.as_str()).collect()
}

fn lines(body: &[u8]) -> Vec<String> {
    let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    lines.map(|line| String::from_utf8_lossy(line).into_owned()).collect()
}
