//! Rules on the encoding and the lines of server-sent events.

use super::client::Cause;
use super::marked::{Concern, conclude, judge};
use crate::judge::{At, Evidence, Rule, RuleSource, Severity, Sink};
use crate::stream::{LineEnds, MarkKind};

const PARSING: RuleSource = RuleSource::Standard("WHATWG HTML 9.2.6");

pub(super) const INVALID_UTF8: Rule = Rule {
    id: "sse/invalid-utf8",
    severity: Severity::Error,
    what: "A stream is UTF-8 from its first byte to its last.",
    why: "What is ill-formed becomes U+FFFD in browsers and ends other clients.",
    source: PARSING,
    example: "data: caf\\xe9",
    judge: invalid_utf8,
};

pub(super) const BOM: Rule = Rule {
    id: "sse/bom",
    severity: Severity::Error,
    what: "No byte order mark stands in a stream.",
    why: "One at the very start is legal and breaks clients; a later one becomes part of a field name, and the \
          field is lost.",
    source: PARSING,
    example: "\\u{feff}data: hello",
    judge: bom,
};

pub(super) const LINE_ENDS: Rule = Rule {
    id: "sse/line-ends",
    severity: Severity::Warning,
    what: "Lines end in LF.",
    why: "CR LF, a lone CR and a mixture are legal; clients that split by LF show a CR or no line at all.",
    source: RuleSource::Practice("many clients split by LF"),
    example: "data: hello\\r\\r",
    judge: line_ends,
};

pub(super) const CONTROL_CHARACTERS: Rule = Rule {
    id: "sse/control-characters",
    severity: Severity::Warning,
    what: "Values hold no U+0000 and no line separators of Unicode.",
    why: "NUL ends strings in some clients; U+2028, U+2029, U+0085, VT and FF are line ends to others.",
    source: RuleSource::Practice("clients that split lines as Unicode does"),
    example: "data: a\\u{2028}b",
    judge: |evidence, sink| {
        let concerns = [
            Concern::new(MarkKind::Nul, "a value holds U+0000", "no U+0000"),
            Concern::new(MarkKind::LineSeparator, "a value holds a line separator", "an escape, such as \\u2028")
                .weighing(Severity::Note),
        ];
        judge(&concerns, evidence, sink);
    },
};

pub(super) const LONG_LINE: Rule = Rule {
    id: "sse/long-line",
    severity: Severity::Note,
    what: "A line is at most 64 KiB long.",
    why: "Clients with a fixed buffer refuse or cut longer ones.",
    source: RuleSource::Practice("line buffers of 64 KiB are common"),
    example: "data: (70,000 bytes)",
    judge: |evidence, sink| {
        let concern = Concern::new(MarkKind::LongLine, "a line is longer than 64 KiB", "at most 65536 bytes");
        judge(&[concern], evidence, sink);
    },
};

fn invalid_utf8(evidence: &Evidence<'_>, sink: &mut Sink) {
    let invalid = Concern::new(MarkKind::InvalidUtf8, "bytes are no UTF-8", "UTF-8");
    let message = "the stream ends inside a UTF-8 sequence";
    let truncated = Concern::new(MarkKind::TruncatedUtf8, message, "the whole sequence");
    let Some((view, facts)) = evidence.event_stream(sink) else { return };
    // Where the end was not seen, the rest of the sequence may have been on its way.
    let truncated = view.end_unseen().is_none().then_some(truncated);
    let concerns = [Some(invalid), truncated].into_iter().flatten();
    let findings = concerns.filter_map(|concern| concern.finding(&facts.marks, sink)).collect();
    conclude(Cause::Encoding.told_in(findings, &view, facts), sink);
}

fn bom(evidence: &Evidence<'_>, sink: &mut Sink) {
    let concerns = [
        Concern::new(MarkKind::LeadingBom, "the stream begins with a byte order mark", "no byte order mark")
            .weighing(Severity::Warning),
        Concern::new(MarkKind::LaterBom, "a byte order mark glues to a field name", "no byte order mark"),
    ];
    let Some((view, facts)) = evidence.event_stream(sink) else { return };
    let findings = concerns.iter().filter_map(|concern| concern.finding(&facts.marks, sink)).collect();
    conclude(Cause::Bom.told_in(findings, &view, facts), sink);
}

fn line_ends(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((view, facts)) = evidence.event_stream(sink) else { return };
    let LineEnds { lf, cr, crlf, first_cr, first_crlf, first_change, .. } = facts.line_ends;
    let (message, severity, byte) = match (first_cr, first_change, first_crlf) {
        (Some(byte), _, _) => ("lines end in a lone CR", Severity::Warning, byte),
        (None, Some(byte), _) => ("line ends are mixed", Severity::Warning, byte),
        (None, None, Some(byte)) => ("lines end in CR LF", Severity::Note, byte),
        (None, None, None) => return sink.pass([]),
    };
    let mut finding = sink.finding(message);
    finding.severity = severity;
    finding.at = At::byte(byte);
    finding.expected = "LF".to_owned();
    finding.actual = format!("{lf} × LF, {cr} × CR, {crlf} × CR LF");
    conclude(Cause::LineEnds.told_in(vec![finding], &view, facts), sink);
}
