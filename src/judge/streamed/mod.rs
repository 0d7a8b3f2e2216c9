//! The answer as a stream: items with their payloads and kinds, read once for all rules.

mod json;
#[cfg(test)]
pub(super) mod support;

use std::time::Duration;

use serde_json::Value;

pub(super) use json::{Json, JsonError};

use super::{Context, Evidence, Sink};
use crate::contract::{self, Contract, ItemSchema, KindSelector, PromiseId, Schema, StreamContract};
use crate::generate::Case;
use crate::send::{Answer, End, Exchange};
use crate::stream::{Decoded, Framing, Item, SseFacts, StreamFacts, TextFacts, decode};

/// The essence of an event stream.
pub(super) const EVENT_STREAM: &str = "text/event-stream";

/// A body decoded, its payloads read.
#[derive(Debug)]
pub(super) struct Streamed {
    /// What the bytes show.
    pub facts: StreamFacts,
    /// Its items, the sentinel among them.
    pub items: Vec<StreamItem>,
}

/// One item and what it says.
#[derive(Debug)]
pub(super) struct StreamItem {
    /// The item as it came.
    pub item: Item,
    /// What is in it.
    pub content: Content,
    /// What it is, where the contract says how to tell.
    pub kind: Option<String>,
}

/// What is in an item.
#[derive(Debug)]
pub(super) enum Content {
    /// The sentinel, exactly.
    Sentinel,
    /// JSON.
    Json(Json),
    /// No JSON, where the contract promises some.
    Broken(JsonError),
    /// Text that nobody promised to be JSON.
    Text,
}

impl StreamItem {
    /// The payload, where it is JSON.
    pub(super) fn value(&self) -> Option<&Value> {
        match &self.content {
            Content::Json(json) => Some(&json.value),
            _ => None,
        }
    }

    /// Whether it is the sentinel.
    pub(super) fn is_sentinel(&self) -> bool {
        matches!(self.content, Content::Sentinel)
    }
}

impl Streamed {
    /// The items before the sentinel, or all of them.
    pub(super) fn before_sentinel(&self) -> &[StreamItem] {
        let end = self.items.iter().position(StreamItem::is_sentinel).unwrap_or(self.items.len());
        &self.items[..end]
    }
}

/// An answer that is a stream, before its body is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct StreamAnswer<'a> {
    /// The answer.
    pub answer: &'a Answer,
    /// What the document promises of the stream, where it says more than that it is one.
    pub promised: Option<&'a StreamContract>,
    /// How the body is cut into items.
    pub framing: Framing,
}

/// An answer that is a stream, its body decoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct StreamView<'a> {
    /// The answer.
    pub answer: &'a Answer,
    /// What the document promises of the stream.
    pub promised: Option<&'a StreamContract>,
    /// The decoded body.
    pub streamed: &'a Streamed,
}

/// When the first event of a streamed answer was there, from the first byte sent; the first piece of
/// a stream of plain text. `None` for an answer that is no stream, or has none.
pub fn first_event(contract: &Contract, case: &Case, exchange: &Exchange) -> Option<Duration> {
    let evidence = Evidence::new(contract, case, exchange, Context::default());
    let StreamAnswer { answer, promised, framing } = evidence.stream_answer()?;
    match framing {
        Framing::Text => answer.pieces.first().map(|piece| piece.at),
        _ => Streamed::read(answer, promised, framing).items.first().map(|item| item.item.at),
    }
}

impl<'a> Evidence<'a> {
    /// The answer as a stream: a success whose documented form is one.
    pub(super) fn stream_answer(&self) -> Option<StreamAnswer<'a>> {
        let answer = self.answer().filter(|answer| is_success(answer))?;
        let essence = answer.essence().filter(|_| self.may_have_content())?;
        let promised = self.response()?.media(&essence).and_then(|media| media.stream.as_ref());
        let framing = match promised {
            Some(promised) => framing(promised.framing),
            None => {
                let documented = self.response()?.media.iter().any(|media| media.essence == EVENT_STREAM);
                (documented && essence == EVENT_STREAM).then_some(Framing::Sse)?
            }
        };
        Some(StreamAnswer { answer, promised, framing })
    }

    /// The answer as a decoded stream of any framing. Where its body is encoded, the rule that asks
    /// is not checked; so with the three that follow.
    pub(super) fn stream_view(&self, sink: &mut Sink) -> Option<StreamView<'_>> {
        self.view_of(|_| true, sink)
    }

    /// The answer as a decoded stream of items, which plain text is not.
    pub(super) fn item_stream(&self, sink: &mut Sink) -> Option<StreamView<'_>> {
        self.view_of(|framing| framing != Framing::Text, sink)
    }

    /// The answer as decoded server-sent events.
    pub(super) fn event_stream(&self, sink: &mut Sink) -> Option<(StreamView<'_>, &SseFacts)> {
        let view = self.view_of(|framing| framing == Framing::Sse, sink)?;
        Some((view, view.sse()?))
    }

    /// The answer as decoded plain text.
    pub(super) fn text_stream(&self, sink: &mut Sink) -> Option<(StreamView<'_>, &TextFacts)> {
        let view = self.view_of(|framing| framing == Framing::Text, sink)?;
        match &view.streamed.facts {
            StreamFacts::Text(facts) => Some((view, facts)),
            _ => None,
        }
    }

    fn view_of(&self, judged: impl Fn(Framing) -> bool, sink: &mut Sink) -> Option<StreamView<'_>> {
        let StreamAnswer { answer, promised, framing } =
            self.stream_answer().filter(|stream| judged(stream.framing))?;
        let coding = answer.header("content-encoding").filter(|coding| !coding.eq_ignore_ascii_case("identity"));
        if let Some(coding) = coding {
            sink.not_checked(format!("the body is encoded as {coding}"));
            return None;
        }
        let streamed = self.stream.get_or_init(|| Streamed::read(answer, promised, framing));
        Some(StreamView { answer, promised, streamed })
    }
}

impl<'a> StreamView<'a> {
    /// The facts of server-sent events; `None` for another framing.
    pub(super) fn sse(&self) -> Option<&'a SseFacts> {
        match &self.streamed.facts {
            StreamFacts::Sse(facts) => Some(facts),
            _ => None,
        }
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
        let sentinel = self.streamed.items.iter().any(StreamItem::is_sentinel);
        sentinel || self.promised.is_some_and(|promised| self.of_kinds(&promised.terminal).next().is_some())
    }

    /// Why nothing can be said of how the stream ends; `None` where the body is complete, or the stream
    /// ended before we stopped to read.
    pub(super) fn end_unseen(&self) -> Option<String> {
        match self.answer.end {
            End::Complete(_) | End::HeldOpen { .. } => None,
            End::StoppedBySize | End::StoppedByTime | End::Idle { .. } if self.ended_itself() => None,
            End::StoppedBySize => Some(format!("reading was stopped after {} bytes", self.answer.body.len())),
            End::StoppedByTime => Some("reading was stopped before the end: enough time".to_owned()),
            End::Idle { silence } => Some(format!("the stream was silent for {}", milliseconds(silence))),
            End::MissingLastChunk | End::BadChunk | End::ShortOfContentLength | End::Reset => {
                Some("the body is incomplete".to_owned())
            }
        }
    }

    /// The items of these kinds, the sentinel excepted.
    pub(super) fn of_kinds(&self, kinds: &[String]) -> impl Iterator<Item = &'a StreamItem> {
        let is_one = |item: &&StreamItem| item.kind.as_ref().is_some_and(|kind| kinds.contains(kind));
        self.streamed.before_sentinel().iter().filter(is_one)
    }

    /// The first item that reports a failure.
    pub(super) fn first_error(&self) -> Option<&'a StreamItem> {
        self.of_kinds(&self.promised?.errors).next()
    }
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

fn framing(promised: contract::Framing) -> Framing {
    match promised {
        contract::Framing::Sse => Framing::Sse,
        contract::Framing::Ndjson => Framing::Ndjson,
        contract::Framing::JsonSeq => Framing::JsonSeq,
        contract::Framing::Text => Framing::Text,
        contract::Framing::AiDataV4 => Framing::AiDataV4,
    }
}

impl Streamed {
    fn read(answer: &Answer, promised: Option<&StreamContract>, framing: Framing) -> Self {
        let whole = [(answer.ended_at, answer.body.as_ref())];
        let pieces = answer.pieces.iter().filter_map(|piece| {
            let bytes = answer.body.get(piece.offset..piece.offset.checked_add(piece.len)?)?;
            Some((piece.at, bytes))
        });
        // A recording may keep a body without its pieces.
        let Decoded { items, facts } =
            if answer.pieces.is_empty() { decode(framing, whole) } else { decode(framing, pieces) };
        Streamed { facts, items: items.into_iter().map(|item| StreamItem::read(item, promised, framing)).collect() }
    }
}

impl StreamItem {
    fn read(item: Item, promised: Option<&StreamContract>, framing: Framing) -> Self {
        let content = Content::read(&item, promised, framing);
        let selector = promised.and_then(|promised| promised.kind.as_ref());
        let kind = match (&content, selector) {
            (Content::Sentinel, _) => None,
            (_, Some(KindSelector::Event)) => Some(item.name.clone().unwrap_or_else(|| "message".to_owned())),
            (Content::Json(json), Some(KindSelector::Pointer(pointer))) => json.value.pointer(pointer).map(in_words),
            (_, None) if framing == Framing::AiDataV4 => item.name.clone(),
            _ => None,
        };
        StreamItem { item, content, kind }
    }
}

/// A kind as a word: the text itself, or another value as JSON.
fn in_words(kind: &Value) -> String {
    kind.as_str().map_or_else(|| kind.to_string(), str::to_owned)
}

impl Content {
    fn read(item: &Item, promised: Option<&StreamContract>, framing: Framing) -> Self {
        if promised.is_some_and(|promised| promised.sentinel.as_ref() == Some(&item.data)) {
            return Content::Sentinel;
        }
        match (Json::read(&item.data), wants(promised, framing)) {
            (_, Wants::Text) => Content::Text,
            (Ok(json), _) => Content::Json(json),
            (Err(error), Wants::Json) => Content::Broken(error),
            (Err(_), Wants::Anything) => Content::Text,
        }
    }
}

enum Wants {
    Json,
    Text,
    Anything,
}

/// What a payload's schema lets the data be. Data that is itself text needs no quotes.
fn payload_wants(schema: &Schema) -> Wants {
    let root = schema.json();
    let root = root.get("$ref").and_then(Value::as_str).and_then(|reference| schema.resolve(reference)).unwrap_or(root);
    match root.get("type") {
        Some(Value::String(kind)) if kind == "string" => Wants::Text,
        Some(Value::Array(kinds)) if kinds.iter().any(|kind| kind == "string") => Wants::Anything,
        _ => Wants::Json,
    }
}

/// What the contract lets the data of an item be.
fn wants(promised: Option<&StreamContract>, framing: Framing) -> Wants {
    if framing != Framing::Sse {
        return Wants::Json;
    }
    let Some(promised) = promised else { return Wants::Anything };
    let by_pointer = matches!(promised.kind, Some(KindSelector::Pointer(_)));
    match &promised.item {
        Some(ItemSchema::Payload(schema)) => payload_wants(schema),
        Some(ItemSchema::Envelope { content: Some(_), .. }) => Wants::Json,
        _ if by_pointer => Wants::Json,
        Some(ItemSchema::Envelope { content: None, .. } | ItemSchema::DecodedEnvelope(_)) | None => Wants::Anything,
    }
}
