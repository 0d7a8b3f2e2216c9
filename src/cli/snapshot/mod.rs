//! `uptospec snapshot`: take over, or turn down, what answers have become.

mod keeper;

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use super::arguments::{SnapshotAction, SnapshotOptions};
use super::{Exit, Failure};
use crate::report::safe;
use crate::snapshot::{Folder, Pending};
use crate::target::{find, names};

pub use keeper::Keeper;

/// The folder of snapshots, beside a configuration.
const FOLDER: &str = "snapshots";

/// What becomes of one file.
enum Choice {
    Accept,
    Reject,
    Skip,
}

/// Runs the command to its exit code: 0 where nothing waits any more.
///
/// # Errors
/// When the snapshots cannot be read or written.
pub fn snapshot(options: &SnapshotOptions) -> Result<Exit, Failure> {
    let config = options.config.clone().or_else(|| find(&std::env::current_dir().ok()?));
    let folder = folder_beside(config.as_deref());
    are_targets(&folder, config.as_deref(), &options.targets)?;
    let mut out = anstream::stdout();
    let pending = folder.pending(&options.targets)?;
    if pending.is_empty() {
        writeln!(out, "no snapshot waits to be accepted")?;
    }
    let asks = io::stdin().is_terminal() && io::stdout().is_terminal();
    let mut left = 0;
    for one in &pending {
        let choice = match options.action {
            SnapshotAction::Accept => Choice::Accept,
            SnapshotAction::Reject => Choice::Reject,
            SnapshotAction::Review => {
                show(&mut out, one)?;
                if asks { ask(&mut out)? } else { Choice::Skip }
            }
        };
        let done = match choice {
            Choice::Accept => one.accept().map(|()| "accepted")?,
            Choice::Reject => one.reject().map(|()| "rejected")?,
            Choice::Skip => {
                left += 1;
                continue;
            }
        };
        writeln!(out, "{done} {}", one.snapshot.display())?;
    }
    Ok(if left == 0 { Exit::Conformant } else { Exit::Violations })
}

/// `snapshots` beside the configuration; in the working folder where there is none.
fn folder_beside(config: Option<&Path>) -> Folder {
    let beside = config.and_then(Path::parent).map_or_else(PathBuf::new, Path::to_owned);
    Folder::new(beside.join(FOLDER))
}

/// Refuses a name that neither the configuration nor the folder knows: nothing would ever wait there.
fn are_targets(folder: &Folder, config: Option<&Path>, wanted: &[String]) -> Result<(), Failure> {
    let mut known: BTreeSet<String> = folder.targets()?.into_iter().collect();
    known.extend(config.map(names).unwrap_or_default());
    let Some(unknown) = wanted.iter().find(|name| !known.contains(*name)) else { return Ok(()) };
    let known: Vec<_> = known.iter().map(|name| safe::text(name)).collect();
    let there_are = if known.is_empty() { "none at all".to_owned() } else { known.join(", ") };
    Err(Failure::Usage(format!("there is no target `{}`; there are {there_are}", safe::text(unknown))))
}

/// Tells what changed, a line a difference.
fn show(out: &mut dyn Write, pending: &Pending) -> Result<(), Failure> {
    writeln!(out, "{}", pending.new.display())?;
    let differences = pending.differences()?;
    if differences.is_empty() {
        writeln!(out, "  nothing drifted: there is no snapshot yet, or it does not know every kind of case")?;
    }
    for difference in differences {
        let (words, answers) = (safe::text(&difference.words), safe::text(&difference.answers));
        writeln!(out, "  {words} ({answers})")?;
    }
    Ok(())
}

fn ask(out: &mut dyn Write) -> Result<Choice, Failure> {
    loop {
        write!(out, "  [a]ccept, [r]eject or [s]kip? ")?;
        out.flush()?;
        let mut answer = String::new();
        if io::stdin().lock().read_line(&mut answer)? == 0 {
            return Ok(Choice::Skip);
        }
        match answer.trim() {
            "a" | "accept" => return Ok(Choice::Accept),
            "r" | "reject" => return Ok(Choice::Reject),
            "s" | "skip" => return Ok(Choice::Skip),
            _ => {}
        }
    }
}
