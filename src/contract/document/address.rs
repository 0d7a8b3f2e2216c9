//! Where a file of a contract lies, and which others may be read from there.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;
use url::{ParseError, Url};

/// Which files a document may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Files in the document's directory and below; of a URL, those of the same origin.
    #[default]
    Beside,
    /// Any file and any URL of HTTP.
    Anywhere,
}

/// Why a reference leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::contract) struct Missing {
    /// A sentence that says why.
    pub message: String,
    /// What would be right.
    pub help: &'static str,
}

impl Missing {
    /// It leads farther than the document may.
    fn too_far(message: String) -> Self {
        Missing { message, help: "--allow-external-refs follows references to any file and URL" }
    }
}

impl From<String> for Missing {
    fn from(message: String) -> Self {
        Missing { message, help: "a `$ref` is a local pointer or a file beside the document" }
    }
}

/// Where a file of a contract lies.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Address {
    /// A file, its path free of links.
    File(PathBuf),
    /// A URL of HTTP without a fragment.
    Url(Url),
    /// A text that is neither, such as standard input.
    Nowhere,
}

impl Address {
    /// The address of a file that the user named.
    pub fn of_file(path: &Path) -> Self {
        Address::File(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
    }

    /// The address as the URL that relative references are resolved against (RFC 3986 section 5.1).
    pub fn as_url(&self) -> Option<Url> {
        match self {
            Address::File(path) => Url::from_file_path(path).ok(),
            Address::Url(url) => Some(url.clone()),
            Address::Nowhere => Url::parse("uptospec://document/").ok(),
        }
    }

    /// Where the file part of a reference leads that stands in a file here; `document` is where the reading began.
    ///
    /// # Errors
    /// When it is not read.
    pub fn of_reference(&self, part: &str, document: &Address, reach: Reach) -> Result<Address, Missing> {
        match Url::parse(part) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => of_url(url, part, document, reach),
            Ok(_) => Err(format!("`{part}` is not read: it is neither a file nor a URL of HTTP").into()),
            Err(ParseError::RelativeUrlWithoutBase) => self.of_relative(part, document, reach),
            Err(error) => Err(format!("`{part}` is not read: {error}").into()),
        }
    }

    fn of_relative(&self, part: &str, document: &Address, reach: Reach) -> Result<Address, Missing> {
        match self {
            Address::File(path) => of_path(path, part, document, reach),
            Address::Url(base) => {
                let url = base.join(part).map_err(|error| format!("`{part}` is not read: {error}"))?;
                of_url(url, part, document, reach)
            }
            Address::Nowhere => Err(Missing {
                message: format!("`{part}` is not read: the document is no file here"),
                help: "save the document and what it refers to in one directory",
            }),
        }
    }

    /// What people call a file here that lies beside the document, whose name is given.
    pub fn name_beside(&self, document: &Address, document_name: &str) -> String {
        match (self, document) {
            (Address::File(path), Address::File(first)) => {
                let tree = first.parent().unwrap_or(Path::new(""));
                let beside = Path::new(document_name).parent().unwrap_or(Path::new(""));
                path.strip_prefix(tree).map_or(path.clone(), |inside| beside.join(inside)).display().to_string()
            }
            (Address::File(path), _) => path.display().to_string(),
            (Address::Url(url), _) => {
                let mut url = url.clone();
                url.set_query(None);
                url.to_string()
            }
            (Address::Nowhere, _) => document_name.to_owned(),
        }
    }
}

fn of_path(from: &Path, part: &str, document: &Address, reach: Reach) -> Result<Address, Missing> {
    let decoded = percent_decode_str(part).decode_utf8_lossy();
    let path = from.parent().unwrap_or(Path::new("")).join(&*decoded);
    let real = path.canonicalize().map_err(|error| format!("`{part}` cannot be read: {}", io_words(&error)))?;
    let is_inside =
        matches!(document, Address::File(first) if first.parent().is_some_and(|tree| real.starts_with(tree)));
    if is_inside || reach == Reach::Anywhere {
        return Ok(Address::File(real));
    }
    Err(Missing::too_far(format!("`{part}` is not read: it lies outside the document's directory")))
}

fn of_url(mut url: Url, part: &str, document: &Address, reach: Reach) -> Result<Address, Missing> {
    url.set_fragment(None);
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL with a user or a password is not read".to_owned().into());
    }
    let is_of_origin = matches!(document, Address::Url(first) if first.origin() == url.origin());
    if is_of_origin || reach == Reach::Anywhere {
        return Ok(Address::Url(url));
    }
    Err(Missing::too_far(match document {
        Address::Url(_) => format!("`{part}` is not read: it is of another origin than the document"),
        _ => format!("`{part}` is not read: references may only lead to files beside the document or below"),
    }))
}

/// Why a file cannot be read.
pub(super) fn io_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Address {
        Address::Url(Url::parse(text).unwrap())
    }

    #[test]
    fn a_url_leads_to_others_of_its_origin() {
        let document = url("https://a.test/v1/openapi.yaml?key=k");
        let part = url("https://a.test/v1/parts/pet.yaml");
        let to = |part: &Address, reference: &str| part.of_reference(reference, &document, Reach::Beside);
        assert_eq!(to(&document, "parts/pet.yaml"), Ok(part.clone()));
        assert_eq!(to(&part, "../../up.yaml"), Ok(url("https://a.test/up.yaml")));
        assert_eq!(to(&part, "https://a.test/x"), Ok(url("https://a.test/x")));
        for other in ["https://b.test/x", "http://a.test/x", "//b.test/x", "https://a.test:8443/x"] {
            let missing = to(&part, other).unwrap_err();
            assert!(missing.message.contains("another origin"), "{other}");
            assert!(missing.help.starts_with("--allow-external-refs"), "{other}");
        }
        assert!(to(&part, "https://u:secret@a.test/x").is_err_and(|reason| !reason.message.contains("secret")));
    }

    #[test]
    fn other_schemes_are_never_read() {
        for part in ["file:///etc/passwd", "urn:example:pet", "data:,x"] {
            let document = url("https://a.test/x");
            assert!(document.of_reference(part, &document, Reach::Anywhere).is_err(), "{part}");
        }
    }

    #[test]
    fn with_reach_anywhere_other_origins_are_read() {
        let document = Address::Nowhere;
        assert_eq!(
            document.of_reference("https://b.test/x#/a", &document, Reach::Anywhere),
            Ok(url("https://b.test/x"))
        );
        assert!(document.of_reference("pet.yaml", &document, Reach::Anywhere).is_err());
    }

    #[test]
    fn a_name_is_told_as_the_document_was_and_without_a_query() {
        let document = Address::File("/srv/api/openapi.yaml".into());
        let beside = Address::File("/srv/api/parts/pet.yaml".into());
        assert_eq!(beside.name_beside(&document, "api/openapi.yaml"), "api/parts/pet.yaml");
        assert_eq!(url("https://a.test/x?key=k").name_beside(&document, "x"), "https://a.test/x");
    }
}
