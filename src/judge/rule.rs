//! Rules as data, and what judging with one gives.

use std::fmt;

use super::{Evidence, Finding, Severity};
use crate::contract::{PromiseId, Source, Strength};

/// One thing that can be judged on an exchange.
#[derive(Debug)]
pub struct Rule {
    /// `family/name`.
    pub id: &'static str,
    /// What breaking it weighs when the document says so.
    pub severity: Severity,
    /// What it asks, in one sentence.
    pub what: &'static str,
    /// Why it matters to a client.
    pub why: &'static str,
    /// Where it comes from.
    pub source: RuleSource,
    /// An answer that breaks it, as one would see it.
    pub example: &'static str,
    /// Judges one exchange: gives every check that it could make. A rule that needs more than one
    /// exchange to be judged has [`over_the_run`] here.
    pub judge: fn(&Evidence<'_>, &mut Sink),
}

/// The `judge` of a rule that no single exchange can break: it says nothing. Such a rule is judged
/// by the [`Ledger`](super::Ledger), by [`judge_burst`](super::judge_burst) or by
/// [`judge_step`](super::judge_step), and stands in the registry so that it can be explained.
pub(super) fn over_the_run(_: &Evidence<'_>, _: &mut Sink) {}

/// Where a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleSource {
    /// The contract under test; the finding names the sentence.
    Contract,
    /// A standard's section.
    Standard(&'static str),
    /// What clients are known to stumble over.
    Practice(&'static str),
}

impl RuleSource {
    /// The source that a finding shows; `None` where it must name the contract's own sentence.
    pub(super) fn cited(self) -> Option<Source> {
        let RuleSource::Standard(section) = self else { return None };
        let (document, section) = match section.split_once(", ").or_else(|| section.rsplit_once(' ')) {
            Some((document, section)) => (document, Some(section.to_owned())),
            None => (section, None),
        };
        Some(Source { document: document.to_owned(), quote: None, strength: Strength::Standard, section })
    }
}

/// What one rule says of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Id of the rule.
    pub rule: &'static str,
    /// What it says.
    pub verdict: Verdict,
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The rule was kept, which is evidence for these promises.
    Passed(Vec<PromiseId>),
    /// The rule was broken.
    Failed(Box<Finding>),
    /// The rule applies and could not be judged, for this reason.
    NotChecked(String),
}

/// Collects the checks of one exchange. A rule that does not apply says nothing.
#[derive(Debug)]
pub struct Sink {
    rule: &'static Rule,
    checks: Vec<Check>,
}

impl Sink {
    /// A sink for the checks of one rule.
    pub fn new(rule: &'static Rule) -> Self {
        Sink { rule, checks: Vec::new() }
    }

    /// The rule was kept.
    pub fn pass(&mut self, promises: impl IntoIterator<Item = PromiseId>) {
        self.push(Verdict::Passed(promises.into_iter().collect()));
    }

    /// The rule applies, and this is why it cannot be judged here.
    pub fn not_checked(&mut self, reason: impl Into<String>) {
        self.push(Verdict::NotChecked(reason.into()));
    }

    /// What was answered is no evidence, since the ids in the request may be to blame.
    pub fn not_verified(&mut self, answered: impl fmt::Display) {
        self.not_checked(format!("answered {answered}, and no valid request with these ids was served yet"));
    }

    /// What was answered is no evidence, since the form of the request is only a reading of ours.
    pub fn only_read(&mut self, answered: impl fmt::Display) {
        self.not_checked(format!("answered {answered}, and the document only leaves room for this form of request"));
    }

    /// What was answered is no evidence, since the credential in the request may be to blame.
    pub fn not_admitted(&mut self, answered: impl fmt::Display) {
        self.not_checked(format!("answered {answered}: no valid request was let in yet"));
    }

    /// The rule was broken. Its severity is the rule's own, lowered to `warning` where the promise
    /// behind it is only inferred.
    pub fn fail(&mut self, finding: Finding) {
        let inferred = finding.source.as_ref().is_some_and(|source| source.strength == Strength::Inferred);
        let most = if inferred { Severity::Warning } else { Severity::Error };
        let severity = finding.severity.min(most);
        self.push(Verdict::Failed(Box::new(Finding { severity, ..finding })));
    }

    /// A finding of the rule under judgement, to be filled in. Its source is the rule's standard, if
    /// it comes from one.
    pub fn finding(&self, message: impl Into<String>) -> Finding {
        Finding { message: message.into(), ..Finding::of(self.rule) }
    }

    /// The checks that were made.
    pub fn into_checks(self) -> Vec<Check> {
        self.checks
    }

    fn push(&mut self, verdict: Verdict) {
        self.checks.push(Check { rule: self.rule.id, verdict });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standard_is_named_once() {
        let cited = |text: &'static str| {
            let source = RuleSource::Standard(text).cited().unwrap();
            (source.document, source.section.unwrap_or_default())
        };
        let pair = |document: &str, section: &str| (document.to_owned(), section.to_owned());
        assert_eq!(cited("RFC 9110 9.1"), pair("RFC 9110", "9.1"));
        assert_eq!(cited("WHATWG HTML 9.2.6"), pair("WHATWG HTML", "9.2.6"));
        assert_eq!(cited("Arazzo 1.0, Criterion Object"), pair("Arazzo 1.0", "Criterion Object"));
        for rule in crate::judge::rules() {
            let Some(source) = rule.source.cited() else { continue };
            let section = source.section.unwrap_or_default();
            assert!(!section.is_empty() && !section.contains(&source.document), "{}", rule.id);
        }
    }
}
