//! Smaller cases of the same kind: what a failing case is cut down to.
//!
//! The cuts are structural and repeatable. Whether a smaller case still shows a finding is for the
//! run to try; which is tried next is for the [`Search`].

mod body;
mod edit;
mod parameter;
mod raw;
mod search;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub use search::Search;

use super::{Case, Request};

/// A request that is one cut smaller.
#[derive(Debug, Clone)]
struct Cut {
    /// Which cut it is: the same for a request and for what is left of it after another cut.
    name: String,
    /// What is left.
    request: Request,
}

/// Every request of a case that is one cut smaller, the smallest first.
///
/// Each makes a case of the same kind: what the contract allows stays allowed, a broken constraint
/// stays the only one, credentials and ids stay as they are. A case from which nothing can be cut
/// gives none, so that cutting ends.
fn cuts(case: &Case) -> Vec<Cut> {
    let size = weight(&case.request);
    let cuts = parameter::cuts(case).into_iter().chain(body::cuts(case));
    let mut weighed: Vec<_> = cuts.map(|cut| (weight(&cut.request), cut)).collect();
    weighed.retain(|(weight, _)| *weight < size);
    weighed.sort_by_key(|(weight, _)| *weight);
    weighed.dedup_by(|(_, one), (_, other)| one.request == other.request);
    weighed.into_iter().map(|(_, cut)| cut).collect()
}

/// How big a request is: bytes first, then how many characters are not the plainest, then how far numbers are
/// from nothing.
fn weight(request: &Request) -> (usize, usize, u128) {
    let content = request.content.as_ref().map(|content| content.body.to_bytes()).unwrap_or_default();
    let pairs = request.path_values.iter().chain(&request.query).chain(&request.headers);
    let pairs = pairs.map(|(name, text)| (name.len(), text.reveal()));
    let (names, texts): (Vec<_>, Vec<_>) = pairs.unzip();
    let odd = |bytes: &[u8]| bytes.iter().filter(|byte| **byte != b'a' && **byte != b'0').count();
    let bytes = names.iter().map(|name| name + 1).sum::<usize>() + texts.iter().map(String::len).sum::<usize>();
    let odds = odd(&content) + texts.iter().map(|text| odd(text.as_bytes())).sum::<usize>();
    let in_body = request.content.as_ref().and_then(|content| content.body.value()).map_or(0, magnitude);
    let in_texts: u128 = texts.iter().filter_map(|text| text.parse().ok()).map(magnitude_of).sum();
    (bytes + content.len() + usize::from(request.content.is_some()), odds, in_body + in_texts)
}

/// How far the whole numbers of a value are from nothing.
fn magnitude(value: &Value) -> u128 {
    match value {
        Value::Number(number) => number.as_i64().map_or(0, magnitude_of),
        Value::Array(items) => items.iter().map(magnitude).sum(),
        Value::Object(members) => members.values().map(magnitude).sum(),
        _ => 0,
    }
}

fn magnitude_of(number: i64) -> u128 {
    number.unsigned_abs().into()
}

/// The case with another request, its mark only where that still has it.
fn of_request(case: &Case, request: Request) -> Case {
    let holds = |mark: &String| match &request.content {
        Some(content) => String::from_utf8_lossy(&content.body.to_bytes()).contains(mark.as_str()),
        None => false,
    };
    let mark = case.mark.clone().filter(holds);
    Case { request, mark, ..case.clone() }
}
