//! A server under test that is started for the run and stopped after it.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};
use url::Url;

use crate::generate::Request;
use crate::send::{Client, Connection, StopAt, WireRequest};
use crate::target::{Limits, ServerCommand};

/// Longest time that a server may take until it is ready.
const START_LIMIT: Duration = Duration::from_secs(60);
/// Pause between two questions whether it is.
const PAUSE: Duration = Duration::from_millis(100);
/// Longest time between the request to end and the order to.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// A server that did not become ready: a fault of the set-up, never of the target.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The command cannot be run.
    #[error("`{command}` cannot be run: {cause}")]
    Start {
        /// The command line.
        command: String,
        /// Why.
        cause: std::io::Error,
    },
    /// It ended before it was ready.
    #[error("`{command}` ended with {status} before it was ready")]
    Ended {
        /// The command line.
        command: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// It was not ready in time.
    #[error("`{command}` was not ready within 60 s: {url} did not answer with success")]
    NotReady {
        /// The command line.
        command: String,
        /// What was asked.
        url: String,
    },
    /// No client can ask it.
    #[error(transparent)]
    Client(#[from] crate::send::ClientError),
}

/// A running server. [`StartedServer::stop`] ends it and all that it started; dropping it does so at once.
#[derive(Debug)]
pub struct StartedServer {
    child: Child,
    /// The shell leads a group of its own: all that it starts ends with it.
    group: Option<Pid>,
}

/// Starts a server and waits until it is ready: its `ready` path answers 2xx, or without one anything
/// answers at its URL.
///
/// # Errors
/// When it cannot be run, ends, or is not ready within 60 s.
pub async fn start_server(server: &ServerCommand, base: &Url) -> Result<StartedServer, ServerError> {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(&server.start).stdin(Stdio::null()).stdout(Stdio::null()).process_group(0);
    let child = shell.spawn().map_err(|cause| ServerError::Start { command: server.start.clone(), cause })?;
    let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let mut started = StartedServer { child, group };
    let deadline = Instant::now() + START_LIMIT;
    let limits = Limits { connect_timeout: PAUSE * 10, idle_timeout: PAUSE * 20, ..Limits::default() };
    let client = Client::new(&limits)?;
    while Instant::now() < deadline {
        if let Ok(Some(status)) = started.child.try_wait() {
            return Err(ServerError::Ended { command: server.start.clone(), status });
        }
        if is_ready(server, base, &client).await {
            return Ok(started);
        }
        sleep(PAUSE).await;
    }
    let url = format!("{base}{}", server.ready.as_deref().unwrap_or_default().trim_start_matches('/'));
    Err(ServerError::NotReady { command: server.start.clone(), url })
}

async fn is_ready(server: &ServerCommand, base: &Url, client: &Client) -> bool {
    let request = Request::get(server.ready.as_deref().unwrap_or("/"));
    let Ok(wire) = WireRequest::new(base, &request) else { return false };
    let exchange = client.send(&wire, Connection::Fresh, &StopAt::default()).await;
    exchange.answer().is_some_and(|answer| server.ready.is_none() || answer.status / 100 == 2)
}

impl StartedServer {
    /// Asks the server to end, and ends it where it does not.
    pub async fn stop(mut self) {
        self.signal(Signal::TERM);
        let ended = async {
            // The shell is ours to wait for; what it started is gone when its group is empty.
            let _ = self.child.wait().await;
            while self.group.is_some_and(|group| test_kill_process_group(group).is_ok()) {
                sleep(PAUSE / 10).await;
            }
        };
        // Whatever came of the waiting, what is left is ended when `self` is dropped.
        let _ = timeout(STOP_LIMIT, ended).await;
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // A group that has ended already needs no signal.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for StartedServer {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_ends_is_told_with_its_status() {
        let base = Url::parse("http://127.0.0.1:9").unwrap();
        let command = ServerCommand { start: "exit 4".to_owned(), ready: None };
        let error = start_server(&command, &base).await.unwrap_err();
        assert_eq!(error.to_string(), "`exit 4` ended with exit status: 4 before it was ready");
    }
}
