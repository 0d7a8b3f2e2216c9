//! A request in the form that goes on the wire.

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use super::SentRequest;
use crate::generate::Request;
use crate::target::Text;

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request with its whole URL. `Debug` and [`WireRequest::shown`] mask its secrets.
#[derive(Debug, Clone, PartialEq)]
pub struct WireRequest {
    /// The method.
    pub method: Method,
    /// The whole URL; secrets only where the query carries a credential.
    pub url: Text,
    /// Header fields in order.
    pub headers: Vec<(String, Text)>,
    /// The body.
    pub body: Option<Vec<u8>>,
}

/// A request that cannot be written as HTTP.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A variable of the path template has no value.
    #[error("the path {path} has no value for {{{variable}}}")]
    Variable {
        /// The template.
        path: String,
        /// The variable.
        variable: String,
    },
}

impl WireRequest {
    /// Joins a request to a target's base URL.
    ///
    /// # Errors
    /// When a variable of the path template has no value.
    pub fn new(base: &Url, request: &Request) -> Result<Self, WireError> {
        let mut headers = request.headers.clone();
        if let Some(content_type) = request.content.as_ref().and_then(|content| content.content_type.as_ref()) {
            headers.push(("Content-Type".to_owned(), Text::plain(content_type)));
        }
        Ok(WireRequest {
            method: request.method.clone(),
            url: url(base, request)?,
            headers,
            body: request.content.as_ref().map(|content| content.body.to_bytes()),
        })
    }

    /// The request as people may see it.
    pub fn shown(&self) -> SentRequest {
        SentRequest {
            method: self.method.to_string(),
            url: self.url.to_string(),
            headers: self.headers.iter().map(|(name, value)| (name.clone(), value.to_string())).collect(),
            body: self.body.clone().map(Into::into),
        }
    }
}

fn url(base: &Url, request: &Request) -> Result<Text, WireError> {
    let mut origin = base.clone();
    origin.set_query(None);
    origin.set_fragment(None);
    let mut url = Text::plain(origin.as_str().trim_end_matches('/')).then(path(request)?);
    for (index, (name, value)) in request.query.iter().enumerate() {
        let separator = if index == 0 { "?" } else { "&" };
        url = url.then(Text::plain(format!("{separator}{}=", encode(name)))).then(value.encoded(encode));
    }
    Ok(url)
}

fn path(request: &Request) -> Result<Text, WireError> {
    let mut path = Text::default();
    let mut rest = request.path.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let Some((variable, after)) = after.split_once('}') else { break };
        let value = request.path_values.iter().find(|(name, _)| name == variable);
        let (_, value) =
            value.ok_or_else(|| WireError::Variable { path: request.path.clone(), variable: variable.to_owned() })?;
        path = path.then(Text::plain(before)).then(value.encoded(encode));
        rest = after;
    }
    Ok(path.then(Text::plain(rest)))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Secret;

    fn request(path: &str, values: &[(&str, &str)]) -> Request {
        Request {
            method: Method::GET,
            path: path.to_owned(),
            path_values: values.iter().map(|(name, value)| ((*name).to_owned(), Text::plain(*value))).collect(),
            query: Vec::new(),
            headers: Vec::new(),
            content: None,
            bindings: Vec::new(),
        }
    }

    fn wire(base: &str, request: &Request) -> String {
        WireRequest::new(&Url::parse(base).unwrap(), request).unwrap().url.to_string()
    }

    #[test]
    fn a_path_value_keeps_to_its_segment() {
        let request = request("/a/{id}/b", &[("id", "x/y? ü")]);
        assert_eq!(wire("http://h:1/base/", &request), "http://h:1/base/a/x%2Fy%3F%20%C3%BC/b");
    }

    #[test]
    fn what_separates_values_stays_as_it_is() {
        let mut request = request("/a/{ids}", &[]);
        let list = Text::plain("x,y").then(Text::delimiter(",")).then(Text::plain("z"));
        request.path_values = vec![("ids".to_owned(), Text::delimiter(";ids=").then(list.clone()))];
        request.query = vec![("q".to_owned(), list)];
        assert_eq!(wire("http://h", &request), "http://h/a/;ids=x%2Cy,z?q=x%2Cy,z");
    }

    #[test]
    fn an_empty_path_value_leaves_an_empty_segment() {
        assert_eq!(wire("http://h", &request("/a/{id}/b", &[("id", "")])), "http://h/a//b");
    }

    #[test]
    fn a_missing_path_value_is_an_error() {
        let base = Url::parse("http://h").unwrap();
        assert!(WireRequest::new(&base, &request("/a/{id}", &[])).is_err());
    }

    #[test]
    fn a_credential_in_the_query_is_masked_where_it_is_shown() {
        let mut request = request("/a", &[]);
        request.query =
            vec![("q".to_owned(), Text::plain("1 2")), ("key".to_owned(), Text::secret(Secret::new("KEY", "a&b")))];
        let wire = WireRequest::new(&Url::parse("http://h").unwrap(), &request).unwrap();
        assert_eq!(wire.shown().url, "http://h/a?q=1%202&key=${KEY}");
        assert_eq!(wire.url.reveal(), "http://h/a?q=1%202&key=a%26b");
    }
}
