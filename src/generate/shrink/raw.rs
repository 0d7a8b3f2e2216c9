//! Bodies that are no JSON with less in them that is no JSON either.

use serde_json::Value;

use super::edit;
use crate::generate::body::BodyForm;
use crate::generate::negative::NEVER_IN_UTF8;
use crate::generate::{Case, CaseKind};

/// Stands for the byte that is in no text, while the rest is read as JSON.
const HOLE: &str = "uptospec-hole";

/// Smaller bodies that are broken in the same way, each with the name of its cut.
pub(super) fn cuts(case: &Case, form: &BodyForm<'_>, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    match &case.kind {
        CaseKind::Negative(violation) if violation.keyword == "json" => cut_off(bytes),
        CaseKind::Negative(violation) if violation.keyword == "utf-8" => around_the_byte(form, bytes),
        _ => Vec::new(),
    }
}

/// The beginning of a text that is cut off, as long as that is no JSON: its first character, its first half, and so
/// on up to all but one.
fn cut_off(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let characters: Vec<char> = text.chars().collect();
    let lengths = edit::sizes(characters.len()).into_iter().skip(1).enumerate();
    let lengths = lengths.map(|(level, less)| (format!("less by level {level}"), characters.len() - less));
    let beginnings = std::iter::once(("but its first character".to_owned(), 1)).chain(lengths).map(|(name, length)| {
        let beginning: String = characters.iter().take(length).collect();
        (name, beginning)
    });
    let is_broken = |text: &str| serde_json::from_str::<Value>(text).is_err();
    let broken = beginnings.filter(|(_, beginning)| is_broken(beginning) && beginning != text);
    broken.map(|(name, beginning)| (name, beginning.into_bytes())).collect()
}

/// Less around the one byte that is no UTF-8, by the rules of the schema.
fn around_the_byte(form: &BodyForm<'_>, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let whole = || {
        let at = bytes.iter().position(|byte| *byte == NEVER_IN_UTF8)?;
        let (before, after) =
            (std::str::from_utf8(bytes.get(..at)?).ok()?, std::str::from_utf8(bytes.get(at + 1..)?).ok()?);
        serde_json::from_str::<Value>(&format!("{before}{HOLE}{after}")).ok()
    };
    let Some(value) = whole() else { return Vec::new() };
    let edits = edit::smaller(&form.schema, &value, Some(HOLE)).into_iter();
    let broken = edits.filter_map(|edit| {
        let text = form.schema.is_valid(&edit.value).then(|| edit.value.to_string())?;
        let (before, after) = text.split_once(HOLE)?;
        Some((edit.name, [before.as_bytes(), &[NEVER_IN_UTF8], after.as_bytes()].concat()))
    });
    broken.collect()
}
