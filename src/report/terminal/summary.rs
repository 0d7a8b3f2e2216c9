//! The summary: one row a target, what was not checked and why, and the verdict in plain words.

use std::io::{self, Write as _};
use std::time::Duration;

use anstyle::Style;

use super::{TerminalOptions, coverage, reasons};
use crate::judge::Severity;
use crate::report::layout::wrap;
use crate::report::style::{Palette, paint};
use crate::report::table::{Cell, Column, Table};
use crate::report::{safe, words};
use crate::run::{FoundFinding, Latency, Percentiles, PromiseVerdict, RunResult, RunVerdict, TargetResult};

/// The longest text of a reason in the verdict, in columns.
const LONGEST_REASON: usize = 300;
/// Lines that the prompt takes which comes after a summary.
const PROMPT: usize = 1;

/// Prints the table of targets, times, reasons and the verdict, and in verbose mode times by operation and what was
/// exercised. Unless verbose, reasons for what was not checked take what the rest leaves of the screen.
///
/// # Errors
/// When `out` fails.
pub fn print(out: &mut dyn io::Write, options: &TerminalOptions, run: &RunResult) -> io::Result<()> {
    let (mut above, mut below) = (Vec::new(), Vec::new());
    print_figures(&mut above, options, run)?;
    reasons::print_known(&mut above, options, run)?;
    reasons::print_lapsed(&mut above, options, run)?;
    reasons::print_incomplete(&mut below, options, run)?;
    let seed = format!("seed {}, {}", run.seed, words::duration(run.elapsed));
    writeln!(below, "\n{}", paint(options.palette().dim, seed))?;
    print_verdict(&mut below, options, run)?;
    let lines = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
    let room = options.height.saturating_sub(lines(&above) + lines(&below) + PROMPT);
    out.write_all(&above)?;
    reasons::print_not_checked(out, options, run, room)?;
    out.write_all(&below)
}

fn print_figures(out: &mut dyn io::Write, options: &TerminalOptions, run: &RunResult) -> io::Result<()> {
    let palette = options.palette();
    targets(&palette, run).print(out, &palette, options.width)?;
    print_latency(out, options, run)?;
    if options.verbose {
        print_latency_of_operations(out, options, run)?;
        run.targets.iter().try_for_each(|target| coverage::print(out, options, target))?;
    }
    Ok(())
}

/// Prints the verdict at a glance: in quiet mode on one line, however long.
///
/// # Errors
/// When `out` fails.
pub fn print_verdict(out: &mut dyn io::Write, options: &TerminalOptions, run: &RunResult) -> io::Result<()> {
    let word = run.verdict.word();
    let text = format!("{word}: {}", verdict_words(run));
    let lines = if options.quiet { vec![text] } else { wrap(&text, options.width.saturating_sub(4).max(40)) };
    let text = lines.join("\n    ");
    let rest = text.strip_prefix(word).unwrap_or_default();
    writeln!(out, "{}{rest}", paint(options.palette().verdict(run.verdict), word))
}

fn targets(palette: &Palette, run: &RunResult) -> Table {
    // Most documents quote no sentence that could be kept or broken.
    let promising = run.targets.iter().any(|target| !target.promises.is_empty());
    let of_promises = ["kept", "broken", "not checked"].map(|head| Column::numbers(head).of("promises"));
    let mut columns = vec![
        Column::words("target"),
        Column::words("verdict"),
        Column::numbers("operations").optional(),
        Column::numbers("requests"),
    ];
    columns.extend(of_promises.into_iter().filter(|_| promising));
    columns.extend([
        Column::numbers("errors").of("findings"),
        Column::numbers("warnings").of("findings"),
        Column::numbers("notes").of("findings").optional(),
        Column::numbers("time").optional(),
    ]);
    let mut table = Table::new(columns);
    for target in &run.targets {
        table.row(row(palette, target, promising));
    }
    table
}

fn row(palette: &Palette, target: &TargetResult, promising: bool) -> Vec<Cell> {
    let number =
        |number: usize, style: Style| Cell::new(number.to_string(), if number == 0 { palette.dim } else { style });
    let plain = Style::new();
    let of_promises = [
        number(promises(target, PromiseVerdict::Kept), plain),
        number(promises(target, PromiseVerdict::Broken), palette.error),
        number(promises(target, PromiseVerdict::NotChecked), plain),
    ];
    let mut cells = vec![
        Cell::new(safe::text(&target.name), palette.strong),
        Cell::new(target.verdict.word(), palette.verdict(target.verdict)),
        number(target.operations.len(), plain),
        number(target.requests, plain),
    ];
    cells.extend(of_promises.into_iter().filter(|_| promising));
    cells.extend([
        number(target.number_of(Severity::Error), palette.error),
        number(target.number_of(Severity::Warning), palette.warning),
        number(target.number_of(Severity::Note), plain),
        Cell::new(words::duration(target.elapsed), palette.dim),
    ]);
    cells
}

fn promises(target: &TargetResult, verdict: PromiseVerdict) -> usize {
    target.promises.iter().filter(|promise| promise.verdict == verdict).count()
}

/// Prints a line a target: how long its successful answers took, and the first events of those that stream.
fn print_latency(out: &mut dyn io::Write, options: &TerminalOptions, run: &RunResult) -> io::Result<()> {
    let timed: Vec<_> = run.targets.iter().filter_map(|target| Some((target, target.latency_of_all?))).collect();
    if timed.is_empty() {
        return Ok(());
    }
    let streams = timed.iter().any(|(_, latency)| latency.first_event.is_some());
    let of = |group: &'static str| PERCENTILES.map(|head| Column::numbers(head).of(group));
    let mut columns = vec![Column::words("latency")];
    columns.extend(of("whole answer"));
    columns.extend(of("first event").into_iter().filter(|_| streams));
    let mut table = Table::new(columns);
    for (target, latency) in timed {
        let mut cells = vec![Cell::plain(safe::text(&target.name))];
        cells.extend(figures(Some(latency.total)));
        cells.extend(figures(latency.first_event));
        table.row(cells);
    }
    writeln!(out)?;
    table.print(out, &options.palette(), options.width)
}

/// The figures of a distribution, as heads of columns.
const PERCENTILES: [&str; 3] = ["median", "95 %", "slowest"];

fn figures(times: Option<Percentiles>) -> [Cell; 3] {
    let told = |time: fn(&Percentiles) -> Duration| {
        times.as_ref().map_or("–".to_owned(), |times| words::duration(time(times)))
    };
    [told(|times| times.p50), told(|times| times.p95), told(|times| times.max)].map(Cell::plain)
}

fn print_latency_of_operations(out: &mut dyn io::Write, options: &TerminalOptions, run: &RunResult) -> io::Result<()> {
    let rows: Vec<_> = run
        .targets
        .iter()
        .flat_map(|target| target.latency.iter().map(move |(id, latency)| (target, id, latency)))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let [head, byte, event, content, end] = MOMENTS.map(|(name, _)| Column::numbers(name));
    let [head, byte, content] = [head, byte, content].map(Column::optional);
    let [target, operation] = ["p50 / p95 / max", "operation"].map(Column::words);
    let mut table = Table::new([target, operation, head, byte, event, content, end]);
    for (target, operation, latency) in rows {
        let time = |of: fn(&Latency) -> Option<Percentiles>| of(latency).map_or("–".to_owned(), distribution);
        let [head, byte, event, content, end] = MOMENTS.map(|(_, of)| Cell::plain(time(of)));
        let [name, operation] = [&target.name, operation].map(|text| Cell::plain(safe::text(text)));
        table.row([name, operation, head, byte, event, content, end]);
    }
    writeln!(out)?;
    table.print(out, &options.palette(), options.width)
}

/// A moment of an answer that has a time.
type Moment = (&'static str, fn(&Latency) -> Option<Percentiles>);

/// The moments of an answer, as somebody who waits for it sees them.
const MOMENTS: [Moment; 5] = [
    ("head", |latency| Some(latency.head)),
    ("first byte", |latency| latency.first_byte),
    ("first event", |latency| latency.first_event),
    ("first content", |latency| latency.first_content),
    ("end", |latency| Some(latency.total)),
];

/// The three figures of a distribution, in one unit.
fn distribution(times: Percentiles) -> String {
    let [p50, p95, max] = [times.p50, times.p95, times.max].map(|time| time.as_secs_f64());
    match max {
        ..0.01 => format!("{:.1} / {:.1} / {:.1} ms", p50 * 1e3, p95 * 1e3, max * 1e3),
        ..10.0 => format!("{:.0} / {:.0} / {:.0} ms", p50 * 1e3, p95 * 1e3, max * 1e3),
        _ => format!("{p50:.1} / {p95:.1} / {max:.1} s"),
    }
}

/// What the run came to, in one sentence. Safe.
pub fn verdict_words(run: &RunResult) -> String {
    let unjudged = unjudged(run);
    match (run.verdict, run.targets.as_slice()) {
        (_, []) => "there was no target to judge".to_owned(),
        (RunVerdict::Conformant, [target]) => {
            format!("{} keeps its contract ({})", safe::text(&target.name), kept(run))
        }
        (RunVerdict::Conformant, targets) => {
            let all = if targets.len() == 2 { "both".to_owned() } else { format!("all {}", targets.len()) };
            format!("{all} targets keep their contracts ({})", kept(run))
        }
        (RunVerdict::Incomplete, _) => unjudged,
        (RunVerdict::Violations, targets) => {
            let rest = if unjudged.is_empty() { String::new() } else { format!("; {unjudged}") };
            format!("{} ({}){rest}", blamed(run, targets), found(run))
        }
    }
}

/// Who breaks a contract; where nobody does, of whom the baseline says what is no longer so.
fn blamed(run: &RunResult, targets: &[TargetResult]) -> String {
    let fails = |found: &FoundFinding| found.known.is_none() && found.finding.severity >= run.fail_on;
    let breaking: Vec<_> = targets.iter().filter(|target| target.findings.iter().any(fails)).collect();
    match breaking.len() {
        0 => {
            let stale = targets.iter().filter(|target| target.verdict == RunVerdict::Violations);
            format!("the baseline no longer holds for {}", join(stale))
        }
        1 => format!("{} breaks its contract", join(breaking.into_iter())),
        _ => format!("{} break their contracts", join(breaking.into_iter())),
    }
}

/// Who could not be judged; of one alone also why. Empty where all could.
fn unjudged(run: &RunResult) -> String {
    let targets: Vec<_> = run.targets.iter().filter(|target| target.verdict == RunVerdict::Incomplete).collect();
    match targets.as_slice() {
        [] => String::new(),
        [TargetResult { name, incomplete, .. }] if !incomplete.is_empty() => {
            let why = safe::clipped(&incomplete.join("; "), LONGEST_REASON);
            format!("{} could not be judged: {why}", safe::text(name))
        }
        several => format!("{} could not be judged", join(several.iter().copied())),
    }
}

fn kept(run: &RunResult) -> String {
    let number = |verdict| run.targets.iter().map(|target| promises(target, verdict)).sum::<usize>();
    let (kept, open) = (number(PromiseVerdict::Kept), number(PromiseVerdict::NotChecked));
    let known = known(run).map(|known| format!(", {known}")).unwrap_or_default();
    // Most documents quote no sentence that could be kept.
    let evidence = match run.targets.iter().all(|target| target.promises.is_empty()) {
        true => words::count(run.targets.iter().map(|target| target.requests).sum(), "request"),
        false => format!("{} kept, {open} not checked", words::count(kept, "promise")),
    };
    evidence + &known
}

fn found(run: &RunResult) -> String {
    let number = |severity| run.targets.iter().map(|target| target.number_of(severity)).sum();
    let found = [(number(Severity::Error), "error"), (number(Severity::Warning), "warning")];
    let lapsed: usize = run.targets.iter().map(|target| target.lapsed.len()).sum();
    let lapsed = match lapsed {
        0 => None,
        1 => Some("1 entry of the baseline no longer holds".to_owned()),
        several => Some(format!("{several} entries of the baseline no longer hold")),
    };
    let told = [Some(words::counts(&found, "no error or warning")), known(run), lapsed];
    told.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn known(run: &RunResult) -> Option<String> {
    let known: usize = run.targets.iter().map(|target| target.known().count()).sum();
    (known > 0).then(|| words::count(known, "known finding"))
}

/// The targets' names as one would say them.
fn join<'a>(targets: impl Iterator<Item = &'a TargetResult>) -> String {
    let names: Vec<_> = targets.map(|target| safe::text(&target.name)).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
