//! What of a large plan is sent where not all of it may be: every operation gets its share.

use std::collections::{HashMap, HashSet};

use super::forecast::requests;
use crate::generate::{Case, Expect};
use crate::target::Limits;

/// Why a request is not sent for which a run has no room.
pub const MAX_REQUESTS: &str = "max-requests";

/// Fewest requests that are kept for trying findings again and making their cases small.
const FEWEST_RESERVED: usize = 60;

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
    let mut ordered: Vec<(Turn, Case)> = turns.into_iter().zip(cases).collect();
    ordered.sort_by_key(|(turn, _)| *turn);
    let mut left = room;
    ordered.into_iter().map(|(_, case)| case).partition(|case| {
        let rest = left.checked_sub(requests(case, limits));
        left = rest.unwrap_or(left);
        rest.is_some()
    })
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

    fn contract() -> Contract {
        let operation = |number: usize| {
            format!(
                "  /a{number}: {{post: {{operationId: a{number}, responses: {{'200': {{description: a}}}}, requestBody: \
                 {{required: true, content: {{application/json: {{schema: {{type: object, required: [b], \
                 properties: {{b: {{type: string, maxLength: 9}}}}}}}}}}}}}}}}\n"
            )
        };
        let paths: String = (0..OPERATIONS).map(operation).collect();
        read("api.yaml", &format!("openapi: 3.1.0\npaths:\n{paths}"), None).unwrap()
    }

    fn cases() -> Vec<Case> {
        let target = Target::of("api", DocumentOrigin::StandardInput);
        generate(&contract(), &target, None, &Options::default()).cases
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
    fn a_tenth_is_reserved_and_never_more_than_half() {
        assert_eq!([2000, 300, 100, 3, 0].map(reserve), [200, 60, 50, 1, 0]);
    }
}
