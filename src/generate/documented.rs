//! The plans of the four documented APIs.

use std::path::Path;

use indexmap::IndexMap;

use super::fixture::expected;
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
        let steps = plan.workflows.iter().flat_map(|workflow| &workflow.steps);
        lines.extend(steps.map(|step| line(&step.case)));
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
        for case in plan(name).cases.iter().filter(|case| matches!(case.expect, Expect::Success { .. })) {
            let Some(Content { body: Body::Json(body), .. }) = &case.request.content else { panic!("{}", case.id) };
            let media = &case.operation.body.as_ref().unwrap().media[0];
            assert!(media.schema.as_ref().unwrap().is_valid(body), "{} {body}", case.id);
            if case.kind == CaseKind::Positive && name != "agntix" {
                assert!(case.mark.is_some(), "{} {body}", case.id);
            }
        }
    }
}

#[test]
fn every_workflow_of_the_four_suites_can_be_made() {
    for name in APIS {
        assert_eq!(plan(name).workflows.len(), suite(name).workflows.len(), "{name}");
    }
}
