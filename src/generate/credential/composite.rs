//! Credentials in two parts, such as `pk_…:sk_…` or a user name and a password.

use super::own::Own;
use crate::generate::{CredentialFault, lookalike};
use crate::target::Text;

/// Both parts of a credential, as secret as the whole.
pub(super) struct Composite {
    public: Text,
    secret: Text,
}

impl Composite {
    /// Takes a credential apart; `None` where it has not two parts.
    pub fn of(own: &Own) -> Option<Self> {
        let (public, secret) = own.bare().split_once(':')?;
        let is_pair = !public.is_empty() && !secret.is_empty();
        is_pair.then(|| Composite { public: own.part(public, "%%:*"), secret: own.part(secret, "#*:") })
    }

    /// Every way in which one part alone goes wrong, or both are where they should not be.
    pub fn faulty(self, number: u64) -> [(CredentialFault, Text); 5] {
        let Composite { public, secret } = self;
        let wrong = |part: &Text| Text::plain(lookalike::of(&part.reveal(), number));
        let pair = |first: Text, second: Text| first.then(Text::plain(":")).then(second);
        [
            (CredentialFault::WrongSecret, pair(public.clone(), wrong(&secret))),
            (CredentialFault::WrongPublic, pair(wrong(&public), secret.clone())),
            (CredentialFault::Swapped, pair(secret.clone(), public.clone())),
            (CredentialFault::Half, public),
            (CredentialFault::SecondHalf, secret),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::CredentialForm;
    use crate::target::Secret;

    fn faulty(credential: &Text, form: &CredentialForm) -> [Text; 5] {
        let own = Own::of(credential.clone(), form).unwrap();
        Composite::of(&own).unwrap().faulty(7).map(|(_, text)| text)
    }

    #[test]
    fn each_part_goes_wrong_alone_and_the_right_one_stays_secret() {
        let key = Text::secret(Secret::new("KEY", "pk_4711abcd:sk_0815efgh"));
        let header = Text::plain("Bearer ").then(key.clone());
        for credential in [key, header] {
            let [wrong_secret, wrong_public, swapped, half, second] = faulty(&credential, &CredentialForm::Bearer);
            let sent = wrong_secret.reveal();
            assert!(sent.starts_with("pk_4711abcd:sk_") && !sent.ends_with("0815efgh"), "{sent}");
            assert!(wrong_secret.to_string().starts_with("${KEY%%:*}:sk_"), "{wrong_secret}");
            let sent = wrong_public.reveal();
            assert!(sent.starts_with("pk_") && sent.ends_with(":sk_0815efgh") && !sent.contains("4711abcd"), "{sent}");
            assert!(wrong_public.to_string().ends_with(":${KEY#*:}"), "{wrong_public}");
            assert_eq!(swapped.reveal(), "sk_0815efgh:pk_4711abcd");
            assert_eq!(swapped.to_string(), "${KEY#*:}:${KEY%%:*}");
            assert_eq!((half.reveal().as_str(), half.to_string().as_str()), ("pk_4711abcd", "${KEY%%:*}"));
            assert_eq!((second.reveal().as_str(), second.to_string().as_str()), ("sk_0815efgh", "${KEY#*:}"));
        }
    }

    #[test]
    fn a_part_that_the_configuration_names_keeps_its_name() {
        let [public, secret] = [("PUBLIC", "pk_1"), ("PRIVATE", "sk_2")].map(|(name, value)| Secret::new(name, value));
        let credential = Text::secret(public).then(Text::plain(":")).then(Text::secret(secret));
        let [_, wrong_public, _, half, second] = faulty(&credential, &CredentialForm::Bearer);
        assert_eq!([half, second].map(|text| text.to_string()), ["${PUBLIC}", "${PRIVATE}"]);
        assert!(wrong_public.to_string().ends_with(":${PRIVATE}"), "{wrong_public}");
    }

    #[test]
    fn a_basic_header_is_decoded_first() {
        let header = Text::plain("Basic ").then(Text::secret(Secret::new("AUTH", "dXNlcjpwYXNz")));
        assert_eq!(faulty(&header, &CredentialForm::Basic)[3].reveal(), "user");
    }

    #[test]
    fn a_credential_of_one_part_is_no_composite() {
        for whole in ["pk_live_1", "pk:", ":sk"] {
            let own = Own::of(Text::plain(whole), &CredentialForm::Bearer).unwrap();
            assert!(Composite::of(&own).is_none(), "{whole}");
        }
    }
}
