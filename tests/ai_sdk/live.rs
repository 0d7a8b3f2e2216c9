//! Servers built with the AI SDK, started with Node.js. Where it or the packages are missing, that is a trial of its
//! own that says so.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use tokio::runtime::Runtime;
use uptospec::run::{Event, Options, Reporter, RunVerdict, TargetResult, run};

/// Positive cases an operation: a fault shows on the first of them or on none.
const CASES: usize = 2;

/// One trial a version and behaviour, and some that look at the server from outside.
pub fn trials() -> Vec<Trial> {
    let (server, choices) = match start() {
        Ok(started) => started,
        // Its name says aloud what is left out, whatever captures the output of trials.
        Err(reason) => {
            return vec![Trial::test(format!("live: left out: {reason}"), || Ok(())).with_ignored_flag(true)];
        }
    };
    let shared = Arc::new((server, Runtime::new().expect("threads can be started")));
    let trial = |choice: String| {
        let shared = shared.clone();
        Trial::test(format!("live::{}", choice.replace('/', "::")), move || audited(&shared, &choice))
    };
    let mut trials: Vec<Trial> = choices.into_iter().map(trial).collect();
    for version in ["ai5", "ai6", "ai7"] {
        let shared = shared.clone();
        let left = move || clients_go_away(&shared, version);
        trials.push(Trial::test(format!("live::{version}::clients-go-away"), left));
    }
    trials
}

/// The server with all versions and behaviours. It ends with its standard input, which is ours.
struct Server {
    process: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ai_sdk")
}

fn node() -> Command {
    let mut command = Command::new("node");
    command.arg("server.mjs").current_dir(directory()).env("PORT", "0").stderr(Stdio::null());
    command
}

/// The server and what it can be asked for; or what is missing.
fn start() -> Result<(Server, Vec<String>), String> {
    if !directory().join("node_modules/ai7").is_dir() {
        return Err("`npm ci --prefix tests/ai_sdk` installs the AI SDK".to_owned());
    }
    let listed = node().arg("--list").output().map_err(|error| format!("node cannot be started: {error}"))?;
    let choices: Vec<String> = String::from_utf8_lossy(&listed.stdout).lines().map(str::to_owned).collect();
    if choices.is_empty() {
        return Err("this version of node cannot load the AI SDK".to_owned());
    }
    let spawned = node().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut process = spawned.map_err(|error| format!("node cannot be started: {error}"))?;
    let mut url = String::new();
    let read = process.stdout.take().map(|output| BufReader::new(output).read_line(&mut url));
    let server = Server { process, url: url.trim().to_owned() };
    match read {
        Some(Ok(1..)) => Ok((server, choices)),
        _ => Err("the server did not say where it listens".to_owned()),
    }
}

fn audited(shared: &(Server, Runtime), choice: &str) -> Result<(), Failed> {
    let (version, behaviour) = choice.split_once('/').unwrap_or((choice, ""));
    let result = audit(shared, choice)?;
    if result.verdict == RunVerdict::Incomplete {
        return Err(Failed::from(result.incomplete.join("; ")));
    }
    super::hold(version, behaviour, result.findings.iter().map(|found| &found.finding))
}

fn audit((server, runtime): &(Server, Runtime), choice: &str) -> Result<TargetResult, Failed> {
    let job = super::job(&format!("{}/{choice}", server.url))?;
    let options = Options { cases: CASES, confirm: false, ..Options::default() };
    let result = runtime.block_on(run(&[job], &options, &mut Silent))?;
    Ok(result.targets.into_iter().next().ok_or("one target was audited")?)
}

/// A client that goes away in mid-stream is no reason for the next one to be served worse.
fn clients_go_away(shared: &(Server, Runtime), version: &str) -> Result<(), Failed> {
    for _ in 0..3 {
        leave(&shared.0.url, version)?;
    }
    audited(shared, &format!("{version}/text"))
}

/// Asks, reads a little, and goes.
fn leave(url: &str, version: &str) -> Result<(), Failed> {
    let address = url.trim_start_matches("http://");
    let body = r#"{"messages":[{"role":"user","content":"Hello"}]}"#;
    let mut connection = TcpStream::connect(address)?;
    write!(
        connection,
        "POST /{version}/keep-alive/api/v1/agents/chat/550e8400-e29b-41d4-a716-446655440000 HTTP/1.1\r\nhost: {address}\r\n\
         authorization: Bearer pk_reference:sk_reference\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut head = [0; 64];
    connection.read_exact(&mut head)?;
    if head.starts_with(b"HTTP/1.1 200") { Ok(()) } else { Err(String::from_utf8_lossy(&head).into_owned().into()) }
}

/// Hears everything and tells nothing.
struct Silent;

impl Reporter for Silent {
    fn event(&mut self, _: &Event<'_>) -> std::io::Result<()> {
        Ok(())
    }
}
