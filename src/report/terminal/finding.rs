//! One block a finding: what was promised, what happened, where, and how to see it again.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::TerminalOptions;
use super::excerpt::Excerpt;
use super::locate::locate;
use super::trace::print_trace;
use crate::contract::{Source, Strength};
use crate::judge::{Finding, Severity};
use crate::report::layout::wrap;
use crate::report::safe;
use crate::report::style::{Palette, paint};
use crate::report::words;
use crate::run::{FoundFinding, Reproduced};
use crate::send::{Answer, End, Exchange, FailureKind, Outcome};

/// Columns of a field's name, the space before and after it included.
const LABEL: usize = 12;
/// The longest text of a field, in columns.
const LONGEST_TEXT: usize = 300;
/// The longest `curl` line; longer ones stand in the JSON report.
const LONGEST_CURL: usize = 4000;

/// Prints the finding on one line.
///
/// # Errors
/// When `out` fails.
pub fn print_line(out: &mut dyn io::Write, palette: &Palette, found: &FoundFinding) -> io::Result<()> {
    let seen = paint(palette.dim, format!("({})", seen(found)));
    writeln!(out, "{} {seen}", head(palette, found))
}

/// Prints the whole block, with an empty line after it.
///
/// # Errors
/// When `out` fails.
pub fn print_block(out: &mut dyn io::Write, options: &TerminalOptions, found: &FoundFinding) -> io::Result<()> {
    let mut block = Block { out, palette: options.palette(), width: options.width };
    let finding = &found.finding;
    for line in headline(&block.palette, found, block.width) {
        writeln!(block.out, "{line}")?;
    }
    block.promise(finding.source.as_ref())?;
    block.field("expected", &finding.expected)?;
    block.field("actual", &finding.actual)?;
    block.field("at", &place(finding))?;
    block.evidence(finding, &found.exchange)?;
    if let Some(stream) = &found.stream {
        let style = block.palette.severity(finding.severity);
        print_trace(block.out, &block.palette, style, block.width, stream)?;
    }
    block.field("answer", &outcome(&found.exchange.outcome))?;
    block.case(found)?;
    for message in &found.also {
        block.field("also", message)?;
    }
    block.field("seen", &seen(found))?;
    block.field("more", &format!("uptospec explain {}", finding.rule))?;
    writeln!(block.out)
}

/// The block of one finding while it is printed.
struct Block<'a> {
    out: &'a mut dyn io::Write,
    palette: Palette,
    width: usize,
}

impl Block<'_> {
    /// A named text, wrapped beside its name. An empty one is left out.
    fn field(&mut self, label: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let text = safe::clipped(text, LONGEST_TEXT);
        let mut label = label;
        for line in wrap(&text, self.width.saturating_sub(LABEL).max(20)) {
            self.line(label, &line)?;
            label = "";
        }
        Ok(())
    }

    /// One line beside a name. The text must be safe.
    fn line(&mut self, label: &str, text: &str) -> io::Result<()> {
        let label = format!("  {label:<width$}", width = LABEL - 2);
        writeln!(self.out, "{}{text}", paint(self.palette.dim, label))
    }

    fn promise(&mut self, source: Option<&Source>) -> io::Result<()> {
        let Some(source) = source else { return Ok(()) };
        let origin = origin(source);
        let Some(quote) = &source.quote else { return self.field("promised", &origin) };
        self.field("promised", &format!("“{quote}”"))?;
        let origin = paint(self.palette.dim, safe::clipped(&origin, LONGEST_TEXT));
        self.line("", &origin)
    }

    /// The bytes or the header field that the finding points at; the start of the body where it points at nothing.
    fn evidence(&mut self, finding: &Finding, exchange: &Exchange) -> io::Result<()> {
        let Some(answer) = exchange.answer() else { return Ok(()) };
        if let Some(header) = &finding.at.header {
            return self.header(answer, header, finding.severity);
        }
        match locate(&answer.body, &finding.at) {
            Some(mark) => {
                let style = self.palette.severity(finding.severity);
                Excerpt::new(answer, mark).print(self.out, &self.palette, style, self.width)
            }
            None if answer.body.is_empty() => Ok(()),
            None => {
                self.line("body", &safe::bytes_clipped(&answer.body, self.width.saturating_sub(LABEL + 20).max(20)))
            }
        }
    }

    fn header(&mut self, answer: &Answer, name: &str, severity: Severity) -> io::Result<()> {
        let mut values = answer.header_values(name).peekable();
        if values.peek().is_none() {
            let names: Vec<_> = answer.headers.iter().map(|(name, _)| name.as_str()).collect();
            return self.field("", &format!("only {}", names.join(", ")));
        }
        let name = safe::text(name);
        let room = self.width.saturating_sub(LABEL + name.width() + 2).max(20);
        for value in values {
            let value = safe::bytes_clipped(value, room);
            self.line("", &format!("{name}: {value}"))?;
            let carets = "^".repeat(value.width().max(1));
            let carets = paint(self.palette.severity(severity), carets);
            self.line("", &format!("{}{carets}", " ".repeat(name.width() + 2)))?;
        }
        Ok(())
    }

    fn case(&mut self, found: &FoundFinding) -> io::Result<()> {
        let case = &found.case;
        let about = case.about.as_ref().map(|about| format!(": {about}")).unwrap_or_default();
        let smallest = if case.shrunk { "" } else { " (not shrunk to the end)" };
        self.field("case", &format!("{}{about}{smallest}", case.id))?;
        // Never wrapped, so that it can be copied in one piece.
        self.line("again", &safe::clipped(&case.curl, LONGEST_CURL))
    }
}

/// The head of a block, wrapped between words.
fn headline(palette: &Palette, found: &FoundFinding, width: usize) -> Vec<String> {
    let level = level(found);
    let lines = wrap(&format!("{level} {}", subject(found)), width.saturating_sub(4).max(40));
    let paint_line = |(index, line): (usize, &String)| match line.strip_prefix(&level) {
        Some(rest) if index == 0 => {
            format!("{}{}", paint(palette.severity(found.finding.severity), &level), paint(palette.strong, rest))
        }
        _ => paint(palette.strong, format!("    {line}")),
    };
    lines.iter().enumerate().map(paint_line).collect()
}

fn head(palette: &Palette, found: &FoundFinding) -> String {
    let level = paint(palette.severity(found.finding.severity), level(found));
    format!("{level} {}", paint(palette.strong, subject(found)))
}

fn level(found: &FoundFinding) -> String {
    format!("{}[{}]", found.finding.severity.word(), found.finding.rule)
}

fn subject(found: &FoundFinding) -> String {
    let state = found.state.as_ref().map(|state| format!(" ({state})")).unwrap_or_default();
    let subject = safe::text(&found.operation).into_owned() + &safe::text(&state);
    format!("{subject}: {}", safe::clipped(&found.finding.message, LONGEST_TEXT))
}

fn origin(source: &Source) -> String {
    let section = source.section.as_ref().map(|section| format!(", {section}")).unwrap_or_default();
    let strength = match source.strength {
        Strength::Documented => "documented",
        Strength::Inferred => "inferred",
        Strength::Standard => "standard",
    };
    format!("{}{section} ({strength})", source.document)
}

fn place(finding: &Finding) -> String {
    let at = &finding.at;
    let parts = [
        at.header.as_ref().map(|name| format!("header {name}")),
        at.event.map(|number| format!("event {number}")),
        at.byte.map(|offset| format!("byte {offset}")),
        at.pointer
            .as_ref()
            .map(|pointer| if pointer.is_empty() { "the whole value".to_owned() } else { pointer.clone() }),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn seen(found: &FoundFinding) -> String {
    let again = match found.reproduced {
        Reproduced::Always => "shows every time",
        Reproduced::Sometimes => "shows some of the times",
        Reproduced::Never => "did not show again",
        Reproduced::NotTried => "not tried again",
    };
    format!("in {}, {again}", words::count(found.count, "case"))
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Answered(answer) => answered(answer),
        Outcome::Failed(failure) => {
            let why = failure_words(failure.kind);
            format!("none: {why}, after {} ({})", words::duration(failure.after), failure.message)
        }
    }
}

fn answered(answer: &Answer) -> String {
    let form = answer.header("content-type").map(|form| format!(" {form}")).unwrap_or_default();
    let pieces = match answer.pieces.len() {
        0 | 1 => String::new(),
        many => format!(" in {many} pieces"),
    };
    let size = words::count(answer.length, "byte");
    let time = words::duration(answer.ended_at);
    format!("{}{form}, {size}{pieces}, {time}{}", answer.status, end_words(answer.end))
}

/// How the body ended, where that is worth a word.
fn end_words(end: End) -> String {
    match end {
        End::Complete(_) => String::new(),
        End::MissingLastChunk => ", the connection ended without the last chunk".to_owned(),
        End::BadChunk => ", the size of a chunk cannot be read".to_owned(),
        End::ShortOfContentLength => ", shorter than Content-Length says".to_owned(),
        End::Reset => ", the connection was reset".to_owned(),
        End::Idle { silence } => format!(", given up after {} of silence", words::duration(silence)),
        End::StoppedBySize => ", not read further: enough bytes".to_owned(),
        End::StoppedByTime => ", still running when reading was stopped".to_owned(),
        End::StoppedByEvents => ", not read further: enough events".to_owned(),
        End::HeldOpen { waited } => format!(", still open {} after the last event", words::duration(waited)),
    }
}

fn failure_words(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Connect => "no connection",
        FailureKind::Tls => "the TLS handshake failed",
        FailureKind::ConnectTimeout => "no connection in the time allowed",
        FailureKind::HeadTimeout => "no response head in the time allowed",
        FailureKind::NotHttp => "what came is not HTTP",
        FailureKind::Closed => "the connection was closed before a response head",
        FailureKind::Unsendable => "the request cannot be written as HTTP",
    }
}
