//! Documented errors: what brings each about, where anything does.
//!
//! Those of credentials are brought about by `credential`, malformed JSON and missing members by
//! `negative`: a request that breaks the contract in that way is sent there anyway.

use serde_json::Value;

use super::caller::Caller;
use super::draft::{Draft, last_path_parameter};
use super::maker::Maker;
use super::plan::LeftOut;
use super::strategy::{Extent, Node, Said, uuid};
use super::{Case, CaseKind, Expect, ExpectedError, identity, lookalike, seed};
use crate::contract::{DocumentedError, ErrorState, Location, Parameter, PromiseId, Response, StatusPattern, Strength};
use crate::target::Target;

/// How many requests more than the documented limit a burst has.
const BEYOND_THE_LIMIT: u32 = 5;

/// An id of this many characters has no neighbours by chance.
const LONG_ID: usize = 16;

/// One entry of `x-errors` under its status.
#[derive(Clone, Copy)]
struct Entry<'a> {
    status: StatusPattern,
    error: &'a DocumentedError,
}

impl Entry<'_> {
    fn expected(self, maker: &Maker<'_>, brought_about: Strength) -> ExpectedError {
        let promises: Vec<PromiseId> = self.error.promise.into_iter().collect();
        ExpectedError {
            status: self.status,
            code: self.error.code.clone(),
            promise: self.error.promise,
            strength: maker.said(&promises).strength.min(brought_about),
        }
    }

    fn named(self) -> String {
        let code = self.error.code.as_deref().or(self.error.when.as_deref()).unwrap_or("an error");
        format!("{} {code}", self.status)
    }

    fn left_out(self, maker: &Maker<'_>, reason: impl ToString) -> LeftOut {
        let promises = self.error.promise.into_iter().collect();
        LeftOut { promises, ..LeftOut::new(maker, self.named(), reason) }
    }
}

/// What the contract lets the target answer where one of these states is brought about.
pub(super) fn expect(maker: &Maker<'_>, states: &[ErrorState], brought_about: Strength) -> Expect {
    let with_state =
        entries(maker).filter(|entry| entry.error.state.as_ref().is_some_and(|state| states.contains(state)));
    let expected: Vec<_> = with_state.map(|entry| entry.expected(maker, brought_about)).collect();
    if expected.is_empty() { Expect::Refusal } else { Expect::Error(expected) }
}

/// Whether the document documents what this state is answered.
pub(super) fn documents(maker: &Maker<'_>, state: &ErrorState) -> bool {
    entries(maker).any(|entry| entry.error.state.as_ref() == Some(state))
}

/// Errors that need nothing but the request, and those of which the document does not say what they need.
pub(super) fn built_in(maker: &Maker<'_>, caller: &Caller<'_>) -> (Vec<Case>, Vec<LeftOut>) {
    let mut cases = Vec::new();
    let mut left_out = Vec::new();
    for entry in entries(maker) {
        let made = match &entry.error.state {
            Some(state @ (ErrorState::UnknownId | ErrorState::MalformedId | ErrorState::EmptyId)) => {
                with_id(maker, caller, entry, state).map(Some)
            }
            Some(ErrorState::MissingFields) if !has_required_member(maker) => {
                Err("the body has no required member to leave out".to_owned())
            }
            Some(ErrorState::MalformedJson) if maker.form.is_none() => Err("the operation takes no JSON".to_owned()),
            Some(_) => Ok(None),
            None => Err("the document does not say what brings it about".to_owned()),
        };
        match made {
            Ok(case) => cases.extend(case),
            Err(reason) => left_out.push(entry.left_out(maker, reason)),
        }
    }
    (cases, left_out)
}

/// Errors that need a state of the target.
pub(super) fn of_states(maker: &Maker<'_>, caller: &Caller<'_>, target: &Target) -> (Vec<Case>, Vec<LeftOut>) {
    let mut cases = Vec::new();
    let mut left_out = Vec::new();
    for entry in entries(maker) {
        let Some(ErrorState::Configured(name)) = &entry.error.state else { continue };
        let made = match target.states.get(name) {
            Some(state) => in_state(maker, caller.in_state(state), entry, name),
            None => Err(format!("no state {name}")),
        };
        match made {
            Ok(case) => cases.push(case),
            Err(reason) => {
                left_out.push(LeftOut { state: Some(name.clone()), ..entry.left_out(maker, reason) });
            }
        }
    }
    (cases, left_out)
}

/// A request that would succeed but for the state: over and over where the state is a rate limit.
fn in_state(maker: &Maker<'_>, caller: Caller<'_>, entry: Entry<'_>, name: &str) -> Result<Case, String> {
    let is_limit = entry.status == StatusPattern::Exact(429);
    let kind = match maker.operation.rate_limit {
        Some(limit) if is_limit => CaseKind::Burst { requests: limit.requests.saturating_add(BEYOND_THE_LIMIT) },
        None if is_limit => return Err("the document gives no x-rate-limit".to_owned()),
        _ => CaseKind::Error,
    };
    let draft = maker.draft(Extent::Least, &format!("error/{name}"), &caller).map_err(|reason| reason.to_string())?;
    let expect = Expect::Error(vec![entry.expected(maker, Strength::Standard)]);
    let limit = maker.operation.rate_limit.filter(|_| is_limit).and_then(|limit| limit.promise);
    let promises = entry.error.promise.into_iter().chain(limit).collect();
    let request = maker.request(&draft, &caller);
    let case = maker.case(kind, name, request, expect);
    Ok(Case { state: Some(name.to_owned()), promises, ..case })
}

/// A request whose last path variable is no id, or the id of nothing.
fn with_id(maker: &Maker<'_>, caller: &Caller<'_>, entry: Entry<'_>, state: &ErrorState) -> Result<Case, String> {
    let position = last_path_parameter(maker.operation).ok_or("the path has no variable")?;
    let parameter = maker.operation.parameters.get(position).ok_or("the path has no variable")?;
    let mut draft =
        maker.draft(Extent::Least, &format!("error/{}", state.name()), caller).map_err(|reason| reason.to_string())?;
    let known = draft.parameters.get(position).cloned().flatten();
    let id = match state {
        ErrorState::EmptyId => Value::from(""),
        ErrorState::MalformedId => malformed(parameter),
        _ => unknown(maker, parameter, known.as_ref()).ok_or("no id can be made up that the schema allows")?,
    };
    replace(&mut draft, position, id);
    let mut request = maker.request(&draft, caller);
    request.bindings.retain(|binding| binding.at != Location::Path(parameter.name.clone()));
    let expect = Expect::Error(vec![entry.expected(maker, Strength::Standard)]);
    let case = maker.case(CaseKind::Error, state.name(), request, expect);
    Ok(Case { promises: entry.error.promise.into_iter().collect(), ..case })
}

fn replace(draft: &mut Draft, position: usize, id: Value) {
    if let Some(place) = draft.parameters.get_mut(position) {
        *place = Some(id);
    }
}

/// A well-formed id that was never issued: of the form of a known one, where that is long enough
/// not to name another thing by chance.
pub(super) fn unknown(maker: &Maker<'_>, parameter: &Parameter, known: Option<&Value>) -> Option<Value> {
    let words = [maker.operation.id.as_str(), "unknown-id", parameter.name.as_str()];
    let number = seed::number(maker.seed, &words);
    let random = uuid(u128::from(number) << 64 | u128::from(!number));
    let is_uuid = identity::is_uuid(&Node::root(&parameter.schema));
    let long = known.and_then(Value::as_str).filter(|known| known.len() >= LONG_ID);
    let candidates = [
        is_uuid.then(|| Value::from(random)),
        long.map(|known| Value::from(lookalike::of(known, number))),
        Some(Value::from(identity::made_up(&format!("unknown-{}", seed::word(maker.seed, &words))))),
        known.and_then(Value::as_str).map(|known| Value::from(lookalike::of(known, number))),
        Some(Value::from(number >> 12)),
    ];
    candidates.into_iter().flatten().find(|id| parameter.schema.is_valid(id) && Some(id) != known)
}

/// An id of a form that the schema refuses, where it refuses any.
fn malformed(parameter: &Parameter) -> Value {
    let candidates = ["not-a-uuid", "not an id!", "%"].map(Value::from);
    let refused = candidates.iter().find(|id| !parameter.schema.is_valid(id)).cloned();
    refused.unwrap_or_else(|| Value::from("not an id!"))
}

fn has_required_member(maker: &Maker<'_>) -> bool {
    maker.form.as_ref().is_some_and(|form| !Node::root(&form.schema).required().is_empty())
}

fn entries<'a>(maker: &Maker<'a>) -> impl Iterator<Item = Entry<'a>> {
    let of_response =
        |response: &'a Response| response.errors.iter().map(|error| Entry { status: response.status, error });
    maker.operation.responses.iter().flat_map(of_response)
}

impl Maker<'_> {
    /// What stands behind something that carries these promises.
    pub(super) fn said(&self, promises: &[PromiseId]) -> Said {
        let Some(id) = promises.first() else { return Said::BY_THE_DOCUMENT };
        let promise = self.contract.promises.get(id.0);
        Said { strength: promise.map_or(Strength::Documented, |promise| promise.source.strength), promise: Some(*id) }
    }
}
