//! JSON Web Tokens that nobody issued (RFC 7519): made from the target's own, or from nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::own::Own;
use crate::generate::{CredentialFault, seed};
use crate::target::Text;

/// When a token of ours ends, in seconds since 1970: never before its signature was looked at.
const EXPIRES: u64 = 4_102_444_800;

/// The end of a token that has expired, in seconds since 1970: long ago, whatever the clock.
const EXPIRED: u64 = 1_000_000_000;

/// A token in its parts.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    /// As it stands in the token.
    signature: String,
    /// Header and claims as they stand in the token, a dot between them.
    signed: String,
}

impl Token {
    /// Reads a signed token; `None` where the text is none.
    pub fn read(text: &str) -> Option<Self> {
        let [header, claims, signature] = text.split('.').collect::<Vec<_>>()[..] else { return None };
        let part = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        let is_signed = !signature.is_empty() && URL_SAFE_NO_PAD.decode(signature).is_ok();
        let token = Token {
            header: part(header)?,
            claims: part(claims)?,
            signature: signature.to_owned(),
            signed: format!("{header}.{claims}"),
        };
        (is_signed && token.header.contains_key("alg")).then_some(token)
    }

    /// Every way in which the token can be forged without its key. What was made from it is as secret.
    pub fn forged(&self, own: &Own, number: u64) -> Vec<(CredentialFault, Text)> {
        let with_claim = |name: &str, value: Value| {
            let claims: Map<_, _> = self.claims.clone().into_iter().chain([(name.to_owned(), value)]).collect();
            format!("{}.{}.{}", encoded(&self.header), encoded(&claims), self.signature)
        };
        let header: Map<_, _> = self.header.clone().into_iter().chain([("alg".to_owned(), json!("none"))]).collect();
        let unsigned = format!("{}.{}.", encoded(&header), encoded(&self.claims));
        let length = URL_SAFE_NO_PAD.decode(&self.signature).map_or(32, |signature| signature.len());
        let foreign = format!("{}.{}", self.signed, signature(number, length));
        vec![
            (CredentialFault::Wrong, own.made("FOREIGN", foreign)),
            (CredentialFault::Unsigned, own.made("UNSIGNED", unsigned)),
            (CredentialFault::Expired, own.made("EXPIRED", with_claim("exp", json!(EXPIRED)))),
            (CredentialFault::Tampered, own.made("TAMPERED", with_claim("sub", json!("uptospec")))),
        ]
    }
}

/// Forged tokens where there is none to make them from.
pub(super) fn made_up(number: u64) -> Vec<(CredentialFault, Text)> {
    let foreign = format!("{}.{}", unsigned_parts("HS256"), signature(number, 32));
    let unsigned = format!("{}.", unsigned_parts("none"));
    vec![(CredentialFault::Wrong, Text::plain(foreign)), (CredentialFault::Unsigned, Text::plain(unsigned))]
}

fn unsigned_parts(algorithm: &str) -> String {
    let header = json!({"alg": algorithm, "typ": "JWT"});
    let claims = json!({"sub": "uptospec", "exp": EXPIRES});
    let encoded = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", encoded(header), encoded(claims))
}

/// A signature of no key, so many bytes long.
fn signature(number: u64, length: usize) -> String {
    let bytes = (0_u64..).flat_map(|index| seed::number(number, &[&index.to_string()]).to_be_bytes());
    URL_SAFE_NO_PAD.encode(bytes.take(length).collect::<Vec<u8>>())
}

fn encoded(part: &Map<String, Value>) -> String {
    URL_SAFE_NO_PAD.encode(Value::Object(part.clone()).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::CredentialForm;
    use crate::target::Secret;

    fn decoded(part: &str) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    fn issued() -> String {
        let [header, claims] = [json!({"alg": "HS256"}), json!({"sub": "user_1", "exp": EXPIRES})]
            .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        format!("{header}.{claims}.c2lnbmF0dXJl")
    }

    fn forged(fault: CredentialFault) -> (Value, Value, String, Text) {
        let own = Own::of(Text::secret(Secret::new("TOKEN", issued())), &CredentialForm::Bearer).unwrap();
        let forged = Token::read(&issued()).unwrap().forged(&own, 7);
        let (_, text) = forged.into_iter().find(|(known, _)| *known == fault).unwrap();
        let sent = text.reveal();
        let [header, claims, signature] = sent.split('.').collect::<Vec<_>>()[..] else { panic!("{sent}") };
        (decoded(header), decoded(claims), signature.to_owned(), text)
    }

    #[test]
    fn a_changed_token_keeps_its_signature_and_all_else() {
        let (header, claims, signature, text) = forged(CredentialFault::Expired);
        assert_eq!(
            (header, claims["sub"].clone(), signature.as_str()),
            (json!({"alg": "HS256"}), json!("user_1"), "c2lnbmF0dXJl")
        );
        assert_eq!(claims["exp"], EXPIRED);
        assert_eq!(text.to_string(), "${TOKEN_EXPIRED}");
        let (_, claims, signature, _) = forged(CredentialFault::Tampered);
        assert_eq!((claims["sub"].clone(), claims["exp"].clone()), (json!("uptospec"), json!(EXPIRES)));
        assert_eq!(signature, "c2lnbmF0dXJl");
    }

    #[test]
    fn an_unsigned_token_says_so_and_a_foreign_one_is_signed_by_nobody() {
        let (header, claims, signature, _) = forged(CredentialFault::Unsigned);
        assert_eq!((header, claims["sub"].clone(), signature.as_str()), (json!({"alg": "none"}), json!("user_1"), ""));
        let (header, claims, signature, _) = forged(CredentialFault::Wrong);
        assert_eq!((header, claims["sub"].clone()), (json!({"alg": "HS256"}), json!("user_1")));
        assert_eq!(signature.len(), "c2lnbmF0dXJl".len());
        assert_ne!(signature, "c2lnbmF0dXJl");
    }

    #[test]
    fn a_key_is_no_token() {
        for text in ["pk_live_1", "a.b.c", "e30.e30.c2ln", "eyJhbGciOiJIUzI1NiJ9.e30.", "eyJhbGciOiJIUzI1NiJ9.e30.a.b"]
        {
            assert!(Token::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_made_up_token_is_well_formed() {
        let forged = made_up(7).into_iter().map(|(_, text)| text.reveal()).collect::<Vec<_>>();
        let [foreign, unsigned] = forged.as_slice() else { panic!("{forged:?}") };
        let [header, claims, signature] = foreign.split('.').collect::<Vec<_>>()[..] else { panic!("{foreign}") };
        assert_eq!(decoded(header), json!({"alg": "HS256", "typ": "JWT"}));
        assert_eq!(decoded(claims)["exp"], EXPIRES);
        assert_eq!(URL_SAFE_NO_PAD.decode(signature).unwrap().len(), 32);
        assert_ne!(forged, made_up(8).into_iter().map(|(_, text)| text.reveal()).collect::<Vec<_>>());
        assert_eq!(decoded(unsigned.split('.').next().unwrap())["alg"], "none");
    }
}
