//! How a command's output looks.

use std::io::{stderr, stdout};

use anstream::{AutoStream, ColorChoice};

use crate::report::TerminalOptions;

/// Columns where there is no terminal to ask.
const WIDTH: usize = 110;
/// Most columns that are used: longer lines are hard to read.
const WIDEST: usize = 140;

/// What is known of the place that a command prints to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether it is coloured.
    pub colour: bool,
    /// Its columns.
    pub width: usize,
}

impl Look {
    /// Standard output: coloured on a terminal only, and not where `NO_COLOR` is set.
    pub fn of_stdout() -> Self {
        Look { colour: AutoStream::choice(&stdout()) != ColorChoice::Never, width: width() }
    }

    /// What is printed there, in its plain form or with more.
    pub fn terminal(self, verbose: bool) -> TerminalOptions {
        TerminalOptions { colour: self.colour, width: self.width, verbose, ..TerminalOptions::default() }
    }

    /// Standard error, likewise.
    pub fn of_stderr() -> Self {
        Look { colour: AutoStream::choice(&stderr()) != ColorChoice::Never, width: width() }
    }
}

impl Default for Look {
    fn default() -> Self {
        Look { colour: false, width: WIDTH }
    }
}

fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0).min(WIDEST))
}
