//! The files of reports: opened before the run begins, each of them once, and named where one cannot be written.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::at_end::AtEnd;
use super::{JsonReport, NdjsonReport, ReportError, ReportFormat, ReportSpec};
use super::{badge, github, har, html, junit, markdown};
use crate::run::{Event, Reporter};

/// The path that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

impl ReportSpec {
    /// Whether it is written to standard output.
    pub fn is_printed(&self) -> bool {
        self.path == Path::new(STANDARD_OUTPUT)
    }
}

/// Opens the files of all reports before the run begins, so that a bad path fails early.
///
/// # Errors
/// When a file cannot be created, or two reports would be written to the same.
pub fn open_all(specs: &[ReportSpec]) -> Result<Vec<Box<dyn Reporter + Send>>, ReportError> {
    let mut taken = HashSet::new();
    let mut opened = Vec::new();
    for spec in specs {
        let report = open(spec)?;
        // Only what is there has a path that says whether it is the same. Devices take whatever comes.
        let file = fs::canonicalize(&spec.path).ok().filter(|path| path.is_file());
        let place = if spec.is_printed() { Some(PathBuf::from(STANDARD_OUTPUT)) } else { file };
        if place.is_some_and(|place| !taken.insert(place)) {
            return Err(ReportError::Twice { path: spec.path.clone() });
        }
        opened.push(report);
    }
    Ok(opened)
}

/// Opens the file of one report.
///
/// # Errors
/// When the file cannot be created.
pub fn open(spec: &ReportSpec) -> Result<Box<dyn Reporter + Send>, ReportError> {
    let out = create(spec).map_err(|error| ReportError::Open { path: spec.path.clone(), error })?;
    let report: Box<dyn Reporter + Send> = match spec.format {
        ReportFormat::Json => Box::new(JsonReport::new(out)),
        ReportFormat::Junit => Box::new(AtEnd::new(out, junit::write)),
        ReportFormat::Markdown => Box::new(AtEnd::new(out, markdown::write)),
        ReportFormat::Ndjson => Box::new(NdjsonReport::new(out)),
        ReportFormat::Har => Box::new(AtEnd::new(out, har::write)),
        ReportFormat::Github => Box::new(AtEnd::new(out, github::write)),
        ReportFormat::Html => Box::new(AtEnd::new(out, html::write)),
        ReportFormat::Badge => Box::new(AtEnd::new(out, badge::form(&spec.path))),
    };
    Ok(Box::new(Named { path: spec.path.clone(), report }))
}

fn create(spec: &ReportSpec) -> io::Result<Box<dyn io::Write + Send>> {
    if spec.is_printed() {
        return Ok(Box::new(io::stdout()));
    }
    Ok(Box::new(BufWriter::new(File::create(&spec.path)?)))
}

/// A report whose errors say which file they are about.
struct Named {
    path: PathBuf,
    report: Box<dyn Reporter + Send>,
}

impl Reporter for Named {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", self.path.display()));
        self.report.event(event).map_err(named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    fn spec(format: ReportFormat, path: impl Into<PathBuf>) -> ReportSpec {
        ReportSpec { format, path: path.into() }
    }

    fn refusal(specs: &[ReportSpec]) -> String {
        open_all(specs).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_bad_path_fails_before_the_run() {
        let refused = refusal(&[spec(ReportFormat::Json, "no/such/folder/report.json")]);
        assert!(refused.starts_with("the report no/such/folder/report.json cannot be written: "), "{refused}");
    }

    #[test]
    fn two_reports_are_not_written_over_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let (file, roundabout) = (folder.path().join("report"), folder.path().join("./report"));
        let refused = refusal(&[spec(ReportFormat::Json, &file), spec(ReportFormat::Html, roundabout)]);
        assert!(refused.ends_with("/./report is asked for by two reports: give each a file of its own"), "{refused}");
        let refused = refusal(&[spec(ReportFormat::Json, "-"), spec(ReportFormat::Github, "-")]);
        assert_eq!(refused, "- is asked for by two reports: give each a file of its own");
        let apart = [spec(ReportFormat::Json, &file), spec(ReportFormat::Json, folder.path().join("other"))];
        assert_eq!(refusal(&apart), "");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_device_takes_several_reports_and_a_full_one_is_named() {
        let full = [spec(ReportFormat::Json, "/dev/full"), spec(ReportFormat::Html, "/dev/full")];
        for mut report in open_all(&full).unwrap() {
            let error = report.event(&Event::RunFinished(&fixture::run())).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
            assert!(error.to_string().starts_with("/dev/full: "), "{error}");
        }
    }
}
