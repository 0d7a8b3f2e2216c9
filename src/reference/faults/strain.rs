//! Faults under requests that are legal or nearly so, and that nobody had in mind.

use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use crate::reference::call::Call;
use crate::reference::fault::Effect::{Changes, Tolerates};
use crate::reference::fault::Fault;
use crate::reference::refusal::Refusal;
use crate::reference::reply::{Outcome, Reply};

const SERVED: &[Outcome] = &[Outcome::Session, Outcome::Message, Outcome::Stream];
const MALFORMED: &[Outcome] = &[Outcome::Refused(Refusal::MalformedJson)];
const MEDIA_TYPE: &[Outcome] = &[Outcome::Refused(Refusal::MediaType)];
const METHOD: &[Outcome] = &[Outcome::Refused(Refusal::WrongMethod)];
const TOO_LARGE: &[Outcome] = &[Outcome::Refused(Refusal::TooLarge)];
const UNKNOWN: &[Outcome] = &[Outcome::Refused(Refusal::Unknown)];

const FAILS: &[&str] = &["http/server-error"];

/// How many brackets are deeply nested JSON.
const DEEP: usize = 1_000;

/// How many characters a long id has.
const LONG_ID: usize = 1_000;

/// Faults under odd bodies, media types and methods.
pub(in crate::reference) const REQUESTS: &[Fault] = &[
    Fault::new(
        "deep-json-500",
        "JSON of a thousand levels makes the server fail.",
        FAILS,
        Changes(MALFORMED, |reply, call| fail_where(reply, is_deep(call))),
    ),
    Fault::new(
        "long-text-500",
        "A body that is too long makes the server fail.",
        FAILS,
        Changes(TOO_LARGE, |reply, _| reply.become_failure()),
    ),
    Fault::new(
        "duplicate-keys-500",
        "A member that stands twice in the body makes the server fail.",
        FAILS,
        Changes(SERVED, |reply, call| fail_where(reply, has_duplicate_keys(call.body.as_deref().unwrap_or_default()))),
    ),
    Fault::new(
        "invalid-utf8-accepted",
        "A body that is not UTF-8 is answered 200, with an empty object.",
        &["status/invalid-accepted"],
        Changes(MALFORMED, |reply, call| {
            if call.body.as_deref().is_some_and(|body| std::str::from_utf8(body).is_err()) {
                reply.become_whole(StatusCode::OK, "application/json", "{}");
            }
        }),
    ),
    Fault::new(
        "media-type-unchecked",
        "JSON under any Content-Type is served.",
        &["http/unsupported-media-type", "status/invalid-accepted"],
        Tolerates(Refusal::MediaType),
    ),
    Fault::new(
        "form-500",
        "A body that is declared as a form makes the server fail.",
        FAILS,
        Changes(MEDIA_TYPE, |reply, call| {
            fail_where(reply, call.header("content-type").is_some_and(|essence| essence.contains("form")));
        }),
    ),
    Fault::new(
        "undeclared-body-500",
        "A body without Content-Type makes the server fail.",
        FAILS,
        Changes(MEDIA_TYPE, |reply, call| fail_where(reply, !call.headers.contains_key(CONTENT_TYPE))),
    ),
    Fault::new(
        "patch-500",
        "The method PATCH makes the server fail.",
        FAILS,
        Changes(METHOD, |reply, call| fail_where(reply, call.method == Method::PATCH)),
    ),
];

/// Faults under odd ids in the path.
pub(in crate::reference) const IDS: &[Fault] = &[
    Fault::new(
        "escaped-id-500",
        "An id with a slash, a percent sign or a space makes the server fail.",
        FAILS,
        Changes(UNKNOWN, |reply, call| fail_where(reply, call.ids().any(|id| id.contains(['/', '%', ' '])))),
    ),
    Fault::new(
        "nul-id-500",
        "An id with U+0000 makes the server fail.",
        FAILS,
        Changes(UNKNOWN, |reply, call| fail_where(reply, call.ids().any(|id| id.contains('\0')))),
    ),
    Fault::new(
        "unicode-id-500",
        "An id that is not ASCII makes the server fail.",
        FAILS,
        Changes(UNKNOWN, |reply, call| fail_where(reply, call.ids().any(|id| !id.is_ascii()))),
    ),
    Fault::new(
        "long-id-500",
        "An id of a thousand characters makes the server fail.",
        FAILS,
        Changes(UNKNOWN, |reply, call| fail_where(reply, call.ids().any(|id| id.len() >= LONG_ID))),
    ),
];

fn fail_where(reply: &mut Reply, condition: bool) {
    if condition {
        reply.become_failure();
    }
}

fn is_deep(call: &Call) -> bool {
    call.body.as_deref().is_some_and(|body| body.iter().filter(|byte| **byte == b'[').count() >= DEEP)
}

/// Whether a name stands twice in a JSON object.
fn has_duplicate_keys(body: &[u8]) -> bool {
    serde_json::Deserializer::from_slice(body).deserialize_map(Names).is_ok_and(|mut names| {
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        names.len() < all
    })
}

/// Reads the names of an object's members.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = members.next_entry()? {
            names.push(name);
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_twice_is_seen_and_one_further_down_is_not() {
        assert!(has_duplicate_keys(br#"{"a": 1, "b": 2, "a": 1}"#));
        for body in [r#"{"a": {"a": 1}}"#, "[1, 1]", "{\"a\"", ""] {
            assert!(!has_duplicate_keys(body.as_bytes()), "{body}");
        }
    }
}
