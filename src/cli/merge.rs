//! `uptospec merge`: the reports of shards as one.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Exit, Failure};
use crate::merge::merge as join;
use crate::report::{safe, words};

/// Prints the joined report to `out`, and what it comes to to `err`.
///
/// # Errors
/// When a file is no report of a shard, or they do not belong together.
pub fn merge(files: &[PathBuf], out: &mut dyn Write, err: &mut dyn Write) -> Result<Exit, Failure> {
    let reports: Vec<(String, Value)> = files.iter().map(|file| read(file)).collect::<Result<_, _>>()?;
    let merged = join(&reports).map_err(|error| Failure::Usage(error.to_string()))?;
    serde_json::to_writer_pretty(&mut *out, &merged).map_err(std::io::Error::from)?;
    writeln!(out)?;
    let verdict = merged["verdict"].as_str().unwrap_or_default();
    writeln!(err, "{verdict}: {} joined", words::count(files.len(), "report"))?;
    for target in merged["targets"].as_array().into_iter().flatten() {
        let name = target["name"].as_str().unwrap_or_default();
        for reason in target["incomplete"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            writeln!(err, "  {}", safe::text(&format!("{name}: {reason}")))?;
        }
    }
    Ok(match verdict {
        "conformant" => Exit::Conformant,
        "violations" => Exit::Violations,
        _ => Exit::Unjudged,
    })
}

fn read(file: &Path) -> Result<(String, Value), Failure> {
    let name = file.display().to_string();
    let text = std::fs::read(file).map_err(|error| Failure::Usage(format!("{name} cannot be read: {error}")))?;
    let report = serde_json::from_slice(&text);
    let report = report.map_err(|error| Failure::Usage(format!("{name} is no JSON report of a run: {error}")))?;
    Ok((name, report))
}
