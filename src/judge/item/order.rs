//! Rules on how items follow each other.

use std::collections::HashMap;

use regex::Regex;
use serde_json::Value;

use super::payload::place;
use crate::contract::Lifecycle;
use crate::judge::excerpt::excerpt;
use crate::judge::streamed::{StreamItem, StreamView};
use crate::judge::{At, Evidence, Finding, Rule, RuleSource, Severity, Sink};

pub(super) const SEQUENCE: Rule = Rule {
    id: "item/sequence",
    severity: Severity::Error,
    what: "The kinds of a stream's items follow each other as the contract declares.",
    why: "Clients are state machines: an item out of order meets the wrong state.",
    source: RuleSource::Contract,
    example: "text-delta before start, where the contract says `start (text-delta )*finish `",
    judge: sequence,
};

pub(super) const LIFECYCLE: Rule = Rule {
    id: "item/lifecycle",
    severity: Severity::Error,
    what: "A block is opened once, filled while it is open, and closed.",
    why: "Clients fail on a piece of a block that they do not know, and show an open one as still running.",
    source: RuleSource::Contract,
    example: "data: {\"type\": \"text-delta\", \"id\": \"t1\"} without a text-start of that id",
    judge: lifecycle,
};

fn sequence(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let Some(wanted) = view.promised.and_then(|promised| promised.sequence.as_ref()) else { return };
    let items = view.streamed.before_sentinel();
    if items.is_empty() {
        return;
    }
    if let Some(reason) = view.end_unseen() {
        return sink.not_checked(reason);
    }
    let Ok(expression) = Regex::new(&format!("^(?:{wanted})$")) else {
        return sink.not_checked(format!("`{wanted}` is no regular expression"));
    };
    let kinds: String = items.iter().map(|item| format!("{} ", item.kind.as_deref().unwrap_or("?"))).collect();
    if expression.is_match(&kinds) {
        return sink.pass(view.promises_of("sequence", evidence.contract));
    }
    let mut finding = sink.finding("the events do not follow each other as declared");
    finding.expected = wanted.clone();
    finding.actual = excerpt(&compressed(items));
    sink.fail(finding.breaking(evidence.contract, view.promises_of("sequence", evidence.contract)));
}

/// The kinds in order, runs of one kind as a count.
fn compressed(items: &[StreamItem]) -> String {
    let runs = items.chunk_by(|one, other| one.kind == other.kind);
    let words = runs.filter_map(|run| {
        let kind = run.first()?.kind.as_deref().unwrap_or("?");
        Some(if run.len() > 1 { format!("{kind}×{}", run.len()) } else { kind.to_owned() })
    });
    words.collect::<Vec<_>>().join(" ")
}

fn lifecycle(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let Some(promised) = view.promised else { return };
    for lifecycle in &promised.lifecycles {
        let mut blocks = Blocks { lifecycle, view, open: HashMap::new(), any: false };
        match blocks.follow(sink).or_else(|| blocks.unclosed(sink)) {
            Some(finding) => {
                sink.fail(finding.breaking(evidence.contract, view.promises_of("lifecycles", evidence.contract)));
            }
            None if blocks.any => sink.pass(view.promises_of("lifecycles", evidence.contract)),
            None => {}
        }
    }
}

/// The blocks of one lifecycle while its stream is followed.
struct Blocks<'a> {
    lifecycle: &'a Lifecycle,
    view: StreamView<'a>,
    /// The open blocks by their id, each with the item that opened it.
    open: HashMap<String, &'a StreamItem>,
    any: bool,
}

impl<'a> Blocks<'a> {
    /// The first item that is out of place.
    fn follow(&mut self, sink: &Sink) -> Option<Finding> {
        for item in self.view.streamed.before_sentinel() {
            let Some(kind) = &item.kind else { continue };
            let is = |kinds: &[String]| kinds.contains(kind);
            let (opens, fills, closes) =
                (is(&self.lifecycle.open), is(&self.lifecycle.within), is(&self.lifecycle.close));
            if !opens && !fills && !closes {
                continue;
            }
            self.any = true;
            let id = self.id(item);
            let was_open = self.open.contains_key(&id);
            if opens && was_open {
                return Some(self.finding(item, format!("block {id} is opened again"), "an id of its own", sink));
            }
            if !opens && !was_open {
                let message = format!("`{kind}` belongs to block {id}, which is not open");
                let expected = format!("{} before it", self.lifecycle.open.join(" or "));
                return Some(self.finding(item, message, &expected, sink));
            }
            if opens {
                self.open.insert(id, item);
            } else if closes {
                self.open.remove(&id);
            }
        }
        None
    }

    /// A block that is open at the end, where that is neither allowed nor the trace of a failure.
    fn unclosed(&self, sink: &Sink) -> Option<Finding> {
        let excused =
            self.lifecycle.unclosed_ok || self.view.end_unseen().is_some() || self.view.first_error().is_some();
        let (id, item) = self.open.iter().filter(|_| !excused).min_by_key(|(_, item)| item.item.number)?;
        let expected = self.lifecycle.close.join(" or ");
        Some(self.finding(item, format!("block {id} is never closed"), &expected, sink))
    }

    /// The id of an item's block as JSON text; a block without one is the only one of its kind.
    fn id(&self, item: &StreamItem) -> String {
        item.value().and_then(|value| value.pointer(&self.lifecycle.key)).map(Value::to_string).unwrap_or_default()
    }

    fn finding(&self, item: &StreamItem, message: String, expected: &str, sink: &Sink) -> Finding {
        let mut finding = sink.finding(message);
        finding.at = At { pointer: Some(self.lifecycle.key.clone()), ..place(item) };
        finding.expected = expected.to_owned();
        finding.actual = excerpt(&item.item.data);
        finding
    }
}
