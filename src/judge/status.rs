//! Whether the status is one that the document has for this request.

use super::error::described;
use super::state::refused_for_state;
use super::{Evidence, Rule, RuleSource, Severity, Sink};
use crate::contract::{PromiseId, Strength, Subject};
use crate::generate::{CaseKind, Expect};

const UNDOCUMENTED: Rule = Rule {
    id: "status/undocumented",
    severity: Severity::Error,
    what: "A success has a status that the document names for the operation.",
    why: "A client branches on the statuses that it knows; one that nobody wrote down falls through to its error path.",
    source: RuleSource::Contract,
    example: "HTTP/1.1 202 Accepted, where the document names 200 and 201",
    judge: undocumented,
};

const VALID_REFUSED: Rule = Rule {
    id: "status/valid-refused",
    severity: Severity::Error,
    what: "A request that the document allows is served.",
    why: "Whoever writes a client by the document must not be turned away for keeping to it.",
    source: RuleSource::Contract,
    example: "HTTP/1.1 400 Bad Request to {\"content\": \"Hi\"}, where `content` alone is required",
    judge: valid_refused,
};

const INVALID_ACCEPTED: Rule = Rule {
    id: "status/invalid-accepted",
    severity: Severity::Error,
    what: "A request that breaks one constraint of the document is refused.",
    why: "A mistake that is accepted today becomes data that nobody can read, and a constraint that clients cannot rely on.",
    source: RuleSource::Contract,
    example: "HTTP/1.1 200 OK to {\"stream\": true}, where `content` is required",
    judge: invalid_accepted,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[UNDOCUMENTED, VALID_REFUSED, INVALID_ACCEPTED];

fn undocumented(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer() else { return };
    let redirected = answer.status / 100 == 3 && matches!(evidence.case.expect, Expect::Success { .. });
    let judged = answer.status / 100 == 2 || redirected;
    let documented = &evidence.operation().responses;
    if !judged || !evidence.documented_method() || documented.is_empty() {
        return;
    }
    if let Some(response) = evidence.response() {
        return sink.pass(response.promises.iter().copied());
    }
    let statuses: Vec<_> = documented.iter().map(|response| response.status.to_string()).collect();
    let mut finding =
        sink.finding(format!("{} is not a documented status of {}", answer.status, evidence.operation().id));
    finding.expected = format!("one of {}", statuses.join(", "));
    finding.actual = answer.status.to_string();
    sink.fail(finding.breaking(evidence.contract, success_promises(evidence)));
}

/// The promises behind the documented successes: what an undocumented one breaks.
fn success_promises(evidence: &Evidence<'_>) -> Vec<PromiseId> {
    let successes = (200..300).filter_map(|status| evidence.operation().response(status));
    let mut promises: Vec<_> = successes.flat_map(|response| response.promises.iter().copied()).collect();
    promises.sort_unstable();
    promises.dedup();
    promises
}

fn valid_refused(evidence: &Evidence<'_>, sink: &mut Sink) {
    let (Expect::Success { .. }, Some(answer)) = (&evidence.case.expect, evidence.answer()) else { return };
    if evidence.throttled() {
        return sink.not_checked("rate limited");
    }
    match answer.status {
        status if evidence.operation().is_served_by(status) => {
            return sink.pass(evidence.case.promises.iter().copied());
        }
        400..=499 if evidence.case.kind == CaseKind::Reading => return sink.only_read(answer.status),
        400..=499 => {}
        _ => return,
    }
    if evidence.turned_away() {
        return sink.not_admitted(answer.status);
    }
    let misses_a_thing = matches!(answer.status, 403 | 404 | 409 | 410 | 423);
    if misses_a_thing && let Some(giver) = evidence.inferred_giver() {
        return sink.not_checked(format!(
            "answered {}, and that the id which {giver} answered names a thing here is not documented",
            answer.status
        ));
    }
    if let Some(state) = refused_for_state(evidence) {
        return sink.not_checked(format!("answered {}, which is documented: {state}", answer.status));
    }
    if evidence.case.request.method == http::Method::DELETE && matches!(answer.status, 404 | 410) {
        return sink.not_checked(format!("answered {}, and it may have been deleted before", answer.status));
    }
    let example = evidence.case.kind == CaseKind::Example;
    let misunderstood = matches!(answer.status, 400 | 405 | 415 | 422);
    // No other id makes a method or a media type known.
    let is_of_the_form = matches!(answer.status, 405 | 415);
    let tells = example && misunderstood || is_of_the_form;
    if !evidence.context.verified && !tells {
        return sink.not_verified(answer.status);
    }
    let what = if example { "the document's own example" } else { "a valid request" };
    let mut finding = sink.finding(format!("{what} is refused with {}", answer.status));
    if !evidence.context.verified {
        finding.severity = Severity::Warning;
    }
    finding.expected = "a documented success".to_owned();
    finding.actual = described(evidence, answer);
    // Which of the sentences that the request keeps was not believed, nobody can tell: the operation's own
    // first is broken in any case.
    let mut served = evidence.operation().promises.iter().copied();
    let served = served.find(|promise| evidence.contract.promise(*promise).subject == Subject::Operation);
    sink.fail(finding.breaking(evidence.contract, served));
}

fn invalid_accepted(evidence: &Evidence<'_>, sink: &mut Sink) {
    let (Expect::Refusal, Some(answer)) = (&evidence.case.expect, evidence.answer()) else { return };
    let violation = match &evidence.case.kind {
        CaseKind::Credential(_) | CaseKind::Resource(_) => return,
        CaseKind::Negative(violation) => Some(violation),
        _ => None,
    };
    if !evidence.documented_method() {
        return;
    }
    if evidence.throttled() {
        return sink.not_checked("rate limited");
    }
    let promise = violation.and_then(|violation| violation.promise);
    match answer.status {
        status if evidence.operation().is_served_by(status) => {}
        // Refused for who asks or for what is not there: it says nothing of the constraint unless
        // the same request without the mistake is known to be served.
        401..=404 | 409 | 410 if !evidence.context.verified => {
            return sink.not_verified(answer.status);
        }
        300..=499 => return sink.pass(promise),
        _ => return,
    }
    let what = violation.map_or("the request is not valid", |violation| violation.what.as_str());
    let mut finding = sink.finding(format!("answered {} although {what}", answer.status));
    finding.severity = match violation {
        Some(violation) if violation.strength == Strength::Inferred => Severity::Note,
        Some(violation) if !violation.essential => Severity::Warning,
        _ => Severity::Error,
    };
    finding.expected = match violation {
        Some(violation) => format!("a refusal: {} breaks `{}`", violation.at, violation.keyword),
        None => "a refusal".to_owned(),
    };
    finding.actual = answer.status.to_string();
    sink.fail(finding.breaking(evidence.contract, promise));
}

#[cfg(test)]
mod tests {
    use super::super::support::Scene;
    use super::*;
    use crate::contract::{Location, StatusPattern};
    use crate::generate::Violation;

    fn negative(strength: Strength, essential: bool) -> Scene {
        let mut scene = Scene::new();
        scene.kind = CaseKind::Negative(Violation {
            at: Location::Body("/content".to_owned()),
            inside: String::new(),
            keyword: "required".to_owned(),
            what: "`content` is left out".to_owned(),
            strength,
            essential,
            promise: None,
        });
        scene.expect = Expect::Refusal;
        scene
    }

    #[test]
    fn a_success_that_no_response_names_is_undocumented() {
        let scene = Scene::new().answer(202, "application/json", "{}");
        assert_eq!(scene.says("status/undocumented"), ["error: 202 is not a documented status of createSession"]);
    }

    #[test]
    fn a_success_is_documented_by_its_class() {
        let mut scene = Scene::new().answer(201, "application/json", "{}");
        scene.document(StatusPattern::Class(2));
        assert_eq!(scene.says("status/undocumented"), ["passed"]);
    }

    #[test]
    fn an_undocumented_success_is_a_warning_where_the_success_status_is_only_inferred() {
        let mut scene = Scene::new().answer(202, "application/json", "{}");
        let inferred = scene.promise(Subject::Response, Strength::Inferred);
        scene.operation.responses[0].promises.push(inferred);
        assert_eq!(scene.says("status/undocumented"), ["warning: 202 is not a documented status of createSession"]);
    }

    #[test]
    fn a_redirect_in_place_of_a_success_is_undocumented() {
        assert_eq!(Scene::new().answer(302, "", "").says("status/undocumented").len(), 1);
        assert!(negative(Strength::Documented, true).answer(302, "", "").says("status/undocumented").is_empty());
    }

    #[test]
    fn a_plain_refusal_of_a_negative_case_needs_no_document() {
        let scene = negative(Strength::Documented, true).answer(422, "text/plain", "no");
        assert!(scene.says("status/undocumented").is_empty());
        assert_eq!(scene.says("status/invalid-accepted"), ["passed"]);
    }

    #[test]
    fn a_valid_request_with_verified_ids_must_be_served() {
        let scene = Scene::new().answer(400, "text/plain", "no");
        assert_eq!(scene.says("status/valid-refused"), ["error: a valid request is refused with 400"]);
        assert_eq!(Scene::new().says("status/valid-refused"), ["passed"]);
    }

    #[test]
    fn a_refusal_of_ids_that_we_made_up_is_no_evidence() {
        let mut scene = Scene::new().answer(404, "text/plain", "no");
        scene.verified = false;
        assert_eq!(
            scene.says("status/valid-refused"),
            ["not checked: answered 404, and no valid request with these ids was served yet"]
        );
    }

    #[test]
    fn a_credential_that_never_opened_anything_is_to_blame_for_a_401_and_not_for_a_400() {
        let refused = |status| {
            let mut scene = Scene::new().answer(status, "text/plain", "no");
            scene.admitted = false;
            scene.says("status/valid-refused")
        };
        for status in [401, 402, 403] {
            let reason = format!("not checked: answered {status}: no valid request was let in yet");
            assert_eq!(refused(status), [reason]);
        }
        assert_eq!(refused(400), ["error: a valid request is refused with 400"]);
        let admitted = Scene::new().answer(401, "text/plain", "no");
        assert_eq!(admitted.says("status/valid-refused"), ["error: a valid request is refused with 401"]);
    }

    #[test]
    fn the_documents_own_example_refused_as_malformed_is_a_warning_even_unverified() {
        let mut scene = Scene::new().answer(422, "text/plain", "no");
        scene.verified = false;
        scene.kind = CaseKind::Example;
        assert_eq!(scene.says("status/valid-refused"), ["warning: the document's own example is refused with 422"]);
    }

    #[test]
    fn a_documented_method_or_media_type_that_is_refused_is_a_warning_whatever_the_ids() {
        for status in [405, 415] {
            let mut scene = Scene::new().answer(status, "text/plain", "no");
            scene.verified = false;
            let message = format!("warning: a valid request is refused with {status}");
            assert_eq!(scene.says("status/valid-refused"), [message]);
        }
    }

    #[test]
    fn a_form_that_the_document_only_leaves_room_for_may_be_refused() {
        let says = |status, rule: &'static str| {
            let mut scene = Scene::new().answer(status, "text/plain", "no");
            scene.kind = CaseKind::Reading;
            scene.says(rule)
        };
        let reason = |status| {
            format!("not checked: answered {status}, and the document only leaves room for this form of request")
        };
        assert_eq!(says(400, "status/valid-refused"), [reason(400)]);
        assert_eq!(says(500, "http/server-error"), [reason(500)]);
        assert_eq!(says(200, "status/valid-refused"), ["passed"]);
    }

    #[test]
    fn a_documented_redirect_serves_where_the_document_has_no_other_success() {
        let redirected = |success: StatusPattern| {
            let mut scene = Scene::new().answer(307, "", "");
            scene.operation.responses[0].status = success;
            scene.document(StatusPattern::Exact(307));
            scene.says("status/valid-refused")
        };
        assert_eq!(redirected(StatusPattern::Exact(400)), ["passed"]);
        assert!(redirected(StatusPattern::Exact(200)).is_empty());
    }

    #[test]
    fn a_429_says_nothing_of_a_request() {
        let scene = Scene::new().answer(429, "text/plain", "slow down");
        assert_eq!(scene.says("status/valid-refused"), ["not checked: rate limited"]);
        let scene = negative(Strength::Documented, true).answer(429, "text/plain", "slow down");
        assert_eq!(scene.says("status/invalid-accepted"), ["not checked: rate limited"]);
    }

    #[test]
    fn an_accepted_mistake_weighs_as_much_as_the_constraint() {
        let says = |strength, essential| negative(strength, essential).says("status/invalid-accepted");
        let message = "answered 200 although `content` is left out";
        assert_eq!(says(Strength::Documented, true), [format!("error: {message}")]);
        assert_eq!(says(Strength::Documented, false), [format!("warning: {message}")]);
        assert_eq!(says(Strength::Inferred, true), [format!("note: {message}")]);
    }

    #[test]
    fn a_refusal_for_want_of_the_resource_shows_a_constraint_only_when_the_resource_is_known() {
        let mut scene = negative(Strength::Documented, true).answer(404, "text/plain", "no");
        assert_eq!(scene.says("status/invalid-accepted"), ["passed"]);
        scene.verified = false;
        assert!(scene.says("status/invalid-accepted")[0].starts_with("not checked: answered 404"));
    }
}
