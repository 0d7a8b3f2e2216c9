//! Rules on when the parts of a stream arrive.

use std::time::Duration;

use crate::contract::{Contract, PromiseId};
use crate::follow::Silence;
use crate::judge::streamed::{StreamView, milliseconds};
use crate::judge::{At, Evidence, Finding, Rule, RuleSource, Severity, Sink};
use crate::send::End;
use crate::stream::StreamFacts;

/// A whole that took less than this says nothing of how it was sent.
const SHORTEST_JUDGED: Duration = Duration::from_millis(250);

/// Parts that arrive within this time came at once: as much as a busy machine spreads one write.
const BURST: Duration = Duration::from_millis(10);

/// So do parts that arrive within this share of a longer whole, one in so many: a slow writer needs
/// longer for one burst. Three seconds of thought and then parts 12 ms apart stay honest streaming.
const BURST_SHARE: u32 = 100;

/// Nobody who makes text makes it faster than this a piece; that is the time which we take to read one.
const PER_PIECE: Duration = Duration::from_micros(150);

/// Fewer events than these have no pace.
const FEWEST_EVENTS: usize = 5;

/// Proxies and mobile networks cut connections that are silent for longer than about this.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(super) const FIRST_EVENT_LATE: Rule = Rule {
    id: "stream/first-event-late",
    severity: Severity::Error,
    what: "The first event comes within the time that the contract gives.",
    why: "Somebody waits in front of an empty screen.",
    source: RuleSource::Contract,
    example: "(first event after 9000 ms, firstEventMs: 5000)",
    judge: first_event_late,
};

pub(super) const IDLE: Rule = Rule {
    id: "stream/idle",
    severity: Severity::Error,
    what: "A stream is never silent for longer than allowed; comments count as life.",
    why: "Clients and proxies take a silent connection for a dead one.",
    source: RuleSource::Contract,
    example: "(silent for 40 s after event 3)",
    judge: |evidence, sink| {
        let Some(view) = evidence.item_stream(sink) else { return };
        judge_idle(&view, evidence, sink);
    },
};

pub(super) const SLOW_KEEP_ALIVE: Rule = Rule {
    id: "stream/slow-keep-alive",
    severity: Severity::Note,
    what: "A sign of life comes at least every 15 seconds.",
    why: "Proxies cut silent connections; a comment line keeps them open.",
    source: RuleSource::Practice("WHATWG HTML 9.2.7 advises a comment about every 15 seconds"),
    example: "(16 s between two pieces)",
    judge: |evidence, sink| {
        let Some(view) = evidence.item_stream(sink) else { return };
        match view.followed.longest_silence.filter(|silence| silence.length > KEEP_ALIVE) {
            Some(silence) => sink.fail(silent_for(silence, "no sign of life for long", KEEP_ALIVE, sink)),
            None => sink.pass([]),
        }
    },
};

pub(super) const BUFFERED: Rule = Rule {
    id: "stream/buffered",
    severity: Severity::Warning,
    what: "Events arrive as they come about, not all at once at the end.",
    why: "A stream that is gathered first has the waiting time of a plain answer, and more parts to break.",
    source: RuleSource::Practice("a proxy or a framework gathers the answer"),
    example: "(12 events within 2 ms, after 4000 ms of silence)",
    judge: buffered,
};

fn first_event_late(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.stream_view(sink) else { return };
    for held in view.held() {
        let Some(limit) = held.promised.timing.first_event else { continue };
        let Some(first) = first_sign(&view) else {
            sink.not_checked("no event came");
            continue;
        };
        if first.at <= limit {
            sink.pass(held.promises_of("timing", evidence.contract));
            continue;
        }
        let mut finding = sink.finding("the first event is late");
        finding.at = At::byte(first.byte);
        finding.expected = format!("within {}", milliseconds(limit));
        finding.actual = milliseconds(first.at);
        sink.fail(held.breaking("timing", finding, evidence.contract));
    }
}

/// The first thing that a person sees.
struct First {
    at: Duration,
    byte: usize,
}

/// The first event, or the first byte of a plain text.
fn first_sign(view: &StreamView<'_>) -> Option<First> {
    match &view.followed.facts {
        StreamFacts::Text(facts) => Some(First { at: facts.first_at?, byte: 0 }),
        _ => view.followed.own.first.as_ref().map(|first| First { at: first.at, byte: first.span.start }),
    }
}

/// Judges the longest silence by the contract's limit, and by the one that we waited for. Plain text
/// has a rule of its own for it.
pub(in crate::judge) fn judge_idle(view: &StreamView<'_>, evidence: &Evidence<'_>, sink: &mut Sink) {
    // Silence after the declared end is a connection held open, which has a rule of its own.
    if let (End::Idle { silence }, false) = (view.answer.end, view.ended_itself()) {
        let mut finding = sink.finding("the stream fell silent and did not end");
        finding.at = At::byte(view.answer.length);
        finding.expected = "a next piece, a comment or the end".to_owned();
        finding.actual = format!("silent for {}", milliseconds(silence));
        return sink.fail(finding);
    }
    for held in view.held() {
        let Some(limit) = held.promised.timing.idle else { continue };
        match view.followed.longest_silence.filter(|silence| silence.length > limit) {
            Some(silence) => {
                let finding = silent_for(silence, "the stream is silent for longer than allowed", limit, sink);
                sink.fail(held.breaking("timing", finding, evidence.contract));
            }
            None => sink.pass(held.promises_of("timing", evidence.contract)),
        }
    }
}

fn silent_for(silence: Silence, message: &str, limit: Duration, sink: &Sink) -> Finding {
    let mut finding = sink.finding(message);
    finding.at = At::byte(silence.byte);
    finding.expected = format!("at most {}", milliseconds(limit));
    finding.actual = format!("silent for {}", milliseconds(silence.length));
    finding
}

fn buffered(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(view) = evidence.item_stream(sink) else { return };
    let count = view.followed.trace.total();
    // A body whose pieces were not kept says nothing of when they came.
    if count < FEWEST_EVENTS || !view.answer.is_timed() {
        return;
    }
    let (Some(first), Some(last)) = (&view.followed.own.first, &view.followed.own.last) else { return };
    let pieces = view.followed.pieces;
    let arrival = Arrival { count: format!("{count} events"), pieces, first: first.at, last: last.at };
    judge_pace(&arrival, &view.promises_of("timing", evidence.contract), evidence.contract, sink);
}

/// When the parts of a body came.
pub(in crate::judge) struct Arrival {
    /// How many of what.
    pub count: String,
    /// How many pieces they came in.
    pub pieces: usize,
    /// The first of them.
    pub first: Duration,
    /// The last of them.
    pub last: Duration,
}

/// Judges whether parts came in one burst after a long wait; `promises` are the sentences that say that
/// the answer streams.
pub(in crate::judge) fn judge_pace(arrival: &Arrival, promises: &[PromiseId], contract: &Contract, sink: &mut Sink) {
    let spread = arrival.last.saturating_sub(arrival.first);
    if arrival.last < SHORTEST_JUDGED {
        return sink.not_checked(format!("the whole took less than {}", milliseconds(SHORTEST_JUDGED)));
    }
    let of_machine = PER_PIECE.saturating_mul(u32::try_from(arrival.pieces).unwrap_or(u32::MAX));
    let by_pieces = of_machine.min(arrival.last / 2);
    if spread >= BURST.max(arrival.last / BURST_SHARE).max(by_pieces) {
        return sink.pass(promises.iter().copied());
    }
    let mut finding = sink.finding("the whole arrives in one burst, so it is not streamed");
    finding.expected = "parts that arrive as they come about".to_owned();
    finding.actual =
        format!("{} within {}, after {} of silence", arrival.count, milliseconds(spread), milliseconds(arrival.first));
    sink.fail(finding.breaking(contract, promises.iter().copied()));
}
