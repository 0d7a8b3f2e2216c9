//! The answer as a stream: which promises its items are held against, and what they showed.

#[cfg(test)]
pub(super) mod support;

use std::sync::Arc;
use std::time::Duration;

pub(super) use crate::follow::EVENT_STREAM;

use super::{Context, Evidence, Finding, Sink, StreamEnd};
use crate::contract::{Contract, Dialect, PromiseId, Source, StreamContract, Strength};
use crate::follow::{Followed, Follower, Form, Seen, Spoken, Track};
use crate::generate::Case;
use crate::judge::At;
use crate::send::{Answer, End, Exchange};
use crate::stream::{Framing, SseFacts, StreamFacts, TextFacts};

/// An answer that is a stream, before its body is looked at.
#[derive(Debug, Clone)]
pub(super) struct StreamAnswer<'a> {
    /// The answer.
    pub answer: &'a Answer,
    /// How its body is cut into items, and what is promised of them.
    pub form: Form<'a>,
}

/// An answer that is a stream, its body followed.
#[derive(Debug, Clone)]
pub(super) struct StreamView<'a> {
    /// The answer.
    pub answer: &'a Answer,
    /// What the document promises of the stream.
    pub promised: Option<&'a StreamContract>,
    /// What the stream showed.
    pub followed: &'a Followed,
    /// The dialect that it speaks.
    spoken: Option<(&'a Spoken, &'a Dialect)>,
}

/// A stream's items, held against one contract.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<'a> {
    /// The contract.
    pub promised: &'a StreamContract,
    /// What the items showed.
    pub track: &'a Track,
    /// The dialect whose contract it is, and whether the answer claims to speak it; `None` where the
    /// contract is the document's own.
    dialect: Option<(&'a Dialect, bool)>,
}

/// What a streamed answer is in short; `None` for an answer that is no stream.
pub fn in_short(contract: &Contract, case: &Case, exchange: &Exchange) -> Option<StreamInShort> {
    let evidence = Evidence::new(contract, case, exchange, Context::default());
    let StreamAnswer { answer, form } = evidence.stream_answer()?;
    let followed = evidence.followed(answer, &form);
    let first_event = match form.framing {
        Framing::Text => followed.first_byte,
        _ => followed.own.first.as_ref().map(|first| first.at),
    };
    Some(StreamInShort {
        first_event,
        first_content: followed.first_content,
        end: StreamEnd::of(answer, followed),
        dialect: followed.spoken.as_ref().map(|spoken| spoken.dialect.clone()),
    })
}

/// A streamed answer followed item by item; `None` for an answer that is no stream.
pub fn followed(contract: &Contract, case: &Case, exchange: &Exchange) -> Option<Followed> {
    let evidence = Evidence::new(contract, case, exchange, Context::default());
    let StreamAnswer { answer, form } = evidence.stream_answer()?;
    Some(evidence.followed(answer, &form).clone())
}

/// A streamed answer in short. Times are from the first byte sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamInShort {
    /// When the first event was there; the first piece of a stream of plain text.
    pub first_event: Option<Duration>,
    /// When the first text was there that a person can see, where the contract tells which that is.
    pub first_content: Option<Duration>,
    /// How it ended.
    pub end: StreamEnd,
    /// The dialect that it speaks, where it was recognised.
    pub dialect: Option<String>,
}

impl<'a> Evidence<'a> {
    /// The answer as a stream: a success of the documented method whose form is one.
    pub(super) fn stream_answer(&self) -> Option<StreamAnswer<'a>> {
        let answer = self.answer().filter(|answer| is_success(answer) && self.documented_method())?;
        let essence = answer.essence().filter(|_| self.may_have_content())?;
        let operation: &'a _ = &self.case.operation;
        let form = Form::of(operation, answer.status, &essence, |name| answer.header(name))?;
        Some(StreamAnswer { answer, form })
    }

    /// The answer as a followed stream of any framing. Where its body is encoded, the rule that asks
    /// is not checked; so with the three that follow.
    pub(super) fn stream_view(&self, sink: &mut Sink) -> Option<StreamView<'_>> {
        self.view_of(|_| true, sink)
    }

    /// The answer as a followed stream of items, which plain text is not.
    pub(super) fn item_stream(&self, sink: &mut Sink) -> Option<StreamView<'_>> {
        self.view_of(|framing| framing != Framing::Text, sink)
    }

    /// The answer as followed server-sent events.
    pub(super) fn event_stream(&self, sink: &mut Sink) -> Option<(StreamView<'_>, &SseFacts)> {
        let view = self.view_of(|framing| framing == Framing::Sse, sink)?;
        let facts = view.sse()?;
        Some((view, facts))
    }

    /// The answer as followed plain text.
    pub(super) fn text_stream(&self, sink: &mut Sink) -> Option<(StreamView<'_>, &TextFacts)> {
        let view = self.view_of(|framing| framing == Framing::Text, sink)?;
        match &view.followed.facts {
            StreamFacts::Text(facts) => Some((view, facts)),
            _ => None,
        }
    }

    fn view_of(&self, judged: impl Fn(Framing) -> bool, sink: &mut Sink) -> Option<StreamView<'_>> {
        let StreamAnswer { answer, form } = self.stream_answer().filter(|stream| judged(stream.form.framing))?;
        if let Some(coding) = answer.content_coding() {
            sink.not_checked(format!("the body is encoded as {coding}"));
            return None;
        }
        let followed = self.followed(answer, &form);
        let spoken = followed.spoken.as_ref().and_then(|spoken| {
            let mut dialects = form.candidates.iter().map(|candidate| candidate.dialect);
            Some((spoken, dialects.find(|dialect| dialect.name == spoken.dialect)?))
        });
        Some(StreamView { answer, promised: form.promised, followed, spoken })
    }

    /// The stream as it was followed when it came; one that was not is followed now.
    fn followed(&self, answer: &Answer, form: &Form<'_>) -> &Followed {
        self.stream.get_or_init(|| answer.followed.clone().unwrap_or_else(|| Arc::new(follow(answer, form))))
    }
}

/// Follows a body that was kept.
pub(super) fn follow(answer: &Answer, form: &Form<'_>) -> Followed {
    let mut follower = Follower::new(form, answer.head_at);
    let mut read = 0;
    for piece in &answer.pieces {
        let end = (piece.offset + piece.len).min(answer.body.len());
        follower.push(answer.body.get(piece.offset..end).unwrap_or_default(), piece.at);
        read = end;
    }
    // A recording may keep a body without its pieces.
    follower.push(answer.body.get(read..).unwrap_or_default(), answer.ended_at);
    follower.finish()
}

impl<'a> StreamView<'a> {
    /// The facts of server-sent events; `None` for another framing.
    pub(super) fn sse(&self) -> Option<&'a SseFacts> {
        match &self.followed.facts {
            StreamFacts::Sse(facts) => Some(facts),
            _ => None,
        }
    }

    /// The stream's items, held against the document and against the dialect that they speak.
    pub(super) fn held(&self) -> impl Iterator<Item = Held<'a>> + use<'a> {
        let own = self.promised.map(|promised| Held { promised, track: &self.followed.own, dialect: None });
        let spoken = self.spoken.map(|(spoken, dialect)| Held {
            promised: &dialect.stream,
            track: &spoken.track,
            dialect: Some((dialect, spoken.claimed)),
        });
        own.into_iter().chain(spoken)
    }

    /// What the stream's items are most closely held against, or no contract at all.
    pub(super) fn closest(&self) -> &'a Track {
        self.spoken.map_or(&self.followed.own, |(spoken, _)| &spoken.track)
    }

    /// The sentences behind the stream as a whole.
    pub(super) fn promises(&self, contract: &Contract) -> Vec<PromiseId> {
        self.promised.map(|promised| about(None, promised, contract)).unwrap_or_default()
    }

    /// The sentences behind one key of `x-stream`: those that are about it alone, or else those about
    /// the stream as a whole.
    pub(super) fn promises_of(&self, key: &str, contract: &Contract) -> Vec<PromiseId> {
        self.promised.map(|promised| promises_of(key, promised, contract)).unwrap_or_default()
    }

    /// Whether the stream itself says that it is complete, by its sentinel or a terminal event.
    pub(super) fn ended_itself(&self) -> bool {
        self.followed.ended_itself()
    }

    /// Whether an item is nearly the declared end, which has a rule of its own.
    pub(super) fn is_near_miss(&self, item: &Seen) -> bool {
        let is_near = |held: Held<'_>| {
            let ending = &held.track.ending;
            let near = ending.near_sentinel.as_ref().filter(|_| ending.sentinel.is_none());
            near.is_some_and(|near| near.number == item.number)
        };
        self.held().any(is_near)
    }

    /// Why nothing can be said of how the stream ends; `None` where the body is complete, or the stream
    /// ended before we stopped to read.
    pub(super) fn end_unseen(&self) -> Option<String> {
        match self.answer.end {
            End::Complete(_) | End::HeldOpen { .. } => None,
            End::StoppedBySize | End::StoppedByTime | End::StoppedByEvents | End::Idle { .. }
                if self.ended_itself() =>
            {
                None
            }
            End::StoppedBySize => Some(format!("reading was stopped after {} bytes", self.answer.length)),
            End::StoppedByEvents => Some(format!("reading was stopped after {} events", self.followed.trace.total())),
            End::StoppedByTime => Some("reading was stopped before the end: enough time".to_owned()),
            End::Idle { silence } => Some(format!("the stream was silent for {}", milliseconds(silence))),
            End::MissingLastChunk | End::BadChunk | End::ShortOfContentLength | End::Reset => {
                Some("the body is incomplete".to_owned())
            }
        }
    }
}

impl<'a> Held<'a> {
    /// The sentences behind one key, as [`StreamView::promises_of`] gives them; a dialect has none.
    pub(super) fn promises_of(&self, key: &str, contract: &Contract) -> Vec<PromiseId> {
        promises_of(key, self.promised, contract)
    }

    /// The sentences behind the stream as a whole.
    pub(super) fn promises(&self, contract: &Contract) -> Vec<PromiseId> {
        about(None, self.promised, contract)
    }

    /// The finding, breaking what one key promises.
    pub(super) fn breaking(&self, key: &str, finding: Finding, contract: &Contract) -> Finding {
        let finding = Finding { source: self.source().or(finding.source), ..finding };
        finding.breaking(contract, self.promises_of(key, contract))
    }

    /// Where a dialect is described. One that was only recognised is our reading of the stream.
    pub(super) fn source(&self) -> Option<Source> {
        let (dialect, claimed) = self.dialect?;
        let strength = if claimed { dialect.source.strength } else { Strength::Inferred };
        Some(Source { strength, ..dialect.source.clone() })
    }

    /// Why what belongs before the end need not be there: the end is missing, which is told by itself.
    pub(super) fn end_missing(&self) -> Option<String> {
        let ending = &self.track.ending;
        let no_sentinel = self.promised.sentinel.is_some() && ending.sentinel.is_none();
        let no_terminal = !self.promised.terminal.is_empty() && ending.terminal.is_none();
        (no_sentinel || no_terminal)
            .then(|| "the stream stops before its end, which is stream/terminal-missing".to_owned())
    }

    /// Whether the contract is that of a dialect.
    pub(super) fn is_dialect(&self) -> bool {
        self.dialect.is_some()
    }
}

/// The place of an item.
pub(super) fn place(item: &Seen) -> At {
    At { byte: Some(item.span.start), event: Some(item.number), ..At::default() }
}

/// The sentences behind one key of an `x-stream`, as [`StreamView::promises_of`] gives them.
pub(super) fn promises_of(key: &str, promised: &StreamContract, contract: &Contract) -> Vec<PromiseId> {
    let own = about(Some(key), promised, contract);
    if own.is_empty() { about(None, promised, contract) } else { own }
}

fn about(key: Option<&str>, promised: &StreamContract, contract: &Contract) -> Vec<PromiseId> {
    let is_about = |promise: &PromiseId| contract.promise(*promise).of.as_deref() == key;
    promised.promises.iter().copied().filter(is_about).collect()
}

/// A time as people read it.
pub(super) fn milliseconds(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

/// Whether the status says that the request was served.
pub(super) fn is_success(answer: &Answer) -> bool {
    (200..300).contains(&answer.status)
}
