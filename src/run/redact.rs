//! Keeps credentials out of everything that is written down: each form in which a target may give one back.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use super::TargetResult;
use crate::contract::Source;
use crate::judge::Finding;
use crate::send::{End, Exchange, Outcome, SentRequest, Wire, WireRecord, WireRequest};
use crate::target::{Redactor, Text};

/// A finding without secrets: `redactor` knows those of its case, too, and `quotes` the target's own, for what a
/// case makes of a key may be a word of the document.
pub fn finding(redactor: &Redactor, quotes: &Redactor, finding: Finding) -> Finding {
    let text = |text: &str| redactor.text(text).into_owned();
    Finding {
        message: text(&finding.message),
        expected: text(&finding.expected),
        actual: text(&finding.actual),
        source: finding.source.map(|source| self::source(quotes, source)),
        ..finding
    }
}

/// An exchange without secrets.
pub fn exchange(redactor: &Redactor, exchange: Exchange) -> Exchange {
    let Exchange { request, mut outcome, started, mut wire } = exchange;
    match &mut outcome {
        Outcome::Answered(answer) => {
            let is_cut = !matches!(answer.end, End::Complete(_)) || answer.length > answer.body.len();
            answer.body = redactor.bytes(&answer.body, is_cut);
            answer.tail = redactor.bytes(&answer.tail, is_cut);
            // What was read of a stream is for the rules, which have judged it.
            answer.followed = None;
            for (_, value) in &mut answer.headers {
                *value = redactor.bytes(&Bytes::copy_from_slice(value), false).to_vec();
            }
        }
        Outcome::Failed(failure) => hide(redactor, &mut failure.message),
    }
    match &mut wire {
        Wire::Seen(seen) => record(redactor, Arc::make_mut(seen)),
        Wire::Unseen(reason) => hide(redactor, reason),
        Wire::NotAudited => {}
    }
    Exchange { request: sent(redactor, request), started, outcome, wire }
}

/// The bytes beneath an answer without secrets.
fn record(redactor: &Redactor, record: &mut WireRecord) {
    let is_cut = !record.ended;
    record.head = redactor.bytes(&record.head, is_cut);
    let framing = record.content_lengths.iter_mut().chain(&mut record.transfer_encodings);
    let extensions = record.chunks.iter_mut().filter_map(|chunk| chunk.extension.as_mut());
    framing.chain(extensions).for_each(|text| hide(redactor, text));
    record.trailers.iter_mut().for_each(|(_, value)| *value = redactor.bytes(value, is_cut));
    record.surplus.iter_mut().for_each(|surplus| surplus.first = redactor.bytes(&surplus.first, true));
}

/// A request without secrets in any part of it: an id that an answer gave may hold one.
fn sent(redactor: &Redactor, request: SentRequest) -> SentRequest {
    let SentRequest { method, mut url, mut headers, body } = request;
    hide(redactor, &mut url);
    headers.iter_mut().for_each(|(_, value)| hide(redactor, value));
    SentRequest { method, url, headers, body: body.map(|body| redactor.bytes(&body, false)) }
}

/// A request before it is written as a line for a shell, whose quotes would hide a secret from the search.
pub fn wire(redactor: &Redactor, request: WireRequest) -> WireRequest {
    let body = request.body.map(|body| match String::from_utf8(body) {
        Ok(text) => redactor.text(&text).into_owned().into_bytes(),
        Err(error) => redactor.bytes(&Bytes::from(error.into_bytes()), false).to_vec(),
    });
    let hidden = |text: &Text| text.map_plain(|plain| redactor.text(plain).into_owned());
    let headers = request.headers.iter().map(|(name, value)| (name.clone(), hidden(value))).collect();
    WireRequest { method: request.method, url: hidden(&request.url), headers, body }
}

/// All that a target came to without secrets. Its findings are shown without them from the first.
pub fn result(redactor: &Redactor, mut result: TargetResult) -> TargetResult {
    let mut hide = |text: &mut String| self::hide(redactor, text);
    hide(&mut result.url);
    result.incomplete.iter_mut().for_each(&mut hide);
    result.checks.iter_mut().filter_map(|check| check.reason.as_mut()).for_each(&mut hide);
    for left_out in &mut result.left_out {
        hide(&mut left_out.what);
        hide(&mut left_out.reason);
    }
    for operation in result.coverage.values_mut() {
        for covered in operation.all_mut() {
            hide(&mut covered.what);
            covered.never.iter_mut().for_each(&mut hide);
        }
    }
    if let Some(shard) = &mut result.shard {
        shard.evidence.texts_mut().for_each(&mut hide);
    }
    for promise in &mut result.promises {
        promise.reason.iter_mut().for_each(&mut hide);
        promise.source = source(redactor, promise.source.clone());
    }
    result
}

/// A sentence of a document whose author put a key into it.
fn source(redactor: &Redactor, mut source: Source) -> Source {
    if let Some(quote) = &mut source.quote
        && let Cow::Owned(hidden) = redactor.quote(quote)
    {
        *quote = hidden;
    }
    source
}

fn hide(redactor: &Redactor, text: &mut String) {
    if let Cow::Owned(hidden) = redactor.text(text) {
        *text = hidden;
    }
}
