//! Which names belong to a shape: those that a developer wrote, and not those that are data.

/// Longest name.
const LONGEST: usize = 64;
/// A name with at least as many digits is an id.
const DIGITS_OF_AN_ID: usize = 5;

/// Header fields that say nothing of the API: of the connection, of the moment, or of whoever stands between.
const NO_SHAPE: &[&str] = &[
    "age",
    "alt-svc",
    "cf-cache-status",
    "cf-ray",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "keep-alive",
    "nel",
    "proxy-connection",
    "report-to",
    "server",
    "server-timing",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-amz-cf-id",
    "x-amz-cf-pop",
    "x-cache",
    "x-cache-hits",
    "x-served-by",
    "x-timer",
];

/// Whether a member, or a kind of event, has a name of its own. A key such as an id or a sentence is data.
pub(super) fn is_name(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_plain = |char: char| char.is_alphanumeric() || "_$@.:-/".contains(char);
    !text.is_empty()
        && text.len() <= LONGEST
        && text.chars().all(is_plain)
        && digits < DIGITS_OF_AN_ID
        && digits < text.chars().count()
}

/// Whether a header field, its name in lower case, is part of the shape of an answer.
pub(super) fn is_shaping(header: &str) -> bool {
    !NO_SHAPE.contains(&header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_an_id_or_a_sentence_is_no_name() {
        for name in ["orgId", "x-foo", "@type", "$ref", "utf8mb4", "größe", "data-weather", "gpt-4.1"] {
            assert!(is_name(name), "{name}");
        }
        for data in ["", "ses_3010bbc9dc5549de", "0", "2026-01-31", "two words", "a?", "a<b", &"x".repeat(65)] {
            assert!(!is_name(data), "{data}");
        }
    }
}
