//! How long answers took: a distribution a moment and operation, in figures and as a picture.

use std::time::Duration;

use maud::{Markup, html};

use super::facts;
use super::room::Room;
use super::text::code;
use super::timeline::{WIDTH, x};
use crate::report::words;
use crate::run::{Latency, Percentiles, TargetResult};

/// The part on times.
pub fn section(target: &TargetResult, room: &mut Room) -> Markup {
    if target.latency.is_empty() {
        return html! {};
    }
    let all = target.latency_of_all.as_ref().filter(|_| target.latency.len() > 1);
    html! {
        p.hint { "From the first byte sent, over successful answers. The bar goes from half of them (p50) to 95 of 100 (p95), the line to the slowest." }
        @if let Some(all) = all { (table(&html! { "all operations" }, all)) }
        (facts::operations(room, target.latency.iter(), |(operation, latency)| table(&code(operation, 80), latency)))
    }
}

/// The moments of an answer that have a time, as somebody who waits for it sees them.
fn moments(latency: &Latency) -> impl Iterator<Item = (&'static str, Percentiles)> {
    let moments = [
        ("response head", Some(latency.head)),
        ("first byte", latency.first_byte),
        ("first event", latency.first_event),
        ("first content", latency.first_content),
        ("end", Some(latency.total)),
    ];
    moments.into_iter().filter_map(|(name, times)| Some((name, times?)))
}

fn table(caption: &Markup, latency: &Latency) -> Markup {
    let longest = moments(latency).map(|(_, times)| times.max).max().unwrap_or_default();
    html! {
        table.times {
            caption { (caption) }
            thead {
                tr {
                    th scope="col" { "Moment" }
                    th scope="col" { "Distribution" }
                    th.number scope="col" { "p50" }
                    th.number scope="col" { "p95" }
                    th.number scope="col" { "max" }
                }
            }
            tbody {
                @for (name, times) in moments(latency) {
                    tr {
                        th scope="row" { (name) }
                        td.picture { (picture(times, longest)) }
                        @for time in [times.p50, times.p95, times.max] { td.number { (words::duration(time)) } }
                    }
                }
            }
        }
    }
}

/// The figures stand beside it, so the picture says nothing to whoever cannot see it.
fn picture(times: Percentiles, longest: Duration) -> Markup {
    let [p50, p95, max] = [times.p50, times.p95, times.max].map(|time| x(time, longest));
    html! {
        svg viewBox={ "0 0 " (WIDTH) " 16" } preserveAspectRatio="none" aria-hidden="true" {
            path.rail d={ "M0 8H" (WIDTH) } {}
            path.reach d={ "M0 8H" (max) } {}
            rect.body x=(p50) y="3" width=((p95 - p50).max(4)) height="10" {}
            path.middle d={ "M" (p50) " 1V15" } {}
        }
    }
}
