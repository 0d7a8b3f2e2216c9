//! The reports as their readers get them: written by the binary over real servers, and read by other programs.
//!
//! `examples` holds those in `reports/` against what the command beside them writes today, `hostile` lets a target
//! say whatever could do harm, `browser` looks at the HTML report in Chromium, and `readers` gives each file to a
//! reader of its format. What needs a program that is not here says so in the name of a trial.

mod browser;
mod examples;
mod hostile;
mod made;
mod readers;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// Audits wait for streams, and Chromium for itself, so several fit on few cores.
const THREADS: usize = 6;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = arguments.test_threads.or(Some(THREADS));
    let trials = [examples::trials(), hostile::trials(), browser::trials(), readers::trials()];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}

/// A trial whose name says aloud what is left out, whatever captures the output of trials.
fn left_out(room: &str, reason: &str) -> Vec<Trial> {
    vec![Trial::test(format!("{room}: left out: {reason}"), || Ok(())).with_ignored_flag(true)]
}
