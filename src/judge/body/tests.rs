use std::time::Duration;

use serde_json::json;

use super::super::Verdict;
use super::super::support::{Scene, media_type};
use super::*;
use crate::contract::Subject;
use crate::target::Text;

#[test]
fn parameters_of_a_media_type_do_not_matter() {
    let scene = Scene::new().answer(200, "Application/JSON; charset=utf-8", "{}");
    assert_eq!(scene.says("body/media-type"), ["passed"]);
}

#[test]
fn another_media_type_is_a_finding() {
    let scene = Scene::new().answer(200, "text/html", "<p>");
    assert_eq!(scene.says("body/media-type"), ["error: text/html comes in place of application/json"]);
    let scene = Scene::new().answer(200, "", "{}");
    assert_eq!(scene.says("body/media-type"), ["error: no Content-Type comes in place of application/json"]);
}

#[test]
fn an_inferred_media_type_is_a_warning_under_a_documented_status() {
    let mut scene = Scene::new().answer(200, "text/html", "<p>");
    let documented = scene.promise(Subject::Response, Strength::Documented);
    let inferred = scene.promise(Subject::Response, Strength::Inferred);
    scene.operation.responses[0].promises.push(documented);
    scene.operation.responses[0].media[0].promises.push(inferred);
    assert_eq!(scene.says("body/media-type"), ["warning: text/html comes in place of application/json"]);
}

#[test]
fn a_documented_range_takes_every_media_type_in_it() {
    let mut scene = Scene::new().answer(200, "text/html", "<p>");
    scene.operation.responses[0].media = vec![media_type("text/*")];
    assert_eq!(scene.says("body/media-type"), ["passed"]);
}

#[test]
fn an_error_may_be_problem_json_where_json_is_documented() {
    let mut scene = Scene::new().answer(400, "application/problem+json", "{}");
    scene.document(StatusPattern::Exact(400)).media = vec![media_type("application/json")];
    assert_eq!(scene.says("body/media-type"), ["passed"]);
}

#[test]
fn an_error_in_plain_json_keeps_the_schema_of_the_problem_that_is_documented() {
    let mut scene = Scene::with_schema(json!({"required": ["title"]})).answer(422, "application/json", "{}");
    let media = scene.operation.responses[0].media.clone();
    scene.document(StatusPattern::Exact(422)).media =
        media.into_iter().map(|media| MediaType { essence: "application/problem+json".to_owned(), ..media }).collect();
    assert_eq!(scene.says("body/schema"), ["error: `title` is missing"]);
    let mut elsewhere = Scene::with_schema(json!({"required": ["title"]})).answer(404, "application/json", "{}");
    elsewhere.document(StatusPattern::Exact(404)).media = scene.operation.responses[1].media.clone();
    elsewhere.request.path_values = vec![("id".to_owned(), Text::plain("a/b"))];
    assert_eq!(
        elsewhere.says("body/schema"),
        ["not checked: a slash in a path's value may lead to no operation at all"]
    );
    let scene = scene.answer(422, "application/hal+json", "{}");
    assert_eq!(
        scene.says("body/schema"),
        ["not checked: it came as application/hal+json, and the schema is that of application/problem+json"]
    );
}

#[test]
fn a_member_that_only_requests_have_is_a_warning_and_not_shown() {
    let schema = json!({"properties": {"name": {}, "password": {"type": "string", "writeOnly": true}}});
    let scene = Scene::with_schema(schema.clone()).answer(200, "application/json", r#"{"password": "hunter2"}"#);
    assert_eq!(scene.says("body/write-only"), ["warning: /password is answered, and the document calls it writeOnly"]);
    let scene = Scene::with_schema(schema).answer(200, "application/json", r#"{"name": "Ann"}"#);
    assert!(scene.says("body/write-only").is_empty());
}

#[test]
fn a_response_without_media_says_nothing_of_the_body() {
    let mut scene = Scene::new().answer(200, "text/html", "<p>");
    scene.operation.responses[0].media.clear();
    for rule in ["body/media-type", "body/not-json", "body/schema"] {
        assert!(scene.says(rule).is_empty(), "{rule}");
    }
}

#[test]
fn the_body_of_an_undocumented_refusal_is_not_judged() {
    let scene = Scene::with_schema(json!({"required": ["id"]})).answer(418, "application/json", "{");
    for rule in ["body/media-type", "body/not-json", "body/schema"] {
        assert!(scene.says(rule).is_empty(), "{rule}");
    }
}

#[test]
fn an_answer_to_head_has_no_body_to_judge() {
    let mut scene = Scene::with_schema(json!({"required": ["id"]})).answer(200, "application/json", "");
    scene.request.method = http::Method::HEAD;
    scene.operation.method = http::Method::HEAD;
    for rule in ["body/media-type", "body/not-json", "body/schema"] {
        assert!(scene.says(rule).is_empty(), "{rule}");
    }
}

#[test]
fn a_broken_json_body_is_found_at_its_byte() {
    let scene = Scene::new().answer(200, "application/json", "{\n\"id\": nul}");
    let checks = scene.checks("body/not-json");
    let Verdict::Failed(finding) = &checks[0].verdict else { panic!("{checks:?}") };
    assert!(finding.message.starts_with("the body is no JSON: expected ident"), "{}", finding.message);
    assert_eq!(finding.at, At::byte(11));
}

#[test]
fn a_body_nested_deeper_than_we_read_is_not_checked() {
    let scene = Scene::new().answer(200, "application/json", &"[".repeat(1000));
    assert_eq!(scene.says("body/not-json"), ["not checked: the body is nested deeper than we read"]);
}

#[test]
fn a_number_or_an_escape_that_we_cannot_hold_is_legal_json() {
    let says = |rule: &str, body: &str| {
        let scene = Scene::with_schema(json!({"required": ["id"]})).answer(200, "application/json", body);
        scene.says(rule).remove(0)
    };
    let reason = "not checked: the body holds a number or an escape that we cannot read";
    for body in ["[1e999]", r#"["\ud800"]"#, r#"["\ud800\n"]"#, r#"["\udc00"]"#] {
        assert_eq!(says("body/not-json", body), reason, "{body}");
        assert_eq!(says("body/schema", body), reason, "{body}");
    }
    for body in ["[1e999", "[01e999]", r#"["\ud80"]"#] {
        assert!(says("body/not-json", body).starts_with("error: the body is no JSON"), "{body}");
    }
}

#[test]
fn the_only_response_being_default_says_nothing_of_errors() {
    let mut scene = Scene::with_schema(json!({"required": ["id"]})).answer(404, "application/json", "{}");
    scene.operation.responses[0].status = StatusPattern::Default;
    assert!(scene.says("body/schema").is_empty());
    scene.document(StatusPattern::Class(2));
    assert_eq!(scene.says("body/schema"), ["error: `id` is missing"]);
}

#[test]
fn the_media_type_of_an_event_stream_has_its_own_rule() {
    let mut scene = Scene::new().answer(200, "text/plain", "data: x");
    scene.operation.responses[0].media = vec![media_type("text/event-stream")];
    assert!(scene.says("body/media-type").is_empty());
}

#[test]
fn a_success_without_content_breaks_what_is_promised_for_its_class_and_not_what_is_said_of_it_alone() {
    let mut scene = Scene::new().answer(204, "application/json", "");
    let media = scene.operation.responses[0].media.clone();
    scene.document(StatusPattern::Class(2)).media = media;
    assert_eq!(scene.says("body/media-type"), ["error: 204 has no content in place of application/json"]);
    scene.document(StatusPattern::Exact(204));
    assert!(scene.says("body/media-type").is_empty());
}

#[test]
fn an_empty_body_is_no_json() {
    let scene = Scene::new().answer(200, "application/json", "");
    assert_eq!(scene.says("body/not-json"), ["error: the body is empty where JSON is documented"]);
}

#[test]
fn a_body_that_the_target_cut_short_is_incomplete_even_if_it_parses() {
    let mut scene = Scene::new().answer(200, "application/json", "{}");
    scene.change(|answer| answer.end = End::Idle { silence: Duration::from_secs(30) });
    assert_eq!(scene.says("body/not-json"), ["error: the JSON body is incomplete: nothing came for 30.0 s"]);
}

#[test]
fn a_body_that_we_stopped_reading_is_not_checked() {
    let mut scene = Scene::with_schema(json!({})).answer(200, "application/json", "{");
    scene.change(|answer| answer.end = End::StoppedBySize);
    for rule in ["body/not-json", "body/schema"] {
        assert_eq!(scene.says(rule), ["not checked: reading was stopped after 1 bytes"], "{rule}");
    }
}

#[test]
fn every_broken_place_of_the_schema_is_one_finding_and_five_are_enough() {
    let schema = json!({"items": {"type": "string"}});
    let scene = Scene::with_schema(schema).answer(200, "application/json", "[1, 2, 3, 4, 5, 6, \"x\"]");
    let says = scene.says("body/schema");
    assert_eq!(says.len(), 5);
    assert_eq!(says[0], "error: `[0]` is a number, not a string");
}

#[test]
fn a_broken_schema_under_an_inferred_response_is_a_warning() {
    let mut scene = Scene::with_schema(json!({"required": ["id"]}));
    let inferred = scene.promise(Subject::Response, Strength::Inferred);
    scene.operation.responses[0].promises.push(inferred);
    assert_eq!(scene.says("body/schema"), ["warning: `id` is missing"]);
}

/// A scene whose response is only inferred, and whose schema has a member of this strength.
fn with_member(strength: Strength) -> Scene {
    let mut scene = Scene::with_schema(json!({"type": "object", "properties": {"id": {"x-promise": [0]}}}));
    scene.promise(Subject::ResponseBody, strength);
    let inferred = scene.promise(Subject::Response, Strength::Inferred);
    scene.operation.responses[0].promises.push(inferred);
    scene
}

#[test]
fn a_body_that_is_not_there_breaks_the_firmest_promise_inside_its_schema() {
    let says = |strength, rule: &str, status, media: &str, body: &str| {
        let mut scene = with_member(strength).answer(status, media, body);
        scene.operation.responses[0].status = StatusPattern::Class(2);
        let says = scene.says(rule).remove(0);
        says.split(':').next().unwrap_or_default().to_owned()
    };
    for (rule, status, media, body) in [
        ("body/not-json", 200, "application/json", "{"),
        ("body/not-json", 200, "application/json", ""),
        ("body/media-type", 200, "text/html", "<p>"),
        ("body/media-type", 204, "", ""),
        ("body/schema", 200, "application/json", "[]"),
    ] {
        assert_eq!(says(Strength::Documented, rule, status, media, body), "error", "{rule} {body}");
        assert_eq!(says(Strength::Inferred, rule, status, media, body), "warning", "{rule} {body}");
    }
}

#[test]
fn a_body_that_is_no_json_cites_the_firmest_promise() {
    let checks = with_member(Strength::Documented).answer(200, "application/json", "{").checks("body/not-json");
    let Verdict::Failed(finding) = &checks[0].verdict else { panic!("{checks:?}") };
    assert_eq!(finding.promises, [PromiseId(1), PromiseId(0)]);
    assert_eq!(finding.source.as_ref().map(|source| source.strength), Some(Strength::Documented));
}

#[test]
fn members_that_the_document_does_not_name_are_fine() {
    let schema = json!({"required": ["id"], "properties": {"id": {"type": "string"}}});
    let scene = Scene::with_schema(schema).answer(200, "application/json", r#"{"more": 1, "id": "ses_1"}"#);
    assert_eq!(scene.says("body/schema"), ["passed"]);
}

#[test]
fn a_short_text_may_come_with_quotes_or_a_line_end() {
    for body in ["Unauthorized", "\"Unauthorized\"", "Unauthorized\n"] {
        let mut scene = Scene::new().answer(200, "text/plain", body);
        let mut media = media_type("text/plain");
        media.schema = Some(Schema::standalone(json!({"const": "Unauthorized"})).unwrap());
        scene.operation.responses[0].media = vec![media];
        assert_eq!(scene.says("body/schema"), ["passed"], "{body}");
    }
}
