//! What of a large plan is sent where not all of it may be: every operation gets its share.

use std::collections::{HashMap, HashSet};

use super::forecast::requests;
use crate::generate::{Case, Expect};
use crate::target::Limits;

/// Why a request is not sent for which a run has no room.
pub const MAX_REQUESTS: &str = "max-requests";

/// Fewest requests that are kept for trying findings again and making their cases small.
const FEWEST_RESERVED: usize = 60;

/// Of what there is room for, one in so many is for operations that stream.
const STREAMS: usize = 4;

/// When a case is sent: first one valid request to each operation; then round by round one more of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    round: usize,
    worth: usize,
}

/// How many of so many requests are kept for trying findings again where a plan has to be cut: a tenth, and never
/// more than half.
pub fn reserve(most: usize) -> usize {
    (most / 10).max(FEWEST_RESERVED).min(most / 2)
}

/// Parts cases into those for which there is room, in the order of their turns, and the others.
pub fn share(cases: Vec<Case>, room: usize, limits: &Limits) -> (Vec<Case>, Vec<Case>) {
    let turns = turns(&cases);
    let mut order: Vec<usize> = (0..cases.len()).collect();
    order.sort_by_key(|index| turns[*index]);
    let order = streams_before(order, &cases, room, |case| requests(case, limits));
    let mut places = vec![0; cases.len()];
    order.into_iter().enumerate().for_each(|(place, index)| places[index] = place);
    let mut ordered: Vec<(usize, Case)> = places.into_iter().zip(cases).collect();
    ordered.sort_by_key(|(place, _)| *place);
    let mut left = room;
    ordered.into_iter().map(|(_, case)| case).partition(|case| {
        let rest = left.checked_sub(requests(case, limits));
        left = rest.unwrap_or(left);
        rest.is_some()
    })
}

/// An order of cases in which, after the first of each operation, so many of those that stream come first that a
/// quarter of the room is theirs, as far as they have so many.
pub fn streams_before(order: Vec<usize>, cases: &[Case], room: usize, cost: impl Fn(&Case) -> usize) -> Vec<usize> {
    let mut begun: HashSet<&str> = HashSet::new();
    let is_first = |index: &usize| cost(&cases[*index]) > 0 && begun.insert(&cases[*index].operation.id);
    let (first, later): (Vec<usize>, Vec<usize>) = order.into_iter().partition(is_first);
    let of_stream = |index: &usize| if cases[*index].operation.streams() { cost(&cases[*index]) } else { 0 };
    let mut theirs: usize = first.iter().map(of_stream).sum();
    let (streams, others): (Vec<usize>, Vec<usize>) = later.into_iter().partition(|index| {
        let goes_before = of_stream(index) > 0 && theirs < room.div_ceil(STREAMS);
        theirs += if goes_before { of_stream(index) } else { 0 };
        goes_before
    });
    [first, streams, others].concat()
}

fn turns(cases: &[Case]) -> Vec<Turn> {
    let mut rounds: HashMap<(&str, usize), usize> = HashMap::new();
    let mut begun: HashSet<&str> = HashSet::new();
    let mut turns = Vec::with_capacity(cases.len());
    for case in cases {
        let (operation, worth) = (case.operation.id.as_str(), worth(case));
        let is_valid = matches!(case.expect, Expect::Success { .. }) && case.state.is_none();
        if is_valid && begun.insert(operation) {
            turns.push(Turn { round: 0, worth: 0 });
            continue;
        }
        let round = rounds.entry((operation, worth)).or_default();
        *round += 1;
        turns.push(Turn { round: *round, worth });
    }
    turns
}

/// The kinds in the order of what they show for a request.
fn worth(case: &Case) -> usize {
    match case.kind.name() {
        "example" => 0,
        "positive" => 1,
        "error" | "credential" | "burst" => 2,
        "negative" => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::contract::{Contract, DocumentOrigin, read};
    use crate::generate::{Options, generate};
    use crate::target::Target;

    const OPERATIONS: usize = 30;

    /// What the first operation is answered where it streams.
    const STREAMED: &str = "description: a, content: {text/event-stream: {}}";

    /// Operations, the first of which is answered so.
    fn contract(first: &str) -> Contract {
        let operation = |number: usize| {
            let answer = if number == 0 { first } else { "description: a" };
            format!(
                "  /a{number}: {{post: {{operationId: a{number}, responses: {{'200': {{{answer}}}}}, requestBody: \
                 {{required: true, content: {{application/json: {{schema: {{type: object, required: [b], \
                 properties: {{b: {{type: string, maxLength: 9}}}}}}}}}}}}}}}}\n"
            )
        };
        let paths: String = (0..OPERATIONS).map(operation).collect();
        read("api.yaml", &format!("openapi: 3.1.0\npaths:\n{paths}"), None).unwrap()
    }

    fn cases() -> Vec<Case> {
        cases_of(&contract("description: a"))
    }

    fn cases_of(contract: &Contract) -> Vec<Case> {
        let target = Target::of("api", DocumentOrigin::StandardInput);
        generate(contract, &target, None, &Options::default()).cases
    }

    fn by_operation(cases: &[Case]) -> BTreeMap<&str, Vec<&'static str>> {
        cases.iter().fold(BTreeMap::new(), |mut kinds: BTreeMap<&str, Vec<&'static str>>, case| {
            kinds.entry(&case.operation.id).or_default().push(case.kind.name());
            kinds
        })
    }

    #[test]
    fn every_operation_gets_a_valid_request_before_any_gets_more() {
        let (kept, left) = share(cases(), OPERATIONS, &Limits::default());
        let kept = by_operation(&kept);
        assert_eq!(kept.len(), OPERATIONS);
        assert!(kept.values().all(|kinds| kinds == &["positive"]), "{kept:?}");
        assert!(!left.is_empty());
    }

    #[test]
    fn what_is_left_goes_round_the_kinds() {
        let (kept, _) = share(cases(), 4 * OPERATIONS, &Limits::default());
        let kept = by_operation(&kept);
        assert!(kept.values().all(|kinds| kinds == &["positive", "positive", "negative", "unusual"]), "{kept:?}");
    }

    #[test]
    fn a_quarter_of_the_room_is_for_operations_that_stream() {
        let (kept, _) = share(cases_of(&contract(STREAMED)), 2 * OPERATIONS, &Limits::default());
        let kept = by_operation(&kept);
        assert_eq!((kept.len(), kept["a0"].len()), (OPERATIONS, OPERATIONS / 2));
    }

    #[test]
    fn a_tenth_is_reserved_and_never_more_than_half() {
        assert_eq!([2000, 300, 100, 3, 0].map(reserve), [200, 60, 50, 1, 0]);
    }
}
