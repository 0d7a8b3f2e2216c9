//! What a finding shows of an answer: short, and never a credential.

use serde_json::Value;

use super::{Check, Finding, Verdict};
use crate::generate::Case;
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

/// The credentials that a case's request carries.
pub(super) fn secrets(case: &Case) -> impl Iterator<Item = &Secret> {
    let request = &case.request;
    request.headers.iter().chain(&request.query).flat_map(|(_, text)| text.secrets())
}

/// The checks of a case without a word of its credentials.
pub(super) fn masked(checks: Vec<Check>, case: &Case) -> Vec<Check> {
    let secrets: Vec<_> = secrets(case).collect();
    checks.into_iter().map(|check| Check { verdict: masked_verdict(check.verdict, &secrets), ..check }).collect()
}

fn masked_verdict(mut verdict: Verdict, secrets: &[&Secret]) -> Verdict {
    for secret in secrets {
        match &mut verdict {
            Verdict::Passed(_) => {}
            Verdict::NotChecked(reason) => mask(reason, secret),
            Verdict::Failed(finding) => {
                let Finding { message, expected, actual, .. } = finding.as_mut();
                [message, expected, actual].into_iter().for_each(|text| mask(text, secret));
            }
        }
    }
    verdict
}

/// Shows a secret in a text by its name. An answer may give a credential back, and a cut may leave half
/// of one.
fn mask(text: &mut String, secret: &Secret) {
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
    use super::super::support::Scene;
    use super::*;
    use crate::contract::Strength;
    use crate::target::Text;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(excerpt("short"), "short");
        let cut = excerpt(&"é".repeat(200));
        assert_eq!(cut, format!("{}…", "é".repeat(120)));
    }

    #[test]
    fn no_check_shows_a_credential_that_the_answer_gives_back() {
        let mut scene = Scene::new().answer(418, "text/plain", "no such key: hunter2-hunter2");
        scene = scene.expect_errors(&[(401, "INVALID_KEY", Strength::Documented)]);
        scene.request.headers.push(("x-api-key".to_owned(), Text::secret(Secret::new("KEY", "hunter2-hunter2"))));
        let shown = format!("{:?}", scene.checks("error/status"));
        assert!(shown.contains("418 no such key: ${KEY}"), "{shown}");
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
