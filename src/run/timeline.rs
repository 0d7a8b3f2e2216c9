//! When the pieces of a stream came, small enough to be kept of many streams.

use std::time::Duration;

use crate::judge::{StreamEnd, StreamInShort};
use crate::send::{Answer, Piece};

/// Most moments that are kept of a stream: pieces that are closer than this share of it count as one.
const MOMENTS: u128 = 240;

/// When the pieces of a stream came. Times are from the first byte sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// When the whole response head was there.
    pub head_at: Duration,
    /// The pieces, in order; those that came at nearly the same time as one.
    pub moments: Vec<Moment>,
    /// When the first event was there.
    pub first_event: Option<Duration>,
    /// When it ended.
    pub ended_at: Duration,
    /// How it ended.
    pub end: StreamEnd,
}

/// A time at which something came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Duration,
    /// How many bytes.
    pub bytes: usize,
}

impl Timeline {
    /// The timeline of a streamed answer.
    pub fn of(answer: &Answer, stream: &StreamInShort) -> Self {
        Timeline {
            head_at: answer.head_at,
            moments: moments(&answer.pieces, answer.ended_at),
            first_event: stream.first_event,
            ended_at: answer.ended_at,
            end: stream.end,
        }
    }
}

/// The pieces of a body that ended then, as at most [`MOMENTS`] and one.
fn moments(pieces: &[Piece], ended_at: Duration) -> Vec<Moment> {
    let slot = |at: Duration| at.as_nanos() * MOMENTS / ended_at.as_nanos().max(1);
    let mut moments: Vec<Moment> = Vec::new();
    for piece in pieces {
        match moments.last_mut() {
            Some(last) if slot(last.at) == slot(piece.at) => last.bytes += piece.len,
            _ => moments.push(Moment { at: piece.at, bytes: piece.len }),
        }
    }
    moments
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(at: impl Iterator<Item = u64>) -> Vec<Piece> {
        at.map(|at| Piece { at: Duration::from_millis(at), offset: 0, len: 2 }).collect()
    }

    #[test]
    fn pieces_that_are_apart_stay_apart() {
        let moments = moments(&pieces([10, 500, 990].into_iter()), Duration::from_secs(1));
        let at: Vec<_> = moments.iter().map(|moment| moment.at.as_millis()).collect();
        assert_eq!(at, [10, 500, 990]);
    }

    #[test]
    fn of_very_many_pieces_a_bounded_number_is_kept_and_no_byte_is_lost() {
        let moments = moments(&pieces(0..10_000), Duration::from_secs(10));
        assert!((200..=241).contains(&moments.len()), "{}", moments.len());
        assert_eq!(moments.iter().map(|moment| moment.bytes).sum::<usize>(), 20_000);
    }

    #[test]
    fn a_body_that_took_no_time_has_a_timeline() {
        assert_eq!(moments(&pieces([0, 0].into_iter()), Duration::ZERO).len(), 1);
    }
}
