//! What a summary says beside its figures: what is known, what no longer holds, what was not checked and why.

use std::io;

use indexmap::IndexMap;
use indexmap::map::Entry;
use unicode_width::UnicodeWidthStr;

use super::TerminalOptions;
use crate::report::layout::{Align, pad, wrap};
use crate::report::style::paint;
use crate::report::{safe, told, words};
use crate::run::{FoundFinding, MAX_REQUESTS, PromiseVerdict, RunResult, TargetResult};

/// Reasons shown for a target unless verbose.
const MOST_REASONS: usize = 6;
/// The longest text of a reason, in columns.
const LONGEST_REASON: usize = 300;
/// The empty line and the title above a section.
const TITLE: usize = 2;

/// One line of what is told of a target, the number apart so that numbers line up, and what it counts apart so that
/// it is never cut off.
struct Reason {
    number: String,
    text: String,
    counted: String,
}

impl Reason {
    fn plain(text: &str) -> Self {
        Reason { number: String::new(), text: text.to_owned(), counted: String::new() }
    }
}

/// Prints the findings that are known, each with its reason.
///
/// # Errors
/// When `out` fails.
pub fn print_known(out: &mut dyn io::Write, options: &TerminalOptions, run: &RunResult) -> io::Result<()> {
    print_wrapped(out, options, "known", run, |target| {
        shorten(known_words(target).iter().map(|known| Reason::plain(known)).collect(), options)
    })
}

/// Prints the entries of the baseline that no longer hold: all of them, for they fail the run.
///
/// # Errors
/// When `out` fails.
pub fn print_lapsed(out: &mut dyn io::Write, options: &TerminalOptions, run: &RunResult) -> io::Result<()> {
    print_wrapped(out, options, "no longer holds in the baseline", run, |target| {
        let told = |lapsed| format!("{}: {}", told::lapsed_subject(lapsed), told::lapsed_words(lapsed));
        target.lapsed.iter().map(|lapsed| Reason::plain(&told(lapsed))).collect()
    })
}

/// Prints why targets could not be judged in full.
///
/// # Errors
/// When `out` fails.
pub fn print_incomplete(out: &mut dyn io::Write, options: &TerminalOptions, run: &RunResult) -> io::Result<()> {
    print_wrapped(out, options, "incomplete", run, |target| {
        let reasons = by_operation(target, target.incomplete.iter().map(|reason| (reason.clone(), ())), |(), ()| {});
        shorten(reasons.into_keys().map(|reason| Reason::plain(&reason)).collect(), options)
    })
}

/// Prints why things were not checked on at most `room` lines, but for one a target: a line each, cut where it is
/// long. Verbose prints all of them whole.
///
/// # Errors
/// When `out` fails.
pub fn print_not_checked(
    out: &mut dyn io::Write,
    options: &TerminalOptions,
    run: &RunResult,
    room: usize,
) -> io::Result<()> {
    if options.verbose {
        return print_wrapped(out, options, "not checked", run, not_checked);
    }
    let told: Vec<_> = run.targets.iter().map(|target| (safe::text(&target.name), not_checked(target))).collect();
    let told: Vec<_> = told.into_iter().filter(|(_, reasons)| !reasons.is_empty()).collect();
    if told.is_empty() {
        return Ok(());
    }
    let lines = |most: usize| told.iter().map(|(_, reasons)| reasons.len().min(most)).sum::<usize>();
    let most = (1..=MOST_REASONS).rev().find(|most| lines(*most) + TITLE <= room).unwrap_or(1);
    writeln!(out, "\n{}", paint(options.palette().dim, "not checked"))?;
    let names = told.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    for (name, reasons) in told {
        let numbers = reasons.iter().map(|reason| reason.number.width()).max().unwrap_or(0);
        let columns = options.width.saturating_sub(names + numbers + 4).max(20);
        let mut name = name.as_ref();
        for (number, text) in on_lines(&reasons, most, columns) {
            let lead = pad(name, names, Align::Left) + "  " + &pad(number, numbers, Align::Right);
            writeln!(out, "  {lead}{text}")?;
            name = "";
        }
    }
    Ok(())
}

/// The reasons on at most `most` lines of so many columns, each with its number; the last says how many more there are.
fn on_lines(reasons: &[Reason], most: usize, columns: usize) -> Vec<(&str, String)> {
    let left = reasons.len().saturating_sub(most);
    let on_line = |index: usize, reason: &Reason| {
        let more = if left > 0 && index + 1 == most { format!("; {left} more: --verbose") } else { String::new() };
        let after = format!("{}{more}", reason.counted);
        safe::fitted(&reason.text, columns.saturating_sub(after.width())) + &after
    };
    let lines = reasons.iter().enumerate().take(most);
    lines.map(|(index, reason)| (reason.number.as_str(), on_line(index, reason))).collect()
}

/// Prints what `of` gives for each target, under a title, beside the target's name, wrapped where it is long.
fn print_wrapped(
    out: &mut dyn io::Write,
    options: &TerminalOptions,
    title: &str,
    run: &RunResult,
    of: impl Fn(&TargetResult) -> Vec<Reason>,
) -> io::Result<()> {
    let told = run.targets.iter().map(|target| (safe::text(&target.name), of(target)));
    let told: Vec<_> = told.filter(|(_, reasons)| !reasons.is_empty()).collect();
    if told.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint(options.palette().dim, title))?;
    let names = told.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    for (name, reasons) in &told {
        let numbers = reasons.iter().map(|reason| reason.number.width()).max().unwrap_or(0);
        let room = options.width.saturating_sub(names + numbers + 4).max(20);
        let mut name = name.as_ref();
        for reason in reasons {
            let mut number = reason.number.as_str();
            let text = safe::clipped(&reason.text, LONGEST_REASON) + &reason.counted;
            for line in wrap(&text, room) {
                let lead = pad(name, names, Align::Left) + "  " + &pad(number, numbers, Align::Right);
                writeln!(out, "  {lead}{line}")?;
                (name, number) = ("", "");
            }
        }
    }
    Ok(())
}

fn shorten(mut reasons: Vec<Reason>, options: &TerminalOptions) -> Vec<Reason> {
    if !options.verbose && reasons.len() > MOST_REASONS + 1 {
        let left = reasons.len() - MOST_REASONS;
        reasons.truncate(MOST_REASONS);
        reasons.push(Reason::plain(&more(left)));
    }
    reasons
}

fn more(left: usize) -> String {
    format!("and {} (--verbose shows them)", words::count(left, "more reason"))
}

/// The known findings of a target, each with its reason.
pub fn known_words(target: &TargetResult) -> Vec<String> {
    let told = |(found, known)| {
        let found: &FoundFinding = found;
        format!("{} {}: {}", found.finding.rule, told::subject(found), told::known_words(known))
    };
    target.known().map(told).collect()
}

/// Why things of a target were not checked, a line a reason.
pub fn not_checked_words(target: &TargetResult) -> Vec<String> {
    not_checked(target).into_iter().map(|reason| reason.number + &reason.text + &reason.counted).collect()
}

/// Why things were not checked, the most frequent reason first. A reason is counted in promises where
/// it left any without evidence, in what was left out before the run where not; rules that were never
/// judged are told last, in answers.
fn not_checked(target: &TargetResult) -> Vec<Reason> {
    let promises = target.promises.iter().filter(|promise| promise.verdict == PromiseVerdict::NotChecked);
    let promises = promises.map(|promise| promise.reason.clone().unwrap_or_else(|| "no evidence".to_owned()));
    let mut reasons = tally(promises.map(|reason| (reason, 1)), "promise");
    for (reason, told) in tally(target.left_out.iter().map(|left_out| (left_out.reason.clone(), 1)), "case") {
        reasons.entry(reason).or_insert(told);
    }
    let mut reasons = by_operation(target, reasons.into_iter(), |(number, _), (more, _)| *number += more);
    reasons.sort_by(|_, (one, _), _, (other, _)| other.cmp(one));
    // A rule that was judged on other answers of the operation was checked.
    let unjudged = target.checks.iter().filter(|check| check.passed + check.failed == 0);
    let rules =
        unjudged.filter_map(|check| Some((format!("{}: {}", check.rule, check.reason.as_deref()?), check.not_checked)));
    reasons.extend(tally(rules, "answer"));
    let told = |(reason, (number, noun)): (String, (usize, &str))| {
        let text = if reason == MAX_REQUESTS { format!("no room within `{MAX_REQUESTS}`") } else { reason };
        let plural = if number == 1 { "" } else { "s" };
        Reason { number: format!("{number} × "), text, counted: format!(" ({noun}{plural})") }
    };
    reasons.into_iter().map(told).collect()
}

/// Equal reasons as one, each with its number and what is counted.
fn tally(
    reasons: impl Iterator<Item = (String, usize)>,
    noun: &'static str,
) -> IndexMap<String, (usize, &'static str)> {
    let mut counted = IndexMap::new();
    for (reason, number) in reasons {
        counted.entry(reason).or_insert((0, noun)).0 += number;
    }
    counted
}

/// Reasons that are equal but for the operation that they name as one, which names the first and counts the others.
fn by_operation<T>(
    target: &TargetResult,
    reasons: impl Iterator<Item = (String, T)>,
    join: impl Fn(&mut T, T),
) -> IndexMap<String, T> {
    let mut groups: IndexMap<(String, String), (String, usize, T)> = IndexMap::new();
    for (reason, told) in reasons {
        let (before, named, after) = around_operation(&reason, &target.operations);
        let key = (before.to_owned(), after.to_owned());
        match groups.entry(key) {
            Entry::Occupied(mut group) => {
                let (_, others, all) = group.get_mut();
                *others += usize::from(!named.is_empty());
                join(all, told);
            }
            Entry::Vacant(group) => {
                group.insert((named.to_owned(), 0, told));
            }
        }
    }
    let told = |((before, after), (first, others, told)): ((String, String), (String, usize, T))| {
        let others = match others {
            0 => String::new(),
            _ => format!(" (and {})", words::count(others, "other operation")),
        };
        (format!("{before}{first}{others}{after}"), told)
    };
    groups.into_iter().map(told).collect()
}

/// What stands before the first operation that a reason names, its id, and what stands after it; the whole reason
/// before nothing where it names none.
fn around_operation<'r>(reason: &'r str, operations: &[String]) -> (&'r str, &'r str, &'r str) {
    let is_edge = |char: char| !(char.is_alphanumeric() || "_-./".contains(char));
    let find = |id: &String| {
        let (at, _) = reason.match_indices(id.as_str()).find(|(at, _)| {
            reason[..*at].chars().next_back().is_none_or(is_edge)
                && reason[at + id.len()..].chars().next().is_none_or(is_edge)
        })?;
        // The longest of those that begin there: one id may be the beginning of another.
        Some((at, std::cmp::Reverse(at + id.len())))
    };
    match operations.iter().filter(|id| !id.is_empty()).filter_map(find).min() {
        Some((at, std::cmp::Reverse(end))) => (&reason[..at], &reason[at..end], &reason[end..]),
        None => (reason, "", ""),
    }
}
