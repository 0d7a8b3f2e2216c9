//! How many positive cases each operation gets.

use crate::contract::Operation;

/// Of how many cases one goes to operations that stream, at least.
const ONE_IN: usize = 4;

/// How many positive cases each operation gets: as many as were asked for, and those that stream so many more that
/// together they have a quarter of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deal {
    each: usize,
    each_stream: usize,
}

impl Deal {
    /// The same number for all operations.
    pub fn even(cases: usize) -> Self {
        Deal { each: cases, each_stream: cases }
    }

    /// The deal among these operations, where a run sends no more than `most` requests.
    pub fn among<'o>(operations: impl Iterator<Item = &'o Operation>, cases: usize, most: usize) -> Self {
        let (streams, others): (Vec<_>, Vec<_>) = operations.partition(|operation| operation.streams());
        let of_others = others.len().saturating_mul(cases).min(most / ONE_IN * (ONE_IN - 1));
        let share = of_others.div_ceil(ONE_IN - 1).checked_div(streams.len()).unwrap_or(0);
        let is_whole = share * streams.len() * (ONE_IN - 1) >= of_others;
        Deal { each: cases, each_stream: cases.max(share + usize::from(!is_whole)) }
    }

    /// How many cases this operation gets.
    pub(super) fn of(&self, operation: &Operation) -> usize {
        if operation.streams() { self.each_stream } else { self.each }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Framing, StreamContract};
    use crate::generate::fixture;

    /// So many operations that stream, and so many that do not.
    fn operations(streams: usize, others: usize) -> Vec<Operation> {
        let contract = fixture::contract();
        let plain = (**contract.operation("createSession").unwrap()).clone();
        let mut streaming = plain.clone();
        let media = streaming.responses.iter_mut().flat_map(|response| &mut response.media);
        media.for_each(|media| media.stream = Some(StreamContract::plain(Framing::Ndjson)));
        [vec![streaming; streams], vec![plain; others]].concat()
    }

    fn dealt(streams: usize, others: usize, cases: usize, most: usize) -> (usize, usize) {
        let deal = Deal::among(operations(streams, others).iter(), cases, most);
        (deal.each_stream, deal.each)
    }

    #[test]
    fn operations_that_stream_have_at_least_a_quarter_of_the_cases() {
        for streams in 1..5 {
            for others in 0..40 {
                let (of_stream, of_other) = dealt(streams, others, 20, 100_000);
                assert!(of_stream * streams * 3 >= of_other * others, "{streams} {others}: {of_stream} {of_other}");
                assert!(of_stream >= 20 && of_other == 20);
            }
        }
        assert_eq!(dealt(1, 30, 20, 100_000), (200, 20));
    }

    #[test]
    fn where_a_quarter_streams_already_or_nothing_does_all_get_the_same() {
        assert_eq!(dealt(1, 3, 20, 2_000), (20, 20));
        assert_eq!(dealt(0, 9, 20, 2_000), (20, 20));
    }

    #[test]
    fn no_more_than_a_quarter_of_what_may_be_sent_is_added() {
        assert_eq!(dealt(1, 1_000, 20, 2_000), (500, 20));
    }
}
