//! A `.snap` file as `insta` has it: a head in YAML between two lines of dashes, then the snapshot.

use std::io;
use std::path::{Path, PathBuf};

use super::Snapshot;

/// The line before and after the head.
const DASHES: &str = "---";

/// A snapshot that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapError {
    /// The file system says no.
    #[error("the snapshot {} cannot be read or written: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
    /// It is no snapshot of ours.
    #[error("{}:{line}: this is no snapshot of an operation: {wrong}; {}", path.display(), right(path))]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line where the snapshot begins, from 1.
        line: usize,
        /// What is wrong with it.
        wrong: String,
    },
}

impl SnapError {
    /// An error of the file system.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> SnapError {
        let path = path.to_owned();
        move |error| SnapError::File { path, error }
    }
}

/// What helps where a file is no snapshot.
fn right(path: &Path) -> &'static str {
    match path.extension().is_some_and(|extension| extension == "new") {
        true => "`uptospec snapshot reject` takes it away",
        false => "`uptospec check --snapshots update` writes it anew",
    }
}

/// The text of a file. `source` is the document, and `description` says what the snapshot is of.
pub(super) fn to_text(source: &str, description: &str, snapshot: &Snapshot) -> String {
    let (source, description) = (scalar(source), scalar(description));
    format!("{DASHES}\nsource: {source}\ndescription: {description}\n{DASHES}\n{}", snapshot.to_text())
}

/// Reads a file; the head is for people and for `cargo insta`.
pub(super) fn read(path: &Path) -> Result<Snapshot, SnapError> {
    let bytes = std::fs::read(path).map_err(SnapError::at(path))?;
    let malformed = |line, wrong| SnapError::Malformed { path: path.to_owned(), line, wrong };
    let text = String::from_utf8(bytes).map_err(|_| malformed(1, "it is no UTF-8".to_owned()))?;
    let lines = text.lines().count();
    let body = match text.lines().position(|line| line.trim_end() == DASHES) {
        Some(0) => text.split_inclusive('\n').skip(1).position(|line| line.trim_end() == DASHES).map(|at| at + 2),
        _ => None,
    };
    let Some(head) = body else { return Err(malformed(1, "it does not begin with a head between dashes".to_owned())) };
    let body: String = text.split_inclusive('\n').skip(head).collect();
    Snapshot::from_text(&body).map_err(|wrong| malformed((head + 1).min(lines), wrong))
}

/// A text as YAML: plain where nothing in it means anything there, else in double quotes, of which those of JSON
/// are a part.
fn scalar(text: &str) -> String {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|char| char.is_alphanumeric() || "./_-".contains(char));
    let is_plain = text.starts_with(|first: char| first.is_alphabetic() || first == '/')
        && text.split(' ').all(is_word)
        && text.contains(['/', ' ']);
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
