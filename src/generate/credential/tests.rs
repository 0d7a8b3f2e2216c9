//! Credentials of a chat contract, as its plan has them.

use serde_json::json;

use crate::generate::{Case, CaseKind, Expect, Options, Plan, fixture, generate};
use crate::target::{Secret, State, Target, Text};

/// A signed token: `{"alg":"HS256"}`, `{"sub":"user_1"}`.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEifQ.c2lnbmF0dXJl";

fn plan(target: &Target) -> Plan {
    generate(&fixture::contract(), target, None, &Options::default())
}

fn with_bearer(credential: &str) -> Target {
    let mut target = fixture::target();
    target.credentials.insert("bearerAuth".to_owned(), Text::secret(Secret::new("TOKEN", credential)));
    target
}

fn of<'p>(plan: &'p Plan, id: &str) -> Option<&'p Case> {
    plan.cases.iter().find(|case| case.id.0 == id)
}

/// The field of that name which a case sends: word for word, and as people see it.
fn sent(plan: &Plan, id: &str, field: &str) -> (String, String) {
    let case = of(plan, id).unwrap_or_else(|| panic!("no case {id}"));
    let is_field = |name: &str| name.eq_ignore_ascii_case(field);
    let (_, value) = case.request.headers.iter().find(|(name, _)| is_field(name)).unwrap();
    (value.reveal(), value.to_string())
}

fn left_out(plan: &Plan, operation: &str) -> Vec<String> {
    let of_operation = plan.left_out.iter().filter(|left_out| left_out.operation == operation);
    of_operation.map(|left_out| format!("{}: {}", left_out.what, left_out.reason)).collect()
}

#[test]
fn forged_tokens_are_made_from_the_targets_own() {
    let plan = plan(&with_bearer(TOKEN));
    for fault in ["wrong", "unsigned", "expired", "tampered"] {
        let (token, shown) = sent(&plan, &format!("sendMessage/credential/bearerAuth-{fault}"), "Authorization");
        assert!(token.starts_with("Bearer eyJ") && token != format!("Bearer {TOKEN}"), "{token}");
        assert!(shown.starts_with("Bearer ${TOKEN_"), "{shown}");
    }
    assert!(!left_out(&plan, "sendMessage").iter().any(|left_out| left_out.contains("token")));
}

#[test]
fn a_key_where_a_token_is_asked_for_can_neither_expire_nor_be_tampered_with() {
    let plan = plan(&with_bearer("tok_0123456789"));
    assert!(of(&plan, "sendMessage/credential/bearerAuth-expired").is_none());
    let reason = "an expired and a tampered token: the credential for bearerAuth is no JSON Web Token";
    assert!(left_out(&plan, "sendMessage").contains(&reason.to_owned()));
}

#[test]
fn what_is_made_from_a_credential_is_left_out_where_there_is_none() {
    let plan = plan(&fixture::target());
    assert!(of(&plan, "sendMessage/credential/bearerAuth-truncated").is_none());
    let reason = "changed forms of the right credential: no credential for bearerAuth";
    assert!(left_out(&plan, "sendMessage").contains(&reason.to_owned()));
}

#[test]
fn the_right_credential_is_shown_in_places_where_it_does_not_belong() {
    let plan = plan(&with_bearer(TOKEN));
    let key = fixture::KEY;
    let case = |name: &str| format!("sendMessage/credential/{name}");
    assert_eq!(sent(&plan, &case("apiKey-padded"), "x-api-key").0, format!(" {key} "));
    assert_eq!(sent(&plan, &case("apiKey-other-field"), "authorization").0, format!("Bearer {key}"));
    assert_eq!(sent(&plan, &case("bearerAuth-padded"), "authorization").0, format!("Bearer  {TOKEN} "));
    assert_eq!(sent(&plan, &case("bearerAuth-other-scheme"), "authorization").0, format!("Basic {TOKEN}"));
    assert_eq!(sent(&plan, &case("bearerAuth-other-field"), "x-api-key").1, "${TOKEN}");
    assert_eq!(sent(&plan, &case("bearerAuth-no-scheme"), "authorization").1, "${TOKEN}");
    assert_eq!(of(&plan, &case("apiKey-padded")).unwrap().expect, Expect::Any);
}

#[test]
fn the_right_credential_is_shown_in_forms_that_are_another() {
    let plan = plan(&with_bearer("tok_0123456789"));
    let token = |name: &str| sent(&plan, &format!("sendMessage/credential/bearerAuth-{name}"), "authorization");
    let pair = |sent: &str, shown: &str| (sent.to_owned(), shown.to_owned());
    assert_eq!(token("other-case"), pair("Bearer TOK_0123456789", "Bearer ${TOKEN_UPPER}"));
    assert_eq!(token("extended"), pair("Bearer tok_01234567890000", "Bearer ${TOKEN}0000"));
    let shown = sent(&plan, "sendMessage/credential/apiKey-extended", "x-api-key").0;
    assert_eq!(shown, format!("{}0000", fixture::KEY));
}

#[test]
fn one_credential_for_two_schemes_is_right_in_both_places() {
    let plan = plan(&with_bearer(fixture::KEY));
    assert!(of(&plan, "sendMessage/credential/apiKey-other-field").is_none());
    assert!(of(&plan, "sendMessage/credential/bearerAuth-other-field").is_none());
}

#[test]
fn another_organisation_is_tried_on_what_is_named_and_where_the_document_has_no_error_for_it() {
    let mut target = fixture::target();
    let other = Text::secret(Secret::new("OTHER", "pk_live_other"));
    let state = State { credentials: [("apiKey".to_owned(), other)].into_iter().collect(), ..State::default() };
    target.states.insert("org-mismatch".to_owned(), state);
    let id = "createSession/credential/other-organisation";
    assert!(of(&plan(&target), id).is_none(), "nothing of the first organisation's is named");
    target.values.insert("body#/agentId".parse().unwrap(), json!("a1b2c3d4-e5f6-4890-abcd-ef1234567890"));
    let tried = plan(&target);
    assert_eq!(sent(&tried, id, "x-api-key").1, "${OTHER}");
    assert_eq!(of(&tried, id).unwrap().state.as_deref(), Some("org-mismatch"));
    let documented = |case: &&Case| case.operation.id == "sendMessage" && case.state.as_deref() == Some("org-mismatch");
    assert_eq!(tried.cases.iter().find(documented).unwrap().kind, CaseKind::Error);
    target.states.shift_remove("org-mismatch");
    let reason = "another organisation's credential: no state org-mismatch";
    assert!(left_out(&plan(&target), "createSession").contains(&reason.to_owned()));
}

#[test]
fn a_states_credential_takes_the_place_of_one_that_every_request_carries() {
    let mut target = fixture::target();
    let own = target.credentials.shift_remove("apiKey").unwrap();
    target.headers.push(("X-API-Key".to_owned(), own));
    let other = Text::secret(Secret::new("OTHER", "pk_live_other"));
    let state = State { credentials: [("apiKey".to_owned(), other)].into_iter().collect(), ..State::default() };
    target.states.insert("org-mismatch".to_owned(), state);
    let plan = plan(&target);
    let case = plan.cases.iter().find(|case| case.state.as_deref() == Some("org-mismatch")).unwrap();
    assert_eq!(sent(&plan, &case.id.0, "x-api-key").1, "${OTHER}");
}
