//! The form in which an operation's body is sent.

use serde_json::Value;

use super::form::{self, Form};
use super::serialise::scalar;
use super::strategy::Node;
use super::{Body, Content};
use crate::contract::{MediaType, Operation, Schema};

/// How a value becomes a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// JSON text.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data`.
    Multipart,
    /// The text itself.
    Text,
    /// Any bytes.
    Bytes,
}

impl Coding {
    /// Whether a value is written as text, of which a reader makes numbers and the like again.
    pub fn is_of_texts(self) -> bool {
        matches!(self, Coding::Form | Coding::Multipart | Coding::Text)
    }
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

/// The form that we can make best: JSON itself, then its kin, then forms, text and bytes; `None` when there is none.
pub(super) fn choose(operation: &Operation) -> Option<BodyForm<'_>> {
    let media = operation.body.as_ref()?.media.iter();
    let known = media.filter_map(|media| coding(media).map(|(coding, content_type)| (media, coding, content_type)));
    let (media, coding, content_type) = known.min_by_key(|(_, coding, content_type)| {
        let rank = match coding {
            Coding::Json => 0,
            Coding::Form | Coding::Multipart => 1,
            Coding::Text => 2,
            Coding::Bytes => 3,
        };
        (rank, *content_type != "application/json")
    })?;
    let schema = media.schema.clone().or_else(|| Schema::standalone(Value::Bool(true)).ok())?;
    Some(BodyForm { media, content_type: content_type.to_owned(), coding, schema })
}

/// The media types of a body that a request must have and that cannot be made.
pub(super) fn unmade(operation: &Operation) -> Option<String> {
    let body = operation.body.as_ref().filter(|body| body.required && choose(operation).is_none())?;
    let essences: Vec<_> = body.media.iter().map(|media| media.essence.as_str()).collect();
    Some(essences.join(" or "))
}

fn coding(media: &MediaType) -> Option<(Coding, &str)> {
    let is_binary = || media.schema.as_ref().is_some_and(|schema| form::is_binary(&Node::root(schema)));
    match media.essence.as_str() {
        "*/*" | "application/*" if is_binary() => Some((Coding::Bytes, "application/octet-stream")),
        "*/*" | "application/*" | "application/*+json" => Some((Coding::Json, "application/json")),
        "application/json" => Some((Coding::Json, "application/json")),
        essence if essence.ends_with("+json") => Some((Coding::Json, essence)),
        "application/x-www-form-urlencoded" => Some((Coding::Form, "application/x-www-form-urlencoded")),
        "multipart/form-data" => Some((Coding::Multipart, "multipart/form-data")),
        "text/plain" | "text/*" => Some((Coding::Text, "text/plain; charset=utf-8")),
        "application/octet-stream" => Some((Coding::Bytes, "application/octet-stream")),
        _ => None,
    }
}

impl BodyForm<'_> {
    /// What is sent for a value.
    pub fn content(&self, value: &Value) -> Content {
        let form = Form { encoding: &self.media.encoding, schema: Some(&self.schema) };
        let mut content_type = self.content_type.clone();
        let coded = |bytes| Body::Coded { value: value.clone(), bytes };
        let body = match self.coding {
            Coding::Json => Body::Json(value.clone()),
            Coding::Form if form.encoding.is_empty() => Body::Form(value.clone()),
            Coding::Form => coded(form.url_encoded(value)),
            Coding::Multipart => {
                let (bytes, boundary) = form.multipart(value);
                content_type = format!("{content_type}; boundary={boundary}");
                coded(bytes)
            }
            Coding::Text | Coding::Bytes => coded(scalar(value).into_bytes()),
        };
        Content { content_type: Some(content_type), body }
    }

    /// Whether a value can be sent: a form in parts has one at least (RFC 2046 section 5.1.1), and a form has nothing
    /// for an empty list, so none that is required may be empty.
    pub fn can_send(&self, value: &Value) -> bool {
        let Some(members) = value.as_object() else { return self.coding != Coding::Multipart };
        let is_nothing = |name: &str| match members.get(name) {
            Some(Value::Array(items)) => items.is_empty(),
            Some(Value::Object(members)) => members.is_empty(),
            _ => false,
        };
        let lacks_required = || Node::root(&self.schema).required().iter().any(|(name, _)| is_nothing(name));
        match self.coding {
            Coding::Multipart => !members.is_empty() && !lacks_required(),
            Coding::Form => !lacks_required(),
            Coding::Json | Coding::Text | Coding::Bytes => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{Contract, read};
    use crate::generate::{Case, CaseKind, Options, fixture, generate};

    #[test]
    fn a_required_list_of_a_form_is_never_empty() {
        let schema = "{type: object, required: [files], properties: {files: {type: array, items: {type: string}}}}";
        for essence in ["multipart/form-data", "application/x-www-form-urlencoded"] {
            let contract = contract(&format!("{essence}: {{schema: {schema}}}"));
            let form = choose(&contract.operations[0]).unwrap();
            assert!(!form.can_send(&serde_json::json!({"files": []})), "{essence}");
            assert!(form.can_send(&serde_json::json!({"files": ["a"]})), "{essence}");
            for case in cases(&format!("{essence}: {{schema: {schema}}}")) {
                assert!(case.kind != CaseKind::Positive || sent(&case).1.contains("files"), "{}", case.id);
            }
        }
    }

    fn contract(content: &str) -> Contract {
        let text = format!(
            "openapi: 3.1.0\npaths: {{/a: {{post: {{operationId: send, responses: {{}}, \
             requestBody: {{required: true, content: {{{content}}}}}}}}}}}\n"
        );
        read("api.yaml", &text, None).unwrap()
    }

    fn cases(content: &str) -> Vec<Case> {
        generate(&contract(content), &fixture::target(), None, &Options { seed: 1, cases: 4 }).cases
    }

    fn sent(case: &Case) -> (String, String) {
        let content = case.request.content.clone().unwrap_or(Content { content_type: None, body: Body::Bytes(vec![]) });
        let body = String::from_utf8_lossy(&content.body.to_bytes()).replace("\r\n", "\n");
        (content.content_type.unwrap_or_default(), body)
    }

    /// What breaks the body, and what is sent for it.
    fn broken(content: &str) -> String {
        let cases = cases(content);
        let of_body = cases.iter().filter(|case| match &case.kind {
            CaseKind::Negative(violation) => violation.at.to_string().starts_with("body#"),
            _ => false,
        });
        let line = |case: &Case| format!("{} [{}]", case.id, sent(case).1);
        of_body.map(line).collect::<Vec<_>>().join("\n")
    }

    const MEMBERS: &str = "{type: object, required: [count], properties: {count: {type: integer, minimum: 1}, \
                           name: {type: string, maxLength: 3}, tags: {type: array, items: {type: string}, maxItems: 1}}}";

    #[test]
    fn a_form_in_parts_is_sent_under_its_boundary() {
        let cases = cases(&format!("multipart/form-data: {{schema: {MEMBERS}}}"));
        let least = cases.iter().find(|case| case.id.0 == "send/positive/least").unwrap();
        let (content_type, body) = sent(least);
        assert_eq!(content_type, "multipart/form-data; boundary=uptospec-boundary");
        assert!(body.contains("name=\"count\"\n\n1\n--uptospec-boundary--"), "{body}");
    }

    #[test]
    fn what_is_broken_in_a_form_stays_wrong_as_text() {
        insta::assert_snapshot!(broken(&format!("application/x-www-form-urlencoded: {{schema: {MEMBERS}}}")), @r"
        send/negative/body#/count-required []
        send/negative/body#/count-type [count=uptospec]
        send/negative/body#/count-minimum [count=0]
        send/negative/body#/name-maxLength [count=1&name=toda&tags=visit+current+help+widget]
        send/negative/body#/tags-maxItems [count=1&name=tod&tags=visit+current+help+widget&tags=visit+current+help+widgeta]
        send/negative/body#-required []
        send/negative/body#-required-2 []
        ");
    }

    #[test]
    fn a_text_is_broken_as_a_whole_and_bytes_never() {
        insta::assert_snapshot!(broken("text/plain: {schema: {type: string, minLength: 2}}"), @r"
        send/negative/body#-type [7]
        send/negative/body#-minLength [b]
        send/negative/body#-required []
        send/negative/body#-required-2 []
        ");
        insta::assert_snapshot!(broken("application/octet-stream: {schema: {type: string, minLength: 2}}"), @r"
        send/negative/body#-required []
        send/negative/body#-required-2 []
        ");
    }

    #[test]
    fn a_form_of_optional_members_has_a_part_at_least() {
        let cases = cases("multipart/form-data: {schema: {type: object, properties: {a: {type: string}}}}");
        let positives: Vec<_> = cases.iter().filter(|case| case.kind == CaseKind::Positive).collect();
        assert!(!positives.is_empty() && positives.iter().all(|case| sent(case).1.contains("name=\"")));
    }

    #[test]
    fn json_goes_before_forms_and_these_before_bytes() {
        let chosen = |content: &str| {
            let contract = contract(content);
            choose(&contract.operations[0]).map(|form| (form.coding, form.content_type))
        };
        let all = "application/octet-stream: {}, text/plain: {}, multipart/form-data: {}, application/problem+json: {}";
        assert_eq!(chosen(all), Some((Coding::Json, "application/problem+json".to_owned())));
        assert_eq!(
            chosen("'*/*': {schema: {type: string, format: binary}}"),
            Some((Coding::Bytes, "application/octet-stream".to_owned()))
        );
        assert_eq!(chosen("application/*+json: {}"), Some((Coding::Json, "application/json".to_owned())));
        assert_eq!(chosen("audio/mpeg: {}"), None);
    }
}
