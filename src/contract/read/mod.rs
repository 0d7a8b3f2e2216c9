//! From documents to the contract.

mod bodies;
mod extensions;
mod items;
mod links;
mod loading;
mod members;
mod operations;
mod parameters;
mod profiles;
mod reader;
mod responses;
mod security;
mod servers;
mod sources;
mod streams;
mod switch;
mod typed;
mod version;

#[cfg(test)]
mod tests;

use std::path::Path;

use super::document::{At, FileError, Files};
use super::{Contract, Diagnostic, Level, OpenApiVersion};
pub use loading::Loading;
pub(super) use members::meant_flag;
use reader::Reader;

/// A document that cannot be read at all: what is wrong with it, the reason first.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", summary(.diagnostics))]
pub struct LoadError {
    /// Everything that is wrong; the first is what makes it unreadable.
    pub diagnostics: Vec<Diagnostic>,
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    match diagnostics {
        [] => "the document cannot be read".to_owned(),
        [only] => only.to_string(),
        [first, others @ ..] => format!("{first}; and {} more", others.len()),
    }
}

impl From<FileError> for LoadError {
    fn from(error: FileError) -> Self {
        LoadError { diagnostics: vec![*error.0] }
    }
}

/// Reads a document, and the files beside or below it that it refers to.
///
/// What is wrong in a part of it costs that part alone and is told in [`Contract::diagnostics`].
///
/// # Errors
/// When nothing can be read: no such file, no text, no JSON or YAML, no OpenAPI 3.0 to 3.2, no paths.
pub fn load(file: &Path) -> Result<Contract, LoadError> {
    contract(&Files::load(file)?)
}

/// Reads a document from a text. Its name says whether it is JSON (`.json`) or YAML, and stands in
/// diagnostics; files that it refers to are looked for beside `path`, where one is given.
///
/// # Errors
/// As [`load`].
pub fn read(name: &str, text: &str, path: Option<&Path>) -> Result<Contract, LoadError> {
    contract(&Files::of_text(name, text.to_owned(), path)?)
}

fn contract(files: &Files) -> Result<Contract, LoadError> {
    let root = files.root();
    let mut diagnostics = files.faults().to_vec();
    let refuse = |first: Diagnostic, mut rest: Vec<Diagnostic>| {
        rest.insert(0, first);
        LoadError { diagnostics: rest }
    };
    let version = match version::version(files) {
        Ok((version, notes)) => {
            diagnostics.extend(notes);
            version
        }
        Err(diagnostic) => return Err(refuse(diagnostic, diagnostics)),
    };
    let found = sources::find(files);
    diagnostics.extend(found.diagnostics);
    let paths = root.get("paths").filter(|paths| paths.node.as_object().is_some());
    if paths.is_none() && !may_lack_paths(&root, version) {
        return Err(refuse(no_paths(files, version), diagnostics));
    }
    let mut reader = Reader::new(files, version, found.promises, &found.places);
    reader.check_info(&root);
    let title = root.get("info").and_then(|info| info.text("title")).unwrap_or_default().to_owned();
    let schemes = reader.security_schemes(&root);
    let servers = reader.servers(&root);
    reader.pass_over(&root);
    let drafts = reader.operations(&root, paths.as_ref(), &servers, &schemes);
    let finished = reader.finish(drafts);
    diagnostics.extend(finished.diagnostics);
    Ok(Contract {
        title,
        file: files.name(),
        version,
        servers,
        schemes,
        operations: finished.operations,
        untested: finished.untested,
        promises: finished.promises,
        diagnostics: tidy(diagnostics),
    })
}

/// From 3.1 on a document may be one of webhooks, or of components that others use (section 4.8.1).
fn may_lack_paths(root: &At<'_>, version: OpenApiVersion) -> bool {
    let has = |key: &str| root.get(key).is_some_and(|value| value.node.as_object().is_some());
    version != OpenApiVersion::V30 && root.get("paths").is_none() && (has("webhooks") || has("components"))
}

fn no_paths(files: &Files, version: OpenApiVersion) -> Diagnostic {
    let place = files.place_of_key(&files.root(), "paths");
    let message = match files.root().get("paths") {
        Some(paths) => format!("`paths` is {}", paths.node.kind()),
        None => "the document has no `paths`".to_owned(),
    };
    let help = match version {
        OpenApiVersion::V30 => "operations stand under `paths`, such as `/pets: {get: ...}`",
        _ => "operations stand under `paths`; a document without them has `webhooks` or `components`",
    };
    Diagnostic { level: Level::Error, message, help: Some(help.to_owned()), place }
}

/// In the order of the files, each once.
fn tidy(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let key = |diagnostic: &Diagnostic| {
        (diagnostic.place.file.clone(), diagnostic.place.span.start, diagnostic.message.clone())
    };
    diagnostics.sort_by_cached_key(key);
    diagnostics.dedup_by(|a, b| a.message == b.message && a.place == b.place);
    diagnostics
}
