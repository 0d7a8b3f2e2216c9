//! Documents, and the parts that they refer to, from URLs.

use std::time::Duration;

use http::header::ACCEPT;
use reqwest::redirect::{Attempt, Policy};
use url::Url;

use super::mistaken::plain_http;
use crate::contract::text_of;

/// Most bytes of all that is fetched for a document. The largest that is known takes 12 MiB.
pub const MOST_BYTES: usize = 64 << 20;

/// Longest time that fetching one file may take.
const LONGEST: Duration = Duration::from_secs(30);

/// Most redirects to a file.
const MOST_REDIRECTS: usize = 5;

/// Fetches the files of one document.
pub struct Fetcher {
    /// Bytes that may still come.
    left: usize,
}

/// A file that was fetched.
pub struct Fetched {
    /// Where it is after all redirects.
    pub url: Url,
    /// What it holds.
    pub text: String,
}

impl Fetcher {
    /// One that has fetched nothing.
    pub fn new() -> Self {
        Fetcher { left: MOST_BYTES }
    }

    /// Fetches a file; with `stay`, redirects may not leave the origin of its URL.
    ///
    /// # Errors
    /// A sentence that says why it cannot be had, without the URL, since its query may hold a key.
    pub async fn fetch(&mut self, url: &Url, stay: bool) -> Result<Fetched, String> {
        let request = client(stay)?.get(url.clone()).header(ACCEPT, "application/json, application/yaml, */*;q=0.5");
        let mut response = request.send().await.map_err(|error| unfetched(&error))?;
        if !response.status().is_success() {
            return Err(format!("the document cannot be fetched: the answer is {}", response.status()));
        }
        let url = response.url().clone();
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| unfetched(&error))? {
            self.left = self.left.checked_sub(piece.len()).ok_or_else(too_long)?;
            bytes.extend_from_slice(&piece);
        }
        Ok(Fetched { url, text: text_of(bytes)? })
    }
}

/// Says that a document is longer than any is read.
pub fn too_long() -> String {
    format!("the document has more than {} MiB", MOST_BYTES >> 20)
}

fn client(stay: bool) -> Result<reqwest::Client, String> {
    // Another part of the process may have installed a provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("uptospec/", env!("CARGO_PKG_VERSION")))
        .redirect(if stay { Policy::custom(within_origin) } else { Policy::limited(MOST_REDIRECTS) })
        .referer(false)
        .no_proxy()
        .timeout(LONGEST)
        .build()
        .map_err(|error| format!("no client can be made: {error}"))
}

fn within_origin(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let stays = attempt.previous().iter().all(|before| before.origin() == attempt.url().origin());
    if !stays {
        return attempt.error("a redirect leads to another origin");
    }
    if attempt.previous().len() > MOST_REDIRECTS { attempt.error("too many redirects") } else { attempt.follow() }
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
