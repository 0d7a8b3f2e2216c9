//! What is said of a target that answers nothing.

use crate::send::{Failure, FailureKind};

/// One line on why a target could not be judged at all.
pub fn unreachable(url: &str, failure: &Failure) -> String {
    let message = &failure.message;
    match failure.kind {
        FailureKind::NotHttp => format!("{url} does not speak HTTP: {message}"),
        FailureKind::Tls => format!("{url} does not speak TLS as it should: {message}"),
        FailureKind::HeadTimeout => format!("{url} takes the connection and then is silent: {message}"),
        FailureKind::Closed => format!("{url} closes the connection without an answer: {message}"),
        _ => format!("{url} cannot be reached: {message}"),
    }
}
