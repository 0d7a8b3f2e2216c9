//! Documents from wherever they are: files, URLs, and standard input.

use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use http::header::ACCEPT;
use url::Url;

use super::mistaken::{page, page_in, plain_http};
use crate::contract::{self, Contract, Diagnostic, Document, DocumentOrigin, Level, Place};

/// Most bytes of a document that is no file. The largest that is known takes 12 MiB.
const MOST_BYTES: usize = 64 << 20;

/// Longest time that fetching a document may take.
const LONGEST: Duration = Duration::from_secs(30);

/// Most redirects to a document.
const MOST_REDIRECTS: usize = 5;

/// Reads a document with overlays, and compiles its schemas.
///
/// # Errors
/// Everything that is wrong, where it cannot be read.
pub async fn load(origin: &DocumentOrigin, overlays: &[PathBuf]) -> Result<Contract, Vec<Diagnostic>> {
    let name = origin.to_string();
    let text = match origin {
        DocumentOrigin::File(path) => {
            return finish(Document::File(path), overlays).map_err(|said| page_in(path).unwrap_or(said));
        }
        DocumentOrigin::Url(url) => {
            fetch(url).await.map_err(|message| (message, "it is read without credentials: look at it with `curl -i`"))
        }
        DocumentOrigin::StandardInput => {
            read_input().map_err(|message| (message, "give an OpenAPI document on standard input"))
        }
    };
    let text = text.and_then(|bytes| {
        String::from_utf8(bytes).map_err(|_| ("the document is not UTF-8".to_owned(), "encode it as UTF-8"))
    });
    match text {
        Ok(text) => {
            let document = Document::Text { name: &name, text: &text };
            finish(document, overlays).map_err(|said| page(&name, &text).unwrap_or(said))
        }
        Err((message, help)) => {
            let place = Place::file(name);
            Err(vec![Diagnostic { level: Level::Error, message, help: Some(help.to_owned()), place }])
        }
    }
}

fn finish(document: Document<'_>, overlays: &[PathBuf]) -> Result<Contract, Vec<Diagnostic>> {
    let mut contract = contract::load_overlaid(document, overlays).map_err(|error| error.diagnostics)?;
    contract.compile();
    Ok(contract)
}

async fn fetch(url: &Url) -> Result<Vec<u8>, String> {
    // Another part of the process may have installed a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .user_agent(concat!("uptospec/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::limited(MOST_REDIRECTS))
        .referer(false)
        .no_proxy()
        .timeout(LONGEST)
        .build()
        .map_err(|error| format!("no client can be made: {error}"))?;
    let request = client.get(url.clone()).header(ACCEPT, "application/json, application/yaml, */*;q=0.5");
    let mut response = request.send().await.map_err(|error| unfetched(&error))?;
    if !response.status().is_success() {
        return Err(format!("the document cannot be fetched: the answer is {}", response.status()));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| unfetched(&error))? {
        bytes.extend_from_slice(&piece);
        within_bounds(bytes.len())?;
    }
    Ok(bytes)
}

/// Why a request failed: the innermost reason. The URL is left out, since its query may hold a key.
fn unfetched(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("the document cannot be fetched within {}", humantime::format_duration(LONGEST));
    }
    let mut reason: &dyn std::error::Error = error;
    while let Some(inner) = reason.source() {
        reason = inner;
    }
    let reason = reason.to_string();
    format!("the document cannot be fetched: {reason}{}", plain_http(&reason))
}

fn read_input() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let limited = std::io::stdin().lock().take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes);
    limited.map_err(|error| format!("standard input cannot be read: {error}"))?;
    within_bounds(bytes.len())?;
    Ok(bytes)
}

fn within_bounds(bytes: usize) -> Result<(), String> {
    if bytes > MOST_BYTES { Err(format!("the document has more than {} MiB", MOST_BYTES >> 20)) } else { Ok(()) }
}
