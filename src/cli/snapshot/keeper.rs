//! What `check` does with snapshots: reads them before the run, and writes what the run saw after it.

use std::collections::BTreeMap;
use std::io::Write as _;

use super::folder_beside;
use crate::cli::Failure;
use crate::cli::arguments::{CheckOptions, SnapshotMode};
use crate::run::{Job, RunResult};
use crate::snapshot::{Folder, Snapshots};

/// Reads and writes the snapshots of a check.
pub struct Keeper {
    folder: Folder,
    /// What was asked for; `None` where nothing was, which is `check` for targets that have snapshots.
    mode: Option<SnapshotMode>,
    quiet: bool,
}

impl Keeper {
    /// What the options ask for. A document on the command line alone has no snapshots unless they are asked for:
    /// its target may be any server.
    ///
    /// # Errors
    /// When a part of the answers would be written down as the shape of them all.
    pub fn of(options: &CheckOptions) -> Result<Self, Failure> {
        if options.shard.is_some() && options.snapshots == Some(SnapshotMode::Update) {
            let message = "--snapshots update writes down the shape of all answers, and a shard has a part of them";
            return Err(Failure::Usage(format!("{message}: leave out --shard")));
        }
        let unasked = options.spec.is_some().then_some(SnapshotMode::Off);
        let config = options.config.as_deref().filter(|_| options.spec.is_none());
        Ok(Keeper { folder: folder_beside(config), mode: options.snapshots.or(unasked), quiet: options.quiet })
    }

    /// What the run does with the snapshots of each target.
    ///
    /// # Errors
    /// When a snapshot cannot be read.
    pub fn load(&self, jobs: &[Job]) -> Result<BTreeMap<String, Snapshots>, Failure> {
        let mut all = BTreeMap::new();
        for Job { target, contract, .. } in jobs {
            let snapshots = match self.mode {
                Some(SnapshotMode::Off) => continue,
                None if !self.folder.has(&target.name) => continue,
                Some(SnapshotMode::Update) => Snapshots::Record,
                Some(SnapshotMode::Check) | None => {
                    let operations = contract.operations.iter().map(|operation| operation.id.as_str());
                    Snapshots::Compare(self.folder.load(&target.name, operations)?)
                }
            };
            all.insert(target.name.clone(), snapshots);
        }
        Ok(all)
    }

    /// Writes what the run saw: over the snapshots, or beside those that it drifted from.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn keep(&self, run: &RunResult) -> Result<(), Failure> {
        let mut err = anstream::stderr();
        for target in run.targets.iter().filter(|target| !target.shapes.is_empty()) {
            let written = match self.mode {
                Some(SnapshotMode::Update) => self.folder.update(&target.name, &target.spec, &target.shapes)?,
                _ if is_ci() => continue,
                _ => self.folder.propose(&target.name, &target.spec, &target.shapes)?,
            };
            if self.quiet {
                continue;
            }
            for path in &written.snapshots {
                writeln!(err, "snapshot: wrote {}", path.display())?;
            }
            for path in &written.pending {
                writeln!(err, "snapshot: {} waits for `uptospec snapshot review`", path.display())?;
            }
        }
        Ok(())
    }
}

/// Whether this is a build server, where nothing is written that nobody asked for.
fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}
