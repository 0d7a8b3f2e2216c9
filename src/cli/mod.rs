//! The commands: what each takes and prints, and the exit code that it comes to.

mod arguments;
mod baseline;
mod check;
mod compare;
pub mod diagnostics;
mod documents;
mod exit;
pub mod explain;
mod fetch;
mod identify;
mod init;
pub mod lint;
mod look;
mod merge;
mod mistaken;
mod names;
mod prepare;
mod replay;
mod selftest;
mod serve;
mod server;
mod signals;
mod snapshot;

use std::io::{self, Write};

use crate::contract::{self, DocumentOrigin};
use crate::generate::suite;
use crate::judge;
use crate::snapshot::SnapError;
use arguments::{Beside, Command};
use diagnostics::Texts;
use documents::Diagnosed;

pub use exit::Exit;
pub use look::Look;
pub(crate) use prepare::prepare_config;

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command, the document or the configuration is wrong.
    #[error("{0}")]
    Usage(String),
    /// The same, with places.
    #[error("{} diagnostics", .0.diagnostics.len())]
    Diagnosed(Diagnosed),
    /// It could not be done.
    #[error("{0}")]
    Unjudged(String),
    /// What it prints cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// What is wrong in files.
    fn diagnosed(diagnostics: Vec<contract::Diagnostic>) -> Self {
        Failure::Diagnosed(Diagnosed { diagnostics, texts: Texts::default() })
    }
}

impl From<SnapError> for Failure {
    fn from(error: SnapError) -> Self {
        Failure::Usage(error.to_string())
    }
}

/// Runs the command that the process was started with.
pub fn main() -> Exit {
    let arguments = arguments::read();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return told(&Failure::Unjudged(format!("no threads can be started: {error}"))),
    };
    match runtime.block_on(execute(arguments.command)) {
        Ok(exit) => exit,
        // Whoever reads the output has seen enough: `uptospec explain | head`.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Unjudged,
        Err(failure) => told(&failure),
    }
}

async fn execute(command: Command) -> Result<Exit, Failure> {
    let look = Look::of_stdout();
    match command {
        Command::Check(options) => check::check(*options).await,
        Command::Compare(options) => compare::compare(&options, &mut anstream::stdout().lock()),
        Command::Identify(options) => identify::identify(&options, &mut anstream::stdout()).await,
        Command::Replay(options) => replay::replay(&options, &mut anstream::stdout()).await,
        Command::Merge { files } => merge::merge(&files, &mut anstream::stdout().lock(), &mut anstream::stderr()),
        Command::Serve(options) => serve::serve(options).await,
        Command::Selftest(options) => selftest::selftest(options).await,
        Command::Snapshot(options) => snapshot::snapshot(&options),
        Command::Lint { spec, beside } => lint_any(&spec.origin()?, &beside, look).await,
        Command::Explain { rule } => {
            let rule = rule.as_deref();
            Ok(explain::explain(judge::rules(), rule, look, &mut anstream::stdout().lock(), &mut anstream::stderr())?)
        }
        Command::Init { spec, beside } => init::init(&spec.origin()?, &beside, &mut anstream::stdout()).await,
    }
}

/// Tells what is wrong with a document, or with a suite.
async fn lint_any(spec: &DocumentOrigin, beside: &Beside, look: Look) -> Result<Exit, Failure> {
    let mut out = anstream::stdout();
    let Some(file) = spec.file().filter(|file| suite::is_suite(file)) else {
        return Ok(lint::lint(&documents::load(spec, &beside.overlays, beside.reach()).await, look, &mut out)?);
    };
    if !beside.overlays.is_empty() {
        return Err(Failure::Usage("--overlay is for OpenAPI documents: a suite takes none".to_owned()));
    }
    Ok(lint::lint_suite(&suite::load(file).map_err(|error| error.diagnostics), look, &mut out)?)
}

/// Tells a failure on standard error, and gives its exit code.
fn told(failure: &Failure) -> Exit {
    let mut err = anstream::stderr().lock();
    let (written, exit) = match failure {
        Failure::Diagnosed(Diagnosed { diagnostics, texts }) => {
            (diagnostics::draw(diagnostics, texts, Look::of_stderr(), &mut err), Exit::Usage)
        }
        Failure::Usage(message) => (writeln!(err, "{} {message}", label()), Exit::Usage),
        Failure::Unjudged(_) | Failure::Output(_) => (writeln!(err, "{} {failure}", label()), Exit::Unjudged),
    };
    // With standard error gone there is nobody left to tell.
    if written.is_err() { Exit::Unjudged } else { exit }
}

fn label() -> String {
    use crate::report::style::{Palette, paint};
    paint(Palette::new(Look::of_stderr().colour).error, "error:")
}
