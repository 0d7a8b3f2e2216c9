//! Comparisons on a terminal.

use std::io;

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::{cell_words, counted, gone_words, in_short, new_words, promise_word};
use crate::compare::{self, Cell, Difference, Finding, Matrix, Row, TargetDifference};
use crate::report::layout::wrap;
use crate::report::style::{Palette, paint};
use crate::report::table::{self, Column, Table};
use crate::report::terminal::TerminalOptions;
use crate::report::{safe, words};

/// The longest sentence or message, in columns.
const LONGEST: usize = 160;
/// What stands before the further lines of a finding.
const FURTHER: &str = "      ";

/// Prints targets side by side: what each came to, then the rules that anybody breaks. Verbose prints the rules
/// that are kept, too.
///
/// # Errors
/// When `out` fails.
pub fn matrix(out: &mut dyn io::Write, options: &TerminalOptions, matrix: &Matrix) -> io::Result<()> {
    let palette = options.palette();
    let heads = heads(matrix, options.width);
    subjects(&palette, matrix, &heads).print(out, &palette, options.width)?;
    let kept: &[Row] = if options.verbose { &matrix.kept } else { &[] };
    if !matrix.broken.is_empty() || !kept.is_empty() {
        writeln!(out)?;
        let columns: Vec<_> =
            std::iter::once("rule".to_owned()).chain(heads.into_iter().map(|head| head.short)).collect();
        let mut table = Table::new(columns.into_iter().map(Column::words).collect::<Vec<_>>());
        for row in matrix.broken.iter().chain(kept) {
            let name = table::Cell::plain(safe::text(&row.rule));
            let cells = row.cells.iter().map(|cell| table::Cell::new(cell_words(*cell), style(*cell, &palette)));
            table.row(std::iter::once(name).chain(cells).collect::<Vec<_>>());
        }
        table.print(out, &palette, options.width)?;
    }
    writeln!(out)?;
    if matrix.broken.is_empty() {
        writeln!(out, "{}", paint(palette.good, "no rule is broken"))?;
    }
    let rest = [(matrix.kept.len(), "kept wherever judged"), (matrix.unjudged.len(), "judged nowhere")];
    for (number, what) in rest.into_iter().filter(|(number, _)| *number > 0) {
        writeln!(out, "{}", paint(palette.dim, format!("{} {what}", words::count(number, "rule"))))?;
    }
    Ok(())
}

/// What stands above a target's column, and what names it in the list of targets.
struct Head {
    short: String,
    long: String,
}

/// The targets' labels; where they leave no room for each other, numbers, which the list of targets explains.
fn heads(matrix: &Matrix, width: usize) -> Vec<Head> {
    let labels: Vec<_> = matrix.subjects.iter().map(|subject| safe::text(&subject.label).into_owned()).collect();
    let rules = matrix.broken.iter().map(|row| row.rule.width()).max().unwrap_or(0);
    let cell = |index: usize| matrix.broken.iter().map(|row| cell_words(row.cells[index]).width()).max().unwrap_or(0);
    let total: usize =
        rules + labels.iter().enumerate().map(|(index, label)| 2 + label.width().max(cell(index))).sum::<usize>();
    let numbered = total > width;
    let head = |(index, label): (usize, String)| match numbered {
        true => Head { short: format!("[{}]", index + 1), long: format!("[{}] {label}", index + 1) },
        false => Head { short: label.clone(), long: label },
    };
    labels.into_iter().enumerate().map(head).collect()
}

fn subjects(palette: &Palette, matrix: &Matrix, heads: &[Head]) -> Table {
    let mut table = Table::new([
        Column::words("target"),
        Column::words("verdict"),
        Column::numbers("requests").optional(),
        Column::numbers("kept").of("promises"),
        Column::numbers("broken").of("promises"),
        Column::numbers("not checked").of("promises"),
        Column::numbers("errors").of("findings"),
        Column::numbers("warnings").of("findings"),
        Column::numbers("notes").of("findings").optional(),
        Column::words("url").optional(),
    ]);
    for (subject, head) in matrix.subjects.iter().zip(heads) {
        let number = |number: usize, style: Style| {
            table::Cell::new(number.to_string(), if number == 0 { palette.dim } else { style })
        };
        let [kept, broken, unchecked] = subject.promises;
        let [errors, warnings, notes] = subject.findings;
        table.row([
            table::Cell::new(head.long.clone(), palette.strong),
            table::Cell::new(subject.verdict.word(), palette.verdict(subject.verdict)),
            number(subject.requests, Style::new()),
            number(kept, Style::new()),
            number(broken, palette.error),
            number(unchecked, Style::new()),
            number(errors, palette.error),
            number(warnings, palette.warning),
            number(notes, Style::new()),
            table::Cell::new(safe::text(&subject.url), palette.dim),
        ]);
    }
    table
}

fn style(cell: Cell, palette: &Palette) -> Style {
    match cell {
        Cell::Broken { severity, .. } => palette.severity(severity),
        Cell::Kept { .. } => palette.good,
        Cell::NotChecked | Cell::Absent => palette.dim,
    }
}

/// Prints what changed, target by target. Verbose lists what did not change, too.
///
/// # Errors
/// When `out` fails.
pub fn difference(out: &mut dyn io::Write, options: &TerminalOptions, difference: &Difference) -> io::Result<()> {
    let palette = options.palette();
    for target in &difference.targets {
        print_target(out, options, target)?;
    }
    let missing =
        [(&difference.only_before, "only in the earlier report"), (&difference.only_after, "only in the later report")];
    for (names, what) in missing {
        for name in names {
            writeln!(out, "{}  {}\n", paint(palette.strong, safe::text(name)), paint(palette.warning, what))?;
        }
    }
    let style = match () {
        () if difference.is_worse() => palette.error,
        () if difference.is_unknown() => palette.warning,
        () => palette.good,
    };
    writeln!(out, "{}", paint(style, in_short(difference)))
}

fn print_target(out: &mut dyn io::Write, options: &TerminalOptions, target: &TargetDifference) -> io::Result<()> {
    let palette = options.palette();
    let verdict = |side: &compare::Side| paint(palette.verdict(side.verdict), side.verdict.word());
    let name = paint(palette.strong, safe::text(&target.name));
    let verdicts = match target.before.verdict == target.after.verdict {
        true => format!("still {}", verdict(&target.after)),
        false => format!("{} → {}", verdict(&target.before), verdict(&target.after)),
    };
    writeln!(out, "{name}  {verdicts}  {}", paint(palette.dim, counted(target)))?;
    if target.before.url != target.after.url {
        let [before, after] = [&target.before.url, &target.after.url].map(|url| safe::text(url));
        writeln!(out, "  {}", paint(palette.dim, format!("{before} → {after}")))?;
    }
    for finding in &target.new {
        print_finding(out, options, ("+", palette.error), finding, new_words(target, finding))?;
    }
    for (finding, before) in &target.graver {
        let what = format!(" (it was a {})", before.word());
        print_finding(out, options, ("!", palette.error), finding, &what)?;
    }
    for (finding, why) in &target.gone {
        let what = format!(" ({})", gone_words(*why));
        print_finding(out, options, ("-", palette.good), finding, &what)?;
    }
    if options.verbose {
        for finding in &target.unchanged {
            print_finding(out, options, ("=", palette.dim), finding, "")?;
        }
    }
    for change in &target.promises {
        let words = [change.before, change.promise.verdict].map(promise_word);
        let sentence = change.promise.quote.as_ref().unwrap_or(&change.promise.document);
        let text = format!("promise {} → {}: {}", words[0], words[1], safe::fitted(sentence, LONGEST));
        print_hanging(out, options, "", "", &text)?;
    }
    writeln!(out)
}

fn print_finding(
    out: &mut dyn io::Write,
    options: &TerminalOptions,
    (sign, style): (&str, Style),
    finding: &Finding,
    more: &str,
) -> io::Result<()> {
    let palette = options.palette();
    let word = finding.severity.word();
    let state = finding.state.as_ref().map(|state| format!(" ({})", safe::text(state))).unwrap_or_default();
    let [rule, operation] = [&finding.rule, &finding.operation].map(|text| safe::text(text).into_owned());
    let message = safe::fitted(&finding.message, LONGEST);
    let severity = paint(palette.severity(finding.severity), word);
    let painted = format!("{} {severity} {}", paint(style, sign), paint(palette.strong, &rule));
    let lead = format!("{sign} {word} {rule}");
    print_hanging(out, options, &lead, &painted, &format!("{lead} {operation}{state}: {message}{more}"))
}

/// Prints a text, indented and wrapped between words; what it begins with is shown as it is `painted`.
fn print_hanging(
    out: &mut dyn io::Write,
    options: &TerminalOptions,
    lead: &str,
    painted: &str,
    text: &str,
) -> io::Result<()> {
    let lines = wrap(text, options.width.saturating_sub(FURTHER.len()).max(20));
    for (index, line) in lines.iter().enumerate() {
        match line.strip_prefix(lead) {
            Some(rest) if index == 0 => writeln!(out, "  {painted}{rest}")?,
            _ if index == 0 => writeln!(out, "  {line}")?,
            _ => writeln!(out, "{FURTHER}{line}")?,
        }
    }
    Ok(())
}
