//! Requests with the wrong credential, or none: all else is as it would be let in.

use super::caller::{self, Caller};
use super::composite::Composite;
use super::draft::Draft;
use super::maker::Maker;
use super::plan::LeftOut;
use super::strategy::Extent;
use super::{Case, CaseKind, CredentialFault, errors, lookalike, seed, token};
use crate::contract::{CredentialForm, ErrorState, SecurityRequirement, SecurityScheme, Strength};
use crate::target::Text;

/// How many of the alternatives are tried.
const ALTERNATIVES: usize = 2;

/// What is put in place of an ellipsis in a format hint.
const HINT_REST: &str = "0123456789abcdefghijklmn";

/// Every fault of every credential of an operation.
pub(super) fn cases(maker: &Maker<'_>, caller: &Caller<'_>) -> (Vec<Case>, Vec<LeftOut>) {
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
    for requirement in maker.operation.security.iter().take(ALTERNATIVES) {
        let schemes = requirement.0.iter().filter_map(|name| maker.contract.schemes.get(name));
        for scheme in schemes.filter(|scheme| !matches!(scheme.form, CredentialForm::Unsupported(_))) {
            for (fault, credential) in faulty(maker, caller, scheme) {
                cases.push(with(maker, caller, &draft, (requirement, scheme), fault, &credential));
            }
        }
    }
    (cases, Vec::new())
}

fn without(maker: &Maker<'_>, caller: &Caller<'_>, draft: &Draft) -> Case {
    let mut request = maker.request(draft, caller);
    for requirement in &maker.operation.security {
        for scheme in requirement.0.iter().filter_map(|name| maker.contract.schemes.get(name)) {
            caller::take_away(&mut request, &scheme.form);
        }
    }
    let expect = errors::expect(maker, &[ErrorState::NoCredential], Strength::Standard);
    let kind = CredentialFault::None;
    maker.case(CaseKind::Credential(kind), kind.name(), request, expect)
}

/// One scheme of an alternative goes wrong, the others of it are as they should be.
fn with(
    maker: &Maker<'_>,
    caller: &Caller<'_>,
    draft: &Draft,
    (requirement, scheme): (&SecurityRequirement, &SecurityScheme),
    fault: CredentialFault,
    credential: &Text,
) -> Case {
    let others = requirement.0.iter().filter(|name| **name != scheme.name).cloned().collect();
    let mut request = maker.request_as(draft, caller, Some(&SecurityRequirement(others)));
    let unused = maker.operation.security.iter().filter(|other| *other != requirement).flat_map(|other| &other.0);
    let unused =
        unused.filter(|name| !requirement.0.contains(name)).filter_map(|name| maker.contract.schemes.get(name));
    for other in unused.chain([scheme]) {
        caller::take_away(&mut request, &other.form);
    }
    caller::place(&mut request, &scheme.form, credential);
    let expect = match fault {
        CredentialFault::None => errors::expect(maker, &[ErrorState::NoCredential], Strength::Standard),
        CredentialFault::Wrong
        | CredentialFault::WrongSecret
        | CredentialFault::WrongPublic
        | CredentialFault::Unsigned => errors::expect(maker, &[ErrorState::WrongCredential], Strength::Standard),
        // Whether nothing, nonsense or a half counts as no key or as a wrong one is the target's to say.
        CredentialFault::Empty | CredentialFault::Malformed | CredentialFault::Half => {
            errors::expect(maker, &[ErrorState::NoCredential, ErrorState::WrongCredential], Strength::Inferred)
        }
    };
    let name = format!("{}-{}", scheme.name, fault.name());
    let case = maker.case(CaseKind::Credential(fault), &name, request, expect);
    Case { promises: scheme.promises.clone(), ..case }
}

/// Every way in which a credential of the scheme can be wrong.
fn faulty(maker: &Maker<'_>, caller: &Caller<'_>, scheme: &SecurityScheme) -> Vec<(CredentialFault, Text)> {
    let words = [maker.operation.id.as_str(), "credential", scheme.name.as_str()];
    let number = seed::number(maker.seed, &words);
    let is_token = scheme.hint.as_ref().is_some_and(|hint| hint.contains("JWT"));
    let wrong = if is_token { token::foreign(number) } else { lookalike::of(&model(caller, scheme), number) };
    let mut faulty = vec![
        (CredentialFault::Empty, Text::default()),
        (CredentialFault::Wrong, Text::plain(wrong)),
        (CredentialFault::Malformed, Text::plain("not a credential")),
    ];
    if is_token {
        faulty.push((CredentialFault::Unsigned, Text::plain(token::unsigned())));
    }
    let composite = caller.credential(&scheme.name).and_then(|real| Composite::of(&real, &scheme.form));
    if let Some(composite) = composite {
        let faults = [CredentialFault::WrongSecret, CredentialFault::WrongPublic, CredentialFault::Half];
        faulty.extend(faults.iter().filter_map(|fault| Some((*fault, composite.faulty(*fault, number)?))));
    }
    faulty
}

/// What a credential looks like: the real one, or the document's hint, or nothing in particular.
fn model(caller: &Caller<'_>, scheme: &SecurityScheme) -> String {
    let real = caller.credential(&scheme.name).map(|credential| credential.reveal());
    let real = real.map(|real| real.trim_start_matches("Bearer ").trim_start_matches("Basic ").to_owned());
    let hint = scheme.hint.as_deref().and_then(|hint| {
        let word = hint.split_whitespace().find(|word| word.contains('_'))?;
        Some(word.replace("...", "…").replace('…', HINT_REST).replace("xxx", HINT_REST))
    });
    real.or(hint).filter(|model| !model.is_empty()).unwrap_or_else(|| format!("uptospec_wrong_{HINT_REST}"))
}
