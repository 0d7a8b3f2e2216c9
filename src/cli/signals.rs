//! What ends a run from outside.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;

use super::Exit;
use crate::run::Interrupt;

/// How long a run may take to undo its states once it was asked twice to end.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Ends the run when the process is asked to end: by Ctrl-C, by its supervisor, or by a terminal that is closed.
/// Asked again, it ends the process as soon as the states are undone, and after a while in any case; asked a third
/// time at once.
pub async fn stop_when_asked(interrupt: Interrupt) {
    let Some(mut signals) = Signals::new() else { return };
    signals.any().await;
    interrupt.set();
    signals.any().await;
    tokio::select! {
        () = sleep(LAST_WAIT) => {}
        () = signals.any() => {}
    }
    std::process::exit(Exit::Unjudged as i32);
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Option<Signal>,
}

impl Signals {
    /// `None` where the system has no signals for us.
    fn new() -> Option<Self> {
        let hangup = if hangup_is_ignored() { None } else { signal(SignalKind::hangup()).ok() };
        Some(Signals {
            interrupt: signal(SignalKind::interrupt()).ok()?,
            terminate: signal(SignalKind::terminate()).ok()?,
            hangup,
        })
    }

    /// Waits for the next of them.
    async fn any(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hangup => {}
        }
    }
}

/// Whether whoever started us wants us to outlive the terminal, as `nohup` does. Only Linux tells.
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    is_ignored(&status, SignalKind::hangup())
}

/// Whether a process of that `status` (proc(5)) ignores a signal.
fn is_ignored(status: &str, signal: SignalKind) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    let bit = u32::try_from(signal.as_raw_value() - 1).ok().and_then(|bit| 1_u64.checked_shl(bit));
    bit.is_some_and(|bit| mask & bit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hangup_is_ignored_where_the_process_was_started_so() {
        assert!(is_ignored("Name:\tuptospec\nSigIgn:\t0000000000000001\n", SignalKind::hangup()));
        assert!(!is_ignored("SigIgn:\t0000000000001000\n", SignalKind::hangup()));
        assert!(!is_ignored("", SignalKind::hangup()));
    }
}
