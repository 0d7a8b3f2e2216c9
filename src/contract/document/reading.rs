//! The text of a file.

use std::path::Path;

use super::address::io_words;
use super::files::FileError;
use crate::contract::{Diagnostic, Level, Place};

/// The text of a file that the user named, and its name.
pub(super) fn named_text(path: &Path) -> Result<(String, String), FileError> {
    let name = path.display().to_string();
    match read_text(path) {
        Ok(text) => Ok((name, text)),
        Err((message, help)) => Err(whole_file(&name, message, help)),
    }
}

/// The text of a file; else why it cannot be read, and what would be right.
pub(super) fn read_text(path: &Path) -> Result<String, (String, &'static str)> {
    if path.is_dir() {
        return Err(("this is a directory".to_owned(), "name the OpenAPI document in it"));
    }
    let bytes = std::fs::read(path)
        .map_err(|error| (format!("the file cannot be read: {}", io_words(&error)), "name an OpenAPI document"))?;
    text_of(bytes).map_err(|message| (message, "save it as UTF-8"))
}

/// The text that bytes hold: UTF-8, or UTF-16 with a byte order mark, as some programs write into files.
///
/// # Errors
/// A sentence that says where it is neither.
pub fn text_of(bytes: Vec<u8>) -> Result<String, String> {
    let wide = |read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).filter_map(|pair| Some(read(pair.try_into().ok()?))).collect();
        String::from_utf16(&units).map_err(|_| "the text is not UTF-16, although it begins like it".to_owned())
    };
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => String::from_utf8(bytes).map_err(|error| {
            let (at, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
            let line = bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
            format!("the text is not UTF-8: byte {at}, on line {line}, begins no character")
        }),
    }
}

fn whole_file(name: &str, message: String, help: &str) -> FileError {
    FileError(Box::new(Diagnostic {
        level: Level::Error,
        message,
        help: Some(help.to_owned()),
        place: Place::file(name),
    }))
}
