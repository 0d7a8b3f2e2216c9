//! A request before it is sent, in parts that can be shrunk and written as `curl`.

use http::Method;
use serde_json::Value;

use super::suite::Template;
use crate::contract::{Expression, Location};
use crate::target::{Secret, Text};

/// A request to a target whose base URL is not part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path template.
    pub path: String,
    /// Values of the template's variables, already styled but not percent-encoded.
    pub path_values: Vec<(String, String)>,
    /// Query pairs, already styled but not percent-encoded.
    pub query: Vec<(String, Text)>,
    /// Header fields, credentials among them.
    pub headers: Vec<(String, Text)>,
    /// What is sent.
    pub content: Option<Content>,
    /// Parts whose value comes from an earlier answer. What stands in them now is a stand-in.
    pub bindings: Vec<Binding>,
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The Content-Type field; `None` leaves it out.
    pub content_type: Option<String>,
    /// The body.
    pub body: Body,
}

/// A body, kept as a value where it is one.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// JSON, written compactly.
    Json(Value),
    /// The members of an object as `application/x-www-form-urlencoded`; a text is one already.
    Form(Value),
    /// Any bytes.
    Bytes(Vec<u8>),
}

/// A part of a request that takes its value from an earlier answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// The part.
    pub at: Location,
    /// Where its value comes from.
    pub from: Origin,
}

/// The answer that a bound value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// An answer of another operation, by an OpenAPI link: the run sends one first if it must.
    Operation {
        /// Id of the operation whose answer has the value.
        operation: String,
        /// Where in that exchange.
        value: Expression,
    },
    /// What the workflow knows when the step is sent: outputs of earlier steps, its inputs.
    Workflow(Template),
}

impl Request {
    /// A GET of a path without variables.
    pub fn get(path: &str) -> Self {
        Request {
            method: Method::GET,
            path: path.to_owned(),
            path_values: Vec::new(),
            query: Vec::new(),
            headers: Vec::new(),
            content: None,
            bindings: Vec::new(),
        }
    }

    /// The credentials that it carries, and what was made from them.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.headers.iter().chain(&self.query).flat_map(|(_, text)| text.secrets())
    }
}

impl Body {
    /// The bytes on the wire.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Body::Json(value) => value.to_string().into_bytes(),
            Body::Form(value) => form_encoded(value).into_bytes(),
            Body::Bytes(bytes) => bytes.clone(),
        }
    }
}

fn form_encoded(value: &Value) -> String {
    if let Value::String(encoded) = value {
        return encoded.clone();
    }
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::String(text) => pairs.append_pair(name, text),
            other => pairs.append_pair(name, &other.to_string()),
        };
    }
    pairs.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_written_by_its_members_and_a_text_as_it_is() {
        let bytes = |value: Value| String::from_utf8(Body::Form(value).to_bytes()).unwrap();
        assert_eq!(bytes(json!({"code": "a&b", "n": 7, "all": [1, 2]})), "code=a%26b&n=7&all=%5B1%2C2%5D");
        assert_eq!(bytes(json!("code=a%26b&n=7")), "code=a%26b&n=7");
    }
}
