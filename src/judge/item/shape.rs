//! Rules on the shape of an item: its schema, its event type and its kind.

use serde_json::{Map, Value};

use super::kinds::Kinds;
use super::payload::place;
use crate::contract::{ItemSchema, KindSelector, PromiseId, Schema, StreamContract};
use crate::judge::shape::{self, Instance};
use crate::judge::streamed::{Content, StreamItem, StreamView};
use crate::judge::{Evidence, Rule, RuleSource, Severity, Sink};

pub(super) const SCHEMA: Rule = Rule {
    id: "item/schema",
    severity: Severity::Error,
    what: "Every item keeps the schema that the contract gives for items.",
    why: "Typed clients fail on an item that lacks a member or has another type.",
    source: RuleSource::Contract,
    example: "data: {\"id\": \"msg_1\", \"delta\": 7}",
    judge: schema,
};

pub(super) const EVENT_NAME: Rule = Rule {
    id: "item/event-name",
    severity: Severity::Error,
    what: "The `event` field is the kind in the data, where the contract names both.",
    why: "Clients that listen by event type and clients that look into the data see different events.",
    source: RuleSource::Contract,
    example: "event: message_start\ndata: {\"type\": \"message_delta\"}",
    judge: event_name,
};

pub(super) const UNKNOWN_KIND: Rule = Rule {
    id: "item/unknown-kind",
    severity: Severity::Error,
    what: "Every item is of a kind that the contract names.",
    why: "Strict clients fail on a kind that they do not know; the others lose what it says.",
    source: RuleSource::Contract,
    example: "data: {\"type\": \"text-dleta\"}",
    judge: unknown_kind,
};

fn schema(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let Some(promised) = view.promised else { return };
    let kinds = Kinds::of(promised);
    // A kind that the schema does not name has a rule of its own, and may be allowed.
    let known = |item: &&StreamItem| match (&kinds, &item.kind) {
        (Some(kinds), Some(kind)) => kinds.has(kind),
        _ => true,
    };
    let mut kept = Vec::new();
    let mut any = false;
    for item in view.streamed.before_sentinel().iter().filter(known) {
        for (value, schema) in instances(item, promised) {
            any = true;
            let name = format!("the data of event {}", item.item.number);
            let around = view.promises(evidence.contract);
            let instance = Instance { value: &value, schema, name: &name, at: place(item), around };
            if !schema.is_valid(&value) {
                return shape::judge(&instance, evidence, sink);
            }
            merge(&mut kept, shape::kept(&instance));
        }
    }
    if any {
        sink.pass(kept);
    }
}

fn merge(kept: &mut Vec<PromiseId>, more: Vec<PromiseId>) {
    for promise in more {
        if !kept.contains(&promise) {
            kept.push(promise);
        }
    }
}

/// What of an item is asked of which schema.
fn instances<'a>(item: &StreamItem, promised: &'a StreamContract) -> Vec<(Value, &'a Schema)> {
    let text = || Value::String(item.item.data.clone());
    let payload = match &item.content {
        Content::Json(json) => json.value.clone(),
        Content::Text => text(),
        // No JSON is a finding of its own.
        Content::Broken(_) | Content::Sentinel => return Vec::new(),
    };
    match &promised.item {
        None => Vec::new(),
        Some(ItemSchema::Payload(schema)) => vec![(payload, schema)],
        Some(ItemSchema::DecodedEnvelope(schema)) => vec![(envelope(item, payload), schema)],
        Some(ItemSchema::Envelope { envelope: schema, content }) => {
            let content = content.as_ref().map(|content| (payload, content));
            std::iter::once((envelope(item, text()), schema)).chain(content).collect()
        }
    }
}

/// An event as an object with a member for each field that it has.
fn envelope(item: &StreamItem, data: Value) -> Value {
    let item = &item.item;
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

fn event_name(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let Some(promised) = view.promised else { return };
    if !matches!(promised.kind, Some(KindSelector::Pointer(_))) {
        return;
    }
    let Some(names) = Kinds::of_envelope(promised) else { return };
    let tied = |item: &&StreamItem| item.kind.as_ref().is_some_and(|kind| names.has(kind));
    let mut any = false;
    for item in view.streamed.items.iter().filter(tied) {
        any = true;
        let (name, kind) = (item.item.name.as_deref().unwrap_or("message"), item.kind.as_deref().unwrap_or_default());
        if name != kind {
            let mut finding = sink.finding(format!("the event type `{name}` is not the kind in the data, `{kind}`"));
            finding.at = place(item);
            finding.expected = format!("event: {kind}");
            finding.actual = format!("event: {name}");
            return sink.fail(finding.breaking(evidence.contract, view.promises_of("kind", evidence.contract)));
        }
    }
    if any {
        sink.pass([]);
    }
}

fn unknown_kind(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let Some((kinds, promised)) = closed_kinds(&view) else { return };
    let items = view.streamed.before_sentinel();
    let mut of_kind = items.iter().filter_map(|item| Some((item, item.kind.as_deref()?))).peekable();
    if of_kind.peek().is_none() {
        return;
    }
    let Some((item, kind)) = of_kind.find(|(_, kind)| !kinds.has(kind)) else { return sink.pass([]) };
    let mut finding = sink.finding(format!("event {} is of the unknown kind `{kind}`", item.item.number));
    finding.at = place(item);
    if let Some(KindSelector::Pointer(pointer)) = &promised.kind {
        finding.at.pointer = Some(pointer.clone());
    }
    finding.expected = format!("one of {}", kinds.in_words());
    finding.actual = kind.to_owned();
    sink.fail(finding.breaking(evidence.contract, view.promises_of("unknownKinds", evidence.contract)));
}

/// The kinds of a stream whose contract allows no other.
fn closed_kinds<'a>(view: &StreamView<'a>) -> Option<(Kinds, &'a StreamContract)> {
    let promised = view.promised.filter(|promised| !promised.unknown_kinds)?;
    Some((Kinds::of(promised)?, promised))
}
