//! What a refusal carries, by its status.

use super::super::At;
use super::date::is_date;
use super::{Evidence, Rule, RuleSource, Severity, Sink, about_header, members};
use crate::generate::CaseKind;

const WWW_AUTHENTICATE: Rule = Rule {
    id: "http/www-authenticate",
    severity: Severity::Warning,
    what: "A 401 names in WWW-Authenticate how to get in.",
    why: "A client learns from the challenge which scheme to use; services with API keys often leave it out.",
    source: RuleSource::Standard("RFC 9110 15.5.2"),
    example: "HTTP/1.1 401 Unauthorized without WWW-Authenticate",
    judge: www_authenticate,
};

const ALLOW: Rule = Rule {
    id: "http/allow",
    severity: Severity::Error,
    what: "A 405 lists the methods that are allowed in Allow: those of the document, and not the refused one.",
    why: "The list is the only thing that a 405 has to tell.",
    source: RuleSource::Standard("RFC 9110 10.2.1"),
    example: "HTTP/1.1 405 Method Not Allowed without Allow",
    judge: allow,
};

const METHOD: Rule = Rule {
    id: "http/method",
    severity: Severity::Warning,
    what: "A known method that a resource does not have is answered 405.",
    why: "404 says that the resource is not there, and a 2xx that something was done.",
    source: RuleSource::Standard("RFC 9110 9.1"),
    example: "HTTP/1.1 404 Not Found to DELETE, where the same path takes POST",
    judge: method,
};

const UNSUPPORTED_MEDIA_TYPE: Rule = Rule {
    id: "http/unsupported-media-type",
    severity: Severity::Note,
    what: "A body under a media type that the document does not name is answered 415, or 400.",
    why: "A body that is read as something else than its sender says may be misread.",
    source: RuleSource::Standard("RFC 9110 15.5.16"),
    example: "HTTP/1.1 200 OK to a JSON text sent as text/plain",
    judge: unsupported_media_type,
};

const RETRY_AFTER: Rule = Rule {
    id: "http/retry-after",
    severity: Severity::Warning,
    what: "A 429 may not be cached, and Retry-After, where sent, is a date or whole seconds.",
    why: "A client that cannot read when to come back comes back at once.",
    source: RuleSource::Standard("RFC 6585 4"),
    example: "HTTP/1.1 429 Too Many Requests\nRetry-After: 1.5s",
    judge: retry_after,
};

const PROBLEM_JSON: Rule = Rule {
    id: "http/problem-json",
    severity: Severity::Error,
    what: "`status` in a problem+json body is the answer's own status.",
    why: "Whoever gets the body alone, from a queue or a log, takes it for the status.",
    source: RuleSource::Standard("RFC 9457 3.1.2"),
    example: "HTTP/1.1 404 Not Found\nContent-Type: application/problem+json\n\n{\"status\": 400}",
    judge: problem_json,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[WWW_AUTHENTICATE, ALLOW, METHOD, UNSUPPORTED_MEDIA_TYPE, RETRY_AFTER, PROBLEM_JSON];

fn www_authenticate(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer().filter(|answer| answer.status == 401) else { return };
    let challenge = answer.header("www-authenticate");
    if challenge.as_ref().is_some_and(|challenge| !challenge.trim().is_empty()) {
        return sink.pass([]);
    }
    let message = "the 401 has no challenge".to_owned();
    sink.fail(about_header(sink, "www-authenticate", message, "a challenge, such as `Bearer`", challenge));
}

fn allow(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer().filter(|answer| answer.status == 405) else { return };
    let Some(allow) = answer.header("allow") else {
        let message = "the 405 does not say which methods are allowed".to_owned();
        return sink.fail(about_header(sink, "allow", message, "the allowed methods; there may be none", None));
    };
    let Some(message) = wrong_list(evidence, &allow) else { return sink.pass([]) };
    let mut finding = about_header(sink, "allow", message, "the methods of the path", Some(allow));
    finding.severity = Severity::Warning;
    sink.fail(finding);
}

/// What is wrong with the methods that a refusal lists: the refused one is among them, or one that the
/// document has for the path is not.
fn wrong_list(evidence: &Evidence<'_>, allow: &str) -> Option<String> {
    let refused = &evidence.case.request.method;
    let listed: Vec<_> = allow.split(',').map(str::trim).collect();
    if listed.contains(&refused.as_str()) {
        return Some(format!("{refused} is refused with 405 and listed in Allow"));
    }
    let path = &evidence.operation().path;
    let mut documented = evidence.contract.operations.iter().filter(|operation| operation.path == *path);
    let omitted = documented.find(|other| other.method != *refused && !listed.contains(&other.method.as_str()))?;
    Some(format!("Allow omits {}, which the document has for the path", omitted.method))
}

fn method(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer().filter(|_| breaks(evidence, "method")) else { return };
    let method = &evidence.case.request.method;
    // Every resource may be asked about itself.
    if [http::Method::OPTIONS, http::Method::HEAD].contains(method) {
        return;
    }
    match answer.status {
        405 | 501 => sink.pass([]),
        401 | 403 | 429 => sink.not_checked(format!("answered {} before the method was looked at", answer.status)),
        500.. => {}
        status => {
            let mut finding = sink.finding(format!("{method} is answered {status}, not 405"));
            finding.expected = "405".to_owned();
            finding.actual = status.to_string();
            sink.fail(finding);
        }
    }
}

fn unsupported_media_type(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer().filter(|_| breaks(evidence, "media-type")) else { return };
    match answer.status {
        415 | 400 => sink.pass([]),
        401..=404 | 412 | 428 | 429 => {
            sink.not_checked(format!("answered {} before the media type was looked at", answer.status));
        }
        500.. => {}
        status => {
            let mut finding = sink.finding(format!("a media type that is not documented is answered {status}"));
            finding.expected = "415 or 400".to_owned();
            finding.actual = status.to_string();
            sink.fail(finding);
        }
    }
}

fn breaks(evidence: &Evidence<'_>, keyword: &str) -> bool {
    matches!(&evidence.case.kind, CaseKind::Negative(violation) if violation.keyword == keyword)
}

fn retry_after(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer() else { return };
    let retry_after = answer.header("retry-after");
    if answer.status != 429 && retry_after.is_none() {
        return;
    }
    if let Some(value) = retry_after.filter(|value| !is_delay(value)) {
        let message = format!("Retry-After on a {} is neither a date nor whole seconds", answer.status);
        let expected = "`120` or `Sun, 22 Nov 2026 08:00:00 GMT`";
        return sink.fail(about_header(sink, "retry-after", message, expected, Some(value)));
    }
    let cache_control = answer.header("cache-control");
    if answer.status == 429 && members(cache_control.clone()).iter().any(|directive| keeps(directive)) {
        let message = "the 429 may be kept by caches".to_owned();
        return sink.fail(about_header(sink, "cache-control", message, "`no-store`, or no word", cache_control));
    }
    sink.pass([]);
}

/// `delay-seconds` or a date (RFC 9110 10.2.3).
fn is_delay(value: &str) -> bool {
    let value = value.trim();
    let seconds = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    seconds || is_date(value)
}

/// Whether a Cache-Control directive lets a cache keep the answer.
fn keeps(directive: &str) -> bool {
    let age = directive.strip_prefix("max-age=").or_else(|| directive.strip_prefix("s-maxage="));
    directive == "public" || age.is_some_and(|age| age.parse::<u64>().is_ok_and(|age| age > 0))
}

fn problem_json(evidence: &Evidence<'_>, sink: &mut Sink) {
    let problem = evidence.answer().filter(|answer| answer.essence().as_deref() == Some("application/problem+json"));
    let (Some(answer), Some(Ok(body))) = (problem, evidence.json()) else { return };
    let Some(status) = body.get("status") else { return };
    if status.as_u64() == Some(answer.status.into()) {
        return sink.pass([]);
    }
    let mut finding = sink.finding(format!("`status` in the problem is {status}, and the answer is {}", answer.status));
    finding.at = At::pointer("/status");
    finding.expected = answer.status.to_string();
    finding.actual = super::super::excerpt::excerpt_of(status);
    sink.fail(finding);
}

#[cfg(test)]
mod tests {
    use super::super::super::support::Scene;
    use super::*;
    use crate::contract::{Location, Strength};
    use crate::generate::{Expect, Violation};

    fn negative(keyword: &str) -> Scene {
        let mut scene = Scene::new();
        scene.kind = CaseKind::Negative(Violation {
            at: Location::Body(String::new()),
            inside: String::new(),
            keyword: keyword.to_owned(),
            what: "it is wrong".to_owned(),
            strength: Strength::Documented,
            essential: true,
            promise: None,
        });
        scene.expect = Expect::Refusal;
        scene
    }

    #[test]
    fn a_401_needs_a_challenge() {
        let scene = Scene::new().answer(401, "text/plain", "Unauthorized");
        assert_eq!(scene.says("http/www-authenticate"), ["warning: the 401 has no challenge"]);
        assert_eq!(scene.header("www-authenticate", "Bearer").says("http/www-authenticate"), ["passed"]);
    }

    #[test]
    fn a_405_needs_allow_and_may_allow_nothing() {
        let scene = || Scene::new().answer(405, "text/plain", "no");
        assert_eq!(scene().says("http/allow"), ["error: the 405 does not say which methods are allowed"]);
        assert_eq!(scene().header("allow", "").says("http/allow"), ["passed"]);
    }

    #[test]
    fn allow_lists_the_documented_methods_of_the_path_and_not_the_refused_one() {
        let says = |allow: &str| {
            let mut scene = negative("method").answer(405, "text/plain", "no").header("allow", allow);
            scene.request.method = http::Method::DELETE;
            scene.says("http/allow").remove(0)
        };
        assert_eq!(says("GET, POST"), "passed");
        assert_eq!(says("POST"), "passed");
        assert_eq!(says("GET"), "warning: Allow omits POST, which the document has for the path");
        assert_eq!(says("POST, DELETE"), "warning: DELETE is refused with 405 and listed in Allow");
    }

    #[test]
    fn another_method_is_405() {
        let mut scene = negative("method").answer(404, "text/plain", "no");
        scene.request.method = http::Method::DELETE;
        assert_eq!(scene.says("http/method"), ["warning: DELETE is answered 404, not 405"]);
        assert_eq!(scene.answer(405, "text/plain", "no").says("http/method"), ["passed"]);
    }

    #[test]
    fn a_resource_may_answer_options_and_a_lock_comes_before_the_method() {
        let mut scene = negative("method").answer(204, "", "");
        scene.request.method = http::Method::OPTIONS;
        assert!(scene.says("http/method").is_empty());
        scene.request.method = http::Method::PUT;
        let locked = scene.answer(401, "text/plain", "no");
        assert_eq!(locked.says("http/method"), ["not checked: answered 401 before the method was looked at"]);
    }

    #[test]
    fn another_media_type_is_415_or_400() {
        let scene = negative("media-type");
        assert_eq!(
            scene.says("http/unsupported-media-type"),
            ["note: a media type that is not documented is answered 200"]
        );
        assert_eq!(scene.answer(415, "text/plain", "no").says("http/unsupported-media-type"), ["passed"]);
    }

    #[test]
    fn retry_after_is_a_date_or_whole_seconds() {
        let says = |value: &str| {
            Scene::new().answer(429, "text/plain", "slow down").header("retry-after", value).says("http/retry-after")
        };
        assert_eq!(says("1.5s"), ["warning: Retry-After on a 429 is neither a date nor whole seconds"]);
        assert_eq!(says("30"), ["passed"]);
        assert_eq!(says("Sun, 22 Nov 2026 08:00:00 GMT"), ["passed"]);
    }

    #[test]
    fn a_429_is_not_for_caches() {
        let says = |value: &str| {
            Scene::new().answer(429, "text/plain", "slow down").header("cache-control", value).says("http/retry-after")
        };
        assert_eq!(says("public, max-age=60"), ["warning: the 429 may be kept by caches"]);
        assert_eq!(says("no-store, max-age=0"), ["passed"]);
    }

    #[test]
    fn a_problem_gives_its_own_status() {
        let problem = |body: &str| Scene::new().answer(404, "application/problem+json", body).says("http/problem-json");
        assert_eq!(problem(r#"{"status": 400}"#), ["error: `status` in the problem is 400, and the answer is 404"]);
        assert_eq!(problem(r#"{"status": 404}"#), ["passed"]);
        assert!(problem(r#"{"title": "No"}"#).is_empty());
    }
}
