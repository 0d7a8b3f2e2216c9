//! What is wrong with a document, and where.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A place in a file that the user wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// Line, from 1; 0 where only the file is known.
    pub line: usize,
    /// Column in characters, from 1; 0 where only the file is known.
    pub column: usize,
    /// Bytes of the file that are meant.
    pub span: Range<usize>,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Place { file: file.into(), line: 0, column: 0, span: 0..0 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        Ok(())
    }
}

/// How much a diagnostic costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Everything can be tested all the same.
    Note,
    /// A part of the document cannot be tested.
    Warning,
    /// The document cannot be read.
    Error,
}

/// One thing to say about a document or a configuration: what, where, and what would be right.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How much it costs.
    pub level: Level,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// Where it stands.
    pub place: Place,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}
