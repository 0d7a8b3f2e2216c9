//! The promises of a target: what became of each, and the sentence of the document beside it.

use maud::{Markup, html};

use super::facts::{Chip, left_out};
use super::room::Room;
use super::text::{code, shown};
use crate::report::told::{LONGEST_TEXT, origin};
use crate::run::{PromiseOutcome, PromiseVerdict, TargetResult};

/// In the order in which a reader wants to see them.
const ORDER: [PromiseVerdict; 3] = [PromiseVerdict::Broken, PromiseVerdict::NotChecked, PromiseVerdict::Kept];
/// Most rules that are named beside a promise.
const MOST_RULES: usize = 4;

/// The part on promises.
pub fn section(target: &TargetResult, room: &mut Room) -> Markup {
    let groups = ORDER.map(|verdict| {
        let promises: Vec<_> = target.promises.iter().filter(|promise| promise.verdict == verdict).collect();
        (verdict, promises)
    });
    let mut groups: Vec<_> = groups.into_iter().filter(|(_, promises)| !promises.is_empty()).collect();
    if groups.is_empty() {
        return html! {};
    }
    // Those that are broken come first; where none is, those that were kept are what one came to see.
    if groups.first().is_some_and(|(verdict, _)| *verdict == PromiseVerdict::NotChecked) {
        groups.reverse();
    }
    html! {
        section {
            h3 { "Promises" }
            (tiles(&groups))
            @for (index, (verdict, promises)) in groups.iter().enumerate() {
                details.group open[index == 0] {
                    summary { (Chip::of_promise(*verdict)) " " b { (promises.len()) } }
                    (table(*verdict, promises, room))
                }
            }
        }
    }
}

/// A tile a promise, so that one glance tells how many came to what. The tables say the same in words.
fn tiles(groups: &[(PromiseVerdict, Vec<&PromiseOutcome>)]) -> Markup {
    html! {
        div.tiles aria-hidden="true" {
            @for (verdict, promises) in groups {
                @for _ in promises.iter().take(400) { span.(Chip::of_promise(*verdict).tone()) {} }
            }
        }
    }
}

fn table(verdict: PromiseVerdict, promises: &[&PromiseOutcome], room: &mut Room) -> Markup {
    let filled = room.fill(promises.iter(), |promise| row(promise));
    html! {
        table.cards.promises {
            thead {
                tr {
                    th scope="col" { "Promise" }
                    th scope="col" { "Operation" }
                    th scope="col" { (if verdict == PromiseVerdict::NotChecked { "Why" } else { "Judged by" }) }
                    th.number scope="col" { "Checks" }
                }
            }
            tbody { (filled.markup) }
        }
        (left_out(filled.left_out, "more promise"))
    }
}

fn row(promise: &PromiseOutcome) -> Markup {
    html! {
        tr {
            th scope="row" {
                @if let Some(quote) = &promise.source.quote { q { (shown(quote, LONGEST_TEXT)) } }
                span.origin { (shown(&origin(&promise.source), LONGEST_TEXT)) }
            }
            td data-label="Operation" {
                @if let Some(operation) = &promise.operation { (code(operation, 80)) } @else { "all" }
            }
            td data-label=(if promise.verdict == PromiseVerdict::NotChecked { "Why" } else { "Judged by" }) {
                @if let Some(reason) = &promise.reason { (shown(reason, LONGEST_TEXT)) } @else { (rules(&promise.rules)) }
            }
            td.number data-label="Checks" { (promise.cases) }
        }
    }
}

fn rules(rules: &[&'static str]) -> Markup {
    html! {
        @if rules.is_empty() { "no evidence" }
        ul.rules {
            @for rule in rules.iter().take(MOST_RULES) { li { code { (rule) } } }
            @if let Some(left @ 1..) = rules.len().checked_sub(MOST_RULES) { li { "and " (left) " more" } }
        }
    }
}
