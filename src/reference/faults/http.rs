//! Faults of any API over HTTP: credentials, methods and errors.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, AUTHORIZATION, CONTENT_TYPE, DATE, LOCATION,
    WWW_AUTHENTICATE,
};
use http::{HeaderName, StatusCode};
use serde_json::Value;

use crate::reference::call::Call;
use crate::reference::fault::Effect::{Changes, MixesUp, Tolerates};
use crate::reference::fault::Fault;
use crate::reference::refusal::Refusal;
use crate::reference::reply::{Ending, Outcome, Reply};

const SERVED: &[Outcome] = &[Outcome::Session, Outcome::Message, Outcome::Stream];
const UNAUTHENTICATED: &[Outcome] = &[
    Outcome::Refused(Refusal::NoCredential),
    Outcome::Refused(Refusal::WrongCredential),
    Outcome::Refused(Refusal::HalfCredential),
];
const NO_CREDENTIAL: &[Outcome] = &[Outcome::Refused(Refusal::NoCredential)];
const MALFORMED: &[Outcome] = &[Outcome::Refused(Refusal::MalformedJson)];
const METHOD: &[Outcome] = &[Outcome::Refused(Refusal::WrongMethod)];

const TRACE: &str = "SyntaxError: Unexpected token at JSON.parse (<anonymous>)\n    at parse (/srv/app/node_modules/body-parser/lib/types/json.js:92:19)\n    at /srv/app/src/server.js:41:7\n";

/// The faults.
pub(in crate::reference) const FAULTS: &[Fault] = &[
    Fault::new(
        "anonymous-accepted",
        "A request without a credential is served.",
        &["auth/accepted"],
        Tolerates(Refusal::NoCredential),
    ),
    Fault::new(
        "wrong-key-accepted",
        "A credential that was never issued is served.",
        &["auth/accepted"],
        Tolerates(Refusal::WrongCredential),
    ),
    Fault::new(
        "cross-talk",
        "Each message is answered with what the caller before was told.",
        &["isolation/cross-talk"],
        MixesUp(&[Outcome::Message, Outcome::Stream]),
    ),
    Fault::new(
        "unauthorized-as-200",
        "A request without a credential is answered 200, with the error in the body.",
        &["auth/accepted", "error/status"],
        Changes(NO_CREDENTIAL, |reply, _| reply.status = StatusCode::OK),
    ),
    Fault::new(
        "challenge-missing",
        "401 says nowhere how to authenticate.",
        &["http/www-authenticate"],
        Changes(UNAUTHENTICATED, |reply, _| reply.unset(&WWW_AUTHENTICATE)),
    ),
    Fault::new(
        "error-body-empty",
        "401 has no body.",
        &["http/error-body", "error/code"],
        Changes(UNAUTHENTICATED, |reply, _| reply.pieces.clear()),
    ),
    Fault::new(
        "malformed-json-500",
        "A body that is not JSON makes the server fail.",
        &["http/server-error", "error/status"],
        Changes(MALFORMED, |reply, _| reply.become_failure()),
    ),
    Fault::new(
        "malformed-json-accepted",
        "A body that is not JSON is answered 200, with an empty object.",
        &["status/invalid-accepted", "error/status"],
        Changes(MALFORMED, |reply, _| reply.become_whole(StatusCode::OK, "application/json", "{}")),
    ),
    Fault::new(
        "malformed-json-unanswered",
        "On a body that is not JSON the connection is closed without an answer.",
        &["http/no-answer"],
        Changes(MALFORMED, |reply, _| reply.ending = Ending::Unanswered),
    ),
    Fault::new(
        "stack-trace-leaked",
        "The refusal of a body that is not JSON shows a stack trace.",
        &["http/leak", "error/code"],
        Changes(MALFORMED, |reply, _| reply.become_whole(reply.status, "text/plain; charset=utf-8", TRACE)),
    ),
    Fault::new(
        "allow-missing",
        "405 says nowhere which method is allowed.",
        &["http/allow"],
        Changes(METHOD, |reply, _| reply.unset(&ALLOW)),
    ),
    Fault::new(
        "method-as-400",
        "Another method than POST is answered 400.",
        &["http/method"],
        Changes(METHOD, |reply, _| reply.status = StatusCode::BAD_REQUEST),
    ),
    Fault::new(
        "content-type-missing",
        "What is served has no Content-Type.",
        &["http/content-type", "body/media-type", "sse/media-type"],
        Changes(SERVED, |reply, _| reply.unset(&CONTENT_TYPE)),
    ),
    Fault::new(
        "date-iso",
        "What is served has a Date in the form of ISO 8601.",
        &["http/date"],
        Changes(SERVED, |reply, _| reply.set(DATE, "2026-11-22T08:00:00Z")),
    ),
    Fault::new(
        "redirected",
        "What should be served is answered with a redirection.",
        &["status/undocumented"],
        Changes(SERVED, |reply, _| {
            reply.become_whole(StatusCode::FOUND, "text/plain; charset=utf-8", "Found");
            reply.set(LOCATION, "/login");
        }),
    ),
    Fault::new(
        "credential-given-back",
        "What is served has a header field with the caller's credential.",
        &["http/leak"],
        Changes(SERVED, give_credential_back),
    ),
    Fault::new(
        "cors-contradiction",
        "What is served is open to every origin together with credentials.",
        &["http/cors"],
        Changes(SERVED, |reply, _| {
            reply.set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
            reply.set(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }),
    ),
];

/// Faults of an API whose errors are JSON.
pub(in crate::reference) const JSON_ERRORS: &[Fault] = &[
    Fault::new(
        "problem-status",
        "The problem+json of a 401 gives the status 400.",
        &["http/problem-json"],
        Changes(UNAUTHENTICATED, |reply, _| {
            reply.set(CONTENT_TYPE, "application/problem+json");
            reply.set_member("status", 400);
        }),
    ),
    Fault::new(
        "error-shape",
        "The refusal of a body that is not JSON is a list of errors, unlike all others.",
        &["error/shape"],
        Changes(MALFORMED, |reply, _| {
            reply.edit_object(|error| {
                let inner = std::mem::take(error);
                error.insert("errors".to_owned(), vec![Value::Object(inner)].into());
            });
        }),
    ),
];

fn give_credential_back(reply: &mut Reply, call: &Call) {
    let credential = [AUTHORIZATION, HeaderName::from_static("x-api-key")];
    let given = credential.iter().find_map(|name| call.headers.get(name)).cloned();
    reply.headers.extend(given.map(|value| (HeaderName::from_static("x-caller"), value)));
}
