//! Rules on the fields of server-sent events.

use super::client::{Cause, judge_with_client};
use super::marked::{Concern, judge};
use crate::judge::{Rule, RuleSource, Severity};
use crate::stream::MarkKind;

const PARSING: RuleSource = RuleSource::Standard("WHATWG HTML 9.2.6");
const KNOWN: &str = "one of `data`, `event`, `id`, `retry`";

pub(super) const UNKNOWN_FIELD: Rule = Rule {
    id: "sse/unknown-field",
    severity: Severity::Warning,
    what: "Every field of a stream is `data`, `event`, `id` or `retry`.",
    why: "Clients ignore any other field, and with it whatever was to be said.",
    source: PARSING,
    example: "message: hello",
    judge: |evidence, sink| {
        judge(&[Concern::new(MarkKind::UnknownField, "a field is none of the standard's", KNOWN)], evidence, sink);
    },
};

pub(super) const FIELD_CASE: Rule = Rule {
    id: "sse/field-case",
    severity: Severity::Error,
    what: "Field names are in lower case.",
    why: "Names are compared byte by byte: `Data:` is an unknown field, and its event is lost.",
    source: PARSING,
    example: "Data: {\"delta\": \"Hi\"}",
    judge: |evidence, sink| {
        judge(&[Concern::new(MarkKind::FieldCase, "a field name is in the wrong case", KNOWN)], evidence, sink);
    },
};

pub(super) const FIELD_SPACE: Rule = Rule {
    id: "sse/field-space",
    severity: Severity::Error,
    what: "No white space stands around a field name, and no line continues the one before.",
    why: "The space becomes part of the name, and a continued line is an unknown field: both are lost.",
    source: PARSING,
    example: " data: {\"delta\": \"Hi\"}",
    judge: |evidence, sink| {
        let expected = "the field name at the start of its line, the colon right after it";
        let message = "white space stands around a field name, or a line is continued";
        judge(&[Concern::new(MarkKind::FieldSpace, message, expected)], evidence, sink);
    },
};

pub(super) const PAYLOAD_WITHOUT_FIELD: Rule = Rule {
    id: "sse/payload-without-field",
    severity: Severity::Error,
    what: "Payload stands in `data` fields.",
    why: "A line without a known field name is ignored: a payload with a line break in it loses its rest.",
    source: PARSING,
    example: "{\"delta\": \"Hi\"}",
    judge: |evidence, sink| {
        let message = "a line is payload without a field name";
        judge(&[Concern::new(MarkKind::PayloadWithoutField, message, "`data: ` before each line")], evidence, sink);
    },
};

pub(super) const RETRY_DIGITS: Rule = Rule {
    id: "sse/retry-digits",
    severity: Severity::Error,
    what: "A `retry` is made of ASCII digits.",
    why: "Anything else is ignored, and the client keeps its own reconnection time.",
    source: PARSING,
    example: "retry: 1.5s",
    judge: |evidence, sink| {
        let concern =
            Concern::new(MarkKind::RetryNotDigits, "a `retry` is not all digits", "milliseconds, digits only");
        judge_with_client(&concern, Cause::Retry, evidence, sink);
    },
};

pub(super) const ID_NUL: Rule = Rule {
    id: "sse/id-nul",
    severity: Severity::Error,
    what: "An `id` holds no U+0000.",
    why: "Such an id is ignored, and a client that reconnects asks for what it already had.",
    source: PARSING,
    example: "id: 4\\0",
    judge: |evidence, sink| {
        judge(&[Concern::new(MarkKind::IdWithNul, "an `id` holds U+0000", "an id without it")], evidence, sink);
    },
};

pub(super) const NO_SPACE: Rule = Rule {
    id: "sse/no-space",
    severity: Severity::Note,
    what: "One space stands after the colon.",
    why: "It may be left out, but clients that look for `data: ` see nothing.",
    source: RuleSource::Practice("simple clients compare with `data: `"),
    example: "data:{\"delta\": \"Hi\"}",
    judge: |evidence, sink| {
        judge(&[Concern::new(MarkKind::NoSpace, "no space stands after the colon", "`data: `")], evidence, sink);
    },
};

pub(super) const EXTRA_SPACE: Rule = Rule {
    id: "sse/extra-space",
    severity: Severity::Note,
    what: "No more than one space stands after the colon.",
    why: "Every further space belongs to the value; clients that trim show another text.",
    source: RuleSource::Practice("simple clients trim values"),
    example: "data:  {\"delta\": \"Hi\"}",
    judge: |evidence, sink| {
        let message = "more than one space stands after the colon";
        judge(&[Concern::new(MarkKind::ExtraSpace, message, "one space")], evidence, sink);
    },
};
