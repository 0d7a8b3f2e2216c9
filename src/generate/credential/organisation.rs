//! Object-level authorisation: a valid credential on what belongs to somebody else.

use crate::contract::{ErrorState, Location, ParameterLocation};
use crate::generate::caller::Caller;
use crate::generate::draft::Draft;
use crate::generate::maker::Maker;
use crate::generate::plan::LeftOut;
use crate::generate::strategy::Extent;
use crate::generate::{Case, CaseKind, CredentialFault, Expect};
use crate::target::Target;

/// The state that says whose credential does not fit which ids: it means the same in any document.
pub const OTHER_ORGANISATION: &str = "org-mismatch";

/// What is told where the case cannot be made.
const WHAT: &str = "another organisation's credential";

/// A request with another organisation's credential, or for another organisation's things. There is none
/// where the document has an error for that, which is brought about as such, and where the request names
/// nothing that could belong to anybody.
///
/// # Errors
/// What is left out, where the configuration does not give the state.
pub(super) fn case(maker: &Maker<'_>, caller: &Caller<'_>, target: &Target) -> Result<Option<Case>, LeftOut> {
    let Some(state) = target.states.get(OTHER_ORGANISATION) else {
        let nameless =
            maker.draft(Extent::Least, "credential", caller).is_ok_and(|draft| !names(maker, caller, &draft));
        let left_out = LeftOut {
            state: Some(OTHER_ORGANISATION.to_owned()),
            ..LeftOut::new(maker, WHAT, format!("no state {OTHER_ORGANISATION}"))
        };
        return if nameless || is_documented(maker) { Ok(None) } else { Err(left_out) };
    };
    let caller = caller.in_state(state);
    let draft =
        maker.draft(Extent::Least, "credential", &caller).map_err(|reason| LeftOut::new(maker, WHAT, reason))?;
    if is_documented(maker) || !names(maker, &caller, &draft) {
        return Ok(None);
    }
    let kind = CredentialFault::OtherOrganisation;
    let request = maker.request(&draft, &caller);
    let case = maker.case(CaseKind::Credential(kind), kind.name(), request, Expect::Refusal);
    Ok(Some(Case { state: Some(OTHER_ORGANISATION.to_owned()), ..case }))
}

fn is_documented(maker: &Maker<'_>) -> bool {
    let errors = maker.operation.responses.iter().flat_map(|response| &response.errors);
    errors.into_iter().any(|error| error.state == Some(ErrorState::Configured(OTHER_ORGANISATION.to_owned())))
}

/// Whether a request says which thing is meant: in its path, or by a value of the configuration.
fn names(maker: &Maker<'_>, caller: &Caller<'_>, draft: &Draft) -> bool {
    let in_path = maker.operation.parameters.iter().any(|parameter| parameter.location == ParameterLocation::Path);
    let in_body = |at: &Location| matches!(at, Location::Body(_)) && draft.value(maker.operation, at).is_some();
    in_path || caller.values().any(|(at, _)| in_body(at))
}
