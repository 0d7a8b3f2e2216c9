//! Rules on items that report a failure.

use crate::generate::Expect;
use crate::judge::excerpt::excerpt;
use crate::judge::http::leak::telltales;
use crate::judge::streamed::place;
use crate::judge::{Evidence, Rule, RuleSource, Severity, Sink};

pub(super) const ERROR_EVENT: Rule = Rule {
    id: "item/error-event",
    severity: Severity::Warning,
    what: "A request that should succeed is not answered with an error event.",
    why: "The status said yes, the stream says no: nothing but the stream tells.",
    source: RuleSource::Practice("errors in a stream pass monitoring unseen"),
    example: "data: {\"type\": \"error\", \"errorText\": \"overloaded\"}",
    judge: error_event,
};

pub(super) const LEAK: Rule = Rule {
    id: "item/leak",
    severity: Severity::Warning,
    what: "An error event tells no stack trace, no database error, no path and no key.",
    why: "Answers end up in logs and in browsers; what they tell of the inside helps an attacker.",
    source: RuleSource::Practice("OWASP API8:2023, security misconfiguration: error messages with stack traces"),
    example: "data: {\"type\": \"error\", \"errorText\": \"Traceback (most recent call last): …\"}",
    judge: leak,
};

fn error_event(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    if !matches!(evidence.case.expect, Expect::Success { .. }) {
        return;
    }
    for held in view.held().filter(|held| !held.promised.errors.is_empty() && held.track.first.is_some()) {
        let Some(error) = held.track.errors.first.first() else {
            sink.pass([]);
            continue;
        };
        let kind = error.kind.as_deref().unwrap_or_default();
        let mut finding = sink.finding(format!("event {} reports a failure", error.number));
        finding.at = place(error);
        finding.expected = format!("no {}", held.promised.errors.join(" or "));
        finding.actual = format!("{kind}: {}", excerpt(&error.data));
        sink.fail(finding);
    }
}

fn leak(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let errors: Vec<_> = view.held().flat_map(|held| &held.track.errors.first).collect();
    for item in &errors {
        // Inside JSON text a line end is an escape; the expressions look for the line end itself.
        let text = item.data.replace("\\n", "\n").replace("\\\"", "\"");
        if let Some((what, told)) = telltales(&text).next() {
            let mut finding = sink.finding(format!("the error event tells {what}"));
            finding.at = place(item);
            finding.expected = "an explanation for the caller".to_owned();
            finding.actual = excerpt(told);
            return sink.fail(finding);
        }
    }
    if !errors.is_empty() {
        sink.pass([]);
    }
}
