//! Requests that the contract does not forbid and hardly has in mind: a server may serve or refuse
//! them, and must not fail on them.

mod body;
mod id;

use super::caller::Caller;
use super::maker::Maker;
use super::strategy::Extent;
use super::{Case, CaseKind, Expect, Request};

/// Every such request of an operation, one for each way of being odd.
pub(super) fn cases(maker: &Maker<'_>, caller: &Caller<'_>) -> Vec<Case> {
    let drafts = [Extent::Least, Extent::Most].map(|extent| maker.draft(extent, "unusual", caller));
    // Why no valid request can be made is told of the negative cases.
    let [Ok(least), Ok(most)] = drafts else { return Vec::new() };
    let mut cases = body::cases(maker, caller, &least, &most);
    cases.extend(id::cases(maker, caller, &least));
    cases
}

/// A request with something odd in it; `what` follows "a request with".
fn case(maker: &Maker<'_>, name: &str, what: String, request: Request) -> Case {
    maker.case(CaseKind::Unusual(what), name, request, Expect::Any)
}
