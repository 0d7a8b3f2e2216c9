//! What a finding shows of an answer: short, and never a credential.

use std::borrow::Cow;

use serde_json::Value;

use super::{Check, Finding, Verdict};
use crate::generate::Case;
use crate::target::{Redactor, Secret};

/// Most characters of an answer that a finding shows.
const LONGEST: usize = 120;

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

/// The checks of a case without a word of its credentials.
pub(super) fn masked(checks: Vec<Check>, case: &Case) -> Vec<Check> {
    let secrets: Vec<_> = case.request.secrets().collect();
    checks.into_iter().map(|check| Check { verdict: masked_verdict(check.verdict, &secrets), ..check }).collect()
}

fn masked_verdict(mut verdict: Verdict, secrets: &[&Secret]) -> Verdict {
    for redactor in secrets.iter().map(|secret| secret.redactor()) {
        match &mut verdict {
            Verdict::Passed(_) => {}
            Verdict::NotChecked(reason) => mask(reason, redactor),
            Verdict::Failed(finding) => {
                let Finding { message, expected, actual, .. } = finding.as_mut();
                [message, expected, actual].into_iter().for_each(|text| mask(text, redactor));
            }
        }
    }
    verdict
}

/// Shows a secret in a text by its name: an answer may give a credential back.
fn mask(text: &mut String, redactor: &Redactor) {
    if let Cow::Owned(masked) = redactor.text(text) {
        *text = masked;
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
}
