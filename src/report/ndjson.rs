//! The NDJSON report: every event as one line of JSON, as it happens. Keys are only ever added.

use std::io;

use serde::Serialize;

use super::json::{FindingView, TargetView, in_ms, seconds};
use super::safe;
use crate::run::{Event, Reporter, RunVerdict};

/// Writes each event when it is heard.
#[derive(Debug)]
pub struct NdjsonReport<W> {
    out: W,
}

impl<W: io::Write> NdjsonReport<W> {
    /// A report that is written to `out`.
    pub fn new(out: W) -> Self {
        NdjsonReport { out }
    }
}

impl<W: io::Write> Reporter for NdjsonReport<W> {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let line = serde_json::to_string(&Line::from(event))?;
        writeln!(self.out, "{}", safe::json(&line))?;
        // Whoever follows the file sees the event now.
        self.out.flush()
    }
}

/// An event as it is written.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line<'a> {
    RunStarted { uptospec: &'static str, seed: u64, targets: &'a [String] },
    TargetStarted { target: &'a str, url: &'a str, planned: usize },
    CaseJudged { target: &'a str, operation: &'a str, kind: &'static str, done: usize },
    FindingSeen { target: &'a str, finding: Box<FindingView<'a>> },
    Slowed { target: &'a str, wait_ms: f64 },
    Shrinking { target: &'a str, left: usize },
    TargetFinished { target: &'a str, result: Box<TargetView<'a>> },
    RunFinished { verdict: RunVerdict, seconds: f64 },
}

impl<'a> From<&'a Event<'a>> for Line<'a> {
    fn from(event: &'a Event<'a>) -> Self {
        match *event {
            Event::RunStarted { seed, targets } => {
                Line::RunStarted { uptospec: env!("CARGO_PKG_VERSION"), seed, targets }
            }
            Event::TargetStarted { target, url, planned } => Line::TargetStarted { target, url, planned },
            Event::CaseJudged { target, operation, kind, done } => Line::CaseJudged { target, operation, kind, done },
            Event::FindingSeen { target, finding } => Line::FindingSeen { target, finding: Box::new(finding.into()) },
            Event::Slowed { target, wait } => Line::Slowed { target, wait_ms: in_ms(wait) },
            Event::Shrinking { target, left } => Line::Shrinking { target, left },
            Event::TargetFinished(target) => {
                Line::TargetFinished { target: &target.name, result: Box::new(target.into()) }
            }
            Event::RunFinished(run) => Line::RunFinished { verdict: run.verdict, seconds: seconds(run.elapsed) },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::Value;

    use super::*;
    use crate::report::fixture;

    fn written() -> String {
        let run = fixture::run();
        let mut out = Vec::new();
        let mut report = NdjsonReport::new(&mut out);
        let target = "agentix";
        fixture::events(&run, |event| report.event(event).unwrap());
        for event in [
            Event::CaseJudged { target, operation: "sendMessage", kind: "positive", done: 3 },
            Event::Slowed { target, wait: Duration::from_micros(1_500_500) },
            Event::Shrinking { target, left: 2 },
        ] {
            report.event(&event).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_event_is_a_line_of_the_documented_shape() {
        insta::assert_snapshot!(written());
    }

    #[test]
    fn a_target_that_is_finished_reads_as_in_the_json_report() {
        let report = written();
        let lines: Vec<Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let finished = lines.iter().find(|line| line["event"] == "target-finished").unwrap();
        let view = serde_json::to_value(TargetView::from(&fixture::run().targets[0])).unwrap();
        assert_eq!(finished["result"], view);
    }

    #[test]
    fn nothing_in_a_line_can_steer_a_terminal() {
        let steering = |char: &char| char.is_control() && *char != '\n' || *char == '\u{202e}';
        assert_eq!(written().chars().find(steering), None);
    }

    #[test]
    fn a_broken_pipe_is_an_error() {
        let error = NdjsonReport::new(fixture::BrokenPipe).event(&Event::RunFinished(&fixture::run())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
