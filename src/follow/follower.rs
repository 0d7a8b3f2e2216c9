//! Follows one stream, piece by piece.

use std::time::Duration;

use super::dialect::Dialects;
use super::{Followed, Form, ReadItem, Silence, Texts, Trace, Track};
use crate::contract::StreamContract;
use crate::stream::{Framing, Item, Reader};

/// Follows a stream as it comes. Its memory is bounded by the longest item, not by the stream.
#[derive(Debug)]
pub struct Follower<'c> {
    reader: Reader,
    items: Items<'c>,
    pieces: usize,
    first_byte: Option<Duration>,
    last_sign: Duration,
    longest_silence: Option<Silence>,
    bytes: usize,
}

/// What becomes of the items that the reader gives.
#[derive(Debug)]
struct Items<'c> {
    framing: Framing,
    promised: Option<&'c StreamContract>,
    own: Track,
    dialects: Dialects<'c>,
    trace: Trace,
    texts: Texts,
    first_content: Option<Duration>,
    count: usize,
}

impl<'c> Follower<'c> {
    /// A follower of a stream of this form, whose head was there at `head_at`.
    pub fn new(form: &Form<'c>, head_at: Duration) -> Self {
        Follower {
            reader: Reader::new(form.framing),
            items: Items {
                framing: form.framing,
                promised: form.promised,
                own: Track::new(form.promised),
                dialects: Dialects::new(&form.candidates, form.framing),
                trace: Trace::default(),
                texts: Texts::default(),
                first_content: None,
                count: 0,
            },
            pieces: 0,
            first_byte: None,
            last_sign: head_at,
            longest_silence: None,
            bytes: 0,
        }
    }

    /// Takes in a piece that arrived at `at`.
    pub fn push(&mut self, piece: &[u8], at: Duration) {
        if piece.is_empty() {
            return;
        }
        let silence = Silence { length: at.saturating_sub(self.last_sign), byte: self.bytes };
        if self.longest_silence.is_none_or(|longest| silence.length > longest.length) {
            self.longest_silence = Some(silence);
        }
        self.last_sign = at;
        self.first_byte.get_or_insert(at);
        self.pieces += 1;
        self.bytes += piece.len();
        if self.items.framing == Framing::Text && !piece.trim_ascii().is_empty() {
            self.items.first_content.get_or_insert(at);
        }
        let items = &mut self.items;
        self.reader.push(piece, at, |item| items.take(&item));
    }

    /// How many items came so far.
    pub fn count(&self) -> usize {
        self.items.count
    }

    /// Whether the stream has said that it is complete.
    pub fn has_ended(&self) -> bool {
        self.items.own.has_ended() || self.items.dialects.has_ended()
    }

    /// Ends the stream, or stops to follow it.
    pub fn finish(self) -> Followed {
        let Follower { reader, mut items, pieces, first_byte, longest_silence, .. } = self;
        let facts = reader.finish(|item| items.take(&item));
        Followed {
            facts,
            own: items.own.finish(),
            spoken: items.dialects.spoken(),
            trace: items.trace,
            texts: items.texts,
            pieces,
            first_byte,
            first_content: items.first_content,
            longest_silence,
        }
    }
}

impl Items<'_> {
    fn take(&mut self, item: &Item) {
        self.count += 1;
        let (mut read, remarkable) = self.own.item(item, self.promised, self.framing);
        let (by_dialect, kind) = self.dialects.item(item);
        read.kind = read.kind.or(kind);
        self.trace.note(&read, remarkable || by_dialect);
        self.texts.note(&read);
        if self.first_content.is_none() && self.is_visible(&read) {
            self.first_content = Some(item.at);
        }
    }

    /// Whether an item shows a person something: a piece of the text that the contract puts together.
    fn is_visible(&self, item: &ReadItem<'_>) -> bool {
        let by = |promised: &StreamContract| {
            let Some(concat) = &promised.concat else { return false };
            let item = ReadItem::read(item.item, Some(promised), self.framing);
            let is_piece = concat.of.is_none() || item.kind == concat.of;
            is_piece && item.text_at(&concat.piece).is_some_and(|piece| !piece.trim().is_empty())
        };
        self.promised.is_some_and(by) || self.dialects.contracts().any(by)
    }
}
