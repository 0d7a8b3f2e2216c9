//! Rules on the bytes beneath an answer, streamed or not: what a client hides. They say nothing of an
//! answer whose wire was not audited.

use std::collections::BTreeSet;

use crate::judge::{At, Evidence, Rule, RuleSource, Severity, Sink};
use crate::send::{Wire, WireFraming, WireRecord};
use crate::stream::excerpt;

pub(super) const SURPLUS_BYTES: Rule = Rule {
    id: "stream/surplus-bytes",
    severity: Severity::Error,
    what: "Nothing follows the end of an answer on its connection.",
    why: "What is left over is dropped, or taken for the beginning of the next answer.",
    source: RuleSource::Standard("RFC 9112 6.3"),
    example: "content-length: 2\n\n{}\\n",
    judge: surplus_bytes,
};

pub(super) const TWO_LENGTHS: Rule = Rule {
    id: "stream/two-lengths",
    severity: Severity::Error,
    what: "An answer says how long it is once: by one Content-Length, or by Transfer-Encoding.",
    why: "A proxy and a client that believe different ones disagree on where the next answer begins.",
    source: RuleSource::Standard("RFC 9112 6.2"),
    example: "content-length: 812\ntransfer-encoding: chunked",
    judge: two_lengths,
};

/// What the wire says of the answer. The rule that asks is not checked where it should have been seen.
fn recorded<'a>(evidence: &'a Evidence<'_>, sink: &mut Sink) -> Option<&'a WireRecord> {
    match &evidence.exchange.wire {
        Wire::NotAudited => None,
        Wire::Seen(record) => Some(record),
        Wire::Unseen(reason) => {
            // Without an answer there is nothing that the rule could apply to.
            if evidence.answer().is_some() {
                sink.not_checked(reason.clone());
            }
            None
        }
    }
}

fn surplus_bytes(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(record) = recorded(evidence, sink) else { return };
    let end = match record.framing {
        WireFraming::Head => "the head of an answer without a body".to_owned(),
        WireFraming::ContentLength(length) => format!("the {length} bytes of Content-Length"),
        WireFraming::Chunked => "the last chunk".to_owned(),
        WireFraming::Close => return,
        WireFraming::Unknown => return sink.not_checked("Content-Length does not say where the answer ends"),
    };
    if !record.ended {
        return sink.not_checked("the answer was not read to its end");
    }
    let Some(surplus) = &record.surplus else { return sink.pass([]) };
    let bytes = if surplus.len == 1 { "1 byte follows".to_owned() } else { format!("{} bytes follow", surplus.len) };
    let mut finding = sink.finding(format!("{bytes} the end of the answer"));
    finding.at = At::byte(evidence.answer().map_or(0, |answer| answer.length));
    finding.expected = format!("nothing after {end}");
    finding.actual = excerpt(&surplus.first);
    sink.fail(finding);
}

fn two_lengths(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(record) = recorded(evidence, sink) else { return };
    let lengths: BTreeSet<_> =
        record.content_lengths.iter().flat_map(|value| value.split(',')).map(str::trim).collect();
    let (message, expected) = match (lengths.len(), record.transfer_encodings.is_empty()) {
        (0, _) | (1, true) => return sink.pass([]),
        (_, true) => ("the answer has two lengths that differ", "one Content-Length"),
        (_, false) => {
            ("the answer has a Content-Length beside its Transfer-Encoding", "Transfer-Encoding without Content-Length")
        }
    };
    let field = |name: &str, values: &[String]| values.iter().map(|value| format!("{name}: {value}")).collect();
    let lengths: Vec<_> = field("content-length", &record.content_lengths);
    let codings: Vec<_> = field("transfer-encoding", &record.transfer_encodings);
    let mut finding = sink.finding(message);
    finding.at = At::header("content-length");
    finding.expected = expected.to_owned();
    finding.actual = excerpt([lengths, codings].concat().join(", ").as_bytes());
    sink.fail(finding);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::judge::support::{Scene, record};
    use crate::send::Surplus;

    fn seen(record: WireRecord) -> Scene {
        let mut scene = Scene::new();
        scene.wire = Wire::Seen(record.into());
        scene
    }

    fn after(framing: WireFraming, surplus: &'static str) -> Scene {
        let first = surplus.into();
        let surplus = Surplus { at: Duration::ZERO, offset: 60, len: surplus.len() as u64, first };
        seen(WireRecord { surplus: Some(surplus), ..record(framing) })
    }

    fn lengths(lengths: &[&str], codings: &[&str]) -> Vec<String> {
        let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let record = WireRecord {
            content_lengths: owned(lengths),
            transfer_encodings: owned(codings),
            ..record(WireFraming::Unknown)
        };
        seen(record).says("stream/two-lengths")
    }

    #[test]
    fn bytes_after_the_end_are_a_finding_that_shows_them() {
        let scene = after(WireFraming::ContentLength(2), "\r\nHTTP");
        assert_eq!(scene.says("stream/surplus-bytes"), ["error: 6 bytes follow the end of the answer"]);
        let crate::judge::Verdict::Failed(finding) = scene.checks("stream/surplus-bytes").remove(0).verdict else {
            panic!("no finding")
        };
        assert_eq!(
            (finding.expected.as_str(), finding.actual.as_str()),
            ("nothing after the 2 bytes of Content-Length", "\\r\\nHTTP")
        );
        assert_eq!(finding.at, At::byte(2));
        for framing in [WireFraming::Head, WireFraming::Chunked] {
            let said = after(framing, "x").says("stream/surplus-bytes");
            assert_eq!(said, ["error: 1 byte follows the end of the answer"]);
            assert_eq!(seen(record(framing)).says("stream/surplus-bytes"), ["passed"]);
        }
    }

    #[test]
    fn surplus_is_judged_only_where_the_end_was_seen() {
        let said = |record| seen(record).says("stream/surplus-bytes");
        let broken_off = WireRecord { ended: false, ..record(WireFraming::Chunked) };
        assert_eq!(said(broken_off), ["not checked: the answer was not read to its end"]);
        assert_eq!(said(record(WireFraming::Close)), [""; 0], "all that comes belongs to it");
        let contradictory = ["not checked: Content-Length does not say where the answer ends"];
        assert_eq!(said(record(WireFraming::Unknown)), contradictory);
    }

    #[test]
    fn two_lengths_are_a_finding_and_one_said_twice_is_none() {
        let both = ["error: the answer has a Content-Length beside its Transfer-Encoding"];
        assert_eq!(lengths(&["5"], &["chunked"]), both);
        let differ = ["error: the answer has two lengths that differ"];
        assert_eq!(lengths(&["5", "6"], &[]), differ);
        assert_eq!(lengths(&["5, 6"], &[]), differ);
        for one in [&["5"][..], &["5", "5"], &["5, 5"], &[]] {
            assert_eq!(lengths(one, &[]), ["passed"], "{one:?}");
        }
        assert_eq!(lengths(&[], &["gzip, chunked"]), ["passed"]);
    }

    #[test]
    fn two_lengths_that_no_client_reads_are_judged_without_an_answer() {
        let lengths = vec!["5".to_owned(), "6".to_owned()];
        let mut scene = seen(WireRecord { content_lengths: lengths, ..record(WireFraming::Unknown) });
        scene.outcome = Scene::unanswered();
        assert_eq!(scene.says("stream/two-lengths"), ["error: the answer has two lengths that differ"]);
    }

    #[test]
    fn an_answer_that_was_not_audited_is_not_judged() {
        for rule in ["stream/surplus-bytes", "stream/two-lengths"] {
            assert!(Scene::new().says(rule).is_empty());
            let mut unseen = Scene::new();
            unseen.wire = Wire::Unseen("no HTTP/1.1 here".to_owned());
            assert_eq!(unseen.says(rule), ["not checked: no HTTP/1.1 here"]);
        }
    }
}
