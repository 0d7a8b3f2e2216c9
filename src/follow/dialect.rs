//! Which dialect of a profile a stream speaks, told by what it sends.

use super::form::Candidate;
use super::{Spoken, Track};
use crate::contract::StreamContract;
use crate::stream::{Framing, Item};

/// The dialects that a stream may speak, all followed until its end.
#[derive(Debug)]
pub(super) struct Dialects<'c> {
    framing: Framing,
    heard: Vec<Heard<'c>>,
}

#[derive(Debug)]
struct Heard<'c> {
    candidate: Candidate<'c>,
    track: Track,
}

impl<'c> Dialects<'c> {
    pub(super) fn new(candidates: &[Candidate<'c>], framing: Framing) -> Self {
        let heard = |candidate: &Candidate<'c>| Heard {
            candidate: *candidate,
            track: Track::new(Some(&candidate.dialect.stream)),
        };
        Dialects { framing, heard: candidates.iter().map(heard).collect() }
    }

    /// Takes in an item; whether all dialects find it remarkable, and what they call it. A dialect that
    /// nothing claims is dropped where the first item is none of its own.
    pub(super) fn item(&mut self, item: &Item) -> (bool, Option<String>) {
        let is_first = item.number == 1;
        let framing = self.framing;
        let mut remarkable = None;
        let mut kind = None;
        self.heard.retain_mut(|heard| {
            let dialect = heard.candidate.dialect;
            let (read, broken) = heard.track.item(item, Some(&dialect.stream), framing);
            let recognised = heard.candidate.claimed || !is_first || (read.is_one_of(&dialect.first) && !broken);
            if recognised {
                // What only some of the dialects find remarkable tells them apart, and no more.
                remarkable = Some(remarkable.unwrap_or(true) && broken);
                kind = read.kind;
            }
            recognised
        });
        (remarkable.unwrap_or(false), kind)
    }

    /// The contracts of the dialects that are still possible.
    pub(super) fn contracts(&self) -> impl Iterator<Item = &'c StreamContract> {
        self.heard.iter().map(|heard| &heard.candidate.dialect.stream)
    }

    /// Whether the declared end came in any dialect.
    pub(super) fn has_ended(&self) -> bool {
        self.heard.iter().any(|heard| heard.track.has_ended())
    }

    /// The dialect that was spoken: the first that nothing breaks, or the one that broke last.
    pub(super) fn spoken(self) -> Option<Spoken> {
        let kept_until = |heard: &Heard<'_>| heard.track.first_breach.unwrap_or(usize::MAX);
        // Of those that broke at the same item the last is the newest; of those that are whole, the first counts.
        let whole = self.heard.iter().position(|heard| heard.track.first_breach.is_none());
        let best = match whole {
            Some(whole) => whole,
            None => self.heard.iter().enumerate().max_by_key(|(_, heard)| kept_until(heard))?.0,
        };
        let Heard { candidate, track } = self.heard.into_iter().nth(best)?;
        Some(Spoken { dialect: candidate.dialect.name.clone(), claimed: candidate.claimed, track: track.finish() })
    }
}
