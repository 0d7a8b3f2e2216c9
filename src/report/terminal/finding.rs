//! One block a finding: what was promised, what happened, where, and how to see it again.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::TerminalOptions;
use super::excerpt::print_excerpt;
use super::trace::print_trace;
use crate::judge::{self, Finding, RuleSource, Severity};
use crate::report::excerpt::Excerpt;
use crate::report::layout::wrap;
use crate::report::locate::locate;
use crate::report::safe;
use crate::report::style::{Palette, paint};
use crate::report::told::{LONGEST_TEXT, again, case, known_words, message, origin, outcome, place, seen, subject};
use crate::run::FoundFinding;
use crate::send::{Answer, Exchange};

/// Columns of a field's name, the space before and after it included.
const LABEL: usize = 12;
/// Other messages of a finding that are told unless verbose.
const MOST_ALSO: usize = 4;

/// Prints the finding on one line.
///
/// # Errors
/// When `out` fails.
pub fn print_line(out: &mut dyn io::Write, palette: &Palette, found: &FoundFinding) -> io::Result<()> {
    let seen = paint(palette.dim, format!("({})", seen(found)));
    writeln!(out, "{} {seen}", head(palette, found))
}

/// Prints the finding on as many lines as it needs, without what shows it.
///
/// # Errors
/// When `out` fails.
pub fn print_brief(out: &mut dyn io::Write, options: &TerminalOptions, found: &FoundFinding) -> io::Result<()> {
    let palette = options.palette();
    let mut lines = wrapped(found, options.width);
    let (seen, last) = (format!("({})", seen(found)), lines.last().map_or(0, |line| line.width()));
    let painted = paint(palette.dim, &seen);
    let lead = if last + 1 + seen.width() <= options.width { " " } else { "\n    " };
    let last = lines.pop().unwrap_or_default();
    let is_first = lines.is_empty();
    for (index, line) in lines.iter().enumerate() {
        writeln!(out, "{}", painted_line(&palette, found, line, index == 0))?;
    }
    writeln!(out, "{}{lead}{painted}", painted_line(&palette, found, &last, is_first))
}

/// Prints the whole block, with an empty line after it.
///
/// # Errors
/// When `out` fails.
pub fn print_block(out: &mut dyn io::Write, options: &TerminalOptions, found: &FoundFinding) -> io::Result<()> {
    let mut block = Block { out, palette: options.palette(), width: options.width };
    let finding = &found.finding;
    for (index, line) in wrapped(found, block.width).iter().enumerate() {
        writeln!(block.out, "{}", painted_line(&block.palette, found, line, index == 0))?;
    }
    block.promise(finding)?;
    block.field("expected", &finding.expected)?;
    block.field("actual", &finding.actual)?;
    block.field("at", &place(finding))?;
    print_evidence(block.out, options, found)?;
    block.field("answer", &outcome(&found.exchange.outcome))?;
    block.case(found)?;
    block.also(&found.also, options.verbose)?;
    block.field("seen", &seen(found))?;
    block.field("known", &found.known.as_ref().map(known_words).unwrap_or_default())?;
    block.field("more", &format!("uptospec explain {}", finding.rule))?;
    writeln!(block.out)
}

/// Prints what the finding points at: bytes or a header field, and the stream's trace.
///
/// # Errors
/// When `out` fails.
pub fn print_evidence(out: &mut dyn io::Write, options: &TerminalOptions, found: &FoundFinding) -> io::Result<()> {
    let mut block = Block { out, palette: options.palette(), width: options.width };
    block.evidence(&found.finding, &found.exchange)?;
    let Some(stream) = &found.stream else { return Ok(()) };
    let style = block.palette.severity(found.finding.severity);
    print_trace(block.out, &block.palette, style, block.width, stream)
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

    /// The sentence that is broken and where it stands; what the rule asks where no sentence is quoted.
    fn promise(&mut self, finding: &Finding) -> io::Result<()> {
        let rule = judge::rule(finding.rule);
        let quote = finding.source.as_ref().and_then(|source| source.quote.as_ref());
        let sentence = quote.map(|quote| format!("“{quote}”")).or_else(|| Some(rule?.what.to_owned()));
        let practice = || match rule?.source {
            RuleSource::Practice(practice) => Some(practice.to_owned()),
            RuleSource::Contract | RuleSource::Standard(_) => None,
        };
        let origin = finding.source.as_ref().map(origin).or_else(practice);
        let mut label = "promised";
        if let Some(sentence) = sentence {
            self.field(label, &sentence)?;
            label = "";
        }
        let Some(origin) = origin else { return Ok(()) };
        self.line(label, &paint(self.palette.dim, safe::clipped(&origin, LONGEST_TEXT)))
    }

    /// Other sentences that say the rule is broken there.
    fn also(&mut self, messages: &[String], verbose: bool) -> io::Result<()> {
        let most = if verbose || messages.len() <= MOST_ALSO + 1 { messages.len() } else { MOST_ALSO };
        for message in &messages[..most] {
            self.field("also", message)?;
        }
        match messages.len() - most {
            0 => Ok(()),
            left => self.field("", &format!("and {left} more (--verbose shows them)")),
        }
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
                print_excerpt(self.out, &self.palette, style, self.width, &Excerpt::new(answer, mark))
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
        self.field("case", &case(&found.case))?;
        // Never wrapped, so that it can be copied in one piece.
        self.line("again", &again(found))
    }
}

/// The head of a block, wrapped between words.
fn wrapped(found: &FoundFinding, width: usize) -> Vec<String> {
    let text = format!("{} {}", level(found), sentence(found));
    let lines = wrap(&text, width.saturating_sub(4).max(40)).into_iter().enumerate();
    lines.map(|(index, line)| if index == 0 { line } else { format!("    {line}") }).collect()
}

fn painted_line(palette: &Palette, found: &FoundFinding, line: &str, is_first: bool) -> String {
    let level = level(found);
    match line.strip_prefix(&level).filter(|_| is_first) {
        Some(rest) => {
            format!("{}{}", paint(palette.severity(found.finding.severity), &level), paint(palette.strong, rest))
        }
        None => paint(palette.strong, line).to_string(),
    }
}

fn head(palette: &Palette, found: &FoundFinding) -> String {
    let level = paint(palette.severity(found.finding.severity), level(found));
    format!("{level} {}", paint(palette.strong, sentence(found)))
}

fn level(found: &FoundFinding) -> String {
    format!("{}[{}]", found.finding.severity.word(), found.finding.rule)
}

fn sentence(found: &FoundFinding) -> String {
    format!("{}: {}", subject(found), message(found))
}
