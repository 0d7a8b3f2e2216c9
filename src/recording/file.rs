//! The file of a recording.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::RecordedCase;
use crate::judge::{At, Context, Severity};
use crate::send::Exchange;

/// One exchange behind a finding.
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
}

impl Recording {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or is no recording.
    pub fn load(path: &Path) -> Result<Self, RecordingError> {
        let text = std::fs::read(path).map_err(|error| RecordingError::Unreadable { path: path.to_owned(), error })?;
        serde_json::from_slice(&text).map_err(|error| RecordingError::NotARecording { path: path.to_owned(), error })
    }

    /// Name of its file within the folder of a run: target, operation, rule and state, of characters that any file
    /// system takes.
    pub fn file_name(&self) -> PathBuf {
        let state = self.finding.state.as_ref().map(|state| format!(".{state}")).unwrap_or_default();
        let name = format!("{}.{}{state}.json", self.finding.operation, self.finding.rule);
        [plain(&self.target.name), plain(&name)].iter().collect()
    }

    /// Writes it into the folder of a run, and gives the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        let path = folder.join(self.file_name());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        std::fs::write(&path, text)?;
        Ok(path)
    }
}

/// The longest name of a file, in bytes, that every file system takes.
const LONGEST: usize = 200;

fn plain(name: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    let plain: String = name.chars().map(|char| if is_plain(char) { char } else { '-' }).collect();
    // Only a name without dots at its beginning stays in its folder, and is seen there.
    let plain = plain.trim_start_matches('.');
    match plain.len() {
        0 => "-".to_owned(),
        1..=LONGEST => plain.to_owned(),
        longer => plain[longer - LONGEST..].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_in_its_folder() {
        assert_eq!(plain("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(plain(".."), "-");
        assert_eq!(plain("sendMessage.stream/terminal-missing.json"), "sendMessage.stream-terminal-missing.json");
        assert_eq!(plain(&"ä".repeat(500)).len(), LONGEST);
    }
}
