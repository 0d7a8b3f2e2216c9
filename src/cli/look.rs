//! How a command's output looks.

use std::io::{stderr, stdout};

use anstream::{AutoStream, ColorChoice};

use crate::report::TerminalOptions;

/// Columns where there is no terminal to ask.
const WIDTH: usize = 110;
/// Lines where there is no terminal: what an editor or the page of a CI system shows at once.
const HEIGHT: usize = 40;
/// Most columns that are used: longer lines are hard to read.
const WIDEST: usize = 140;

/// What is known of the place that a command prints to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether it is coloured.
    pub colour: bool,
    /// Its columns.
    pub width: usize,
    /// Its lines.
    pub height: usize,
}

impl Look {
    /// Standard output: coloured on a terminal only, and not where `NO_COLOR` is set.
    pub fn of_stdout() -> Self {
        Look { colour: AutoStream::choice(&stdout()) != ColorChoice::Never, width: width(), height: height() }
    }

    /// What is printed there, in its plain form or with more.
    pub fn terminal(self, verbose: bool) -> TerminalOptions {
        let Look { colour, width, height } = self;
        TerminalOptions { colour, width, height, verbose, ..TerminalOptions::default() }
    }

    /// Standard error, likewise.
    pub fn of_stderr() -> Self {
        Look { colour: AutoStream::choice(&stderr()) != ColorChoice::Never, width: width(), height: height() }
    }
}

impl Default for Look {
    fn default() -> Self {
        Look { colour: false, width: WIDTH, height: HEIGHT }
    }
}

fn width() -> usize {
    terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0).min(WIDEST))
}

/// Lines of standard output; a file that is read later has as many as its reader's screen.
fn height() -> usize {
    terminal_size::terminal_size_of(stdout()).map_or(HEIGHT, |(_, height)| usize::from(height.0))
}
