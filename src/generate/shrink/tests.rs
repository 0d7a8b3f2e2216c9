//! Cutting keeps the kind of a case and ends.

use super::*;
use crate::generate::{Expect, Options, fixture, generate};

fn cases() -> Vec<Case> {
    generate(&fixture::contract(), &fixture::target(), None, &Options { seed: 3, cases: 12 }).cases
}

fn json_body(case: &Case) -> Option<&Value> {
    match &case.request.content.as_ref()?.body {
        Body::Json(value) => Some(value),
        Body::Form(_) | Body::Bytes(_) => None,
    }
}

/// Cuts as long as there is something to cut.
fn cut_to_the_end(case: &Case) -> Case {
    let mut case = case.clone();
    for _ in 0..1_000 {
        match smaller(&case).into_iter().next() {
            Some(next) => case = next,
            None => return case,
        }
    }
    panic!("{} never ends", case.id)
}

#[test]
fn every_cut_is_smaller_and_of_the_same_kind() {
    for case in cases() {
        let schema = body::choose(&case.operation).unwrap().schema;
        for cut in smaller(&case) {
            assert!(weight(&cut.request) < weight(&case.request));
            assert_eq!((&cut.kind, &cut.expect, &cut.id), (&case.kind, &case.expect, &case.id));
            let Some(body) = json_body(&cut) else { continue };
            match &case.kind {
                CaseKind::Negative(violation) if matches!(violation.at, Location::Body(_)) => {
                    let at = violation.at.to_string();
                    let at = at.trim_start_matches("body#");
                    assert!(
                        breaks_alone(&schema, body, site(at, &violation.keyword), &violation.keyword),
                        "{}",
                        cut.id
                    );
                }
                _ => assert!(schema.is_valid(body), "{} {body}", cut.id),
            }
        }
    }
}

#[test]
fn cutting_ends_with_what_must_be_there() {
    let case = cases().into_iter().find(|case| case.id.0 == "sendMessage/positive/most").unwrap();
    let least = cut_to_the_end(&case);
    assert_eq!(json_body(&least).unwrap().to_string(), r#"{"content":"a","stream":false}"#);
    assert_eq!(least.mark, None);
    let headers: Vec<_> = least.request.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(headers, ["Accept", "x-api-key", "Origin"]);
    assert_eq!(least.request.query.len(), 1, "`limit` is required");
}

#[test]
fn every_case_ends_at_a_fixed_point() {
    for case in cases() {
        assert!(smaller(&cut_to_the_end(&case)).is_empty(), "{}", case.id);
    }
}

#[test]
fn what_an_earlier_answer_gives_and_what_is_wrong_stay() {
    for case in cases().iter().filter(|case| matches!(case.expect, Expect::Error(_) | Expect::Refusal)) {
        let least = cut_to_the_end(case);
        assert_eq!(least.request.bindings, case.request.bindings);
        assert_eq!(least.request.path_values, case.request.path_values);
    }
}
