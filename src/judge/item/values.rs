//! Rules on values that several items share.

use serde_json::Value;

use super::payload::place;
use crate::contract::StreamContract;
use crate::judge::excerpt::{excerpt, excerpt_of};
use crate::judge::streamed::StreamItem;
use crate::judge::{At, Evidence, Finding, Rule, RuleSource, Severity, Sink};

pub(super) const CONSTANT: Rule = Rule {
    id: "item/constant",
    severity: Severity::Error,
    what: "A value that the contract declares constant is the same in every item.",
    why: "Clients put the pieces of one answer together by it.",
    source: RuleSource::Contract,
    example: "data: {\"id\": \"msg_1\", …}\n\ndata: {\"id\": \"msg_2\", …}",
    judge: constant,
};

pub(super) const MONOTONIC: Rule = Rule {
    id: "item/monotonic",
    severity: Severity::Error,
    what: "A number that the contract declares monotonic never goes down.",
    why: "Clients order items by it and drop what seems to be old.",
    source: RuleSource::Contract,
    example: "data: {\"sequence_number\": 4}\n\ndata: {\"sequence_number\": 3}",
    judge: monotonic,
};

pub(super) const CONCAT: Rule = Rule {
    id: "item/concat",
    severity: Severity::Error,
    what: "The pieces of a text together are the text that a later item gives as a whole.",
    why: "The user has read the pieces; the whole is what is stored.",
    source: RuleSource::Contract,
    example: "data: {\"delta\": \"Hel\"} data: {\"delta\": \"lo\"} data: {\"text\": \"Hello!\"}",
    judge: concat,
};

fn constant(evidence: &Evidence<'_>, sink: &mut Sink) {
    let declared = Declared { key: "constant", pointers: |promised| &promised.constant };
    judge_each(&declared, evidence, sink, |pointer, items, sink| {
        let mut values = items.iter().filter_map(|item| Some((item, item.value()?.pointer(pointer)?)));
        let Some((first, wanted)) = values.next() else { return Judged::Absent };
        let Some((item, value)) = values.find(|(_, value)| *value != wanted) else { return Judged::Kept };
        let mut finding = sink.finding(format!("`{pointer}` is another one than in event {}", first.item.number));
        finding.at = At { pointer: Some(pointer.to_owned()), ..place(item) };
        finding.expected = excerpt_of(wanted);
        finding.actual = excerpt_of(value);
        Judged::Broken(Box::new(finding))
    });
}

fn monotonic(evidence: &Evidence<'_>, sink: &mut Sink) {
    let declared = Declared { key: "monotonic", pointers: |promised| &promised.monotonic };
    judge_each(&declared, evidence, sink, |pointer, items, sink| {
        let numbers = items.iter().filter_map(|item| Some((item, item.value()?.pointer(pointer)?.as_f64()?)));
        let numbers: Vec<_> = numbers.collect();
        if numbers.is_empty() {
            return Judged::Absent;
        }
        let down = numbers.windows(2).find_map(|pair| match pair {
            [(_, before), (item, after)] if after < before => Some((before, item, after)),
            _ => None,
        });
        let Some((before, item, after)) = down else { return Judged::Kept };
        let mut finding = sink.finding(format!("`{pointer}` goes down"));
        finding.at = At { pointer: Some(pointer.to_owned()), ..place(item) };
        finding.expected = format!("{before} or more");
        finding.actual = after.to_string();
        Judged::Broken(Box::new(finding))
    });
}

/// A key of `x-stream` that lists JSON Pointers.
struct Declared {
    key: &'static str,
    pointers: fn(&StreamContract) -> &[String],
}

/// What the items say of one pointer.
enum Judged {
    /// No item has a value there.
    Absent,
    Kept,
    Broken(Box<Finding>),
}

/// Judges by each of the declared pointers.
fn judge_each(
    declared: &Declared,
    evidence: &Evidence<'_>,
    sink: &mut Sink,
    judge: impl Fn(&str, &[StreamItem], &Sink) -> Judged,
) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let Some(promised) = view.promised else { return };
    for pointer in (declared.pointers)(promised) {
        match judge(pointer, view.streamed.before_sentinel(), sink) {
            Judged::Absent => {}
            Judged::Kept => sink.pass(view.promises_of(declared.key, evidence.contract)),
            Judged::Broken(finding) => {
                sink.fail(finding.breaking(evidence.contract, view.promises_of(declared.key, evidence.contract)));
            }
        }
    }
}

fn concat(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let Some(concat) = view.promised.and_then(|promised| promised.concat.as_ref()) else { return };
    let Some(whole) = &concat.whole else {
        return sink.not_checked("the contract names no item that gives the whole text");
    };
    let mut pieces = String::new();
    let mut any = false;
    for item in view.streamed.before_sentinel() {
        if let Some(text) = string_at(item, concat.whole_kind.as_deref(), whole) {
            any = true;
            if text != pieces {
                let finding = differing(item, text, &pieces, whole, sink);
                return sink.fail(finding.breaking(evidence.contract, view.promises_of("concat", evidence.contract)));
            }
            pieces.clear();
        } else if let Some(piece) = string_at(item, concat.of.as_deref(), &concat.piece) {
            pieces.push_str(piece);
        }
    }
    match any {
        true => sink.pass(view.promises_of("concat", evidence.contract)),
        false => sink.not_checked(format!("no event gives the whole text at `{whole}`")),
    }
}

/// The text at a pointer of an item of a kind, or of any kind.
fn string_at<'a>(item: &'a StreamItem, kind: Option<&str>, pointer: &str) -> Option<&'a str> {
    (kind.is_none() || item.kind.as_deref() == kind).then_some(())?;
    item.value()?.pointer(pointer).and_then(Value::as_str)
}

fn differing(item: &StreamItem, text: &str, pieces: &str, whole: &str, sink: &Sink) -> Finding {
    let mut finding = sink.finding(format!("the pieces together are not the text at `{whole}`"));
    finding.at = At { pointer: Some(whole.to_owned()), ..place(item) };
    finding.expected = excerpt(pieces);
    finding.actual = excerpt(text);
    finding
}
