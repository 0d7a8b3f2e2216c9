//! The HTML report: one file that needs nothing else, no script and no network.
//!
//! What a target says is text and nothing but text. Four things see to it, each enough by itself: templates that
//! escape whatever is put into them, text in which every character that cannot be seen is written as an escape, no
//! address that a target gave, and a policy that forbids scripts, requests, and styles other than ours.

pub(super) mod compared;
mod coverage;
mod facts;
mod finding;
mod latency;
mod promises;
mod room;
mod streams;
mod summary;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod unchecked;

use std::io;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use ring::digest::{SHA256, digest};

use super::terminal::verdict_words;
use super::{safe, told, words};
use crate::run::{RunResult, RunVerdict, TargetResult};
use facts::Chip;
use room::Room;
use text::{code, shown};

/// The only style there is.
const STYLE: &str = include_str!("style.css");
/// Bytes that all targets may take, markup included; with what is around them the file stays below 1 MB.
const ROOM: usize = 960_000;
/// Bytes of a target that are there whatever there is to say: its names, headings, the heads of tables.
const AROUND: usize = 9_000;
/// Most targets that have a part of their own.
const MOST_TARGETS: usize = 60;
/// Most lines that concern a target as a whole, and the columns of one.
const MOST_LINES: usize = 12;
const LONGEST_LINE: usize = 600;

/// Writes the report of a run.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut dyn io::Write, run: &RunResult) -> io::Result<()> {
    // Templates made every text safe already; this holds where one forgot.
    out.write_all(safe::lines(&page(run).into_string()).as_bytes())
}

fn page(run: &RunResult) -> Markup {
    let shown_targets = &run.targets[..run.targets.len().min(MOST_TARGETS)];
    let room = ROOM / shown_targets.len().max(1) - AROUND;
    let body = html! {
        (top(run))
        main {
            (summary::targets(shown_targets))
            @if let Some(left @ 1..) = run.targets.len().checked_sub(MOST_TARGETS) {
                p.left-out { (words::count(left, "more target")) ": the JSON report has them all." }
            }
            @for (index, target) in shown_targets.iter().enumerate() {
                (section(index, target, room))
            }
        }
        (foot(run))
    };
    document(&title(run), &body)
}

/// A page of ours: what is around its body is the same for all of them.
fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="referrer" content="no-referrer";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "uptospec: " (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    }
}

/// No script, no request, no form, and no style but the one whose digest this is.
fn policy() -> String {
    let style = BASE64_STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'")
}

fn title(run: &RunResult) -> String {
    match run.targets.as_slice() {
        [target] => format!("{} {}", safe::clipped(&target.name, 60), run.verdict.word()),
        targets => format!("{}, {}", words::count(targets.len(), "target"), run.verdict.word()),
    }
}

fn top(run: &RunResult) -> Markup {
    let sentence = verdict_words(run);
    html! {
        header.top.(summary::tone(run.verdict)) {
            p.brand { "uptospec" }
            h1 { (headline(run.verdict)) }
            p.lead { (shown(&sentence, 600)) }
            ul.facts {
                li { (words::count(run.targets.iter().map(|target| target.requests).sum(), "request")) }
                li { (words::duration(run.elapsed)) }
                li { time { (humantime::format_rfc3339_seconds(run.started)) } }
                li { "seed " (run.seed) }
            }
        }
    }
}

fn headline(verdict: RunVerdict) -> &'static str {
    match verdict {
        RunVerdict::Conformant => "Conformant",
        RunVerdict::Violations => "Contract broken",
        RunVerdict::Incomplete => "Not judged in full",
    }
}

/// All of one target. Its parts share the room, and what one leaves is the next one's.
fn section(index: usize, target: &TargetResult, room: usize) -> Markup {
    let id = format!("t{index}");
    let mut room = Room::new(room);
    let incomplete = room.within(1, |room| callout("Could not be judged in full", &target.incomplete, room));
    let lapsed = room.within(1, |room| callout("Entries of the baseline that no longer hold", &lapsed(target), room));
    let streams = room.within(1, |room| streams::section(&id, target, room));
    let latency = room.within(2, |room| latency::section(target, room));
    let exercised = room.within(1, |room| coverage::section(target, room));
    let unchecked = room.within(1, |room| unchecked::section(target, room));
    let (findings, places) = room.all_but(3, |room| finding::section(&id, target, room));
    let parts = [
        ("promises", "Promises", promises::section(target, &places, &mut room)),
        ("findings", "Findings", findings),
        ("streams", "Streams", streams),
        ("latency", "Latency", latency),
        ("exercised", "Exercised", exercised),
        ("unchecked", "Not checked", unchecked),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|(.., markup)| !markup.0.is_empty()).collect();
    html! {
        section.target id=(id) aria-labelledby={ (id) "-name" } {
            header {
                h2 id={ (id) "-name" } { (shown(&target.name, 80)) " " (Chip::of_verdict(target.verdict)) }
                p.about { (shown(&target.title, 120)) " at " (code(&target.url, 160)) ", judged by " (code(&target.spec, 160)) }
                @if parts.len() > 1 { (contents(&id, &parts)) }
            }
            (incomplete) (lapsed)
            @for (name, title, markup) in &parts {
                section id={ (id) "-" (name) } { h3 { (title) } (markup) }
            }
        }
    }
}

/// What there is of a target, and the way to each part.
fn contents(id: &str, parts: &[(&str, &str, Markup)]) -> Markup {
    html! {
        nav aria-labelledby={ (id) "-name" } {
            ul.contents { @for (name, title, _) in parts { li { a href={ "#" (id) "-" (name) } { (title) } } } }
        }
    }
}

/// What concerns a target as a whole and wants to be seen first; nothing where there is nothing.
fn callout(title: &str, lines: &[String], room: &mut Room) -> Markup {
    let filled = room.fill(lines.iter().take(MOST_LINES), |line| html! { li { (shown(line, LONGEST_LINE)) } });
    let left = lines.len().saturating_sub(MOST_LINES) + filled.left_out;
    html! {
        @if !lines.is_empty() {
            div.callout {
                p { strong { (title) } }
                ul { (filled.markup) @if left > 0 { li { "and " (left) " more" } } }
            }
        }
    }
}

fn lapsed(target: &TargetResult) -> Vec<String> {
    let told = |lapsed| format!("{}: {}", told::lapsed_subject(lapsed), told::lapsed_words(lapsed));
    target.lapsed.iter().map(told).collect()
}

fn foot(run: &RunResult) -> Markup {
    html! {
        footer {
            p {
                "Written by uptospec " (env!("CARGO_PKG_VERSION")) ". "
                code { "uptospec explain RULE" } " tells what a rule asks and why; the same seed, "
                (run.seed) ", sends the same requests."
            }
            p { "What could not be checked is never counted as kept." }
        }
    }
}
