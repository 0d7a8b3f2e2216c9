//! The contract: what an API promises, in one model for every OpenAPI version.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;

use super::{Diagnostic, Expression, Location, Place, Promise, PromiseId, Schema, StreamContract, Strength};

/// The version of OpenAPI that a document declares; the patch number does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenApiVersion {
    /// 3.0.x
    V30,
    /// 3.1.x
    V31,
    /// 3.2.x
    V32,
}

/// A document read into our model.
#[derive(Debug, Clone)]
pub struct Contract {
    /// `info.title`.
    pub title: String,
    /// The file as the user named it.
    pub file: Arc<str>,
    /// The OpenAPI version it is written in.
    pub version: OpenApiVersion,
    /// `servers[].url`, variables replaced by their defaults.
    pub servers: Vec<String>,
    /// The security schemes by name.
    pub schemes: IndexMap<String, SecurityScheme>,
    /// Every operation that can be tested, in the order of the document.
    pub operations: Vec<Arc<Operation>>,
    /// Ids of the operations that cannot be tested; the diagnostics say why.
    pub untested: Vec<String>,
    /// Every `x-source` of the document, in its order; a [`PromiseId`] is an index into it.
    pub promises: Vec<Promise>,
    /// What is wrong or cannot be tested, and where.
    pub diagnostics: Vec<Diagnostic>,
}

impl Contract {
    /// The operation of that id.
    pub fn operation(&self, id: &str) -> Option<&Arc<Operation>> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The promise of that id; ids are only made by the contract that holds them.
    pub fn promise(&self, id: PromiseId) -> &Promise {
        &self.promises[id.0]
    }
}

/// How a caller shows who it is.
#[derive(Debug, Clone)]
pub struct SecurityScheme {
    /// Its name in the document.
    pub name: String,
    /// Where the credential is put.
    pub form: CredentialForm,
    /// What a credential looks like: `bearerFormat`, or the description's format hint.
    pub hint: Option<String>,
    /// The sentences behind it.
    pub promises: Vec<PromiseId>,
}

/// Where a credential is put in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CredentialForm {
    /// `Authorization: Bearer CREDENTIAL`
    Bearer,
    /// `Authorization: Basic BASE64(CREDENTIAL)`
    Basic,
    /// An API key in a header of that name.
    Header(String),
    /// An API key in a query parameter of that name.
    Query(String),
    /// An API key in a cookie of that name.
    Cookie(String),
    /// A form that we cannot make, such as mutual TLS; the text says which.
    Unsupported(String),
}

/// One method on one path.
#[derive(Debug, Clone)]
pub struct Operation {
    /// `operationId`, or `METHOD /path` where the document gives none.
    pub id: String,
    /// The method.
    pub method: http::Method,
    /// The path template, joined to a target's base URL.
    pub path: String,
    /// The document's `summary`.
    pub summary: Option<String>,
    /// Parameters of the operation and of its path item, references resolved.
    pub parameters: Vec<Parameter>,
    /// What a request carries.
    pub body: Option<RequestBody>,
    /// What it may answer, most exact status first.
    pub responses: Vec<Response>,
    /// Alternatives, any one of which lets a caller in. Empty: no credential is asked for.
    pub security: Vec<SecurityRequirement>,
    /// `x-rate-limit`.
    pub rate_limit: Option<RateLimit>,
    /// `x-stream-when`.
    pub stream_switch: Option<StreamSwitch>,
    /// Sentences about the operation as a whole.
    pub promises: Vec<PromiseId>,
    /// Where it stands in the document.
    pub place: Place,
}

impl Operation {
    /// The response that the document gives for a status: an exact one before its class before `default`.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let rank = |response: &&Response| match response.status {
            StatusPattern::Exact(_) => 0,
            StatusPattern::Class(_) => 1,
            StatusPattern::Default => 2,
        };
        self.responses.iter().filter(|response| response.status.matches(status)).min_by_key(rank)
    }

    /// Whether a success of it may come as a stream.
    pub fn streams(&self) -> bool {
        let successes = (200..300).filter_map(|status| self.response(status));
        successes.flat_map(|response| &response.media).any(|media| media.stream.is_some())
    }

    /// Whether an answer of this status serves a request: any 2xx, and a documented redirect where the document has
    /// no other success.
    pub fn is_served_by(&self, status: u16) -> bool {
        let of_class = |response: &Response, class: u16| match response.status {
            StatusPattern::Exact(status) => status / 100 == class,
            StatusPattern::Class(known) => u16::from(known) == class,
            StatusPattern::Default => false,
        };
        let documents = |class| self.responses.iter().any(|response| of_class(response, class));
        let redirects = |response: &Response| of_class(response, 3) && response.status.matches(status);
        status / 100 == 2 || (!documents(2) && self.responses.iter().any(redirects))
    }
}

/// The schemes that must be shown together; empty means that anyone may call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityRequirement(pub Vec<String>);

/// Where a parameter stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterLocation {
    /// A variable of the path template.
    Path,
    /// The query string.
    Query,
    /// A header field.
    Header,
    /// A cookie.
    Cookie,
}

/// How a value becomes text (OpenAPI 3.1 section 4.8.12.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterStyle {
    /// `a,b`
    Simple,
    /// `.a.b`
    Label,
    /// `;x=a,b`
    Matrix,
    /// `x=a,b`, or `x=a&x=b` exploded
    Form,
    /// `x=a%20b`
    SpaceDelimited,
    /// `x=a|b`
    PipeDelimited,
    /// `x[k]=v`
    DeepObject,
    /// `content: application/json`: the value as JSON text
    Json,
}

/// A parameter of an operation.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub location: ParameterLocation,
    /// Whether a request without it breaks the contract.
    pub required: bool,
    /// What its value may be.
    pub schema: Schema,
    /// How its value becomes text.
    pub style: ParameterStyle,
    /// Whether arrays and objects are spread over several pairs.
    pub explode: bool,
    /// Whether reserved characters of its value stay as they are in a query.
    pub allow_reserved: bool,
    /// Documented examples of its value.
    pub examples: Vec<Value>,
    /// The sentences behind it, those inside its schema excepted.
    pub promises: Vec<PromiseId>,
}

impl Parameter {
    /// The part of the request that it is.
    pub fn part(&self) -> Location {
        let name = self.name.clone();
        match self.location {
            ParameterLocation::Path => Location::Path(name),
            ParameterLocation::Query => Location::Query(name),
            ParameterLocation::Header => Location::Header(name),
            ParameterLocation::Cookie => Location::Cookie(name),
        }
    }
}

/// What a request carries.
#[derive(Debug, Clone)]
pub struct RequestBody {
    /// Whether a request without a body breaks the contract.
    pub required: bool,
    /// The media types that may be sent, in the order of the document.
    pub media: Vec<MediaType>,
    /// The sentences behind it, those inside its schemas excepted.
    pub promises: Vec<PromiseId>,
}

/// A body under one media type.
#[derive(Debug, Clone)]
pub struct MediaType {
    /// Type and subtype in lower case, without parameters; may be a range such as `text/*`.
    pub essence: String,
    /// What the whole body is. For a stream of items see `stream`.
    pub schema: Option<Schema>,
    /// How members of a form are written, where the document says.
    pub encoding: IndexMap<String, Encoding>,
    /// Documented examples.
    pub examples: Vec<Example>,
    /// How the body streams, where it does.
    pub stream: Option<StreamContract>,
    /// The sentences behind it, those inside its schema excepted.
    pub promises: Vec<PromiseId>,
}

/// How a member of a form is written (OpenAPI 3.1 section 4.8.15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encoding {
    /// As a parameter of a query is.
    Styled {
        /// How its value becomes text.
        style: ParameterStyle,
        /// Whether arrays and objects are spread over several pairs.
        explode: bool,
    },
    /// As a document of this media type.
    Typed(String),
}

/// A documented example.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its key in `examples`, or `example`.
    pub name: String,
    /// The example itself.
    pub value: Value,
    /// How firmly the document stands behind it. `Inferred`: a form that the document leaves room for,
    /// which a target need not know.
    pub strength: Strength,
}

/// The statuses that a documented response stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusPattern {
    /// One status.
    Exact(u16),
    /// `2XX` and the like; the number is the first digit.
    Class(u8),
    /// Every status that no other response names.
    Default,
}

impl StatusPattern {
    /// Whether the pattern stands for this status.
    pub fn matches(self, status: u16) -> bool {
        match self {
            StatusPattern::Exact(exact) => exact == status,
            StatusPattern::Class(class) => status / 100 == u16::from(class),
            StatusPattern::Default => true,
        }
    }
}

impl fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StatusPattern::Exact(status) => write!(f, "{status}"),
            StatusPattern::Class(class) => write!(f, "{class}XX"),
            StatusPattern::Default => f.write_str("default"),
        }
    }
}

/// A documented answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The statuses it stands for.
    pub status: StatusPattern,
    /// The document's description.
    pub description: String,
    /// The forms that its body may have. Empty: the document says nothing of the body.
    pub media: Vec<MediaType>,
    /// Documented headers.
    pub headers: Vec<ResponseHeader>,
    /// `x-errors`: the documented errors behind this status.
    pub errors: Vec<DocumentedError>,
    /// What a later request can take from this answer.
    pub links: Vec<Link>,
    /// The sentences behind it.
    pub promises: Vec<PromiseId>,
}

impl Response {
    /// The documented form for a media type: an exact one before `type/*` before `*/*`.
    pub fn media(&self, essence: &str) -> Option<&MediaType> {
        let class = essence.split('/').next().unwrap_or_default();
        let class = format!("{class}/*");
        [essence, &class, "*/*"]
            .iter()
            .find_map(|wanted| self.media.iter().find(|media| media.essence.eq_ignore_ascii_case(wanted)))
    }
}

/// How a header's text is read before its schema is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderEncoding {
    /// The text itself, converted to the schema's type.
    Simple,
    /// JSON text (`content: application/json`).
    Json,
}

/// A header that the document promises on an answer.
#[derive(Debug, Clone)]
pub struct ResponseHeader {
    /// Its name as the document writes it.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What its value may be.
    pub schema: Schema,
    /// How its text is read.
    pub encoding: HeaderEncoding,
    /// `x-unique`: no two answers of a run may share it.
    pub unique: bool,
    /// `x-echo`: must give back this part of the request.
    pub echo: Option<Expression>,
    /// The sentences behind it.
    pub promises: Vec<PromiseId>,
}

/// One entry of `x-errors`.
#[derive(Debug, Clone)]
pub struct DocumentedError {
    /// The code, or the text of the body, that must appear in the answer.
    pub code: Option<String>,
    /// When it occurs, in the document's words.
    pub when: Option<String>,
    /// What brings it about.
    pub state: Option<ErrorState>,
    /// The sentence behind it.
    pub promise: Option<PromiseId>,
}

/// What brings a documented error about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ErrorState {
    /// `no-credential`: the request carries no credential at all.
    NoCredential,
    /// `wrong-credential`: it carries one that was never issued.
    WrongCredential,
    /// `malformed-json`: the body is no JSON.
    MalformedJson,
    /// `missing-fields`: a required member of the body is left out.
    MissingFields,
    /// `empty-id`: the last path variable is empty.
    EmptyId,
    /// `malformed-id`: the last path variable is no id of the documented form.
    MalformedId,
    /// `unknown-id`: the last path variable is well-formed and names nothing.
    UnknownId,
    /// Any other name: a state that the target's configuration must give.
    Configured(String),
}

impl ErrorState {
    /// Reads the `state` of an `x-errors` entry.
    pub fn named(name: &str) -> Self {
        match name {
            "no-credential" => ErrorState::NoCredential,
            "wrong-credential" => ErrorState::WrongCredential,
            "malformed-json" => ErrorState::MalformedJson,
            "missing-fields" => ErrorState::MissingFields,
            "empty-id" => ErrorState::EmptyId,
            "malformed-id" => ErrorState::MalformedId,
            "unknown-id" => ErrorState::UnknownId,
            other => ErrorState::Configured(other.to_owned()),
        }
    }

    /// The name as a document writes it.
    pub fn name(&self) -> &str {
        match self {
            ErrorState::NoCredential => "no-credential",
            ErrorState::WrongCredential => "wrong-credential",
            ErrorState::MalformedJson => "malformed-json",
            ErrorState::MissingFields => "missing-fields",
            ErrorState::EmptyId => "empty-id",
            ErrorState::MalformedId => "malformed-id",
            ErrorState::UnknownId => "unknown-id",
            ErrorState::Configured(name) => name,
        }
    }
}

/// `x-rate-limit`: how often an operation may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// Requests allowed in one window.
    pub requests: u32,
    /// Length of the window.
    pub per: Duration,
    /// The sentence behind it.
    #[serde(skip)]
    pub promise: Option<PromiseId>,
}

/// `x-stream-when`: which media type answers which value of a part of the request.
#[derive(Debug, Clone)]
pub struct StreamSwitch {
    /// The part of the request that switches.
    pub on: Location,
    /// Media type essence for each value.
    pub forms: Vec<(Value, String)>,
    /// The value that an absent part stands for: the schema's `default`.
    pub default: Option<Value>,
    /// The sentences behind it.
    pub promises: Vec<PromiseId>,
}

impl StreamSwitch {
    /// The media type that a value of the switching part asks for; `None` for its absence means the default.
    pub fn form(&self, value: Option<&Value>) -> Option<&str> {
        let value = value.or(self.default.as_ref())?;
        self.forms.iter().find(|(candidate, _)| candidate == value).map(|(_, essence)| essence.as_str())
    }
}

/// An OpenAPI link: what a later operation can take from an answer.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its key in `links`.
    pub name: String,
    /// The operation that takes the values.
    pub operation: String,
    /// Part of that operation's request, and where its value comes from.
    pub parameters: Vec<(Location, Expression)>,
}
