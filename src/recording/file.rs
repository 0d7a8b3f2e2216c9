//! The file of a recording.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{FileNames, RecordedCase, RecordedSetting};
use crate::judge::{At, Context, Severity};
use crate::send::{Answer, Exchange, Piece};

/// The version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is behind a finding.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recording {
    /// Version of the program that wrote it.
    pub uptospec: String,
    /// When the run began, as RFC 3339 writes it.
    pub recorded: String,
    /// Seed of the run.
    pub seed: u64,
    /// Who answered.
    pub target: RecordedTarget,
    /// What was wrong.
    pub finding: RecordedFinding,
    /// What was known beyond the exchange when it was judged.
    pub context: Context,
    /// What was sent, and what may be answered.
    pub case: RecordedCase,
    /// What happened.
    pub exchange: Exchange,
    /// What it needs around it to show the finding.
    #[serde(default)]
    pub setting: RecordedSetting,
}

/// The target of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedTarget {
    /// Its name.
    pub name: String,
    /// Its base URL.
    pub url: String,
    /// The document that it was held to.
    pub spec: String,
}

/// The finding that a recording shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedFinding {
    /// Id of the rule.
    pub rule: String,
    /// How much it weighs.
    pub severity: Severity,
    /// Id of the operation.
    pub operation: String,
    /// The state, where the case needs one.
    pub state: Option<String>,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub at: At,
    /// Whether it showed again in the run.
    #[serde(default)]
    pub reproduced: Reproduced,
}

/// Whether a finding shows again when its case is sent again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reproduced {
    /// Every time.
    Always,
    /// Some of the times.
    Sometimes,
    /// Never again.
    Never,
    /// It was not tried again: the budget was spent, or its case says nothing without those before it.
    #[default]
    NotTried,
}

/// A recording that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be read.
    #[error("the recording {} cannot be read: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// It is something else.
    #[error("{}:{}:{}: this is no recording: {error}; `uptospec check --record DIR` writes them",
        path.display(), error.line(), error.column())]
    NotARecording {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        error: serde_json::Error,
    },
    /// What it says of an answer cannot be.
    #[error("{} was changed: {what}; record it anew", path.display())]
    Contradictory {
        /// The file.
        path: PathBuf,
        /// What contradicts itself.
        what: &'static str,
    },
    /// It is a recording of a version that wrote it otherwise.
    #[error("{} was written by uptospec {version}, and this is {VERSION}, which cannot read it: {error}; \
        replay it with that version, or record it anew", path.display())]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// The version that wrote it.
        version: String,
        /// What cannot be read.
        #[source]
        error: serde_json::Error,
    },
}

/// What any recording has, of whichever version.
#[derive(Deserialize)]
struct Versioned {
    uptospec: String,
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is no recording.
    pub fn load(path: &Path) -> Result<Self, RecordingError> {
        let text = std::fs::read(path).map_err(|error| RecordingError::Unreadable { path: path.to_owned(), error })?;
        let read = serde_json::from_slice(&text);
        let mut recording: Recording = read.map_err(|error| match serde_json::from_slice::<Versioned>(&text) {
            Ok(Versioned { uptospec }) if uptospec != VERSION => {
                RecordingError::OtherVersion { path: path.to_owned(), version: uptospec, error }
            }
            _ => RecordingError::NotARecording { path: path.to_owned(), error },
        })?;
        let contradicts = recording.contradiction();
        contradicts.map_or(Ok(recording), |what| Err(RecordingError::Contradictory { path: path.to_owned(), what }))
    }

    /// What of its answers contradicts itself: rules rely on it that lengths and pieces fit the body.
    fn contradiction(&mut self) -> Option<&'static str> {
        let all = std::iter::once(&mut self.exchange).chain(self.setting.exchanges_mut());
        all.filter_map(|exchange| exchange.answer().and_then(contradiction)).next()
    }

    /// Writes it into the folder of a run, and gives the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, folder: &Path, names: &mut FileNames) -> io::Result<PathBuf> {
        let path = folder.join(names.of(&self.target.name, &self.finding));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        std::fs::write(&path, text)?;
        Ok(path)
    }
}

fn contradiction(answer: &Answer) -> Option<&'static str> {
    let fits = |piece: &Piece| piece.offset.checked_add(piece.len).is_some_and(|end| end <= answer.length);
    match () {
        () if answer.body.len().max(answer.tail.len()) > answer.length => Some("a body is longer than its length"),
        () if !answer.pieces.iter().all(fits) => Some("a piece of a body is not within its length"),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_of_another_version_is_told_from_what_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let says = |text: &str| {
            let path = folder.path().join("a.json");
            std::fs::write(&path, text).unwrap();
            Recording::load(&path).unwrap_err().to_string().replace(&path.display().to_string(), "a.json")
        };
        let other = says(r#"{"uptospec": "0.0.7"}"#);
        assert!(other.starts_with("a.json was written by uptospec 0.0.7, and this is "), "{other}");
        assert!(says("{}").starts_with("a.json:1:2: this is no recording: "));
    }

    #[test]
    fn an_answer_whose_length_cannot_be_is_refused() {
        let mut answer = Answer::whole(200, Vec::new(), "text");
        assert_eq!(contradiction(&answer), None);
        answer.pieces = vec![Piece { at: std::time::Duration::ZERO, offset: usize::MAX, len: 2 }];
        assert!(contradiction(&answer).is_some());
        answer.pieces.clear();
        answer.length = 3;
        assert!(contradiction(&answer).is_some());
    }
}
