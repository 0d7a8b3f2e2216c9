//! A target that the command line describes, without a configuration.

use url::Url;

use super::substitute::{is_public, secret_name};
use super::{Secret, Text};

/// A header or URL option that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// No colon. The text is not shown: it may be a credential.
    #[error("a header has no colon: write -H 'Name: value'")]
    NoColon,
    /// A name that HTTP does not allow. It is not shown, for the same reason.
    #[error("what stands before the colon is no header name: write -H 'Name: value'")]
    Name,
    /// A value that HTTP does not allow.
    #[error("the value of `{0}` holds a control character")]
    Value(String),
    /// Not an absolute http or https URL.
    #[error("`{0}` is no base URL: write http://host:port or https://host")]
    Url(String),
    /// A URL that holds more than a base. It is not shown: what it holds may be a password.
    #[error("a base URL has no user, password, query or fragment: give credentials as headers or in the configuration")]
    UrlParts,
}

/// Reads `Name: value`. The value is a secret, called after the header, but for headers that are known
/// to carry none; the word `Bearer` before it stays readable.
///
/// # Errors
/// When it is no header.
pub fn header_option(text: &str) -> Result<(String, Text), HeaderError> {
    let (name, value) = text.split_once(':').ok_or(HeaderError::NoColon)?;
    let name = name.trim();
    http::HeaderName::from_bytes(name.as_bytes()).map_err(|_| HeaderError::Name)?;
    let value = value.trim();
    http::HeaderValue::from_str(value).map_err(|_| HeaderError::Value(name.to_owned()))?;
    Ok((name.to_owned(), header_text(name, value)))
}

/// Reads a base URL.
///
/// # Errors
/// When it is not absolute, or not of HTTP.
pub fn url_option(text: &str) -> Result<Url, HeaderError> {
    let url = http_url(text)?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    if has_user || url.query().is_some() || url.fragment().is_some() {
        return Err(HeaderError::UrlParts);
    }
    Ok(url)
}

/// Reads a URL of HTTP, whatever else it holds.
pub(super) fn http_url(text: &str) -> Result<Url, HeaderError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    // What stands before an `@` may be a password, and what stands in a query a key.
    let shown = || {
        let (user, host) = text.rsplit_once('@').map_or(("", text), |(_, host)| ("***@", host));
        let (host, more) = host.split_once(['?', '#']).map_or((host, ""), |(host, _)| (host, "***"));
        format!("{user}{host}{more}")
    };
    url.ok_or_else(|| HeaderError::Url(shown()))
}

/// A header's value, secret unless its name says that it is not.
pub(super) fn header_text(name: &str, value: &str) -> Text {
    if is_public(name) || value.is_empty() {
        return Text::plain(value);
    }
    let known = ["Bearer ", "Basic ", "bearer ", "basic "];
    let scheme = known.iter().find(|scheme| value.starts_with(**scheme)).copied().unwrap_or_default();
    let secret = Text::secret(Secret::new(secret_name(name), &value[scheme.len()..]));
    if scheme.is_empty() { secret } else { Text::plain(scheme).then(secret) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_of_the_command_line_is_never_shown() {
        let (name, value) = header_option("Authorization: Bearer agx_live_1").unwrap();
        assert_eq!((name.as_str(), value.to_string()), ("Authorization", "Bearer ${AUTHORIZATION}".to_owned()));
        assert_eq!(value.reveal(), "Bearer agx_live_1");
        let (_, value) = header_option("x-api-key:pk_live_1").unwrap();
        assert_eq!(value.to_string(), "${X_API_KEY}");
    }

    #[test]
    fn an_ordinary_header_stays_readable() {
        let (_, value) = header_option("Origin: https://a.example").unwrap();
        assert_eq!(value.to_string(), "https://a.example");
    }

    #[test]
    fn what_is_no_header_is_refused_without_showing_it() {
        for text in ["pk_live_0123456789abcdef", "Authorization pk_live_1: x"] {
            let error = header_option(text).unwrap_err();
            assert!(!error.to_string().contains("pk_live"), "{error}");
        }
        assert!(header_option("a: b\nc").is_err());
    }

    #[test]
    fn a_header_that_nobody_knows_may_carry_a_secret() {
        let (_, value) = header_option("X-Tenant: t-1").unwrap();
        assert_eq!(value.to_string(), "${X_TENANT}");
    }

    #[test]
    fn a_base_url_that_holds_a_password_is_refused_without_showing_it() {
        let error = url_option("http://user:hunter2@host/").unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        let error = url_option("127.0.0.1:3000?key=hunter2").unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(url_option("http://host/base?a=b").is_err());
        assert!(url_option("http://host/base#c").is_err());
    }

    #[test]
    fn a_base_url_is_absolute_and_of_http() {
        assert!(url_option("http://127.0.0.1:3000").is_ok());
        for text in ["127.0.0.1:3000", "localhost", "ftp://a", "http://"] {
            assert!(url_option(text).is_err(), "{text}");
        }
    }
}
