//! Whether a documented error comes as documented: its status, and its code wherever the body puts it.

mod shape;

use serde_json::Value;

pub use shape::{SHAPE, Shapes};

use super::excerpt::excerpt;
use super::{Evidence, Finding, Rule, RuleSource, Severity, Sink};
use crate::contract::{PromiseId, Strength};
use crate::generate::{CaseKind, Expect, ExpectedError};
use crate::send::Answer;

pub(super) const STATUS: Rule = Rule {
    id: "error/status",
    severity: Severity::Error,
    what: "A request that a documented error is about is answered with that error's status.",
    why: "A client decides by the status whether to ask for a login, to try again or to give up.",
    source: RuleSource::Contract,
    example: "HTTP/1.1 403 Forbidden to a request without a key, where the document says 401",
    judge: status,
};

const CODE: Rule = Rule {
    id: "error/code",
    severity: Severity::Error,
    what: "The documented code, or text, of an error stands in the answer's body, whatever the body's shape.",
    why: "Where several errors share a status the code is all that a client can tell them apart by.",
    source: RuleSource::Contract,
    example: "HTTP/1.1 400 Bad Request\n\n{\"error\": \"bad request\"}, where the document says INVALID_JSON",
    judge: code,
};

/// A shorter code in capitals may be a word of the text by chance.
const SHORTEST_MACHINE_CODE: usize = 4;

/// The rules of this family.
pub static RULES: &[Rule] = &[STATUS, CODE, shape::SHAPE];

fn status(evidence: &Evidence<'_>, sink: &mut Sink) {
    let (Expect::Error(errors), Some(answer)) = (&evidence.case.expect, evidence.answer()) else { return };
    if matches!(evidence.case.kind, CaseKind::Burst { .. }) {
        return;
    }
    if evidence.throttled() {
        return sink.not_checked("rate limited");
    }
    let matching = with_status(errors, answer.status);
    if !matching.is_empty() {
        // A code is what shows that the error is this one and not another of the same status.
        let shown = matching.iter().filter(|error| error.code.as_ref().is_none_or(|code| names(evidence, code)));
        let status = evidence.response().map(|response| response.promises.as_slice()).unwrap_or_default();
        return sink.pass(shown.filter_map(|error| error.promise).chain(status.iter().copied()));
    }
    let client_error = answer.status / 100 == 4;
    let inferred = errors.iter().any(|error| error.strength == Strength::Inferred);
    if client_error && inferred {
        return sink.pass([]);
    }
    if evidence.turned_away() && evidence.response().is_some() {
        return sink.not_admitted(described(evidence, answer));
    }
    if client_error && !evidence.context.verified && evidence.response().is_some() {
        return sink.not_verified(described(evidence, answer));
    }
    let credential = matches!(evidence.case.kind, CaseKind::Credential(_));
    if credential && answer.status / 100 == 2 {
        return;
    }
    let mut finding = sink.finding(format!("answered {} where the document says {}", answer.status, list(errors)));
    finding.expected = list(errors);
    finding.actual = described(evidence, answer);
    sink.fail(blamed(finding, evidence, errors));
}

pub(super) fn code(evidence: &Evidence<'_>, sink: &mut Sink) {
    let (Expect::Error(errors), Some(answer)) = (&evidence.case.expect, evidence.answer()) else { return };
    let candidates = with_status(errors, answer.status);
    if candidates.iter().all(|error| error.code.is_none()) || !evidence.may_have_content() {
        return;
    }
    let fitting: Vec<_> =
        candidates.iter().filter(|error| error.code.as_ref().is_some_and(|code| names(evidence, code))).collect();
    if !fitting.is_empty() {
        return sink.pass(fitting.iter().filter_map(|error| error.promise));
    }
    if candidates.iter().any(|error| error.code.is_none()) {
        return sink.pass([]);
    }
    if let Some(reason) = evidence.unreadable().or_else(|| evidence.unreadable_json().map(str::to_owned)) {
        return sink.not_checked(reason);
    }
    let another = documented_codes(evidence).find(|code| names(evidence, code));
    let inferred = candidates.iter().any(|error| error.strength == Strength::Inferred);
    if inferred && another.is_none() {
        return sink.pass([]);
    }
    if let Some(another) = another.filter(|_| !evidence.context.verified) {
        return sink.not_verified(another);
    }
    let codes = candidates.iter().filter_map(|error| error.code.as_deref()).collect::<Vec<_>>().join(" or ");
    let place = match evidence.json() {
        Some(Ok(_)) => "a value in the JSON body",
        _ if candidates.iter().any(|error| error.code.as_deref().is_some_and(is_machine_code)) => "a word of the body",
        _ => "the text of the body",
    };
    let mut finding = sink.finding(match another {
        Some(another) => format!("{another} is answered where the document says {codes}"),
        None => format!("{codes} is not {place}"),
    });
    finding.expected = format!("{codes} as {place}");
    finding.actual = described(evidence, answer);
    sink.fail(blamed(finding, evidence, candidates));
}

fn with_status(errors: &[ExpectedError], status: u16) -> Vec<&ExpectedError> {
    errors.iter().filter(|error| error.status.matches(status)).collect()
}

/// The finding with the promises of these errors. It is a warning where any of them is only inferred to
/// fit the case.
fn blamed<'e>(
    mut finding: Finding,
    evidence: &Evidence<'_>,
    errors: impl IntoIterator<Item = &'e ExpectedError>,
) -> Finding {
    let errors: Vec<_> = errors.into_iter().collect();
    if errors.iter().any(|error| error.strength == Strength::Inferred) {
        finding.severity = finding.severity.min(Severity::Warning);
    }
    let promises: Vec<PromiseId> = errors.iter().filter_map(|error| error.promise).collect();
    finding.breaking(evidence.contract, promises)
}

/// `401 MISSING_API_KEY or 403`
fn list(errors: &[ExpectedError]) -> String {
    let one = |error: &ExpectedError| match &error.code {
        Some(code) => format!("{} {code}", error.status),
        None => error.status.to_string(),
    };
    errors.iter().map(one).collect::<Vec<_>>().join(" or ")
}

fn documented_codes<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = &'a str> {
    let errors = evidence.operation().responses.iter().flat_map(|response| &response.errors);
    errors.filter_map(|error| error.code.as_deref())
}

/// An answer in a few words: its status, and its body if that is text.
pub(super) fn described(evidence: &Evidence<'_>, answer: &Answer) -> String {
    match std::str::from_utf8(&answer.body) {
        Ok(text) if !text.trim().is_empty() && evidence.unreadable().is_none() => {
            excerpt(&format!("{} {}", answer.status, text.trim()))
        }
        _ => answer.status.to_string(),
    }
}

/// Whether the body names the code: as a value anywhere in JSON, as the last segment of a problem's
/// `type` (RFC 9457 3.1.1), or in a text. A machine code may stand anywhere in that as a word of its own,
/// for nothing else is written so; prose is the whole text.
fn names(evidence: &Evidence<'_>, code: &str) -> bool {
    let Some(answer) = evidence.answer() else { return false };
    match evidence.json() {
        Some(Ok(json)) => holds(json, code) || json.get("type").is_some_and(|kind| ends_in(kind, code)),
        _ => {
            let text = String::from_utf8_lossy(&answer.body);
            let text = text.trim();
            let said = || is_machine_code(code) && words(text).any(|word| word == code);
            text == code || text.trim_matches(['"', '\'']) == code || said()
        }
    }
}

/// Whether a code is one that only machines write, such as `INVALID_JSON`.
fn is_machine_code(code: &str) -> bool {
    code.len() >= SHORTEST_MACHINE_CODE && code.bytes().all(in_machine_code)
}

fn in_machine_code(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_')
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

fn holds(json: &Value, code: &str) -> bool {
    match json {
        Value::String(text) => text.trim() == code,
        Value::Number(number) => number.to_string() == code,
        Value::Array(items) => items.iter().any(|item| holds(item, code)),
        Value::Object(members) => members.values().any(|member| holds(member, code)),
        Value::Null | Value::Bool(_) => false,
    }
}

fn ends_in(kind: &Value, code: &str) -> bool {
    kind.as_str().and_then(|uri| uri.rsplit(['/', '#', ':']).next()).is_some_and(|segment| segment == code)
}

#[cfg(test)]
mod tests {
    use super::super::support::Scene;
    use super::*;
    use crate::contract::{DocumentedError, StatusPattern};
    use crate::generate::CredentialFault;

    fn scene(strength: Strength) -> Scene {
        let mut scene = Scene::new();
        let entry =
            |code: &str| DocumentedError { code: Some(code.to_owned()), when: None, state: None, promise: None };
        scene.document(StatusPattern::Exact(400)).errors = vec![entry("INVALID_JSON"), entry("INVALID_AGENT_ID")];
        scene.document(StatusPattern::Exact(404));
        scene.expect_errors(&[(400, "INVALID_JSON", strength)])
    }

    #[test]
    fn the_code_is_found_in_any_shape() {
        for body in [
            r#"{"code": "INVALID_JSON"}"#,
            r#"{"error": {"code": "INVALID_JSON", "message": "no"}}"#,
            r#"{"errors": ["INVALID_JSON"]}"#,
            r#"{"type": "https://errors.example/INVALID_JSON", "status": 400}"#,
            "\"INVALID_JSON\"",
            "INVALID_JSON\n",
        ] {
            let scene = scene(Strength::Documented).answer(400, "application/json", body);
            assert_eq!(scene.says("error/code"), ["passed"], "{body}");
        }
    }

    #[test]
    fn a_text_that_only_mentions_the_code_is_not_it() {
        let scene = scene(Strength::Documented).answer(400, "application/json", r#"{"error": "not INVALID_JSON"}"#);
        assert_eq!(scene.says("error/code"), ["error: INVALID_JSON is not a value in the JSON body"]);
    }

    #[test]
    fn a_machine_code_is_a_word_of_a_text_and_prose_is_all_of_it() {
        let says = |code: &str, body: &str| {
            let scene = Scene::new().answer(400, "text/plain", body);
            scene.expect_errors(&[(400, code, Strength::Documented)]).says("error/code").remove(0)
        };
        for body in ["INVALID_JSON: Bad body", "error=INVALID_JSON", "(INVALID_JSON)\n"] {
            assert_eq!(says("INVALID_JSON", body), "passed", "{body}");
        }
        for body in ["INVALID_JSON_BODY", "XINVALID_JSON", "invalid_json"] {
            assert_eq!(says("INVALID_JSON", body), "error: INVALID_JSON is not a word of the body", "{body}");
        }
        assert_eq!(says("Agent not found", "\"Agent not found\"\n"), "passed");
        let longer = says("Agent not found", "Agent not found: abc");
        assert_eq!(longer, "error: Agent not found is not the text of the body");
        assert_eq!(says("ERR", "ERR 12"), "error: ERR is not the text of the body");
    }

    #[test]
    fn another_documented_code_is_a_finding_once_the_ids_are_verified() {
        let mut scene = scene(Strength::Documented).answer(400, "application/json", r#"{"code": "INVALID_AGENT_ID"}"#);
        assert_eq!(
            scene.says("error/code"),
            ["error: INVALID_AGENT_ID is answered where the document says INVALID_JSON"]
        );
        scene.verified = false;
        assert!(scene.says("error/code")[0].starts_with("not checked: answered INVALID_AGENT_ID"));
    }

    #[test]
    fn a_plain_refusal_is_as_good_where_the_error_is_inferred() {
        let plain = scene(Strength::Inferred).answer(422, "text/plain", "no");
        assert_eq!(plain.says("error/status"), ["passed"]);
        let without_code = scene(Strength::Inferred).answer(400, "text/plain", "no");
        assert_eq!(without_code.says("error/code"), ["passed"]);
    }

    #[test]
    fn another_status_is_a_finding() {
        let scene = scene(Strength::Documented).answer(422, "text/plain", "no");
        assert_eq!(scene.says("error/status"), ["error: answered 422 where the document says 400 INVALID_JSON"]);
    }

    #[test]
    fn another_documented_refusal_is_no_evidence_while_the_ids_are_not_verified() {
        let mut scene = scene(Strength::Documented).answer(404, "text/plain", "no agent");
        scene.verified = false;
        assert_eq!(
            scene.says("error/status"),
            ["not checked: answered 404 no agent, and no valid request with these ids was served yet"]
        );
    }

    #[test]
    fn a_documented_401_is_no_evidence_while_the_credential_never_opened_anything() {
        let scene = |kind: CaseKind, admitted| {
            let mut scene = scene(Strength::Documented).answer(401, "text/plain", "no");
            scene.document(StatusPattern::Exact(401));
            (scene.kind, scene.admitted) = (kind, admitted);
            scene.says("error/status").remove(0)
        };
        let message = "error: answered 401 where the document says 400 INVALID_JSON";
        let reason = "not checked: answered 401 no: no valid request was let in yet";
        assert_eq!(scene(CaseKind::Error, false), reason);
        assert_eq!(scene(CaseKind::Error, true), message);
        assert_eq!(scene(CaseKind::Credential(CredentialFault::Wrong), false), message);
    }

    #[test]
    fn a_success_on_a_credential_case_is_left_to_the_auth_rule() {
        let mut scene = scene(Strength::Documented);
        assert_eq!(scene.says("error/status"), ["error: answered 200 where the document says 400 INVALID_JSON"]);
        scene.kind = CaseKind::Credential(CredentialFault::None);
        assert!(scene.says("error/status").is_empty());
    }

    #[test]
    fn a_429_that_was_not_asked_for_is_not_checked() {
        let scene = scene(Strength::Documented).answer(429, "text/plain", "slow down");
        assert_eq!(scene.says("error/status"), ["not checked: rate limited"]);
    }

    #[test]
    fn a_body_that_we_cannot_read_is_not_searched() {
        let scene = scene(Strength::Documented)
            .answer(400, "application/json", "\u{1f}\u{8b}")
            .header("content-encoding", "gzip");
        assert_eq!(scene.says("error/code"), ["not checked: the body is encoded as gzip"]);
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        let scene = self::scene(Strength::Documented).answer(400, "application/json", &deep);
        assert_eq!(scene.says("error/code"), ["not checked: the body is nested deeper than we read"]);
    }
}
