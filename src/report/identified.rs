//! Which contract an endpoint speaks, on a terminal.

use std::io;

use super::layout::wrap;
use super::style::{Palette, paint};
use super::table::{Cell, Column, Table};
use super::terminal::TerminalOptions;
use super::{safe, words};
use crate::identify::{Fit, Guess, Likeness};

/// Things told against a contract unless verbose.
const MOST: usize = 5;
/// The longest message or reason, in columns.
const LONGEST: usize = 200;
/// What stands before the further lines of one thing.
const FURTHER: &str = "    ";

/// Prints a line for each contract, the best first, and what is to be said of the best.
///
/// # Errors
/// When `out` fails.
pub fn print_likenesses(
    out: &mut dyn io::Write,
    options: &TerminalOptions,
    url: &str,
    likenesses: &[Likeness],
) -> io::Result<()> {
    let palette = options.palette();
    let best = likenesses.first().filter(|likeness| likeness.guess() > Guess::Nothing);
    if let Some(reason) = nobody(likenesses) {
        return writeln!(out, "{}", paint(palette.error, safe::text(reason)));
    }
    writeln!(out, "{}\n", headline(&palette, &safe::text(url), likenesses))?;
    table(likenesses, options).print(out, &palette, options.width)?;
    for likeness in likenesses.iter().filter(|likeness| options.verbose || Some(*likeness) == best) {
        details(out, options, likeness)?;
    }
    if best.is_none() && !options.verbose {
        writeln!(out, "\n{}", paint(palette.dim, "--verbose says what speaks against each of them"))?;
    }
    Ok(())
}

/// Why nothing can be said, where nobody answered.
fn nobody(likenesses: &[Likeness]) -> Option<&str> {
    let was_answered = likenesses.iter().any(|likeness| likeness.was_answered);
    let reason = likenesses.iter().flat_map(|likeness| &likeness.unknown).next()?;
    (!was_answered).then_some(reason)
}

/// What the endpoint speaks, in a sentence.
fn headline(palette: &Palette, url: &str, likenesses: &[Likeness]) -> String {
    let named = |likeness: &Likeness| {
        let [name, title] = [&likeness.name, &likeness.title].map(|text| safe::text(text).into_owned());
        format!("{} ({title})", paint(palette.strong, name))
    };
    let Some(best) = likenesses.first() else { return format!("{url} was held against nothing") };
    let is_alone = likenesses[1..].iter().all(|other| other.share < best.share);
    match best.guess() {
        Guess::Speaks if is_alone => format!("{url} {} {}", paint(palette.good, "speaks"), named(best)),
        Guess::Likely if is_alone => format!("{url} {} {}", paint(palette.warning, "speaks most likely"), named(best)),
        Guess::Speaks | Guess::Likely => {
            let like: Vec<_> =
                likenesses.iter().take_while(|likeness| likeness.share >= best.share).map(named).collect();
            format!("{url} {} {}", paint(palette.warning, "cannot be told apart: it may speak"), like.join(" or "))
        }
        Guess::Resembles => {
            format!("{url} {}; it is most like {}", paint(palette.error, "speaks none of these"), named(best))
        }
        Guess::Nothing => format!("{url} {}", paint(palette.error, "speaks none of these")),
    }
}

fn table(likenesses: &[Likeness], options: &TerminalOptions) -> Table {
    let palette = options.palette();
    let mut table = Table::new([
        Column::words("contract"),
        Column::numbers("likeness"),
        Column::numbers("served").of("operations"),
        Column::numbers("refused as documented").of("operations"),
        Column::numbers("guarded").of("operations"),
        Column::numbers("not seen").of("operations"),
        Column::numbers("against"),
        Column::numbers("requests").optional(),
    ]);
    for likeness in likenesses {
        let number = |wanted: fn(Fit) -> bool| {
            let number = likeness.operations.iter().filter(|operation| wanted(operation.fit)).count();
            Cell::plain(number.to_string())
        };
        let style = match likeness.guess() {
            Guess::Speaks => palette.good,
            Guess::Likely => palette.warning,
            Guess::Resembles | Guess::Nothing => palette.dim,
        };
        table.row([
            Cell::new(safe::text(&likeness.name), palette.strong),
            Cell::new(format!("{:.0} %", (likeness.share * 100.0).floor()), style),
            number(|fit| matches!(fit, Fit::Served(_))),
            number(|fit| fit == Fit::RefusedAsDocumented),
            number(|fit| fit == Fit::Guarded),
            number(|fit| fit == Fit::Unseen),
            Cell::plain(likeness.against.len().to_string()),
            Cell::new(likeness.requests.to_string(), palette.dim),
        ]);
    }
    table
}

fn details(out: &mut dyn io::Write, options: &TerminalOptions, likeness: &Likeness) -> io::Result<()> {
    let palette = options.palette();
    let most = if options.verbose { usize::MAX } else { MOST };
    let mut lines = Vec::new();
    for dialect in &likeness.dialects {
        lines.push(format!("its streams are of {}", safe::text(dialect)));
    }
    for against in likeness.against.iter().take(most) {
        let [rule, operation] = [&against.rule, &against.operation].map(|text| safe::text(text));
        lines.push(format!("against it: {rule} {operation}: {}", safe::fitted(&against.message, LONGEST)));
    }
    if let Some(left @ 1..) = likeness.against.len().checked_sub(most) {
        lines.push(format!("and {} against it: --verbose lists them", words::count(left, "more thing")));
    }
    lines.extend(likeness.unknown.iter().map(|reason| format!("unknown: {}", safe::fitted(reason, LONGEST))));
    if !lines.is_empty() {
        writeln!(out, "\n{}", paint(palette.strong, safe::text(&likeness.name)))?;
    }
    lines.iter().try_for_each(|line| print_hanging(out, options.width, line))
}

/// Prints a text, indented and wrapped between words.
fn print_hanging(out: &mut dyn io::Write, width: usize, text: &str) -> io::Result<()> {
    let mut indent = "  ";
    for line in wrap(text, width.saturating_sub(FURTHER.len()).max(20)) {
        writeln!(out, "{indent}{line}")?;
        indent = FURTHER;
    }
    Ok(())
}
