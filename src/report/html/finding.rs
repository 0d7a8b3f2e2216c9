//! A finding: what was promised, what came, the bytes and the stream, and how to see it again.

use maud::{Markup, html};

use super::facts::{Chip, left_out};
use super::room::Room;
use super::text::{bytes_shown, code, marked, sentence, shown};
use super::timeline::Drawn;
use crate::contract::{PromiseId, Source};
use crate::report::excerpt::{Excerpt, Line};
use crate::report::locate::locate;
use crate::report::told::{self, LONGEST_TEXT, origin};
use crate::report::words;
use crate::run::{FoundFinding, Moment, PromiseOutcome, PromiseVerdict, ShownRow, ShownStream, TargetResult};
use crate::send::Answer;

/// Columns of a line of a body.
const COLUMNS: usize = 180;
/// Columns of a body of which no place is marked.
const BEGINNING: usize = 400;
/// What is told only to whoever unfolds it.
const FOLDED: [&str; 3] = ["case", "more", "seen"];

/// Findings that are there at a glance; the rest are to be unfolded, one by one.
const AT_A_GLANCE: usize = 10;
/// Shares of the room for findings that there is no room to show in full.
const LINES: usize = 2;

/// The findings of a target in the order in which they are shown, and where.
#[derive(Debug)]
pub struct Places<'a> {
    id: &'a str,
    findings: Vec<&'a FoundFinding>,
    /// How many of them there is room for.
    shown: usize,
}

/// A finding that breaks a promise.
#[derive(Debug)]
pub struct Breaking<'a> {
    /// It.
    pub found: &'a FoundFinding,
    /// Its place in the page; `None` where there is no room for it.
    pub place: Option<String>,
}

impl Places<'_> {
    /// The findings that break a promise. Where none names it, those of the same rule on its operation.
    pub fn breaking(&self, id: PromiseId, promise: &PromiseOutcome) -> Vec<Breaking<'_>> {
        let named = self.those(|found| found.finding.promises.contains(&id));
        if !named.is_empty() || promise.verdict != PromiseVerdict::Broken {
            return named;
        }
        self.those(|found| {
            promise.rules.contains(&found.finding.rule) && promise.operation.as_ref() == Some(&found.operation)
        })
    }

    fn those(&self, is_one: impl Fn(&FoundFinding) -> bool) -> Vec<Breaking<'_>> {
        let those = self.findings.iter().enumerate().filter(|(_, found)| is_one(found));
        those
            .map(|(index, found)| Breaking { found, place: (index < self.shown).then(|| place(self.id, index)) })
            .collect()
    }
}

fn place(id: &str, index: usize) -> String {
    format!("{id}-f{index}")
}

/// The part on findings, and where each of them is. Those that the baseline lists come last.
pub fn section<'a>(id: &'a str, target: &'a TargetResult, room: &mut Room) -> (Markup, Places<'a>) {
    let (known, new): (Vec<_>, Vec<_>) = target.findings.iter().partition(|found| found.known.is_some());
    let findings: Vec<_> = new.into_iter().chain(known).collect();
    let whole = room.all_but(LINES, |room| {
        room.fill(findings.iter().enumerate(), |(index, found)| article(&place(id, index), found, index))
    });
    let start = findings.len() - whole.left_out;
    let lines = room.fill(findings.iter().enumerate().skip(start), |(index, found)| line(&place(id, index), found));
    let markup = html! {
        (whole.markup)
        @if lines.left_out < whole.left_out { ul.findings { (lines.markup) } }
        (left_out(lines.left_out, "more finding"))
    };
    let shown = findings.len() - lines.left_out;
    (markup, Places { id, findings, shown })
}

/// The finding on one line.
fn line(id: &str, found: &FoundFinding) -> Markup {
    html! { li id=(id) { (head(id, found)) " " (sentence(&found.finding.message, LONGEST_TEXT)) } }
}

/// What a finding is about. The rule leads to where it stands, so that it can be sent to somebody.
fn head(id: &str, found: &FoundFinding) -> Markup {
    html! {
        (Chip::of_finding(found)) " "
        a.self href={ "#" (id) } { code.rule { (found.finding.rule) } } " "
        span.subject { (shown(&told::subject(found), LONGEST_TEXT)) }
    }
}

/// A finding: what it is at a glance, and all that there is to say of it, which many findings leave folded.
fn article(id: &str, found: &FoundFinding, index: usize) -> Markup {
    let message = sentence(&found.finding.message, LONGEST_TEXT);
    html! {
        article.finding.(Chip::of_finding(found).tone()) id=(id) {
            @if index < AT_A_GLANCE {
                h4 { (head(id, found)) }
                p.message { (message) }
                (content(id, found))
            } @else {
                details.whole {
                    summary { h4 { (head(id, found)) span.message { (message) } } }
                    (content(id, found))
                }
            }
        }
    }
}

fn content(id: &str, found: &FoundFinding) -> Markup {
    let (folded, open): (Vec<_>, Vec<_>) =
        told::fields(found).into_iter().partition(|field| FOLDED.contains(&field.name));
    html! {
        @if let Some(source) = &found.finding.source { (promise(source)) }
        (fields(&open))
        (evidence(id, found))
        details {
            summary { "Show it again" span.seen { (told::seen(found)) } }
            pre { code { (shown(&told::again(found), usize::MAX)) } }
            (fields(&folded))
        }
    }
}

fn promise(source: &Source) -> Markup {
    html! {
        figure.promise {
            @if let Some(quote) = &source.quote { blockquote { p { (shown(quote, LONGEST_TEXT)) } } }
            figcaption { (shown(&origin(source), LONGEST_TEXT)) }
        }
    }
}

fn fields(fields: &[told::Field]) -> Markup {
    html! {
        dl.pairs {
            @for field in fields { div { dt { (field.name) } dd { (shown(&field.text, 2 * LONGEST_TEXT)) } } }
        }
    }
}

/// What the finding points at: a header field or bytes of the body, and the stream.
fn evidence(id: &str, found: &FoundFinding) -> Markup {
    let Some(answer) = found.exchange.answer() else { return html! {} };
    let at = &found.finding.at;
    html! {
        @if let Some(name) = &at.header { (header(answer, name)) }
        @else if let Some(mark) = locate(&answer.body, at) { (bytes(&Excerpt::new(answer, mark))) }
        @else if !answer.body.is_empty() && !is_told(found, &answer.body) { p.body { code { (bytes_shown(&answer.body, BEGINNING)) } } }
        @if let Some(stream) = &found.stream { (stream_parts(id, answer, stream)) }
    }
}

/// Whether a short body stands whole in what the finding says already.
fn is_told(found: &FoundFinding, body: &[u8]) -> bool {
    let actual = &found.finding.actual;
    body.len() <= LONGEST_TEXT.min(actual.len()) && std::str::from_utf8(body).is_ok_and(|body| actual.contains(body))
}

fn header(answer: &Answer, name: &str) -> Markup {
    let values: Vec<_> = answer.header_values(name).collect();
    let names: Vec<_> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
    html! {
        @if values.is_empty() {
            p.body { "The answer has only these fields: " (code(&names.join(", "), LONGEST_TEXT)) }
        }
        @for value in values {
            p.body { code { (shown(name, 80)) ": " mark { (bytes_shown(value, LONGEST_TEXT)) } } }
        }
    }
}

fn bytes(excerpt: &Excerpt<'_>) -> Markup {
    html! {
        table.bytes {
            caption { "The bytes" }
            thead {
                tr {
                    th.number scope="col" { "offset" }
                    @if excerpt.is_timed() { th.number scope="col" { "came" } }
                    th scope="col" { "bytes" }
                }
            }
            tbody { @for line in excerpt.lines(COLUMNS) { (bytes_line(excerpt, &line)) } }
        }
    }
}

fn bytes_line(excerpt: &Excerpt<'_>, line: &Line) -> Markup {
    let mark = line.is_marked.then(|| excerpt.mark());
    html! {
        tr class=[line.is_marked.then_some("here")] {
            td.number { (line.start) }
            @if excerpt.is_timed() { td.number { @if let Some(time) = line.arrived { (words::duration(time)) } } }
            td {
                code {
                    @if line.cut_before { span.cut { "…" } }
                    (marked(&line.glyphs, mark))
                    @if line.cut_after { span.cut { "…" } }
                }
                @if line.is_marked && excerpt.marks_end() { " " mark.end { "the body ends here" } }
            }
        }
    }
}

/// The stream as a picture, and to unfold item by item.
fn stream_parts(id: &str, answer: &Answer, stream: &ShownStream) -> Markup {
    let moments: Vec<_> = answer.pieces.iter().map(|piece| Moment { at: piece.at, bytes: piece.len }).collect();
    let drawn = Drawn {
        moments: &moments,
        head_at: answer.head_at,
        first_event: stream.rows.first().filter(|row| row.number == 1).map(|row| row.at),
        marked: stream.rows.iter().find(|row| row.marked).map(|row| row.at),
        ended_at: stream.ended_at,
        end: stream.end,
    };
    html! {
        @if !moments.is_empty() { (drawn.figure(id)) }
        @if !stream.rows.is_empty() { (trace(stream)) }
    }
}

fn trace(stream: &ShownStream) -> Markup {
    let mut last = 0;
    let skips = stream.rows.iter().map(|row| {
        let skipped = row.number.saturating_sub(last + 1);
        last = row.number;
        skipped
    });
    let skips: Vec<_> = skips.collect();
    html! {
        details {
            summary { "The stream, item by item" span.seen { (words::count(stream.total, "item")) } }
            table.bytes.trace {
                thead {
                    tr {
                        th.number scope="col" { "item" }
                        th.number scope="col" { "came" }
                        th.number scope="col" { "length" }
                        th scope="col" { "kind and data" }
                    }
                }
                tbody {
                    @for (row, skipped) in stream.rows.iter().zip(skips) { (skip(skipped)) (trace_row(row)) }
                    (skip(stream.total.saturating_sub(last)))
                }
            }
            p.hint { (told::ended(stream)) }
        }
    }
}

fn skip(number: usize) -> Markup {
    html! { @if number > 0 { tr.skip { td colspan="4" { "… " (number) " more" } } } }
}

fn trace_row(row: &ShownRow) -> Markup {
    html! {
        tr class=[row.marked.then_some("here")] {
            td.number { (row.number) }
            td.number { (words::duration(row.at)) }
            td.number { (row.bytes) " B" }
            td {
                @if let Some(kind) = &row.kind { b { (shown(kind, 80)) } " " }
                code { (shown(&row.data, COLUMNS)) }
            }
        }
    }
}
