//! The form in which an operation's body is sent.

use serde_json::Value;

use super::{Body, Content};
use crate::contract::{MediaType, Operation, Schema};

/// How a value becomes a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// JSON text.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// The text itself.
    Text,
}

/// The media type that we send, of those that the document allows.
#[derive(Debug, Clone)]
pub(super) struct BodyForm<'a> {
    /// The documented media type.
    pub media: &'a MediaType,
    /// The Content-Type field.
    pub content_type: String,
    /// How a value becomes a body of it.
    pub coding: Coding,
    /// What the body may be; everything where the document does not say.
    pub schema: Schema,
}

/// The form that we can make best: JSON itself, then its kin, then the others; `None` when there is none.
pub(super) fn choose(operation: &Operation) -> Option<BodyForm<'_>> {
    let media = operation.body.as_ref()?.media.iter();
    let known =
        media.filter_map(|media| coding(&media.essence).map(|(coding, content_type)| (media, coding, content_type)));
    let (media, coding, content_type) = known.min_by_key(|(_, coding, content_type)| {
        (*coding != Coding::Json, *content_type != "application/json", *coding == Coding::Text)
    })?;
    let schema = media.schema.clone().or_else(|| Schema::standalone(Value::Bool(true)).ok())?;
    Some(BodyForm { media, content_type: content_type.to_owned(), coding, schema })
}

fn coding(essence: &str) -> Option<(Coding, &str)> {
    match essence {
        "*/*" | "application/*" => Some((Coding::Json, "application/json")),
        "application/json" => Some((Coding::Json, essence)),
        _ if essence.ends_with("+json") => Some((Coding::Json, essence)),
        "application/x-www-form-urlencoded" => Some((Coding::Form, essence)),
        "text/plain" | "text/*" => Some((Coding::Text, "text/plain; charset=utf-8")),
        _ => None,
    }
}

impl BodyForm<'_> {
    /// What is sent for a value.
    pub fn content(&self, value: &Value) -> Content {
        let body = match (self.coding, value) {
            (Coding::Json, _) => Body::Json(value.clone()),
            (Coding::Form, _) => Body::Form(value.clone()),
            (Coding::Text, Value::String(text)) => Body::Bytes(text.clone().into_bytes()),
            (Coding::Text, other) => Body::Bytes(other.to_string().into_bytes()),
        };
        Content { content_type: Some(self.content_type.clone()), body }
    }
}
