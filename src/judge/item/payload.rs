//! Rules on the payload of an item as JSON text.

use crate::follow::Payload;
use crate::judge::streamed::{StreamView, place};
use crate::judge::{At, Evidence, Finding, Rule, RuleSource, Severity, Sink};
use crate::stream::{Mark, MarkKind, excerpt};

pub(super) const NOT_JSON: Rule = Rule {
    id: "item/not-json",
    severity: Severity::Error,
    what: "The payload of an item is JSON where the contract promises JSON.",
    why: "Clients parse each payload and throw on the first that is none.",
    source: RuleSource::Contract,
    example: "data: {\"delta\": \"Hi\"",
    judge: not_json,
};

pub(super) const DUPLICATE_KEYS: Rule = Rule {
    id: "item/duplicate-keys",
    severity: Severity::Warning,
    what: "No member of a JSON object comes twice.",
    why: "Parsers keep the first, the last, or fail: two clients read two things.",
    source: RuleSource::Standard("RFC 8259 4"),
    example: "data: {\"id\": 1, \"id\": 2}",
    judge: duplicate_keys,
};

pub(super) const LONE_SURROGATE: Rule = Rule {
    id: "item/lone-surrogate",
    severity: Severity::Warning,
    what: "No string holds half of a surrogate pair.",
    why: "It is no character: parsers fail or put U+FFFD in its place. Mostly a text was cut in the middle of an emoji.",
    source: RuleSource::Standard("RFC 8259 8.2"),
    example: "data: {\"delta\": \"\\ud83d\"}",
    judge: lone_surrogate,
};

fn not_json(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    if let Some((mark, why)) = unreadable_record(&view) {
        let mut finding = sink.finding(format!("record {} is no JSON: {why}", mark.item));
        finding.at = At { byte: Some(mark.byte), event: Some(mark.item), ..At::default() };
        finding.expected = "one JSON value".to_owned();
        finding.actual = mark.text.clone();
        return sink.fail(finding.breaking(evidence.contract, view.promises(evidence.contract)));
    }
    let broken = view.held().find_map(|held| Some((held, held.track.payload.broken.as_ref()?)));
    let unpromised = || view.followed.own.payload.broken.as_ref();
    if let Some((item, why)) = broken.map(|(_, broken)| broken).or_else(unpromised) {
        if view.is_near_miss(item) {
            return sink.not_checked(format!("event {} is stream/terminal-near-miss", item.number));
        }
        let mut finding = sink.finding(format!("the data of event {} is no JSON: {why}", item.number));
        finding.at = place(item);
        finding.expected = "one JSON value".to_owned();
        finding.actual = excerpt(item.data.as_bytes());
        finding.source = broken.and_then(|(held, _)| held.source());
        return sink.fail(finding.breaking(evidence.contract, view.promises(evidence.contract)));
    }
    let payload = &view.closest().payload;
    if payload.too_deep.is_some() {
        sink.not_checked("a payload is nested too deep to be read");
    } else if payload.any {
        sink.pass([]);
    }
}

/// The first record whose bytes are none of its framing. Server-sent events have rules of their own
/// for their bytes.
fn unreadable_record<'a>(view: &StreamView<'a>) -> Option<(&'a Mark, &'static str)> {
    if view.sse().is_some() {
        return None;
    }
    let marks = view.followed.facts.marks();
    let invalid = marks.first(MarkKind::InvalidUtf8).map(|mark| (mark, "its bytes are no UTF-8"));
    let bad = marks.first(MarkKind::BadRecord).map(|mark| (mark, "it does not begin as its framing says"));
    invalid.or(bad)
}

fn duplicate_keys(evidence: &Evidence<'_>, sink: &mut Sink) {
    judge_payload(evidence, sink, |payload, sink| {
        let (item, pointer) = payload.duplicate.as_ref()?;
        let mut finding = sink.finding("a member comes twice");
        finding.at = At { pointer: Some(pointer.clone()), ..place(item) };
        finding.expected = "each member once".to_owned();
        finding.actual = excerpt(item.data.as_bytes());
        Some(finding)
    });
}

fn lone_surrogate(evidence: &Evidence<'_>, sink: &mut Sink) {
    judge_payload(evidence, sink, |payload, sink| {
        let item = payload.lone_surrogate.as_ref()?;
        let mut finding = sink.finding("a string holds half of a surrogate pair");
        finding.at = place(item);
        finding.expected = "whole characters".to_owned();
        finding.actual = excerpt(item.data.as_bytes());
        Some(finding)
    });
}

/// Judges what the payloads show, where any of them is JSON.
fn judge_payload(evidence: &Evidence<'_>, sink: &mut Sink, judge: impl Fn(&Payload, &Sink) -> Option<Finding>) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let payload = &view.closest().payload;
    match judge(payload, sink) {
        Some(finding) => sink.fail(finding),
        None if payload.any => sink.pass([]),
        None => {}
    }
}
