//! A response head, whichever connection it came over, with its body still to be read.

use std::error::Error;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, Version};

use super::audited::AuditedResponse;
use super::failure::{chain, head_failure};
use super::{FailureKind, Wire};

/// A response whose body is still to be read.
pub(super) enum Response {
    /// It came through the client; what is known of the wire beneath it is known already.
    Pooled(reqwest::Response, Wire),
    /// It came over an audited connection.
    Audited(Box<AuditedResponse>),
}

impl Response {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Response::Pooled(response, _) => response.status(),
            Response::Audited(response) => response.head().status,
        }
    }

    pub(super) fn version(&self) -> Version {
        match self {
            Response::Pooled(response, _) => response.version(),
            Response::Audited(response) => response.head().version,
        }
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        match self {
            Response::Pooled(response, _) => response.headers(),
            Response::Audited(response) => &response.head().headers,
        }
    }

    /// The next bytes of the body; `None` at its end.
    ///
    /// # Errors
    /// When the body breaks off: see [`body_end`](super::failure::body_end).
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Box<dyn Error + Send + Sync>> {
        Ok(match self {
            Response::Pooled(response, _) => response.chunk().await?,
            Response::Audited(response) => response.chunk().await?,
        })
    }

    /// What is known of the wire, once nothing more is read. Takes a moment where it was audited.
    pub(super) async fn finish(self) -> Wire {
        match self {
            Response::Pooled(_, wire) => wire,
            Response::Audited(response) => response.finish().await,
        }
    }
}

/// Why there is no response head, and what is known of the wire.
pub(super) struct NoHead {
    pub(super) kind: FailureKind,
    pub(super) message: String,
    pub(super) wire: Wire,
}

impl NoHead {
    /// An error of that kind.
    pub(super) fn of(kind: FailureKind, error: &(dyn Error + 'static)) -> Self {
        NoHead { kind, message: chain(error), wire: Wire::NotAudited }
    }
}

impl From<reqwest::Error> for NoHead {
    fn from(error: reqwest::Error) -> Self {
        NoHead::of(head_failure(&error), &error.without_url())
    }
}
