//! A case as it is written down.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::RecordedBinding;
use crate::contract::Contract;
use crate::generate::{Body, Case, CaseId, CaseKind, Content, CredentialFault, Expect, Request};
use crate::send::serial::payload;
use crate::target::{Redactor, SubstituteError, Text, substitute};

/// A case whose operation is known by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedCase {
    /// Its id in the run.
    pub id: String,
    /// Id of the operation.
    pub operation: String,
    /// Why it was sent.
    pub kind: CaseKind,
    /// The state that the target was brought into first.
    pub state: Option<String>,
    /// What was sent.
    pub request: RecordedRequest,
    /// What may be answered.
    pub expect: Expect,
    /// A text of its own that an answer to this request alone may give back.
    pub mark: Option<String>,
    /// Where those of its values came from that other operations gave.
    #[serde(default)]
    pub given: Vec<RecordedBinding>,
    /// The requests to these operations, each once.
    #[serde(default)]
    pub sources: Vec<RecordedCase>,
}

/// A request, credentials as `${NAME}`, values of earlier answers in place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// The method.
    pub method: String,
    /// The path template.
    pub path: String,
    /// Values of the template's variables.
    pub path_values: Vec<(String, String)>,
    /// Query pairs.
    pub query: Vec<(String, String)>,
    /// Header fields.
    pub headers: Vec<(String, String)>,
    /// The Content-Type field.
    pub content_type: Option<String>,
    /// What it carried.
    pub body: Option<RecordedBody>,
}

/// A body, as a value where it was one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordedBody {
    /// JSON.
    Json(Value),
    /// Any bytes.
    Bytes(#[serde(with = "payload")] Bytes),
}

/// Why a recorded case cannot be sent as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    /// Nobody gave these credentials.
    #[error("it needs {}: set {} in the environment, or give the header with -H", named(.0), them(.0))]
    Missing(Vec<String>),
    /// The credential was made from the target's own, and is not kept.
    #[error("it was sent with {}, which was made from the target's own and is not kept", .0.what())]
    Derived(CredentialFault),
    /// No HTTP method.
    #[error("`{0}` is no method")]
    Method(String),
}

/// Whether a recorded text has the name of a credential in its place.
fn is_secret(text: &str) -> bool {
    text.contains("${")
}

fn named(names: &[String]) -> String {
    names.iter().map(|name| format!("${{{name}}}")).collect::<Vec<_>>().join(" and ")
}

fn them(names: &[String]) -> &str {
    if let [name] = names { name } else { "them" }
}

impl RecordedCase {
    /// Writes a case down, what is secret hidden; `source` knows the requests that other operations were sent.
    pub fn of(case: &Case, redactor: &Redactor, source: &dyn Fn(&str) -> Option<Case>) -> Self {
        let given: Vec<_> = case.request.bindings.iter().filter_map(RecordedBinding::of).collect();
        let operations: BTreeSet<&str> = given.iter().map(|binding| binding.operation.as_str()).collect();
        // No operation waits for itself, so this comes to an end.
        let sources = operations.into_iter().filter_map(source).map(|one| RecordedCase::of(&one, redactor, source));
        RecordedCase {
            id: case.id.to_string(),
            operation: case.operation.id.clone(),
            kind: case.kind.clone(),
            state: case.state.clone(),
            request: RecordedRequest::of(&case.request, redactor),
            expect: case.expect.clone(),
            mark: case.mark.clone(),
            sources: sources.collect(),
            given,
        }
    }

    /// The case again, credentials as their names; `None` where the contract has no such operation any more.
    pub fn as_shown(&self, contract: &Contract) -> Option<Case> {
        let operation = contract.operations.iter().find(|operation| operation.id == self.operation)?.clone();
        let plain = |text: &str| Text::plain(text);
        Some(self.with(operation, self.request.with(plain).ok()?))
    }

    /// The case as it was sent, with the credentials that `environment` knows. `headers` take the place of those
    /// of the same name that hold a credential. `derived` is the same case as it would be made today: it knows the
    /// credentials that are made from others.
    ///
    /// # Errors
    /// When a credential is not known.
    pub fn as_sent(
        &self,
        shown: &Case,
        headers: &[(String, Text)],
        environment: &dyn Fn(&str) -> Option<String>,
        derived: &dyn Fn() -> Option<Case>,
    ) -> Result<Case, Unresolved> {
        if let Some(fault) = self.derives() {
            return self.derived(shown, derived().as_ref()).ok_or(Unresolved::Derived(fault));
        }
        let given = |name: &str| headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        let missing = std::cell::RefCell::new(BTreeSet::new());
        let known = |text: &str| match substitute(text, environment) {
            Ok(text) => text,
            Err(SubstituteError::Unset(name)) => {
                missing.borrow_mut().insert(name);
                Text::default()
            }
            // Braces that are no name were sent as they are.
            Err(SubstituteError::Malformed) => Text::plain(text),
        };
        let mut request = self.request.with(|text| Text::plain(text))?;
        request.query = self.request.query.iter().map(|(name, value)| (name.clone(), known(value))).collect();
        let header = |(name, value): &(String, String)| match given(name) {
            Some((_, text)) if is_secret(value) => (name.clone(), text.clone()),
            _ => (name.clone(), known(value)),
        };
        request.headers = self.request.headers.iter().map(header).collect();
        let missing: Vec<_> = missing.into_inner().into_iter().collect();
        if !missing.is_empty() {
            return Err(Unresolved::Missing(missing));
        }
        Ok(self.with(shown.operation.clone(), request))
    }

    /// How its credential was made from another, where it was. Another organisation's is one of its own.
    fn derives(&self) -> Option<CredentialFault> {
        let CaseKind::Credential(fault) = self.kind else { return None };
        let has_secret = self.request.headers.iter().any(|(_, value)| is_secret(value));
        (fault != CredentialFault::OtherOrganisation && has_secret).then_some(fault)
    }

    /// The case with each of its credentials as another case has it; `None` where that has not all of them.
    fn derived(&self, shown: &Case, other: Option<&Case>) -> Option<Case> {
        let mut request = shown.request.clone();
        for (name, value) in request.headers.iter_mut().filter(|(_, value)| is_secret(&value.to_string())) {
            let mut known = other?.request.headers.iter();
            *value = known.find(|(known, _)| known.eq_ignore_ascii_case(name))?.1.clone();
        }
        let is_whole = !request.query.iter().any(|(_, value)| is_secret(&value.to_string()));
        is_whole.then(|| self.with(shown.operation.clone(), request))
    }

    fn with(&self, operation: Arc<crate::contract::Operation>, request: Request) -> Case {
        Case {
            id: CaseId(self.id.clone()),
            operation,
            kind: self.kind.clone(),
            state: self.state.clone(),
            request,
            expect: self.expect.clone(),
            promises: Vec::new(),
            mark: self.mark.clone(),
            elsewhere: false,
        }
    }
}

impl RecordedRequest {
    fn of(request: &Request, redactor: &Redactor) -> Self {
        let hidden = |text: &str| redactor.text(text).into_owned();
        let texts = |pairs: &[(String, Text)]| {
            pairs.iter().map(|(name, text)| (name.clone(), hidden(&text.to_string()))).collect()
        };
        RecordedRequest {
            method: request.method.to_string(),
            path: request.path.clone(),
            path_values: texts(&request.path_values),
            query: texts(&request.query),
            headers: texts(&request.headers),
            content_type: request.content.as_ref().and_then(|content| content.content_type.clone()),
            body: request.content.as_ref().map(|content| RecordedBody::of(&content.body, redactor)),
        }
    }

    fn with(&self, text: impl Fn(&str) -> Text) -> Result<Request, Unresolved> {
        let texts = |pairs: &[(String, String)]| {
            pairs.iter().map(|(name, value)| (name.clone(), text(value))).collect::<Vec<_>>()
        };
        let method = self.method.parse().map_err(|_| Unresolved::Method(self.method.clone()))?;
        let body = self.body.as_ref().map(|body| match body {
            RecordedBody::Json(value) => Body::Json(value.clone()),
            RecordedBody::Bytes(bytes) => Body::Bytes(bytes.to_vec()),
        });
        Ok(Request {
            method,
            path: self.path.clone(),
            path_values: self.path_values.iter().map(|(name, value)| (name.clone(), Text::plain(value))).collect(),
            query: texts(&self.query),
            headers: texts(&self.headers),
            content: body.map(|body| Content { content_type: self.content_type.clone(), body }),
            bindings: Vec::new(),
        })
    }
}

impl RecordedBody {
    fn of(body: &Body, redactor: &Redactor) -> Self {
        let bytes = redactor.bytes(&Bytes::from(body.to_bytes()), false);
        match body {
            Body::Json(_) => match serde_json::from_slice(&bytes) {
                Ok(value) => RecordedBody::Json(value),
                // Hiding a credential took a part of the syntax with it.
                Err(_) => RecordedBody::Bytes(bytes),
            },
            Body::Form(_) | Body::Coded { .. } | Body::Bytes(_) => RecordedBody::Bytes(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::target::Secret;

    fn recorded(kind: CaseKind) -> RecordedCase {
        let secret = Secret::new("API_KEY", "hunter2-hunter2");
        let request = Request {
            headers: vec![("x-api-key".to_owned(), Text::secret(secret.clone()))],
            content: Some(Content {
                content_type: Some("application/json".to_owned()),
                body: Body::Json(json!({"message": "my key is hunter2-hunter2", "n": [1, null]})),
            }),
            method: http::Method::POST,
            ..Request::get("/s/{id}")
        };
        RecordedCase {
            id: "send/positive/1".to_owned(),
            operation: "send".to_owned(),
            kind,
            state: None,
            request: RecordedRequest::of(&request, &Redactor::new([&secret])),
            expect: Expect::Refusal,
            mark: None,
            given: Vec::new(),
            sources: Vec::new(),
        }
    }

    fn contract() -> Contract {
        let document = json!({
            "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/s/{id}": {"post": {"operationId": "send", "responses": {"200": {"description": ""}}}}}
        });
        crate::contract::read("a.json", &document.to_string(), None).unwrap()
    }

    #[test]
    fn no_credential_is_written_wherever_it_stood() {
        let written = serde_json::to_string(&recorded(CaseKind::Positive)).unwrap();
        assert!(!written.contains("hunter2"), "{written}");
        let read: RecordedCase = serde_json::from_str(&written).unwrap();
        assert_eq!(read, recorded(CaseKind::Positive));
    }

    #[test]
    fn a_credential_comes_from_the_environment_or_from_a_header() {
        let case = recorded(CaseKind::Positive);
        let shown = case.as_shown(&contract()).unwrap();
        let environment = |name: &str| (name == "API_KEY").then(|| "from-env".to_owned());
        let sent = case.as_sent(&shown, &[], &environment, &|| None).unwrap();
        assert_eq!(sent.request.headers[0].1.reveal(), "from-env");
        assert!(!format!("{sent:?}").contains("from-env"));
        let given = [("X-Api-Key".to_owned(), Text::plain("given"))];
        assert_eq!(case.as_sent(&shown, &given, &|_| None, &|| None).unwrap().request.headers[0].1.reveal(), "given");
        let missing = case.as_sent(&shown, &[], &|_| None, &|| None).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "it needs ${API_KEY}: set API_KEY in the environment, or give the header with -H"
        );
    }

    #[test]
    fn a_credential_that_was_made_from_another_is_not_guessed() {
        let case = recorded(CaseKind::Credential(CredentialFault::Truncated));
        let shown = case.as_shown(&contract()).unwrap();
        let environment = |_: &str| Some("whole".to_owned());
        assert_eq!(
            case.as_sent(&shown, &[], &environment, &|| None).unwrap_err(),
            Unresolved::Derived(CredentialFault::Truncated)
        );
    }

    #[test]
    fn an_operation_that_is_gone_has_no_case() {
        let gone = RecordedCase { operation: "other".to_owned(), ..recorded(CaseKind::Positive) };
        assert!(gone.as_shown(&contract()).is_none());
    }
}
