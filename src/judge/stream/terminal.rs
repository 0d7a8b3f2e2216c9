//! Rules on the sentinel and the terminal events that a contract declares.

use crate::contract::StreamContract;
use crate::follow::{Ending, Seen};
use crate::judge::streamed::{Held, StreamView, place};
use crate::judge::{At, Evidence, Finding, Rule, RuleSource, Severity, Sink};
use crate::stream::excerpt;

pub(super) const MISSING: Rule = Rule {
    id: "stream/terminal-missing",
    severity: Severity::Error,
    what: "A stream that ends cleanly ends with the declared sentinel or terminal event.",
    why: "Without it a client cannot tell a whole answer from one that broke off.",
    source: RuleSource::Contract,
    example: "data: {\"delta\": \"Hi\"}\n\n(end)",
    judge: missing,
};

pub(super) const NEAR_MISS: Rule = Rule {
    id: "stream/terminal-near-miss",
    severity: Severity::Error,
    what: "The sentinel or terminal event is written exactly as declared.",
    why: "Clients compare byte by byte: what is nearly the end is an event like any other, or no JSON.",
    source: RuleSource::Contract,
    example: "data: [done]",
    judge: near_miss,
};

pub(super) const REPEATED: Rule = Rule {
    id: "stream/terminal-repeated",
    severity: Severity::Warning,
    what: "A stream ends once.",
    why: "Clients that act on the end act twice.",
    source: RuleSource::Contract,
    example: "data: [DONE]\n\ndata: [DONE]\n\n",
    judge: repeated,
};

pub(super) const AFTER: Rule = Rule {
    id: "stream/after-terminal",
    severity: Severity::Error,
    what: "No event follows the end of a stream; comments may.",
    why: "Clients stop reading at the end and never see what follows.",
    source: RuleSource::Contract,
    example: "data: [DONE]\n\ndata: {\"delta\": \"more\"}\n\n",
    judge: after,
};

/// How a contract lets a stream end, and what of it is there.
struct Declared<'a> {
    view: &'a StreamView<'a>,
    held: Held<'a>,
}

/// The ends that the contracts of a stream declare.
fn declared<'a>(view: &'a StreamView<'a>) -> impl Iterator<Item = Declared<'a>> {
    let declares = |held: &Held<'_>| held.promised.sentinel.is_some() || !held.promised.terminal.is_empty();
    view.held().filter(declares).map(move |held| Declared { view, held })
}

impl<'a> Declared<'a> {
    fn ending(&self) -> &'a Ending {
        &self.held.track.ending
    }

    fn has_sentinel(&self) -> bool {
        self.held.promised.sentinel.is_none() || self.ending().sentinel.is_some()
    }

    fn has_terminal(&self) -> bool {
        self.held.promised.terminal.is_empty() || self.ending().terminal.is_some()
    }

    /// What the contract asks for, in words.
    fn wanted(&self) -> String {
        let StreamContract { sentinel, terminal, .. } = self.held.promised;
        let sentinel = sentinel.iter().map(|sentinel| format!("`{sentinel}`"));
        let kinds = terminal.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(" or ");
        let kinds = (!kinds.is_empty()).then(|| format!("an event {kinds}"));
        kinds.into_iter().chain(sentinel).collect::<Vec<_>>().join(" and ")
    }

    /// The key of the contract that declares the end.
    fn key(&self) -> &'static str {
        if self.held.promised.sentinel.is_some() { "sentinel" } else { "x-stream-terminal" }
    }

    /// The item that was probably meant as the end.
    fn near_miss(&self) -> Option<&'a Seen> {
        let sentinel = self.ending().near_sentinel.as_ref().filter(|_| !self.has_sentinel());
        sentinel.or_else(|| self.ending().near_terminal.as_ref().filter(|_| !self.has_terminal()))
    }

    /// The finding for one item.
    fn finding(&self, item: &Seen, message: &str, sink: &Sink, evidence: &Evidence<'_>) -> Finding {
        let mut finding = sink.finding(message);
        finding.at = place(item);
        finding.expected = self.wanted();
        finding.actual = excerpt(item.data.as_bytes());
        self.held.breaking(self.key(), finding, evidence.contract)
    }

    /// Why a missing end is no evidence, or is told by another rule.
    fn excuse(&self) -> Option<String> {
        if let Some(reason) = self.view.end_unseen() {
            return Some(reason);
        }
        if let Some(near) = self.near_miss() {
            return Some(format!("event {} comes close, which is stream/terminal-near-miss", near.number));
        }
        let tail = self.view.sse().and_then(|facts| facts.tail.as_ref()).and_then(|tail| tail.data.as_ref());
        if tail.is_some() && tail == self.held.promised.sentinel.as_ref() {
            return Some("the sentinel stands in a discarded block, which is stream/tail-discarded".to_owned());
        }
        let error = self.held.track.errors.first.first().filter(|_| self.has_sentinel())?;
        Some(format!("the stream ends with a failure, event {}", error.number))
    }
}

fn missing(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.stream_view(sink) else { return };
    for end in declared(&view) {
        if end.has_sentinel() && end.has_terminal() {
            sink.pass(end.held.promises_of(end.key(), evidence.contract));
            continue;
        }
        if let Some(reason) = end.excuse() {
            sink.not_checked(reason);
            continue;
        }
        let mut finding = sink.finding("the stream ends cleanly and without its declared end");
        finding.at = At::byte(view.answer.length);
        finding.expected = end.wanted();
        finding.actual = match &end.held.track.last {
            Some(last) => format!("the last of {} events is {}", last.number, excerpt(last.data.as_bytes())),
            None => "no event".to_owned(),
        };
        sink.fail(end.held.breaking(end.key(), finding, evidence.contract));
    }
}

fn near_miss(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.stream_view(sink) else { return };
    for end in declared(&view) {
        match end.near_miss() {
            Some(item) => sink.fail(end.finding(item, "an event is nearly the declared end", sink, evidence)),
            None if end.has_sentinel() && end.has_terminal() => sink.pass([]),
            None => {}
        }
    }
}

fn repeated(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.stream_view(sink) else { return };
    for end in declared(&view).filter(|end| end.held.track.has_ended()) {
        match &end.ending().repeated {
            Some(item) => sink.fail(end.finding(item, "the stream ends twice", sink, evidence)),
            None => sink.pass([]),
        }
    }
}

fn after(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.stream_view(sink) else { return };
    for end in declared(&view).filter(|end| end.held.track.has_ended()) {
        match &end.ending().after {
            Some(item) => sink.fail(end.finding(item, "an event follows the end of the stream", sink, evidence)),
            None => sink.pass([]),
        }
    }
}
