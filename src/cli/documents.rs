//! Documents from wherever they are: files, URLs, and standard input.

use std::io::Read as _;
use std::path::PathBuf;

use url::Url;

use super::diagnostics::Texts;
use super::fetch::{Fetched, Fetcher, MOST_BYTES, too_long};
use super::mistaken::{page, page_in};
use crate::contract::{
    Contract, Diagnostic, Document, DocumentOrigin, Level, LoadError, Loading, Place, Reach, text_of,
};

/// A document that was read.
pub struct Loaded {
    /// What it promises.
    pub contract: Contract,
    /// The texts of it that are no files.
    pub texts: Texts,
}

/// What is wrong with a document or a configuration.
#[derive(Debug)]
pub struct Diagnosed {
    /// What, and where.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that they are about and that are no files.
    pub texts: Texts,
}

/// Reads a document with overlays and everything that it refers to, and compiles its schemas.
///
/// # Errors
/// Everything that is wrong, where it cannot be read.
pub async fn load(origin: &DocumentOrigin, overlays: &[PathBuf], reach: Reach) -> Result<Loaded, Diagnosed> {
    let mut texts = Texts::default();
    match read(origin, overlays, reach, &mut texts).await {
        Ok(contract) => Ok(Loaded { contract, texts }),
        Err(diagnostics) => Err(Diagnosed { diagnostics, texts }),
    }
}

async fn read(
    origin: &DocumentOrigin,
    overlays: &[PathBuf],
    reach: Reach,
    texts: &mut Texts,
) -> Result<Contract, Vec<Diagnostic>> {
    let name = origin.to_string();
    let mut fetcher = Fetcher::new();
    // What a page of HTML breaks as YAML says nothing to whoever took a wrong link.
    let (begun, page) = match origin {
        DocumentOrigin::File(path) => (Loading::begin(Document::File(path), overlays, reach), page_in(path)),
        DocumentOrigin::Url(url) => {
            let help = "it is read without credentials: look at it with `curl -i`";
            let fetched = fetcher.fetch(url, false).await;
            let Fetched { url, text } = fetched.map_err(|message| unread(&name, message, help))?;
            texts.add(&name, &text);
            let document = Document::Text { name: &name, text: &text, url: Some(&url) };
            (Loading::begin(document, overlays, reach), page(&name, &text))
        }
        DocumentOrigin::StandardInput => {
            let help = "give an OpenAPI document on standard input";
            let text = read_input().map_err(|message| unread(&name, message, help))?;
            texts.add(&name, &text);
            let document = Document::Text { name: &name, text: &text, url: None };
            (Loading::begin(document, overlays, reach), page(&name, &text))
        }
    };
    let refused = |error: LoadError| page.clone().unwrap_or(error.diagnostics);
    let mut loading = begun.map_err(&refused)?;
    fetch_parts(&mut loading, &mut fetcher, reach, texts).await;
    let mut contract = loading.finish().map_err(refused)?;
    contract.compile();
    Ok(contract)
}

/// Fetches everything that the document refers to.
async fn fetch_parts(loading: &mut Loading, fetcher: &mut Fetcher, reach: Reach, texts: &mut Texts) {
    let mut wanted: Vec<Url> = loading.wanted();
    while !wanted.is_empty() {
        for url in wanted {
            let fetched = fetcher.fetch(&url, reach == Reach::Beside).await;
            if let Ok(Fetched { text, .. }) = &fetched {
                texts.add(&DocumentOrigin::Url(url.clone()).to_string(), text);
            }
            loading.give(&url, fetched.map(|fetched| fetched.text));
        }
        wanted = loading.wanted();
    }
}

fn unread(name: &str, message: String, help: &str) -> Vec<Diagnostic> {
    vec![Diagnostic { level: Level::Error, message, help: Some(help.to_owned()), place: Place::file(name) }]
}

fn read_input() -> Result<String, String> {
    let mut bytes = Vec::new();
    let limited = std::io::stdin().lock().take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes);
    limited.map_err(|error| format!("standard input cannot be read: {error}"))?;
    if bytes.len() > MOST_BYTES {
        return Err(too_long());
    }
    text_of(bytes)
}
