//! The plans of the four documented APIs.

use std::collections::HashSet;
use std::path::Path;

use indexmap::IndexMap;

use super::fixture::{expected, json_body};
use super::*;
use crate::contract::{self, Contract};
use crate::target::{Secret, Target, Text};

const APIS: [&str; 4] = ["agntix", "agentix", "agenhq", "agentsgt"];

fn contract(name: &str) -> Contract {
    contract::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("specs/{name}.yaml"))).unwrap()
}

fn suite(name: &str) -> Suite {
    suite::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("suites/{name}.arazzo.yaml"))).unwrap()
}

/// A target with a credential for every scheme and nothing else.
fn target(contract: &Contract) -> Target {
    let credential = |name: &String| (name.clone(), Text::secret(Secret::new("KEY", fixture::KEY)));
    let credentials = contract.schemes.keys().map(credential).collect();
    Target { credentials, states: IndexMap::new(), ..fixture::target() }
}

fn plan(name: &str) -> Plan {
    let contract = contract(name);
    generate(&contract, &target(&contract), Some(&suite(name)), &Options { seed: 7, cases: 20 })
}

#[test]
fn the_plans_of_the_four_apis() {
    for name in APIS {
        let plan = plan(name);
        let cases = plan.cases.iter().filter(|case| case.kind != CaseKind::Positive);
        let mut lines: Vec<String> = cases.map(line).collect();
        let steps = plan.workflows.iter().flat_map(Workflow::cases);
        lines.extend(steps.map(line));
        lines.extend(
            plan.left_out
                .iter()
                .map(|left_out| format!("left out: {} {}: {}", left_out.operation, left_out.what, left_out.reason)),
        );
        insta::assert_snapshot!(name, lines.join("\n"));
    }
}

fn line(case: &Case) -> String {
    let violation = match &case.kind {
        CaseKind::Negative(violation) => {
            let essential = if violation.essential { "essential" } else { "not essential" };
            format!(", {:?}, {essential}: {}", violation.strength, violation.what)
        }
        _ => String::new(),
    };
    format!("{} -> {}{violation}", case.id, expected(&case.expect))
}

#[test]
fn every_success_of_the_four_apis_keeps_its_schema() {
    for name in APIS {
        let shown = |case: &&Case| matches!(case.expect, Expect::Success { .. }) && case.kind != CaseKind::Reading;
        for case in plan(name).cases.iter().filter(shown) {
            let Some(Content { body: Body::Json(body), .. }) = &case.request.content else { panic!("{}", case.id) };
            let media = &case.operation.body.as_ref().unwrap().media[0];
            assert!(media.schema.as_ref().unwrap().is_valid(body), "{} {body}", case.id);
            let is_lowest = case.id.0.ends_with("/low");
            if case.kind == CaseKind::Positive && name != "agntix" && !is_lowest {
                assert!(case.mark.is_some(), "{} {body}", case.id);
            }
        }
    }
}

#[test]
fn a_form_that_the_document_only_leaves_room_for_is_sent_as_it_stands_there() {
    let plan = plan("agentsgt");
    let [reading] = plan.cases.iter().filter(|case| case.kind == CaseKind::Reading).collect::<Vec<_>>()[..] else {
        panic!("one form of agentsgt is only a reading");
    };
    let body = json_body(reading).unwrap();
    assert!(body.pointer("/messages/0/parts/0/text").is_some(), "{body}");
    assert!(!reading.operation.body.as_ref().unwrap().media[0].schema.as_ref().unwrap().is_valid(body));
}

#[test]
fn no_two_positive_cases_share_a_session_that_the_client_chooses() {
    let plan = plan("agentix");
    let positive = plan.cases.iter().filter(|case| case.kind == CaseKind::Positive);
    let sessions: Vec<_> = positive.filter_map(|case| json_body(case)?.get("sessionId")?.as_str()).collect();
    assert_eq!(sessions.len(), 20);
    assert_eq!(sessions.iter().collect::<HashSet<_>>().len(), 20, "{sessions:?}");
}

#[test]
fn a_pair_of_keys_goes_wrong_in_each_of_its_parts() {
    let contract = contract("agentsgt");
    let pair = Text::secret(Secret::new("PAIR", "pk_4711abcd:sk_0815efgh"));
    let configured =
        Target { credentials: [("bearerAuth".to_owned(), pair.clone())].into_iter().collect(), ..target(&contract) };
    let header = ("authorization".to_owned(), Text::plain("Bearer ").then(pair));
    let by_header = Target { credentials: IndexMap::new(), headers: vec![header], ..target(&contract) };
    for target in [configured, by_header] {
        let plan = generate(&contract, &target, None, &Options::default());
        let sent = |fault: &str| {
            let id = format!("chatWithAgent/credential/bearerAuth-{fault}");
            let case = plan.cases.iter().find(|case| case.id.0 == id).unwrap_or_else(|| panic!("no case {id}"));
            let headers = case.request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
            let [(_, sent)] = headers.collect::<Vec<_>>()[..] else { panic!("{id} sends one credential") };
            (sent.reveal(), sent.to_string())
        };
        assert!(sent("wrong-secret").0.starts_with("Bearer pk_4711abcd:sk_"));
        assert!(sent("wrong-public").0.ends_with(":sk_0815efgh"));
        assert!(!sent("wrong-public").1.contains("0815efgh"), "{}", sent("wrong-public").1);
        assert_eq!(sent("half"), ("Bearer pk_4711abcd".to_owned(), "Bearer ${PAIR%%:*}".to_owned()));
    }
}

#[test]
fn every_workflow_of_the_four_suites_can_be_made() {
    for name in APIS {
        assert_eq!(plan(name).workflows.len(), suite(name).workflows.len(), "{name}");
    }
}
