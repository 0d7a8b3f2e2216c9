//! Rules on characters that no client can show.

use memchr::memmem;

use crate::judge::{At, Evidence, Finding, Rule, RuleSource, Severity, Sink};
use crate::stream::{Mark, MarkKind, TextFacts};

pub(super) const BOM: Rule = Rule {
    id: "text/bom",
    severity: Severity::Warning,
    what: "No byte order mark stands before the text.",
    why: "Clients that do not know it keep it as an invisible first character: nothing compares equal to the text.",
    source: RuleSource::Standard("RFC 3629 6"),
    example: "\\u{feff}Hello",
    judge: |evidence, sink| {
        let Some((_, facts)) = evidence.text_stream(sink) else { return };
        let message = "the text begins with a byte order mark";
        judge(first(facts, MarkKind::LeadingBom, message, "no byte order mark", sink), sink);
    },
};

pub(super) const CONTROL_CHARACTERS: Rule = Rule {
    id: "text/control-characters",
    severity: Severity::Warning,
    what: "Of the control characters, a text has tabs and line ends alone.",
    why: "U+0000 ends strings in some clients; the others show as boxes, or steer a terminal.",
    source: RuleSource::Practice("clients show text as it is"),
    example: "\\u{1b}[31mSold out",
    judge: |evidence, sink| {
        let Some((_, facts)) = evidence.text_stream(sink) else { return };
        let nul = first(facts, MarkKind::Nul, "the text holds U+0000", "no U+0000", sink);
        let other = || {
            let message = "the text holds a control character";
            let finding = first(facts, MarkKind::Control, message, "tabs and line ends alone", sink)?;
            Some(Finding { severity: Severity::Note, ..finding })
        };
        judge(nul.or_else(other), sink);
    },
};

pub(super) const REPLACEMENT: Rule = Rule {
    id: "text/replacement",
    severity: Severity::Note,
    what: "A text holds no U+FFFD that the request did not.",
    why: "A decoder inside the server met bytes that it could not read, mostly half of a character cut at a buffer's end.",
    source: RuleSource::Practice("decoding piece by piece without keeping the rest"),
    example: "caf\\u{fffd}",
    judge: |evidence, sink| {
        let Some((_, facts)) = evidence.text_stream(sink) else { return };
        let message = "the text holds U+FFFD, which stands for what could not be read";
        let found = first(facts, MarkKind::Replacement, message, "the character that was meant", sink);
        // Who asks about U+FFFD is answered with it.
        judge(found.filter(|_| !asked_for(evidence, "\u{fffd}")), sink);
    },
};

/// The finding on the first mark of a kind.
fn first(facts: &TextFacts, kind: MarkKind, message: &str, expected: &str, sink: &Sink) -> Option<Finding> {
    let Mark { byte, text, .. } = facts.marks.first(kind)?;
    let finding = sink.finding(message);
    Some(Finding { at: At::byte(*byte), expected: expected.to_owned(), actual: text.clone(), ..finding })
}

fn judge(finding: Option<Finding>, sink: &mut Sink) {
    match finding {
        Some(finding) => sink.fail(finding),
        None => sink.pass([]),
    }
}

/// Whether the body of the request holds this text.
fn asked_for(evidence: &Evidence<'_>, text: &str) -> bool {
    let content = evidence.case.request.content.as_ref();
    content.is_some_and(|content| memmem::find(&content.body.to_bytes(), text.as_bytes()).is_some())
}
