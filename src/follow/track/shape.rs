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
    event_types: Option<Kinds>,
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
            _ => None,
        }
    }
}

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
        let by_pointer = matches!(promised.kind, Some(KindSelector::Pointer(_)));
        let parts = [Part::Payload, Part::Envelope, Part::Content];
        let schemas = promised.item.iter().flat_map(|item| parts.into_iter().filter_map(|part| part.schema(item)));
        Shape {
            named: Kinds::of(promised),
            event_types: by_pointer.then(|| Kinds::of_envelope(promised)).flatten(),
            pending: schemas.flat_map(Schema::promises).cloned().collect(),
            ..Shape::default()
        }
    }

    pub(super) fn item(&mut self, item: &ReadItem<'_>, promised: &StreamContract) -> bool {
        let unknown = self.unknown_kind(item, promised);
        self.event_type(item) | self.schema(item, promised) | unknown
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
        let (Some(names), Some(kind)) = (&self.event_types, &item.kind) else { return false };
        if !names.has(kind) {
            return false;
        }
        self.tied = true;
        let name = item.item.name.as_deref().unwrap_or("message");
        if name == kind || self.mismatch.is_some() {
            return false;
        }
        self.mismatch = Some(Mismatch { item: Seen::of(item), name: name.to_owned(), kind: kind.clone() });
        true
    }

    fn schema(&mut self, item: &ReadItem<'_>, promised: &StreamContract) -> bool {
        // A kind that the schema does not name has a rule of its own, and may be allowed.
        let unnamed = matches!((&self.named, &item.kind), (Some(named), Some(kind)) if !named.has(kind));
        let Some(schema) = promised.item.as_ref().filter(|_| !unnamed && self.misfit.is_none()) else { return false };
        for part in [Part::Payload, Part::Envelope, Part::Content] {
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

/// The part of an item that a schema is about; `None` where it is no JSON and should be, which is a
/// fact of its own.
fn instance<'i>(item: &'i ReadItem<'_>, part: Part, schema: &ItemSchema) -> Option<std::borrow::Cow<'i, Value>> {
    use std::borrow::Cow;
    let text = || Value::String(item.item.data.clone());
    let payload = match &item.content {
        Content::Json(json) => Cow::Borrowed(&json.value),
        Content::Text => Cow::Owned(text()),
        Content::Broken(_) | Content::Sentinel => return None,
    };
    Some(match (part, schema) {
        (Part::Payload | Part::Content, _) => payload,
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
