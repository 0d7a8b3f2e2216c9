//! Whether there is an answer at all, and what every answer carries.

use super::super::error::described;
use super::date::is_date;
use super::{Evidence, Rule, RuleSource, Severity, Sink, about_header};
use crate::contract::{Response, StatusPattern};
use crate::generate::{CaseKind, Expect, Stage};
use crate::send::{FailureKind, Outcome};

const NO_ANSWER: Rule = Rule {
    id: "http/no-answer",
    severity: Severity::Error,
    what: "A request is answered, and the answer is HTTP.",
    why: "A connection that closes without a word cannot be told from a network that is down, so clients try again.",
    source: RuleSource::Standard("RFC 9110 3.4"),
    example: "The connection is closed after the request, while other requests are answered",
    judge: no_answer,
};

const SERVER_ERROR: Rule = Rule {
    id: "http/server-error",
    severity: Severity::Error,
    what: "No request is answered with a 5xx that the document does not expect.",
    why: "A 5xx says that the server failed, not the caller: a mistake in a request is a 4xx.",
    source: RuleSource::Standard("RFC 9110 15.6"),
    example: "HTTP/1.1 500 Internal Server Error to a body that is no JSON",
    judge: server_error,
};

const CONTENT_TYPE: Rule = Rule {
    id: "http/content-type",
    severity: Severity::Warning,
    what: "An answer with content says what it is in Content-Type.",
    why: "Without it a client has to guess, and guesses differ.",
    source: RuleSource::Standard("RFC 9110 8.3"),
    example: "HTTP/1.1 200 OK\nContent-Length: 17\n\n{\"id\": \"ses_1\"}",
    judge: content_type,
};

const DATE: Rule = Rule {
    id: "http/date",
    severity: Severity::Warning,
    what: "Every 2xx, 3xx and 4xx carries Date, in the form of HTTP.",
    why: "Caches and clients with a wrong clock reckon by it.",
    source: RuleSource::Standard("RFC 9110 6.6.1"),
    example: "HTTP/1.1 200 OK without Date",
    judge: date,
};

const ERROR_BODY: Rule = Rule {
    id: "http/error-body",
    severity: Severity::Warning,
    what: "A 4xx or 5xx explains itself in its body.",
    why: "Whoever reads the log of a client should learn what was wrong.",
    source: RuleSource::Standard("RFC 9110 15.5"),
    example: "HTTP/1.1 400 Bad Request\nContent-Length: 0",
    judge: error_body,
};

/// A server may refuse a body of so many bytes before it was read, and close the connection: the refusal
/// can be lost on its way (RFC 9112 section 9.6); one that stops reading may never get to answer.
const LONG_BODY: usize = 64 * 1024;

/// The rules of this family.
pub static RULES: &[Rule] = &[NO_ANSWER, SERVER_ERROR, CONTENT_TYPE, DATE, ERROR_BODY];

fn no_answer(evidence: &Evidence<'_>, sink: &mut Sink) {
    let failure = match &evidence.exchange.outcome {
        Outcome::Answered(_) => return sink.pass([]),
        Outcome::Failed(failure) => failure,
    };
    let what = match failure.kind {
        FailureKind::HeadTimeout => format!("nothing was answered for {:.1} s", failure.after.as_secs_f64()),
        FailureKind::Closed => "the connection was closed without an answer".to_owned(),
        FailureKind::NotHttp => "what was answered is not HTTP".to_owned(),
        FailureKind::Connect | FailureKind::Tls | FailureKind::ConnectTimeout | FailureKind::Unsendable => {
            return sink.not_checked(failure.message.clone());
        }
    };
    let mut finding = sink.finding(what);
    let body = evidence.case.request.content.as_ref().map_or(0, |content| content.body.to_bytes().len());
    if matches!(failure.kind, FailureKind::Closed | FailureKind::HeadTimeout) && body >= LONG_BODY {
        finding.severity = Severity::Warning;
    }
    finding.expected = "an answer".to_owned();
    finding.actual = super::super::excerpt::excerpt(&failure.message);
    sink.fail(finding);
}

fn server_error(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer() else { return };
    let expected = match &evidence.case.expect {
        Expect::Error(errors) => errors.iter().any(|error| error.status.matches(answer.status)),
        Expect::Success { .. } | Expect::Refusal | Expect::Any => false,
    };
    // A method that the server does not know at all is 501 (RFC 9110 15.6.2).
    let unknown_method = answer.status == 501 && !evidence.documented_method();
    if answer.status < 500 || expected || unknown_method {
        return sink.pass([]);
    }
    if evidence.case.kind == CaseKind::Reading {
        return sink.only_read(answer.status);
    }
    // A document may say that its service can fail, but not that a valid request must.
    let valid = matches!(evidence.case.expect, Expect::Success { .. });
    let named = evidence.response().filter(|response| !valid && names_server_errors(response));
    let why = match &evidence.case.kind {
        CaseKind::Negative(violation) => format!("although {}", violation.what),
        CaseKind::Credential(fault) => format!("to a request with {}", fault.what()),
        CaseKind::Unusual(what) => format!("to a request with {what}"),
        CaseKind::Error => "in place of the documented error".to_owned(),
        CaseKind::Resource(Stage::Unknown) => "to a request with an id that was never given".to_owned(),
        CaseKind::Resource(Stage::ReadDeleted) => "to a request for what was deleted".to_owned(),
        CaseKind::Resource(Stage::DeleteDeleted) => "to a second request to delete the same".to_owned(),
        CaseKind::Resource(Stage::Create | Stage::Read | Stage::Delete) => "to a valid request".to_owned(),
        CaseKind::Example | CaseKind::Reading | CaseKind::Positive | CaseKind::Burst { .. } | CaseKind::Step { .. } => {
            "to a valid request".to_owned()
        }
    };
    let mut finding = sink.finding(format!("answered {} {why}", answer.status));
    finding.expected = "any status below 500".to_owned();
    finding.actual = described(evidence, answer);
    if named.is_some() {
        finding.severity = Severity::Warning;
    }
    sink.fail(finding);
}

/// Whether the document has this 5xx in mind; `default` stands for whatever it has not.
fn names_server_errors(response: &Response) -> bool {
    matches!(response.status, StatusPattern::Exact(_) | StatusPattern::Class(_))
}

fn content_type(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer().filter(|answer| !answer.body.is_empty()) else { return };
    if answer.header_values("content-type").next().is_some() {
        return sink.pass([]);
    }
    let message = "the body has no Content-Type".to_owned();
    sink.fail(about_header(sink, "content-type", message, "the media type of the body", None));
}

fn date(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer().filter(|answer| (200..500).contains(&answer.status)) else { return };
    let date = answer.header("date");
    let message = match &date {
        Some(date) if is_date(date) => return sink.pass([]),
        Some(_) => format!("Date is no date on a {}", answer.status),
        None => format!("Date is missing on a {}", answer.status),
    };
    sink.fail(about_header(sink, "date", message, "the time of the answer, as `Sun, 22 Nov 2026 08:00:00 GMT`", date));
}

fn error_body(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer().filter(|answer| answer.status >= 400) else { return };
    if evidence.case.request.method == http::Method::HEAD {
        return;
    }
    if !answer.body.is_empty() {
        return sink.pass([]);
    }
    let mut finding = sink.finding(format!("the {} says nothing of its reason", answer.status));
    finding.expected = "a body that explains the error".to_owned();
    finding.actual = "an empty body".to_owned();
    sink.fail(finding);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::super::support::Scene;
    use super::*;
    use crate::contract::Strength;
    use crate::generate::{Body, Content, CredentialFault};
    use crate::send::Failure;

    fn failed(kind: FailureKind) -> Scene {
        let mut scene = Scene::new();
        scene.outcome = Outcome::Failed(Failure {
            kind,
            message: "words of the client".to_owned(),
            after: Duration::from_secs(30),
        });
        scene
    }

    #[test]
    fn silence_and_a_closed_connection_are_findings() {
        assert_eq!(failed(FailureKind::HeadTimeout).says("http/no-answer"), ["error: nothing was answered for 30.0 s"]);
        assert_eq!(
            failed(FailureKind::Closed).says("http/no-answer"),
            ["error: the connection was closed without an answer"]
        );
    }

    #[test]
    fn the_refusal_of_a_long_body_may_have_been_lost() {
        let mut scene = failed(FailureKind::Closed);
        let body = Body::Bytes(vec![b'a'; LONG_BODY]);
        scene.request.content = Some(Content { content_type: None, body });
        assert_eq!(scene.says("http/no-answer"), ["warning: the connection was closed without an answer"]);
    }

    #[test]
    fn a_target_that_cannot_be_reached_is_not_judged() {
        assert_eq!(failed(FailureKind::Connect).says("http/no-answer"), ["not checked: words of the client"]);
    }

    #[test]
    fn a_server_error_is_a_warning_where_the_document_names_it_and_the_request_is_not_valid() {
        let said = |expect: Expect, kind: CaseKind, documented: bool| {
            let mut scene = Scene::new().answer(500, "text/plain", "oops");
            (scene.expect, scene.kind) = (expect, kind);
            if documented {
                scene.document(StatusPattern::Exact(500));
            }
            scene.says("http/server-error").remove(0)
        };
        let valid = || Expect::Success { form: None };
        let wrong = || CaseKind::Credential(CredentialFault::Wrong);
        assert_eq!(said(valid(), CaseKind::Positive, false), "error: answered 500 to a valid request");
        assert_eq!(said(valid(), CaseKind::Positive, true), "error: answered 500 to a valid request");
        let message = "answered 500 to a request with a credential that was never issued";
        assert_eq!(said(Expect::Refusal, wrong(), false), format!("error: {message}"));
        assert_eq!(said(Expect::Refusal, wrong(), true), format!("warning: {message}"));
    }

    #[test]
    fn a_server_error_that_the_case_brings_about_is_kept() {
        let scene = Scene::new().answer(503, "text/plain", "closed").expect_errors(&[(503, "", Strength::Documented)]);
        assert_eq!(scene.says("http/server-error"), ["passed"]);
    }

    #[test]
    fn a_body_without_content_type_is_a_finding_and_no_body_needs_none() {
        assert_eq!(
            Scene::new().answer(200, "", "{}").says("http/content-type"),
            ["warning: the body has no Content-Type"]
        );
        assert!(Scene::new().answer(204, "", "").says("http/content-type").is_empty());
    }

    #[test]
    fn date_is_asked_below_500_only() {
        let without_date = |status| {
            let mut scene = Scene::new().answer(status, "text/plain", "x");
            scene.change(|answer| answer.headers.retain(|(name, _)| name != "date"));
            scene.says("http/date")
        };
        assert_eq!(without_date(404), ["warning: Date is missing on a 404"]);
        let mut other_form = Scene::new();
        other_form.change(|answer| answer.headers.retain(|(name, _)| name != "date"));
        let said = other_form.header("date", "2026-11-22T08:00:00Z").says("http/date");
        assert_eq!(said, ["warning: Date is no date on a 200"]);
        assert!(without_date(500).is_empty());
        assert_eq!(Scene::new().says("http/date"), ["passed"]);
    }

    #[test]
    fn an_error_without_a_body_is_a_finding_except_to_head() {
        let mut scene = Scene::new().answer(404, "", "");
        assert_eq!(scene.says("http/error-body"), ["warning: the 404 says nothing of its reason"]);
        scene.request.method = http::Method::HEAD;
        assert!(scene.says("http/error-body").is_empty());
    }
}
