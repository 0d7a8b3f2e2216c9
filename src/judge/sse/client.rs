//! What a popular client makes of the same bytes: told by the rule on its cause, or where no rule explains
//! it, by one of its own.

use super::marked::{Concern, conclude};
use crate::judge::streamed::StreamView;
use crate::judge::{At, Evidence, Finding, Rule, RuleSource, Severity, Sink};
use crate::stream::{ClientEnd, Difference, Framing, MarkKind, SseFacts, client_view, decode};

pub(super) const CLIENT_VIEW: Rule = Rule {
    id: "sse/client-view",
    severity: Severity::Note,
    what: "A popular client sees the same events as the standard.",
    why: "Where it does not, its users meet a fault that no other client shows, and that no other rule explains.",
    source: RuleSource::Practice("eventsource-stream, which many Rust clients are built on"),
    example: "retry: 99999999999999999999",
    judge: |evidence, sink| {
        let Some((view, facts)) = evidence.event_stream(sink) else { return };
        match seen(&view, facts) {
            Seen::Nothing => sink.not_checked("the body is longer than what is shown to the client"),
            Seen::Same => sink.pass([]),
            // One cause is one finding.
            Seen::Other(difference) if Cause::ALL.iter().any(|cause| cause.explains(&difference, facts)) => {}
            Seen::Other(difference) => {
                let mut finding = sink.finding("a popular client sees another stream than the standard");
                finding.at = At { event: event(&difference), ..At::default() };
                finding.expected = "the events, ids and times of the standard".to_owned();
                finding.actual = told(&difference);
                sink.fail(finding);
            }
        }
    },
};

/// Why the client differs, where a rule is about just that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// A leading byte order mark.
    Bom,
    /// Bytes that are no UTF-8.
    Encoding,
    /// Lone or mixed line ends.
    LineEnds,
    /// A `retry` that is not all digits.
    Retry,
    /// A block without data, or one that the end discards: what else stands in it does not reach the client.
    Undelivered,
}

impl Cause {
    const ALL: [Cause; 5] = [Cause::Bom, Cause::Encoding, Cause::LineEnds, Cause::Retry, Cause::Undelivered];

    /// Whether it is there, and can be the reason.
    fn explains(self, difference: &Difference, facts: &SseFacts) -> bool {
        let marked = |kinds: &[MarkKind]| kinds.iter().any(|kind| facts.marks.count(*kind) > 0);
        match self {
            Cause::Bom => *difference == Difference::Panic && marked(&[MarkKind::LeadingBom]),
            Cause::Encoding => {
                let fails = matches!(difference, Difference::Failure { .. });
                fails && marked(&[MarkKind::InvalidUtf8, MarkKind::TruncatedUtf8])
            }
            Cause::LineEnds => {
                let ends = &facts.line_ends;
                let loses = !matches!(difference, Difference::Panic | Difference::Failure { .. });
                loses && (ends.first_cr.is_some() || ends.first_change.is_some())
            }
            Cause::Retry => matches!(difference, Difference::Retry { .. }) && marked(&[MarkKind::RetryNotDigits]),
            Cause::Undelivered => {
                let keeps = matches!(difference, Difference::Retry { .. } | Difference::LastEventId { .. });
                keeps && (facts.tail.is_some() || marked(&[MarkKind::EventWithoutData, MarkKind::BlockWithoutData]))
            }
        }
    }

    /// The findings on this cause, which say what the client makes of it.
    pub(super) fn told_in(self, mut findings: Vec<Finding>, view: &StreamView<'_>, facts: &SseFacts) -> Vec<Finding> {
        if findings.is_empty() {
            return findings;
        }
        if let Seen::Other(difference) = seen(view, facts)
            && self.explains(&difference, facts)
        {
            let told = told(&difference);
            findings.iter_mut().for_each(|finding| finding.message = format!("{}; {told}", finding.message));
        }
        findings
    }
}

/// Judges an event stream by the marks of a concern that is a cause.
pub(super) fn judge_with_client(concern: &Concern, cause: Cause, evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((view, facts)) = evidence.event_stream(sink) else { return };
    let findings = concern.finding(&facts.marks, sink).into_iter().collect();
    conclude(cause.told_in(findings, &view, facts), sink);
}

/// What a client built on `eventsource-stream` sees of the same bytes.
enum Seen {
    /// It was not shown them.
    Nothing,
    /// What the standard says.
    Same,
    /// Something else.
    Other(Difference),
}

fn seen(view: &StreamView<'_>, facts: &SseFacts) -> Seen {
    let body = &view.answer.body;
    // A part of the body would show other events, through no fault of the client.
    if view.answer.is_cut() || body.len() != facts.bytes {
        return Seen::Nothing;
    }
    let seen = client_view(body);
    if seen.end == ClientEnd::TooLong {
        return Seen::Nothing;
    }
    let events = decode(Framing::Sse, [(view.answer.ended_at, body.as_ref())]).items;
    seen.difference(events.iter(), facts).map_or(Seen::Same, Seen::Other)
}

/// The event that is the first to differ.
fn event(difference: &Difference) -> Option<usize> {
    match difference {
        Difference::Event(number) => Some(*number),
        Difference::Failure { delivered, .. } => Some(delivered + 1),
        Difference::Count { dispatched, delivered } => Some(dispatched.min(delivered) + 1),
        Difference::Panic | Difference::LastEventId { .. } | Difference::Retry { .. } => None,
    }
}

fn told(difference: &Difference) -> String {
    let what = match difference {
        Difference::Panic => "panics".to_owned(),
        Difference::Failure { error, delivered: 1 } => format!("gives up after 1 event ({error})"),
        Difference::Failure { error, delivered } => format!("gives up after {delivered} events ({error})"),
        Difference::Count { dispatched, delivered } => format!("gets {delivered} of {dispatched} events"),
        Difference::Event(number) => format!("sees another event {number}"),
        Difference::LastEventId { standard, client } => {
            format!("would reconnect with the id `{client}` in place of `{standard}`")
        }
        Difference::Retry { standard, client } => {
            format!("would reconnect after {} in place of {}", wait(*client), wait(*standard))
        }
    };
    format!("a client built on eventsource-stream {what}")
}

fn wait(retry: Option<u64>) -> String {
    retry.map_or_else(|| "a time of its own".to_owned(), |milliseconds| format!("{milliseconds} ms"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::contract::Framing;
    use crate::judge::Verdict;
    use crate::judge::streamed::support::{events, stream};

    fn says(rule: &str, body: impl AsRef<[u8]>) -> Vec<String> {
        events(stream(Framing::Sse), body).says(rule)
    }

    #[test]
    fn what_no_other_rule_explains_is_told() {
        let scene = events(stream(Framing::Sse), "retry: 99999999999999999999\ndata: a\n\n");
        let Verdict::Failed(finding) = scene.checks("sse/client-view").remove(0).verdict else { panic!() };
        assert_eq!(
            finding.actual,
            "a client built on eventsource-stream would reconnect after a time of its own in place of \
             18446744073709551615 ms"
        );
        assert_eq!(says("sse/client-view", "retry: 500\nid: 1\ndata: a\n\n"), ["passed"]);
    }

    #[test]
    fn a_difference_is_told_by_the_rule_on_its_cause_and_by_that_alone() {
        let client = "; a client built on eventsource-stream";
        for (rule, body, told) in [
            (
                "sse/retry-digits",
                "retry:+500\ndata: a\n\n",
                "would reconnect after 500 ms in place of a time of its own",
            ),
            (
                "sse/block-without-data",
                "id: 1\ndata: a\n\nid: 2\n\n",
                "would reconnect with the id `1` in place of `2`",
            ),
            (
                "sse/block-without-data",
                "retry: 9\n\ndata: a\n\n",
                "would reconnect after a time of its own in place of 9 ms",
            ),
            (
                "sse/event-without-data",
                "data: a\n\nevent: x\nid: 2\n\n",
                "would reconnect with the id `` in place of `2`",
            ),
            ("sse/bom", "\u{feff}data: a\n\n", "panics"),
            ("sse/line-ends", "data: a\r\rdata: b\r\r", "gets 1 of 2 events"),
        ] {
            assert!(says(rule, body)[0].ends_with(&format!("{client} {told}")), "{:?}", says(rule, body));
            assert_eq!(says("sse/client-view", body), Vec::<String>::new(), "{body:?}");
        }
    }

    #[test]
    fn a_body_too_long_for_the_client_is_not_shown_to_it() {
        let long = "data: a\n\n".repeat(40_000);
        assert_eq!(says("sse/client-view", long), ["not checked: the body is longer than what is shown to the client"]);
    }

    proptest! {
        #[test]
        fn known_clients_differ_for_known_causes_alone(
            tokens in prop::collection::vec(prop::sample::select(vec![
                "data", "event", "id: 1", "id", "retry: 12", "retry:+5", ": ", ":", "\n", "\n\n", "\r", "\r\n", "x",
                "\0", "é", "\u{feff}", "data: a\n\n",
            ]), 0..24)
        ) {
            let body = tokens.concat();
            prop_assert!(says("sse/client-view", &body).iter().all(|said| said == "passed"), "{body:?}");
        }
    }
}
