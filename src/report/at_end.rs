//! Reports that are written once, when the run is done.

use std::io;

use crate::run::{Event, Reporter, RunResult};

/// Writes a whole run in one form.
pub type WriteRun = fn(&mut dyn io::Write, &RunResult) -> io::Result<()>;

/// A report that is written when the run is done.
#[derive(Debug)]
pub struct AtEnd<W> {
    out: W,
    write: WriteRun,
}

impl<W: io::Write> AtEnd<W> {
    /// A report that `write` writes to `out`.
    pub fn new(out: W, write: WriteRun) -> Self {
        AtEnd { out, write }
    }
}

impl<W: io::Write> Reporter for AtEnd<W> {
    fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let Event::RunFinished(run) = event else { return Ok(()) };
        (self.write)(&mut self.out, run)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_broken_pipe_is_an_error() {
        let mut report = AtEnd::new(fixture::BrokenPipe, |out, run| writeln!(out, "{}", run.verdict.word()));
        let run = fixture::run();
        report.event(&Event::TargetFinished(&run.targets[0])).unwrap();
        assert_eq!(report.event(&Event::RunFinished(&run)).unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
