//! Exit codes: scripts rely on them.

use std::process::{ExitCode, Termination};

use crate::run::RunVerdict;

/// What a command comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Every target is conformant; for other commands: done, nothing to say.
    Conformant = 0,
    /// Something breaks its contract; for `lint`: there are diagnostics, and the document can be tested.
    Violations = 1,
    /// The command, the document or the configuration is wrong.
    Usage = 2,
    /// It could not be judged.
    Unjudged = 3,
}

impl From<RunVerdict> for Exit {
    fn from(verdict: RunVerdict) -> Self {
        match verdict {
            RunVerdict::Conformant => Exit::Conformant,
            RunVerdict::Violations => Exit::Violations,
            RunVerdict::Incomplete => Exit::Unjudged,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_have_the_documented_codes() {
        let verdicts = [RunVerdict::Conformant, RunVerdict::Violations, RunVerdict::Incomplete];
        assert_eq!(verdicts.map(|verdict| Exit::from(verdict) as u8), [0, 1, 3]);
        assert_eq!(Exit::Usage as u8, 2);
    }
}
