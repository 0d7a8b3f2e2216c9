//! Whether a caller without the right credential is kept out.

use serde_json::{Value, json};

use super::error::described;
use super::streamed::follow;
use super::{Evidence, Rule, RuleSource, Severity, Sink};
use crate::contract::{
    self, ItemSchema, Operation, PromiseId, Response, Schema, StatusPattern, StreamContract, Subject,
};
use crate::follow::Form;
use crate::generate::{CaseKind, CredentialFault, Expect};
use crate::send::Answer;
use crate::stream::{Framing, decode};

const ACCEPTED: Rule = Rule {
    id: "auth/accepted",
    severity: Severity::Error,
    what: "A request without the documented credential, or with one that was never issued, is refused.",
    why: "An endpoint that answers anybody gives away its owner's data and money.",
    source: RuleSource::Contract,
    example: "HTTP/1.1 200 OK to a request without `x-api-key`",
    judge: accepted,
};

const EFFECT: Rule = Rule {
    id: "auth/effect",
    severity: Severity::Error,
    what: "A request that is refused, for its credential or a documented reason, gets nothing of what it asked for.",
    why: "A refusal that was written over an answer comes too late: the work was done, and its result is given away.",
    source: RuleSource::Practice("checks that run after the handler change the status alone"),
    example: "HTTP/1.1 401 Unauthorized\n\n{\"id\": \"ses_1\", \"state\": \"OPEN\"}",
    judge: effect,
};

const STATUS: Rule = Rule {
    id: "auth/status",
    severity: Severity::Warning,
    what: "A request without a credential is answered 401, where the document names 401 and not what came instead.",
    why: "A client asks for a login on a 401; on a 403, or a 400, it gives up.",
    source: RuleSource::Contract,
    example: "HTTP/1.1 403 Forbidden to a request without a key, where the document names 401 alone",
    judge: status,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[ACCEPTED, EFFECT, STATUS];

fn accepted(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((fault, answer)) = turned_away(evidence) else { return };
    match answer.status {
        status if evidence.operation().is_served_by(status) => {}
        429 if evidence.throttled() => return sink.not_checked("rate limited"),
        401 | 403 => return sink.pass(security_promises(evidence)),
        300..=499 if evidence.context.verified => return sink.pass(security_promises(evidence)),
        300..=499 => return sink.not_verified(answer.status),
        _ => return,
    }
    let mut finding = sink.finding(format!("answered {} to a request with {}", answer.status, fault.what()));
    // That what a caller made is nobody else's to see is our reading.
    let owner_is_inferred = fault == CredentialFault::OtherOrganisation && evidence.inferred_giver().is_some();
    if fault.takes_the_whole() || owner_is_inferred {
        finding.severity = Severity::Warning;
    }
    finding.expected = "a refusal, such as 401".to_owned();
    finding.actual = answer.status.to_string();
    sink.fail(finding.breaking(evidence.contract, security_promises(evidence)));
}

fn effect(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((what, answer)) = refused(evidence) else { return };
    if !(300..=499).contains(&answer.status) || answer.body.is_empty() {
        return;
    }
    if let Some(reason) = evidence.unreadable() {
        return sink.not_checked(reason);
    }
    let Some(given) = given_away(evidence, answer) else { return sink.pass([]) };
    let mut finding = sink.finding(format!("the {} to a request with {what} carries {given}", answer.status));
    finding.expected = "an error and nothing else".to_owned();
    finding.actual = described(evidence, answer);
    sink.fail(finding.breaking(evidence.contract, security_promises(evidence)));
}

/// Where the document has an error of its own for the case, `error/status` asks for that.
fn status(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some((CredentialFault::None, answer)) = turned_away(evidence) else { return };
    let documented = &evidence.operation().responses;
    let unauthorized = documented.iter().find(|response| response.status == StatusPattern::Exact(401));
    let Some(unauthorized) = unauthorized.filter(|_| evidence.case.expect == Expect::Refusal) else { return };
    match answer.status {
        401 => return sink.pass(unauthorized.promises.iter().copied()),
        400 | 403 | 422 if evidence.response().is_none() => {}
        _ => return,
    }
    let mut finding =
        sink.finding(format!("answered {} to a request with no credential, and the document has 401", answer.status));
    finding.expected = "401".to_owned();
    finding.actual = described(evidence, answer);
    sink.fail(finding.breaking(evidence.contract, unauthorized.promises.iter().copied()));
}

/// What is wrong with the credential of a case that must be refused for it, and the answer that came.
fn turned_away<'a>(evidence: &Evidence<'a>) -> Option<(CredentialFault, &'a Answer)> {
    let (CaseKind::Credential(fault), Some(answer)) = (&evidence.case.kind, evidence.answer()) else { return None };
    let open_to_all = evidence.operation().security.iter().any(|requirement| requirement.0.is_empty());
    let to_be_refused = !open_to_all && evidence.case.expect != Expect::Any;
    to_be_refused.then_some((*fault, answer))
}

/// Why a case must be refused, after "a request with", and the answer that came: its credential is wrong,
/// or a documented error is brought about.
fn refused<'a>(evidence: &Evidence<'a>) -> Option<(&'static str, &'a Answer)> {
    let by_state = || {
        let is_error = evidence.case.kind == CaseKind::Error;
        evidence.answer().filter(|_| is_error).map(|answer| ("a documented reason to refuse it", answer))
    };
    turned_away(evidence).map(|(fault, answer)| (fault.what(), answer)).or_else(by_state)
}

/// What a refusal carries of a success: a body, or an item of a stream, that keeps the schema of a
/// documented success. A schema that an empty object keeps tells nothing apart.
fn given_away(evidence: &Evidence<'_>, answer: &Answer) -> Option<&'static str> {
    let essence = answer.essence()?;
    let successes = evidence.operation().responses.iter().filter_map(|response| Some((success(response)?, response)));
    let media = successes.flat_map(|(status, response)| response.media.iter().map(move |media| (status, media)));
    media.filter(|(_, media)| media.essence == essence).find_map(|(status, media)| match &media.stream {
        Some(stream) => {
            let has_items = has_item(stream, answer) || speaks(evidence.operation(), status, &essence, answer);
            has_items.then_some("items of a stream")
        }
        None => {
            let schema = media.schema.as_ref().filter(|schema| tells_apart(schema))?;
            evidence.json()?.ok().filter(|body| schema.is_valid(body)).map(|_| "the body of a success")
        }
    })
}

/// The status of a documented success.
fn success(response: &Response) -> Option<u16> {
    match response.status {
        StatusPattern::Exact(status @ 200..=299) => Some(status),
        StatusPattern::Class(2) => Some(200),
        StatusPattern::Exact(_) | StatusPattern::Class(_) | StatusPattern::Default => None,
    }
}

/// Whether the body is the stream of a success, told by its text or by its dialect, and reports no error. Plain
/// text is told from an error by nothing, and one item may be an error in a form of its own.
fn speaks(operation: &Operation, status: u16, essence: &str, answer: &Answer) -> bool {
    let Some(form) = Form::of(operation, status, essence, |name| answer.header(name)) else { return false };
    if form.framing == Framing::Text {
        return false;
    }
    let followed = follow(answer, &form);
    let is_dialect = followed.spoken.as_ref().is_some_and(|spoken| spoken.track.items > 1);
    let is_error = followed.tracks().any(|track| track.errors.count > 0);
    followed.first_content.is_some() || (is_dialect && !is_error)
}

/// Whether an event stream has an item with the payload that the document promises, and no report of an
/// error.
fn has_item(stream: &StreamContract, answer: &Answer) -> bool {
    let schema = match (stream.framing, &stream.item) {
        (contract::Framing::Sse, Some(ItemSchema::Payload(schema) | ItemSchema::Either { payload: schema, .. })) => {
            schema
        }
        (contract::Framing::Sse, Some(ItemSchema::Envelope { content: Some(schema), .. })) => schema,
        _ => return false,
    };
    let items = decode(Framing::Sse, [(answer.ended_at, answer.body.as_ref())]).items;
    let mut payloads = items.iter().filter_map(|item| serde_json::from_str::<Value>(&item.data).ok());
    let is_error =
        |payload: &Value| payload.get("error").is_some() || payload.get("type").is_some_and(|kind| kind == "error");
    tells_apart(schema) && payloads.any(|payload| schema.is_valid(&payload) && !is_error(&payload))
}

/// Whether an error could not keep the schema by chance.
fn tells_apart(schema: &Schema) -> bool {
    !schema.is_valid(&json!({})) && !schema.is_valid(&json!({"error": "text", "message": "text", "code": "text"}))
}

/// The sentences that ask for a credential: those of the operation and of its schemes.
fn security_promises(evidence: &Evidence<'_>) -> Vec<PromiseId> {
    let named = evidence.operation().security.iter().flat_map(|requirement| &requirement.0);
    let schemes = named.filter_map(|name| evidence.contract.schemes.get(name));
    let own = evidence.operation().promises.iter().chain(&evidence.case.promises);
    let own = own.filter(|promise| evidence.contract.promise(**promise).subject == Subject::Security);
    let mut promises: Vec<_> = own.chain(schemes.flat_map(|scheme| &scheme.promises)).copied().collect();
    promises.sort_unstable();
    promises.dedup();
    promises
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::super::support::{Scene, media_type};
    use super::*;
    use std::sync::Arc;

    use indexmap::IndexMap;

    use crate::contract::{
        Concat, CredentialForm, Dialect, KindSelector, MediaType, Profile, SecurityRequirement, SecurityScheme, Source,
        Strength,
    };

    fn scene(fault: CredentialFault) -> Scene {
        let mut scene = Scene::new();
        let promise = scene.promise(Subject::Security, Strength::Documented);
        let scheme = SecurityScheme {
            name: "apiKey".to_owned(),
            form: CredentialForm::Header("x-api-key".to_owned()),
            hint: None,
            promises: vec![promise],
        };
        scene.schemes.insert("apiKey".to_owned(), scheme);
        scene.operation.security = vec![SecurityRequirement(vec!["apiKey".to_owned()])];
        scene.kind = CaseKind::Credential(fault);
        scene.expect = Expect::Refusal;
        scene
    }

    #[test]
    fn a_success_without_a_credential_is_a_finding() {
        let scene = scene(CredentialFault::None);
        assert_eq!(scene.says("auth/accepted"), ["error: answered 200 to a request with no credential"]);
        assert!(scene.says("status/invalid-accepted").is_empty());
    }

    #[test]
    fn a_refusal_is_evidence_for_the_schemes_sentences() {
        let checks = scene(CredentialFault::Wrong).answer(403, "text/plain", "no").checks("auth/accepted");
        assert_eq!(checks[0].verdict, Verdict::Passed(vec![PromiseId(0)]));
    }

    #[test]
    fn a_stray_form_of_the_whole_credential_lets_no_stranger_in() {
        let message = "answered 200 to a request with the credential in another header field";
        assert_eq!(scene(CredentialFault::OtherField).says("auth/accepted"), [format!("warning: {message}")]);
        let mut padded = scene(CredentialFault::Padded);
        padded.expect = Expect::Any;
        assert!(padded.says("auth/accepted").is_empty());
    }

    #[test]
    fn a_refusal_with_the_body_of_a_success_comes_too_late() {
        let refused = |schema: Value, body: &str| {
            let mut scene = scene(CredentialFault::None).answer(401, "application/json", body);
            scene.operation.responses[0].media[0].schema = Some(Schema::standalone(schema).unwrap());
            scene.says("auth/effect")
        };
        let session = || json!({"required": ["id"], "properties": {"id": {"type": "string"}}});
        let message = "error: the 401 to a request with no credential carries the body of a success";
        assert_eq!(refused(session(), r#"{"id": "ses_1"}"#), [message]);
        assert_eq!(refused(session(), r#"{"error": "no key"}"#), ["passed"]);
        for vague in [json!({}), json!({"required": ["message"]})] {
            assert_eq!(refused(vague, r#"{"id": "ses_1", "message": "no key"}"#), ["passed"]);
        }
    }

    #[test]
    fn a_documented_error_gives_nothing_away_either() {
        let mut scene = Scene::with_schema(json!({"required": ["id"]})).answer(402, "application/json", r#"{"id": 1}"#);
        let message = "error: the 402 to a request with a documented reason to refuse it carries the body of a success";
        assert!(scene.says("auth/effect").is_empty(), "nothing says that it must be refused");
        scene.kind = CaseKind::Error;
        assert_eq!(scene.says("auth/effect"), [message]);
    }

    #[test]
    fn a_refusal_with_items_of_the_stream_comes_too_late_and_an_error_event_does_not() {
        let refused = |body: &str| {
            let mut scene = scene(CredentialFault::Wrong).answer(401, "text/event-stream", body);
            let item = Schema::standalone(json!({"required": ["delta"]})).unwrap();
            let stream = StreamContract {
                item: Some(ItemSchema::Payload(item)),
                ..StreamContract::plain(contract::Framing::Sse)
            };
            let media = MediaType { stream: Some(stream), ..media_type("text/event-stream") };
            scene.operation.responses[0].media.push(media);
            scene.says("auth/effect")
        };
        let message = "error: the 401 to a request with a credential that was never issued carries items of a stream";
        assert_eq!(refused("data: {\"delta\": \"Hi\"}\n\n"), [message]);
        assert_eq!(refused("data: {\"error\": \"no key\"}\n\ndata: [DONE]\n\n"), ["passed"]);
    }

    #[test]
    fn a_refusal_with_a_stream_of_the_profile_comes_too_late() {
        let kind = |kinds: &[&str]| StreamContract {
            kind: Some(KindSelector::Pointer("/type".to_owned())),
            errors: vec!["error".to_owned()],
            concat: kinds.first().map(|of| Concat {
                of: Some((*of).to_owned()),
                piece: "/delta".to_owned(),
                whole_kind: None,
                whole: None,
                like: None,
            }),
            ..StreamContract::plain(contract::Framing::Sse)
        };
        let refused = |stream: StreamContract, body: &str| {
            let source = Source { document: "d".to_owned(), quote: None, strength: Strength::Standard, section: None };
            let dialect = Dialect {
                name: "chat".to_owned(),
                essence: "text/event-stream".to_owned(),
                claim: IndexMap::new(),
                first: vec!["start".to_owned()],
                stream,
                source,
            };
            let profile = Profile { name: "chats".to_owned(), dialects: vec![dialect] };
            let stream =
                StreamContract { profile: Some(Arc::new(profile)), ..StreamContract::plain(contract::Framing::Sse) };
            let mut scene = Scene::new().answer(402, "text/event-stream", body);
            scene.kind = CaseKind::Error;
            scene.operation.responses[0].media =
                vec![MediaType { stream: Some(stream), ..media_type("text/event-stream") }];
            scene.says("auth/effect")
        };
        let whole = "data: {\"type\": \"start\"}\n\ndata: {\"type\": \"text\", \"delta\": \"Hi\"}\n\n";
        let message = "error: the 402 to a request with a documented reason to refuse it carries items of a stream";
        assert_eq!(refused(kind(&[]), whole), [message]);
        assert_eq!(refused(kind(&["text"]), &format!("{whole}data: {{\"type\": \"error\"}}\n\n")), [message]);
        let error = "data: {\"type\": \"start\"}\n\ndata: {\"type\": \"error\", \"errorText\": \"no\"}\n\n";
        for stream in [kind(&[]), kind(&["text"])] {
            assert_eq!(refused(stream.clone(), error), ["passed"]);
            assert_eq!(refused(stream, "event: error\ndata: {\"code\": \"NO_CREDITS\"}\n\n"), ["passed"]);
        }
    }

    #[test]
    fn who_brings_no_credential_gets_the_documented_401() {
        let says = |status, documented: &[u16]| {
            let mut scene = scene(CredentialFault::None).answer(status, "text/plain", "no");
            for status in documented {
                scene.document(StatusPattern::Exact(*status));
            }
            scene.says("auth/status")
        };
        let message = "warning: answered 403 to a request with no credential, and the document has 401";
        assert_eq!(says(403, &[401]), [message]);
        assert_eq!(says(401, &[401]), ["passed"]);
        for documented in [[].as_slice(), &[403], &[401, 403]] {
            assert!(says(403, documented).is_empty(), "{documented:?}");
        }
        assert!(says(404, &[401]).is_empty(), "what others may not see may as well not be there");
    }

    #[test]
    fn an_operation_that_anyone_may_call_is_not_judged() {
        let mut scene = scene(CredentialFault::None);
        scene.operation.security.push(SecurityRequirement(Vec::new()));
        assert!(scene.says("auth/accepted").is_empty());
    }

    #[test]
    fn a_missing_resource_is_no_sign_of_a_lock() {
        let mut scene = scene(CredentialFault::None).answer(404, "text/plain", "no");
        scene.verified = false;
        assert!(scene.says("auth/accepted")[0].starts_with("not checked: answered 404"));
    }
}
