//! Documents as they were written: one tree of values with places, whether JSON or YAML.

mod address;
mod at;
mod files;
mod json;
mod lines;
mod names;
mod node;
mod overlay;
mod resolve;
mod texts;
mod yaml;

pub use address::Reach;
pub(super) use at::{At, escape};
pub use files::Document;
pub(super) use files::{FileError, Files};
pub(super) use node::{Data, Node};

use super::Diagnostic;
use lines::Lines;

/// The deepest nesting that is read. Real documents stay under 60; what is deeper would exhaust the
/// stack of whoever walks it.
const MAX_DEPTH: usize = 200;

/// A text read into its tree, with what is wrong in it.
#[derive(Debug)]
pub(super) struct Parsed {
    /// The tree.
    pub root: Node,
    /// Faults of the text that leave it readable, such as a key given twice.
    pub faults: Vec<Fault>,
}

/// Something wrong in a text.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
    /// Bytes of the text that are meant.
    pub span: std::ops::Range<usize>,
}

impl Fault {
    fn new(message: impl Into<String>, help: impl Into<String>, span: std::ops::Range<usize>) -> Self {
        Fault { message: message.into(), help: Some(help.into()), span }
    }

    /// A key that an object has twice; readers of JSON and YAML keep the last.
    fn repeated_key(key: &str, first: &std::ops::Range<usize>, lines: &Lines, span: std::ops::Range<usize>) -> Self {
        let (line, _) = lines.line_and_column(first.start);
        Fault::new(
            format!("the key `{key}` stands here a second time; only this one counts"),
            format!("the first is on line {line}: keep one of them"),
            span,
        )
    }
}

/// Reads a text that is JSON by its name, or begins like JSON and has no YAML name; any other as YAML.
fn parse(name: &str, text: &str, lines: &Lines) -> Result<Parsed, Fault> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(Fault::new("the file is empty", "an OpenAPI document begins with `openapi: 3.1.0`", 0..0));
    }
    let name = name.to_ascii_lowercase();
    let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let json = name.ends_with(".json") || (!yaml && text.trim_start().starts_with('{'));
    if json { json::parse(text, lines) } else { yaml::parse(text, lines) }
}

/// Bytes of the byte order mark that a text begins with.
fn byte_order_mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}
