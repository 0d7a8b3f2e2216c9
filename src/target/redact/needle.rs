//! What is looked for to find a secret: its parts, as they are and in base64.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

use super::Part;

/// Shortest secret that is looked for in all its forms: a shorter one stands in other words by chance.
pub const SHORT: usize = 6;
/// Shortest half of a pair that is a secret of its own.
const SHORTEST_HALF: usize = 3;

/// One text that shows a secret.
#[derive(Clone)]
pub struct Needle {
    /// Name of the secret.
    pub name: Arc<str>,
    /// How much of it the text shows.
    pub part: Part,
    /// The text.
    pub text: String,
    /// Where it is base64: whether the character before it, and the one after it, hold bits of the secret.
    pub base64: Option<(bool, bool)>,
}

/// A secret and its halves, as they are.
pub fn parts(name: &Arc<str>, secret: &str) -> Vec<Needle> {
    let mut parts = Vec::new();
    let mut add = |part, text: &str| {
        let least = if part == Part::Whole { 1 } else { SHORTEST_HALF };
        if text.len() >= least && !parts.iter().any(|known: &Needle| known.text == text) {
            parts.push(Needle { name: name.clone(), part, text: text.to_owned(), base64: None });
        }
    };
    add(Part::Whole, secret);
    let token = without_scheme(secret);
    add(Part::Whole, token);
    let pair = decoded_pair(token);
    pair.iter().for_each(|pair| add(Part::Whole, pair));
    for (index, half) in pair.as_deref().unwrap_or(token).split(':').enumerate() {
        add(if index == 0 { Part::First } else { Part::Rest }, half);
    }
    parts
}

/// The text as it is, in base64, and in base64 as a JSON string holds it: what is encoded is JSON often enough.
pub fn in_all_forms(plain: Needle) -> Vec<Needle> {
    let json = serde_json::Value::from(plain.text.as_str()).to_string();
    let in_json = Needle { text: json[1..json.len() - 1].to_owned(), ..plain.clone() };
    let mut needles = in_base64(&plain);
    if in_json.text != plain.text {
        needles.extend(in_base64(&in_json));
    }
    needles.push(plain);
    needles
}

/// The same text in base64, whatever stands before it there: three bytes become four characters, so there
/// are three ways in which they fall on it. Characters that hold bits of its neighbours are left out.
fn in_base64(plain: &Needle) -> Vec<Needle> {
    let mut needles: Vec<Needle> = Vec::new();
    for before in 0..3 {
        let bytes = [&[0; 2][..before], plain.text.as_bytes()].concat();
        let encoded = STANDARD_NO_PAD.encode(&bytes);
        let (start, end) = ([0, 2, 3][before], bytes.len() * 8 / 6);
        let Some(core) = encoded.get(start..end) else { continue };
        let shared = (before > 0, bytes.len() % 3 > 0);
        for text in [core.to_owned(), core.replace('+', "-").replace('/', "_")] {
            if !needles.iter().any(|known| known.text == text) {
                needles.push(Needle { text, base64: Some(shared), ..plain.clone() });
            }
        }
    }
    needles
}

/// A credential without the word that says what it is.
fn without_scheme(secret: &str) -> &str {
    let known = |scheme: &str| ["bearer", "basic"].iter().any(|known| known.eq_ignore_ascii_case(scheme));
    match secret.split_once(' ') {
        Some((scheme, token)) if known(scheme) => token.trim_start(),
        _ => secret,
    }
}

/// User name and password, where the text is such a pair in base64 (RFC 7617).
fn decoded_pair(token: &str) -> Option<String> {
    let bytes = STANDARD.decode(token).or_else(|_| STANDARD_NO_PAD.decode(token)).ok()?;
    String::from_utf8(bytes).ok().filter(|text| text.contains(':') && !text.chars().any(char::is_control))
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE;

    use super::*;

    fn texts(secret: &str) -> Vec<String> {
        parts(&"KEY".into(), secret).into_iter().map(|part| part.text).collect()
    }

    #[test]
    fn a_pair_is_a_secret_and_each_half_of_it() {
        assert_eq!(texts("pk_1:sk_1"), ["pk_1:sk_1", "pk_1", "sk_1"]);
        assert_eq!(texts("Bearer agx_1"), ["Bearer agx_1", "agx_1"]);
        assert_eq!(texts("YWRtaW46aHVudGVyMg=="), ["YWRtaW46aHVudGVyMg==", "admin:hunter2", "admin", "hunter2"]);
        assert_eq!(texts("a:b"), ["a:b"]);
    }

    #[test]
    fn base64_shows_a_secret_wherever_it_stands() {
        let secret = "k?>~\u{ff}-secret";
        let needles = in_base64(&parts(&"KEY".into(), secret)[0]);
        for before in 0..7 {
            for after in 0..4 {
                let text = format!("{}{secret}{}", "x".repeat(before), "y".repeat(after));
                for encoded in [STANDARD.encode(&text), URL_SAFE.encode(&text)] {
                    assert!(needles.iter().any(|needle| encoded.contains(&needle.text)), "{text} in {encoded}");
                }
            }
        }
    }
}
