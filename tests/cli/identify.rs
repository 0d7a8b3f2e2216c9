//! `uptospec identify` on endpoints of every kind.

use super::support::{Served, saying, uptospec};

const CREDENTIALS: [(&str, &str); 3] = [
    ("agntix", "x-api-key: pk_live_reference"),
    ("agentix", "Authorization: Bearer agx_live_audit"),
    ("agentsgt", "Authorization: Bearer pk_reference:sk_reference"),
];

#[test]
fn a_server_is_known_by_its_answers() {
    for (name, credential) in CREDENTIALS {
        let server = Served::start(name, &[]);
        let ran = uptospec(&["identify", &server.url, "-H", credential]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        assert!(ran.stdout.contains(&format!("speaks {name} ")), "{}", ran.stdout);
        let secret = credential.rsplit(' ').next().unwrap();
        assert!(!ran.all().contains(secret), "{}", ran.all());
    }
}

#[test]
fn a_server_with_a_fault_speaks_its_contract_most_likely_and_the_fault_is_told() {
    let server = Served::start("agntix", &["done-missing"]);
    let ran = uptospec(&["identify", &server.url, "-H", CREDENTIALS[0].1]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.contains("speaks most likely agntix"), "{}", ran.stdout);
    assert!(ran.stdout.contains("against it: stream/terminal-missing sendMessage"), "{}", ran.stdout);
}

#[test]
fn what_a_standard_asks_of_everybody_does_not_speak_against_a_contract() {
    let server = Served::start("agentix", &["problem-status"]);
    let ran = uptospec(&["identify", &server.url]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.contains("speaks most likely agentix"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("http/problem-json"), "{}", ran.stdout);
}

#[test]
fn an_id_that_the_endpoint_knows_shows_what_its_contract_serves() {
    let server = Served::start("agenhq", &[]);
    let identify =
        ["identify", &server.url, "-H", "x-api-key: ahq_reference", "--value", "path.sessionId=ses_reference"];
    let ran = uptospec(&identify);
    assert!(ran.code == 0 && ran.stdout.contains("speaks agenhq "), "{}", ran.all());
}

#[test]
fn a_path_that_is_guarded_where_others_are_not_is_enough_for_a_guess() {
    let server = Served::start("agenhq", &[]);
    let ran = uptospec(&["identify", &server.url]);
    assert!(ran.code == 0 && ran.stdout.contains("speaks most likely agenhq"), "{}", ran.all());
}

#[test]
fn an_endpoint_that_lets_nobody_in_anywhere_speaks_nothing() {
    let url = saying(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let ran = uptospec(&["identify", &url, "--spec", "specs/agenhq.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
}

#[test]
fn a_server_that_says_yes_to_everything_speaks_nothing() {
    let url = saying(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
    );
    let ran = uptospec(&["identify", &url]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("speaks none of these"), "{}", ran.stdout);
}

#[test]
fn nobody_is_no_answer() {
    let ran = uptospec(&["identify", "http://127.0.0.1:9"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.all().contains("cannot be reached"), "{}", ran.all());
}

#[test]
fn another_document_takes_the_place_of_those_that_are_known() {
    let server = Served::start("agentsgt", &[]);
    let ran = uptospec(&["identify", &server.url, "-H", CREDENTIALS[2].1, "--spec", "specs/agentix.yaml"]);
    assert!(ran.code == 1 && !ran.stdout.contains("agenhq"), "{}", ran.all());
}
