//! The target's own credential, and texts made from it: each as secret as the whole.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::contract::CredentialForm;
use crate::target::{Secret, Text};

/// How many characters a truncated credential lacks.
const CUT: usize = 4;

/// What stands behind an extended one.
const MORE: &str = "0000";

/// A credential as its owner has it, without the name of an authentication scheme.
pub(super) struct Own {
    text: Text,
    bare: String,
}

impl Own {
    /// Reads a configured credential: the credential itself, or the header field that carries it. Under
    /// a Basic scheme the field holds the pair in base64. `None` where nothing is left of it.
    pub fn of(text: Text, form: &CredentialForm) -> Option<Self> {
        let revealed = text.reveal();
        let bare = match form {
            CredentialForm::Bearer => without_scheme(&revealed, "Bearer").unwrap_or(&revealed).to_owned(),
            CredentialForm::Basic => match without_scheme(&revealed, "Basic") {
                Some(encoded) => decoded(encoded)?,
                None => revealed,
            },
            _ => revealed,
        };
        (!bare.is_empty()).then_some(Own { text, bare })
    }

    /// The credential in the open: for making others of its form.
    pub fn bare(&self) -> &str {
        &self.bare
    }

    /// The whole credential.
    pub fn whole(&self) -> Text {
        if self.text.reveal() == self.bare { self.text.clone() } else { self.part(&self.bare, "#* ") }
    }

    /// The credential without its end; `None` where nothing would be left.
    pub fn truncated(&self) -> Option<Text> {
        let (end, _) = self.bare.char_indices().rev().nth(CUT - 1).filter(|(end, _)| *end > 0)?;
        Some(self.part(&self.bare[..end], &format!("%{}", "?".repeat(CUT))))
    }

    /// The credential with a space before its last characters; `None` where it is too short.
    pub fn split(&self) -> Option<Text> {
        let (end, _) = self.bare.char_indices().rev().nth(CUT - 1).filter(|(end, _)| *end > 0)?;
        let (before, after) = self.bare.split_at(end);
        Some(self.made("SPLIT", format!("{before} {after}")))
    }

    /// The credential with more text behind it.
    pub fn extended(&self) -> Text {
        self.whole().then(Text::plain(MORE))
    }

    /// The credential with its letters in another case; `None` where that may mean the same, as in hexadecimal
    /// digits, or is the same.
    pub fn in_other_case(&self) -> Option<Text> {
        let is_hexadecimal = self.bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        let upper = self.bare.to_ascii_uppercase();
        let (change, other) =
            if upper == self.bare { ("LOWER", self.bare.to_ascii_lowercase()) } else { ("UPPER", upper) };
        (!is_hexadecimal && other != self.bare).then(|| self.made(change, other))
    }

    /// A part of the credential: shown by its name where the configuration names it, else as a shell
    /// cuts it from the whole, so that a printed command sends what was sent.
    pub fn part(&self, part: &str, cut: &str) -> Text {
        if let Some(named) = self.text.secrets().find(|secret| secret.reveal() == part) {
            return Text::secret(named.clone());
        }
        let whole = self.text.secrets().find(|secret| secret.reveal().contains(part));
        Text::secret(Secret::new(format!("{}{cut}", self.name(whole)), part))
    }

    /// What no shell can cut from the credential: shown by its name and that of the change.
    pub fn made(&self, change: &str, value: String) -> Text {
        Text::secret(Secret::new(format!("{}_{change}", self.name(None)), value))
    }

    fn name<'s>(&'s self, secret: Option<&'s Secret>) -> &'s str {
        secret.or(self.text.secrets().next()).map_or("CREDENTIAL", Secret::name)
    }
}

/// What follows the name of an authentication scheme (RFC 9110 section 11.4); its case does not matter.
fn without_scheme<'c>(credential: &'c str, scheme: &str) -> Option<&'c str> {
    let (name, rest) = credential.split_once(' ')?;
    name.eq_ignore_ascii_case(scheme).then(|| rest.trim_start())
}

fn decoded(encoded: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(value: &str) -> Text {
        Text::secret(Secret::new("KEY", value))
    }

    #[test]
    fn the_name_of_the_scheme_is_no_part_of_the_credential() {
        for scheme in ["", "Bearer ", "bearer  "] {
            let own = Own::of(Text::plain(scheme).then(key("pk_live_1234")), &CredentialForm::Bearer).unwrap();
            assert_eq!((own.bare(), own.whole().to_string().as_str()), ("pk_live_1234", "${KEY}"));
        }
        let basic = Text::plain("Basic ").then(key("dXNlcjpwYXNz"));
        assert_eq!(Own::of(basic, &CredentialForm::Basic).unwrap().bare(), "user:pass");
        assert!(Own::of(Text::plain("Bearer "), &CredentialForm::Bearer).is_none());
    }

    #[test]
    fn a_truncated_credential_is_shown_as_a_shell_cuts_it() {
        let truncated = Own::of(key("pk_live_1234"), &CredentialForm::Bearer).unwrap().truncated().unwrap();
        assert_eq!((truncated.reveal().as_str(), truncated.to_string().as_str()), ("pk_live_", "${KEY%????}"));
    }

    #[test]
    fn a_split_credential_is_as_secret_as_the_whole() {
        let split = Own::of(key("pk_live_1234"), &CredentialForm::Bearer).unwrap().split().unwrap();
        assert_eq!((split.reveal().as_str(), split.to_string().as_str()), ("pk_live_ 1234", "${KEY_SPLIT}"));
    }

    #[test]
    fn an_extended_credential_begins_with_the_right_one() {
        let extended = Own::of(key("pk_live_1234"), &CredentialForm::Bearer).unwrap().extended();
        assert_eq!((extended.reveal().as_str(), extended.to_string().as_str()), ("pk_live_12340000", "${KEY}0000"));
    }

    #[test]
    fn a_credential_has_another_case_only_where_that_changes_it() {
        let other = |credential: &str| {
            let other = Own::of(key(credential), &CredentialForm::Bearer).unwrap().in_other_case();
            other.map(|text| (text.reveal(), text.to_string()))
        };
        let pair = |sent: &str, shown: &str| Some((sent.to_owned(), shown.to_owned()));
        assert_eq!(other("pk_live_1a"), pair("PK_LIVE_1A", "${KEY_UPPER}"));
        assert_eq!(other("PK_LIVE_1A"), pair("pk_live_1a", "${KEY_LOWER}"));
        assert_eq!([other("0123"), other("550e8400-e29b-41d4-a716-446655440000")], [None, None]);
    }

    #[test]
    fn of_a_short_credential_nothing_can_be_left() {
        let own = Own::of(key("1é34"), &CredentialForm::Bearer).unwrap();
        assert!(own.truncated().is_none() && own.split().is_none());
    }
}
