//! Rules on the payload of an item as JSON text.

use crate::judge::streamed::{Content, Json, JsonError, StreamItem, StreamView};
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
    judge: |evidence, sink| {
        judge_json(evidence, sink, |json, sink| {
            let pointer = json.duplicates.first()?;
            let mut finding = sink.finding("a member comes twice");
            finding.at = At::pointer(pointer.clone());
            finding.expected = "each member once".to_owned();
            Some(finding)
        });
    },
};

pub(super) const LONE_SURROGATE: Rule = Rule {
    id: "item/lone-surrogate",
    severity: Severity::Warning,
    what: "No string holds half of a surrogate pair.",
    why: "It is no character: parsers fail or put U+FFFD in its place. Mostly a text was cut in the middle of an emoji.",
    source: RuleSource::Standard("RFC 8259 8.2"),
    example: "data: {\"delta\": \"\\ud83d\"}",
    judge: |evidence, sink| {
        judge_json(evidence, sink, |json, sink| {
            json.lone_surrogates.first()?;
            let mut finding = sink.finding("a string holds half of a surrogate pair");
            finding.expected = "whole characters".to_owned();
            Some(finding)
        });
    },
};

fn not_json(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let items = &view.streamed.items;
    if let Some((mark, why)) = unreadable_record(&view) {
        let mut finding = sink.finding(format!("record {} is no JSON: {why}", mark.item));
        finding.at = At { byte: Some(mark.byte), event: Some(mark.item), ..At::default() };
        finding.expected = "one JSON value in UTF-8".to_owned();
        finding.actual = mark.text.clone();
        return sink.fail(finding.breaking(evidence.contract, view.promises(evidence.contract)));
    }
    let broken = items.iter().find_map(|item| match &item.content {
        Content::Broken(JsonError::Syntax(why)) => Some((item, why)),
        _ => None,
    });
    if let Some((item, why)) = broken {
        let mut finding = sink.finding(format!("the data of event {} is no JSON: {why}", item.item.number));
        finding.at = place(item);
        finding.expected = "one JSON value".to_owned();
        finding.actual = excerpt(item.item.data.as_bytes());
        return sink.fail(finding.breaking(evidence.contract, view.promises(evidence.contract)));
    }
    if items.iter().any(|item| matches!(item.content, Content::Broken(JsonError::TooDeep))) {
        sink.not_checked("a payload is nested too deep to be read");
    } else if items.iter().any(|item| matches!(item.content, Content::Json(_))) {
        sink.pass([]);
    }
}

/// The first record whose bytes are none of its framing. Server-sent events have rules of their own
/// for their bytes.
fn unreadable_record<'a>(view: &StreamView<'a>) -> Option<(&'a Mark, &'static str)> {
    if view.sse().is_some() {
        return None;
    }
    let marks = view.streamed.facts.marks();
    let invalid = marks.first(MarkKind::InvalidUtf8).map(|mark| (mark, "its bytes are no UTF-8"));
    let bad = marks.first(MarkKind::BadRecord).map(|mark| (mark, "it does not begin as its framing says"));
    invalid.or(bad)
}

/// Judges every payload that is JSON, up to the first finding.
fn judge_json(evidence: &Evidence<'_>, sink: &mut Sink, judge: impl Fn(&Json, &Sink) -> Option<Finding>) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let mut any = false;
    for item in &view.streamed.items {
        let Content::Json(json) = &item.content else { continue };
        any = true;
        if let Some(finding) = judge(json, sink) {
            let at = At { pointer: finding.at.pointer.clone(), ..place(item) };
            let actual = excerpt(item.item.data.as_bytes());
            return sink.fail(Finding { at, actual, ..finding });
        }
    }
    if any {
        sink.pass([]);
    }
}

/// The place of an item.
pub(super) fn place(item: &StreamItem) -> At {
    At { byte: Some(item.item.span.start), event: Some(item.item.number), ..At::default() }
}
