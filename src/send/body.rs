//! A body under way: what is kept of it, and the stream that it may be.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};

use super::{Answer, KEPT_PIECES, Piece};
use crate::follow::Follower;

/// How much is kept of the beginning of a stream that is followed.
const KEPT_OF_STREAM: usize = 1024 * 1024;
/// How much is kept of its end.
const KEPT_TAIL: usize = 64 * 1024;

/// A body while it is read. A stream takes constant memory; anything else is kept whole.
pub(super) struct Body<'o> {
    /// Length so far, in bytes.
    pub(super) length: usize,
    /// When the stream said that it is complete.
    pub(super) ended_at: Option<Duration>,
    kept: BytesMut,
    tail: BytesMut,
    pieces: Vec<Piece>,
    follower: Option<Follower<'o>>,
}

impl<'o> Body<'o> {
    /// Nothing read yet.
    pub(super) fn new(follower: Option<Follower<'o>>) -> Self {
        Body { length: 0, ended_at: None, kept: BytesMut::new(), tail: BytesMut::new(), pieces: Vec::new(), follower }
    }

    /// Takes in a piece that arrived at `at`.
    pub(super) fn push(&mut self, piece: &[u8], at: Duration) {
        if self.pieces.len() < KEPT_PIECES {
            self.pieces.push(Piece { at, offset: self.length, len: piece.len() });
        }
        self.length += piece.len();
        let Some(follower) = &mut self.follower else { return self.kept.extend_from_slice(piece) };
        follower.push(piece, at);
        if follower.has_ended() {
            self.ended_at.get_or_insert(at);
        }
        let room = KEPT_OF_STREAM.saturating_sub(self.kept.len());
        let (kept, rest) = piece.split_at(room.min(piece.len()));
        self.kept.extend_from_slice(kept);
        self.keep_last(rest);
    }

    fn keep_last(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
        // Only now and then, so that no byte is moved more than twice.
        if self.tail.len() > 2 * KEPT_TAIL {
            let end = self.tail.split_off(self.tail.len() - KEPT_TAIL);
            self.tail = BytesMut::from(end.chunk());
        }
    }

    /// How many events came so far.
    pub(super) fn events(&self) -> usize {
        self.follower.as_ref().map(Follower::count).unwrap_or_default()
    }

    /// Ends the body.
    pub(super) fn into_answer(self, answer: &mut Answer) {
        answer.body = Bytes::from(self.kept);
        answer.length = self.length;
        answer.tail = Bytes::from(self.tail);
        answer.pieces = self.pieces;
        answer.followed = self.follower.map(|follower| Arc::new(follower.finish()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::follow::Form;
    use crate::stream::Framing;

    #[test]
    fn of_a_long_stream_the_beginning_and_the_end_are_kept() {
        let form = Form { framing: Framing::Sse, promised: None, candidates: Vec::new() };
        let mut body = Body::new(Some(Follower::new(&form, Duration::ZERO)));
        let event = |number: usize| format!("data: {number:>10}\n\n").into_bytes();
        let count = 200_000;
        (0..count).for_each(|number| body.push(&event(number), Duration::ZERO));
        assert_eq!(body.events(), count);
        let mut answer = Answer::whole(200, Vec::new(), "");
        body.into_answer(&mut answer);
        assert_eq!((answer.body.len(), answer.length), (KEPT_OF_STREAM, count * event(0).len()));
        assert!(answer.tail.len() <= 2 * KEPT_TAIL && answer.pieces.len() == KEPT_PIECES);
        assert_eq!(answer.from(answer.length - event(0).len()), event(count - 1));
        assert_eq!(answer.from(KEPT_OF_STREAM + 1), b"");
        assert_eq!(answer.followed.map(|followed| followed.trace.total()), Some(count));
    }

    #[test]
    fn a_body_that_is_no_stream_is_kept_whole() {
        let mut body = Body::new(None);
        body.push(&vec![b'x'; 2 * KEPT_OF_STREAM], Duration::ZERO);
        let mut answer = Answer::whole(200, Vec::new(), "");
        body.into_answer(&mut answer);
        assert!(answer.body.len() == 2 * KEPT_OF_STREAM && !answer.is_cut());
    }
}
