//! A request as the servers see it.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use bytes::Bytes;
use futures_util::StreamExt;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use serde_json::Value;

/// The longest body that is served, in bytes.
pub(super) const MAX_BODY: usize = 100 * 1024;

/// How much of a longer body is read before the refusal, in bytes. A connection closed on a client
/// that is still writing would lose the answer.
const MAX_DRAINED: usize = 16 * MAX_BODY;

/// One request, read to its end.
#[derive(Debug)]
pub(super) struct Call {
    /// The method.
    pub method: Method,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body; `None` where it is longer than [`MAX_BODY`].
    pub body: Option<Bytes>,
    path: Vec<(String, String)>,
}

/// A credential as a caller shows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Presented<'c> {
    /// The authentication scheme in `Authorization`, empty where there is none; `None` for what stands in
    /// `x-api-key`.
    pub scheme: Option<&'c str>,
    /// What is shown, without the white space around it.
    pub value: &'c str,
}

impl Call {
    /// Every credential that the caller shows.
    pub fn presented(&self) -> impl Iterator<Item = Presented<'_>> {
        let key = self.header("x-api-key").map(|value| Presented { scheme: None, value });
        let authorization = self.header("authorization").map(|field| field.split_once(' ').unwrap_or(("", field)));
        let of_scheme = authorization.map(|(scheme, value)| Presented { scheme: Some(scheme), value: value.trim() });
        key.into_iter().chain(of_scheme)
    }

    /// The values of all variables of the path, percent-decoded.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.path.iter().map(|(_, value)| value.as_str())
    }

    /// A variable of the path, percent-decoded; empty where the path has none of that name.
    pub fn path(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A header field as text, without the white space around it.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok().map(str::trim)
    }

    /// The token of `Authorization: Bearer TOKEN`, where there is one.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        let token = token.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(self.body.as_deref()?).ok()
    }

    /// Whether the body is declared as JSON.
    pub fn is_json(&self) -> bool {
        let content_type = self.header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    }

    /// A member of the body that is a string; empty where there is none.
    pub fn text(&self, member: &str) -> String {
        let body = self.json().unwrap_or_default();
        body.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let (mut parts, body) = request.into_parts();
        // A path that is not UTF-8 names nothing that exists: it reads as an empty variable.
        let path = match RawPathParams::from_request_parts(&mut parts, state).await {
            Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            Err(_) => Vec::new(),
        };
        Ok(Call { method: parts.method, headers: parts.headers, body: read(body).await, path })
    }
}

/// Reads a body; `None` where it is too long. A body that breaks off belongs to a client that has
/// left, so that what was read of it will do.
async fn read(body: Body) -> Option<Bytes> {
    let mut pieces = body.into_data_stream();
    let (mut content, mut length) = (Vec::new(), 0);
    while let Some(Ok(piece)) = pieces.next().await {
        length += piece.len();
        if length > MAX_DRAINED {
            break;
        }
        if length <= MAX_BODY {
            content.extend_from_slice(&piece);
        }
    }
    (length <= MAX_BODY).then(|| content.into())
}
