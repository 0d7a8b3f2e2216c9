//! The name of one part of a request.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One part of a request: `path.X`, `query.X`, `header.X`, `cookie.X` or `body#/json/pointer`.
///
/// The same words stand in a configuration's `values`, in findings and in coverage.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Location {
    /// A variable of the path template.
    Path(String),
    /// A query parameter.
    Query(String),
    /// A header field; compared without regard to case by whoever looks it up.
    Header(String),
    /// A cookie.
    Cookie(String),
    /// A place in the body: a JSON Pointer (RFC 6901), empty for the whole body.
    Body(String),
}

/// A location that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no part of a request: write path.X, query.X, header.X, cookie.X or body#/json/pointer")]
pub struct LocationError(pub String);

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Path(name) => write!(f, "path.{name}"),
            Location::Query(name) => write!(f, "query.{name}"),
            Location::Header(name) => write!(f, "header.{name}"),
            Location::Cookie(name) => write!(f, "cookie.{name}"),
            Location::Body(pointer) => write!(f, "body#{pointer}"),
        }
    }
}

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || LocationError(text.to_owned());
        if let Some(pointer) = text.strip_prefix("body#") {
            return (pointer.is_empty() || pointer.starts_with('/'))
                .then(|| Location::Body(pointer.to_owned()))
                .ok_or_else(refuse);
        }
        let (part, name) = text.split_once('.').filter(|(_, name)| !name.is_empty()).ok_or_else(refuse)?;
        let name = name.to_owned();
        match part {
            "path" => Ok(Location::Path(name)),
            "query" => Ok(Location::Query(name)),
            "header" => Ok(Location::Header(name)),
            "cookie" => Ok(Location::Cookie(name)),
            _ => Err(refuse()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_location_reads_back_as_it_is_written() {
        for text in ["path.agentId", "query.page", "header.Origin", "cookie.sid", "body#", "body#/a/0"] {
            assert_eq!(text.parse::<Location>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_names_no_part_of_a_request_is_refused() {
        for text in ["agentId", "path.", "body.message", "body#message", "form.x", ""] {
            assert!(text.parse::<Location>().is_err(), "{text}");
        }
    }
}
