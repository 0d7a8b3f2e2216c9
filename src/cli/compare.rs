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
    let forms: Result<Vec<_>, Failure> = options.reports.iter().map(|spec| Ok((spec, Form::of(spec)?))).collect();
    let (to_output, to_files): (Vec<_>, Vec<_>) = forms?.into_iter().partition(|(spec, _)| spec.is_printed());
    // Whoever reads the output may close it early; the files are written all the same.
    for (spec, form) in to_files {
        let cannot = |error: io::Error| Failure::Usage(format!("{} cannot be written: {error}", spec.path.display()));
        let mut file = BufWriter::new(File::create(&spec.path).map_err(cannot)?);
        comparison.write(form, &mut file).and_then(|()| file.flush()).map_err(cannot)?;
    }
    for (_, form) in &to_output {
        comparison.write(*form, out)?;
    }
    // What is meant for a program stands alone.
    match &comparison {
        _ if !to_output.is_empty() => {}
        Comparison::SideBySide(matrix) => compared::print_matrix(out, &terminal, matrix)?,
        Comparison::BeforeAndAfter(difference) => compared::print_difference(out, &terminal, difference)?,
    }
    Ok(comparison.exit())
}

/// In which form a comparison is written.
#[derive(Clone, Copy)]
enum Form {
    Markdown,
    Html,
}

impl Form {
    fn of(spec: &ReportSpec) -> Result<Self, Failure> {
        match spec.format {
            ReportFormat::Html => Ok(Form::Html),
            ReportFormat::Markdown => Ok(Form::Markdown),
            other => {
                let message = format!("a comparison is written as markdown or html, not as {}", other.word());
                Err(Failure::Usage(message))
            }
        }
    }
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

    fn write(&self, form: Form, out: &mut dyn Write) -> io::Result<()> {
        match (self, form) {
            (Comparison::SideBySide(matrix), Form::Html) => compared::html_matrix(out, matrix),
            (Comparison::SideBySide(matrix), Form::Markdown) => compared::markdown_matrix(out, matrix),
            (Comparison::BeforeAndAfter(difference), Form::Html) => compared::html_difference(out, difference),
            (Comparison::BeforeAndAfter(difference), Form::Markdown) => compared::markdown_difference(out, difference),
        }
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
