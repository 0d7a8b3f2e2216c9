//! JSON Web Tokens that nobody issued (RFC 7519).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::seed;

/// When a token of ours ends, in seconds since 1970: never before its signature was looked at.
const EXPIRES: u64 = 4_102_444_800;

/// A well-formed token whose signature is of no key.
pub(super) fn foreign(number: u64) -> String {
    let signature: Vec<u8> =
        (0..4_u64).flat_map(|index| seed::number(number, &[&index.to_string()]).to_be_bytes()).collect();
    format!("{}.{}", unsigned_parts("HS256"), URL_SAFE_NO_PAD.encode(signature))
}

/// A token that says it is not signed, and is not.
pub(super) fn unsigned() -> String {
    format!("{}.", unsigned_parts("none"))
}

fn unsigned_parts(algorithm: &str) -> String {
    let header = json!({"alg": algorithm, "typ": "JWT"});
    let claims = json!({"sub": "uptospec", "exp": EXPIRES});
    let encoded = |part: Value| URL_SAFE_NO_PAD.encode(part.to_string());
    format!("{}.{}", encoded(header), encoded(claims))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(part: &str) -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    }

    #[test]
    fn a_foreign_token_has_three_parts_and_a_signature_of_the_right_length() {
        let token = foreign(7);
        let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
        assert_eq!(decoded(header), json!({"alg": "HS256", "typ": "JWT"}));
        assert_eq!(decoded(claims)["exp"], EXPIRES);
        assert_eq!(URL_SAFE_NO_PAD.decode(signature).unwrap().len(), 32);
        assert_ne!(token, foreign(8));
    }

    #[test]
    fn an_unsigned_token_says_so() {
        let token = unsigned();
        let [header, _, ""] = token.split('.').collect::<Vec<_>>()[..] else { panic!("{token}") };
        assert_eq!(decoded(header)["alg"], "none");
    }
}
