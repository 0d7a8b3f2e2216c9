//! Credentials in two parts, such as `pk_…:sk_…` or a user name and a password.

use base64::Engine;

use super::{CredentialFault, lookalike};
use crate::contract::CredentialForm;
use crate::target::{Secret, Text};

/// Both parts of a credential, as secret as the whole.
pub(super) struct Composite {
    public: Text,
    secret: Text,
}

impl Composite {
    /// Takes a credential apart; `None` where it has not two parts. Under a Basic scheme it may stand
    /// as the pair itself, or as the header field that carries the pair.
    pub fn of(credential: &Text, form: &CredentialForm) -> Option<Self> {
        let revealed = credential.reveal();
        let whole = match form {
            CredentialForm::Bearer => without_scheme(&revealed, "Bearer").unwrap_or(&revealed).to_owned(),
            CredentialForm::Basic => match without_scheme(&revealed, "Basic") {
                Some(encoded) => decoded(encoded)?,
                None => revealed,
            },
            _ => revealed,
        };
        let (public, secret) =
            whole.split_once(':').filter(|(public, secret)| !public.is_empty() && !secret.is_empty())?;
        let [public, secret] = [(public, "%%:*"), (secret, "#*:")].map(|(part, cut)| hidden(credential, part, cut));
        Some(Composite { public, secret })
    }

    /// The credential gone wrong in that way; `None` for a fault that needs no second part.
    pub fn faulty(&self, fault: CredentialFault, number: u64) -> Option<Text> {
        let wrong = |part: &Text| Text::plain(lookalike::of(&part.reveal(), number));
        let colon = || Text::plain(":");
        match fault {
            CredentialFault::WrongSecret => Some(self.public.clone().then(colon()).then(wrong(&self.secret))),
            CredentialFault::WrongPublic => Some(wrong(&self.public).then(colon()).then(self.secret.clone())),
            CredentialFault::Half => Some(self.public.clone()),
            _ => None,
        }
    }
}

/// A part of a credential as a secret: one that the configuration names, else a cut of the whole, shown
/// as a shell makes it, so that a printed command sends what was sent.
fn hidden(credential: &Text, part: &str, cut: &str) -> Text {
    if let Some(named) = credential.secrets().find(|secret| secret.reveal() == part) {
        return Text::secret(named.clone());
    }
    let whole = credential.secrets().find(|secret| secret.reveal().contains(part)).or(credential.secrets().next());
    let name = whole.map_or("CREDENTIAL", Secret::name);
    Text::secret(Secret::new(format!("{name}{cut}"), part))
}

/// What follows the name of an authentication scheme (RFC 9110 section 11.4); its case does not matter.
fn without_scheme<'c>(credential: &'c str, scheme: &str) -> Option<&'c str> {
    let (name, rest) = credential.split_once(' ')?;
    name.eq_ignore_ascii_case(scheme).then(|| rest.trim_start())
}

fn decoded(encoded: &str) -> Option<String> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(encoded).ok()?;
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAULTS: [CredentialFault; 3] =
        [CredentialFault::WrongSecret, CredentialFault::WrongPublic, CredentialFault::Half];

    fn faulty(credential: &Text, form: &CredentialForm) -> Vec<Text> {
        let composite = Composite::of(credential, form).unwrap();
        FAULTS.iter().filter_map(|fault| composite.faulty(*fault, 7)).collect()
    }

    #[test]
    fn each_part_goes_wrong_alone_and_the_right_one_stays_secret() {
        let key = Text::secret(Secret::new("KEY", "pk_4711abcd:sk_0815efgh"));
        let header = Text::plain("Bearer ").then(key.clone());
        for credential in [key, header] {
            let [wrong_secret, wrong_public, half] =
                <[Text; 3]>::try_from(faulty(&credential, &CredentialForm::Bearer))
                    .unwrap_or_else(|_| panic!("three faults"));
            let sent = wrong_secret.reveal();
            assert!(sent.starts_with("pk_4711abcd:sk_") && !sent.ends_with("0815efgh"), "{sent}");
            assert!(wrong_secret.to_string().starts_with("${KEY%%:*}:sk_"), "{wrong_secret}");
            let sent = wrong_public.reveal();
            assert!(sent.starts_with("pk_") && sent.ends_with(":sk_0815efgh") && !sent.contains("4711abcd"), "{sent}");
            assert!(wrong_public.to_string().ends_with(":${KEY#*:}"), "{wrong_public}");
            assert_eq!((half.reveal().as_str(), half.to_string().as_str()), ("pk_4711abcd", "${KEY%%:*}"));
        }
    }

    #[test]
    fn a_part_that_the_configuration_names_keeps_its_name() {
        let [public, secret] = [("PUBLIC", "pk_1"), ("PRIVATE", "sk_2")].map(|(name, value)| Secret::new(name, value));
        let credential = Text::secret(public).then(Text::plain(":")).then(Text::secret(secret));
        let faulty = faulty(&credential, &CredentialForm::Bearer);
        assert_eq!(faulty[2].to_string(), "${PUBLIC}");
        assert!(faulty[1].to_string().ends_with(":${PRIVATE}"), "{}", faulty[1]);
    }

    #[test]
    fn a_basic_header_is_decoded_first() {
        let header = Text::plain("Basic ").then(Text::secret(Secret::new("AUTH", "dXNlcjpwYXNz")));
        assert_eq!(faulty(&header, &CredentialForm::Basic)[2].reveal(), "user");
    }

    #[test]
    fn a_credential_of_one_part_is_no_composite() {
        for whole in ["pk_live_1", "pk:", ":sk"] {
            assert!(Composite::of(&Text::plain(whole), &CredentialForm::Bearer).is_none(), "{whole}");
        }
    }
}
