//! Whether a caller without the right credential is kept out.

use super::{Evidence, Rule, RuleSource, Severity, Sink};
use crate::contract::{PromiseId, Subject};
use crate::generate::{CaseKind, CredentialFault};

const ACCEPTED: Rule = Rule {
    id: "auth/accepted",
    severity: Severity::Error,
    what: "A request without the documented credential, or with one that was never issued, is refused.",
    why: "An endpoint that answers anybody gives away its owner's data and money.",
    source: RuleSource::Contract,
    example: "HTTP/1.1 200 OK to a request without `x-api-key`",
    judge: accepted,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[ACCEPTED];

fn accepted(evidence: &Evidence<'_>, sink: &mut Sink) {
    let (CaseKind::Credential(fault), Some(answer)) = (&evidence.case.kind, evidence.answer()) else { return };
    let open_to_all = evidence.operation().security.iter().any(|requirement| requirement.0.is_empty());
    if open_to_all {
        return;
    }
    match answer.status {
        200..=299 => {}
        429 if evidence.throttled() => return sink.not_checked("rate limited"),
        401 | 403 => return sink.pass(security_promises(evidence)),
        300..=499 if evidence.context.verified => return sink.pass(security_promises(evidence)),
        300..=499 => return sink.not_verified(answer.status),
        _ => return,
    }
    let mut finding = sink.finding(format!("answered {} to a request with {}", answer.status, credential(*fault)));
    finding.expected = "a refusal, such as 401".to_owned();
    finding.actual = answer.status.to_string();
    sink.fail(finding.breaking(evidence.contract, security_promises(evidence)));
}

fn credential(fault: CredentialFault) -> &'static str {
    match fault {
        CredentialFault::None => "no credential",
        CredentialFault::Empty => "an empty credential",
        CredentialFault::Wrong => "a credential that was never issued",
        CredentialFault::Malformed => "a credential of no known form",
        CredentialFault::WrongSecret => "the right first part of a credential and a wrong second",
        CredentialFault::WrongPublic => "a wrong first part of a credential and the right second",
        CredentialFault::Half => "the first part of a credential alone",
        CredentialFault::Unsigned => "a token that says it is not signed",
    }
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
    use super::super::support::Scene;
    use super::*;
    use crate::contract::{CredentialForm, SecurityRequirement, SecurityScheme, Strength};
    use crate::generate::Expect;

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
