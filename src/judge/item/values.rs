//! Rules on values that several items share.

use serde_json::Value;

use crate::contract::Unstreamed;
use crate::judge::excerpt::{excerpt, excerpt_of};
use crate::judge::streamed::{Held, StreamView, place};
use crate::judge::{At, Evidence, Rule, RuleSource, Severity, Sink};

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
    what: "The pieces of a text together are the text that a later item, or the form that does not stream, gives as a whole.",
    why: "The user has read the pieces; the whole is what is stored.",
    source: RuleSource::Contract,
    example: "data: {\"delta\": \"Hel\"} data: {\"delta\": \"lo\"} data: {\"text\": \"Hello!\"}",
    judge: concat,
};

fn constant(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    for held in view.held() {
        for shared in &held.track.constants {
            let Some((number, wanted)) = &shared.first else { continue };
            let Some((item, value)) = &shared.other else {
                sink.pass(held.promises_of("constant", evidence.contract));
                continue;
            };
            let mut finding = sink.finding(format!("`{}` is another one than in event {number}", shared.pointer));
            finding.at = At { pointer: Some(shared.pointer.clone()), ..place(item) };
            finding.expected = excerpt_of(wanted);
            finding.actual = excerpt_of(value);
            sink.fail(held.breaking("constant", finding, evidence.contract));
        }
    }
}

fn monotonic(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    for held in view.held() {
        for numbers in held.track.monotonic.iter().filter(|numbers| numbers.last.is_some()) {
            let Some((item, before, after)) = &numbers.down else {
                sink.pass(held.promises_of("monotonic", evidence.contract));
                continue;
            };
            let mut finding = sink.finding(format!("`{}` goes down", numbers.pointer));
            finding.at = At { pointer: Some(numbers.pointer.clone()), ..place(item) };
            finding.expected = format!("{before} or more");
            finding.actual = after.to_string();
            sink.fail(held.breaking("monotonic", finding, evidence.contract));
        }
    }
}

fn concat(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    for held in view.held() {
        let (Some(declared), Some(concat)) = (&held.promised.concat, &held.track.concat) else { continue };
        if let Some(like) = &declared.like {
            judge_like(&view, &held, like, evidence, sink);
        }
        let Some(pointer) = &declared.whole else {
            // A dialect says which text can be seen, and need not give it as a whole.
            if !held.is_dialect() && declared.like.is_none() {
                sink.not_checked("the contract names no item that gives the whole text");
            }
            continue;
        };
        if let Some((item, pieces, whole)) = &concat.differs {
            let mut finding = sink.finding(format!("the pieces together are not the text at `{pointer}`"));
            finding.at = At { pointer: Some(pointer.clone()), ..place(item) };
            finding.expected = excerpt(pieces);
            finding.actual = excerpt(whole);
            sink.fail(held.breaking("concat", finding, evidence.contract));
        } else if concat.too_long {
            sink.not_checked("the text is too long to be put together");
        } else if concat.any {
            sink.pass(held.promises_of("concat", evidence.contract));
        } else {
            sink.not_checked(format!("no event gives the whole text at `{pointer}`"));
        }
    }
}

/// Judges the pieces together by the schema that the same text has in the form that does not stream.
fn judge_like(view: &StreamView<'_>, held: &Held<'_>, like: &Unstreamed, evidence: &Evidence<'_>, sink: &mut Sink) {
    let media = evidence.response().and_then(|response| response.media(&like.essence));
    let Some(schema) = media.and_then(|media| media.schema.as_ref()) else {
        return sink.not_checked(format!("there is no schema of {}", like.essence));
    };
    let Some(concat) = held.track.concat.as_ref().filter(|_| held.track.items > 0) else { return };
    if let Some(reason) = view.end_unseen().or_else(|| held.end_missing()) {
        return sink.not_checked(reason);
    }
    if concat.too_long {
        return sink.not_checked("the text is too long to be put together");
    }
    let failures = schema.failures(&holding(&like.pointer, &concat.text));
    let Some(failure) = failures.iter().find(|failure| failure.instance == like.pointer) else {
        return sink.pass(held.promises_of("concat", evidence.contract));
    };
    let mut finding = sink.finding(format!("the pieces together are no `{}` of {}", like.pointer, like.essence));
    finding.at = At::pointer(&like.pointer);
    finding.expected = format!("{}: {}", failure.keyword, failure.expected);
    finding.actual = excerpt(&concat.text);
    sink.fail(held.breaking("concat", finding, evidence.contract));
}

/// A document that has nothing but this text, where a JSON Pointer of member names leads.
fn holding(pointer: &str, text: &str) -> Value {
    let names = pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~"));
    let names: Vec<_> = names.collect();
    names.into_iter().rev().fold(text.into(), |inner, name| Value::Object([(name, inner)].into_iter().collect()))
}
