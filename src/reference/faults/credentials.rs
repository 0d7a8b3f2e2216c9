//! Faults in telling a right credential from one that looks like it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::reference::fault::Effect::Mistakes;
use crate::reference::fault::Fault;

/// How many characters a truncated credential lacks at most.
const MOST_CUT: usize = 8;

const ACCEPTED: &[&str] = &["auth/accepted"];

/// Faults of any API.
pub(in crate::reference) const ANY: &[Fault] = &[
    Fault::new(
        "truncated-credential-accepted",
        "A credential that lacks its last characters is served.",
        ACCEPTED,
        Mistakes(|shown, right| right.strip_prefix(shown.value).is_some_and(|cut| (1..=MOST_CUT).contains(&cut.len()))),
    ),
    Fault::new(
        "split-credential-accepted",
        "A credential with a space inside is served.",
        ACCEPTED,
        Mistakes(|shown, right| shown.value.contains(' ') && shown.value.replace(' ', "") == right),
    ),
    Fault::new(
        "letter-case-ignored",
        "A credential in another letter case is served.",
        ACCEPTED,
        Mistakes(|shown, right| shown.value != right && shown.value.eq_ignore_ascii_case(right)),
    ),
    Fault::new(
        "extended-credential-accepted",
        "A credential with more text behind it is served.",
        ACCEPTED,
        Mistakes(|shown, right| shown.value.strip_prefix(right).is_some_and(|more| !more.is_empty())),
    ),
];

/// Faults of an API with a key in a field of its own.
pub(in crate::reference) const KEY: &[Fault] = &[Fault::new(
    "key-as-bearer-accepted",
    "A key in Authorization is served.",
    ACCEPTED,
    Mistakes(|shown, right| shown.scheme.is_some_and(|scheme| !scheme.is_empty()) && shown.value == right),
)];

/// Faults of an API with a token in `Authorization`.
pub(in crate::reference) const BEARER: &[Fault] = &[
    Fault::new(
        "scheme-ignored",
        "A token under another scheme than Bearer is served.",
        ACCEPTED,
        Mistakes(|shown, right| {
            let is_other = |scheme: &str| !scheme.is_empty() && !scheme.eq_ignore_ascii_case("bearer");
            shown.scheme.is_some_and(is_other) && shown.value == right
        }),
    ),
    Fault::new(
        "scheme-missing-accepted",
        "A token without the name of a scheme is served.",
        ACCEPTED,
        Mistakes(|shown, right| shown.scheme == Some("") && shown.value == right),
    ),
    Fault::new(
        "token-as-key-accepted",
        "A token in x-api-key is served.",
        ACCEPTED,
        Mistakes(|shown, right| shown.scheme.is_none() && shown.value == right),
    ),
];

/// Faults of an API whose credential has two parts.
pub(in crate::reference) const PAIR: &[Fault] = &[
    Fault::new(
        "secret-unchecked",
        "A right public key with any secret one is served.",
        ACCEPTED,
        Mistakes(|shown, right| parts(shown.value).is_some_and(|shown| Some(shown.0) == parts(right).map(|it| it.0))),
    ),
    Fault::new(
        "public-unchecked",
        "A right secret key with any public one is served.",
        ACCEPTED,
        Mistakes(|shown, right| parts(shown.value).is_some_and(|shown| Some(shown.1) == parts(right).map(|it| it.1))),
    ),
    Fault::new(
        "swapped-pair-accepted",
        "A pair of keys in the other order is served.",
        ACCEPTED,
        Mistakes(|shown, right| {
            parts(shown.value).is_some_and(|(public, secret)| parts(right) == Some((secret, public)))
        }),
    ),
    Fault::new(
        "secret-alone-accepted",
        "A secret key without its public one is served.",
        ACCEPTED,
        Mistakes(|shown, right| parts(right).is_some_and(|(_, secret)| secret == shown.value)),
    ),
];

/// Faults of an API that takes JSON Web Tokens.
pub(in crate::reference) const TOKEN: &[Fault] = &[
    Fault::new(
        "signature-unchecked",
        "A token with any signature is served.",
        ACCEPTED,
        Mistakes(|shown, right| {
            signed(shown.value).is_some_and(|it| !it.1.is_empty() && Some(it.0) == signed(right).map(|it| it.0))
        }),
    ),
    Fault::new(
        "unsigned-token-accepted",
        "A token that says it is not signed is served.",
        ACCEPTED,
        Mistakes(|shown, right| shown.value.ends_with('.') && claims(shown.value) == claims(right)),
    ),
    Fault::new(
        "expired-token-accepted",
        "A token whose end is in the past is served.",
        ACCEPTED,
        Mistakes(|shown, right| is_changed(shown.value, right, "exp")),
    ),
    Fault::new(
        "tampered-token-accepted",
        "A token of which the user was changed is served.",
        ACCEPTED,
        Mistakes(|shown, right| is_changed(shown.value, right, "sub")),
    ),
];

fn parts(pair: &str) -> Option<(&str, &str)> {
    pair.split_once(':').filter(|(public, secret)| !public.is_empty() && !secret.is_empty())
}

/// What is signed, and the signature.
fn signed(token: &str) -> Option<(&str, &str)> {
    token.rsplit_once('.').filter(|(signed, _)| signed.contains('.'))
}

fn claims(token: &str) -> Option<Value> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&claims).ok()
}

/// Whether a token is another one in this claim alone.
fn is_changed(shown: &str, right: &str, claim: &str) -> bool {
    let (Some(mut shown), Some(right)) = (claims(shown), claims(right)) else { return false };
    let differs = shown.get(claim) != right.get(claim);
    if let (Some(members), Some(value)) = (shown.as_object_mut(), right.get(claim)) {
        members.insert(claim.to_owned(), value.clone());
    }
    differs && shown == right
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::call::Presented;
    use crate::reference::fixtures::{agentsgt, agntix};

    /// The faults of a group that take a bearer token for the right one.
    fn taken(group: &[Fault], shown: &str, right: &str) -> Vec<&'static str> {
        let presented = Presented { scheme: Some("Bearer"), value: shown };
        let takes = |fault: &&Fault| matches!(fault.effect, Mistakes(mistake) if mistake(presented, right));
        group.iter().filter(takes).map(|fault| fault.name).collect()
    }

    #[test]
    fn each_fault_takes_its_own_wrong_credential_and_no_other() {
        let pair = agentsgt::KEYS;
        assert_eq!(taken(ANY, "pk_reference:sk_refer", pair), ["truncated-credential-accepted"]);
        assert_eq!(taken(ANY, "pk_reference:sk_refer ence", pair), ["split-credential-accepted"]);
        assert_eq!(taken(ANY, "PK_REFERENCE:SK_REFERENCE", pair), ["letter-case-ignored"]);
        assert_eq!(taken(ANY, "pk_reference:sk_reference0000", pair), ["extended-credential-accepted"]);
        assert_eq!(taken(PAIR, "sk_reference", pair), ["secret-alone-accepted"]);
        assert_eq!(taken(PAIR, "pk_reference:sk_another", pair), ["secret-unchecked"]);
        assert_eq!(taken(PAIR, "pk_another:sk_reference", pair), ["public-unchecked"]);
        assert_eq!(taken(PAIR, "sk_reference:pk_reference", pair), ["swapped-pair-accepted"]);
        assert!(taken(ANY, "pk_reference", pair).is_empty() && taken(PAIR, "pk_reference", pair).is_empty());
    }

    #[test]
    fn a_token_alone_is_taken_by_the_fault_that_asks_for_no_scheme() {
        let taken = |scheme| {
            let presented = Presented { scheme, value: "token" };
            let takes = |fault: &&Fault| matches!(fault.effect, Mistakes(mistake) if mistake(presented, "token"));
            BEARER.iter().chain(KEY).filter(takes).map(|fault| fault.name).collect::<Vec<_>>()
        };
        assert_eq!(taken(Some("")), ["scheme-missing-accepted"]);
        assert_eq!(taken(Some("Basic")), ["scheme-ignored", "key-as-bearer-accepted"]);
        assert_eq!(taken(None), ["token-as-key-accepted"]);
    }

    #[test]
    fn each_forged_token_is_taken_by_one_fault() {
        let [header, claims, signature] = agntix::TOKEN.split('.').collect::<Vec<_>>()[..] else { panic!("a token") };
        let encoded = |claims: &str| URL_SAFE_NO_PAD.encode(claims);
        let expired = encoded(r#"{"sub":"user_reference","exp":1}"#);
        let tampered = encoded(r#"{"sub":"another","exp":4102444800}"#);
        for (shown, fault) in [
            (format!("{header}.{claims}.Zm9yZWlnbg"), "signature-unchecked"),
            (format!("e30.{claims}."), "unsigned-token-accepted"),
            (format!("{header}.{expired}.{signature}"), "expired-token-accepted"),
            (format!("{header}.{tampered}.{signature}"), "tampered-token-accepted"),
        ] {
            assert_eq!(taken(TOKEN, &shown, agntix::TOKEN), [fault]);
        }
        assert!(taken(TOKEN, "pk_live_other", agntix::TOKEN).is_empty());
    }
}
