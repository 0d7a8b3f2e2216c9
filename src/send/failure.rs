//! What an error of the client means, read from its chain of causes.

use std::error::Error;
use std::io;

use super::{End, FailureKind};

/// Why no head came.
pub fn head_failure(error: &reqwest::Error) -> FailureKind {
    if error.is_builder() {
        return FailureKind::Unsendable;
    }
    if error.is_connect() {
        return match () {
            () if error.is_timeout() => FailureKind::ConnectTimeout,
            () if cause::<rustls::Error>(error).is_some() => FailureKind::Tls,
            () => FailureKind::Connect,
        };
    }
    if error.is_timeout() {
        return FailureKind::HeadTimeout;
    }
    unanswered(error)
}

/// Why no head came over a connection that stood.
pub fn unanswered(error: &(dyn Error + 'static)) -> FailureKind {
    match cause::<hyper::Error>(error) {
        Some(hyper) if hyper.is_parse() || speaks_first(hyper) => FailureKind::NotHttp,
        Some(hyper) if hyper.is_user() => FailureKind::Unsendable,
        _ => FailureKind::Closed,
    }
}

/// A server that talks before it is asked, as those of SSH and mail do. hyper has no question for it.
fn speaks_first(error: &hyper::Error) -> bool {
    chain(error).contains("received unexpected message")
}

/// How a body ended that broke off; `chunked` says what its framing was.
pub fn body_end(error: &(dyn Error + 'static), chunked: bool) -> End {
    match cause::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::UnexpectedEof) if chunked => End::MissingLastChunk,
        Some(io::ErrorKind::UnexpectedEof) => End::ShortOfContentLength,
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) if chunked => End::BadChunk,
        _ => End::Reset,
    }
}

/// An error in its own words, from the first cause to the last.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if words.last() != Some(&text) {
            words.push(text);
        }
        next = error.source();
    }
    words.join(": ")
}

fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        // An io::Error hides the error inside it from `source` where it was made from one.
        if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref)
            && let Some(found) = cause::<T>(inner)
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}
