//! In which order requests are sent: a list is worth little before there is anything in it.

use std::collections::HashMap;

use http::Method;

use super::infer::erased;
use crate::contract::StatusPattern;
use crate::generate::{Case, Expect};

/// Puts the valid requests that make things before all requests of the operation that lists them, so that a list has
/// things in it with every member that a thing may have. All else stays in its order.
pub(in crate::generate) fn makers_first(cases: &mut Vec<Case>) {
    let mut lists: HashMap<String, usize> = HashMap::new();
    for (index, case) in cases.iter().enumerate() {
        if case.operation.method == Method::GET {
            lists.entry(erased(&case.operation.path)).or_insert(index);
        }
    }
    let place = |(index, case): (usize, &Case)| {
        let list = collection(case).and_then(|collection| lists.get(&collection).copied());
        list.filter(|list| *list < index).map_or((index, 1), |list| (list, 0))
    };
    let places: Vec<(usize, u8)> = cases.iter().enumerate().map(place).collect();
    let mut placed: Vec<_> = places.into_iter().zip(std::mem::take(cases)).collect();
    placed.sort_by_key(|(place, _)| *place);
    cases.extend(placed.into_iter().map(|(_, case)| case));
}

/// The path in which a valid request makes something, the names of variables left out.
fn collection(case: &Case) -> Option<String> {
    let operation = &case.operation;
    let is_valid = matches!(case.expect, Expect::Success { .. }) && case.state.is_none();
    let creates = || operation.responses.iter().any(|response| response.status == StatusPattern::Exact(201));
    let path = erased(&operation.path);
    match operation.method {
        _ if !is_valid => None,
        Method::POST => Some(path),
        Method::PUT if creates() => path.strip_suffix("/{}").map(str::to_owned),
        _ => None,
    }
}
