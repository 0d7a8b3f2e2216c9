//! A rule broken: where, what was expected, what happened.

use serde::{Deserialize, Serialize};

use super::Rule;
use crate::contract::{Contract, PromiseId, Source};

/// How much a broken rule weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing: a client may stumble.
    Note,
    /// Breaks a SHOULD, or what we inferred.
    Warning,
    /// Breaks what the documents say, or a MUST of a standard that they invoke.
    Error,
}

impl Severity {
    /// The word used everywhere.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// The place of a finding in an exchange. Empty: the exchange as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// Offset in the body, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte: Option<usize>,
    /// Number of the stream's event or item, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<usize>,
    /// JSON Pointer into the body or the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of the header field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
}

impl At {
    /// A place in the body, as a JSON Pointer.
    pub fn pointer(pointer: impl Into<String>) -> Self {
        At { pointer: Some(pointer.into()), ..At::default() }
    }

    /// A header field.
    pub fn header(name: impl Into<String>) -> Self {
        At { header: Some(name.into()), ..At::default() }
    }

    /// The member and the header, whichever item of an array it is: what stays the same of a place when another
    /// answer shows it. Offsets and numbers of events do not.
    pub fn lasting(&self) -> (Option<String>, Option<String>) {
        let any_item = |step: &str| if step.bytes().all(|byte| byte.is_ascii_digit()) { "" } else { step }.to_owned();
        let member = |pointer: &String| pointer.split('/').map(any_item).collect::<Vec<_>>().join("/");
        (self.pointer.as_ref().map(member), self.header.clone())
    }

    /// An offset in the body.
    pub fn byte(offset: usize) -> Self {
        At { byte: Some(offset), ..At::default() }
    }
}

/// One rule broken by one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: &'static str,
    /// The rule's severity, or less where the promise is only inferred.
    pub severity: Severity,
    /// What is wrong, in one sentence that begins with what the reader needs.
    pub message: String,
    /// Where.
    pub at: At,
    /// What the contract asks for.
    pub expected: String,
    /// What came.
    pub actual: String,
    /// The sentence that is broken.
    pub source: Option<Source>,
    /// The promises that are broken.
    pub promises: Vec<PromiseId>,
}

impl Finding {
    /// A finding of a rule that says nothing yet. Its source is the rule's standard, if it comes from one.
    pub(super) fn of(rule: &Rule) -> Self {
        Finding {
            rule: rule.id,
            severity: rule.severity,
            message: String::new(),
            at: At::default(),
            expected: String::new(),
            actual: String::new(),
            source: rule.source.cited(),
            promises: Vec::new(),
        }
    }

    /// The same finding with the promises that it breaks. Its source becomes the firmest of them,
    /// the first where several are as firm.
    #[must_use]
    pub fn breaking(self, contract: &Contract, promises: impl IntoIterator<Item = PromiseId>) -> Self {
        self.breaking_what(|promise| Some(&contract.promise(promise).source), promises)
    }

    /// The same where `source` gives the sentence of a promise, as far as it is known.
    #[must_use]
    pub fn breaking_what<'s>(
        mut self,
        source: impl Fn(PromiseId) -> Option<&'s Source>,
        promises: impl IntoIterator<Item = PromiseId>,
    ) -> Self {
        self.promises = promises.into_iter().collect();
        let sources: Vec<&Source> = self.promises.iter().filter_map(|promise| source(*promise)).collect();
        if let Some(firmest) = sources.into_iter().rev().max_by_key(|source| source.strength) {
            self.source = Some(firmest.clone());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_the_same_place_whichever_it_is() {
        assert_eq!(At::pointer("/items/0/id").lasting(), At::pointer("/items/12/id").lasting());
        assert_ne!(At::pointer("/items/0/id").lasting(), At::pointer("/items/0/name").lasting());
        assert_ne!(At::header("date").lasting(), At::header("etag").lasting());
    }
}
