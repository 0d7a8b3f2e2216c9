//! Bringing a target into a state, and out of it again.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::send::{Client, Connection, StopAt, WireRequest};
use crate::target::Hook;

/// Longest time that a hook may take.
pub const HOOK_LIMIT: Duration = Duration::from_secs(30);

/// A hook that did not succeed: a fault of the set-up, never of the target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// The HTTP call was answered with something else than 2xx.
    #[error("{call} was answered {status}, not 2xx")]
    Status {
        /// Method and URL.
        call: String,
        /// The status.
        status: u16,
    },
    /// The HTTP call was not answered.
    #[error("{0} was not answered")]
    Unanswered(String),
    /// The command ended with an error.
    #[error("`{command}` ended with {status}{output}")]
    Exit {
        /// The command line.
        command: String,
        /// How it ended.
        status: String,
        /// The last line that it wrote, after a colon.
        output: String,
    },
    /// The command could not be started.
    #[error("`{command}` cannot be run: {cause}")]
    Start {
        /// The command line.
        command: String,
        /// Why.
        cause: String,
    },
    /// It took too long.
    #[error("`{command}` took longer than {}", humantime::format_duration(*limit))]
    TooLong {
        /// The command line.
        command: String,
        /// What it was allowed.
        limit: Duration,
    },
}

/// Runs a hook to its end.
///
/// # Errors
/// When it does not succeed within `limit`.
pub async fn run_hook(hook: &Hook, limit: Duration, client: &Client) -> Result<(), HookError> {
    match hook {
        Hook::Http { method, url } => {
            let call = format!("{method} {url}");
            let request = WireRequest {
                method: method.clone(),
                url: url.clone(),
                headers: Vec::new(),
                body: (method != http::Method::GET).then(Vec::new),
            };
            let stop = StopAt { time: Some(limit), head: Some(limit), ..StopAt::default() };
            let exchange = client.send(&request, Connection::Fresh, &stop).await;
            match exchange.answer() {
                Some(answer) if answer.status / 100 == 2 => Ok(()),
                Some(answer) => Err(HookError::Status { call, status: answer.status }),
                None => Err(HookError::Unanswered(call)),
            }
        }
        Hook::Run(command) => run_command(command, limit).await,
    }
}

/// The processes of a hook: those that are left when this is dropped are ended.
struct Group(Option<Pid>);

impl Group {
    fn of(shell: &Child) -> Self {
        Group(shell.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // A group that has ended already needs no signal.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

async fn run_command(command: &str, limit: Duration) -> Result<(), HookError> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    // A group of its own: an interrupt from the terminal is for us, and all that it starts ends with it.
    let started = shell.process_group(0).kill_on_drop(true).spawn();
    let started =
        started.map_err(|error| HookError::Start { command: command.to_owned(), cause: error.to_string() })?;
    let _group = Group::of(&started);
    let output = match timeout(limit, started.wait_with_output()).await {
        Err(_) => return Err(HookError::TooLong { command: command.to_owned(), limit }),
        Ok(Err(error)) => return Err(HookError::Start { command: command.to_owned(), cause: error.to_string() }),
        Ok(Ok(output)) => output,
    };
    if output.status.success() {
        return Ok(());
    }
    let last = String::from_utf8_lossy(&output.stderr).lines().last().map(|line| format!(": {line}"));
    Err(HookError::Exit {
        command: command.to_owned(),
        status: output.status.to_string(),
        output: last.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Limits;

    #[tokio::test]
    async fn a_command_that_fails_is_told_with_its_last_words() {
        let client = Client::new(&Limits::default()).unwrap();
        assert_eq!(run_hook(&Hook::Run("true".to_owned()), HOOK_LIMIT, &client).await, Ok(()));
        let error =
            run_hook(&Hook::Run("echo no credits >&2; exit 3".to_owned()), HOOK_LIMIT, &client).await.unwrap_err();
        assert_eq!(error.to_string(), "`echo no credits >&2; exit 3` ended with exit status: 3: no credits");
    }

    #[tokio::test]
    async fn a_command_that_takes_too_long_is_ended_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let late = folder.path().join("late");
        let command = format!("(sleep 0.5; touch {}) & wait", late.display());
        let error = run_command(&command, Duration::from_millis(100)).await.unwrap_err();
        assert!(error.to_string().ends_with("took longer than 100ms"), "{error}");
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert!(!late.exists(), "what it started went on");
    }
}
