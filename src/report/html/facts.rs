//! Small things that stand all over the report: words on a coloured ground, and what was left out.

use maud::{Markup, Render, html};

use super::room::Room;
use super::summary::tone;
use crate::judge::Severity;
use crate::report::words;
use crate::run::{FoundFinding, PromiseVerdict, RunVerdict};

/// A word on a ground whose colour says the same: nobody needs to see colours.
#[derive(Debug, Clone, Copy)]
pub struct Chip {
    tone: &'static str,
    word: &'static str,
}

impl Chip {
    /// What a target came to.
    pub fn of_verdict(verdict: RunVerdict) -> Self {
        Chip { tone: tone(verdict), word: verdict.word() }
    }

    /// How much a finding weighs: nothing where the baseline lists it.
    pub fn of_finding(found: &FoundFinding) -> Self {
        let severity = found.finding.severity;
        let tone = match severity {
            _ if found.known.is_some() => return Chip { tone: "open", word: "known" },
            Severity::Error => "bad",
            Severity::Warning => "doubt",
            Severity::Note => "note",
        };
        Chip { tone, word: severity.word() }
    }

    /// What became of a promise.
    pub fn of_promise(verdict: PromiseVerdict) -> Self {
        let (tone, word) = match verdict {
            PromiseVerdict::Kept => ("good", "kept"),
            PromiseVerdict::Broken => ("bad", "broken"),
            PromiseVerdict::NotChecked => ("open", "not checked"),
        };
        Chip { tone, word }
    }

    /// The class that gives the colour.
    pub fn tone(self) -> &'static str {
        self.tone
    }

    /// The word.
    pub fn word(self) -> &'static str {
        self.word
    }
}

impl Render for Chip {
    fn render(&self) -> Markup {
        html! { span.chip.(self.tone) { (self.word) } }
    }
}

/// How many things there was no room for; nothing where there was room for all.
pub fn left_out(number: usize, noun: &str) -> Markup {
    html! {
        @if number > 0 {
            p.left-out { (words::count(number, noun)) ", for which there is no room here: the JSON report has them all." }
        }
    }
}

/// Operations of a part that are there at a glance; what there is more of is to be unfolded.
pub const AT_A_GLANCE: usize = 12;

/// Operations one after the other, as long as there is room.
pub fn operations<T>(
    room: &mut Room,
    operations: impl ExactSizeIterator<Item = T> + Clone,
    draw: impl Fn(T) -> Markup,
) -> Markup {
    let open = room.fill(operations.clone().take(AT_A_GLANCE), &draw);
    let more = operations.len().saturating_sub(AT_A_GLANCE);
    let folded = room.fill(operations.skip(AT_A_GLANCE), draw);
    html! {
        (open.markup)
        @if folded.left_out < more { (unfolding(more - folded.left_out, "more operation", &folded.markup)) }
        (left_out(open.left_out + folded.left_out, "more operation"))
    }
}

/// So many things, to be unfolded.
pub fn unfolding(number: usize, noun: &str, content: &Markup) -> Markup {
    html! { details.group { summary { (words::count(number, noun)) } (content) } }
}
