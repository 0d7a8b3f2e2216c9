//! Whether a limit comes where the document says: neither later nor earlier.

use super::round::{Round, answered_at, is_limited, is_served, most_in_windows, most_smoothly};
use super::{Burst, Told, pace_of};
use crate::judge::Sink;

/// Why a burst of which nothing was served says nothing of where the limit is.
const AT_ITS_LIMIT: &str = "the credential was at its limit already";

/// Whether more were served than a limit lets in that knows no windows, and a window may explain it.
pub(super) fn may_be_an_edge(burst: &Burst) -> bool {
    let rush = burst.in_a_rush();
    let is_too_many = rush.served > most_smoothly(burst.limit, rush.span());
    is_too_many && rush.served <= most_in_windows(burst.limit, rush.span()) && !shows_no_window(burst)
}

/// Whether a request was served after a 429, before a window that began in the rush could be over.
fn shows_no_window(burst: &Burst) -> bool {
    let rush = burst.in_a_rush();
    let over = rush.began.saturating_add(burst.limit.per);
    let mut probes = burst.probes.iter().map(|probe| &probe.exchange);
    rush.limited > 0 && probes.any(|probe| is_served(probe) && answered_at(probe) < over)
}

pub(super) fn late(told: &Told<'_>, sink: &mut Sink) {
    let rush = told.burst.in_a_rush();
    if may_be_an_edge(told.burst) {
        return late_afresh(told, &rush, sink);
    }
    if rush.served > most_smoothly(told.burst.limit, rush.span()) {
        let seconds = rush.span().as_secs_f64();
        return fail_late(told, &rush, format!("{} requests were served in {seconds:.1} s", rush.served), sink);
    }
    pass_late(told, &rush, sink);
}

/// What a second burst says, in which no window can begin anew.
fn late_afresh(told: &Told<'_>, rush: &Round, sink: &mut Sink) {
    let limit = told.burst.limit;
    let served = format!("{} requests were served in {:.1} s", rush.served, rush.span().as_secs_f64());
    let Some(round) = told.burst.begun_afresh() else {
        let why = told.burst.broken_off.as_deref().unwrap_or("no second burst could tell");
        return sink.not_checked(format!("{served}, as where a window begins anew, and {why}"));
    };
    if round.ended >= rush.began.saturating_add(limit.per.saturating_mul(2)) {
        return sink.not_checked(format!("{served}, as where a window begins anew, and a second burst took too long"));
    }
    if round.served > most_smoothly(limit, round.span()) {
        let seconds = round.span().as_secs_f64();
        let what = format!("{} requests were served in {seconds:.1} s after a window without any", round.served);
        return fail_late(told, &round, what, sink);
    }
    pass_late(told, &round, sink);
}

fn fail_late(told: &Told<'_>, round: &Round, what: String, sink: &mut Sink) {
    let limit = told.burst.limit;
    let mut finding = sink.finding(format!("{what}, where the limit is {}", pace_of(limit)));
    finding.expected = format!("429 after {} requests", limit.requests);
    finding.actual = format!("{} served, {} answered 429", round.served, round.limited);
    sink.fail(finding.breaking(told.contract, told.promises.iter().copied()));
}

fn pass_late(told: &Told<'_>, round: &Round, sink: &mut Sink) {
    match (round.served, round.limited) {
        (0, 1..) => sink.not_checked(AT_ITS_LIMIT),
        (_, 1..) => sink.pass(told.promises.iter().copied()),
        (served, 0) => sink.not_checked(format!("only {served} requests of the burst were served")),
    }
}

pub(super) fn early(told: &Told<'_>, sink: &mut Sink) {
    let (burst, rush) = (told.burst, told.burst.in_a_rush());
    let allowed = burst.limit.requests as usize;
    if rush.served >= allowed {
        return sink.pass(told.promises.iter().copied());
    }
    if rush.limited == 0 {
        return sink.not_checked(format!("only {} requests of the burst were served", rush.served));
    }
    if rush.served == 0 {
        return sink.not_checked(AT_ITS_LIMIT);
    }
    if rush.served + burst.before.sent >= allowed && !is_counted_apart(burst) {
        return sink.not_checked(format!("{} requests within the window came before the burst", burst.before.sent));
    }
    if rush.served + rush.other >= allowed || rush.span() > burst.limit.per {
        return sink
            .not_checked("requests of the burst failed otherwise, or it took longer than the window".to_owned());
    }
    if burst.before.unknown {
        return early_afresh(told, &rush, sink);
    }
    fail_early(told, &rush, "", sink);
}

/// Whether a 429 came early, and so it may be that others used the credential before the run, of which only a burst
/// after a window without any requests can tell.
pub(super) fn may_have_been_used(burst: &Burst) -> bool {
    let (rush, allowed) = (burst.in_a_rush(), burst.limit.requests as usize);
    burst.before.unknown && rush.limited > 0 && rush.served > 0 && rush.served + rush.other < allowed
}

/// What a second burst says of a 429 that came early.
fn early_afresh(told: &Told<'_>, rush: &Round, sink: &mut Sink) {
    let came = format!("429 came after {} requests", rush.served + rush.other);
    let Some(round) = told.burst.begun_afresh() else {
        let why = told.burst.broken_off.as_deref().unwrap_or("no second burst could tell");
        return sink.not_checked(format!("{came}, and others may have used the credential before the run: {why}"));
    };
    if round.served >= told.burst.limit.requests as usize {
        return sink.pass(told.promises.iter().copied());
    }
    if round.limited == 0 || round.other > 0 || round.span() > told.burst.limit.per {
        return sink
            .not_checked(format!("{came}, and the requests of a second burst failed otherwise, or took too long"));
    }
    fail_early(told, &round, " sent after a long silence", sink);
}

fn fail_early(told: &Told<'_>, rush: &Round, when: &str, sink: &mut Sink) {
    let (burst, allowed) = (told.burst, told.burst.limit.requests);
    let after = rush.served + rush.other;
    let mut finding =
        sink.finding(format!("429 came after {after} requests{when}, where the limit is {}", pace_of(burst.limit)));
    finding.expected = format!("{allowed} requests served");
    finding.actual = format!("{} served, {} answered 429", rush.served, rush.limited);
    sink.fail(finding.breaking(told.contract, told.promises.iter().copied()));
}

/// Whether about as many requests as the limit allows were served, and the rest refused without one 429.
pub(super) fn is_refused_otherwise(burst: &Burst) -> bool {
    let rush = burst.in_a_rush();
    let about_the_limit = (rush.served + burst.before.sent) * 10 >= burst.limit.requests as usize * 9;
    let holds = rush.served <= most_smoothly(burst.limit, rush.span());
    let has_429 = burst.rush.iter().any(is_limited);
    rush.served > 0 && about_the_limit && holds && !has_429 && rush.other > 0
}

/// Whether the requests before the burst evidently count apart from it: they had another credential, never
/// met the limit, and more of them alone were let in than it would have let through.
fn is_counted_apart(burst: &Burst) -> bool {
    let before = &burst.before;
    before.other_credential && before.limited == 0 && before.let_in > most_smoothly(burst.limit, before.span)
}
