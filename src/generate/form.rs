//! Forms: an object as `application/x-www-form-urlencoded` or `multipart/form-data`.
//!
//! Both are written here as bytes, for a case is the same on every machine: the boundaries that clients
//! choose are random.

use indexmap::IndexMap;
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use super::serialise::{Written, named_pairs, scalar};
use super::strategy::Node;
use crate::contract::{Encoding, ParameterStyle, Schema};
use crate::target::Text;

/// How the members of a form are written: what the document says, and its schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form<'a> {
    /// Members that the document says more about.
    pub encoding: &'a IndexMap<String, Encoding>,
    /// What the form may be; it says which members of a form in parts are files.
    pub schema: Option<&'a Schema>,
}

/// What one member of a form, or one item of it, becomes.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    name: String,
    text: Text,
    /// The media type of its part; plain text has none.
    content_type: Option<String>,
    is_file: bool,
}

/// A text that stands in no form and is followed by a number where it does.
const BOUNDARY: &str = "uptospec-boundary";

/// A PNG of one pixel: a server may look whether an image is one.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82";

impl Form<'_> {
    /// The form as the query of a URL has it (WHATWG URL section 5.2).
    pub fn url_encoded(self, value: &Value) -> Vec<u8> {
        let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = |entry: Entry| format!("{}={}", encode(&entry.name), entry.text.encoded(encode).reveal());
        self.entries(value).into_iter().map(pair).collect::<Vec<_>>().join("&").into_bytes()
    }

    /// The form in parts (RFC 7578), and the boundary between them.
    pub fn multipart(self, value: &Value) -> (Vec<u8>, String) {
        let parts: Vec<Vec<u8>> = self.entries(value).iter().map(part).collect();
        let boundary = boundary(&parts);
        let mut body = Vec::new();
        for part in parts {
            body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
            body.extend_from_slice(&part);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (body, boundary)
    }

    fn entries(self, value: &Value) -> Vec<Entry> {
        let node = self.schema.map(|schema| Node::root(schema).settled(value));
        let members = value.as_object().into_iter().flatten();
        members
            .flat_map(|(name, value)| match self.encoding.get(name) {
                Some(Encoding::Styled { style, explode }) => styled(name, value, *style, *explode),
                Some(Encoding::Typed(essence)) => items(value).map(|item| typed(name, item, essence)).collect(),
                None => {
                    let member = node.as_ref().map(|node| Node::of(node.schema(), node.member(name)).settled(value));
                    plain(name, value, member.as_ref())
                }
            })
            .collect()
    }
}

fn styled(name: &str, value: &Value, style: ParameterStyle, explode: bool) -> Vec<Entry> {
    let written = Written { style, explode, allow_reserved: false };
    let pairs = named_pairs(written, name, value).into_iter();
    pairs.map(|(name, text)| Entry { name, text, content_type: None, is_file: false }).collect()
}

fn typed(name: &str, value: &Value, essence: &str) -> Entry {
    let is_json = essence == "application/json" || essence.ends_with("+json");
    let text = if is_json { value.to_string() } else { scalar(value) };
    let is_file = !is_json && !essence.starts_with("text/");
    Entry { name: name.to_owned(), text: Text::plain(text), content_type: Some(essence.to_owned()), is_file }
}

/// A member that the document says no more about: text as it is, a file where it is binary, each item of an
/// array on its own, and all that has members as JSON (OpenAPI 3.1 section 4.8.15.1.1).
fn plain(name: &str, value: &Value, node: Option<&Node<'_>>) -> Vec<Entry> {
    let one = |(index, item): (usize, &Value)| {
        let node = node.map(|node| match value {
            Value::Array(_) => Node::of(node.schema(), node.item(index)).settled(item),
            _ => node.clone(),
        });
        let file = node.filter(|node| item.is_string() && is_binary(node));
        let content_type = match item {
            Value::Object(_) | Value::Array(_) => Some("application/json".to_owned()),
            _ => file.as_ref().map(|node| media_type(node).unwrap_or("application/octet-stream").to_owned()),
        };
        let (name, text) = (name.to_owned(), Text::plain(scalar(item)));
        Entry { name, text, content_type, is_file: file.is_some() }
    };
    items(value).enumerate().map(one).collect()
}

/// The items of an array, or the value alone.
fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter()
}

/// Whether a text stands for bytes: `format: binary` until OpenAPI 3.0, a media type without an encoding after it.
pub(super) fn is_binary(node: &Node<'_>) -> bool {
    let by_format = node.keywords("format").any(|keyword| keyword.value == "binary");
    let by_type = media_type(node).is_some_and(|essence| !essence.starts_with("text/") && !essence.ends_with("json"));
    by_format || (by_type && node.keyword("contentEncoding").is_none())
}

fn media_type<'s>(node: &Node<'s>) -> Option<&'s str> {
    node.keyword("contentMediaType")?.value.as_str()
}

fn part(entry: &Entry) -> Vec<u8> {
    let name = in_quotes(&entry.name);
    let mut head = format!("Content-Disposition: form-data; name=\"{name}\"");
    if entry.is_file {
        head += &format!("; filename=\"{name}\"");
    }
    if let Some(content_type) = &entry.content_type {
        head += &format!("\r\nContent-Type: {content_type}");
    }
    let is_image = entry.content_type.as_deref() == Some("image/png");
    let content = if is_image { PIXEL.to_vec() } else { entry.text.reveal().into_bytes() };
    [head.as_bytes(), b"\r\n\r\n", &content].concat()
}

/// A name as browsers write it (RFC 7578 section 2, WHATWG HTML section 4.10.21.8).
fn in_quotes(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The first boundary that stands in no part.
fn boundary(parts: &[Vec<u8>]) -> String {
    let is_free = |boundary: &String| {
        let bytes = boundary.as_bytes();
        !parts.iter().any(|part| part.windows(bytes.len()).any(|window| window == bytes))
    };
    let numbered = (1_u32..).map(|number| format!("{BOUNDARY}-{number}"));
    std::iter::once(BOUNDARY.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn encodings() -> IndexMap<String, Encoding> {
        let styled = |style, explode| Encoding::Styled { style, explode };
        IndexMap::from([
            ("spread".to_owned(), styled(ParameterStyle::Form, true)),
            ("joined".to_owned(), styled(ParameterStyle::Form, false)),
            ("deep".to_owned(), styled(ParameterStyle::DeepObject, true)),
            ("json".to_owned(), Encoding::Typed("application/json".to_owned())),
            ("icon".to_owned(), Encoding::Typed("image/png".to_owned())),
        ])
    }

    fn schema() -> Schema {
        Schema::standalone(json!({"properties": {
            "file": {"type": "string", "format": "binary"},
            "files": {"type": "array", "items": {"type": "string", "contentMediaType": "application/pdf"}},
            "coded": {"type": "string", "contentMediaType": "application/pdf", "contentEncoding": "base64"}
        }}))
        .unwrap()
    }

    fn url_encoded(value: &Value) -> String {
        String::from_utf8(Form { encoding: &encodings(), schema: Some(&schema()) }.url_encoded(value)).unwrap()
    }

    fn multipart(value: &Value) -> String {
        let (body, _) = Form { encoding: &encodings(), schema: Some(&schema()) }.multipart(value);
        String::from_utf8_lossy(&body).replace("\r\n", "\n")
    }

    #[test]
    fn members_of_a_form_are_pairs_and_what_has_members_is_json() {
        let value = json!({"a b": "c&d é", "list": [1, true], "object": {"x": 1}, "none": null});
        assert_eq!(url_encoded(&value), "a+b=c%26d+%C3%A9&list=1&list=true&object=%7B%22x%22%3A1%7D&none=");
    }

    #[test]
    fn members_are_styled_as_their_encoding_says() {
        let value = json!({"spread": ["a", "b"], "joined": ["a,", "b"], "deep": {"x": {"y": 1}}, "json": "text"});
        assert_eq!(url_encoded(&value), "spread=a&spread=b&joined=a%2C,b&deep%5Bx%5D%5By%5D=1&json=%22text%22");
    }

    #[test]
    fn binary_members_are_files_and_each_item_is_a_part() {
        let value = json!({"note": "é", "file": "bytes", "files": ["1", "2"], "coded": "aGk=", "json": {"a": 1}});
        insta::assert_snapshot!(multipart(&value), @r#"
        --uptospec-boundary
        Content-Disposition: form-data; name="note"

        é
        --uptospec-boundary
        Content-Disposition: form-data; name="file"; filename="file"
        Content-Type: application/octet-stream

        bytes
        --uptospec-boundary
        Content-Disposition: form-data; name="files"; filename="files"
        Content-Type: application/pdf

        1
        --uptospec-boundary
        Content-Disposition: form-data; name="files"; filename="files"
        Content-Type: application/pdf

        2
        --uptospec-boundary
        Content-Disposition: form-data; name="coded"

        aGk=
        --uptospec-boundary
        Content-Disposition: form-data; name="json"
        Content-Type: application/json

        {"a":1}
        --uptospec-boundary--
        "#);
    }

    #[test]
    fn an_image_is_one() {
        let (body, _) = Form { encoding: &encodings(), schema: Some(&schema()) }.multipart(&json!({"icon": "x"}));
        assert!(body.windows(PIXEL.len()).any(|window| window == PIXEL));
    }

    #[test]
    fn a_name_never_ends_its_header_and_a_boundary_stands_in_no_part() {
        let text = multipart(&json!({"a\"\r\nb": "--uptospec-boundary--"}));
        assert!(text.starts_with("--uptospec-boundary-1\n"), "{text}");
        assert!(text.contains("name=\"a%22%0D%0Ab\""), "{text}");
    }
}
