//! An id that is well-formed and was never given.

use http::Method;

use super::names::Wanted;
use super::part::variables;
use crate::contract::{ErrorState, Location, Operation, ParameterStyle, StatusPattern};
use crate::generate::caller::Caller;
use crate::generate::draft::last_path_parameter;
use crate::generate::maker::Maker;
use crate::generate::strategy::{Extent, Node};
use crate::generate::{Case, CaseKind, Expect, Inferred, Stage, errors, identity};

/// A request for a thing that there never was, where the document does not document its refusal: what it
/// documents is brought about with the other documented errors. There is none for an operation that creates
/// what it does not find.
pub(in crate::generate) fn case(maker: &Maker<'_>, caller: &Caller<'_>) -> Option<Case> {
    let operation = maker.operation;
    let acts_on_one = [Method::GET, Method::PUT, Method::PATCH, Method::DELETE].contains(&operation.method);
    let creates = operation.responses.iter().any(|response| response.status == StatusPattern::Exact(201));
    if !acts_on_one || creates || errors::documents(maker, &ErrorState::UnknownId) {
        return None;
    }
    let position = last_path_parameter(operation)?;
    let parameter = operation.parameters.get(position)?;
    variables(&operation.path)
        .pop()
        .filter(|(name, item)| *name == parameter.name && item.len() == operation.path.trim_end_matches('/').len())?;
    let names_a_thing =
        is_id_by_path(operation, &parameter.name) || identity::is_id(&parameter.name, &Node::root(&parameter.schema));
    if !names_a_thing || parameter.style != ParameterStyle::Simple {
        return None;
    }
    let mut draft = maker.draft(Extent::Least, "resource/unknown-id", caller).ok()?;
    let known = draft.parameters.get(position).cloned().flatten();
    let id = errors::unknown(maker, parameter, known.as_ref())?;
    *draft.parameters.get_mut(position)? = Some(id);
    let mut request = maker.request(&draft, caller);
    let at = parameter.part();
    let known: Option<Inferred> = request.inferred().find(|(bound, _)| **bound == at).map(|(_, from)| from.clone());
    // What stands in the body of the same thing would contradict the path.
    let of_thing: Vec<Location> = request
        .inferred()
        .filter(|(bound, from)| {
            matches!(bound, Location::Body(_)) && known.as_ref().is_some_and(|known| known.is_same(from))
        })
        .map(|(bound, _)| bound.clone())
        .collect();
    request.bindings.retain(|binding| binding.at != at && !of_thing.contains(&binding.at));
    Some(maker.case(CaseKind::Resource(Stage::Unknown), Stage::Unknown.name(), request, Expect::Refusal))
}

/// Whether a variable of the path names a member of the collection that it stands after.
pub(in crate::generate) fn is_id_by_path(operation: &Operation, variable: &str) -> bool {
    let of_path = variables(&operation.path);
    let Some((_, item)) = of_path.iter().find(|(name, _)| *name == variable) else { return false };
    let collection = item.rsplit_once('/').and_then(|(collection, _)| collection.rsplit('/').next());
    Wanted::new(variable, collection).is_id()
}
