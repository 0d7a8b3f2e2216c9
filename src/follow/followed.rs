//! A stream that was followed to its end, or to where reading stopped.

use std::time::Duration;

use super::{Texts, Trace, Track};
use crate::stream::StreamFacts;

/// What a stream showed.
#[derive(Debug, Clone)]
pub struct Followed {
    /// What its bytes show.
    pub facts: StreamFacts,
    /// Its items, held against the document's own promises.
    pub own: Track,
    /// The dialect that it turned out to speak, and its items held against that.
    pub spoken: Option<Spoken>,
    /// The items that are worth showing.
    pub trace: Trace,
    /// The beginnings of the texts that its items give in pieces.
    pub texts: Texts,
    /// How many pieces it came in.
    pub pieces: usize,
    /// Arrival of the first byte.
    pub first_byte: Option<Duration>,
    /// Arrival of the first text that a person can see, where the contract tells which that is.
    pub first_content: Option<Duration>,
    /// The longest pause between two signs of life.
    pub longest_silence: Option<Silence>,
}

/// A dialect of a profile, as a stream speaks it.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// Its name.
    pub dialect: String,
    /// Whether the answer's head claims it.
    pub claimed: bool,
    /// The stream's items, held against it.
    pub track: Track,
}

/// A pause between two signs of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// How long it was.
    pub length: Duration,
    /// Offset of the byte that ended it.
    pub byte: usize,
}

impl Followed {
    /// The items held against everything that is known of the stream: the document, then the dialect.
    pub fn tracks(&self) -> impl Iterator<Item = &Track> {
        std::iter::once(&self.own).chain(self.spoken.as_ref().map(|spoken| &spoken.track))
    }

    /// Whether the stream itself says that it is complete, by its sentinel or a terminal event.
    pub fn ended_itself(&self) -> bool {
        self.tracks().any(Track::has_ended)
    }

    /// How many events came, the sentinel excepted.
    pub fn events(&self) -> usize {
        self.tracks().map(|track| track.items).min().unwrap_or_default()
    }
}
