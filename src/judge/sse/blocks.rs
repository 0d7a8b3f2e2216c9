//! Rules on the blocks of server-sent events.

use super::client::{Cause, judge_with_client};
use super::marked::{Concern, judge};
use crate::judge::{Rule, RuleSource, Severity};
use crate::stream::MarkKind;

const PARSING: RuleSource = RuleSource::Standard("WHATWG HTML 9.2.6");

pub(super) const EVENT_WITHOUT_DATA: Rule = Rule {
    id: "sse/event-without-data",
    severity: Severity::Error,
    what: "An event has data, if only an empty `data` line.",
    why: "A block without data is never delivered: whoever waits for that event waits for ever.",
    source: PARSING,
    example: "event: done\n\n",
    judge: |evidence, sink| {
        let message = "an event has no data and is never delivered";
        let concern = Concern::new(MarkKind::EventWithoutData, message, "a `data` line beside `event`");
        judge_with_client(&concern, Cause::Undelivered, evidence, sink);
    },
};

pub(super) const BLOCK_WITHOUT_DATA: Rule = Rule {
    id: "sse/block-without-data",
    severity: Severity::Note,
    what: "An `id` or `retry` stands beside data.",
    why: "A block of its own is legal and takes effect, but some clients lose it.",
    source: RuleSource::Practice("eventsource-stream drops blocks without data"),
    example: "retry: 3000\n\n",
    judge: |evidence, sink| {
        let message = "a block holds an id or a reconnection time alone";
        let concern = Concern::new(MarkKind::BlockWithoutData, message, "a `data` line in the block");
        judge_with_client(&concern, Cause::Undelivered, evidence, sink);
    },
};

pub(super) const REPEATED_FIELD: Rule = Rule {
    id: "sse/repeated-field",
    severity: Severity::Warning,
    what: "`event` and `id` stand at most once in a block.",
    why: "The last one wins and the one before is lost; mostly a blank line between two events is missing.",
    source: PARSING,
    example: "event: text\nevent: done\ndata: {}\n\n",
    judge: |evidence, sink| {
        let concerns = [
            Concern::new(MarkKind::RepeatedEvent, "`event` stands twice in one block", "a blank line between events"),
            Concern::new(MarkKind::RepeatedId, "`id` stands twice in one block", "a blank line between events"),
        ];
        judge(&concerns, evidence, sink);
    },
};

pub(super) const MULTI_LINE: Rule = Rule {
    id: "sse/multi-line",
    severity: Severity::Note,
    what: "The data of an event stands on one line.",
    why: "Several lines are legal and are joined by LF, but clients that read line by line parse each alone.",
    source: RuleSource::Practice("simple clients parse each `data` line"),
    example: "data: {\ndata: }\n\n",
    judge: |evidence, sink| {
        let message = "the data of an event stands on several lines";
        judge(&[Concern::new(MarkKind::MultiLineData, message, "one `data` line an event")], evidence, sink);
    },
};
