//! The parts of HTTP Archive 1.2 that we write, by their names in the format.

use serde::Serialize;

use crate::judge::{At, Severity};
use crate::report::json::KnownView;
use crate::run::Reproduced;

/// The media type of a body that names none.
pub const UNKNOWN: &str = "x-unknown";

#[derive(Serialize)]
pub struct Har<'a> {
    pub log: Log<'a>,
}

#[derive(Serialize)]
pub struct Log<'a> {
    pub version: &'static str,
    pub creator: Creator,
    pub entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
pub struct Creator {
    pub name: &'static str,
    pub version: &'static str,
}

#[derive(Serialize)]
pub struct Entry<'a> {
    #[serde(rename = "startedDateTime")]
    pub started: String,
    /// Milliseconds, the sum of `timings`.
    pub time: f64,
    pub request: Request<'a>,
    pub response: Response<'a>,
    pub cache: Cache,
    pub timings: Timings,
    #[serde(rename = "_uptospec")]
    pub about: About<'a>,
}

/// There is no cache between us and a target.
#[derive(Serialize)]
pub struct Cache {}

/// Milliseconds.
#[derive(Serialize)]
pub struct Timings {
    pub send: f64,
    pub wait: f64,
    pub receive: f64,
}

/// The finding that an exchange is behind.
#[derive(Serialize)]
pub struct About<'a> {
    pub target: &'a str,
    pub rule: &'a str,
    pub severity: Severity,
    pub operation: &'a str,
    pub state: Option<&'a str>,
    pub message: &'a str,
    pub at: &'a At,
    pub count: usize,
    pub reproduced: Reproduced,
    pub case: &'a str,
    pub known: Option<KnownView<'a>>,
}

#[derive(Serialize)]
pub struct Request<'a> {
    pub method: &'a str,
    pub url: &'a str,
    #[serde(rename = "httpVersion")]
    pub version: &'a str,
    /// Always empty: cookies are among the headers.
    pub cookies: [Named; 0],
    pub headers: Vec<Named>,
    #[serde(rename = "queryString")]
    pub query: Vec<Named>,
    #[serde(rename = "postData", skip_serializing_if = "Option::is_none")]
    pub post_data: Option<PostData<'a>>,
    #[serde(rename = "headersSize")]
    pub headers_size: i64,
    #[serde(rename = "bodySize")]
    pub body_size: i64,
}

#[derive(Serialize)]
pub struct PostData<'a> {
    #[serde(rename = "mimeType")]
    pub media_type: &'a str,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

#[derive(Serialize)]
pub struct Response<'a> {
    /// 0 where no answer came.
    pub status: u16,
    #[serde(rename = "statusText")]
    pub status_text: &'a str,
    #[serde(rename = "httpVersion")]
    pub version: &'a str,
    /// Always empty: cookies are among the headers.
    pub cookies: [Named; 0],
    pub headers: Vec<Named>,
    pub content: Content,
    #[serde(rename = "redirectURL")]
    pub redirect_url: String,
    #[serde(rename = "headersSize")]
    pub headers_size: i64,
    #[serde(rename = "bodySize")]
    pub body_size: i64,
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    pub error: Option<&'a str>,
}

impl<'a> Response<'a> {
    /// No answer, for this reason.
    pub fn none(error: &'a str) -> Self {
        let content =
            Content { size: 0, media_type: UNKNOWN.to_owned(), text: String::new(), encoding: None, comment: None };
        Response {
            status: 0,
            status_text: "",
            version: "",
            cookies: [],
            headers: Vec::new(),
            content,
            redirect_url: String::new(),
            headers_size: -1,
            body_size: -1,
            error: Some(error),
        }
    }
}

#[derive(Serialize)]
pub struct Content {
    pub size: usize,
    #[serde(rename = "mimeType")]
    pub media_type: String,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// A header field, or a parameter of a query.
#[derive(Serialize)]
pub struct Named {
    pub name: String,
    pub value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl Named {
    pub fn new(name: &str, value: &str) -> Self {
        Named { name: name.to_owned(), value: value.to_owned(), comment: None }
    }
}
