//! The few colours of the terminal.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

use crate::judge::Severity;
use crate::run::RunVerdict;

/// The styles of everything that is printed. Colour means severity or verdict and nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub struct Palette {
    /// What the eye should find first.
    pub strong: Style,
    /// What is only there for whoever looks closer.
    pub dim: Style,
    /// Bad.
    pub error: Style,
    /// Doubtful.
    pub warning: Style,
    /// Worth knowing.
    pub note: Style,
    /// Good.
    pub good: Style,
}

impl Palette {
    /// Colours, or none at all.
    pub fn new(colour: bool) -> Self {
        if !colour {
            return Palette::default();
        }
        let bold = |colour: AnsiColor| Style::new().bold().fg_color(Some(colour.into()));
        Palette {
            strong: Style::new().bold(),
            dim: Style::new().dimmed(),
            error: bold(AnsiColor::Red),
            warning: bold(AnsiColor::Yellow),
            note: bold(AnsiColor::Cyan),
            good: bold(AnsiColor::Green),
        }
    }

    /// The style of a severity.
    pub fn severity(&self, severity: Severity) -> Style {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Note => self.note,
        }
    }

    /// The style of a verdict.
    pub fn verdict(&self, verdict: RunVerdict) -> Style {
        match verdict {
            RunVerdict::Conformant => self.good,
            RunVerdict::Violations => self.error,
            RunVerdict::Incomplete => self.warning,
        }
    }
}

/// The text between the style's codes.
pub fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_nothing_is_added() {
        assert_eq!(paint(Palette::new(false).error, "error"), "error");
        assert_eq!(paint(Palette::new(true).strong, "x"), "\u{1b}[1mx\u{1b}[0m");
    }
}
