//! What people and machines read of a run: one reporter a file, all over the run's event stream.
//!
//! In: [`Event`]s. Out: text on a terminal, a progress bar, files. Reporters print what the run came
//! to and never judge.

mod at_end;
mod badge;
pub(crate) mod compared;
mod excerpt;
mod github;
mod har;
mod html;
mod identified;
mod json;
mod junit;
pub(crate) mod layout;
mod locate;
mod markdown;
mod markup;
mod ndjson;
mod progress;
mod recordings;
pub(crate) mod safe;
pub(crate) mod style;
pub(crate) mod table;
mod terminal;
mod told;
pub(crate) mod words;

#[cfg(test)]
mod agreement;
#[cfg(test)]
pub(crate) mod fixture;

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::str::FromStr;

pub use identified::print_likenesses;
pub use json::{JsonReport, latency_json};
pub use ndjson::NdjsonReport;
pub use progress::Progress;
pub use recordings::{Recorder, Replayed, print_replayed};
pub use terminal::{Terminal, TerminalOptions, print_plan};

use crate::run::{Event, Reporter};
use at_end::AtEnd;

/// A form in which a report is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// One JSON document with everything that was found.
    Json,
    /// JUnit XML, as CI systems draw it.
    Junit,
    /// Markdown, to be posted under a pull request.
    Markdown,
    /// Every event as one line of JSON, as it happens.
    Ndjson,
    /// The exchanges behind findings in HTTP Archive 1.2.
    Har,
    /// Annotations as workflow commands of GitHub.
    Github,
    /// One HTML file that needs nothing else.
    Html,
    /// A badge: SVG, or JSON where the path ends with `.json`.
    Badge,
}

impl ReportFormat {
    /// Every form there is.
    pub const ALL: [ReportFormat; 8] = [
        ReportFormat::Json,
        ReportFormat::Junit,
        ReportFormat::Markdown,
        ReportFormat::Ndjson,
        ReportFormat::Har,
        ReportFormat::Github,
        ReportFormat::Html,
        ReportFormat::Badge,
    ];

    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            ReportFormat::Json => "json",
            ReportFormat::Junit => "junit",
            ReportFormat::Markdown => "markdown",
            ReportFormat::Ndjson => "ndjson",
            ReportFormat::Har => "har",
            ReportFormat::Github => "github",
            ReportFormat::Html => "html",
            ReportFormat::Badge => "badge",
        }
    }
}

/// The path that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// A report that is asked for: `FORMAT=PATH`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSpec {
    /// In which form.
    pub format: ReportFormat,
    /// To which file; `-` for standard output.
    pub path: PathBuf,
}

/// A report that cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// It is not written as `FORMAT=PATH`.
    #[error("`{0}` is no report: write FORMAT=PATH, such as json=report.json")]
    NotAPair(String),
    /// Nobody knows the format.
    #[error("there is no report format `{given}`: known are {}", known_formats())]
    UnknownFormat {
        /// What was asked for.
        given: String,
    },
    /// Its file cannot be written.
    #[error("the report {} cannot be written: {error}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
}

/// The words of all formats.
pub fn known_formats() -> String {
    ReportFormat::ALL.map(ReportFormat::word).join(", ")
}

impl ReportSpec {
    /// Whether it goes to standard output.
    pub fn is_to_output(&self) -> bool {
        self.path == Path::new(STANDARD_OUTPUT)
    }
}

impl FromStr for ReportSpec {
    type Err = ReportError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pair = text.split_once('=').filter(|(_, path)| !path.is_empty());
        let (word, path) = pair.ok_or_else(|| ReportError::NotAPair(text.to_owned()))?;
        let format = ReportFormat::ALL.into_iter().find(|format| format.word() == word);
        let format = format.ok_or_else(|| ReportError::UnknownFormat { given: word.to_owned() })?;
        Ok(ReportSpec { format, path: PathBuf::from(path) })
    }
}

/// Opens the file of a report before the run begins, so that a bad path fails early.
///
/// # Errors
/// When the file cannot be created.
pub fn open(spec: &ReportSpec) -> Result<Box<dyn Reporter + Send>, ReportError> {
    let out = create(spec).map_err(|error| ReportError::Open { path: spec.path.clone(), error })?;
    Ok(match spec.format {
        ReportFormat::Json => Box::new(JsonReport::new(out)),
        ReportFormat::Junit => Box::new(AtEnd::new(out, junit::write)),
        ReportFormat::Markdown => Box::new(AtEnd::new(out, markdown::write)),
        ReportFormat::Ndjson => Box::new(NdjsonReport::new(out)),
        ReportFormat::Har => Box::new(AtEnd::new(out, har::write)),
        ReportFormat::Github => Box::new(AtEnd::new(out, github::write)),
        ReportFormat::Html => Box::new(AtEnd::new(out, html::write)),
        ReportFormat::Badge => Box::new(AtEnd::new(out, badge::form(&spec.path))),
    })
}

fn create(spec: &ReportSpec) -> io::Result<Box<dyn io::Write + Send>> {
    if spec.is_to_output() {
        return Ok(Box::new(io::stdout()));
    }
    Ok(Box::new(BufWriter::new(File::create(&spec.path)?)))
}

/// Several reporters as one. Each hears every event, in the order they were added; a progress bar
/// comes before what prints results, so that it is gone when they are printed.
#[derive(Default)]
pub struct Reporters(Vec<Hearing>);

/// One of several reporters.
struct Hearing {
    reporter: Box<dyn Reporter + Send>,
    /// Whether it is there for a file, which is wanted whoever looks on.
    is_kept: bool,
}

impl Reporters {
    /// Adds one for whoever looks on. Where they have seen enough and close the pipe, it is told no more.
    pub fn push(&mut self, reporter: impl Reporter + Send + 'static) {
        self.0.push(Hearing { reporter: Box::new(reporter), is_kept: false });
    }

    /// Adds one that writes files.
    pub fn keep(&mut self, reporter: impl Reporter + Send + 'static) {
        self.0.push(Hearing { reporter: Box::new(reporter), is_kept: true });
    }
}

impl Reporter for Box<dyn Reporter + Send> {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        self.as_mut().event(event)
    }
}

impl Reporter for Reporters {
    /// Tells all of them even if one fails. A pipe that is closed fails the run only where nothing is written to a
    /// file: `uptospec check --report json=report.json | head` ends with the report.
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let (mut failed, mut closed) = (None, None);
        self.0.retain_mut(|hearing| {
            let Err(error) = hearing.reporter.event(event) else { return true };
            let is_closed = error.kind() == io::ErrorKind::BrokenPipe && !hearing.is_kept;
            (if is_closed { &mut closed } else { &mut failed }).get_or_insert(error);
            !is_closed
        });
        match failed.or(closed.filter(|_| !self.0.iter().any(|hearing| hearing.is_kept))) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Failing(io::ErrorKind);

    impl Reporter for Failing {
        fn event(&mut self, _: &Event<'_>) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_report_is_asked_for_by_format_and_path() {
        let spec: ReportSpec = "json=out/a=b.json".parse().unwrap();
        assert_eq!(spec, ReportSpec { format: ReportFormat::Json, path: "out/a=b.json".into() });
    }

    #[test]
    fn an_unknown_format_is_refused_with_the_known_ones() {
        let error = "yaml=x".parse::<ReportSpec>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "there is no report format `yaml`: known are json, junit, markdown, ndjson, har, github, html, badge"
        );
        for text in ["json", "json=", ""] {
            assert!(matches!(text.parse::<ReportSpec>(), Err(ReportError::NotAPair(_))), "{text}");
        }
    }

    #[test]
    fn a_bad_path_fails_before_the_run() {
        let spec = ReportSpec { format: ReportFormat::Json, path: "no/such/folder/report.json".into() };
        let error = open(&spec).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("the report no/such/folder/report.json cannot be written: "), "{error}");
    }

    #[test]
    fn a_reporter_that_fails_does_not_keep_the_next_from_hearing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut reporters = Reporters::default();
        reporters.push(Failing(io::ErrorKind::StorageFull));
        reporters.keep(open(&ReportSpec { format: ReportFormat::Json, path: file.path().to_owned() }).unwrap());
        let error = reporters.event(&Event::RunFinished(&fixture::run())).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(std::fs::read_to_string(file.path()).unwrap().ends_with("}\n"));
    }

    #[test]
    fn a_closed_pipe_ends_the_run_only_where_nothing_is_written_to_a_file() {
        let run = fixture::run();
        let mut looked_at = Reporters::default();
        looked_at.push(Failing(io::ErrorKind::BrokenPipe));
        assert!(looked_at.event(&Event::RunFinished(&run)).is_err());
        let mut kept = Reporters::default();
        kept.push(Failing(io::ErrorKind::BrokenPipe));
        kept.keep(AtEnd::new(Vec::new(), markdown::write));
        assert!(kept.event(&Event::TargetFinished(&run.targets[0])).is_ok());
        assert!(kept.event(&Event::RunFinished(&run)).is_ok());
    }
}
