//! Requests with the wrong credential, or none: all else is as it would be let in.

mod composite;
mod organisation;
mod own;
mod token;
mod variants;

pub use self::organisation::OTHER_ORGANISATION;
use self::own::Own;
use self::token::Token;
use self::variants::{Shown, Variant, asks_for_token, variants};
use super::caller::{self, Caller};
use super::draft::Draft;
use super::maker::Maker;
use super::plan::LeftOut;
use super::strategy::Extent;
use super::{Case, CaseKind, CredentialFault, Expect, errors};
use crate::contract::{CredentialForm, ErrorState, SecurityRequirement, SecurityScheme, Strength};
use crate::target::Target;

/// How many of the alternatives are tried.
const ALTERNATIVES: usize = 2;

/// Every fault of every credential of an operation.
pub(super) fn cases(maker: &Maker<'_>, caller: &Caller<'_>, target: &Target) -> (Vec<Case>, Vec<LeftOut>) {
    if maker.operation.security.iter().all(|requirement| requirement.0.is_empty())
        || maker.operation.security.contains(&SecurityRequirement(Vec::new()))
    {
        return (Vec::new(), Vec::new());
    }
    let draft = match maker.draft(Extent::Least, "credential", caller) {
        Ok(draft) => draft,
        Err(reason) => return (Vec::new(), vec![LeftOut::new(maker, "requests with a wrong credential", reason)]),
    };
    let mut cases = vec![without(maker, caller, &draft)];
    for (requirement, scheme) in schemes(maker) {
        for variant in variants(maker, caller, scheme, own(caller, scheme).as_ref()) {
            cases.push(with(maker, caller, &draft, (requirement, scheme), variant));
        }
    }
    if !caller.may_call(maker.operation) {
        // That there is no credential at all is told of the other kinds of cases.
        return (cases, Vec::new());
    }
    let mut left_out = not_made(maker, caller);
    match organisation::case(maker, caller, target) {
        Ok(case) => cases.extend(case),
        Err(reason) => left_out.push(reason),
    }
    (cases, left_out)
}

/// The schemes that go wrong, each with the alternative that it belongs to.
fn schemes<'a>(maker: &Maker<'a>) -> Vec<(&'a SecurityRequirement, &'a SecurityScheme)> {
    let (operation, contract) = (maker.operation, maker.contract);
    let alternatives = operation.security.iter().take(ALTERNATIVES);
    let all = alternatives.flat_map(|requirement| {
        let schemes = requirement.0.iter().filter_map(|name| contract.schemes.get(name));
        schemes.map(move |scheme| (requirement, scheme))
    });
    all.filter(|(_, scheme)| !matches!(scheme.form, CredentialForm::Unsupported(_))).collect()
}

/// The target's own credential for a scheme.
fn own(caller: &Caller<'_>, scheme: &SecurityScheme) -> Option<Own> {
    caller.credential(&scheme.name).and_then(|credential| Own::of(credential, &scheme.form))
}

/// What needs a credential of the target's own, or one of another form.
fn not_made(maker: &Maker<'_>, caller: &Caller<'_>) -> Vec<LeftOut> {
    let mut left_out = Vec::new();
    for (_, scheme) in schemes(maker) {
        let (what, reason) = match own(caller, scheme) {
            None => ("changed forms of the right credential", format!("no credential for {}", scheme.name)),
            Some(own) if asks_for_token(scheme) && Token::read(own.bare()).is_none() => {
                ("an expired and a tampered token", format!("the credential for {} is no JSON Web Token", scheme.name))
            }
            Some(_) => continue,
        };
        left_out.push(LeftOut::new(maker, what, reason));
    }
    left_out
}

fn without(maker: &Maker<'_>, caller: &Caller<'_>, draft: &Draft) -> Case {
    let mut request = maker.request(draft, caller);
    for requirement in &maker.operation.security {
        for scheme in requirement.0.iter().filter_map(|name| maker.contract.schemes.get(name)) {
            caller::take_away(&mut request, &scheme.form);
        }
    }
    let kind = CredentialFault::None;
    maker.case(CaseKind::Credential(kind), kind.name(), request, expect(maker, kind))
}

/// One scheme of an alternative goes wrong, the others of it are as they should be.
fn with(
    maker: &Maker<'_>,
    caller: &Caller<'_>,
    draft: &Draft,
    (requirement, scheme): (&SecurityRequirement, &SecurityScheme),
    Variant { fault, shown }: Variant,
) -> Case {
    let others = requirement.0.iter().filter(|name| **name != scheme.name).cloned().collect();
    let mut request = maker.request_as(draft, caller, Some(&SecurityRequirement(others)));
    let unused = maker.operation.security.iter().filter(|other| *other != requirement).flat_map(|other| &other.0);
    let unused =
        unused.filter(|name| !requirement.0.contains(name)).filter_map(|name| maker.contract.schemes.get(name));
    for other in unused.chain([scheme]) {
        caller::take_away(&mut request, &other.form);
    }
    match shown {
        Shown::InPlace(credential) => caller::place(&mut request, &scheme.form, &credential),
        Shown::Field(name, value) => caller::set_header(&mut request, &name, value),
    }
    let name = format!("{}-{}", scheme.name, fault.name());
    let case = maker.case(CaseKind::Credential(fault), &name, request, expect(maker, fault));
    Case { promises: scheme.promises.clone(), ..case }
}

/// What a request with such a credential may be answered.
fn expect(maker: &Maker<'_>, fault: CredentialFault) -> Expect {
    use ErrorState::{NoCredential, WrongCredential};
    match fault {
        CredentialFault::None => errors::expect(maker, &[NoCredential], Strength::Standard),
        CredentialFault::Wrong
        | CredentialFault::WrongSecret
        | CredentialFault::WrongPublic
        | CredentialFault::Unsigned
        | CredentialFault::Tampered => errors::expect(maker, &[WrongCredential], Strength::Standard),
        // Whether nothing, nonsense, a half or another place counts as no key or as a wrong one is the
        // target's to say.
        CredentialFault::Empty
        | CredentialFault::Malformed
        | CredentialFault::Truncated
        | CredentialFault::Split
        | CredentialFault::OtherScheme
        | CredentialFault::OtherField
        | CredentialFault::Swapped
        | CredentialFault::Half
        | CredentialFault::SecondHalf
        | CredentialFault::OtherCase
        | CredentialFault::Extended
        | CredentialFault::NoScheme
        | CredentialFault::Expired => errors::expect(maker, &[NoCredential, WrongCredential], Strength::Inferred),
        CredentialFault::Padded => Expect::Any,
        CredentialFault::OtherOrganisation => Expect::Refusal,
    }
}

#[cfg(test)]
mod tests;
