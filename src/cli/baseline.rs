//! `--baseline` and `--write-baseline`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Failure;
use super::arguments::CheckOptions;
use crate::contract::{Diagnostic, Level};
use crate::run::{Baseline, Job, PLACEHOLDER, Purpose, RunResult, today};
use crate::target::help_nearest;

/// Reads the baseline that the options name.
///
/// # Errors
/// When it cannot be used.
pub fn load(options: &CheckOptions) -> Result<Option<Baseline>, Failure> {
    let read = |file: &PathBuf| Baseline::load(file, Purpose::Excuse, today());
    options.baseline.as_ref().map(read).transpose().map_err(Failure::diagnosed)
}

/// Checks the names of a baseline against the targets: a misspelt one would silently excuse nothing.
///
/// # Errors
/// Every name that means nothing, with the nearest that does.
pub fn check_names(baseline: &Baseline, jobs: &[Job], options: &CheckOptions) -> Result<(), Failure> {
    let targets: Vec<&str> = jobs.iter().map(|job| job.target.name.as_str()).collect();
    // What was not chosen may be there all the same.
    let knows_all = options.spec.is_none() && options.targets.is_empty();
    let mut diagnostics = Vec::new();
    for entry in &baseline.entries {
        let is_meant = |job: &&Job| entry.target.as_ref().is_none_or(|target| *target == job.target.name);
        let mut meant = jobs.iter().filter(is_meant).peekable();
        let wrong = match (&entry.target, meant.peek()) {
            (Some(target), None) if knows_all => {
                Some((format!("there is no target `{target}`"), help_nearest(target, &targets)))
            }
            (_, None) => None,
            (_, Some(_)) => {
                let operations = meant.flat_map(|job| &job.contract.operations);
                let operations: Vec<&str> = operations.map(|operation| operation.id.as_str()).collect();
                (!operations.contains(&entry.operation.as_str())).then(|| {
                    let help = help_nearest(&entry.operation, &operations);
                    (format!("there is no operation `{}`", entry.operation), help)
                })
            }
        };
        diagnostics.extend(wrong.map(|(message, help)| Diagnostic {
            level: Level::Error,
            message,
            help,
            place: entry.place.clone(),
        }));
    }
    if diagnostics.is_empty() { Ok(()) } else { Err(Failure::diagnosed(diagnostics)) }
}

/// A baseline that is to be written when the run is done.
pub struct Rewrite {
    file: PathBuf,
    earlier: Option<Baseline>,
}

impl Rewrite {
    /// What the options ask for. A file that is there is read first: what it says of a finding is kept.
    ///
    /// # Errors
    /// When the file is no baseline, which must not be overwritten.
    pub fn of(options: &CheckOptions) -> Result<Option<Self>, Failure> {
        let Some(file) = options.write_baseline.clone() else { return Ok(None) };
        let read = |file: &Path| Baseline::load(file, Purpose::Rewrite, today());
        let earlier = file.exists().then(|| read(&file)).transpose().map_err(Failure::diagnosed)?;
        Ok(Some(Rewrite { file, earlier }))
    }

    /// Writes the baseline of a run, and tells how many reasons are missing.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(self, run: &RunResult) -> Result<(), Failure> {
        let text = Baseline::to_toml(run, self.earlier.as_ref());
        let missing = text.lines().filter(|line| *line == format!("reason = \"{PLACEHOLDER}\"")).count();
        let entries = text.lines().filter(|line| *line == "[[known]]").count();
        let file = self.file.display();
        std::fs::write(&self.file, text)
            .map_err(|error| Failure::Usage(format!("the baseline {file} cannot be written: {error}")))?;
        writeln!(anstream::stderr(), "baseline: {file} lists {entries}, {missing} without a reason yet")?;
        Ok(())
    }
}
