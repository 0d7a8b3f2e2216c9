//! A request before it is sent, in parts that can be shrunk and written as `curl`.

use std::fmt;

use http::Method;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::form::Form;
use super::suite::Template;
use crate::contract::{Expression, Location, Strength};
use crate::target::{Secret, Text};

/// A request to a target whose base URL is not part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path template.
    pub path: String,
    /// Values of the template's variables, already styled but not percent-encoded.
    pub path_values: Vec<(String, Text)>,
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
    /// A value in another coding: a form in parts or with styled members, a text, bytes.
    Coded {
        /// What was written.
        value: Value,
        /// How it goes on the wire.
        bytes: Vec<u8>,
    },
    /// Any bytes that are no value.
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
    /// An answer of another operation that fits by names and shapes, or that the configuration names. Where it
    /// gives no such value, what stands in the request stays.
    Inferred(Inferred),
    /// What the workflow knows when the step is sent: outputs of earlier steps, its inputs.
    Workflow(Template),
}

/// Where a value comes from that the document does not link.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Inferred {
    /// Id of the operation whose exchange has the value.
    pub operation: String,
    /// Where in that exchange, best first: the first that is there counts.
    pub values: Vec<Given>,
    /// What speaks for it.
    pub basis: Basis,
}

/// Where in an exchange a value may stand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Given {
    /// Where a runtime expression says.
    At(Expression),
    /// In the URL of the answer's `Location`, in place of the last variable of this path template.
    Location(String),
}

/// What speaks for an inferred value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The document links it, and each request needs a value of its own.
    Link,
    /// The configuration names it.
    Chosen,
    /// The operation creates in the collection that the value names a member of.
    Collection,
    /// The name alone.
    Name,
    /// It is the first of a list: a thing that somebody else made.
    List,
}

impl Inferred {
    /// Whether sending the operation makes a thing that belongs to nobody else.
    pub fn creates(&self) -> bool {
        self.basis != Basis::List
    }

    /// Whether it stands in the request to that operation, not in the answer.
    pub fn is_of_request(&self) -> bool {
        matches!(self.values.as_slice(), [Given::At(Expression::Request(_))])
    }

    /// Whether both give the same value, whatever speaks for them.
    pub fn is_same(&self, other: &Inferred) -> bool {
        self.operation == other.operation && self.values == other.values
    }

    /// How firmly the document says that the value fits.
    pub fn strength(&self) -> Strength {
        match self.basis {
            Basis::Link => Strength::Documented,
            Basis::Chosen | Basis::Collection | Basis::Name | Basis::List => Strength::Inferred,
        }
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Given::At(Expression::ResponseBody(pointer)) => write!(f, "#{pointer}"),
            Given::At(Expression::Request(at)) => write!(f, "{at} of its request"),
            Given::At(expression) => write!(f, "{expression}"),
            Given::Location(_) => f.write_str("Location"),
        }
    }
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

    /// Where its parts come from that the document does not link.
    pub fn inferred(&self) -> impl Iterator<Item = (&Location, &Inferred)> {
        self.bindings.iter().filter_map(|binding| match &binding.from {
            Origin::Inferred(inferred) => Some((&binding.at, inferred)),
            Origin::Operation { .. } | Origin::Workflow(_) => None,
        })
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
            Body::Form(value) => form_encoded(value),
            Body::Coded { bytes, .. } | Body::Bytes(bytes) => bytes.clone(),
        }
    }

    /// The value that it is, where it is one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Body::Json(value) | Body::Form(value) | Body::Coded { value, .. } => Some(value),
            Body::Bytes(_) => None,
        }
    }
}

fn form_encoded(value: &Value) -> Vec<u8> {
    match value {
        Value::String(encoded) => encoded.clone().into_bytes(),
        members => Form { encoding: &IndexMap::new(), schema: None }.url_encoded(members),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_written_by_its_members_and_a_text_as_it_is() {
        let bytes = |value: Value| String::from_utf8(Body::Form(value).to_bytes()).unwrap();
        assert_eq!(bytes(json!({"code": "a&b", "n": 7, "all": [1, 2]})), "code=a%26b&n=7&all=1&all=2");
        assert_eq!(bytes(json!("code=a%26b&n=7")), "code=a%26b&n=7");
    }
}
