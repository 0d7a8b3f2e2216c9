//! A contract of two chat operations, and a target, for the tests of this room.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::{Body, Case, Expect, ExpectedError};
use crate::contract::{
    Contract, CredentialForm, DocumentOrigin, DocumentedError, ErrorState, Example, Link, MediaType, OpenApiVersion,
    Operation, Parameter, ParameterLocation, ParameterStyle, Place, RateLimit, RequestBody, Response, Schema,
    SecurityRequirement, SecurityScheme, StatusPattern, StreamSwitch, Strength,
};
use crate::target::{Limits, Secret, State, Target, Text};

pub(super) const KEY: &str = "pk_live_0123456789abcdef";

pub(super) fn schema(json: Value) -> Schema {
    Schema::standalone(json).unwrap()
}

pub(super) fn contract() -> Contract {
    let scheme = |name: &str, form, hint: &str| SecurityScheme {
        name: name.into(),
        form,
        hint: Some(hint.into()),
        promises: Vec::new(),
    };
    let schemes = [
        scheme("apiKey", CredentialForm::Header("x-api-key".into()), "pk_live_…"),
        scheme("bearerAuth", CredentialForm::Bearer, "JWT"),
    ];
    Contract {
        title: "Chat".into(),
        file: "chat.yaml".into(),
        version: OpenApiVersion::V32,
        servers: Vec::new(),
        schemes: schemes.into_iter().map(|scheme| (scheme.name.clone(), scheme)).collect(),
        operations: vec![Arc::new(create_session()), Arc::new(send_message())],
        untested: Vec::new(),
        promises: Vec::new(),
        diagnostics: Vec::new(),
    }
}

fn operation(id: &str, path: &str, body: MediaType) -> Operation {
    Operation {
        id: id.into(),
        method: http::Method::POST,
        path: path.into(),
        summary: None,
        parameters: Vec::new(),
        body: Some(RequestBody { required: true, media: vec![body], promises: Vec::new() }),
        responses: Vec::new(),
        security: ["apiKey", "bearerAuth"].map(|name| SecurityRequirement(vec![name.into()])).to_vec(),
        rate_limit: None,
        stream_switch: None,
        promises: Vec::new(),
        place: Place::file("chat.yaml"),
    }
}

pub(super) fn json_media(schema: Value, example: Value) -> MediaType {
    MediaType {
        essence: "application/json".into(),
        schema: Some(self::schema(schema)),
        examples: vec![Example { name: "example".into(), value: example, strength: Strength::Documented }],
        encoding: IndexMap::new(),
        stream: None,
        promises: Vec::new(),
    }
}

fn response(status: u16, essences: &[&str]) -> Response {
    let media = |essence: &&str| MediaType {
        essence: (*essence).into(),
        schema: None,
        examples: Vec::new(),
        encoding: IndexMap::new(),
        stream: None,
        promises: Vec::new(),
    };
    Response {
        status: StatusPattern::Exact(status),
        description: String::new(),
        media: essences.iter().map(media).collect(),
        headers: Vec::new(),
        errors: Vec::new(),
        links: Vec::new(),
        promises: Vec::new(),
    }
}

fn refusal(status: u16, errors: &[(&str, &str)]) -> Response {
    let error = |(code, state): &(&str, &str)| DocumentedError {
        code: Some((*code).into()),
        when: None,
        state: (!state.is_empty()).then(|| ErrorState::named(state)),
        promise: None,
    };
    Response { errors: errors.iter().map(error).collect(), ..response(status, &["application/json"]) }
}

fn create_session() -> Operation {
    let schema = json!({
        "type": "object",
        "required": ["agentId", "platform"],
        "properties": {
            "agentId": {"type": "string", "format": "uuid", "example": "a1b2c3d4-e5f6-4890-abcd-ef1234567890"},
            "platform": {"type": "string", "enum": ["SDK", "WEB", "WHATSAPP", "VOICE"]},
            "metadata": {"type": "object", "allOf": [
                {"x-max-json-length": 4096, "x-source": {"strength": "inferred"}}]},
            "contact": {"type": "object"}
        }
    });
    let example = json!({"agentId": "a1b2c3d4-e5f6-4890-abcd-ef1234567890", "platform": "SDK"});
    let created = Response {
        links: vec![Link {
            name: "talk".into(),
            operation: "sendMessage".into(),
            parameters: vec![("path.sessionId".parse().unwrap(), "$response.body#/id".parse().unwrap())],
        }],
        ..response(201, &["application/json"])
    };
    Operation {
        responses: vec![created, refusal(401, &[("Unauthorized", "no-credential")])],
        ..operation("createSession", "/sessions", json_media(schema, example))
    }
}

fn send_message() -> Operation {
    let schema = json!({
        "type": "object",
        "required": ["content"],
        "additionalProperties": false,
        "properties": {
            "content": {"type": "string", "minLength": 1, "maxLength": 4000},
            "stream": {"type": "boolean", "default": true},
            "temperature": {"type": "number", "minimum": 0, "maximum": 2},
            "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}, "minItems": 1, "maxItems": 3,
                     "uniqueItems": true},
            "visitorId": {"type": ["string", "null"]}
        }
    });
    let parameter = |name: &str, location, required, schema| Parameter {
        name: name.into(),
        location,
        required,
        schema: self::schema(schema),
        style: ParameterStyle::Simple,
        explode: false,
        allow_reserved: false,
        examples: Vec::new(),
        promises: Vec::new(),
    };
    let base =
        operation("sendMessage", "/sessions/{sessionId}/messages", json_media(schema, json!({"content": "Hello"})));
    Operation {
        parameters: vec![
            parameter("sessionId", ParameterLocation::Path, true, json!({"type": "string", "minLength": 1})),
            parameter("X-Agent", ParameterLocation::Header, false, json!({"type": "string", "maxLength": 20})),
            parameter("limit", ParameterLocation::Query, true, json!({"type": "integer", "minimum": 1, "maximum": 9})),
        ],
        responses: vec![
            response(200, &["text/event-stream", "application/json"]),
            refusal(
                400,
                &[
                    ("INVALID_JSON", "malformed-json"),
                    ("INVALID", "missing-fields"),
                    ("BAD_ID", "empty-id"),
                    ("BAD_FORM", "malformed-id"),
                ],
            ),
            refusal(401, &[("NO_KEY", "no-credential"), ("BAD_KEY", "wrong-credential")]),
            refusal(403, &[("INACTIVE", "agent-inactive"), ("FOREIGN", "org-mismatch")]),
            refusal(404, &[("NOT_FOUND", "unknown-id")]),
            refusal(429, &[("RATE_LIMITED", "rate-limited")]),
            refusal(500, &[("OOPS", "")]),
        ],
        rate_limit: Some(RateLimit { requests: 60, per: Duration::from_secs(60), promise: None }),
        stream_switch: Some(StreamSwitch {
            on: "body#/stream".parse().unwrap(),
            forms: vec![(json!(true), "text/event-stream".into()), (json!(false), "application/json".into())],
            default: Some(json!(true)),
            promises: Vec::new(),
        }),
        ..base
    }
}

pub(super) fn target() -> Target {
    let state = State {
        values: [("path.sessionId".parse().unwrap(), json!("foreign-session"))].into_iter().collect(),
        ..State::default()
    };
    Target {
        name: "chat".into(),
        spec: DocumentOrigin::File("chat.yaml".into()),
        overlays: Vec::new(),
        suite: None,
        url: None,
        credentials: [("apiKey".to_owned(), Text::secret(Secret::new("CHAT_KEY", KEY)))].into_iter().collect(),
        headers: vec![("Origin".into(), Text::plain("https://example.com"))],
        values: IndexMap::new(),
        sources: Vec::new(),
        states: [("org-mismatch".to_owned(), state), ("rate-limited".to_owned(), State::default())]
            .into_iter()
            .collect(),
        limits: Limits::default(),
        severity: IndexMap::new(),
        server: None,
    }
}

/// What a case lets the target answer, in one line.
pub(super) fn expected(expect: &Expect) -> String {
    match expect {
        Expect::Success { form } => format!("success {}", form.as_deref().unwrap_or("of any form")),
        Expect::Refusal => "refusal".to_owned(),
        Expect::Any => "anything but a failure".to_owned(),
        Expect::Error(errors) => {
            let error = |error: &ExpectedError| {
                format!("{} {} ({:?})", error.status, error.code.as_deref().unwrap_or("-"), error.strength)
            };
            errors.iter().map(error).collect::<Vec<_>>().join(" or ")
        }
    }
}

/// The JSON that a case sends.
pub(super) fn json_body(case: &Case) -> Option<&Value> {
    match &case.request.content.as_ref()?.body {
        Body::Json(value) => Some(value),
        Body::Form(_) | Body::Coded { .. } | Body::Bytes(_) => None,
    }
}

/// A required query parameter `x`.
pub(super) fn query_parameter(style: ParameterStyle, explode: bool, schema: Value) -> Parameter {
    Parameter {
        name: "x".into(),
        location: ParameterLocation::Query,
        required: true,
        schema: self::schema(schema),
        style,
        explode,
        allow_reserved: false,
        examples: Vec::new(),
        promises: Vec::new(),
    }
}
