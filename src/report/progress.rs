//! What is going on while a run lasts, on standard error.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use terminal_size::terminal_size_of;

use super::{safe, words};
use crate::judge::Severity;
use crate::run::{Event, Reporter, TargetResult};

/// How often the bar's clock is drawn anew.
const TICK: Duration = Duration::from_millis(200);
/// Requests that must be done before anything is said of the time left.
const LEAST_DONE: usize = 8;
/// Columns of a terminal on which there is room for a long bar and for words beside numbers.
const WIDE: u16 = 100;

/// Tells what a run is doing.
pub struct Progress {
    display: Display,
}

enum Display {
    /// Nothing at all.
    Silent,
    /// A line where a target starts and where it ends.
    Lines(Box<dyn Write + Send>),
    /// A bar that is drawn over and over.
    Bar(Box<Bar>),
}

impl Progress {
    /// A bar where standard error is a terminal that can draw one over and over, plain lines where it is not,
    /// nothing where `quiet`.
    pub fn on_stderr(quiet: bool) -> Self {
        match (quiet, !ProgressDrawTarget::stderr().is_hidden()) {
            (true, _) => Progress { display: Display::Silent },
            (false, true) => Progress { display: Display::Bar(Box::default()) },
            (false, false) => Progress::lines(io::stderr()),
        }
    }

    /// Plain lines to `out`.
    pub fn lines(out: impl Write + Send + 'static) -> Self {
        Progress { display: Display::Lines(Box::new(out)) }
    }
}

impl Reporter for Progress {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        match &mut self.display {
            Display::Silent => Ok(()),
            Display::Lines(out) => match line(event) {
                Some(line) => writeln!(out, "{line}"),
                None => Ok(()),
            },
            Display::Bar(bar) => {
                bar.event(event);
                Ok(())
            }
        }
    }
}

/// The plain line for an event that is worth one.
fn line(event: &Event<'_>) -> Option<String> {
    match event {
        Event::TargetStarted { target, url, planned } => {
            let planned = words::count(*planned, "request");
            Some(format!("{}: {planned} planned for {}", safe::text(target), safe::text(url)))
        }
        Event::Slowed { target, wait } => {
            let wait = words::duration(*wait);
            Some(format!("{}: waiting {wait} for the target's limit on the pace", safe::text(target)))
        }
        Event::TargetFinished(target) => Some(finished(target)),
        _ => None,
    }
}

fn finished(target: &TargetResult) -> String {
    let found = Found::of(target);
    let requests = words::count(target.requests, "request");
    let time = words::duration(target.elapsed);
    format!("{}: {}, {requests}, {found}, {time}", safe::text(&target.name), target.verdict.word())
}

/// Findings so far, by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Found {
    errors: usize,
    warnings: usize,
    notes: usize,
}

impl Found {
    fn of(target: &TargetResult) -> Self {
        let mut found = Found::default();
        let unknown = target.findings.iter().filter(|finding| finding.known.is_none());
        unknown.for_each(|finding| found.add(finding.finding.severity));
        found
    }

    fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let numbers = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")];
        f.write_str(&words::counts(&numbers, "no findings"))
    }
}

/// The bar and what it shows. Targets may be judged at the same time: the bar shows their sum, and
/// the target of the latest event by name.
#[derive(Default)]
struct Bar {
    state: State,
    drawn: Option<ProgressBar>,
    since: Option<Instant>,
}

impl Bar {
    /// Where a target ends the bar is taken off the screen, so that its results can be printed; the
    /// next event draws it again.
    fn event(&mut self, event: &Event<'_>) {
        self.state.event(event);
        if matches!(event, Event::TargetFinished(_) | Event::RunFinished(_)) {
            if let Some(bar) = self.drawn.take() {
                bar.finish_and_clear();
            }
            return;
        }
        let since = *self.since.get_or_insert_with(Instant::now);
        let bar = self.drawn.get_or_insert_with(|| draw(since));
        if let Event::RunStarted { .. } | Event::TargetStarted { .. } = event {
            set_style(bar, self.state.planned() > 0);
        }
        bar.set_length(self.state.planned() as u64);
        bar.set_position(self.state.done() as u64);
        bar.set_prefix(self.state.target.clone());
        bar.set_message(self.state.message(since.elapsed()));
    }
}

fn draw(since: Instant) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_elapsed(since.elapsed());
    set_style(&bar, true);
    bar.enable_steady_tick(TICK);
    bar
}

/// As much of a bar as the terminal has room for, and none while nobody knows how many requests there will be.
fn set_style(bar: &ProgressBar, is_planned: bool) {
    let is_wide = terminal_size_of(io::stderr()).is_some_and(|(width, _)| width.0 >= WIDE);
    let template = match (is_planned, is_wide) {
        (false, _) => "{elapsed:.dim} {wide_msg}",
        (true, false) => "{prefix:.bold} {bar:10.cyan/dim} {pos}/{len} {wide_msg}",
        (true, true) => "{prefix:.bold} {bar:24.cyan/dim} {pos}/{len} requests  {elapsed:.dim}  {wide_msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
}

/// What is known of the run so far.
#[derive(Debug, Default)]
struct State {
    /// Requests done and planned, by target.
    targets: IndexMap<String, (usize, usize)>,
    target: String,
    doing: String,
    found: Found,
}

impl State {
    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::TargetStarted { target, planned, .. } => {
                self.targets.insert((*target).to_owned(), (0, *planned));
                self.now(target, "starting".to_owned());
            }
            Event::CaseJudged { target, operation, kind, done } => {
                if let Some((all_done, _)) = self.targets.get_mut(*target) {
                    *all_done = *done;
                }
                self.now(target, format!("{operation} {kind}"));
            }
            Event::FindingSeen { finding, .. } => self.found.add(finding.finding.severity),
            Event::Slowed { target, wait } => {
                self.now(target, format!("waiting {} for the target's limit on the pace", words::duration(*wait)));
            }
            Event::Shrinking { target, left } => {
                self.now(target, format!("shrinking {}", words::count(*left, "finding")));
            }
            Event::RunStarted { .. } => self.doing = "planning the requests".to_owned(),
            Event::TargetFinished(_) | Event::RunFinished(_) => {}
        }
    }

    fn now(&mut self, target: &str, doing: String) {
        self.target = safe::text(target).into_owned();
        self.doing = safe::text(&doing).into_owned();
    }

    fn done(&self) -> usize {
        self.targets.values().map(|(done, _)| done).sum()
    }

    fn planned(&self) -> usize {
        self.targets.values().map(|(_, planned)| planned).sum()
    }

    /// What remains of the plan at the pace so far; `None` while too little is done to tell, and when all is.
    fn left(&self, elapsed: Duration) -> Option<Duration> {
        let (done, planned) = (self.done(), self.planned());
        let left = planned.checked_sub(done).filter(|left| *left > 0 && done >= LEAST_DONE)?;
        Some(elapsed.mul_f64(left as f64 / done as f64))
    }

    fn message(&self, elapsed: Duration) -> String {
        let left = self.left(elapsed).map(|left| format!("{} left", whole_seconds(left)));
        let found = (self.found != Found::default()).then(|| self.found.to_string());
        left.into_iter().chain(found).chain([self.doing.clone()]).collect::<Vec<_>>().join("  ")
    }
}

/// A time in whole seconds, the one that has begun included: `5 s`, `2 min 5 s`, `1 h 3 min`.
fn whole_seconds(time: Duration) -> String {
    let seconds = time.as_secs() + 1;
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::report::fixture;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().map_err(|_| io::ErrorKind::Other)?.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn without_a_terminal_a_target_is_a_line_at_its_start_and_one_at_its_end() {
        let out = Shared::default();
        let mut progress = Progress::lines(out.clone());
        let run = fixture::run();
        fixture::events(&run, |event| progress.event(event).unwrap());
        let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        insta::assert_snapshot!(text, @r"
        agentix: 412 requests planned for http://127.0.0.1:8080
        agentix: violations, 412 requests, 3 errors, 1 warning, 1 note, 3.14 s
        agntix: 96 requests planned for http://127.0.0.1:8080
        agntix: conformant, 96 requests, no findings, 870 ms
        agentsgt: 1 request planned for http://127.0.0.1:8080
        agentsgt: incomplete, 1 request, no findings, 3.0 ms
        ");
    }

    #[test]
    fn the_bar_counts_targets_together_and_tells_what_is_tried() {
        let mut state = State::default();
        for (target, planned) in [("a", 10), ("b", 5)] {
            state.event(&Event::TargetStarted { target, url: "http://127.0.0.1", planned });
        }
        state.event(&Event::CaseJudged { target: "a", operation: "send", kind: "positive", done: 4 });
        state.event(&Event::CaseJudged { target: "b", operation: "\u{1b}[2J", kind: "error", done: 1 });
        let run = fixture::run();
        state.event(&Event::FindingSeen { target: "b", finding: &run.targets[0].findings[0] });
        assert_eq!((state.done(), state.planned(), state.target.as_str()), (5, 15, "b"));
        assert_eq!(state.message(Duration::from_secs(1)), r"1 error  \u{1b}[2J error");
    }

    #[test]
    fn the_time_left_is_told_at_the_pace_so_far() {
        let mut state = State::default();
        state.event(&Event::TargetStarted { target: "a", url: "", planned: 40 });
        for (done, left) in [(LEAST_DONE - 1, None), (10, Some(Duration::from_secs(6))), (40, None)] {
            state.event(&Event::CaseJudged { target: "a", operation: "send", kind: "positive", done });
            assert_eq!(state.left(Duration::from_secs(2)), left);
        }
        state.event(&Event::CaseJudged { target: "a", operation: "send", kind: "error", done: 20 });
        assert_eq!(state.message(Duration::from_millis(1_500)), "2 s left  send error");
    }

    #[test]
    fn a_long_time_left_is_told_in_minutes_and_hours() {
        let told = [4, 59, 124, 3_780].map(Duration::from_secs).map(whole_seconds);
        assert_eq!(told, ["5 s", "1 min 0 s", "2 min 5 s", "1 h 3 min"]);
    }

    #[test]
    fn while_requests_are_planned_it_says_so() {
        let mut state = State::default();
        state.event(&Event::RunStarted { seed: 1, targets: &[] });
        assert_eq!(state.message(Duration::from_secs(9)), "planning the requests");
    }

    #[test]
    fn the_bar_is_off_the_screen_when_results_are_printed() {
        let mut bar = Bar::default();
        let run = fixture::run();
        bar.event(&Event::TargetStarted { target: "a", url: "", planned: 1 });
        assert!(bar.drawn.is_some());
        bar.event(&Event::TargetFinished(&run.targets[0]));
        assert!(bar.drawn.is_none());
    }
}
