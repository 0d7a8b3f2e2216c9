//! Every documented error goes wrong in every way that there is, and `tests/faults.rs` shows each to be noticed.

use url::Url;

use super::job;
use crate::reference::{Api, api, apis};

/// An error of an API, and its faults.
struct Row {
    api: &'static str,
    /// Its status, and the state that brings it about.
    error: &'static str,
    /// It is no error: the request is served, or said to be.
    served: &'static str,
    /// It has another status.
    status: &'static str,
    /// It has another code, or text; `None` where the document has neither.
    code: Option<&'static str>,
    /// It is no answer at all.
    nothing: &'static str,
}

macro_rules! rows {
    ($($api:literal $error:literal: $served:literal, $status:literal, $code:expr, $nothing:literal;)+) => {
        [$(Row { api: $api, error: $error, served: $served, status: $status, code: $code, nothing: $nothing }),+]
    };
}

const ROWS: [Row; 18] = rows! {
    "agentix" "400 empty-id":
        "empty-agent-id-served", "empty-agent-id-failure", Some("empty-agent-id-other-code"), "empty-agent-id-unanswered";
    "agentix" "400 missing-fields":
        "message-optional", "missing-data-conflict", Some("missing-data-code"), "missing-data-unanswered";
    "agentix" "400 malformed-json":
        "malformed-json-accepted", "malformed-json-422", Some("malformed-json-code"), "malformed-json-unanswered";
    "agentix" "401 no-credential":
        "anonymous-accepted", "missing-key-403", Some("missing-key-code"), "missing-key-unanswered";
    "agentix" "401 wrong-credential":
        "wrong-key-accepted", "wrong-key-conflict", Some("wrong-key-code"), "wrong-key-unanswered";
    "agentix" "403 agent-not-public":
        "private-agent-served", "private-agent-404", Some("private-agent-other-code"), "private-agent-unanswered";
    "agentix" "403 agent-inactive":
        "inactive-agent-served", "inactive-agent-conflict", Some("inactive-agent-code"), "inactive-agent-unanswered";
    "agentix" "403 org-mismatch":
        "foreign-agent-served", "foreign-agent-conflict", Some("foreign-agent-code"), "foreign-agent-unanswered";
    "agentix" "403 domain-not-allowed":
        "foreign-origin-served", "foreign-origin-conflict", Some("foreign-origin-code"), "foreign-origin-unanswered";
    "agentix" "404 unknown-id":
        "unknown-agent-served", "unknown-agent-400", Some("unknown-agent-other-code"), "unknown-agent-unanswered";
    "agentix" "429 rate-limited":
        "limit-never", "limit-conflict", Some("limit-code"), "limit-unanswered";
    "agentsgt" "401 no-credential":
        "anonymous-accepted", "unauthorized-as-403", Some("unauthorized-text"), "unauthorized-unanswered";
    "agentsgt" "401 wrong-credential":
        "wrong-key-accepted", "unauthorized-as-403", Some("unauthorized-text"), "unauthorized-unanswered";
    "agentsgt" "402 no-credits":
        "no-credits-served", "no-credits-as-403", None, "no-credits-unanswered";
    "agentsgt" "404 unknown-id":
        "unknown-agent-served", "unknown-agent-500", Some("unknown-agent-text"), "unknown-agent-unanswered";
    "agntix" "401 no-credential":
        "anonymous-accepted", "unauthorized-as-403", None, "unauthorized-unanswered";
    "agntix" "401 wrong-credential":
        "wrong-key-accepted", "unauthorized-as-403", None, "unauthorized-unanswered";
    // Its document has no error at all: any refusal will do, and these are none.
    "agenhq" "silent":
        "anonymous-accepted", "unauthorized-failure", None, "unauthorized-unanswered";
};

/// The documented errors of an API that something brings about, as rows name them, each with whether it has a code.
fn errors(api: &'static Api) -> Vec<(String, bool)> {
    let job = job(api, Url::parse("http://127.0.0.1:9").unwrap()).unwrap();
    let responses = job.contract.operations.iter().flat_map(|operation| &operation.responses);
    let errors = responses.flat_map(|response| response.errors.iter().map(|error| (response.status, error)));
    errors
        .filter_map(|(status, error)| {
            Some((format!("{status} {}", error.state.as_ref()?.name()), error.code.is_some()))
        })
        .collect()
}

#[test]
fn each_documented_error_has_a_fault_of_every_way_to_go_wrong() {
    for api in apis() {
        for (error, has_code) in errors(api) {
            let row = ROWS.iter().find(|row| row.api == api.name && row.error == error);
            let row = row.unwrap_or_else(|| panic!("{}: nothing is said of {error}", api.name));
            assert_eq!(row.code.is_some(), has_code, "{}: {error}", api.name);
        }
    }
}

#[test]
fn each_of_these_faults_can_be_had() {
    for row in ROWS {
        for fault in [Some(row.served), Some(row.status), row.code, Some(row.nothing)].into_iter().flatten() {
            assert!(api(row.api).unwrap().fault(fault).is_some(), "{} has no fault {fault}", row.api);
        }
    }
}
