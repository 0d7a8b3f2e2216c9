//! Where a promise comes from.

use serde::{Deserialize, Serialize};

use super::Place;

/// How firmly a document stands behind a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// Our reading of an example, or of a sentence that leaves room. Breaking it is at most a warning.
    Inferred,
    /// A sentence of the document says it.
    Documented,
    /// A section of a standard that the document invokes says it.
    Standard,
}

/// The sentence behind a promise: the `x-source` of a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    /// Name of the document, or of the standard.
    pub document: String,
    /// The sentence, word for word.
    pub quote: Option<String>,
    /// How firmly the document stands behind it.
    pub strength: Strength,
    /// The section of a standard, such as `15.5.2` of `RFC 9110`.
    pub section: Option<String>,
}

/// Index of a [`Promise`] in [`Contract::promises`](super::Contract::promises).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PromiseId(pub usize);

/// What part of the API a promise speaks about; it decides which rules can keep or break it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The API as a whole, or a part of it that no rule observes.
    Document,
    /// An operation as a whole.
    Operation,
    /// A security scheme or requirement.
    Security,
    /// A parameter, or a part of its schema.
    Parameter,
    /// The request body, or a part of its schema.
    RequestBody,
    /// A response as a whole, or one of its media types.
    Response,
    /// A response header.
    ResponseHeader,
    /// A part of the schema of a response body or of a stream's items.
    ResponseBody,
    /// How a stream is framed, ordered and ended.
    Stream,
    /// A documented error.
    Error,
    /// A documented rate limit.
    RateLimit,
    /// Which form of answer a request switches to.
    StreamSwitch,
}

/// One sentence of a document that promises something, and the place in the spec that says it.
#[derive(Debug, Clone)]
pub struct Promise {
    /// The sentence.
    pub source: Source,
    /// The operation it belongs to; `None` when it holds for all of them.
    pub operation: Option<String>,
    /// What it speaks about.
    pub subject: Subject,
    /// The one key beside its `x-source` that it speaks about (`of`); `None` when it is about all of them.
    pub of: Option<String>,
    /// Where in the spec its `x-source` stands.
    pub place: Place,
}
