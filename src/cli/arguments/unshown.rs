//! Text of the command line that is never shown again.

use serde_json::Value;

use crate::cli::Failure;
use crate::contract::{DocumentOrigin, Location};

/// Text of the command line that may hold a credential: `Debug` does not show it.
#[derive(Clone)]
pub struct Unshown(pub String);

impl Unshown {
    /// The document that it names.
    pub fn origin(&self) -> Result<DocumentOrigin, Failure> {
        DocumentOrigin::of_argument(&self.0).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// The part of a request that it gives, and the value.
    pub fn value(&self) -> Result<(Location, Value), Failure> {
        value_option(&self.0).map_err(|wanted| Failure::Usage(wanted.to_owned()))
    }
}

impl std::fmt::Debug for Unshown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl std::str::FromStr for Unshown {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Unshown(text.to_owned()))
    }
}

/// `LOCATION=VALUE`; a value that reads as JSON is JSON, any other is text.
///
/// # Errors
/// What would be right, and nothing of the text: it may be a credential.
fn value_option(text: &str) -> Result<(Location, Value), &'static str> {
    let wanted = "--value is LOCATION=VALUE, such as path.agentId=abc123; \
        locations are path.X, query.X, header.X, cookie.X and body#/json/pointer";
    let (location, value) = text.split_once('=').ok_or(wanted)?;
    let location = location.parse().map_err(|_| wanted)?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((location, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_json_where_it_reads_as_json() {
        assert_eq!(value_option("path.id=abc").unwrap().1, serde_json::json!("abc"));
        assert_eq!(value_option("body#/n=3").unwrap().1, serde_json::json!(3));
        assert!(value_option("id=3").is_err());
    }
}
