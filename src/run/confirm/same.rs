//! Whether two findings are one: a smaller case that shows another one shows nothing of the first.

use crate::judge::Finding;
use crate::send::{Exchange, FailureKind, Outcome};

/// What stays the same of a finding, however small its case becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    rule: &'static str,
    place: (Option<String>, Option<String>),
    /// What is said of it, without what is counted or quoted.
    kind: String,
    answer: AnswerKind,
}

/// The answer that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AnswerKind {
    Status(u16),
    Failure(FailureKind),
}

impl Identity {
    /// The identity of a finding that this exchange shows.
    pub fn of(finding: &Finding, exchange: &Exchange) -> Self {
        let answer = match &exchange.outcome {
            Outcome::Answered(answer) => AnswerKind::Status(answer.status),
            Outcome::Failed(failure) => AnswerKind::Failure(failure.kind),
        };
        Identity { rule: finding.rule, place: finding.at.lasting(), kind: kind(&finding.message), answer }
    }
}

/// A sentence without what changes with the request: words that hold a digit, ids of blocks, what stands in quotation
/// marks, and how often something occurs.
fn kind(message: &str) -> String {
    let once = message.rsplit_once(", ").filter(|(_, end)| end.ends_with(" times"));
    let message = once.map_or(message, |(sentence, _)| sentence);
    let unquoted = message.split('"').step_by(2).collect::<Vec<_>>().join("\"");
    let mut plain: Vec<&str> = Vec::new();
    for word in unquoted.split_whitespace() {
        let is_id = plain.last() == Some(&"block");
        plain.push(if is_id || word.contains(|c: char| c.is_ascii_digit()) { "#" } else { word });
    }
    plain.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_with_the_request_is_no_part_of_the_kind() {
        assert_eq!(kind("event 3 reports a failure"), kind("event 17 reports a failure"));
        assert_eq!(kind("block txt is never closed"), kind("block aBc is never closed"));
        assert_eq!(kind("a CR ends a line, 3 times"), kind("a CR ends a line"));
        assert_eq!(kind(r#"`a` is "x y", not "z""#), kind(r#"`a` is "", not "b c d""#));
    }

    #[test]
    fn another_member_or_another_break_is_another_kind() {
        assert_ne!(kind("`role` is missing"), kind("`id` is missing"));
        assert_ne!(kind("`id` is a number, not a string"), kind("`id` is null, not a string"));
        assert_ne!(kind("`id` is too long"), kind("`id` is too short"));
    }
}
