//! No rule goes untried: each has a vector here, or a fault of a reference server that it must notice.

use std::collections::BTreeSet;

use super::{all, resource};
use crate::judge::rules;
use crate::reference::{Api, apis};

/// What no single server can break: it takes two runs of it, which `tests/cli/snapshots.rs` makes.
const OVER_RUNS: [&str; 1] = ["snapshot/drift"];

/// What takes two exchanges to break: both its sides are beside it.
const BESIDE: [&str; 1] = ["unique/created"];

/// The families of which every rule has a vector, whether or not a fault breaks it, too.
const BY_VECTOR: [&str; 4] = ["sse/", "stream/", "item/", "text/"];

#[test]
fn every_rule_is_broken_by_a_vector_or_a_fault() {
    let vectors = all().into_iter().map(|vector| vector.rule);
    let faults = apis().iter().flat_map(Api::faults).flat_map(|fault| fault.rules.iter().copied());
    let tried: BTreeSet<_> = vectors.chain(faults).chain(resource::rules()).chain(BESIDE).collect();
    let untried = rules().map(|rule| rule.id).filter(|id| !tried.contains(id));
    let untried: Vec<_> = untried.filter(|id| !OVER_RUNS.contains(id)).collect();
    assert!(untried.is_empty(), "neither a vector nor a fault breaks {untried:?}");
}

#[test]
fn every_rule_on_streams_has_a_vector() {
    let tried: BTreeSet<_> = all().into_iter().map(|vector| vector.rule).collect();
    let on_streams = rules().map(|rule| rule.id).filter(|id| BY_VECTOR.iter().any(|family| id.starts_with(family)));
    let untried: Vec<_> = on_streams.filter(|id| !tried.contains(id)).collect();
    assert!(untried.is_empty(), "no vector breaks {untried:?}");
}
