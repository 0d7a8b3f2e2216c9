//! Rules on the shape of an item: its schema, its event type and its kind.

use crate::contract::KindSelector;
use crate::judge::shape::{self, Instance};
use crate::judge::streamed::place;
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
    for held in view.held() {
        let shape = &held.track.shape;
        let Some(misfit) = &shape.misfit else {
            match &held.track.payload.too_deep {
                Some(item) => sink.not_checked(format!("event {} is nested too deep to be read", item.number)),
                None if shape.any => sink.pass(shape.kept.iter().copied().chain(held.promises(evidence.contract))),
                None => {}
            }
            continue;
        };
        if view.is_near_miss(&misfit.item) {
            sink.not_checked(format!("event {} is stream/terminal-near-miss", misfit.item.number));
            continue;
        }
        let Some(schema) = held.promised.item.as_ref().and_then(|item| misfit.part.schema(item)) else { continue };
        let instance = Instance {
            value: &misfit.value,
            schema,
            name: &format!("the data of event {}", misfit.item.number),
            at: place(&misfit.item),
            around: held.promises(evidence.contract),
            source: held.source(),
        };
        shape::judge(&instance, evidence, sink);
    }
}

fn event_name(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    for held in view.held().filter(|held| held.track.shape.tied) {
        let Some(mismatch) = &held.track.shape.mismatch else {
            sink.pass([]);
            continue;
        };
        let (name, kind) = (&mismatch.name, &mismatch.kind);
        let mut finding = sink.finding(format!("the event type `{name}` is not the kind in the data, `{kind}`"));
        finding.at = place(&mismatch.item);
        finding.expected = format!("event: {kind}");
        finding.actual = format!("event: {name}");
        sink.fail(held.breaking("kind", finding, evidence.contract));
    }
}

fn unknown_kind(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    for held in view.held().filter(|held| held.track.shape.kinds && !held.promised.unknown_kinds) {
        let Some(item) = &held.track.shape.unknown else {
            sink.pass([]);
            continue;
        };
        let kind = item.kind.as_deref().unwrap_or_default();
        let mut finding = sink.finding(format!("event {} is of the unknown kind `{kind}`", item.number));
        finding.at = place(item);
        if let Some(KindSelector::Pointer(pointer)) = &held.promised.kind {
            finding.at.pointer = Some(pointer.clone());
        }
        let named = held.track.shape.named.as_ref().map(|named| named.in_words()).unwrap_or_default();
        finding.expected = format!("one of {named}");
        finding.actual = kind.to_owned();
        sink.fail(held.breaking("unknownKinds", finding, evidence.contract));
    }
}
