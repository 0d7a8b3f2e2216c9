//! Rules on the form that a request is answered with, and on whether there is anything in it.

use crate::contract::StreamSwitch;
use crate::generate::Expect;
use crate::judge::streamed::{is_success, place};
use crate::judge::{At, Evidence, Rule, RuleSource, Severity, Sink};
use crate::stream::excerpt;

pub(super) const SWITCH: Rule = Rule {
    id: "stream/switch",
    severity: Severity::Error,
    what: "The request's stream switch, or its default, decides whether a stream answers.",
    why: "A client that asked for one form cannot read the other.",
    source: RuleSource::Contract,
    example: "{\"stream\": false} → content-type: text/event-stream",
    judge: switch,
};

pub(super) const EMPTY: Rule = Rule {
    id: "stream/empty",
    severity: Severity::Error,
    what: "A stream has at least one event before its end.",
    why: "A client shows nothing, and cannot say why.",
    source: RuleSource::Practice("a success without content is a failure that nobody reports"),
    example: ": keep-alive\n\n(end)",
    judge: empty,
};

pub(super) const ERROR_AS_200: Rule = Rule {
    id: "stream/error-as-200",
    severity: Severity::Warning,
    what: "A failure before the first content is sent with a status of 400 or more.",
    why: "A client that trusts the status retries nothing and reports nothing.",
    source: RuleSource::Standard("RFC 9110 15"),
    example: "200\n\ndata: {\"type\": \"error\", \"errorText\": \"overloaded\"}\n\n",
    judge: error_as_200,
};

/// How many events may open a stream before its first content.
const OPENING_EVENTS: usize = 1;

fn switch(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer().filter(|answer| is_success(answer)) else { return };
    let Some(switch) = &evidence.operation().stream_switch else { return };
    let Expect::Success { form: Some(wanted) } = &evidence.case.expect else { return };
    let essence = answer.essence().unwrap_or_default();
    if essence == *wanted {
        return sink.pass(switch.promises.iter().copied());
    }
    if !is_form(switch, &essence) {
        return;
    }
    let mut finding = sink.finding(format!("the request asks for {wanted} and gets {essence}"));
    finding.at = At::header("content-type");
    finding.expected = wanted.clone();
    finding.actual = essence;
    sink.fail(finding.breaking(evidence.contract, switch.promises.iter().copied()));
}

/// Whether a media type is one of those between which the request switches. Any other is a wrong
/// media type, and no wrong switch.
fn is_form(switch: &StreamSwitch, essence: &str) -> bool {
    switch.forms.iter().any(|(_, form)| form == essence)
}

fn empty(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    if view.followed.events() > 0 {
        return sink.pass(view.promises(evidence.contract));
    }
    if let Some(reason) = view.end_unseen() {
        return sink.not_checked(reason);
    }
    if view.sse().is_some_and(|facts| facts.tail.as_ref().is_some_and(|tail| tail.data.is_some())) {
        return sink.not_checked("the only event stands in a discarded block, which is stream/tail-discarded");
    }
    let mut finding = sink.finding("the stream has no event");
    finding.expected = "at least one event".to_owned();
    finding.actual = match view.answer.length {
        0 => "an empty body".to_owned(),
        _ => excerpt(&view.answer.body),
    };
    sink.fail(finding);
}

fn error_as_200(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.stream_view(sink) else { return };
    for held in view.held().filter(|held| !held.promised.errors.is_empty() && held.track.first.is_some()) {
        let error = held.track.errors.first.first().filter(|error| error.number <= OPENING_EVENTS + 1);
        let Some(error) = error else {
            sink.pass([]);
            continue;
        };
        let mut finding = sink.finding(format!("a failure before any content is sent as {}", view.answer.status));
        finding.at = place(error);
        finding.expected = "a status of 400 or more".to_owned();
        finding.actual = excerpt(error.data.as_bytes());
        sink.fail(finding);
    }
}
