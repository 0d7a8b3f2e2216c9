//! The plan of a chat contract, as a whole.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::fixture::{expected, json_body};
use super::negative::{breaks_alone, site};
use super::suite::{Template, read};
use super::*;
use crate::contract::{Location, Schema};
use crate::target::{Rate, Secret, Text};

fn plan(seed: u64) -> Plan {
    generate(&fixture::contract(), &fixture::target(), None, &Options { seed, cases: 20 })
}

fn body_schema(case: &Case) -> Schema {
    case.operation.body.as_ref().unwrap().media[0].schema.clone().unwrap()
}

fn of<'p>(plan: &'p Plan, id: &str) -> &'p Case {
    plan.cases.iter().find(|case| case.id.0 == id).unwrap_or_else(|| panic!("no case {id}"))
}

fn ids(plan: &Plan) -> Vec<&str> {
    plan.cases.iter().map(|case| case.id.0.as_str()).collect()
}

#[test]
fn the_plan_of_a_chat_contract() {
    let plan = plan(7);
    let cases = plan.cases.iter().filter(|case| case.kind != CaseKind::Positive);
    let mut lines: Vec<String> = cases.map(|case| format!("{} -> {}", case.id, expected(&case.expect))).collect();
    lines.extend(
        plan.left_out
            .iter()
            .map(|left_out| format!("left out: {} {}: {}", left_out.operation, left_out.what, left_out.reason)),
    );
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_case_has_an_id_of_its_own() {
    let plan = plan(7);
    let distinct: HashSet<_> = ids(&plan).into_iter().collect();
    assert_eq!(distinct.len(), plan.cases.len());
}

#[test]
fn every_positive_body_keeps_the_schema() {
    let plan = plan(7);
    let positives: Vec<_> = plan.cases.iter().filter(|case| matches!(case.expect, Expect::Success { .. })).collect();
    assert_eq!(positives.len(), 2 * (20 + 1));
    for case in positives {
        let body = json_body(case).unwrap();
        assert!(body_schema(case).is_valid(body), "{} {body}", case.id);
    }
}

#[test]
fn every_negative_body_breaks_what_it_names_and_nothing_else() {
    let plan = plan(7);
    let mut broken = 0;
    for case in &plan.cases {
        let CaseKind::Negative(violation) = &case.kind else { continue };
        let Some(body) = json_body(case) else { continue };
        let schema = body_schema(case);
        match &violation.at {
            Location::Body(at) => {
                broken += 1;
                assert!(
                    breaks_alone(&schema, body, site(at, &violation.keyword), &violation.keyword),
                    "{} {body}",
                    case.id
                );
            }
            _ => assert!(schema.is_valid(body), "{} {body}", case.id),
        }
    }
    assert!(broken > 20, "{broken}");
}

#[test]
fn the_same_seed_gives_the_same_cases_and_another_seed_others() {
    let requests = |seed| plan(seed).cases.into_iter().map(|case| (case.id, case.request)).collect::<Vec<_>>();
    assert_eq!(requests(7), requests(7));
    assert_ne!(requests(7), requests(8));
}

#[test]
fn fewer_cases_of_a_seed_are_the_first_of_more() {
    let few = generate(&fixture::contract(), &fixture::target(), None, &Options { seed: 7, cases: 15 });
    let many = plan(7);
    let case = of(&few, "sendMessage/positive/12");
    assert_eq!(case.request, of(&many, "sendMessage/positive/12").request);
}

#[test]
fn no_more_cases_are_made_than_a_run_may_send() {
    let mut target = fixture::target();
    target.limits.max_requests = 30;
    let plan = generate(&fixture::contract(), &target, None, &Options { seed: 7, cases: usize::MAX });
    assert_eq!(plan.cases.iter().filter(|case| case.kind == CaseKind::Positive).count(), 2 * 30);
    let left_out = plan.left_out.iter().find(|left_out| left_out.what.ends_with("random requests")).unwrap();
    assert_eq!(left_out.reason, "no more than 30 of one operation are made");
}

#[test]
fn each_way_of_the_stream_switch_says_which_form_it_asks_for() {
    let plan = plan(7);
    for (name, form) in [("switch-false", "application/json"), ("switch-true", "text/event-stream")] {
        let case = of(&plan, &format!("sendMessage/positive/{name}"));
        assert_eq!(case.expect, Expect::Success { form: Some(form.to_owned()) });
    }
    let absent = of(&plan, "sendMessage/positive/least");
    assert_eq!(json_body(absent).unwrap().get("stream"), None);
    assert_eq!(absent.expect, Expect::Success { form: Some("text/event-stream".to_owned()) });
    assert!(
        absent
            .request
            .headers
            .contains(&("Accept".into(), Text::plain("text/event-stream, application/json, */*;q=0.1")))
    );
}

#[test]
fn every_enum_value_is_sent() {
    let plan = plan(7);
    let sent: HashSet<_> =
        plan.cases.iter().filter(|case| case.kind == CaseKind::Positive).filter_map(json_body).collect();
    for platform in ["SDK", "WEB", "WHATSAPP", "VOICE"] {
        assert!(sent.iter().any(|body| body["platform"] == platform), "{platform}");
    }
}

#[test]
fn ids_come_from_the_configuration_then_the_document_then_an_earlier_answer() {
    let mut target = fixture::target();
    let plan = generate(&fixture::contract(), &target, None, &Options::default());
    let positive = plan.cases.iter().filter(|case| case.kind == CaseKind::Positive);
    for case in positive {
        if case.operation.id == "createSession" {
            assert_eq!(json_body(case).unwrap()["agentId"], "a1b2c3d4-e5f6-4890-abcd-ef1234567890");
        } else {
            assert_eq!(case.request.bindings[0].at, Location::Path("sessionId".into()));
            assert!(case.request.path_values[0].1.to_string().starts_with("uptospec-"));
        }
    }
    target.values.insert("path.sessionId".parse().unwrap(), json!("mine"));
    target.values.insert("body#/agentId".parse().unwrap(), json!("11111111-1111-4111-8111-111111111111"));
    let plan = generate(&fixture::contract(), &target, None, &Options::default());
    let send = of(&plan, "sendMessage/positive/12");
    assert_eq!(send.request.path_values, [("sessionId".to_owned(), Text::plain("mine"))]);
    assert!(send.request.bindings.is_empty());
    let create = of(&plan, "createSession/positive/least");
    assert_eq!(json_body(create).unwrap()["agentId"], "11111111-1111-4111-8111-111111111111");
}

#[test]
fn a_configured_value_goes_only_where_the_body_has_a_place_for_it() {
    let mut target = fixture::target();
    for (at, value) in [("body#/agentId", "configured"), ("body#/metadata/team", "blue")] {
        target.values.insert(at.parse().unwrap(), json!(value));
    }
    let plan = generate(&fixture::contract(), &target, None, &Options::default());
    assert_eq!(json_body(of(&plan, "sendMessage/example/example")).unwrap(), &json!({"content": "Hello"}));
    assert_eq!(json_body(of(&plan, "createSession/example/example")).unwrap()["agentId"], "configured");
    assert_eq!(json_body(of(&plan, "createSession/positive/most")).unwrap()["metadata"]["team"], "blue");
    let others = plan.cases.iter().filter(|case| case.operation.id == "sendMessage").filter_map(json_body);
    assert!(others.into_iter().all(|body| body.get("agentId").is_none() && body.get("metadata").is_none()));
}

#[test]
fn a_positive_case_carries_a_word_of_its_own() {
    let plan = plan(7);
    let marks: Vec<_> = plan.cases.iter().filter_map(|case| Some((case, case.mark.as_ref()?))).collect();
    let in_content = |case: &Case, mark: &str| json_body(case).unwrap()["content"].as_str().unwrap().contains(mark);
    let messages = marks.iter().filter(|(case, _)| case.operation.id == "sendMessage");
    // The longest text that is allowed has no room for one, and the shortest would be no such text with one.
    assert_eq!(messages.filter(|(case, mark)| in_content(case, mark)).count(), 18);
    let unmarked = ["low", "high"].map(|name| of(&plan, &format!("sendMessage/positive/{name}")).mark.is_none());
    assert_eq!(unmarked, [true, true]);
    assert_eq!(marks.iter().map(|(_, mark)| mark.as_str()).collect::<HashSet<_>>().len(), marks.len());
}

#[test]
fn the_real_credential_is_only_in_cases_that_are_to_be_let_in() {
    for case in plan(7).cases {
        let shown = case.request.headers.iter().any(|(_, text)| text.reveal().contains(fixture::KEY));
        let is_wrong = matches!(case.kind, CaseKind::Credential(fault) if !fault.takes_the_whole());
        // With a space inside, and in another case, it does not read as the key itself.
        let changed = [CredentialFault::Split, CredentialFault::OtherCase].map(CaseKind::Credential);
        assert_eq!(shown, !is_wrong && !changed.contains(&case.kind), "{}", case.id);
        assert!(!format!("{case:?}").contains(fixture::KEY), "{}", case.id);
    }
}

#[test]
fn a_wrong_credential_looks_like_the_right_one() {
    let plan = plan(7);
    let case = of(&plan, "sendMessage/credential/apiKey-wrong");
    let (_, sent) = case.request.headers.iter().find(|(name, _)| name == "x-api-key").unwrap();
    let sent = sent.reveal();
    assert!(sent.starts_with("pk_live_") && sent.len() == fixture::KEY.len() && sent != fixture::KEY, "{sent}");
}

#[test]
fn a_credential_given_as_a_header_is_taken_for_the_schemes() {
    let mut target = fixture::target();
    target.credentials.clear();
    let key = Text::secret(Secret::new("CHAT_KEY", fixture::KEY));
    target.headers.push(("X-Api-Key".into(), key));
    let plan = generate(&fixture::contract(), &target, None, &Options::default());
    assert!(plan.cases.iter().any(|case| matches!(case.kind, CaseKind::Negative(_))));
    let none = of(&plan, "sendMessage/credential/none");
    assert!(!none.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("x-api-key")));
}

#[test]
fn without_a_credential_refusals_would_prove_nothing_and_are_left_out() {
    let mut target = fixture::target();
    target.credentials.clear();
    let plan = generate(&fixture::contract(), &target, None, &Options::default());
    assert!(!plan.cases.iter().any(|case| matches!(case.kind, CaseKind::Negative(_))));
    assert!(plan.left_out.iter().any(|left_out| left_out.reason == "no credential for apiKey or bearerAuth"));
    assert!(plan.cases.iter().any(|case| matches!(case.kind, CaseKind::Credential(_))));
}

#[test]
fn an_unknown_id_is_not_replaced_by_an_earlier_answer() {
    let plan = plan(7);
    let case = of(&plan, "sendMessage/error/unknown-id");
    assert!(case.request.bindings.is_empty());
    assert_ne!(case.request.path_values[0].1, of(&plan, "sendMessage/positive/least").request.path_values[0].1);
}

#[test]
fn a_state_brings_its_values_and_a_rate_limit_its_burst() {
    let plan = plan(7);
    let foreign = plan.cases.iter().find(|case| case.state.as_deref() == Some("org-mismatch")).unwrap();
    assert_eq!(foreign.request.path_values[0].1, Text::plain("foreign-session"));
    let burst = plan.cases.iter().find(|case| case.state.as_deref() == Some("rate-limited")).unwrap();
    assert_eq!(burst.kind, CaseKind::Burst { requests: 65 });
    let missing = plan.left_out.iter().find(|left_out| left_out.state.is_some()).unwrap();
    assert_eq!(missing.reason, "no state agent-inactive");
}

#[test]
fn a_burst_that_cannot_exceed_its_limit_at_the_configured_rate_is_left_out() {
    let bursts = |requests, seconds| {
        let mut target = fixture::target();
        target.limits.rate = Some(Rate { requests, per: Duration::from_secs(seconds) });
        let plan = generate(&fixture::contract(), &target, None, &Options::default());
        let told = plan.left_out.iter().any(|left_out| left_out.reason.starts_with("at the configured rate"));
        (plan.cases.iter().any(|case| matches!(case.kind, CaseKind::Burst { .. })), told)
    };
    assert_eq!(bursts(61, 60), (true, false));
    assert_eq!(bursts(60, 60), (false, true));
    assert_eq!(bursts(1, 2), (false, true));
}

#[test]
fn optional_members_of_another_type_are_not_essential() {
    let plan = plan(7);
    let essential = |at: &str, keyword: &str| {
        plan.cases.iter().find_map(|case| match &case.kind {
            CaseKind::Negative(violation) if violation.at.to_string() == at && violation.keyword == keyword => {
                Some((violation.essential, violation.strength))
            }
            _ => None,
        })
    };
    use crate::contract::Strength::{Documented, Inferred};
    assert_eq!(essential("body#/temperature", "type"), Some((false, Documented)));
    assert_eq!(essential("body#/temperature", "maximum"), Some((true, Documented)));
    assert_eq!(essential("body#/content", "type"), Some((true, Documented)));
    assert_eq!(essential("body#/metadata", "x-max-json-length"), Some((true, Inferred)));
}

#[test]
fn text_that_means_something_to_a_machine_is_sent_as_it_is() {
    let plan = plan(7);
    let content = json_body(of(&plan, "sendMessage/positive/markup")).unwrap()["content"].as_str().unwrap();
    for telling in ["<b>", "&", "\"", "'", "; --", "\n", "\t", "\\", "\u{202e}"] {
        assert!(content.contains(telling), "{content:?}");
    }
}

#[test]
fn json_of_nearly_the_greatest_length_is_sent() {
    let plan = plan(7);
    let metadata = json_body(of(&plan, "createSession/positive/json-length")).unwrap()["metadata"].to_string();
    assert!((4096 - 96..=4096 - 32).contains(&metadata.chars().count()), "{}", metadata.len());
    assert!(metadata.is_ascii());
}

#[test]
fn a_path_names_the_same_thing_in_every_case() {
    let mut contract = fixture::contract();
    for schema in [json!({"type": "string", "minLength": 1}), json!({"format": "uuid"}), json!({"type": "integer"})] {
        let operation = Arc::make_mut(&mut contract.operations[1]);
        operation.parameters[0].schema = fixture::schema(schema);
        let suite = read("chat.arazzo.yaml", TWO_STEPS).unwrap();
        let plan = generate(&contract, &fixture::target(), Some(&suite), &Options::default());
        let steps = plan.workflows[0].cases().into_iter();
        let positive = plan.cases.iter().filter(|case| case.kind == CaseKind::Positive);
        let cases = steps.chain(positive.filter(|case| case.operation.id == "sendMessage"));
        let named: HashSet<_> = cases.map(|case| case.request.path_values[0].1.to_string()).collect();
        assert_eq!(named.len(), 1, "{named:?}");
    }
}

const TWO_STEPS: &str = "
arazzo: 1.0.1
info: {title: Chat}
workflows:
  - workflowId: talk
    steps:
      - {stepId: one, operationId: sendMessage, requestBody: {payload: {content: Hello}}}
      - {stepId: two, operationId: sendMessage, requestBody: {payload: {content: Hello again}}}
";

const SUITE: &str = "
arazzo: 1.0.1
info: {title: Chat}
workflows:
  - workflowId: talk
    inputs: {properties: {text: {default: Hello there}, nothing: {type: string}}}
    steps:
      - stepId: create
        operationId: createSession
        outputs: {sessionId: $response.body#/id}
      - stepId: say
        operationId: sendMessage
        parameters: [{name: sessionId, in: path, value: $steps.create.outputs.sessionId}]
        requestBody: {payload: {content: $inputs.text, visitorId: $steps.create.outputs.sessionId}}
      - stepId: unknown
        operationId: sendMessage
        parameters: [{name: sessionId, in: path, value: nowhere}]
        successCriteria: [{condition: $statusCode == 404}]
  - workflowId: broken
    steps:
      - {stepId: a, operationId: sendMessage, requestBody: {payload: {content: $steps.b.outputs.x}}}
";

#[test]
fn a_workflow_is_filled_up_and_bound_to_its_own_steps() {
    let suite = read("chat.arazzo.yaml", SUITE).unwrap();
    let plan = generate(&fixture::contract(), &fixture::target(), Some(&suite), &Options::default());
    let [workflow] = plan.workflows.as_slice() else { panic!("one workflow") };
    let cases = workflow.cases();
    let [create, say, unknown] = cases.as_slice() else { panic!("three steps") };
    assert_eq!(json_body(create).unwrap()["agentId"], "a1b2c3d4-e5f6-4890-abcd-ef1234567890");
    assert_eq!(json_body(say).unwrap()["content"], "Hello there");
    let from = Origin::Workflow(Template::read("$steps.create.outputs.sessionId").unwrap().unwrap());
    let at = ["path.sessionId", "body#/visitorId"].map(|at| at.parse().unwrap());
    assert_eq!(say.request.bindings, at.map(|at| Binding { at, from: from.clone() }));
    assert_eq!(say.expect, Expect::Success { form: Some("text/event-stream".into()) });
    assert!(unknown.request.bindings.is_empty());
    assert_eq!(expected(&unknown.expect), "404 NOT_FOUND (Documented)");
    let broken = plan.left_out.iter().find(|left_out| left_out.what == "workflow `broken`").unwrap();
    assert_eq!(broken.reason, "step `a`: no earlier step `b` has an output `x`");
}
