//! Rules on the sentinel and the terminal events that a contract declares.

use crate::contract::{Contract, PromiseId, StreamContract};
use crate::judge::streamed::{Content, StreamItem, StreamView};
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

/// How the contract lets a stream end, and what of it is there.
struct Ending<'a> {
    view: StreamView<'a>,
    promised: &'a StreamContract,
}

impl<'a> Ending<'a> {
    /// The ending of a stream whose contract declares one.
    fn declared(evidence: &'a Evidence<'_>, sink: &mut Sink) -> Option<Self> {
        let view = evidence.stream_view(sink)?;
        let promised = view.promised?;
        (promised.sentinel.is_some() || !promised.terminal.is_empty()).then_some(Ending { view, promised })
    }

    fn items(&self) -> &'a [StreamItem] {
        &self.view.streamed.items
    }

    fn is_terminal(&self, item: &StreamItem) -> bool {
        item.kind.as_ref().is_some_and(|kind| self.promised.terminal.contains(kind))
    }

    fn has_sentinel(&self) -> bool {
        self.promised.sentinel.is_none() || self.items().iter().any(StreamItem::is_sentinel)
    }

    fn has_terminal(&self) -> bool {
        self.promised.terminal.is_empty() || self.items().iter().any(|item| self.is_terminal(item))
    }

    /// What the contract asks for, in words.
    fn wanted(&self) -> String {
        let sentinel = self.promised.sentinel.iter().map(|sentinel| format!("`{sentinel}`"));
        let kinds = self.promised.terminal.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(" or ");
        let kinds = (!kinds.is_empty()).then(|| format!("an event {kinds}"));
        kinds.into_iter().chain(sentinel).collect::<Vec<_>>().join(" and ")
    }

    /// The sentences behind the declared end.
    fn promises(&self, contract: &Contract) -> Vec<PromiseId> {
        let key = if self.promised.sentinel.is_some() { "sentinel" } else { "x-stream-terminal" };
        self.view.promises_of(key, contract)
    }

    /// The item that was probably meant as the end.
    fn near_miss(&self) -> Option<&'a StreamItem> {
        let sentinel = self.promised.sentinel.as_deref().filter(|_| !self.has_sentinel());
        let near_sentinel = |item: &&StreamItem| sentinel.is_some_and(|sentinel| is_near(item, sentinel));
        let near_kind = |item: &&StreamItem| {
            let kind = item.kind.as_deref().unwrap_or_default().trim();
            self.promised.terminal.iter().any(|wanted| wanted.eq_ignore_ascii_case(kind))
        };
        let by_kind = || self.items().iter().rfind(near_kind).filter(|_| !self.has_terminal());
        self.items().iter().rfind(near_sentinel).or_else(by_kind)
    }

    /// The finding for one item.
    fn finding(&self, item: &StreamItem, message: &str, sink: &Sink, evidence: &Evidence<'_>) -> Finding {
        let mut finding = sink.finding(message);
        finding.at = At { byte: Some(item.item.span.start), event: Some(item.item.number), ..At::default() };
        finding.expected = self.wanted();
        finding.actual = excerpt(item.item.data.as_bytes());
        finding.breaking(evidence.contract, self.promises(evidence.contract))
    }
}

/// Whether an item that is not the sentinel was meant as one: in another case, with white space,
/// quoted, or glued to the data before it.
fn is_near(item: &StreamItem, sentinel: &str) -> bool {
    let data = item.item.data.trim();
    let unquoted = data.trim_matches(['"', '\'']).trim();
    let glued = data.ends_with(sentinel) && !matches!(item.content, Content::Json(_));
    unquoted.eq_ignore_ascii_case(sentinel) || glued
}

fn missing(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(ending) = Ending::declared(evidence, sink) else { return };
    let (has_sentinel, has_terminal) = (ending.has_sentinel(), ending.has_terminal());
    if has_sentinel && has_terminal {
        return sink.pass(ending.promises(evidence.contract));
    }
    if let Some(reason) = excuse(&ending, has_sentinel) {
        return sink.not_checked(reason);
    }
    let mut finding = sink.finding("the stream ends cleanly and without its declared end");
    finding.at = At { byte: Some(ending.view.answer.body.len()), ..At::default() };
    finding.expected = ending.wanted();
    finding.actual = match ending.items().last() {
        Some(last) => format!("the last of {} events is {}", last.item.number, excerpt(last.item.data.as_bytes())),
        None => "no event".to_owned(),
    };
    sink.fail(finding.breaking(evidence.contract, ending.promises(evidence.contract)));
}

/// Why a missing end is no evidence, or is told by another rule.
fn excuse(ending: &Ending<'_>, has_sentinel: bool) -> Option<String> {
    if let Some(reason) = ending.view.end_unseen() {
        return Some(reason);
    }
    if let Some(near) = ending.near_miss() {
        return Some(format!("event {} comes close, which is stream/terminal-near-miss", near.item.number));
    }
    let tail = ending.view.sse().and_then(|facts| facts.tail.as_ref()).and_then(|tail| tail.data.as_ref());
    if tail.is_some() && tail == ending.promised.sentinel.as_ref() {
        return Some("the sentinel stands in a discarded block, which is stream/tail-discarded".to_owned());
    }
    let error = ending.view.first_error().filter(|_| has_sentinel)?;
    Some(format!("the stream ends with a failure, event {}", error.item.number))
}

fn near_miss(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(ending) = Ending::declared(evidence, sink) else { return };
    match ending.near_miss() {
        Some(item) => sink.fail(ending.finding(item, "an event is nearly the declared end", sink, evidence)),
        None if ending.has_sentinel() && ending.has_terminal() => sink.pass([]),
        None => {}
    }
}

fn repeated(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(ending) = Ending::declared(evidence, sink) else { return };
    let ends: Vec<_> = ending.items().iter().filter(|item| item.is_sentinel() || ending.is_terminal(item)).collect();
    let again = ends.iter().enumerate().find(|(at, item)| ends[..*at].iter().any(|before| before.kind == item.kind));
    match again {
        Some((_, item)) => sink.fail(ending.finding(item, "the stream ends twice", sink, evidence)),
        None if !ends.is_empty() => sink.pass([]),
        None => {}
    }
}

fn after(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(ending) = Ending::declared(evidence, sink) else { return };
    let ends = |item: &StreamItem| item.is_sentinel() || ending.is_terminal(item);
    let Some(first) = ending.items().iter().position(ends) else { return };
    match ending.items()[first..].iter().find(|item| !ends(item)) {
        Some(item) => sink.fail(ending.finding(item, "an event follows the end of the stream", sink, evidence)),
        None => sink.pass([]),
    }
}
