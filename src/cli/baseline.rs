//! `--baseline` and `--write-baseline`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Failure;
use super::arguments::CheckOptions;
use crate::contract::{Diagnostic, ErrorState, Level, Operation, Place};
use crate::generate::OTHER_ORGANISATION;
use crate::run::{Baseline, Entry, Job, PLACEHOLDER, Purpose, RunResult, today};
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
    // What was not chosen may be there all the same.
    let knows_all = options.spec.is_none() && options.targets.is_empty();
    let wrong = baseline.entries.iter().filter_map(|entry| misspelt(entry, jobs, knows_all));
    let diagnostics: Vec<_> = wrong.collect();
    if diagnostics.is_empty() { Ok(()) } else { Err(Failure::diagnosed(diagnostics)) }
}

/// The first name of an entry that means nothing.
fn misspelt(entry: &Entry, jobs: &[Job], knows_all: bool) -> Option<Diagnostic> {
    let nothing = |what: &str, name: &str, known: &[&str], place: &Place| Diagnostic {
        level: Level::Error,
        message: format!("there is no {what} `{name}`"),
        help: help_nearest(name, known),
        place: place.clone(),
    };
    let is_meant = |job: &&Job| entry.target.as_ref().is_none_or(|target| *target == job.target.name);
    let meant: Vec<&Job> = jobs.iter().filter(is_meant).collect();
    if meant.is_empty() {
        let (target, place) = (entry.target.as_ref()?, entry.names.target.as_ref()?);
        let targets: Vec<&str> = jobs.iter().map(|job| job.target.name.as_str()).collect();
        return knows_all.then(|| nothing("target", target, &targets, place));
    }
    let operations = || meant.iter().flat_map(|job| &job.contract.operations).map(AsRef::as_ref);
    let of_entry: Vec<&Operation> = operations().filter(|operation| operation.id == entry.operation).collect();
    if of_entry.is_empty() {
        let known: Vec<&str> = operations().map(|operation| operation.id.as_str()).collect();
        return Some(nothing("operation", &entry.operation, &known, &entry.names.operation));
    }
    let (state, place) = (entry.state.as_ref()?, entry.names.state.as_ref()?);
    let documented = of_entry.iter().flat_map(|operation| &operation.responses).flat_map(|response| &response.errors);
    let documented = documented.filter_map(|error| error.state.as_ref()).map(ErrorState::name);
    let configured = meant.iter().flat_map(|job| job.target.states.keys()).map(String::as_str);
    let known: Vec<&str> = documented.chain(configured).chain([OTHER_ORGANISATION]).collect();
    (!known.contains(&state.as_str())).then(|| nothing("state", state, &known, place))
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
