//! Documents from wherever they are: files, URLs, and standard input.

use std::io::Read as _;
use std::path::PathBuf;

use url::Url;

use super::fetch::{Fetched, Fetcher, MOST_BYTES, too_long};
use crate::contract::{Contract, Diagnostic, Document, DocumentOrigin, Level, Loading, Place, Reach};

/// Reads a document with overlays and everything that it refers to, and compiles its schemas.
///
/// # Errors
/// Everything that is wrong, where it cannot be read.
pub async fn load(origin: &DocumentOrigin, overlays: &[PathBuf], reach: Reach) -> Result<Contract, Vec<Diagnostic>> {
    let name = origin.to_string();
    let mut fetcher = Fetcher::new();
    let begun = match origin {
        DocumentOrigin::File(path) => Loading::begin(Document::File(path), overlays, reach),
        DocumentOrigin::Url(url) => {
            let help = "it is read without credentials: look at it with `curl -i`";
            let fetched = fetcher.fetch(url, false).await;
            let Fetched { url, text } = fetched.map_err(|message| unread(&name, message, help))?;
            Loading::begin(Document::Text { name: &name, text: &text, url: Some(&url) }, overlays, reach)
        }
        DocumentOrigin::StandardInput => {
            let help = "give an OpenAPI document on standard input";
            let text = read_input().map_err(|message| unread(&name, message, help))?;
            Loading::begin(Document::Text { name: &name, text: &text, url: None }, overlays, reach)
        }
    };
    let mut loading = begun.map_err(|error| error.diagnostics)?;
    fetch_parts(&mut loading, &mut fetcher, reach).await;
    let mut contract = loading.finish().map_err(|error| error.diagnostics)?;
    contract.compile();
    Ok(contract)
}

/// Fetches everything that the document refers to.
async fn fetch_parts(loading: &mut Loading, fetcher: &mut Fetcher, reach: Reach) {
    let mut wanted: Vec<Url> = loading.wanted();
    while !wanted.is_empty() {
        for url in wanted {
            let fetched = fetcher.fetch(&url, reach == Reach::Beside).await;
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
    String::from_utf8(bytes).map_err(|_| "the document is not UTF-8".to_owned())
}
