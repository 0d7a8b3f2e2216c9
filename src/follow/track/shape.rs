//! The shape of items: their schemas, event types and kinds.

use serde_json::{Map, Value};

use crate::contract::{ItemSchema, KindSelector, PromiseId, Schema, SchemaPromise, StreamContract};
use crate::follow::{Content, Kinds, ReadItem, Seen};

/// What the shapes of a stream's items come to.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Whether any item was held against a schema.
    pub any: bool,
    /// Promises of the schemas that were kept.
    pub kept: Vec<PromiseId>,
    /// The first item that breaks its schema.
    pub misfit: Option<Misfit>,
    /// Whether any event type was held against a kind.
    pub tied: bool,
    /// The first event type that is not the kind in the data.
    pub mismatch: Option<Mismatch>,
    /// Whether any item says its kind.
    pub kinds: bool,
    /// The first item of a kind that the contract does not name; `None` where it allows any.
    pub unknown: Option<Seen>,
    /// The kinds that the contract names, where it names them all.
    pub named: Option<Kinds>,
    /// Where the data has a kind that is the event type as well, and which kinds those are.
    event_types: Option<(String, Kinds)>,
    /// Whether every item must have an event type.
    needs_event_type: bool,
    /// What the first item showed items to be, where the document leaves it open.
    reading: Option<&'static [Part]>,
    pending: Vec<SchemaPromise>,
}

/// An item that breaks a schema.
#[derive(Debug, Clone)]
pub struct Misfit {
    /// The item.
    pub item: Seen,
    /// What of it was asked.
    pub part: Part,
    /// The value that was asked.
    pub value: Value,
}

/// What of an item is asked of which schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The payload, of the schema of payloads.
    Payload,
    /// The envelope, of the schema of envelopes.
    Envelope,
    /// The JSON inside the envelope's data, of that schema.
    Content,
    /// The same, of the schema for its event type: of so many of those that have one.
    ContentOfEvent(usize),
}

impl Part {
    /// The schema that a stream's contract has for it.
    pub fn schema(self, item: &ItemSchema) -> Option<&Schema> {
        match (self, item) {
            (Part::Payload, ItemSchema::Payload(schema)) => Some(schema),
            (Part::Envelope, ItemSchema::Envelope { envelope: schema, .. } | ItemSchema::DecodedEnvelope(schema)) => {
                Some(schema)
            }
            (Part::Content, ItemSchema::Envelope { content, .. }) => content.as_ref(),
            (Part::ContentOfEvent(index), ItemSchema::Envelope { by_event, .. }) => {
                by_event.get_index(index).map(|(_, schema)| schema)
            }
            (Part::Payload, ItemSchema::Either { payload, .. }) => Some(payload),
            (_, ItemSchema::Either { envelope, .. }) => self.schema(envelope),
            _ => None,
        }
    }
}

/// What of an item is asked where it is the payload, and where it is an envelope.
const PAYLOAD: &[Part] = &[Part::Payload];
const ENVELOPE: &[Part] = &[Part::Envelope, Part::Content];

/// An event type that is not the kind in the data.
#[derive(Debug, Clone)]
pub struct Mismatch {
    /// The item.
    pub item: Seen,
    /// Its event type.
    pub name: String,
    /// Its kind.
    pub kind: String,
}

impl Shape {
    pub(super) fn new(promised: Option<&StreamContract>) -> Self {
        let Some(promised) = promised else { return Shape::default() };
        let schemas = promised.item.iter().flat_map(ItemSchema::schemas);
        Shape {
            named: Kinds::of(promised),
            event_types: Kinds::tied(promised),
            needs_event_type: Kinds::every_item_has_event_type(promised),
            pending: schemas.flat_map(Schema::promises).cloned().collect(),
            ..Shape::default()
        }
    }

    pub(super) fn item(&mut self, item: &ReadItem<'_>, promised: &StreamContract) -> bool {
        let unknown = self.unknown_kind(item, promised);
        self.schema(item, promised) | self.event_type(item) | unknown
    }

    fn unknown_kind(&mut self, item: &ReadItem<'_>, promised: &StreamContract) -> bool {
        let (Some(named), Some(kind)) = (&self.named, &item.kind) else { return false };
        self.kinds = true;
        if promised.unknown_kinds || self.unknown.is_some() || named.has(kind) {
            return false;
        }
        self.unknown = Some(Seen::of(item));
        true
    }

    fn event_type(&mut self, item: &ReadItem<'_>) -> bool {
        let Some((name, kind)) = self.tie(item) else { return false };
        let mismatch =
            (name != kind).then(|| Mismatch { item: Seen::of(item), name: name.to_owned(), kind: kind.to_owned() });
        self.tied = true;
        if mismatch.is_none() || self.mismatch.is_some() {
            return false;
        }
        self.mismatch = mismatch;
        true
    }

    /// The event type of an item and the kind in its data, where the contract ties the two.
    fn tie<'i>(&self, item: &'i ReadItem<'_>) -> Option<(&'i str, &'i str)> {
        let (pointer, names) = self.event_types.as_ref().filter(|_| self.reading != Some(PAYLOAD))?;
        let kind = item.text_at(pointer).filter(|kind| names.has(kind))?;
        Some((item.item.name.as_deref().unwrap_or("message"), kind))
    }

    /// Whether an item is of a kind that its schema does not name. That has a rule of its own, and may be allowed; an
    /// item without the event type that all must have breaks its schema instead.
    fn is_unnamed(&self, item: &ReadItem<'_>, promised: &StreamContract) -> bool {
        let by_event = promised.kind == Some(KindSelector::Event);
        let lacks_event_type = by_event && self.needs_event_type && item.item.name.is_none();
        let unnamed = matches!((&self.named, &item.kind), (Some(named), Some(kind)) if !named.has(kind));
        unnamed && !lacks_event_type
    }

    fn schema(&mut self, item: &ReadItem<'_>, promised: &StreamContract) -> bool {
        let unnamed = self.is_unnamed(item, promised);
        let Some(schema) = promised.item.as_ref().filter(|_| !unnamed && self.misfit.is_none()) else { return false };
        for &part in self.asked(item, schema) {
            let part = if part == Part::Content { self.content(item, schema) } else { part };
            let Some(wanted) = part.schema(schema) else { continue };
            let Some(value) = instance(item, part, schema) else { continue };
            self.any = true;
            if !wanted.is_valid(&value) {
                self.misfit = Some(Misfit { item: Seen::of(item), part, value: value.into_owned() });
                return true;
            }
            self.keep(wanted, &value);
        }
        false
    }

    /// Of which schema the content of an envelope is asked: that of its event type, unless the data shows that the
    /// event type is wrong, which is a fact of its own.
    fn content(&self, item: &ReadItem<'_>, schema: &ItemSchema) -> Part {
        let ItemSchema::Envelope { by_event, .. } = schema else { return Part::Content };
        let own = item.item.name.as_ref().and_then(|name| by_event.get_index_of(name));
        let is_tied = self.tie(item).is_none_or(|(name, kind)| name == kind);
        own.filter(|_| is_tied).map_or(Part::Content, Part::ContentOfEvent)
    }

    /// What of an item is asked. Where the document leaves it open what items are, the first tells it for all.
    fn asked(&mut self, item: &ReadItem<'_>, schema: &ItemSchema) -> &'static [Part] {
        match schema {
            ItemSchema::Payload(_) => PAYLOAD,
            ItemSchema::Envelope { .. } | ItemSchema::DecodedEnvelope(_) => ENVELOPE,
            ItemSchema::Either { .. } => match self.reading {
                Some(reading) => reading,
                None => {
                    self.reading = reading(item, schema);
                    self.reading.unwrap_or_default()
                }
            },
        }
    }

    /// Notes the promises that the value bears witness to, each once.
    fn keep(&mut self, schema: &Schema, value: &Value) {
        let Shape { pending, kept, .. } = self;
        if pending.is_empty() {
            return;
        }
        let of_schema = schema.promises();
        pending.retain(|promise| {
            let witnessed = of_schema.contains(promise) && promise.is_about(value);
            if witnessed && !kept.contains(&promise.promise) {
                kept.push(promise.promise);
            }
            !witnessed
        });
    }
}

/// What an item is where the document leaves it open: what it fits; where it fits both or neither, the payload if it
/// has a member `data` itself. `None` where it shows nothing.
fn reading(item: &ReadItem<'_>, schema: &ItemSchema) -> Option<&'static [Part]> {
    let fits = |parts: &[Part]| {
        parts.iter().all(|&part| match (part.schema(schema), instance(item, part, schema)) {
            (Some(wanted), Some(value)) => wanted.is_valid(&value),
            _ => true,
        })
    };
    if matches!(item.content, Content::Broken(_) | Content::Sentinel | Content::Done) {
        return None;
    }
    let has_data = item.value().is_some_and(|value| value.get("data").is_some());
    Some(match (fits(PAYLOAD), fits(ENVELOPE)) {
        (true, false) => PAYLOAD,
        (false, true) => ENVELOPE,
        _ if has_data => PAYLOAD,
        _ => ENVELOPE,
    })
}

/// The part of an item that a schema is about; `None` where it is no JSON and should be, which is a
/// fact of its own.
fn instance<'i>(item: &'i ReadItem<'_>, part: Part, schema: &ItemSchema) -> Option<std::borrow::Cow<'i, Value>> {
    use std::borrow::Cow;
    let text = || Value::String(item.item.data.clone());
    let payload = match &item.content {
        Content::Json(json) => Cow::Borrowed(&json.value),
        Content::Text => Cow::Owned(text()),
        Content::Broken(_) | Content::Sentinel | Content::Done => return None,
    };
    Some(match (part, schema) {
        (Part::Envelope | Part::Content, ItemSchema::Either { envelope, .. }) => {
            return instance(item, part, envelope);
        }
        (Part::Payload | Part::Content | Part::ContentOfEvent(_), _) => payload,
        (Part::Envelope, ItemSchema::DecodedEnvelope(_)) => Cow::Owned(envelope(item, payload.into_owned())),
        (Part::Envelope, _) => Cow::Owned(envelope(item, text())),
    })
}

/// An event as an object with a member for each field that it has.
fn envelope(item: &ReadItem<'_>, data: Value) -> Value {
    let item = item.item;
    let mut envelope = Map::new();
    envelope.insert("data".to_owned(), data);
    if let Some(name) = &item.name {
        envelope.insert("event".to_owned(), name.as_str().into());
    }
    if !item.last_event_id.is_empty() {
        envelope.insert("id".to_owned(), (*item.last_event_id).into());
    }
    if let Some(retry) = item.retry {
        envelope.insert("retry".to_owned(), retry.into());
    }
    Value::Object(envelope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract;
    use crate::follow::{Followed, Follower, Form};

    /// What a stream of these events shows where it is promised as this media type.
    fn followed(media: &str, events: &[&str]) -> Followed {
        let document = format!(
            "{{openapi: 3.2.0, info: {{title: T, version: v}}, paths: {{/a: {{get: {{responses: {{'200': \
             {{description: ok, content: {{text/event-stream: {media}}}}}}}}}}}}}}}"
        );
        let contract = contract::read("a.yaml", &document, None).unwrap();
        let form = Form::of(&contract.operations[0], 200, "text/event-stream", |_| None).unwrap();
        let mut follower = Follower::new(&form, std::time::Duration::ZERO);
        events.iter().for_each(|event| follower.push(format!("{event}\n\n").as_bytes(), std::time::Duration::ZERO));
        follower.finish()
    }

    /// The number of the first event that breaks its schema, and what of it does.
    fn misfit(media: &str, events: &[&str]) -> Option<(usize, Part)> {
        followed(media, events).own.shape.misfit.map(|misfit| (misfit.item.number, misfit.part))
    }

    const CHUNK: &str = "{type: object, required: [id], properties: {id: {type: string}}}";

    #[test]
    fn the_first_item_tells_an_envelope_that_the_document_leaves_open() {
        let media = format!("{{schema: {{type: object, required: [data], properties: {{data: {CHUNK}}}}}}}");
        let said = |events: &[&str]| misfit(&media, events);
        assert_eq!(said(&["data: {\"id\": \"a\"}", "data: {\"id\": \"b\"}"]), None);
        assert_eq!(said(&["data: {\"data\": {\"id\": \"a\"}}", "data: {\"data\": {\"id\": \"b\"}}"]), None);
        assert_eq!(said(&["data: {\"id\": \"a\"}", "data: {\"data\": {\"id\": \"b\"}}"]), Some((2, Part::Envelope)));
        assert_eq!(said(&["data: {\"data\": {\"id\": \"a\"}}", "data: {\"id\": \"b\"}"]), Some((2, Part::Payload)));
        assert_eq!(said(&["data: {\"id\": 7}"]), Some((1, Part::Envelope)));
        assert_eq!(said(&["data: {\"data\": {\"id\": 7}}"]), Some((1, Part::Payload)));
    }

    #[test]
    fn a_payload_with_the_members_of_an_envelope_is_a_payload() {
        let media =
            "{schema: {type: object, required: [id, data], properties: {id: {type: string}, data: {type: object}}}}";
        assert_eq!(misfit(media, &["data: {\"id\": \"q\", \"data\": {}}"]), None);
        assert_eq!(misfit(media, &["id: q\ndata: {\"n\": 1}"]), None);
        assert_eq!(misfit(media, &["data: {\"id\": 7, \"data\": {}}"]), Some((1, Part::Payload)));
    }

    #[test]
    fn text_in_an_envelope_that_the_document_leaves_open_is_no_payload() {
        let media = "{schema: {type: object, properties: {data: {type: string}, event: {type: string}}}}";
        assert_eq!(misfit(media, &["data: hello", "event: a\ndata: {\"data\": 7}"]), None);
        assert_eq!(misfit(media, &["data: {\"data\": \"hello\"}", "data: {\"data\": 7}"]), Some((2, Part::Payload)));
    }

    /// Events of the types `a` and `b`, whose data says the same as `type`.
    fn tied_events(x_stream: &str) -> String {
        let variant = |name: &str, more: &str| {
            format!(
                "{{properties: {{event: {{const: {name}}}, data: {{type: string, contentMediaType: application/json, \
                 contentSchema: {{required: [type{more}], properties: {{type: {{const: {name}}}}}}}}}}}}}"
            )
        };
        let variants = [variant("a", ", n"), variant("b", "")].join(", ");
        format!(
            "{{itemSchema: {{required: [event, data], oneOf: [{variants}]}}, x-stream: {{framing: sse{x_stream}}}}}"
        )
    }

    #[test]
    fn an_event_type_that_is_not_the_kind_in_the_data_is_told_once() {
        for x_stream in ["", ", kind: event", ", kind: /type"] {
            let shape = |event: &str| followed(&tied_events(x_stream), &[event]).own.shape;
            let swapped = shape("event: b\ndata: {\"type\": \"a\", \"n\": 1}");
            let mismatch = swapped.mismatch.as_ref().map(|mismatch| (mismatch.name.as_str(), mismatch.kind.as_str()));
            assert_eq!((mismatch, swapped.misfit.is_some()), (Some(("b", "a")), false), "{x_stream}");
            let right = shape("event: a\ndata: {\"type\": \"a\", \"n\": 1}");
            assert!(right.tied && right.mismatch.is_none() && right.misfit.is_none(), "{x_stream}");
        }
    }

    #[test]
    fn the_event_type_tells_the_schema_of_the_content() {
        let said = |event: &str| misfit(&tied_events(", kind: event"), &[event]);
        assert_eq!(said("event: a\ndata: {\"type\": \"a\"}"), Some((1, Part::ContentOfEvent(0))));
        assert_eq!(said("event: a\ndata: {\"n\": 1}"), Some((1, Part::ContentOfEvent(0))));
        assert_eq!(said("event: b\ndata: {\"type\": \"b\"}"), None);
    }

    #[test]
    fn an_event_without_the_type_that_all_must_have_breaks_its_schema_and_an_undeclared_one_does_not() {
        for x_stream in ["", ", kind: event", ", kind: /type"] {
            let said = |event: &str| misfit(&tied_events(x_stream), &[event]);
            assert_eq!(said("data: {\"type\": \"a\", \"n\": 1}"), Some((1, Part::Envelope)), "{x_stream}");
            assert_eq!(said("event: c\ndata: {\"type\": \"c\"}"), None, "{x_stream}");
        }
    }

    #[test]
    fn text_may_come_where_an_alternative_is_text() {
        let media = |text: &str| format!("{{schema: {{anyOf: [{CHUNK}, {text}]}}}}");
        let broken = |text: &str, events: &[&str]| {
            let own = followed(&media(text), events).own;
            own.payload.broken.map(|(item, _)| item.number).or(own.shape.misfit.map(|misfit| misfit.item.number))
        };
        let events = ["data: {\"id\": \"a\"}", "data: [DONE]"];
        for text in ["{type: string}", "{type: string, enum: ['[DONE]']}", "{const: '[DONE]', x-stream-terminal: true}"]
        {
            assert_eq!(broken(text, &events), None, "{text}");
        }
        assert_eq!(broken("{enum: [ping, pong]}", &["data: ping", "data: {\"id\": \"a\"", "data: pong"]), Some(2));
    }

    #[test]
    fn done_is_the_end_where_no_sentinel_is_declared_and_nothing_follows() {
        let media = format!("{{schema: {CHUNK}}}");
        let broken =
            |media: &str, events: &[&str]| followed(media, events).own.payload.broken.map(|(item, _)| item.number);
        assert_eq!(broken(&media, &["data: {\"id\": \"a\"}", "data: [DONE]"]), None);
        assert_eq!(broken(&media, &["data: {\"id\": \"a\"}", "data: [done]"]), Some(2));
        assert_eq!(broken(&media, &["data: [DONE]", "data: {\"id\": \"a\"}"]), Some(1));
        let declared = format!("{{schema: {CHUNK}, x-speakeasy-sse-sentinel: '[END]'}}");
        let ordered = format!("{{schema: {CHUNK}, x-stream: {{framing: sse, kind: /id, sequence: 'a '}}}}");
        let sequence = followed(&ordered, &["data: {\"id\": \"a\"}", "data: [DONE]"]).own.sequence.unwrap();
        assert_eq!((sequence.broke_at.is_none(), sequence.in_words().as_str()), (true, "a"));
        assert_eq!(broken(&declared, &["data: {\"id\": \"a\"}", "data: [DONE]", "data: [END]"]), Some(2));
    }

    #[test]
    fn the_kind_of_an_item_is_found_in_either_reading() {
        let variant = |name: &str| {
            format!("{{required: [event, data], properties: {{event: {{const: {name}}}, data: {CHUNK}}}}}")
        };
        let media = format!("{{schema: {{oneOf: [{}, {}]}}}}", variant("a"), variant("b"));
        let kind = |event: &str| followed(&media, &[event]).own.first.and_then(|first| first.kind);
        assert_eq!(kind("event: a\ndata: {\"id\": \"x\"}").as_deref(), Some("a"));
        assert_eq!(kind("data: {\"event\": \"b\", \"data\": {\"id\": \"x\"}}").as_deref(), Some("b"));
        assert_eq!(misfit(&media, &["data: {\"event\": \"b\", \"data\": {\"id\": 7}}"]), Some((1, Part::Payload)));
        assert_eq!(misfit(&media, &["event: b\ndata: {\"id\": 7}"]), Some((1, Part::Envelope)));
    }
}
