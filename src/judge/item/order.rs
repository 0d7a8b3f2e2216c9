//! Rules on how items follow each other.

use crate::follow::{Block, Misplaced, Seen, SequenceOutcome};
use crate::judge::excerpt::excerpt;
use crate::judge::streamed::{Held, StreamView, place};
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
    for held in view.held() {
        let (Some(wanted), Some(sequence)) = (&held.promised.sequence, &held.track.sequence) else { continue };
        if held.track.items == 0 {
            continue;
        }
        if let Some(reason) = told_elsewhere(&view, &held) {
            sink.not_checked(reason);
            continue;
        }
        match (&sequence.outcome, &sequence.broke_at, view.end_unseen().or_else(|| held.end_missing())) {
            (SequenceOutcome::Kept, _, None) => sink.pass(held.promises_of("sequence", evidence.contract)),
            (SequenceOutcome::Unusable(reason), _, _) => sink.not_checked(reason.clone()),
            (_, None, Some(reason)) => sink.not_checked(reason),
            (_, broke_at, _) => {
                let mut finding = sink.finding("the events do not follow each other as declared");
                finding.at = broke_at.as_ref().map_or_else(|| At::byte(view.answer.length), place);
                finding.expected = wanted.clone();
                finding.actual = excerpt(&sequence.in_words());
                sink.fail(held.breaking("sequence", finding, evidence.contract));
            }
        }
    }
}

/// Why the order cannot be judged: an item has no kind or a wrong one, which another rule tells.
fn told_elsewhere(view: &StreamView<'_>, held: &Held<'_>) -> Option<String> {
    let track = held.track;
    let told = |item: &Seen, rule: &str| format!("event {} has no place in an order, which is {rule}", item.number);
    let broken = track.payload.broken.as_ref().map(|(item, _)| told(item, "item/not-json"));
    let too_deep = || track.payload.too_deep.as_ref().map(|item| told(item, "item/not-json"));
    let unknown = || track.shape.unknown.as_ref().map(|item| told(item, "item/unknown-kind"));
    let after = || {
        let broke_at = track.sequence.as_ref()?.broke_at.as_ref()?.number;
        let after = track.ending.after.as_ref().or(track.ending.repeated.as_ref())?;
        (broke_at >= after.number)
            .then(|| format!("event {} follows the end, which has a rule of its own", after.number))
    };
    let near = || {
        let broke_at = track.sequence.as_ref()?.broke_at.as_ref().filter(|item| view.is_near_miss(item))?;
        Some(told(broke_at, "stream/terminal-near-miss"))
    };
    broken.or_else(too_deep).or_else(unknown).or_else(near).or_else(after)
}

fn lifecycle(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    for held in view.held() {
        for (lifecycle, blocks) in held.promised.lifecycles.iter().zip(&held.track.lifecycles) {
            let step = Step { view: &view, held: &held, key: &lifecycle.key };
            let misplaced = blocks.misplaced.as_ref().map(|(block, how)| match how {
                Misplaced::OpenedAgain => step.opened_again(block, sink),
                Misplaced::NotOpen => step.not_open(block, &lifecycle.open, sink),
            });
            let unclosed = || {
                let block = blocks.unclosed().filter(|_| !lifecycle.unclosed_ok && !step.is_excused())?;
                Some(step.finding(
                    &block,
                    format!("block {} is never closed", block.id),
                    &any_of(&lifecycle.close),
                    sink,
                ))
            };
            match misplaced.or_else(unclosed) {
                Some(finding) => sink.fail(held.breaking("lifecycles", finding, evidence.contract)),
                None if blocks.too_many => sink.not_checked("too many blocks are open at once to be followed"),
                None if blocks.any => sink.pass(held.promises_of("lifecycles", evidence.contract)),
                None => {}
            }
        }
    }
}

fn any_of(kinds: &[String]) -> String {
    kinds.join(" or ")
}

/// A step in the life of a block.
struct Step<'a> {
    view: &'a StreamView<'a>,
    held: &'a Held<'a>,
    key: &'a str,
}

impl Step<'_> {
    fn opened_again(&self, block: &Block, sink: &Sink) -> Finding {
        self.finding(block, format!("block {} is opened again", block.id), "an id of its own", sink)
    }

    fn not_open(&self, block: &Block, open: &[String], sink: &Sink) -> Finding {
        let kind = block.item.kind.as_deref().unwrap_or_default();
        let message = match block.id.is_empty() {
            true => format!("`{kind}` does not say which block it belongs to"),
            false => format!("`{kind}` belongs to block {}, which is not open", block.id),
        };
        self.finding(block, message, &format!("{} before it", any_of(open)), sink)
    }

    /// A block may be open at the end where the end was not seen or never came, or a failure came before it.
    fn is_excused(&self) -> bool {
        let without_end = self.view.end_unseen().or_else(|| self.held.end_missing());
        without_end.is_some() || self.held.track.errors.count > 0
    }

    fn finding(&self, block: &Block, message: String, expected: &str, sink: &Sink) -> Finding {
        let mut finding = sink.finding(message);
        finding.at = At { pointer: Some(self.key.to_owned()), ..place(&block.item) };
        finding.expected = expected.to_owned();
        finding.actual = excerpt(&block.item.data);
        finding
    }
}
