//! The folder of snapshots: `TARGET/OPERATION.snap`, and beside a snapshot what waits to be accepted.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::difference::Difference;
use super::{SnapError, Snapshot, differences, file, is_covered, next};

/// A folder of snapshots.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

/// What became of the snapshots of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Snapshots that were written.
    pub snapshots: Vec<PathBuf>,
    /// Files that wait to be accepted.
    pub pending: Vec<PathBuf>,
}

/// A snapshot that waits to be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The snapshot; it may not be there yet.
    pub snapshot: PathBuf,
    /// What waits to take its place.
    pub new: PathBuf,
}

impl Folder {
    /// The folder at that path; it need not be there.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Folder { root: root.into() }
    }

    /// Whether there are snapshots of a target.
    pub fn has(&self, target: &str) -> bool {
        self.of(target).is_dir()
    }

    /// The snapshots of a target's operations, those that are there.
    ///
    /// # Errors
    /// When one cannot be read, or is no snapshot.
    pub fn load<'o>(
        &self,
        target: &str,
        operations: impl IntoIterator<Item = &'o str>,
    ) -> Result<BTreeMap<String, Snapshot>, SnapError> {
        let there = operations.into_iter().map(|operation| (operation, self.path(target, operation)));
        let there = there.filter(|(_, path)| path.is_file());
        there.map(|(operation, path)| Ok((operation.to_owned(), file::read(&path)?))).collect()
    }

    /// Writes what a run saw over the snapshots that it drifted from or that are none, and what there was no
    /// snapshot of.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn update(&self, target: &str, spec: &str, now: &BTreeMap<String, Snapshot>) -> Result<Written, SnapError> {
        let mut written = Written::default();
        for (operation, now) in now {
            let path = self.path(target, operation);
            let pending = pending_of(&path);
            remove(&pending)?;
            let then = match file::read(&path) {
                Ok(then) => Some(then),
                Err(_) if !path.exists() => None,
                Err(SnapError::Malformed { .. }) => None,
                Err(error) => return Err(error),
            };
            let after = then.as_ref().map_or_else(|| now.clone(), |then| next(then, now));
            if then.is_some_and(|then| then == after) {
                continue;
            }
            write(&path, &file::to_text(spec, &description(target, operation), &after))?;
            written.snapshots.push(path);
        }
        Ok(written)
    }

    /// Writes what a run saw beside the snapshots that it drifted from, to be accepted or not. What waited for
    /// nothing any more is taken away.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn propose(&self, target: &str, spec: &str, now: &BTreeMap<String, Snapshot>) -> Result<Written, SnapError> {
        let mut written = Written::default();
        for (operation, now) in now {
            let path = self.path(target, operation);
            let pending = pending_of(&path);
            let after = match path.is_file() {
                true => {
                    let then = file::read(&path)?;
                    (!differences(&then, now).is_empty() || !is_covered(&then, now)).then(|| next(&then, now))
                }
                false => Some(now.clone()),
            };
            match after {
                Some(after) => {
                    write(&pending, &file::to_text(spec, &description(target, operation), &after))?;
                    written.pending.push(pending);
                }
                None => remove(&pending)?,
            }
        }
        Ok(written)
    }

    /// Everything that waits to be accepted: of these targets, or of all where none is named.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn pending(&self, targets: &[String]) -> Result<Vec<Pending>, SnapError> {
        let mut found = Vec::new();
        let folders: Vec<PathBuf> = match targets {
            [] => entries(&self.root)?.into_iter().filter(|path| path.is_dir()).collect(),
            targets => targets.iter().map(|target| self.of(target)).collect(),
        };
        for folder in folders {
            for new in entries(&folder)? {
                let is_new = new.to_string_lossy().ends_with(".snap.new");
                found.extend(is_new.then(|| Pending { snapshot: new.with_extension(""), new }));
            }
        }
        Ok(found)
    }

    /// The targets of which there is anything, by name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn targets(&self) -> Result<Vec<String>, SnapError> {
        let folders = entries(&self.root)?.into_iter().filter(|path| path.is_dir());
        Ok(folders.filter_map(|path| Some(name_of(path.file_name()?.to_str()?))).collect())
    }

    fn of(&self, target: &str) -> PathBuf {
        self.root.join(file_name(target))
    }

    fn path(&self, target: &str, operation: &str) -> PathBuf {
        self.of(target).join(format!("{}.snap", file_name(operation)))
    }
}

impl Pending {
    /// What differs from the snapshot; empty where there is none yet, or where only more kinds of cases are known.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn differences(&self) -> Result<Vec<Difference>, SnapError> {
        if !self.snapshot.is_file() {
            return Ok(Vec::new());
        }
        Ok(differences(&file::read(&self.snapshot)?, &file::read(&self.new)?))
    }

    /// Takes it over.
    ///
    /// # Errors
    /// When the file cannot be moved, or is no snapshot.
    pub fn accept(&self) -> Result<(), SnapError> {
        file::read(&self.new)?;
        fs::rename(&self.new, &self.snapshot).map_err(SnapError::at(&self.snapshot))
    }

    /// Takes it away.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn reject(&self) -> Result<(), SnapError> {
        fs::remove_file(&self.new).map_err(SnapError::at(&self.new))
    }
}

fn description(target: &str, operation: &str) -> String {
    format!("what {target} answers to {operation}")
}

fn pending_of(snapshot: &Path) -> PathBuf {
    snapshot.with_extension("snap.new")
}

fn write(path: &Path, text: &str) -> Result<(), SnapError> {
    path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text)).map_err(SnapError::at(path))
}

fn remove(path: &Path) -> Result<(), SnapError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(SnapError::at(path)(error)),
        _ => Ok(()),
    }
}

/// What is in a folder, by name; nothing where there is none.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, SnapError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(SnapError::at(folder))?,
    };
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(SnapError::at(folder))?;
    paths.sort();
    Ok(paths)
}

/// A name as the name of a file: it leads nowhere else, and no two names share one.
fn file_name(name: &str) -> String {
    let mut file = String::new();
    for (index, byte) in name.bytes().enumerate() {
        match byte {
            b'.' if index == 0 => file.push_str("%2E"),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => file.push(char::from(byte)),
            // Writing into a text does not fail.
            _ => drop(write!(file, "%{byte:02X}")),
        }
    }
    file
}

/// The name that became the name of a file.
fn name_of(file: &str) -> String {
    percent_decode_str(file).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_snapshot_is_written_anew_where_that_is_asked_for() {
        let kept = tempfile::tempdir().unwrap();
        let folder = Folder::new(kept.path());
        let now = BTreeMap::from([("send".to_owned(), Snapshot::default())]);
        folder.update("api", "api.yaml", &now).unwrap();
        let path = folder.path("api", "send");
        let good = fs::read(&path).unwrap();
        for bad in [&b"garbage"[..], b"", b"\xff\xfe", &good[..good.len() - 3]] {
            fs::write(&path, bad).unwrap();
            let error = folder.load("api", ["send"]).unwrap_err().to_string();
            assert!(error.ends_with("`uptospec check --snapshots update` writes it anew"), "{error}");
            assert_eq!(folder.update("api", "api.yaml", &now).unwrap().snapshots, std::slice::from_ref(&path));
            assert_eq!(fs::read(&path).unwrap(), good);
        }
        let new = pending_of(&path);
        fs::write(&new, "garbage").unwrap();
        let error = folder.pending(&[]).unwrap()[0].differences().unwrap_err().to_string();
        assert!(error.ends_with("`uptospec snapshot reject` takes it away"), "{error}");
    }

    #[test]
    fn a_name_is_read_from_its_file_again() {
        for name in ["sendMessage", "GET /v1/{id}", "..", "100 % é"] {
            assert_eq!(name_of(&file_name(name)), name);
        }
    }

    #[test]
    fn a_name_leads_to_no_other_folder() {
        assert_eq!(file_name("sendMessage"), "sendMessage");
        assert_eq!(file_name("GET /v1/{id}"), "GET%20%2Fv1%2F%7Bid%7D");
        assert_eq!(file_name(".."), "%2E.");
    }
}
