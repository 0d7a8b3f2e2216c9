//! OpenAPI 3.0 by the letter: each object read into the type that `openapiv3` has for it.
//!
//! The contract itself is read from the raw tree, which keeps what these types do not know. What they
//! refuse breaks the standard and is told, object by object, so that it has a place.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::reader::Reader;
use crate::contract::OpenApiVersion;
use crate::contract::document::At;

/// Members that are objects of the standard themselves, or whose faults are told where they are read.
const OWN: [&str; 16] = [
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
    "security",
    "style",
    "required",
    "explode",
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
        let Err(error) = T::deserialize(Value::Object(value.clone())) else { return };
        let error = error.to_string();
        let name = misfit::<T>(&value, &error);
        let inner = name.as_ref().and_then(|name| at.get(name));
        // What is wrong inside `contact` or `license` is told of the whole member.
        let (holder, subject) = match (&name, &inner) {
            (Some(name), Some(inner)) => (inner, format!("`{name}` of this {what}")),
            _ => (at, format!("this {what}")),
        };
        match missing(&error) {
            Some(lost) => self.note(holder, "", format!("{subject} has no `{lost}`"), &format!("add `{lost}`")),
            None => {
                let help = format!("OpenAPI 3.0 reads it otherwise: {}", words(&error));
                let message = match holder.node.is_collection() {
                    true => format!("something in {subject} is not right"),
                    false => format!("{subject} is {}", holder.node.to_value()),
                };
                self.note(holder, "", message, &help);
            }
        }
    }
}

/// The member at fault: without it the object is read, or fails for another reason. A member that the object must have
/// is the last to be suspected; where one is missing, only what lies inside a member can be at fault.
fn misfit<T: DeserializeOwned>(object: &Map<String, Value>, error: &str) -> Option<String> {
    let without = |name: &String| {
        let rest: Map<String, Value> = object.iter().filter(|(key, _)| *key != name).map(owned).collect();
        T::deserialize(Value::Object(rest)).err().map(|error| error.to_string())
    };
    let is_suspect = |value: &Value| missing(error).is_none() || value.is_object();
    let suspects = object.iter().filter(|(_, value)| is_suspect(value)).map(|(name, _)| (name, without(name)));
    let changed: Vec<(&String, Option<String>)> =
        suspects.filter(|(_, other)| other.as_deref() != Some(error)).collect();
    let must_be_there = |(name, other): &&(&String, Option<String>)| other.as_deref().and_then(missing) == Some(name);
    let at_fault = changed.iter().find(|suspect| !must_be_there(suspect)).or(changed.last());
    at_fault.map(|(name, _)| (*name).clone())
}

fn owned((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

/// The member that serde misses.
fn missing(error: &str) -> Option<&str> {
    error.strip_prefix("missing field `")?.split('`').next()
}

/// What serde says, without the names of types that stand in our code alone.
fn words(error: &str) -> String {
    ["struct Contact", "struct License", "variant identifier"]
        .iter()
        .zip(["an object", "an object", "a string"])
        .fold(error.to_owned(), |text, (name, word)| text.replace(name, word))
}
