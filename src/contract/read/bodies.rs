//! What requests carry: bodies, media types and examples.

use indexmap::IndexMap;
use serde_json::Value;

use super::members::Cost;
use super::reader::Reader;
use crate::contract::document::At;
use crate::contract::{Encoding, Example, MediaType, ParameterStyle, RequestBody, Strength, Subject};

/// Type and subtype of a media type, in lower case and without parameters.
pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is JSON text.
pub(super) fn is_json(essence: &str) -> bool {
    matches!(essence, "application/json" | "text/json") || essence.ends_with("+json")
}

/// Whether a media type is XML.
pub(super) fn is_xml(essence: &str) -> bool {
    matches!(essence, "application/xml" | "text/xml") || essence.ends_with("+xml")
}

/// Whether bodies of a media type, or of one in a range, can be made.
fn is_made(essence: &str) -> bool {
    const MADE: [&str; 7] = [
        "*/*",
        "application/*",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
        "text/*",
        "application/octet-stream",
    ];
    MADE.contains(&essence) || essence == "application/json" || essence.ends_with("+json")
}

fn documented(name: &str, value: Value) -> Example {
    Example { name: name.to_owned(), value, strength: Strength::Documented }
}

impl<'a> Reader<'a> {
    /// What a request of an operation carries.
    pub fn request_body(&mut self, operation: &At<'a>) -> Option<RequestBody> {
        let written = operation.get("requestBody")?;
        let at = self.resolved(&written)?;
        self.check_request_body(&at);
        self.known_fields(&at, "a request body", &["$ref", "description", "content", "required"]);
        let required = self.flag(&at, "required").unwrap_or(false);
        let mut media = Vec::new();
        for (key, value) in self.object(&at, "content", Cost::Operation).iter().flat_map(At::members) {
            media.extend(self.request_media(key, &value));
        }
        if media.is_empty() && required {
            self.spoil(&at, "content", "no media type of the request body can be made", "add `application/json`");
        }
        let promises = self.promises_of(&written, &at, Subject::RequestBody);
        (!media.is_empty()).then_some(RequestBody { required, media, promises })
    }

    fn request_media(&mut self, key: &str, written: &At<'a>) -> Option<MediaType> {
        let essence = self.media_essence(key, written)?;
        if is_xml(&essence) {
            self.note(written, "", format!("{essence} bodies are not sent"), "");
            return None;
        }
        if !is_made(&essence) {
            let help = "JSON, forms, plain text and bytes are";
            self.note(written, "", format!("{essence} bodies are not sent"), help);
        }
        let at = self.resolved(written)?;
        let schema = at.get("schema").map(|schema| self.schema(&schema, Subject::RequestBody));
        Some(MediaType {
            examples: self.media_examples(&at),
            promises: self.promises_of(written, &at, Subject::RequestBody),
            encoding: self.encodings(&at, &essence),
            stream: None,
            essence,
            schema,
        })
    }

    /// How the members of a form are written.
    fn encodings(&mut self, media: &At<'a>, essence: &str) -> IndexMap<String, Encoding> {
        let Some(written) = self.object(media, "encoding", Cost::Itself) else { return IndexMap::new() };
        if !matches!(essence, "application/x-www-form-urlencoded" | "multipart/form-data") {
            let help = "it is for application/x-www-form-urlencoded and multipart/form-data";
            self.note(media, "encoding", format!("`encoding` says nothing of {essence}"), help);
            return IndexMap::new();
        }
        written.members().filter_map(|(name, at)| Some((name.to_owned(), self.encoding(&at)?))).collect()
    }

    /// `style`, `explode` and `allowReserved` go before `contentType`, which is ignored beside them.
    fn encoding(&mut self, at: &At<'a>) -> Option<Encoding> {
        if at.get("headers").is_some_and(|headers| headers.members().next().is_some()) {
            self.note(at, "headers", "the headers of a part are not sent", "only its Content-Type is");
        }
        if !["style", "explode", "allowReserved"].into_iter().any(|key| at.get(key).is_some()) {
            // One of several that are separated by commas.
            let first = at.text("contentType")?.split(',').next().unwrap_or_default();
            return Some(Encoding::Typed(first.trim().to_owned()));
        }
        let style = match at.text("style") {
            None | Some("form") => ParameterStyle::Form,
            Some("spaceDelimited") => ParameterStyle::SpaceDelimited,
            Some("pipeDelimited") => ParameterStyle::PipeDelimited,
            Some("deepObject") => ParameterStyle::DeepObject,
            Some(other) => {
                let help = "it is form, spaceDelimited, pipeDelimited or deepObject";
                self.warn(at, "style", format!("the style `{other}` is not for members of a body"), help);
                return None;
            }
        };
        let explode = self.flag(at, "explode");
        Some(Encoding::Styled { style, explode: explode.unwrap_or(style == ParameterStyle::Form) })
    }

    /// One form of a response's body.
    pub fn response_media(
        &mut self,
        key: &str,
        written: &At<'a>,
        operation: &At<'a>,
        is_success: bool,
    ) -> Option<MediaType> {
        let essence = self.media_essence(key, written)?;
        let at = self.resolved(written)?;
        let stream = self.stream(&at, &essence, operation, is_success);
        let schema = match at.get("schema") {
            Some(_) if is_xml(&essence) => {
                self.note(written, "", format!("the contents of {essence} bodies are not judged"), "");
                None
            }
            Some(schema) if stream.is_none() => Some(self.schema(&schema, Subject::ResponseBody)),
            _ => None,
        };
        Some(MediaType {
            examples: self.media_examples(&at),
            promises: self.promises_of(written, &at, Subject::Response),
            encoding: IndexMap::new(),
            stream,
            essence,
            schema,
        })
    }

    /// The essence of a media type under `content`, where the key is one.
    pub fn media_essence(&mut self, key: &str, at: &At<'a>) -> Option<String> {
        let essence = essence(key);
        if essence.split('/').filter(|part| !part.is_empty()).count() == 2 {
            return Some(essence);
        }
        self.spoil(at, "", format!("`{key}` is no media type"), "write a media type such as `application/json`");
        None
    }

    fn media_examples(&mut self, at: &At<'a>) -> Vec<Example> {
        let own = self.examples(at);
        let (true, Some(schema)) = (own.is_empty(), at.get("schema")) else { return own };
        let values = self.schema_examples(&schema);
        values.into_iter().map(|value| documented("schema", value)).collect()
    }

    /// `example` and `examples` of a media type, a parameter or a header.
    pub fn examples(&mut self, at: &At<'a>) -> Vec<Example> {
        let mut found: Vec<Example> = Vec::new();
        if let Some(example) = at.get("example") {
            found.push(documented("example", example.node.to_value()));
        }
        for (name, written) in self.object(at, "examples", Cost::Itself).iter().flat_map(At::members) {
            let target = match written.text("$ref") {
                Some(reference) => self.files.resolve(&written, reference),
                None => Ok(written.clone()),
            };
            match target {
                Ok(example) => found.extend(self.example(name, &example)),
                Err(missing) => self.warn(&written, "$ref", missing.message, "the example is left out"),
            }
        }
        found
    }

    fn example(&mut self, name: &str, at: &At<'a>) -> Option<Example> {
        let value = at.get("dataValue").or_else(|| at.get("value"));
        if value.is_none() && (at.get("externalValue").is_some() || at.get("serializedValue").is_some()) {
            self.note(at, "", format!("the example `{name}` is not used"), "only `value` and `dataValue` are read");
        }
        let strength = at.get("x-source").and_then(|source| super::sources::strength(&source));
        let strength = strength.unwrap_or(Strength::Documented);
        Some(Example { name: name.to_owned(), value: value?.node.to_value(), strength })
    }

    /// `example` and `examples` of a schema.
    pub fn schema_examples(&mut self, at: &At<'a>) -> Vec<Value> {
        let resolved = at.text("$ref").and_then(|reference| self.files.resolve(at, reference).ok());
        let at = resolved.as_ref().unwrap_or(at);
        let examples = at.get("examples");
        let several = examples.iter().flat_map(At::items);
        at.get("example").into_iter().chain(several).map(|example| example.node.to_value()).collect()
    }
}
