//! What of each operation was exercised, and what never was.

use maud::{Markup, html};

use super::facts::{AT_A_GLANCE, left_out, unfolding};
use super::room::Room;
use super::text::{code, shown};
use crate::run::{ASPECTS, OperationCoverage, Share, TargetResult, total_coverage};

/// Columns of what never was for one reason.
const LONGEST_LIST: usize = 400;

/// The part on what was exercised.
pub fn section(target: &TargetResult, room: &mut Room) -> Markup {
    if target.coverage.is_empty() {
        return html! {};
    }
    let rows =
        room.fill(target.coverage.iter(), |(id, operation)| row(&code(id, 80), operation.requests, operation.shares()));
    let of_operations = html! { (table(&rows.markup)) (left_out(rows.left_out, "more operation")) };
    let requests = target.coverage.values().map(|operation| operation.requests).sum();
    let of_all = row(&html! { "all operations" }, requests, total_coverage(&target.coverage));
    let never = target.coverage.iter().filter(|(_, operation)| !operation.never().is_empty());
    let never = room.fill(never.collect::<Vec<_>>().into_iter(), |(id, operation)| never_part(id, operation));
    html! {
        @if target.coverage.len() > AT_A_GLANCE {
            (table(&of_all))
            (unfolding(target.coverage.len(), "operation", &of_operations))
        } @else {
            (of_operations)
        }
        (never.markup)
        (left_out(never.left_out, "more operation"))
    }
}

fn table(rows: &Markup) -> Markup {
    html! {
        table.cards {
            thead {
                tr {
                    th scope="col" { "Operation" }
                    th.number scope="col" { "requests" }
                    @for aspect in ASPECTS { th.number scope="col" { (aspect) } }
                }
            }
            tbody { (rows) }
        }
    }
}

fn row(name: &Markup, requests: usize, shares: [Share; 6]) -> Markup {
    html! {
        tr {
            th scope="row" { (name) }
            td.number data-label="requests" { (requests) }
            @for (aspect, share) in ASPECTS.into_iter().zip(shares) {
                td.number.nil[share.exercised == share.all] data-label=(aspect) { (words(share)) }
            }
        }
    }
}

fn words(share: Share) -> String {
    if share.all == 0 { "–".to_owned() } else { share.to_string() }
}

fn never_part(id: &str, operation: &OperationCoverage) -> Markup {
    let never = operation.never();
    let number: usize = never.iter().map(|(_, list)| list.len()).sum();
    html! {
        details.group {
            summary { b { (number) " ×" } " never exercised of " (code(id, 80)) }
            ul {
                @for (reason, list) in &never {
                    li { (shown(reason, LONGEST_LIST)) ": " (code(&list.join(", "), LONGEST_LIST)) }
                }
                @if operation.cut { li { "It declares more, which was not looked into." } }
            }
        }
    }
}
