//! The reasons for which a request is not served.

use http::header::{ALLOW, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};

/// Why a request is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// No such path.
    UnknownPath,
    /// A method other than POST.
    WrongMethod,
    /// The body is longer than the server reads.
    TooLarge,
    /// No credential was given.
    NoCredential,
    /// The credential was never issued.
    WrongCredential,
    /// Only a part of the credential was given.
    HalfCredential,
    /// The body is not declared as JSON.
    MediaType,
    /// The body is not JSON.
    MalformedJson,
    /// A member of the body that must be there is not.
    Missing(&'static str),
    /// A member of the body has another type than documented.
    WrongType(&'static str),
    /// A member of the body has the right type and a value that is not allowed.
    NotAllowed(&'static str),
    /// The id in the path is empty.
    EmptyId,
    /// What the id names does not exist, as far as the caller may know.
    Unknown,
    /// What the id names belongs to another organisation, which is no business of the caller's: it is
    /// refused as if it did not exist.
    Foreign,
    /// The agent is not public.
    NotPublic,
    /// The agent is not active.
    Inactive,
    /// The agent belongs to another organisation than the key.
    ForeignOrganisation,
    /// The request's origin is not among the allowed ones.
    ForeignOrigin,
    /// The key was used too often.
    RateLimited,
    /// The organisation has no credits left.
    NoCredits,
}

impl Refusal {
    /// The status that tells it.
    pub fn status(self) -> StatusCode {
        match self {
            Refusal::UnknownPath | Refusal::Unknown | Refusal::Foreign => StatusCode::NOT_FOUND,
            Refusal::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::NoCredential | Refusal::WrongCredential | Refusal::HalfCredential => StatusCode::UNAUTHORIZED,
            Refusal::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::MalformedJson | Refusal::EmptyId => StatusCode::BAD_REQUEST,
            Refusal::Missing(_) | Refusal::WrongType(_) | Refusal::NotAllowed(_) => StatusCode::BAD_REQUEST,
            Refusal::NotPublic | Refusal::Inactive => StatusCode::FORBIDDEN,
            Refusal::ForeignOrganisation | Refusal::ForeignOrigin => StatusCode::FORBIDDEN,
            Refusal::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Refusal::NoCredits => StatusCode::PAYMENT_REQUIRED,
        }
    }

    /// The header fields that its status asks for (RFC 9110, RFC 6585). `challenge` says how to
    /// authenticate.
    pub fn headers(self, challenge: &'static str) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Refusal::NoCredential | Refusal::WrongCredential | Refusal::HalfCredential => {
                Some((WWW_AUTHENTICATE, HeaderValue::from_static(challenge)))
            }
            Refusal::WrongMethod => Some((ALLOW, HeaderValue::from_static("POST"))),
            _ => None,
        }
    }

    /// What to tell the caller.
    pub fn sentence(self) -> String {
        match self {
            Refusal::UnknownPath => "There is nothing at this path.".to_owned(),
            Refusal::WrongMethod => "Only POST is served here.".to_owned(),
            Refusal::TooLarge => "The body is longer than 100 KiB.".to_owned(),
            Refusal::NoCredential => "No API key was given.".to_owned(),
            Refusal::WrongCredential => "The API key is not valid.".to_owned(),
            Refusal::HalfCredential => "Both a public and a secret key are needed.".to_owned(),
            Refusal::MediaType => "The body must be application/json.".to_owned(),
            Refusal::MalformedJson => "The body is not valid JSON.".to_owned(),
            Refusal::Missing(member) => format!("{member} is missing or empty."),
            Refusal::WrongType(member) => format!("{member} has the wrong type."),
            Refusal::NotAllowed(member) => format!("{member} has a value that is not allowed."),
            Refusal::EmptyId => "The id is missing or empty.".to_owned(),
            Refusal::Unknown | Refusal::Foreign => "There is none of that id.".to_owned(),
            Refusal::NotPublic => "The agent is not public.".to_owned(),
            Refusal::Inactive => "The agent is not active.".to_owned(),
            Refusal::ForeignOrganisation => "The agent belongs to another organization.".to_owned(),
            Refusal::ForeignOrigin => "The origin is not among the allowed domains.".to_owned(),
            Refusal::RateLimited => "More than 60 requests in a minute.".to_owned(),
            Refusal::NoCredits => "No active subscription or no remaining credits.".to_owned(),
        }
    }
}
