//! From a mark of the reader to a finding.

use crate::judge::{At, Evidence, Finding, Severity, Sink};
use crate::stream::{Mark, MarkKind, Marks};

/// A kind of mark, and what it means to a client.
pub(super) struct Concern {
    /// The kind.
    pub kind: MarkKind,
    /// What it weighs, where that is not the rule's own severity.
    pub severity: Option<Severity>,
    /// What is wrong, in words that can be followed by a count.
    pub message: &'static str,
    /// What would be right.
    pub expected: &'static str,
}

impl Concern {
    pub(super) const fn new(kind: MarkKind, message: &'static str, expected: &'static str) -> Self {
        Concern { kind, severity: None, message, expected }
    }

    pub(super) const fn weighing(self, severity: Severity) -> Self {
        Concern { severity: Some(severity), ..self }
    }

    /// The finding for all marks of this kind: it shows the first.
    pub(super) fn finding(&self, marks: &Marks, sink: &Sink) -> Option<Finding> {
        let mark = marks.first(self.kind)?;
        let mut finding = sink.finding(format!("{}{}", self.message, times(marks.count(self.kind))));
        finding.severity = self.severity.unwrap_or(finding.severity);
        finding.at = at(mark);
        finding.expected = self.expected.to_owned();
        finding.actual = mark.text.clone();
        Some(finding)
    }
}

/// Judges an event stream by the marks that one rule is concerned with.
pub(super) fn judge(concerns: &[Concern], evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((_, facts)) = evidence.event_stream(sink) else { return };
    conclude(concerns.iter().filter_map(|concern| concern.finding(&facts.marks, sink)).collect(), sink);
}

/// A rule with findings is broken, and without any is kept.
pub(super) fn conclude(findings: Vec<Finding>, sink: &mut Sink) {
    if findings.is_empty() {
        sink.pass([]);
    }
    findings.into_iter().for_each(|finding| sink.fail(finding));
}

/// The place of a mark.
fn at(mark: &Mark) -> At {
    At { byte: Some(mark.byte), event: Some(mark.item), ..At::default() }
}

/// How often, where more than once.
fn times(count: usize) -> String {
    if count > 1 { format!(", {count} times") } else { String::new() }
}
