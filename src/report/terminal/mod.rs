//! The terminal report: findings as they come in, then a summary that fits a screen.

mod coverage;
mod excerpt;
mod finding;
mod plan;
mod reasons;
mod summary;
#[cfg(test)]
mod tests;
mod trace;

use std::cmp::Reverse;
use std::io;

pub(super) use finding::print_evidence;
pub use plan::print_plan;
pub(super) use reasons::{known_words, not_checked_words};
pub(super) use summary::verdict_words;

use super::safe;
use super::style::{Palette, paint};
use crate::judge::Severity;
use crate::run::{Event, FoundFinding, Reporter, RunResult, TargetResult};

/// How the terminal report looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Whether it is coloured.
    pub colour: bool,
    /// Notes as whole blocks, all reasons, and by operation times and what was exercised.
    pub verbose: bool,
    /// One line a finding and the verdict, nothing else.
    pub quiet: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Lines of the terminal, on which a summary should fit.
    pub height: usize,
}

impl Default for TerminalOptions {
    fn default() -> Self {
        TerminalOptions { colour: false, verbose: false, quiet: false, width: 110, height: 40 }
    }
}

impl TerminalOptions {
    pub(in crate::report) fn palette(&self) -> Palette {
        Palette::new(self.colour)
    }
}

/// Prints results for people.
#[derive(Debug)]
pub struct Terminal<W> {
    out: W,
    options: TerminalOptions,
}

impl<W: io::Write> Terminal<W> {
    /// A report that is printed to `out`.
    pub fn new(out: W, options: TerminalOptions) -> Self {
        Terminal { out, options }
    }

    fn target(&mut self, target: &TargetResult) -> io::Result<()> {
        // What is known is told in the summary, with its reason.
        let is_told = |found: &&FoundFinding| found.known.is_none() || self.options.verbose;
        let mut findings: Vec<_> = target.findings.iter().filter(is_told).collect();
        if findings.is_empty() {
            return Ok(());
        }
        findings.sort_by_key(|found| Reverse(found.finding.severity));
        if self.options.quiet {
            return findings.into_iter().try_for_each(|found| self.line(target, found));
        }
        self.title(target)?;
        findings.into_iter().try_for_each(|found| self.finding(found))?;
        writeln!(self.out)
    }

    /// A finding beside the name of its target.
    fn line(&mut self, target: &TargetResult, found: &FoundFinding) -> io::Result<()> {
        write!(self.out, "{}: ", safe::text(&target.name))?;
        finding::print_line(&mut self.out, &self.options.palette(), found)
    }

    fn title(&mut self, target: &TargetResult) -> io::Result<()> {
        let palette = self.options.palette();
        let (name, url, spec) = (safe::text(&target.name), safe::text(&target.url), safe::text(&target.spec));
        let about = paint(palette.dim, format!("{url} against {spec}"));
        writeln!(self.out, "{}  {about}\n", paint(palette.strong, name))
    }

    fn finding(&mut self, found: &FoundFinding) -> io::Result<()> {
        let collapsed = found.finding.severity == Severity::Note && !self.options.verbose;
        if collapsed {
            return finding::print_brief(&mut self.out, &self.options, found);
        }
        finding::print_block(&mut self.out, &self.options, found)
    }

    fn run(&mut self, run: &RunResult) -> io::Result<()> {
        if self.options.quiet {
            reasons::print_lapsed(&mut self.out, &self.options, run)?;
            summary::print_verdict(&mut self.out, &self.options, run)?;
        } else {
            summary::print(&mut self.out, &self.options, run)?;
        }
        self.out.flush()
    }
}

impl<W: io::Write> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        match event {
            Event::TargetFinished(target) => self.target(target),
            Event::RunFinished(run) => self.run(run),
            _ => Ok(()),
        }
    }
}
