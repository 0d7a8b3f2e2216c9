//! Where a document comes from.

use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

/// Where a document comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DocumentOrigin {
    /// A file.
    File(PathBuf),
    /// A URL of http or https that holds no credentials.
    Url(Url),
    /// What another program prints.
    StandardInput,
}

/// A URL that no document is read from. It is not shown: what it holds may be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// It cannot be read.
    #[error("the URL of the document cannot be read: write https://HOST/PATH")]
    NoUrl,
    /// It holds a user or a password.
    #[error("the URL of a document has no user and no password: fetch it yourself, and name the file")]
    Credentials,
}

impl DocumentOrigin {
    /// What a word of the command line names: `-` is standard input, a URL of HTTP itself, anything else a file.
    ///
    /// # Errors
    /// When a URL cannot be used.
    pub fn of_argument(text: &str) -> Result<Self, OriginError> {
        if text == "-" { Ok(DocumentOrigin::StandardInput) } else { DocumentOrigin::beside(Path::new(""), text) }
    }

    /// What a configuration names: a URL of HTTP, or a file relative to its directory.
    ///
    /// # Errors
    /// As [`DocumentOrigin::of_argument`].
    pub fn beside(directory: &Path, text: &str) -> Result<Self, OriginError> {
        let lower = text.to_ascii_lowercase();
        if !lower.starts_with("http://") && !lower.starts_with("https://") {
            return Ok(DocumentOrigin::File(directory.join(text)));
        }
        let url = Url::parse(text).map_err(|_| OriginError::NoUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OriginError::Credentials);
        }
        Ok(DocumentOrigin::Url(url))
    }

    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            DocumentOrigin::File(path) => Some(path),
            DocumentOrigin::Url(_) | DocumentOrigin::StandardInput => None,
        }
    }

    /// Its name without folders and ending: what a target is called after it.
    pub fn stem(&self) -> String {
        let path = match self {
            DocumentOrigin::File(path) => path.clone(),
            DocumentOrigin::Url(url) => PathBuf::from(url.path()),
            DocumentOrigin::StandardInput => PathBuf::new(),
        };
        path.file_stem().map_or_else(|| "api".to_owned(), |stem| stem.to_string_lossy().into_owned())
    }
}

/// The name by which people know it. The query of a URL is left out: it may hold a key.
impl fmt::Display for DocumentOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DocumentOrigin::File(path) => path.display().fmt(f),
            DocumentOrigin::Url(url) => {
                let mut url = url.clone();
                url.set_query(None);
                url.set_fragment(None);
                url.fmt(f)
            }
            DocumentOrigin::StandardInput => f.write_str("standard input"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_a_file_a_url_or_standard_input() {
        let named = |text: &str| DocumentOrigin::of_argument(text).map(|origin| (origin.to_string(), origin.stem()));
        let name = |name: &str, stem: &str| Ok((name.to_owned(), stem.to_owned()));
        assert_eq!(named("specs/pets.v2.yaml"), name("specs/pets.v2.yaml", "pets.v2"));
        assert_eq!(named("HTTPS://a.test/openapi.json?key=k#x"), name("https://a.test/openapi.json", "openapi"));
        assert_eq!(named("http://a.test"), name("http://a.test/", "api"));
        assert_eq!(named("-"), name("standard input", "api"));
        assert_eq!(named("https://"), Err(OriginError::NoUrl));
        assert_eq!(named("https://user:hunter2@a.test/"), Err(OriginError::Credentials));
    }

    #[test]
    fn a_configuration_names_files_from_its_folder_on() {
        assert_eq!(DocumentOrigin::beside(Path::new("conf"), "a.yaml"), Ok(DocumentOrigin::File("conf/a.yaml".into())));
        assert!(matches!(DocumentOrigin::beside(Path::new("conf"), "https://a.test/b"), Ok(DocumentOrigin::Url(_))));
    }
}
