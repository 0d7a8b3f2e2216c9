//! Whether a browser on another origin can read an answer as its headers say (Fetch 3.3).

use super::{Evidence, Rule, RuleSource, Severity, Sink, about_header, members};
use crate::send::Answer;

const CORS: Rule = Rule {
    id: "http/cors",
    severity: Severity::Error,
    what: "CORS headers agree with each other: no `*` with credentials, Vary on an origin that is given back, and \
           documented headers exposed.",
    why: "Browsers refuse an answer whose CORS headers contradict each other, and hide headers that are not exposed.",
    source: RuleSource::Standard("Fetch 3.3"),
    example: "Access-Control-Allow-Origin: *\nAccess-Control-Allow-Credentials: true",
    judge: cors,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[CORS];

/// Response headers that a browser always shows (Fetch 2.2.2).
const SAFELISTED: [&str; 7] =
    ["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"];

fn cors(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer() else { return };
    let Some(origin) = answer.header("access-control-allow-origin") else { return };
    let credentials = answer.header("access-control-allow-credentials").is_some_and(|value| value.trim() == "true");
    if origin.trim() == "*" && credentials {
        let message = "every origin is allowed together with credentials, which browsers refuse".to_owned();
        let expected = "the caller's origin, or no credentials";
        return sink.fail(about_header(sink, "access-control-allow-origin", message, expected, Some(origin)));
    }
    let mut kept = true;
    if gives_origin_back(evidence, &origin) && !names(answer, "vary", "origin") {
        kept = false;
        let message = "the caller's origin is given back without `Vary: Origin`".to_owned();
        let vary = answer.header("vary");
        warn(sink, about_header(sink, "vary", message, "Origin among its members", vary));
    }
    let hidden = hidden_headers(evidence, answer, credentials);
    if !hidden.is_empty() {
        kept = false;
        let hidden = hidden.join(", ");
        let message = format!("{hidden} cannot be read by a browser on another origin");
        let exposed = answer.header("access-control-expose-headers");
        warn(sink, about_header(sink, "access-control-expose-headers", message, &hidden, exposed));
    }
    if kept {
        sink.pass([]);
    }
}

/// What makes some answers useless in browsers, and no answer wrong.
fn warn(sink: &mut Sink, mut finding: super::Finding) {
    finding.severity = Severity::Warning;
    sink.fail(finding);
}

fn gives_origin_back(evidence: &Evidence<'_>, origin: &str) -> bool {
    let headers = &evidence.case.request.headers;
    headers.iter().any(|(name, value)| name.eq_ignore_ascii_case("origin") && value.reveal() == origin)
}

/// The documented headers of the answer that a browser hides.
fn hidden_headers<'a>(evidence: &Evidence<'a>, answer: &Answer, credentials: bool) -> Vec<&'a str> {
    let all = !credentials && names(answer, "access-control-expose-headers", "*");
    let headers = evidence.response().map(|response| response.headers.as_slice()).unwrap_or_default();
    let sent = headers.iter().filter(|header| answer.header_values(&header.name).next().is_some());
    let hidden = sent.map(|header| header.name.as_str()).filter(|name| {
        let lower = name.to_ascii_lowercase();
        !all && !SAFELISTED.contains(&lower.as_str()) && !names(answer, "access-control-expose-headers", &lower)
    });
    hidden.collect()
}

fn names(answer: &Answer, field: &str, member: &str) -> bool {
    members(answer.header(field)).iter().any(|candidate| candidate == member)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::support::{Scene, response_header};
    use crate::target::Text;

    const ORIGIN: &str = "https://app.example";

    fn scene(origin: &str) -> Scene {
        let mut scene = Scene::new().header("access-control-allow-origin", origin);
        scene.request.headers.push(("Origin".to_owned(), Text::plain(ORIGIN)));
        scene
    }

    #[test]
    fn an_answer_without_cors_is_not_judged() {
        assert!(Scene::new().says("http/cors").is_empty());
    }

    #[test]
    fn every_origin_with_credentials_is_an_error() {
        let scene = scene("*").header("access-control-allow-credentials", "true");
        assert_eq!(
            scene.says("http/cors"),
            ["error: every origin is allowed together with credentials, which browsers refuse"]
        );
        assert_eq!(self::scene("*").says("http/cors"), ["passed"]);
    }

    #[test]
    fn an_origin_that_is_given_back_needs_vary() {
        assert_eq!(
            scene(ORIGIN).says("http/cors"),
            ["warning: the caller's origin is given back without `Vary: Origin`"]
        );
        let varied = scene(ORIGIN).header("vary", "Accept-Encoding, origin");
        assert_eq!(varied.says("http/cors"), ["passed"]);
        assert_eq!(scene("https://fixed.example").says("http/cors"), ["passed"]);
    }

    #[test]
    fn a_documented_header_must_be_exposed() {
        let mut scene = scene("*").header("x-message-id", "m1");
        scene.operation.responses[0].headers.push(response_header("X-Message-Id", json!({})));
        assert_eq!(scene.says("http/cors"), ["warning: X-Message-Id cannot be read by a browser on another origin"]);
        assert_eq!(scene.header("access-control-expose-headers", "X-Message-ID").says("http/cors"), ["passed"]);
    }
}
