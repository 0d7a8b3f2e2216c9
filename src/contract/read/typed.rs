//! OpenAPI 3.0 by the letter: each object read into the type that `openapiv3` has for it.
//!
//! The contract itself is read from the raw tree, which keeps what these types do not know. What they
//! refuse breaks the standard and is told, object by object, so that it has a place.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::reader::Reader;
use crate::contract::OpenApiVersion;
use crate::contract::document::At;

/// Members that are objects of the standard themselves and are read on their own.
const OWN: [&str; 12] = [
    "schema",
    "content",
    "headers",
    "links",
    "example",
    "examples",
    "parameters",
    "requestBody",
    "responses",
    "callbacks",
    "variables",
    "servers",
];

impl<'a> Reader<'a> {
    /// Checks the document's `info`.
    pub fn check_info(&mut self, root: &At<'a>) {
        if let Some(info) = root.get("info") {
            self.check::<openapiv3::Info>(&info, "info object", &[]);
        }
    }

    /// Checks an operation without its parts.
    pub fn check_operation(&mut self, at: &At<'a>) {
        self.check::<openapiv3::Operation>(at, "operation", &["responses"]);
    }

    /// Checks a parameter without its schema.
    pub fn check_parameter(&mut self, at: &At<'a>) {
        let form = if at.get("schema").is_some() { "schema" } else { "content" };
        self.check::<openapiv3::Parameter>(at, "parameter", &[form]);
    }

    /// Checks a request body without its media types.
    pub fn check_request_body(&mut self, at: &At<'a>) {
        self.check::<openapiv3::RequestBody>(at, "request body", &["content"]);
    }

    /// Checks a response without its media types and headers.
    pub fn check_response(&mut self, at: &At<'a>) {
        self.check::<openapiv3::Response>(at, "response", &[]);
    }

    /// Checks a response header without its schema.
    pub fn check_header(&mut self, at: &At<'a>) {
        let form = if at.get("content").is_some() { "content" } else { "schema" };
        self.check::<openapiv3::Header>(at, "header", &[form]);
    }

    /// Checks a security scheme.
    pub fn check_security_scheme(&mut self, at: &At<'a>) {
        self.check::<openapiv3::SecurityScheme>(at, "security scheme", &[]);
    }

    /// `stand_ins` are members read on their own that the type asks for: an empty object stands for them.
    fn check<T: DeserializeOwned>(&mut self, at: &At<'a>, what: &str, stand_ins: &[&str]) {
        if self.version != OpenApiVersion::V30 {
            return;
        }
        let members = at.members().filter(|(key, _)| !OWN.contains(key) && !key.starts_with("x-"));
        let mut value: Map<String, Value> =
            members.map(|(key, value)| (key.to_owned(), value.node.to_value())).collect();
        value.extend(stand_ins.iter().map(|key| ((*key).to_owned(), Value::Object(Map::new()))));
        if let Err(error) = serde_json::from_value::<T>(Value::Object(value)) {
            self.note(at, "", format!("OpenAPI 3.0 reads this {what} otherwise: {error}"), "");
        }
    }
}
