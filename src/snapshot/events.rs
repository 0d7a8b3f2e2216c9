//! The shape of streams: which kinds of event come, in which order, and what is in each.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::names::is_name;
use super::said::Said;
use super::shape::Shape;
use super::{Presence, join_maps};
use crate::contract::{ItemSchema, Schema, StreamContract};
use crate::follow::{Content, Form, ReadItem};
use crate::send::Answer;
use crate::stream::{Framing, Item, Reader};

/// The declared end of a stream, or `[DONE]`.
const END: &str = "[end]";
/// A kind whose name is data.
const UNNAMED: &str = "*";
/// Most kinds that are told apart.
const MOST_KINDS: usize = 64;
/// Most events of one stream that are looked at.
const MOST_EVENTS: usize = 20_000;

/// The events of streams.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Events {
    /// What is in the events of each kind.
    pub kinds: BTreeMap<String, (Presence, Shape)>,
    /// Pairs of kinds of which the first began before the second in some stream.
    pub before: BTreeSet<(String, String)>,
}

impl Events {
    /// The events of one stream, its body complete.
    pub fn of(answer: &Answer, form: &Form<'_>) -> Self {
        let spoken = answer.followed.as_ref().and_then(|followed| followed.spoken.as_ref());
        let dialect = form.candidates.iter().find(|it| spoken.is_some_and(|spoken| spoken.dialect == it.dialect.name));
        let promised = dialect.map(|candidate| &candidate.dialect.stream).or(form.promised);
        let mut events = Events::default();
        let mut order: Vec<String> = Vec::new();
        let mut seen = 0;
        let mut take = |item: Item| {
            seen += 1;
            if seen <= MOST_EVENTS {
                events.take(&item, promised, form.framing, &mut order);
            }
        };
        let mut reader = Reader::new(form.framing);
        reader.push(&answer.body, Duration::ZERO, &mut take);
        reader.finish(&mut take);
        for (index, later) in order.iter().enumerate() {
            events.before.extend(order[..index].iter().map(|earlier| (earlier.clone(), later.clone())));
        }
        events
    }

    fn take(&mut self, item: &Item, promised: Option<&StreamContract>, framing: Framing, order: &mut Vec<String>) {
        let read = ReadItem::read(item, promised, framing);
        let kind = kind(&read);
        let kind = if self.kinds.contains_key(&kind) || self.kinds.len() < MOST_KINDS { kind } else { UNNAMED.into() };
        let shape = shape(&read, promised);
        match self.kinds.get_mut(&kind) {
            Some((_, known)) => known.join(shape),
            None => {
                order.push(kind.clone());
                self.kinds.insert(kind, (Presence::Always, shape));
            }
        }
    }

    /// Takes in the events of other streams.
    pub fn join(&mut self, other: Events) {
        join_maps(&mut self.kinds, other.kinds, Shape::join);
        self.before.extend(other.before);
    }

    /// Pairs of kinds of which the first begins before the second wherever both come.
    pub fn always_before(&self) -> impl Iterator<Item = (&str, &str)> {
        let one_way = |(one, other): &&(String, String)| !self.before.contains(&(other.clone(), one.clone()));
        self.before.iter().filter(one_way).map(|(one, other)| (one.as_str(), other.as_str()))
    }
}

/// What is in an event. A text that nobody promised to be JSON is JSON where it can be nothing else.
fn shape(read: &ReadItem<'_>, promised: Option<&StreamContract>) -> Shape {
    let structured = |value: &Value| value.is_object() || value.is_array();
    match &read.content {
        Content::Json(json) => Shape::of(&json.value, &Said::of(payload(promised))),
        Content::Text => match serde_json::from_str(&read.item.data) {
            Ok(value) if structured(&value) => Shape::of(&value, &Said::default()),
            _ => Shape::text(),
        },
        Content::Sentinel | Content::Done | Content::Broken(_) => Shape::text(),
    }
}

/// What an event is: by its contract, or else as its framing names it.
fn kind(read: &ReadItem<'_>) -> String {
    if matches!(read.content, Content::Sentinel | Content::Done) {
        return END.to_owned();
    }
    let kind = read.kind.clone().or_else(|| read.item.name.clone()).unwrap_or_else(|| "message".to_owned());
    if is_name(&kind) { kind } else { UNNAMED.to_owned() }
}

/// What the document says is in an event.
fn payload(promised: Option<&StreamContract>) -> Option<&Schema> {
    fn of(item: &ItemSchema) -> Option<&Schema> {
        match item {
            ItemSchema::Payload(schema) => Some(schema),
            ItemSchema::Envelope { content, .. } => content.as_ref(),
            ItemSchema::DecodedEnvelope(_) => None,
            ItemSchema::Either { payload, .. } => Some(payload),
        }
    }
    of(promised?.item.as_ref()?)
}
