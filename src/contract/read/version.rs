//! Which OpenAPI version a document is written in.

use crate::contract::document::{Data, Files};
use crate::contract::{Diagnostic, Level, OpenApiVersion};

const HELP: &str = "the document begins with `openapi: 3.0.3`, `3.1.1` or `3.2.0`";

/// For what seems to be one of the files that a document is split over.
const PART: &str =
    "a document begins with `openapi: 3.1.1`; if this is a part of one, name the document that refers to it";

/// The version that the document declares.
pub(super) fn version(files: &Files) -> Result<(OpenApiVersion, Vec<Diagnostic>), Diagnostic> {
    let root = files.root();
    let diagnostic = |level: Level, key: &str, message: String, help: &str| Diagnostic {
        level,
        message,
        help: Some(help.to_owned()),
        place: files.place_of_key(&root, key),
    };
    let error = |key: &str, message: String| diagnostic(Level::Error, key, message, HELP);
    if root.node.as_object().is_none() {
        return Err(error("", format!("an OpenAPI document is an object, and this is {}", root.node.kind())));
    }
    let Some(declared) = root.get("openapi") else {
        return Err(match root.get("swagger") {
            Some(swagger) => {
                let version = swagger.node.to_value().to_string();
                let message = format!("this is a Swagger {} document", version.trim_matches('"'));
                diagnostic(Level::Error, "swagger", message, "convert it to OpenAPI 3.0 or later")
            }
            None => {
                let message = "the document does not say its OpenAPI version".to_owned();
                let help = if root.get("paths").is_some() || root.get("info").is_some() { HELP } else { PART };
                diagnostic(Level::Error, "", message, help)
            }
        });
    };
    let (text, notes) = match &declared.node.data {
        Data::String(text) => (text.clone(), Vec::new()),
        Data::Number(number) => {
            let note = format!("`openapi` is the number {number}");
            (number.to_string(), vec![diagnostic(Level::Note, "openapi", note, "write the version in quotes")])
        }
        _ => return Err(error("openapi", format!("`openapi` is {}", declared.node.kind()))),
    };
    let mut parts = text.trim().splitn(3, '.');
    let version = match (parts.next(), parts.next()) {
        (Some("3"), Some("0")) => OpenApiVersion::V30,
        (Some("3"), Some("1")) => OpenApiVersion::V31,
        (Some("3"), Some("2")) => OpenApiVersion::V32,
        _ => return Err(error("openapi", format!("OpenAPI {text} is not known"))),
    };
    Ok((version, notes))
}
