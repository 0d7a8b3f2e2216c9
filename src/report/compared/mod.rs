//! What comparing reports gives, as people read it.

mod markdown;
mod terminal;

use super::words;
use crate::compare::{Cell, Difference, Finding, Gone, TargetDifference};
use crate::run::PromiseVerdict;

pub use super::html::compared::{difference as html_difference, matrix as html_matrix};
pub use markdown::{difference as markdown_difference, matrix as markdown_matrix};
pub use terminal::{difference as print_difference, matrix as print_matrix};

/// What became of a rule on a target, in words.
pub(super) fn cell_words(cell: Cell) -> String {
    match cell {
        Cell::Broken { severity, findings } => words::count(findings, severity.word()),
        Cell::Kept { .. } => "kept".to_owned(),
        Cell::NotChecked => "not checked".to_owned(),
        Cell::Absent => "–".to_owned(),
    }
}

/// What is to be known of a new finding; empty where nothing is.
fn new_words(target: &TargetDifference, finding: &Finding) -> &'static str {
    if target.is_newly_judged(finding) { " (the rule was not judged there before)" } else { "" }
}

pub(super) fn gone_words(gone: Gone) -> &'static str {
    match gone {
        Gone::Kept => "the rule is kept now",
        Gone::NotJudged => "the rule was not judged there this time",
        Gone::Incomplete => "the target could not be judged in full this time",
    }
}

fn promise_word(verdict: PromiseVerdict) -> &'static str {
    match verdict {
        PromiseVerdict::Kept => "kept",
        PromiseVerdict::Broken => "broken",
        PromiseVerdict::NotChecked => "not checked",
    }
}

/// How many findings of a target are new, graver, gone and unchanged, those that there are.
pub(super) fn counted(target: &TargetDifference) -> String {
    let numbers = [
        (target.new.len(), "new"),
        (target.graver.len(), "graver"),
        (target.gone.len(), "gone"),
        (target.unchanged.len(), "unchanged"),
    ];
    let parts: Vec<_> =
        numbers.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    if parts.is_empty() { "no findings before or after".to_owned() } else { parts.join(", ") }
}

/// What the difference comes to, in a sentence.
pub(super) fn in_short(difference: &Difference) -> String {
    let total = |of: fn(&TargetDifference) -> usize| difference.targets.iter().map(of).sum::<usize>();
    let (new, graver) = (total(|target| target.new.len()), total(|target| target.graver.len()));
    match (new, graver) {
        (0, 0) if difference.is_unknown() => "nothing is new, and not everything could be judged again".to_owned(),
        (0, 0) => "nothing is new".to_owned(),
        (0, _) => format!("{} more than before", weigh(graver)),
        (_, 0) => are_new(new),
        _ => format!("{}, {} more than before", are_new(new), weigh(graver)),
    }
}

fn are_new(number: usize) -> String {
    format!("{} {} new", words::count(number, "finding"), if number == 1 { "is" } else { "are" })
}

fn weigh(number: usize) -> String {
    format!("{} {}", words::count(number, "finding"), if number == 1 { "weighs" } else { "weigh" })
}

#[cfg(test)]
mod tests;
