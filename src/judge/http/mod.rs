//! What HTTP itself asks of an answer, whatever the document says.

use super::{At, Evidence, Finding, Rule, RuleSource, Severity, Sink};

pub mod cors;
mod date;
pub mod leak;
pub mod message;
pub mod refusal;

/// A finding about a header field.
fn about_header(sink: &Sink, name: &str, message: String, expected: &str, actual: Option<String>) -> Finding {
    let shown = actual.map_or_else(|| format!("no {name}"), |value| super::excerpt::excerpt(&value));
    Finding { at: At::header(name), expected: expected.to_owned(), actual: shown, ..sink.finding(message) }
}

/// The members of a comma-separated field, in lower case.
fn members(value: Option<String>) -> Vec<String> {
    value.unwrap_or_default().split(',').map(|member| member.trim().to_ascii_lowercase()).collect()
}
