//! The codes that errors carry.

use crate::reference::refusal::Refusal;

/// The code of a refusal: the documented one, or one of the same style where the document names none.
pub(super) fn code(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::EmptyId => "INVALID_AGENT_ID",
        Refusal::Missing(_) | Refusal::WrongType(_) | Refusal::NotAllowed(_) => "INVALID_REQUEST_DATA",
        Refusal::MalformedJson => "INVALID_JSON",
        Refusal::NoCredential => "MISSING_API_KEY",
        Refusal::WrongCredential | Refusal::HalfCredential => "INVALID_API_KEY",
        Refusal::NotPublic => "AGENT_NOT_PUBLIC",
        Refusal::Inactive => "AGENT_INACTIVE",
        Refusal::ForeignOrganisation => "ORG_MISMATCH",
        Refusal::ForeignOrigin => "DOMAIN_NOT_ALLOWED",
        Refusal::Unknown | Refusal::Foreign => "AGENT_NOT_FOUND",
        Refusal::RateLimited => "RATE_LIMITED",
        Refusal::UnknownPath => "NOT_FOUND",
        Refusal::WrongMethod => "METHOD_NOT_ALLOWED",
        Refusal::TooLarge => "PAYLOAD_TOO_LARGE",
        Refusal::MediaType => "UNSUPPORTED_MEDIA_TYPE",
        Refusal::NoCredits => "PAYMENT_REQUIRED",
    }
}
