//! Scenes for tests: a contract, a case and an exchange, built by hand.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::Value;

use super::{Check, Context, Verdict, judge};
use crate::contract::*;
use crate::generate::*;
use crate::send::*;
use crate::target::Text;

/// One operation, one case of it and one exchange. Tests change what they are about.
pub(super) struct Scene {
    pub promises: Vec<Promise>,
    pub schemes: IndexMap<String, SecurityScheme>,
    pub operation: Operation,
    pub kind: CaseKind,
    pub expect: Expect,
    pub request: Request,
    pub case_promises: Vec<PromiseId>,
    pub outcome: Outcome,
    pub wire: Wire,
    pub started: Duration,
    pub verified: bool,
    pub admitted: bool,
}

impl Scene {
    /// A valid `POST /sessions/{id}` with verified ids; a 200 of `application/json` is documented
    /// and was answered with `{}`.
    pub fn new() -> Self {
        let scene = Scene {
            promises: Vec::new(),
            schemes: IndexMap::new(),
            operation: operation(),
            kind: CaseKind::Positive,
            expect: Expect::Success { form: None },
            request: request(),
            case_promises: Vec::new(),
            outcome: Scene::unanswered(),
            wire: Wire::NotAudited,
            started: Duration::ZERO,
            verified: true,
            admitted: true,
        };
        scene.answer(200, "application/json", "{}")
    }

    /// What comes of a request where the connection closes.
    pub fn unanswered() -> Outcome {
        Outcome::Failed(Failure { kind: FailureKind::Closed, message: "closed".to_owned(), after: Duration::ZERO })
    }

    /// A scene whose document has this schema for the body of its 200.
    pub fn with_schema(schema: Value) -> Self {
        let mut scene = Scene::new();
        scene.operation.responses[0].media[0].schema = Some(Schema::standalone(schema).unwrap());
        scene
    }

    /// What came: status, Content-Type (empty: none) and body. `Date` is always there.
    pub fn answer(mut self, status: u16, media: &str, body: &str) -> Self {
        let mut headers = vec![("date".to_owned(), b"Sun, 22 Nov 2026 08:00:00 GMT".to_vec())];
        if !media.is_empty() {
            headers.push(("content-type".to_owned(), media.as_bytes().to_vec()));
        }
        self.outcome = Outcome::Answered(Answer {
            head_at: Duration::from_millis(1),
            ended_at: Duration::from_millis(2),
            ..Answer::whole(status, headers, body.as_bytes().to_vec())
        });
        self
    }

    /// One more header field on the answer.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.change(|answer| answer.headers.push((name.to_owned(), value.as_bytes().to_vec())));
        self
    }

    /// Something else about the answer.
    pub fn change(&mut self, change: impl FnOnce(&mut Answer)) {
        if let Outcome::Answered(answer) = &mut self.outcome {
            change(answer);
        }
    }

    /// A promise of this strength for the contract.
    pub fn promise(&mut self, subject: Subject, strength: Strength) -> PromiseId {
        self.promises.push(Promise {
            source: Source { document: "doc.txt".to_owned(), quote: None, strength, section: None },
            operation: None,
            subject,
            place: Place::file("spec.yaml"),
            of: None,
        });
        PromiseId(self.promises.len() - 1)
    }

    /// One more documented response without a body.
    pub fn document(&mut self, status: StatusPattern) -> &mut Response {
        self.operation.responses.push(response(status, None));
        self.operation.responses.last_mut().unwrap()
    }

    /// The case expects one of these errors: status, code, strength.
    pub fn expect_errors(mut self, errors: &[(u16, &str, Strength)]) -> Self {
        let entry = |(status, code, strength): &(u16, &str, Strength)| ExpectedError {
            status: StatusPattern::Exact(*status),
            code: (!code.is_empty()).then(|| (*code).to_owned()),
            promise: None,
            strength: *strength,
        };
        self.kind = CaseKind::Error;
        self.expect = Expect::Error(errors.iter().map(entry).collect());
        self
    }

    pub fn contract(&self) -> Contract {
        Contract {
            title: "Test".to_owned(),
            file: "spec.yaml".into(),
            version: OpenApiVersion::V31,
            servers: Vec::new(),
            schemes: self.schemes.clone(),
            operations: vec![Arc::new(self.operation.clone())],
            untested: Vec::new(),
            promises: self.promises.clone(),
            diagnostics: Vec::new(),
        }
    }

    pub fn case(&self) -> Case {
        Case {
            id: CaseId(format!("{}/{}/0", self.operation.id, self.kind.name())),
            operation: Arc::new(self.operation.clone()),
            kind: self.kind.clone(),
            state: None,
            request: self.request.clone(),
            expect: self.expect.clone(),
            promises: self.case_promises.clone(),
            mark: None,
            elsewhere: false,
        }
    }

    pub fn exchange(&self) -> Exchange {
        let request = SentRequest {
            method: self.request.method.to_string(),
            url: "http://127.0.0.1/sessions/ses_1".to_owned(),
            headers: Vec::new(),
            body: None,
        };
        Exchange { request, started: self.started, outcome: self.outcome.clone(), wire: self.wire.clone() }
    }

    /// Every check of one rule.
    pub fn checks(&self, rule: &str) -> Vec<Check> {
        let context = Context { verified: self.verified, admitted: self.admitted };
        let checks = judge(&self.contract(), &self.case(), &self.exchange(), context);
        checks.into_iter().filter(|check| check.rule == rule).collect()
    }

    /// What one rule says, in words: `passed`, `error: MESSAGE`, `not checked: REASON`.
    pub fn says(&self, rule: &str) -> Vec<String> {
        self.checks(rule).iter().map(|check| in_words(&check.verdict)).collect()
    }
}

/// A verdict in words.
pub(super) fn in_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Passed(_) => "passed".to_owned(),
        Verdict::Failed(finding) => format!("{}: {}", finding.severity.word(), finding.message),
        Verdict::NotChecked(reason) => format!("not checked: {reason}"),
    }
}

/// A documented response, with a body of this media type.
pub(super) fn response(status: StatusPattern, media: Option<&str>) -> Response {
    Response {
        status,
        description: String::new(),
        media: media.map(media_type).into_iter().collect(),
        headers: Vec::new(),
        errors: Vec::new(),
        links: Vec::new(),
        promises: Vec::new(),
    }
}

/// A body without schema.
pub(super) fn media_type(essence: &str) -> MediaType {
    MediaType {
        essence: essence.to_owned(),
        schema: None,
        encoding: indexmap::IndexMap::new(),
        examples: Vec::new(),
        stream: None,
        promises: Vec::new(),
    }
}

/// A documented header.
pub(super) fn response_header(name: &str, schema: Value) -> ResponseHeader {
    ResponseHeader {
        name: name.to_owned(),
        required: true,
        schema: Schema::standalone(schema).unwrap(),
        encoding: HeaderEncoding::Simple,
        unique: false,
        echo: None,
        promises: Vec::new(),
    }
}

fn operation() -> Operation {
    Operation {
        id: "createSession".to_owned(),
        method: http::Method::POST,
        path: "/sessions/{id}".to_owned(),
        summary: None,
        parameters: Vec::new(),
        body: None,
        responses: vec![response(StatusPattern::Exact(200), Some("application/json"))],
        security: Vec::new(),
        rate_limit: None,
        stream_switch: None,
        promises: Vec::new(),
        place: Place::file("spec.yaml"),
    }
}

fn request() -> Request {
    Request {
        method: http::Method::POST,
        path: "/sessions/{id}".to_owned(),
        path_values: vec![("id".to_owned(), Text::plain("ses_1"))],
        query: Vec::new(),
        headers: vec![("x-plain".to_owned(), Text::plain("plain"))],
        content: Some(Content {
            content_type: Some("application/json".to_owned()),
            body: Body::Json(serde_json::json!({"agentId": "a1", "metadata": {"locale": "en"}})),
        }),
        bindings: Vec::new(),
    }
}

/// The bytes beneath an answer of 200 without a field, whose body this framing ends.
pub(super) fn record(framing: WireFraming) -> WireRecord {
    WireRecord {
        head: "HTTP/1.1 200 OK\r\n\r\n".into(),
        content_lengths: Vec::new(),
        transfer_encodings: Vec::new(),
        framing,
        chunks: Vec::new(),
        chunk_count: 0,
        last_chunk: false,
        trailers: Vec::new(),
        ended: true,
        surplus: None,
        closed: false,
    }
}
