//! What an operation may answer.

use super::members::Cost;
use super::reader::Reader;
use crate::contract::document::At;
use crate::contract::{
    DocumentedError, ErrorState, Expression, HeaderEncoding, Response, ResponseHeader, StatusPattern, Subject,
};

impl<'a> Reader<'a> {
    /// The responses of an operation, the most exact status first.
    pub fn responses(&mut self, operation: &At<'a>, links: &mut Vec<(usize, At<'a>)>) -> Vec<Response> {
        let Some(all) = self.object(operation, "responses", Cost::Operation) else {
            if !operation.get("responses").is_some_and(|responses| responses.node.is_collection()) {
                self.note(operation, "", "the operation documents no response", "any answer is as good as another");
            }
            return Vec::new();
        };
        let mut found = Vec::new();
        for (key, written) in all.members().filter(|(key, _)| !key.starts_with("x-")) {
            let Some(status) = status(key) else {
                let help = "a status is a number such as 200, a class such as 2XX, or default";
                self.spoil(&all, key, format!("`{key}` is no status"), help);
                continue;
            };
            if let Some(at) = self.resolved(&written) {
                found.push((self.response(status, &written, &at, operation), at));
            }
        }
        found.sort_by_key(|(response, _)| match response.status {
            StatusPattern::Exact(_) => 0,
            StatusPattern::Class(_) => 1,
            StatusPattern::Default => 2,
        });
        for (index, (_, at)) in found.iter().enumerate() {
            let written = self.object(at, "links", Cost::Itself);
            links.extend(written.iter().flat_map(At::members).map(|(_, link)| (index, link)));
        }
        found.into_iter().map(|(response, _)| response).collect()
    }

    fn response(&mut self, status: StatusPattern, written: &At<'a>, at: &At<'a>, operation: &At<'a>) -> Response {
        self.check_response(at);
        self.known_fields(at, "a response", &["$ref", "summary", "description", "headers", "content", "links"]);
        let mut media = Vec::new();
        let is_success = matches!(status, StatusPattern::Exact(200..=299) | StatusPattern::Class(2));
        for (key, value) in self.object(at, "content", Cost::Operation).iter().flat_map(At::members) {
            media.extend(self.response_media(key, &value, operation, is_success));
        }
        let mut headers = Vec::new();
        for (name, value) in self.object(at, "headers", Cost::Itself).iter().flat_map(At::members) {
            if !name.eq_ignore_ascii_case("content-type") {
                headers.extend(self.response_header(name, &value));
            }
        }
        Response {
            status,
            description: at.text("description").unwrap_or_default().to_owned(),
            media,
            headers,
            errors: self.documented_errors(at),
            links: Vec::new(),
            promises: self.promises_of(written, at, Subject::Response),
        }
    }

    fn response_header(&mut self, name: &str, written: &At<'a>) -> Option<ResponseHeader> {
        let at = self.resolved(written)?;
        self.check_header(&at);
        let content = at.get("content").and_then(|content| content.members().next());
        let (schema, encoding) = match (at.get("schema"), content) {
            (Some(schema), _) => (Some(schema), HeaderEncoding::Simple),
            (None, Some((media_type, media))) if super::bodies::is_json(&super::bodies::essence(media_type)) => {
                (self.resolved(&media)?.get("schema"), HeaderEncoding::Json)
            }
            _ => (None, HeaderEncoding::Simple),
        };
        let key = |key: &str| at.get(key).or_else(|| schema.as_ref()?.get(key));
        let unique = key("x-unique").is_some_and(|unique| unique.node.as_bool() == Some(true));
        let echo = key("x-echo").and_then(|echo| self.echo(&echo));
        Some(ResponseHeader {
            name: name.to_owned(),
            required: self.flag(&at, "required").unwrap_or(false),
            promises: self.promises_of(written, &at, Subject::ResponseHeader),
            schema: match &schema {
                Some(schema) => self.schema(schema, Subject::ResponseHeader),
                None => self.schemas.anything(),
            },
            encoding,
            unique,
            echo,
        })
    }

    fn echo(&mut self, at: &At<'a>) -> Option<Expression> {
        match at.node.as_str().and_then(|text| text.parse().ok()) {
            Some(expression @ Expression::Request(_)) => Some(expression),
            _ => {
                let help = "write a part of the request, such as `$request.body#/agentId`";
                self.warn(at, "", format!("`x-echo` is {}", at.node.to_value()), help);
                None
            }
        }
    }

    fn documented_errors(&mut self, response: &At<'a>) -> Vec<DocumentedError> {
        let Some(list) = response.get("x-errors") else { return Vec::new() };
        if list.node.as_array().is_none() {
            let help = "write a list of `{code, when, state, x-source}`";
            self.warn(&list, "", format!("`x-errors` is {}", list.node.kind()), help);
        }
        list.items().filter_map(|entry| self.documented_error(&entry)).collect()
    }

    fn documented_error(&mut self, at: &At<'a>) -> Option<DocumentedError> {
        if !self.known_keys(at, "x-errors", &["code", "when", "state"]) {
            return None;
        }
        Some(DocumentedError {
            code: self.own_text(at, "code"),
            when: self.own_text(at, "when"),
            state: self.own_text(at, "state").map(|state| ErrorState::named(&state)),
            promise: self.promises(at, Subject::Error).first().copied(),
        })
    }
}

/// The statuses that a key stands for.
fn status(key: &str) -> Option<StatusPattern> {
    if key == "default" {
        return Some(StatusPattern::Default);
    }
    if let Some(class) = key.strip_suffix("XX").or_else(|| key.strip_suffix("xx")) {
        return class.parse().ok().filter(|class| (1..=5).contains(class)).map(StatusPattern::Class);
    }
    let digits = key.len() == 3 && key.bytes().all(|byte| byte.is_ascii_digit());
    key.parse().ok().filter(|status| digits && (100..=599).contains(status)).map(StatusPattern::Exact)
}
