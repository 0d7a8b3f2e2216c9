//! What people and machines read of a run: one reporter a file, all over the run's event stream.
//!
//! In: [`Event`]s. Out: text on a terminal, a progress bar, files. Reporters print what the run came
//! to and never judge.

mod at_end;
mod badge;
pub(crate) mod compared;
mod excerpt;
mod files;
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

use std::io;
use std::path::PathBuf;
use std::str::FromStr;

pub use files::open_all;
pub use identified::print_likenesses;
pub use json::{JsonReport, known_json, lapsed_json, latency_json};
pub use ndjson::NdjsonReport;
pub use progress::Progress;
pub use recordings::{Recorder, Replayed, print_replayed};
pub use terminal::{Terminal, TerminalOptions, print_plan};

use crate::run::{Event, Reporter};

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
    /// Another is written there already.
    #[error("{} is asked for by two reports: give each a file of its own", path.display())]
    Twice {
        /// The file.
        path: PathBuf,
    },
}

/// The words of all formats.
pub fn known_formats() -> String {
    ReportFormat::ALL.map(ReportFormat::word).join(", ")
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

/// Several reporters as one. Each hears every event, in the order they were added; a progress bar
/// comes before what prints results, so that it is gone when they are printed.
///
/// One that fails hears no more, and the run goes on for the others: a full disk must not cost the report in another
/// file. The first failure is told when the run is done. Who closes a pipe has read enough, which is no failure, unless
/// nobody else is listening.
#[derive(Default)]
pub struct Reporters {
    listening: Vec<Box<dyn Reporter + Send>>,
    failed: Option<io::Error>,
}

impl Reporters {
    /// Adds one more.
    pub fn push(&mut self, reporter: impl Reporter + Send + 'static) {
        self.listening.push(Box::new(reporter));
    }
}

impl Reporter for Box<dyn Reporter + Send> {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        self.as_mut().event(event)
    }
}

impl Reporter for Reporters {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let failed = &mut self.failed;
        self.listening.retain_mut(|reporter| match reporter.event(event) {
            Ok(()) => true,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => false,
            Err(error) => {
                failed.get_or_insert(error);
                false
            }
        });
        if self.listening.is_empty() {
            return Err(failed.take().unwrap_or_else(|| io::ErrorKind::BrokenPipe.into()));
        }
        failed.take_if(|_| matches!(event, Event::RunFinished(_))).map_or(Ok(()), Err)
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

    /// What becomes of a run with a reporter that fails so, beside one that writes a file; and whether that is whole.
    fn beside_a_file(failure: io::ErrorKind) -> (io::Result<()>, bool) {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut reporters = Reporters::default();
        reporters.push(Failing(failure));
        let spec = ReportSpec { format: ReportFormat::Json, path: file.path().to_owned() };
        open_all(&[spec]).unwrap().into_iter().for_each(|report| reporters.push(report));
        let run = fixture::run();
        reporters.event(&Event::TargetFinished(&run.targets[0])).unwrap();
        let told = reporters.event(&Event::RunFinished(&run));
        (told, std::fs::read_to_string(file.path()).unwrap().ends_with("}\n"))
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
    fn a_reporter_that_fails_keeps_neither_the_run_nor_the_others_from_going_on() {
        let (told, is_whole) = beside_a_file(io::ErrorKind::StorageFull);
        assert_eq!((told.unwrap_err().kind(), is_whole), (io::ErrorKind::StorageFull, true));
    }

    #[test]
    fn who_closes_a_pipe_has_read_enough() {
        let (told, is_whole) = beside_a_file(io::ErrorKind::BrokenPipe);
        assert!(told.is_ok() && is_whole);
    }

    #[test]
    fn a_run_that_nobody_hears_ends() {
        let mut reporters = Reporters::default();
        reporters.push(Failing(io::ErrorKind::BrokenPipe));
        reporters.event(&Event::TargetFinished(&fixture::run().targets[0])).unwrap_err();
    }
}
