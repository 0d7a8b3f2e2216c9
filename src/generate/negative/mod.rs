//! Requests that break exactly one constraint, all else as the contract asks.

mod alone;
mod body;
mod broken;
mod message;
mod mutation;
mod parameter;
mod turn;

use super::caller::Caller;
use super::maker::Maker;
use super::plan::LeftOut;
use super::strategy::{Extent, Said};
use super::{Case, CaseKind, Expect, Request, Violation, pointer};
use crate::contract::Location;

pub(super) use alone::{breaks_alone, site};
pub(super) use body::stays_wrong as stays_wrong_in_body;
pub(super) use broken::{Broken, broken, drawn, is_alone};
pub(super) use message::NEVER_IN_UTF8;
pub(super) use mutation::number;
pub(super) use parameter::stays_wrong as stays_wrong_in_parameter;

/// Every constraint of every part of a request, broken alone.
pub(super) fn cases(maker: &Maker<'_>, caller: &Caller<'_>) -> (Vec<Case>, Vec<LeftOut>) {
    let drafts = [Extent::Least, Extent::Most].map(|extent| maker.draft(extent, "negative", caller));
    let [Ok(least), Ok(most)] = drafts else {
        return (
            Vec::new(),
            vec![LeftOut::new(maker, "requests that break the contract", "no valid request to begin with")],
        );
    };
    let mut cases = parameter::cases(maker, caller, &least, &most);
    let (of_body, left_out) = body::cases(maker, caller, &least, &most);
    cases.extend(of_body);
    cases.extend(message::cases(maker, caller, &most));
    (cases, left_out.into_iter().collect())
}

/// One broken constraint as a case.
pub(super) fn case(maker: &Maker<'_>, request: Request, violation: Violation, expect: Expect) -> Case {
    let name = format!("{}{}-{}", violation.at, violation.inside, violation.keyword);
    let promises = violation.promise.into_iter().collect();
    let mut request = request;
    let overwrites = |at: &Location| match (at, &violation.at) {
        (Location::Body(outer), Location::Body(inner)) => pointer::is_within(inner, outer),
        _ => *at == violation.at,
    };
    request.bindings.retain(|binding| !overwrites(&binding.at));
    Case { promises, ..maker.case(CaseKind::Negative(violation), &name, request, expect) }
}

/// A violation whose every word is given.
pub(super) fn violation(at: Location, keyword: &str, what: String, said: Said, essential: bool) -> Violation {
    let (strength, promise) = (said.strength, said.promise);
    Violation { at, inside: String::new(), keyword: keyword.to_owned(), what, strength, essential, promise }
}
