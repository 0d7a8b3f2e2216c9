//! Every way in which a credential of one scheme can be wrong, or odd.

use super::composite::Composite;
use super::own::Own;
use super::token::{self, Token};
use crate::contract::{CredentialForm, SecurityScheme};
use crate::generate::caller::{Caller, encoded};
use crate::generate::maker::Maker;
use crate::generate::{CredentialFault, lookalike, seed};
use crate::target::Text;

/// What is put in place of an ellipsis in a format hint.
const HINT_REST: &str = "0123456789abcdefghijklmn";

/// The field of an API key where no scheme of the contract has one.
const KEY_FIELD: &str = "X-API-Key";

/// One way, as it is sent.
pub(super) struct Variant {
    /// What is wrong.
    pub fault: CredentialFault,
    /// How the target sees it.
    pub shown: Shown,
}

/// How a target sees a credential.
pub(super) enum Shown {
    /// Where its scheme wants it.
    InPlace(Text),
    /// In a header field, word for word.
    Field(String, Text),
}

/// Every way for one scheme; those that need the target's own credential where it has one.
pub(super) fn variants(
    maker: &Maker<'_>,
    caller: &Caller<'_>,
    scheme: &SecurityScheme,
    own: Option<&Own>,
) -> Vec<Variant> {
    let number = seed::number(maker.seed, &[maker.operation.id.as_str(), "credential", scheme.name.as_str()]);
    let mut in_place =
        vec![(CredentialFault::Empty, Text::default()), (CredentialFault::Malformed, Text::plain("not a credential"))];
    in_place.extend(never_issued(scheme, own, number));
    in_place.extend(own.and_then(Own::truncated).map(|text| (CredentialFault::Truncated, text)));
    in_place.extend(own.and_then(Own::split).map(|text| (CredentialFault::Split, text)));
    in_place.extend(own.and_then(Own::in_other_case).map(|text| (CredentialFault::OtherCase, text)));
    in_place.extend(own.map(|own| (CredentialFault::Extended, own.extended())));
    in_place.extend(own.and_then(Composite::of).into_iter().flat_map(|pair| pair.faulty(number)));
    let in_place = in_place.into_iter().map(|(fault, credential)| Variant { fault, shown: Shown::InPlace(credential) });
    in_place.chain(own.into_iter().flat_map(|own| elsewhere(maker, caller, scheme, own))).collect()
}

/// Whether the document asks for a JSON Web Token.
pub(super) fn asks_for_token(scheme: &SecurityScheme) -> bool {
    scheme.hint.as_ref().is_some_and(|hint| hint.contains("JWT"))
}

/// Credentials of the right form that nobody issued.
fn never_issued(scheme: &SecurityScheme, own: Option<&Own>, number: u64) -> Vec<(CredentialFault, Text)> {
    let token = own.and_then(|own| Some((own, Token::read(own.bare())?)));
    match token {
        Some((own, token)) => token.forged(own, number),
        None if asks_for_token(scheme) => token::made_up(number),
        None => vec![(CredentialFault::Wrong, Text::plain(lookalike::of(&model(scheme, own), number)))],
    }
}

/// What a credential looks like: the real one, or the document's hint, or nothing in particular.
fn model(scheme: &SecurityScheme, own: Option<&Own>) -> String {
    let hint = scheme.hint.as_deref().and_then(|hint| {
        let word = hint.split_whitespace().find(|word| word.contains('_'))?;
        Some(word.replace("...", "…").replace('…', HINT_REST).replace("xxx", HINT_REST))
    });
    let own = own.map(|own| own.bare().to_owned());
    own.or(hint).unwrap_or_else(|| format!("uptospec_wrong_{HINT_REST}"))
}

/// The right credential with white space around it, under another scheme or none, and in another field.
fn elsewhere(maker: &Maker<'_>, caller: &Caller<'_>, scheme: &SecurityScheme, own: &Own) -> Vec<Variant> {
    let whole = || own.whole();
    let with =
        |before: &str, credential: Text, after: &str| Text::plain(before).then(credential).then(Text::plain(after));
    let field = |fault, name: &str, value| Variant { fault, shown: Shown::Field(name.to_owned(), value) };
    // Several spaces may stand after the name of a scheme (RFC 9110 section 11.4).
    let mut variants = match &scheme.form {
        CredentialForm::Bearer => vec![
            field(CredentialFault::Padded, "Authorization", with("Bearer  ", whole(), " ")),
            field(CredentialFault::OtherScheme, "Authorization", with("Basic ", whole(), "")),
            field(CredentialFault::NoScheme, "Authorization", whole()),
        ],
        CredentialForm::Basic => vec![
            field(CredentialFault::Padded, "Authorization", with("Basic  ", encoded(&whole()), " ")),
            field(CredentialFault::OtherScheme, "Authorization", with("Bearer ", encoded(&whole()), "")),
            field(CredentialFault::NoScheme, "Authorization", encoded(&whole())),
        ],
        CredentialForm::Header(name) => vec![field(CredentialFault::Padded, name, with(" ", whole(), " "))],
        CredentialForm::Query(_) | CredentialForm::Cookie(_) | CredentialForm::Unsupported(_) => Vec::new(),
    };
    let other = other_field(maker, scheme);
    if !may_stand_in(maker, caller, scheme, own, &other) {
        let scheme = if other == "Authorization" { "Bearer " } else { "" };
        variants.push(field(CredentialFault::OtherField, &other, with(scheme, whole(), "")));
    }
    variants
}

/// The field in which people look for a credential that does not stand in this one.
fn other_field(maker: &Maker<'_>, scheme: &SecurityScheme) -> String {
    if uses(scheme, "Authorization") {
        let keys = maker.contract.schemes.values().filter_map(|other| match &other.form {
            CredentialForm::Header(name) if !name.eq_ignore_ascii_case("Authorization") => Some(name.clone()),
            _ => None,
        });
        return keys.into_iter().next().unwrap_or_else(|| KEY_FIELD.to_owned());
    }
    "Authorization".to_owned()
}

/// Whether the same credential may well be right in that field, too: the document has a scheme there of
/// which nothing shows that it takes another one.
fn may_stand_in(maker: &Maker<'_>, caller: &Caller<'_>, scheme: &SecurityScheme, own: &Own, field: &str) -> bool {
    let names = maker.operation.security.iter().flat_map(|requirement| &requirement.0);
    let others = names.filter(|name| **name != scheme.name).filter_map(|name| maker.contract.schemes.get(name));
    others.filter(|other| uses(other, field)).any(|other| {
        let takes = caller.credential(&other.name).and_then(|credential| Own::of(credential, &other.form));
        takes.map_or(!asks_for_token(other), |takes| takes.bare() == own.bare())
    })
}

/// Whether the credential of a scheme stands in that header field.
fn uses(scheme: &SecurityScheme, field: &str) -> bool {
    match &scheme.form {
        CredentialForm::Bearer | CredentialForm::Basic => field.eq_ignore_ascii_case("Authorization"),
        CredentialForm::Header(name) => field.eq_ignore_ascii_case(name),
        CredentialForm::Query(_) | CredentialForm::Cookie(_) | CredentialForm::Unsupported(_) => false,
    }
}
