//! Recordings of a run, and what replaying them came to.

use std::io;
use std::path::PathBuf;

use super::safe;
use super::style::paint;
use super::terminal::TerminalOptions;
use super::told::{LONGEST_TEXT, outcome, place};
use crate::judge::is_of_head;
use crate::recording::{FileNames, RecordedFinding, RecordedTarget, Recording};
use crate::replay::{Renewal, Standing};
use crate::run::{Event, FoundFinding, Reporter, RunResult, TargetResult};
use crate::send::{Exchange, Outcome};

/// Writes a file for the exchange behind each finding, when the run is done.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    names: FileNames,
    /// How many bytes long bodies may still take.
    room: usize,
}

impl Recorder {
    /// A recorder into this folder, which is made where it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn into_folder(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Recorder { folder, names: FileNames::default(), room: ROOM })
    }
}

impl Reporter for Recorder {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let Event::RunFinished(run) = event else { return Ok(()) };
        for target in &run.targets {
            for found in &target.findings {
                recording(run, target, found, &mut self.room).write(&self.folder, &mut self.names)?;
            }
        }
        Ok(())
    }
}

fn recording(run: &RunResult, target: &TargetResult, found: &FoundFinding, room: &mut usize) -> Recording {
    let mut setting = found.setting.clone();
    // What came before or beside is smaller, or is looked at for little.
    setting.exchanges_mut().for_each(|exchange| bound(exchange, 0, room));
    let mut exchange = found.exchange.clone();
    let wanted = if is_of_head(found.finding.rule) { 0 } else { usize::MAX };
    bound(&mut exchange, wanted, room);
    Recording {
        uptospec: env!("CARGO_PKG_VERSION").to_owned(),
        recorded: humantime::format_rfc3339_seconds(run.started).to_string(),
        seed: run.seed,
        target: RecordedTarget { name: target.name.clone(), url: target.url.clone(), spec: target.spec.clone() },
        finding: RecordedFinding {
            rule: found.finding.rule.to_owned(),
            severity: found.finding.severity,
            operation: found.operation.clone(),
            state: found.state.clone(),
            message: found.finding.message.clone(),
            at: found.finding.at.clone(),
            reproduced: found.reproduced,
        },
        context: found.context,
        case: found.recorded.clone(),
        exchange,
        setting,
    }
}

/// Most bytes that are kept of the beginning of a body that is not kept whole, and of its end.
const KEPT: (usize, usize) = (64 << 10, 1 << 10);
/// Most bytes of bodies longer than that which a run keeps whole.
const ROOM: usize = 64 << 20;

/// Takes out the middle of a long body of which more is there than is wanted, or than there is room for.
fn bound(exchange: &mut Exchange, wanted: usize, room: &mut usize) {
    let (beginning, end) = KEPT;
    let Outcome::Answered(answer) = &mut exchange.outcome else { return };
    if answer.is_cut() || answer.body.len() <= beginning + end {
        return;
    }
    match room.checked_sub(answer.body.len()) {
        Some(left) if answer.body.len() <= wanted => *room = left,
        _ => {
            answer.tail = answer.body.slice(answer.body.len() - end..);
            answer.body.truncate(beginning);
        }
    }
}

/// A recording, and what became of it.
#[derive(Debug)]
pub struct Replayed {
    /// Its file.
    pub file: String,
    /// The recording.
    pub recording: Recording,
    /// What became of the values that earlier answers gave.
    pub renewals: Vec<Renewal>,
    /// What was sent before or beside it, each with the status that came.
    pub around: Vec<String>,
    /// What came when it was sent again; `None` where it was not.
    pub exchange: Option<Exchange>,
    /// Whether its finding still stands.
    pub standing: Standing,
    /// What did not go as it should, and says nothing of the finding.
    pub trouble: Option<String>,
}

impl Replayed {
    /// One that was not sent again.
    pub fn unsent(file: String, recording: Recording, standing: Standing) -> Self {
        let (renewals, around) = (Vec::new(), Vec::new());
        Replayed { file, recording, renewals, around, exchange: None, standing, trouble: None }
    }
}

/// What became of a value that an earlier answer gave.
fn renewed(renewal: &Renewal) -> String {
    let Renewal { at, operation, kept } = renewal;
    match kept {
        None => format!("`{at}` made anew by {operation}"),
        Some(reason) => format!("`{at}` as it was recorded: {operation} gives no other, {reason}"),
    }
}

/// What was sent, each run of the same once, with how often it was.
fn counted(sent: &[String]) -> String {
    let runs = sent.chunk_by(|one, other| one == other).map(|run| match run {
        [first, _, ..] => format!("{first} ({} times)", run.len()),
        _ => run.concat(),
    });
    runs.collect::<Vec<_>>().join(", ")
}

/// Prints what became of one recording.
///
/// # Errors
/// When `out` fails.
pub fn print_replayed(out: &mut dyn io::Write, options: &TerminalOptions, replayed: &Replayed) -> io::Result<()> {
    let palette = options.palette();
    let wanted = &replayed.recording.finding;
    let (word, style) = match &replayed.standing {
        Standing::Stands(_) => ("still stands", palette.error),
        Standing::Elsewhere(_) => ("stands at another place", palette.error),
        Standing::Gone => ("is gone", palette.good),
        Standing::NotChecked(_) => ("not checked", palette.warning),
    };
    let state = wanted.state.as_ref().map(|state| format!(" ({})", safe::text(state))).unwrap_or_default();
    let (rule, operation) = (safe::text(&wanted.rule), safe::text(&wanted.operation));
    writeln!(out, "{}: {} {operation}{state}", paint(style, word), paint(palette.strong, rule))?;
    let mut fields = vec![("was", wanted.message.clone())];
    match &replayed.standing {
        Standing::Stands(finding) | Standing::Elsewhere(finding) => {
            fields.push(("now", finding.message.clone()));
            fields.push(("came", finding.actual.clone()));
            fields.push(("at", place(finding)));
        }
        Standing::NotChecked(reason) => fields.push(("why", reason.clone())),
        Standing::Gone => {}
    }
    fields.extend(replayed.renewals.iter().map(|renewal| ("value", renewed(renewal))));
    if !replayed.around.is_empty() {
        fields.push(("with", counted(&replayed.around)));
    }
    fields.extend(replayed.exchange.as_ref().map(|exchange| ("answer", outcome(&exchange.outcome))));
    fields.extend(replayed.trouble.iter().map(|trouble| ("trouble", trouble.clone())));
    fields.push(("file", replayed.file.clone()));
    for (name, text) in fields.iter().filter(|(_, text)| !text.is_empty()) {
        let name = paint(palette.dim, format!("{name:>8}"));
        writeln!(out, "{name}  {}", safe::clipped(text, LONGEST_TEXT))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::report::fixture;

    /// How many bytes the recording of a finding of this rule takes whose answer has a body of 2 MiB.
    fn size(rule: &'static str, room: usize) -> usize {
        let run = fixture::run();
        let target = &run.targets[0];
        let mut found = target.findings[1].clone();
        found.finding.rule = rule;
        let Outcome::Answered(answer) = &mut found.exchange.outcome else { panic!("it was answered") };
        answer.body = Bytes::from("x".repeat(2 << 20));
        answer.length = answer.body.len();
        let recording = recording(&run, target, &found, &mut { room });
        assert_eq!(recording.exchange.answer().unwrap().length, 2 << 20);
        serde_json::to_vec(&recording).unwrap().len()
    }

    #[test]
    fn a_long_body_is_kept_whole_only_for_a_rule_that_looks_at_it() {
        assert!(size("body/schema", ROOM) > 2 << 20);
        assert!(size("header/missing", ROOM) < 100_000);
    }

    #[test]
    fn of_long_bodies_no_more_is_kept_than_there_is_room_for() {
        assert!(size("body/schema", 1 << 20) < 100_000);
    }
}
