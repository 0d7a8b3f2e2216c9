//! Events a second of the reader of server-sent events, beside two crates that keep no facts.

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use eventsource_stream::Eventsource;
use futures_util::{FutureExt, StreamExt, stream};
use sse_core::SseDecoder;
use uptospec::stream::SseReader;

/// Events in the body: as many as a long answer of a chat has many times over.
const EVENTS: usize = 100_000;

/// Size of the pieces that the body comes in, as a socket gives them.
const PIECE: usize = 8 * 1024;

/// A body of chat deltas, a keep-alive comment now and then.
fn body() -> Vec<u8> {
    let mut body = Vec::new();
    for number in 0..EVENTS {
        if number % 100 == 0 {
            body.extend_from_slice(b": keep-alive\n\n");
        }
        let event = format!("event: delta\nid: {number}\ndata: {{\"id\":\"msg_1\",\"delta\":\"word {number} é\"}}\n\n");
        body.extend_from_slice(event.as_bytes());
    }
    body
}

fn uptospec(body: &[u8]) -> usize {
    let mut reader = SseReader::default();
    let mut events = 0;
    for piece in body.chunks(PIECE) {
        reader.push(piece, Duration::ZERO, |item| {
            black_box(item);
            events += 1;
        });
    }
    black_box(reader.finish());
    events
}

fn sse_core(body: &[u8]) -> usize {
    let mut decoder = SseDecoder::with_limit(NonZeroUsize::MAX);
    let mut events = 0;
    for mut piece in body.chunks(PIECE) {
        while let Some(event) = decoder.next(&mut piece) {
            events += usize::from(black_box(event).is_ok());
        }
    }
    events
}

fn eventsource_stream(body: &[u8]) -> usize {
    let mut source = stream::iter(body.chunks(PIECE).map(Ok::<_, std::convert::Infallible>)).eventsource();
    let mut events = 0;
    while let Some(Some(event)) = source.next().now_or_never() {
        events += usize::from(black_box(event).is_ok());
    }
    events
}

fn readers(criterion: &mut Criterion) {
    let body = body();
    let mut group = criterion.benchmark_group("stream_reader");
    group.throughput(Throughput::Elements(EVENTS as u64)).sample_size(10);
    for (name, read) in [
        ("uptospec", uptospec as fn(&[u8]) -> usize),
        ("sse-core", sse_core),
        ("eventsource-stream", eventsource_stream),
    ] {
        assert_eq!(read(&body), EVENTS, "{name} reads every event");
        group.bench_function(name, |bencher| bencher.iter(|| read(black_box(&body))));
    }
    group.finish();
}

criterion_group!(benches, readers);
criterion_main!(benches);
