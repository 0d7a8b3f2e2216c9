//! What every target came to, a row each.

use maud::{Markup, html};

use super::facts::Chip;
use super::text::shown;
use crate::judge::Severity;
use crate::report::words;
use crate::run::{PromiseVerdict, RunVerdict, TargetResult};

/// The class that gives a verdict its colour.
pub fn tone(verdict: RunVerdict) -> &'static str {
    match verdict {
        RunVerdict::Conformant => "good",
        RunVerdict::Violations => "bad",
        RunVerdict::Incomplete => "open",
    }
}

/// How many promises of a target came to this.
pub fn promises(target: &TargetResult, verdict: PromiseVerdict) -> usize {
    target.promises.iter().filter(|promise| promise.verdict == verdict).count()
}

/// The table of all targets.
pub fn targets(targets: &[TargetResult]) -> Markup {
    html! {
        section aria-labelledby="targets" {
            h2 id="targets" { "Targets" }
            table.cards.targets {
                thead {
                    tr {
                        th scope="col" { "Target" }
                        th scope="col" { "Verdict" }
                        th scope="col" { "Promises" }
                        th.number scope="col" { "Errors" }
                        th.number scope="col" { "Warnings" }
                        th.number scope="col" { "Notes" }
                        th.number scope="col" { "Requests" }
                        th.number scope="col" { "Time" }
                    }
                }
                tbody { @for (index, target) in targets.iter().enumerate() { (row(index, target)) } }
            }
        }
    }
}

fn row(index: usize, target: &TargetResult) -> Markup {
    let number = |label: &str, number: usize, tone: &str| {
        let tone = if number == 0 { "nil" } else { tone };
        html! { td.number.(tone) data-label=(label) { (number) } }
    };
    html! {
        tr {
            th scope="row" { a href={ "#t" (index) } { (shown(&target.name, 80)) } }
            td.verdict data-label="Verdict" { (Chip::of_verdict(target.verdict)) }
            td.promised data-label="Promises" {
                @if target.promises.is_empty() { span.none { "none are written down" } } @else { (bar(target)) }
            }
            (number("Errors", target.number_of(Severity::Error), "bad"))
            (number("Warnings", target.number_of(Severity::Warning), "doubt"))
            (number("Notes", target.number_of(Severity::Note), "note"))
            (number("Requests", target.requests, "plain"))
            td.number data-label="Time" { (words::duration(target.elapsed)) }
        }
    }
}

/// The promises as a bar, and in words.
fn bar(target: &TargetResult) -> Markup {
    let verdicts = [PromiseVerdict::Kept, PromiseVerdict::Broken, PromiseVerdict::NotChecked];
    let total = target.promises.len().max(1);
    let parts = verdicts.map(|verdict| (Chip::of_promise(verdict), promises(target, verdict)));
    let widths = parts.map(|(chip, number)| (chip.tone(), number * 1000 / total));
    let starts = [0, widths[0].1, widths[0].1 + widths[1].1];
    html! {
        div.share {
            svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                @for ((tone, width), start) in widths.into_iter().zip(starts) {
                    @if width > 0 { rect.(tone) x=(start) y="0" width=(width) height="10" {} }
                }
            }
            span.words {
                @for (index, (chip, number)) in parts.into_iter().filter(|(_, number)| *number > 0).enumerate() {
                    @if index > 0 { ", " }
                    span.(chip.tone()) { (number) " " (chip.word()) }
                }
            }
        }
    }
}
