//! The promises of a target: what became of each, and the sentence of the document beside it.

use maud::{Markup, html};

use super::facts::{Chip, left_out};
use super::finding::{Breaking, Places};
use super::room::Room;
use super::text::{code, shown};
use crate::contract::PromiseId;
use crate::report::told::{LONGEST_TEXT, origin};
use crate::run::{PromiseOutcome, PromiseVerdict, TargetResult};

/// In the order in which a reader wants to see them.
const ORDER: [PromiseVerdict; 3] = [PromiseVerdict::Broken, PromiseVerdict::NotChecked, PromiseVerdict::Kept];
/// Most rules that are named beside a promise.
const MOST_RULES: usize = 4;

/// The part on promises.
pub fn section(target: &TargetResult, places: &Places<'_>, room: &mut Room) -> Markup {
    let groups = ORDER.map(|verdict| {
        let promises: Vec<_> =
            target.promises.iter().enumerate().filter(|(_, promise)| promise.verdict == verdict).collect();
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
    let tiles = room.fill(std::iter::once(&groups), |groups| tiles(groups));
    html! {
        (tiles.markup)
        @for (index, (verdict, promises)) in groups.iter().enumerate() {
            details.group open[index == 0] {
                summary { (Chip::of_promise(*verdict)) " " b { (promises.len()) } }
                (table(*verdict, promises, places, room))
            }
        }
    }
}

/// A promise and its place among those of its contract.
type Numbered<'a> = (usize, &'a PromiseOutcome);

/// A tile a promise, so that one glance tells how many came to what. The tables say the same in words.
fn tiles(groups: &[(PromiseVerdict, Vec<Numbered<'_>>)]) -> Markup {
    html! {
        div.tiles aria-hidden="true" {
            @for (verdict, promises) in groups {
                @for _ in promises.iter().take(400) { span.(Chip::of_promise(*verdict).tone()) {} }
            }
        }
    }
}

/// What the third column of the promises that came to this tells.
fn third(verdict: PromiseVerdict) -> &'static str {
    match verdict {
        PromiseVerdict::Kept => "Judged by",
        PromiseVerdict::Broken => "Broken by",
        PromiseVerdict::NotChecked => "Why",
    }
}

fn table(verdict: PromiseVerdict, promises: &[Numbered<'_>], places: &Places<'_>, room: &mut Room) -> Markup {
    let filled = room.fill(promises.iter(), |promise| row(*promise, places));
    html! {
        table.cards.promises {
            thead {
                tr {
                    th scope="col" { "Promise" }
                    th scope="col" { "Operation" }
                    th scope="col" { (third(verdict)) }
                    th.number scope="col" { "Checks" }
                }
            }
            tbody { (filled.markup) }
        }
        (left_out(filled.left_out, "more promise"))
    }
}

fn row((index, promise): Numbered<'_>, places: &Places<'_>) -> Markup {
    let breaking = places.breaking(PromiseId(index), promise);
    html! {
        tr {
            th scope="row" {
                @if let Some(quote) = &promise.source.quote { q { (shown(quote, LONGEST_TEXT)) } }
                span.origin { (shown(&origin(&promise.source), LONGEST_TEXT)) }
            }
            td data-label="Operation" {
                @if let Some(operation) = &promise.operation { (code(operation, 80)) } @else { "all" }
            }
            td data-label=(third(promise.verdict)) {
                @if let Some(reason) = &promise.reason { (shown(reason, LONGEST_TEXT)) }
                @else if !breaking.is_empty() { (findings(&breaking)) }
                @else { (rules(&promise.rules)) }
            }
            td.number data-label="Checks" { (promise.cases) }
        }
    }
}

/// The findings that break a promise, each a way to it.
fn findings(breaking: &[Breaking<'_>]) -> Markup {
    html! {
        ul.rules {
            @for breaking in breaking.iter().take(MOST_RULES) {
                @let rule = code(breaking.found.finding.rule, 80);
                li { @if let Some(place) = &breaking.place { a href={ "#" (place) } { (rule) } } @else { (rule) } }
            }
            @if let Some(left @ 1..) = breaking.len().checked_sub(MOST_RULES) { li { "and " (left) " more" } }
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
