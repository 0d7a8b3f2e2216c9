//! What trying findings again may cost, and how it is shared.

/// How often a finding's case is sent again before it is made smaller.
pub const REPEATS: usize = 2;
/// Most requests spent on all findings of a target.
pub const ALL_REQUESTS: usize = 1240;
/// Most requests spent on making one case smaller.
pub const REQUESTS: usize = ALL_REQUESTS / 4;
/// Most cases that are made smaller in one round.
const AT_ONCE: usize = 20;
/// With fewer requests a case is hardly made as small as it can be: then fewer cases have their turn.
const FEW: usize = 40;

/// How many findings, the first first, are sent again, each at its cost: half of the requests are kept for making
/// their cases smaller.
pub fn sent_again(costs: impl IntoIterator<Item = usize>, requests: usize) -> usize {
    let mut spent = 0;
    let is_affordable = |(index, cost): &(usize, usize)| {
        spent += cost;
        spent <= requests / 2 || (*index == 0 && spent <= requests)
    };
    costs.into_iter().enumerate().take_while(is_affordable).count()
}

/// How many of the open cases are made smaller in the next round, and with how many requests each.
pub fn round(open: usize, requests: usize) -> (usize, usize) {
    let cases = open.min(AT_ONCE).min((requests / FEW).max(1));
    (cases, requests.checked_div(cases).unwrap_or(0).min(REQUESTS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_requests_are_kept_for_making_cases_smaller() {
        assert_eq!(sent_again([2; 500], ALL_REQUESTS), 310);
        assert_eq!(sent_again([2; 3], ALL_REQUESTS), 3);
        assert_eq!(sent_again([10, 2, 2], 24), 2);
        assert_eq!(sent_again([2; 9], 2), 1);
        assert_eq!(sent_again([2; 9], 1), 0);
    }

    #[test]
    fn a_round_never_costs_more_than_is_left() {
        for open in [0, 1, 3, 19, 20, 21, 500] {
            for left in [0, 1, 39, 40, 265, ALL_REQUESTS] {
                let (cases, share) = round(open, left);
                assert!(cases <= open && cases * share <= left, "{open} {left}");
                assert_eq!(cases * share == 0, open == 0 || left == 0, "{open} {left}");
            }
        }
    }

    #[test]
    fn few_cases_get_more_each_and_where_requests_are_few_fewer_have_their_turn() {
        assert_eq!(round(2, ALL_REQUESTS), (2, 310));
        assert_eq!(round(25, ALL_REQUESTS), (20, 62));
        assert_eq!(round(25, 130), (3, 43));
        assert_eq!(round(25, 7), (1, 7));
    }
}
