//! How kinds follow each other: a regular expression over them, stepped item by item.

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};

use crate::follow::{ReadItem, Seen};

/// Most runs of one kind that are kept for people to read.
const MOST_RUNS: usize = 24;

/// The kinds of a stream's items in their order, held against a regular expression.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// What it came to, once the stream has ended.
    pub outcome: SequenceOutcome,
    /// The first item after which the expression can no longer match.
    pub broke_at: Option<Seen>,
    runs: Runs,
    machine: Option<Box<Machine>>,
}

/// What a sequence came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SequenceOutcome {
    /// The kinds follow each other as declared.
    Kept,
    /// They do not.
    Broken,
    /// The expression cannot be used, for this reason.
    Unusable(String),
}

#[derive(Debug, Clone)]
struct Machine {
    dfa: DFA,
    cache: Cache,
    state: LazyStateID,
}

impl Sequence {
    pub(super) fn new(expression: &str) -> Self {
        let machine = Machine::new(expression);
        let (machine, outcome) = match machine {
            Ok(machine) => (Some(Box::new(machine)), SequenceOutcome::Broken),
            Err(reason) => (None, SequenceOutcome::Unusable(reason)),
        };
        Sequence { outcome, broke_at: None, runs: Runs::default(), machine }
    }

    pub(super) fn item(&mut self, item: &ReadItem<'_>) -> bool {
        let kind = item.kind.as_deref().unwrap_or("?");
        self.runs.add(kind);
        let Some(machine) = self.machine.as_mut().filter(|_| self.broke_at.is_none()) else { return false };
        match machine.step(kind) {
            Ok(true) => false,
            Ok(false) => {
                self.broke_at = Some(Seen::of(item));
                true
            }
            Err(reason) => {
                self.outcome = SequenceOutcome::Unusable(reason);
                self.machine = None;
                false
            }
        }
    }

    pub(super) fn finish(mut self) -> Self {
        if let Some(mut machine) = self.machine.take() {
            self.outcome = match machine.matches() {
                Ok(true) => SequenceOutcome::Kept,
                Ok(false) => SequenceOutcome::Broken,
                Err(reason) => SequenceOutcome::Unusable(reason),
            };
        }
        self
    }

    /// The kinds in order, runs of one kind as a count.
    pub fn in_words(&self) -> String {
        self.runs.in_words()
    }
}

impl Machine {
    fn new(expression: &str) -> Result<Self, String> {
        let config = DFA::config().match_kind(MatchKind::All).unicode_word_boundary(true);
        let dfa = DFA::builder().configure(config).build(&format!("(?:{expression})$"));
        let dfa = dfa.map_err(|error| format!("`{expression}` cannot be used: {error}"))?;
        let mut cache = dfa.create_cache();
        let start = start::Config::new().anchored(Anchored::Yes);
        let state = dfa.start_state(&mut cache, &start).map_err(|error| error.to_string())?;
        Ok(Machine { dfa, cache, state })
    }

    /// Takes in a kind; whether the expression can still match.
    fn step(&mut self, kind: &str) -> Result<bool, String> {
        for byte in kind.bytes().chain([b' ']) {
            self.state = self.dfa.next_state(&mut self.cache, self.state, byte).map_err(|error| error.to_string())?;
            if self.state.is_quit() {
                return Err("a kind holds what the expression cannot be asked about".to_owned());
            }
        }
        Ok(!self.state.is_dead())
    }

    fn matches(&mut self) -> Result<bool, String> {
        let end = self.dfa.next_eoi_state(&mut self.cache, self.state).map_err(|error| error.to_string())?;
        Ok(end.is_match())
    }
}

/// Runs of one kind, in the order of the stream.
#[derive(Debug, Clone, Default)]
struct Runs {
    kept: Vec<(String, usize)>,
    more: bool,
}

impl Runs {
    fn add(&mut self, kind: &str) {
        let room = self.kept.len() < MOST_RUNS;
        match self.kept.last_mut() {
            Some((last, count)) if last == kind && !self.more => *count += 1,
            _ if room => self.kept.push((kind.to_owned(), 1)),
            _ => self.more = true,
        }
    }

    fn in_words(&self) -> String {
        let word = |(kind, count): &(String, usize)| match count {
            1 => kind.clone(),
            _ => format!("{kind}×{count}"),
        };
        let words: Vec<_> = self.kept.iter().map(word).collect();
        words.join(" ") + if self.more { " …" } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step_all(expression: &str, kinds: &[&str]) -> (Vec<bool>, bool) {
        let mut machine = Machine::new(expression).unwrap();
        let steps = kinds.iter().map(|kind| machine.step(kind).unwrap()).collect();
        (steps, machine.matches().unwrap())
    }

    #[test]
    fn the_item_that_breaks_the_sequence_is_known_when_it_comes() {
        let expression = "start (delta |ping )*finish ";
        assert_eq!(step_all(expression, &["start", "delta", "ping", "finish"]), (vec![true; 4], true));
        assert_eq!(step_all(expression, &["start", "finish", "delta"]), (vec![true, true, false], false));
        assert_eq!(step_all(expression, &["start", "delta"]), (vec![true, true], false));
    }

    #[test]
    fn an_alternative_that_is_shorter_does_not_hide_the_longer_one() {
        assert_eq!(step_all("a |a b ", &["a", "b"]), (vec![true, true], true));
        assert_eq!(step_all("(a )*?", &["a", "a"]), (vec![true, true], true));
    }

    #[test]
    fn runs_are_counted_and_bounded() {
        let mut runs = Runs::default();
        ["a", "b", "b", "b", "c"].iter().for_each(|kind| runs.add(kind));
        assert_eq!(runs.in_words(), "a b×3 c");
        (0..100).for_each(|number| runs.add(&number.to_string()));
        assert!(runs.kept.len() == MOST_RUNS && runs.in_words().ends_with(" …"));
    }
}
