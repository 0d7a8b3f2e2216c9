//! A finding: what was promised, what came, the bytes and the stream, and how to see it again.

use maud::{Markup, html};

use super::facts::{Chip, left_out};
use super::room::Room;
use super::text::{bytes_shown, code, marked, sentence, shown};
use super::timeline::Drawn;
use crate::contract::Source;
use crate::report::excerpt::{Excerpt, Line};
use crate::report::locate::locate;
use crate::report::told::{self, LONGEST_CURL, LONGEST_TEXT, origin};
use crate::report::words;
use crate::run::{FoundFinding, Moment, ShownRow, ShownStream, TargetResult};
use crate::send::Answer;

/// Columns of a line of a body.
const COLUMNS: usize = 180;
/// Columns of a body of which no place is marked.
const BEGINNING: usize = 400;
/// What is told only to whoever unfolds it.
const FOLDED: [&str; 3] = ["case", "more", "seen"];

/// The part on findings.
pub fn section(id: &str, target: &TargetResult, room: &mut Room) -> Markup {
    if target.findings.is_empty() {
        return html! {};
    }
    let (known, new): (Vec<_>, Vec<_>) = target.findings.iter().partition(|found| found.known.is_some());
    let findings: Vec<_> = new.into_iter().chain(known).collect();
    let whole = room.fill(findings.iter().enumerate(), |(index, found)| block(&format!("{id}-f{index}"), found));
    let rest = &findings[findings.len() - whole.left_out..];
    let lines = Room::new(LINES).fill(rest.iter(), |found| line(found));
    html! {
        section {
            h3 { "Findings" }
            (whole.markup)
            @if !rest.is_empty() { ul.findings { (lines.markup) } }
            (left_out(lines.left_out, "more finding"))
        }
    }
}

/// Bytes for findings that there is no room to show in full.
const LINES: usize = 12_000;

/// The finding on one line.
fn line(found: &FoundFinding) -> Markup {
    html! { li { (head(found)) " " (sentence(&found.finding.message, LONGEST_TEXT)) } }
}

fn head(found: &FoundFinding) -> Markup {
    html! {
        (Chip::of_finding(found)) " "
        code.rule { (found.finding.rule) } " "
        span.subject { (shown(&told::subject(found), LONGEST_TEXT)) }
    }
}

/// The finding with all that there is to say of it. One that the baseline lists is there to be looked up, not to alarm.
fn block(id: &str, found: &FoundFinding) -> Markup {
    let (folded, open): (Vec<_>, Vec<_>) =
        told::fields(found).into_iter().partition(|field| FOLDED.contains(&field.name));
    html! {
        article.finding.(Chip::of_finding(found).tone()) id=(id) {
            h4 { (head(found)) }
            p.message { (sentence(&found.finding.message, LONGEST_TEXT)) }
            @if let Some(source) = &found.finding.source { (promise(source)) }
            (fields(&open))
            (evidence(id, found))
            details {
                summary { "Show it again" span.seen { (told::seen(found)) } }
                pre { code { (shown(&found.case.curl, LONGEST_CURL)) } }
                (fields(&folded))
            }
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
        @else if !answer.body.is_empty() { p.body { code { (bytes_shown(&answer.body, BEGINNING)) } } }
        @if let Some(stream) = &found.stream { (stream_parts(id, answer, stream)) }
    }
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
