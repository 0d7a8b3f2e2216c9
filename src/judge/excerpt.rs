//! What a finding shows of an answer: short, and never a credential.

use serde_json::Value;

use super::Finding;
use crate::target::Secret;

/// Most characters of an answer that a finding shows.
const LONGEST: usize = 120;

/// Shortest end of a cut text that is taken for the beginning of a credential.
const SHORTEST_PART: usize = 4;

/// The beginning of a text, with `…` where it was cut.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value as compact JSON, cut like any text.
pub(super) fn excerpt_of(value: &Value) -> String {
    excerpt(&value.to_string())
}

/// The finding with every secret in its words shown by name. An answer may give a credential back,
/// and a cut may leave half of one.
pub(super) fn masked(mut finding: Finding, secrets: &[&Secret]) -> Finding {
    for secret in secrets {
        for text in [&mut finding.message, &mut finding.expected, &mut finding.actual] {
            mask(text, secret);
        }
    }
    finding
}

/// The text with one secret shown by name.
pub(super) fn mask(text: &mut String, secret: &Secret) {
    let value = secret.reveal();
    if value.is_empty() {
        return;
    }
    if text.contains(value) {
        *text = text.replace(value, &format!("{secret:?}"));
    }
    let Some(cut) = text.strip_suffix('…') else { return };
    let parts = value.char_indices().map(|(end, _)| &value[..end]).rev();
    let part = parts.take_while(|part| part.len() >= SHORTEST_PART).find(|part| cut.ends_with(part));
    if let Some(part) = part {
        *text = format!("{}{secret:?}…", &cut[..cut.len() - part.len()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(excerpt("short"), "short");
        let cut = excerpt(&"é".repeat(200));
        assert_eq!(cut, format!("{}…", "é".repeat(120)));
    }

    #[test]
    fn a_secret_is_masked_whole_and_in_part() {
        let secret = Secret::new("KEY", "hunter2-hunter2");
        let mut whole = "the key hunter2-hunter2 is wrong".to_owned();
        mask(&mut whole, &secret);
        assert_eq!(whole, "the key ${KEY} is wrong");
        let mut part = "the key hunter2-h…".to_owned();
        mask(&mut part, &secret);
        assert_eq!(part, "the key ${KEY}…");
    }
}
