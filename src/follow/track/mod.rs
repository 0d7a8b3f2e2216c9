//! The items of a stream, held against one contract: what is remarkable of them, and nothing else.

mod ending;
mod errors;
mod lifecycle;
mod payload;
mod sequence;
mod shape;
mod values;

pub use ending::Ending;
pub use errors::Errors;
pub use lifecycle::{Block, Lifecycles, Misplaced};
pub use payload::Payload;
pub use sequence::{Sequence, SequenceOutcome};
pub use shape::{Misfit, Mismatch, Part, Shape};
pub use values::{Concatenated, Numbers, Shared};

use super::{Content, ReadItem, Seen};
use crate::contract::StreamContract;
use crate::stream::{Framing, Item};

/// What the items of a stream show, held against one contract.
#[derive(Debug, Clone)]
pub struct Track {
    /// How many items came before the sentinel, or in all.
    pub items: usize,
    /// The first item, the sentinel included.
    pub first: Option<Seen>,
    /// The last item, the sentinel included.
    pub last: Option<Seen>,
    /// Their payloads as JSON.
    pub payload: Payload,
    /// Their schemas, event types and kinds.
    pub shape: Shape,
    /// One for each pointer whose value is declared constant.
    pub constants: Vec<Shared>,
    /// One for each pointer whose number is declared monotonic.
    pub monotonic: Vec<Numbers>,
    /// Pieces and the whole.
    pub concat: Option<Concatenated>,
    /// How kinds follow each other.
    pub sequence: Option<Sequence>,
    /// Blocks that open and close, one entry for each that is declared.
    pub lifecycles: Vec<Lifecycles>,
    /// Items that report a failure.
    pub errors: Errors,
    /// The declared end.
    pub ending: Ending,
    /// Number of the first item that breaks something.
    pub first_breach: Option<usize>,
}

impl Track {
    /// Nothing seen yet.
    pub(super) fn new(promised: Option<&StreamContract>) -> Self {
        let pointers = |of: fn(&StreamContract) -> &Vec<String>| promised.map(of).into_iter().flatten().cloned();
        Track {
            items: 0,
            first: None,
            last: None,
            payload: Payload::default(),
            shape: Shape::new(promised),
            constants: pointers(|promised| &promised.constant).map(Shared::new).collect(),
            monotonic: pointers(|promised| &promised.monotonic).map(Numbers::new).collect(),
            concat: promised.and_then(|promised| promised.concat.as_ref()).map(|_| Concatenated::default()),
            sequence: promised.and_then(|promised| promised.sequence.as_deref()).map(Sequence::new),
            lifecycles: promised
                .iter()
                .flat_map(|promised| &promised.lifecycles)
                .map(|_| Lifecycles::default())
                .collect(),
            errors: Errors::default(),
            ending: Ending::default(),
            first_breach: None,
        }
    }

    /// Takes in an item. Gives it as it was read, and whether it is remarkable.
    pub(super) fn item<'i>(
        &mut self,
        item: &'i Item,
        promised: Option<&StreamContract>,
        framing: Framing,
    ) -> (ReadItem<'i>, bool) {
        let item = ReadItem::read(item, promised, framing);
        let is_done = matches!(item.content, Content::Done);
        let mut broken = self.payload.item(&item);
        if let Some(promised) = promised {
            broken |= self.ending.item(&item, promised);
            if self.ending.sentinel.is_none() && !is_done {
                broken |= self.held_against(&item, promised);
            }
        }
        if self.ending.sentinel.is_none() && !is_done {
            self.items += 1;
        }
        let errors = promised.is_some_and(|promised| self.errors.item(&item, promised));
        if self.first.is_none() {
            self.first = Some(Seen::of(&item));
        }
        self.last = Some(Seen::of(&item));
        if broken {
            self.first_breach.get_or_insert(item.item.number);
        }
        (item, broken || errors)
    }

    fn held_against(&mut self, item: &ReadItem<'_>, promised: &StreamContract) -> bool {
        let mut broken = self.shape.item(item, promised);
        for shared in &mut self.constants {
            broken |= shared.item(item);
        }
        for numbers in &mut self.monotonic {
            broken |= numbers.item(item);
        }
        if let (Some(track), Some(concat)) = (&mut self.concat, &promised.concat) {
            broken |= track.item(item, concat);
        }
        if let Some(sequence) = &mut self.sequence {
            broken |= sequence.item(item);
        }
        for (track, lifecycle) in self.lifecycles.iter_mut().zip(&promised.lifecycles) {
            broken |= track.item(item, lifecycle);
        }
        broken
    }

    /// Ends the stream.
    pub(super) fn finish(mut self) -> Self {
        self.sequence = self.sequence.map(Sequence::finish);
        self
    }

    /// Whether the declared end came.
    pub fn has_ended(&self) -> bool {
        self.ending.sentinel.is_some() || self.ending.terminal.is_some()
    }
}
