//! What of each operation was exercised, and what never was.

use std::io;

use unicode_width::UnicodeWidthStr;

use super::TerminalOptions;
use crate::report::layout::{Align, pad, wrap};
use crate::report::style::paint;
use crate::report::table::{Cell, Column, Table};
use crate::report::{safe, words};
use crate::run::{OperationCoverage, Share, TargetResult};

/// The longest list of what never was for one reason, in columns.
const LONGEST_LIST: usize = 400;

/// Prints a table of the operations of a target, and under it what was never exercised, by reason.
///
/// # Errors
/// When `out` fails.
pub fn print(out: &mut dyn io::Write, options: &TerminalOptions, target: &TargetResult) -> io::Result<()> {
    if target.coverage.is_empty() {
        return Ok(());
    }
    let palette = options.palette();
    writeln!(out, "\n{}", paint(palette.dim, format!("exercised of {}", safe::text(&target.name))))?;
    table(options, target).print(out, &palette, options.width)?;
    let never: Vec<_> = target.coverage.iter().filter(|(_, operation)| !operation.never().is_empty()).collect();
    if never.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", paint(palette.dim, format!("never exercised of {}", safe::text(&target.name))))?;
    let names = never.iter().map(|(id, _)| safe::text(id).width()).max().unwrap_or(0);
    never.into_iter().try_for_each(|(id, operation)| print_never(out, options, (id, names), operation))
}

fn table(options: &TerminalOptions, target: &TargetResult) -> Table {
    let mut table = Table::new([
        Column::words("operation"),
        Column::numbers("requests"),
        Column::numbers("parameters").of("of requests"),
        Column::numbers("media types").of("of requests").optional(),
        Column::numbers("enum values").of("of requests"),
        Column::numbers("constraints").of("of requests"),
        Column::numbers("statuses").of("of answers"),
        Column::numbers("media types").of("of answers").optional(),
    ]);
    let palette = options.palette();
    let share = |share: Share| match share {
        Share { all: 0, .. } => Cell::new("–", palette.dim),
        Share { exercised, all } if exercised == all => Cell::new(share.to_string(), palette.dim),
        _ => Cell::plain(share.to_string()),
    };
    for (id, operation) in &target.coverage {
        let [parameters, request_media, values, constraints, statuses, response_media] = operation.shares().map(share);
        let [id, requests] = [safe::text(id).into_owned(), operation.requests.to_string()].map(Cell::plain);
        table.row([id, requests, parameters, request_media, values, constraints, statuses, response_media]);
    }
    table
}

/// A line for each reason, beside the name of the operation.
fn print_never(
    out: &mut dyn io::Write,
    options: &TerminalOptions,
    (id, names): (&str, usize),
    operation: &OperationCoverage,
) -> io::Result<()> {
    let room = options.width.saturating_sub(names + 4).max(20);
    let name = safe::text(id);
    let mut name = name.as_ref();
    let cut = operation.cut.then(|| "it declares more, which was not looked into".to_owned());
    let told = operation.never().into_iter().map(|(reason, list)| {
        let number = words::count(list.len(), "part");
        safe::clipped(&format!("{number}, {reason}: {}", list.join(", ")), LONGEST_LIST).to_string()
    });
    let lines: Vec<String> = told.chain(cut).flat_map(|told| wrap(&told, room)).collect();
    for line in lines {
        writeln!(out, "  {}  {line}", pad(name, names, Align::Left))?;
        name = "";
    }
    Ok(())
}
