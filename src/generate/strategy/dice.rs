//! Chance, drawn from a runner whose numbers are the same on every machine.

use proptest::prelude::Rng;
use proptest::test_runner::TestRunner;

/// Draws from a runner.
pub(in crate::generate) struct Dice<'r>(pub &'r mut TestRunner);

impl Dice<'_> {
    /// All bits.
    pub fn bits(&mut self) -> u64 {
        self.0.rng().next_u64()
    }

    /// A number below that; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        if end == 0 { 0 } else { usize::try_from(self.bits() % end).unwrap_or(0) }
    }

    /// A number of the range, both ends among them.
    pub fn among(&mut self, first: usize, last: usize) -> usize {
        first.saturating_add(self.below(last.saturating_sub(first).saturating_add(1)))
    }

    /// An integer of the range, both ends among them.
    pub fn integer(&mut self, first: i128, last: i128) -> i128 {
        let span = last.saturating_sub(first).saturating_add(1).max(1);
        first.saturating_add(i128::from(self.bits()) % span)
    }

    /// Whether something happens that happens once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these; `None` of nothing.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }

    /// The indices below that in any order.
    pub fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }
}
