//! What people give in place of a document, and what to tell them.

use std::io::Read as _;
use std::path::Path;

use crate::contract::{Diagnostic, Level, Place};

/// How much of a file tells whether it is a page.
const ENOUGH: u64 = 1024;

/// What to say in place of a parser's complaint where a text is a page for people.
pub fn page(name: &str, text: &str) -> Option<Vec<Diagnostic>> {
    let start = text.trim_start_matches('\u{feff}').trim_start().get(..14).unwrap_or_default().to_ascii_lowercase();
    let is_page = start.starts_with("<!doctype html") || start.starts_with("<html");
    is_page.then(|| {
        vec![Diagnostic {
            level: Level::Error,
            message: "this is an HTML page and no OpenAPI document".to_owned(),
            help: Some("give the document that the page is about, which it may link as openapi.json".to_owned()),
            place: Place::file(name),
        }]
    })
}

/// The same for a file.
pub fn page_in(path: &Path) -> Option<Vec<Diagnostic>> {
    let mut start = Vec::new();
    std::fs::File::open(path).ok()?.take(ENOUGH).read_to_end(&mut start).ok()?;
    page(&path.display().to_string(), &String::from_utf8_lossy(&start))
}

/// What would be right where TLS failed for this reason: whoever answers HTTP to it says nothing that TLS knows.
pub fn plain_http(reason: &str) -> &'static str {
    let is_other = reason.contains("corrupt message") || reason.contains("InvalidContentType");
    if is_other { "; if the server speaks plain HTTP, try http://" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_from_a_document() {
        for text in ["<!DOCTYPE html>\n<p>", "\u{feff}\n <HTML lang='en'><p>"] {
            assert!(page("docs", text).is_some(), "{text}");
        }
        for text in ["openapi: 3.1.0\n", "<", "{}", "<?xml version='1.0'?>"] {
            assert!(page("docs", text).is_none(), "{text}");
        }
    }
}
