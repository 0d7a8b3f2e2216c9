//! `uptospec compare`: reports held against each other.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::arguments::CompareOptions;
use super::{Exit, Failure, Look};
use crate::compare::{Difference, Matrix, Report};
use crate::report::{ReportFormat, ReportSpec, compared};

/// What the reports come to together.
enum Comparison {
    SideBySide(Matrix),
    BeforeAndAfter(Difference),
}

/// Prints what changed between two reports of the same targets, or all targets of the reports side by side.
///
/// # Errors
/// When a file is no report, or what is asked for cannot be written.
pub fn compare(options: &CompareOptions, out: &mut dyn Write) -> Result<Exit, Failure> {
    let comparison = Comparison::of(options)?;
    let terminal = Look::of_stdout().terminal(options.verbose);
    // Whoever reads the output may close it early; the files are written all the same.
    for spec in &options.reports {
        comparison.write(spec)?;
    }
    match &comparison {
        Comparison::SideBySide(matrix) => compared::print_matrix(out, &terminal, matrix)?,
        Comparison::BeforeAndAfter(difference) => compared::print_difference(out, &terminal, difference)?,
    }
    Ok(comparison.exit())
}

impl Comparison {
    fn of(options: &CompareOptions) -> Result<Self, Failure> {
        let load = |path: &std::path::PathBuf| Ok((path.display().to_string(), Report::load(path)?));
        let reports: Result<Vec<_>, crate::compare::ReportError> = options.files.iter().map(load).collect();
        let reports = reports.map_err(|error| Failure::Usage(error.to_string()))?;
        let difference = match reports.as_slice() {
            [(_, before), (_, after)] if !options.side_by_side => Difference::between(before, after),
            _ => None,
        };
        Ok(difference.map_or_else(|| Comparison::SideBySide(Matrix::of(&reports)), Comparison::BeforeAndAfter))
    }

    fn write(&self, spec: &ReportSpec) -> Result<(), Failure> {
        let is_html = match spec.format {
            ReportFormat::Html => true,
            ReportFormat::Markdown => false,
            other => {
                let message = format!("a comparison is written as markdown or html, not as {}", other.word());
                return Err(Failure::Usage(message));
            }
        };
        let cannot = |error: io::Error| Failure::Usage(format!("{} cannot be written: {error}", spec.path.display()));
        let mut file = BufWriter::new(File::create(&spec.path).map_err(cannot)?);
        let written = match (self, is_html) {
            (Comparison::SideBySide(matrix), true) => compared::html_matrix(&mut file, matrix),
            (Comparison::SideBySide(matrix), false) => compared::markdown_matrix(&mut file, matrix),
            (Comparison::BeforeAndAfter(difference), true) => compared::html_difference(&mut file, difference),
            (Comparison::BeforeAndAfter(difference), false) => compared::markdown_difference(&mut file, difference),
        };
        written.and_then(|()| file.flush()).map_err(cannot)
    }

    /// A matrix is only looked at; a difference gates a build.
    fn exit(&self) -> Exit {
        match self {
            Comparison::SideBySide(_) => Exit::Conformant,
            Comparison::BeforeAndAfter(difference) if difference.is_worse() => Exit::Violations,
            Comparison::BeforeAndAfter(difference) if difference.is_unknown() => Exit::Unjudged,
            Comparison::BeforeAndAfter(_) => Exit::Conformant,
        }
    }
}
