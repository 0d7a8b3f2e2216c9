//! What servers built with the AI SDK have sent, judged without a network. `node server.mjs --record recorded`
//! writes the recordings again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use libtest_mimic::{Failed, Trial};
use uptospec::generate::{CaseKind, Options, generate};
use uptospec::judge::{Check, Context, Finding, Verdict, judge};
use uptospec::send::{Answer, BodyLength, End, Exchange, Outcome, SentRequest, Wire};

/// One trial a recording.
pub fn trials() -> Vec<Trial> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ai_sdk/recorded");
    let files = std::fs::read_dir(directory).expect("the recordings are part of the project");
    let mut files: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
    files.sort();
    files.into_iter().map(trial).collect()
}

fn trial(file: PathBuf) -> Trial {
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Trial::test(format!("recorded::{name}"), move || {
        let (version, behaviour) = name.split_once('-').unwrap_or((&name, ""));
        // The recording of a failure ends where the server failed, as the body does where it ends cleanly.
        let behaviour = if behaviour == "throws" { "throws-piped" } else { behaviour };
        super::hold(version, behaviour, findings(&file)?.iter())
    })
}

fn findings(file: &Path) -> Result<Vec<Finding>, Failed> {
    let job = super::job("http://127.0.0.1:9")?;
    let plan = generate(&job.contract, &job.target, None, &Options::default());
    let case = plan.cases.iter().find(|case| case.kind == CaseKind::Example).ok_or("the document has an example")?;
    let exchange = exchange(file)?;
    let checks = judge(&job.contract, case, &exchange, Context { verified: true, admitted: true });
    let finding = |check: Check| match check.verdict {
        Verdict::Failed(finding) => Some(*finding),
        _ => None,
    };
    Ok(checks.into_iter().filter_map(finding).collect())
}

/// The exchange of a recording: the SDK's own head before the recorded body.
fn exchange(file: &Path) -> Result<Exchange, Failed> {
    let data_stream = file.extension().is_some_and(|ending| ending == "txt");
    let own: &[(&str, &str)] = if data_stream {
        &[("content-type", "text/plain; charset=utf-8"), ("x-vercel-ai-data-stream", "v1")]
    } else {
        &[
            ("content-type", "text/event-stream"),
            ("cache-control", "no-cache"),
            ("connection", "keep-alive"),
            ("x-accel-buffering", "no"),
            ("x-vercel-ai-ui-message-stream", "v1"),
        ]
    };
    let common = [("date", "Sun, 22 Nov 2026 08:00:00 GMT"), ("transfer-encoding", "chunked")];
    let headers = own.iter().chain(&common).map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
    Ok(Exchange {
        request: SentRequest { method: "POST".to_owned(), url: String::new(), headers: Vec::new(), body: None },
        started: Duration::ZERO,
        outcome: Outcome::Answered(Answer {
            end: End::Complete(BodyLength::Chunked),
            ..Answer::whole(200, headers.collect(), std::fs::read(file)?)
        }),
        wire: Wire::NotAudited,
    })
}
