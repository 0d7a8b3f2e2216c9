//! Reading takes time in proportion to the bytes, whatever they are and however they are cut.
//!
//! Measured as a ratio: four times the bytes take about four times as long, where quadratic work takes
//! sixteen times. A busy machine can spoil a measurement, so one of several will do.

use std::time::{Duration, Instant};

use super::{Framing, decode};

const FRAMINGS: [Framing; 5] = [Framing::Sse, Framing::Ndjson, Framing::JsonSeq, Framing::Text, Framing::AiDataV4];

/// How many times longer the longer of two bodies is.
const LONGER: usize = 4;
/// Most times longer that it may take: as far from linear as from quadratic.
const MOST: u32 = 8;
/// What is read in less than this is quick enough, and its measurement little but noise.
const QUICK: Duration = Duration::from_millis(20);
/// For how long a slow one is measured again.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is measured before it counts as slow.
const ATTEMPTS: usize = 6;

/// A body of one unit over and over, cut into pieces.
struct Body {
    unit: &'static str,
    times: usize,
    piece: usize,
}

impl Body {
    fn time(&self, framing: Framing, longer: usize) -> Duration {
        let bytes = self.unit.repeat(self.times * longer).into_bytes();
        let started = Instant::now();
        drop(decode(framing, bytes.chunks(self.piece).map(|piece| (Duration::ZERO, piece))));
        started.elapsed()
    }

    fn takes_linear_time(&self, framing: Framing) -> bool {
        let started = Instant::now();
        let attempts = (0..ATTEMPTS).take_while(|_| started.elapsed() < PATIENCE);
        let mut linear = attempts.map(|_| self.time(framing, LONGER) < QUICK.max(self.time(framing, 1) * MOST));
        linear.any(|linear| linear)
    }
}

fn assert_linear(bodies: &[Body]) {
    for body in bodies {
        for framing in FRAMINGS {
            assert!(body.takes_linear_time(framing), "{framing:?}: {} × {:?}", body.times, body.unit);
        }
    }
}

#[test]
fn a_line_of_64_mib_in_one_piece() {
    assert_linear(&[Body { unit: "0123456789abcdef", times: 1 << 20, piece: usize::MAX }]);
}

#[test]
fn a_line_in_single_bytes() {
    let body = |unit| Body { unit, times: 1 << 15, piece: 1 };
    assert_linear(&[body("x"), body("{"), body("é"), body("\0")]);
}

#[test]
fn a_hundred_thousand_lines_that_say_nothing() {
    let body = |unit| Body { unit, times: 1 << 15, piece: 4096 };
    assert_linear(&[body("\n"), body("\r"), body("\r\n"), body(":\n"), body(": hi\n\n"), body("\u{1e}")]);
}

#[test]
fn one_block_of_a_hundred_thousand_fields() {
    let body = |unit| Body { unit, times: 1 << 15, piece: 4096 };
    assert_linear(&[
        body("data: x\n"),
        body("id: x\n"),
        body("event: x\n"),
        body("foo: x\n"),
        body("{}\n"),
        body("0:1\n"),
    ]);
}

#[test]
fn nothing_but_remarkable_bytes() {
    let body = |unit| Body { unit, times: 1 << 14, piece: 4096 };
    assert_linear(&[
        body("\u{feff}"),
        body("\u{feff}\n"),
        body("data: \u{2028}\n\n"),
        body("retry: x\n\n"),
        body("Data:\n"),
    ]);
}
