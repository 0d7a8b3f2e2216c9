//! A finding on its way from where it was seen to where it is told.

use std::time::Duration;

use super::rounds::{REPEATS, REQUESTS};
use crate::generate::{Life, Search};
use crate::judge::{Context, Severity, is_timed};
use crate::run::Reproduced;
use crate::run::tally::{Found, Key};

/// Longest time that the answers to one finding's smaller cases may take: a slow one is not worth hundreds of its
/// kind.
const LONGEST: Duration = Duration::from_secs(60);

/// A finding with what trying it again came to so far.
pub struct Trial {
    /// What it is.
    pub key: Key,
    /// The finding on the smallest case so far.
    pub found: Found,
    /// What was known beyond its exchange.
    pub context: Context,
    /// Whether it shows again.
    pub reproduced: Reproduced,
    /// Whether nothing more can be taken away without losing it.
    pub shrunk: bool,
    /// The life of a thing that shows it, where its case says nothing alone.
    pub(super) life: Option<Life>,
    /// The search for a smaller case, as long as it is not over.
    pub(super) search: Option<Search>,
    /// How long the answers to smaller cases took.
    pub(super) waited: Duration,
}

impl Trial {
    /// A finding that was not tried again yet.
    pub fn new(key: Key, found: Found, context: Context, lives: &[Life]) -> Self {
        let is_of_life = |life: &&Life| !found.setting.is_alone() && life.cases().any(|case| case.id == found.case.id);
        let life = lives.iter().find(is_of_life).cloned();
        Trial {
            key,
            found,
            context,
            reproduced: Reproduced::NotTried,
            shrunk: false,
            life,
            search: None,
            waited: Duration::ZERO,
        }
    }

    /// Whether it is worth requests and can be had with them: a note is not, but one on times may be an accident.
    pub(super) fn is_worth_it(&self) -> bool {
        let can_be_had = self.found.setting.is_alone() || self.life.is_some();
        can_be_had && (self.found.finding.severity > Severity::Note || is_timed(self.found.finding.rule))
    }

    /// How many requests it costs to send it again.
    pub(super) fn cost(&self) -> usize {
        REPEATS * self.life.as_ref().map_or(1, |life| life.cases().count())
    }

    /// Takes in how often it showed again. What shows only now and then would be made smaller into something else,
    /// and the life of a thing has nothing that could be left out.
    pub(super) fn showed(&mut self, hits: usize) {
        self.reproduced = match hits {
            REPEATS => Reproduced::Always,
            0 => Reproduced::Never,
            _ => Reproduced::Sometimes,
        };
        let is_firm = hits == REPEATS && self.found.finding.severity > Severity::Note;
        self.search =
            (is_firm && self.life.is_none()).then(|| Search::new(self.found.case.clone(), REQUESTS - REPEATS));
    }

    /// Takes in how long an answer took.
    pub(super) fn waited(&mut self, time: Duration) {
        self.waited += time;
        if self.waited >= LONGEST {
            self.search = None;
        }
    }
}
