//! Whether a text that comes back is still the text that was sent.
//!
//! A server may tidy up what it stores. What is told here are the marks that a layer leaves which takes a text
//! for something else: HTML, a statement in SQL, bytes of another encoding.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::annotation::escaped;
use super::excerpt::excerpt;
use super::{At, Evidence, Rule, RuleSource, Severity, Sink};
use crate::generate::{Body, Expect};

const DAMAGED: Rule = Rule {
    id: "echo/damaged",
    severity: Severity::Warning,
    what: "A text of the request that comes back under its name is not escaped, doubled, misread or cut.",
    why: "What people write must come out as it went in: `O'Brien` stays `O'Brien`, and an emoji one character.",
    source: RuleSource::Practice("members of one name in a request and in its answer mean the same"),
    example: "POST {\"name\": \"O'Brien\"} answered with {\"name\": \"O''Brien\"}",
    judge: damaged,
};

/// The rules of this family.
pub static RULES: &[Rule] = &[DAMAGED];

fn damaged(evidence: &Evidence<'_>, sink: &mut Sink) {
    let served = evidence.answer().is_some_and(|answer| answer.status / 100 == 2);
    let sent = evidence.case.request.content.as_ref().map(|content| &content.body);
    let (true, Expect::Success { .. }, Some(Body::Json(sent)), Some(Ok(answered))) =
        (served, &evidence.case.expect, sent, evidence.json())
    else {
        return;
    };
    let inner = answered.get("data").filter(|data| data.is_object());
    for (pointer, sent) in texts(sent) {
        let prefix = if inner.is_some() { "/data" } else { "" };
        let at = format!("{prefix}{pointer}");
        let Some(read) = answered.pointer(&at).and_then(Value::as_str) else { continue };
        match damage(sent, read) {
            None if sent == read => sink.pass([]),
            // Another text is another meaning, or tidied up.
            None => {}
            Some(damage) => {
                let mut finding = sink.finding(format!("the text that was sent as {pointer} came back {damage}"));
                finding.at = At::pointer(at);
                finding.expected = excerpt(sent);
                finding.actual = excerpt(read);
                sink.fail(finding);
            }
        }
    }
}

/// The texts of a body, each with its JSON Pointer; those in lists are left out, for lists are sorted.
fn texts(body: &Value) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    let mut waiting = vec![(String::new(), body)];
    while let Some((pointer, value)) = waiting.pop() {
        match value {
            Value::String(text) => found.push((pointer, text.as_str())),
            Value::Object(members) => {
                waiting.extend(members.iter().map(|(name, value)| (format!("{pointer}/{}", escaped(name)), value)))
            }
            _ => {}
        }
    }
    found.reverse();
    found
}

/// What was done to a text on its way, where that can be told.
fn damage(sent: &str, read: &str) -> Option<&'static str> {
    if sent == read {
        return None;
    }
    let is_wide = |character: char| u32::from(character) > 0xffff;
    let traces: [(&str, &dyn Fn() -> bool); 9] = [
        ("escaped as HTML", &|| without_entities(read) == sent),
        ("with its quotes doubled", &|| with_single_quotes(read) == sent),
        ("escaped as HTML and with its quotes doubled", &|| with_single_quotes(&without_entities(read)) == sent),
        ("with backslashes before its quotes", &|| read.replace("\\'", "'").replace("\\\"", "\"") == sent),
        ("percent-encoded", &|| percent_decode_str(read).decode_utf8().is_ok_and(|text| text == sent)),
        ("as UTF-8 read as Latin-1", &|| from_latin1(read).as_deref() == Some(sent)),
        ("with question marks in place of characters", &|| is_asked(sent, read)),
        ("without its characters beyond U+FFFF", &|| sent.replace(is_wide, "") == read),
        ("cut at U+0000", &|| sent.split_once('\0').is_some_and(|(before, _)| before == read)),
    ];
    traces.into_iter().find(|(_, shows)| shows()).map(|(said, _)| said)
}

fn without_entities(text: &str) -> String {
    const ENTITIES: [(&str, &str); 8] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

fn with_single_quotes(text: &str) -> String {
    text.replace("''", "'").replace("\"\"", "\"")
}

/// The text whose UTF-8 bytes these characters are, one by one.
fn from_latin1(text: &str) -> Option<String> {
    let bytes: Option<Vec<u8>> = text.chars().map(|character| u8::try_from(u32::from(character)).ok()).collect();
    String::from_utf8(bytes?).ok()
}

/// Whether characters beyond ASCII were lost, each for one sign or two.
fn is_asked(sent: &str, read: &str) -> bool {
    let lost = |sign: &str, of_wide: usize| -> String {
        let shown = |character: char| match character {
            _ if character.is_ascii() => character.to_string(),
            _ if u32::from(character) > 0xffff => sign.repeat(of_wide),
            _ => sign.to_owned(),
        };
        sent.chars().map(shown).collect()
    };
    ["?", "\u{fffd}"].iter().any(|sign| [1, 2, 4].iter().any(|of_wide| lost(sign, *of_wide) == read))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::generate::Content;
    use crate::judge::support::Scene;

    fn says(sent: &Value, answered: &Value) -> Vec<String> {
        let mut scene = Scene::new().answer(200, "application/json", &answered.to_string());
        let body = Body::Json(sent.clone());
        scene.request.content = Some(Content { content_type: Some("application/json".to_owned()), body });
        scene.says("echo/damaged")
    }

    #[test]
    fn what_a_layer_leaves_on_a_text_is_told() {
        let text = "<b>O'Brien</b> & 👩 é\0!";
        let damages = [
            ("&lt;b&gt;O&#39;Brien&lt;/b&gt; &amp; 👩 é\0!", "escaped as HTML"),
            ("<b>O''Brien</b> & 👩 é\0!", "with its quotes doubled"),
            ("&lt;b>O''Brien&lt;/b> & 👩 é\0!", "escaped as HTML and with its quotes doubled"),
            ("<b>O\\'Brien</b> & 👩 é\0!", "with backslashes before its quotes"),
            ("%3Cb%3EO'Brien</b> & 👩 é%00!", "percent-encoded"),
            ("<b>O'Brien</b> & ð\u{9f}\u{91}© Ã©\0!", "as UTF-8 read as Latin-1"),
            ("<b>O'Brien</b> & ? ?\0!", "with question marks in place of characters"),
            ("<b>O'Brien</b> & ?? ?\0!", "with question marks in place of characters"),
            ("<b>O'Brien</b> &  é\0!", "without its characters beyond U+FFFF"),
            ("<b>O'Brien</b> & 👩 é", "cut at U+0000"),
        ];
        for (read, said) in damages {
            let told = says(&json!({"name": text}), &json!({"name": read}));
            assert_eq!(told, [format!("warning: the text that was sent as /name came back {said}")], "{read}");
        }
    }

    #[test]
    fn what_is_tidied_up_or_means_something_else_is_not() {
        for read in ["o'brien", "O'Brien ", "", "somebody else"] {
            assert!(says(&json!({"name": "O'Brien"}), &json!({"name": read})).is_empty(), "{read}");
        }
        assert_eq!(says(&json!({"a": {"b": "x"}}), &json!({"data": {"a": {"b": "x"}}})), ["passed"]);
        assert!(says(&json!({"tags": ["it's"]}), &json!({"tags": ["it''s"]})).is_empty());
    }
}
