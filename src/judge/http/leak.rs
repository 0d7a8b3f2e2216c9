//! Whether an answer tells what nobody outside should know.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Regex, RegexSet};

use super::super::excerpt::excerpt;
use super::super::{At, Finding};
use super::{Evidence, Rule, RuleSource, Severity, Sink};
use crate::send::Answer;
use crate::target::{Part, Secret, SecretForm, Sighting};

const LEAK: Rule = Rule {
    id: "http/leak",
    severity: Severity::Warning,
    what: "No answer holds the caller's credential in any form, and no error a stack trace, a database error or a path of the server.",
    why: "Answers end up in logs and in browsers; what they tell of the inside helps an attacker.",
    source: RuleSource::Practice("OWASP API Security Top 10 (2023), API8: security misconfiguration"),
    example: "{\"error\": \"Traceback (most recent call last): File \\\"/srv/app/chat.py\\\", line 12\"}",
    judge: leak,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[LEAK];

/// Shortest credential that is looked for: a shorter one may stand in a text by chance.
const SHORTEST_SECRET: usize = 8;

/// What an error must not tell: what it is called, and how it looks.
const TELLTALES: &[(&str, &str)] = &[
    ("a stack trace", r"Traceback \(most recent call last\)"),
    ("a stack trace", r#"(?m)^\s*File "[^"]+", line \d+"#),
    ("a stack trace", r"(?m)^\s*at .*(?:\.[cm]?[jt]sx?|node:[\w/]+|<anonymous>):\d+"),
    ("a stack trace", r"(?m)^\s*at [\w$.<>]+\([\w$]+\.(?:java|kt|scala):\d+\)"),
    ("a stack trace", r"(?m)^\s*at .+ in .+:line \d+"),
    ("a stack trace", r"(?m)^\s*(?:from )?\S+\.rb:\d+:in [`']"),
    ("a stack trace", r"(?m)^goroutine \d+ \["),
    ("a stack trace", r"thread '[^']*' (?:\(\d+\) )?panicked at"),
    ("a stack trace", r"(?m)^#\d+ \S+\.php\(\d+\)"),
    ("a database error", r"SQLSTATE\[|\bORA-\d{5}\b|\bSQLITE_(?:ERROR|CONSTRAINT|BUSY)\b|PSQLException"),
    ("a database error", r"(?i)syntax error at or near|error in your SQL syntax|unclosed quotation mark"),
    (
        "a database error",
        r#"(?i)violates (?:unique|foreign key|not-null|check) constraint|relation "\w+" does not exist"#,
    ),
    ("a database error", r"Invalid `prisma\.|PrismaClient\w*Error"),
    (
        "a path of the server",
        r#"(?:^|[\s"'(=\[])/(?:home|root|usr|var|opt|srv|app|Users|etc|private|workspace)(?:/[\w.@+-]+)*/[\w@+-]+\.[a-z]{1,5}\b"#,
    ),
    ("a path of the server", r#"(?:^|[\s"'(=\[])[A-Z]:\\(?:[\w .-]+\\)+[\w .-]+"#),
    ("a path of the server", r"\bnode_modules/[\w@.-]+/"),
    ("a key of a service", r"\b(?:sk-|AKIA|AIza|ghp_|xox[bp]-)[\w-]{16,}"),
];

/// The tell-tales as expressions. They are literals, and a test reads them all.
static EXPRESSIONS: LazyLock<Option<(RegexSet, Vec<Regex>)>> = LazyLock::new(|| {
    let patterns = || TELLTALES.iter().map(|(_, pattern)| *pattern);
    let each = patterns().map(Regex::new).collect::<Result<_, _>>().ok()?;
    Some((RegexSet::new(patterns()).ok()?, each))
});

fn leak(evidence: &Evidence<'_>, sink: &mut Sink) {
    let Some(answer) = evidence.answer() else { return };
    let found = credential_given_back(evidence, answer, sink).or_else(|| inside_told(evidence, answer, sink));
    match found {
        Some(finding) => sink.fail(finding),
        None => sink.pass([]),
    }
}

fn credential_given_back(evidence: &Evidence<'_>, answer: &Answer, sink: &Sink) -> Option<Finding> {
    let long = evidence.case.request.secrets().filter(|secret| secret.reveal().len() >= SHORTEST_SECRET);
    let (secret, (at, sighting)) = long.filter_map(|secret| Some((secret, given_back(secret, answer)?))).next()?;
    let part = if sighting.part == Part::Rest { "half of " } else { "" };
    let form = match sighting.form {
        SecretForm::Verbatim | SecretForm::Cut => "",
        SecretForm::OtherCase => ", in another case",
        SecretForm::Percent => ", percent-encoded",
        SecretForm::Json => ", with the escapes of JSON",
        SecretForm::Base64 => ", in base64",
    };
    let mut finding = sink.finding(format!("the answer gives {part}the caller's credential {secret:?} back{form}"));
    finding.at = at;
    finding.expected = "no credential in an answer".to_owned();
    finding.actual = format!("{part}{secret:?}{form}");
    Some(finding)
}

/// Where the answer shows the secret, in whatever form; of a long stream as far as it was kept. The first half of a pair is a user name or a public
/// key, which may be told.
fn given_back<'s>(secret: &'s Secret, answer: &Answer) -> Option<(At, Sighting<'s>)> {
    let shown = |bytes: &[u8]| {
        let found = secret.redactor().find(bytes, false);
        found.into_iter().find(|sighting| sighting.part != Part::First && sighting.form != SecretForm::Cut)
    };
    let header = answer.headers.iter().find_map(|(name, value)| Some((At::header(name), shown(value)?)));
    let in_body = || shown(&answer.body).map(|sighting| (At::byte(sighting.range.start), sighting));
    let before_tail = answer.length.saturating_sub(answer.tail.len());
    let in_tail = || shown(&answer.tail).map(|sighting| (At::byte(before_tail + sighting.range.start), sighting));
    header.or_else(in_body).or_else(in_tail)
}

fn inside_told(evidence: &Evidence<'_>, answer: &Answer, sink: &Sink) -> Option<Finding> {
    if answer.status < 400 || evidence.unreadable().is_some() {
        return None;
    }
    let text = readable(&answer.body);
    for (what, told) in telltales(&text) {
        if was_sent(evidence, told) {
            continue;
        }
        let mut finding = sink.finding(format!("the error tells {what}"));
        finding.expected = "an explanation for the caller".to_owned();
        finding.actual = excerpt(told);
        return Some(finding);
    }
    None
}

/// What a text tells of the inside of a server: what it is called, and the words. One of each kind of
/// expression.
pub(in crate::judge) fn telltales(text: &str) -> impl Iterator<Item = (&'static str, &str)> {
    let expressions = EXPRESSIONS.as_ref().into_iter();
    expressions.flat_map(move |(any, each)| {
        any.matches(text).into_iter().filter_map(|index| {
            let told = each.get(index)?.find(text)?;
            Some((TELLTALES.get(index)?.0, told.as_str().trim()))
        })
    })
}

/// The body with the escapes of JSON strings undone, as far as line ends and quotes go: a trace inside a
/// member looks like one again.
fn readable(body: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(body);
    if !text.contains('\\') {
        return text;
    }
    text.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\").into()
}

/// Whether the caller sent that text: an error may quote it.
fn was_sent(evidence: &Evidence<'_>, told: &str) -> bool {
    let request = &evidence.case.request;
    let body = request.content.as_ref().map(|content| content.body.to_bytes()).unwrap_or_default();
    let values = request.path_values.iter().map(|(_, value)| value.to_string());
    let fields = request.query.iter().chain(&request.headers).map(|(_, text)| text.to_string());
    readable(&body).contains(told) || values.chain(fields).any(|value| value.contains(told))
}

#[cfg(test)]
mod tests {
    use super::super::super::Verdict;
    use super::super::super::support::Scene;
    use super::*;
    use crate::target::Text;

    fn error(body: &str) -> Vec<String> {
        Scene::new().answer(500, "application/json", body).says("http/leak")
    }

    #[test]
    fn every_telltale_is_an_expression() {
        assert!(EXPRESSIONS.is_some());
    }

    #[test]
    fn traces_of_common_languages_are_found() {
        for trace in [
            r#"{"error": "Traceback (most recent call last):\n  File \"chat.py\", line 12"}"#,
            r#"{"stack": "Error: no\n    at chat (file:///srv/chat.js:10:5)"}"#,
            "java.lang.Error\n\tat com.example.Chat.send(Chat.java:12)",
            "   at Chat.Send() in Chat.cs:line 12",
            "chat.rb:12:in `send'",
            "goroutine 1 [running]:\nmain.main()",
            "thread 'main' panicked at src/main.rs:1:1",
            "#0 index.php(12): send()",
        ] {
            assert_eq!(error(trace), ["warning: the error tells a stack trace"], "{trace}");
        }
    }

    #[test]
    fn database_errors_and_paths_are_found() {
        assert_eq!(error("SQLSTATE[42601]: no"), ["warning: the error tells a database error"]);
        assert_eq!(
            error(r#"{"error": "cannot open /var/lib/chat/sessions.db"}"#),
            ["warning: the error tells a path of the server"]
        );
    }

    #[test]
    fn a_path_of_the_api_and_plain_words_are_no_leak() {
        for body in [
            r#"{"path": "/api/v1/sessions/ses_1/messages", "error": "Not found"}"#,
            r#"{"message": "syntax error: expected a value at line 1 column 5"}"#,
            r#"{"message": "look at https://docs.example/app/errors.html"}"#,
            "Cannot POST /sessions/home",
        ] {
            assert_eq!(error(body), ["passed"], "{body}");
        }
    }

    #[test]
    fn a_success_may_speak_of_anything() {
        let scene = Scene::new().answer(200, "text/plain", "Traceback (most recent call last): is how it begins");
        assert_eq!(scene.says("http/leak"), ["passed"]);
    }

    #[test]
    fn text_that_the_caller_sent_may_be_quoted() {
        let mut scene = Scene::new().answer(400, "text/plain", "no such session: /etc/passwd.bak");
        scene.request.path_values[0].1 = Text::plain("/etc/passwd.bak");
        assert_eq!(scene.says("http/leak"), ["passed"]);
    }

    /// What the rule says of an answer to a caller with this key.
    fn with_key(key: &str, scene: Scene) -> Vec<String> {
        let mut scene = scene;
        scene.request.headers.push(("x-api-key".to_owned(), Text::secret(Secret::new("KEY", key))));
        let checks = scene.checks("http/leak");
        assert!(!format!("{checks:?}").contains(key), "{checks:?}");
        scene.says("http/leak")
    }

    #[test]
    fn a_credential_given_back_is_named_and_never_shown() {
        let mut scene = Scene::new().answer(401, "text/plain", "invalid key pk_live_12345");
        let secret = Secret::new("KEY", "pk_live_12345");
        scene.request.headers.push(("x-api-key".to_owned(), Text::secret(secret)));
        let checks = scene.checks("http/leak");
        let Verdict::Failed(finding) = &checks[0].verdict else { panic!("{checks:?}") };
        assert_eq!(finding.message, "the answer gives the caller's credential ${KEY} back");
        assert_eq!(finding.at, At::byte(12));
        assert!(!format!("{checks:?}").contains("pk_live_12345"));
    }

    #[test]
    fn a_credential_in_another_form_is_given_back_all_the_same() {
        let body = |text: &str| with_key("pk_live_1:sk_live_2", Scene::new().answer(200, "text/plain", text));
        let given_back = |what: &str| [format!("warning: the answer gives {what}")];
        assert_eq!(body("PK_LIVE_1:SK_LIVE_2"), given_back("the caller's credential ${KEY} back, in another case"));
        assert_eq!(body("k=pk_live_1%3ask_live_2"), given_back("the caller's credential ${KEY} back, percent-encoded"));
        assert_eq!(
            body(r"pk_live_1\u003ask_live_2"),
            given_back("the caller's credential ${KEY} back, with the escapes of JSON")
        );
        assert_eq!(
            body("eyJrIjoicGtfbGl2ZV8xOnNrX2xpdmVfMiJ9"),
            given_back("the caller's credential ${KEY} back, in base64")
        );
        assert_eq!(body("sk_live_2 is revoked"), given_back("half of the caller's credential ${KEY} back"));
    }

    #[test]
    fn the_first_half_of_a_pair_is_public() {
        let scene = Scene::new().answer(200, "application/json", r#"{"user": "pk_live_1"}"#);
        assert_eq!(with_key("pk_live_1:sk_live_2", scene), ["passed"]);
    }

    #[test]
    fn a_header_of_a_success_gives_it_back_too() {
        let scene = Scene::new().header("x-caller", "key=SK_LIVE_2222");
        let said = with_key("sk_live_2222", scene);
        assert_eq!(said, ["warning: the answer gives the caller's credential ${KEY} back, in another case"]);
    }
}
