//! Documents as they were written: one tree of values with places, whether JSON or YAML.

mod address;
mod at;
mod dynamic;
mod files;
mod json;
mod lines;
mod names;
mod node;
mod overlay;
mod reading;
mod resolve;
mod texts;
mod yaml;

pub use address::Reach;
pub(super) use at::{At, escape};
pub(super) use dynamic::Resource;
pub use files::Document;
pub(super) use files::{FileError, Files};
pub(super) use node::{Data, Node};
pub use reading::text_of;

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
            format!("the one before it is on line {line}: keep one of them"),
            span,
        )
    }
}

/// Reads a text that is JSON by its name, or begins like JSON and is; any other as YAML.
fn parse(name: &str, text: &str, lines: &Lines) -> Result<Parsed, Fault> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(Fault::new("the file is empty", "an OpenAPI document begins with `openapi: 3.1.0`", 0..0));
    }
    let name = name.to_ascii_lowercase();
    let yaml = name.ends_with(".yaml") || name.ends_with(".yml");
    let begins_like_json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
    if name.ends_with(".json") || (begins_like_json && !yaml) {
        return json::parse(text, lines);
    }
    // JSON writes escapes that YAML does not know.
    let json = begins_like_json.then(|| json::parse(text, lines)).and_then(Result::ok);
    json.map_or_else(|| yaml::parse(text, lines), Ok)
}

fn too_deep(span: std::ops::Range<usize>) -> Fault {
    Fault::new(format!("values are nested deeper than {MAX_DEPTH} levels"), "move the inner ones behind a `$ref`", span)
}

/// A value that is a number to its writer and none of JSON. It is read as its text, which costs what needs the number.
fn no_number(text: &str, span: std::ops::Range<usize>) -> Fault {
    Fault::new(format!("`{text}` is no number of JSON, and is read as a text"), "numbers are 64 bits wide", span)
}

/// Bytes of the byte order mark that a text begins with.
fn byte_order_mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}
