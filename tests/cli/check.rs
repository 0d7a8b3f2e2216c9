//! `uptospec check` on servers that are there.

use serde_json::Value;

use super::support::{Served, folder, repository, uptospec, uptospec_in};

#[test]
fn a_conformant_server_gives_0_without_any_configuration() {
    let server = Served::start("agentsgt", &[]);
    let ran = uptospec(&[
        "check",
        "specs/agentsgt.yaml",
        "--url",
        &server.url,
        "-H",
        "Authorization: Bearer pk_reference:sk_reference",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.contains("conformant"), "{}", ran.stdout);
    assert!(!ran.all().contains("sk_reference"), "a credential is shown: {}", ran.all());
}

#[test]
fn a_faulty_server_gives_1_and_a_line_that_shows_the_fault_again() {
    let server = Served::start("agntix", &["done-missing"]);
    let (_kept, path) = folder(&[]);
    let report = path.join("report.json");
    let ran = uptospec(&[
        "check",
        "specs/agntix.yaml",
        "--url",
        &server.url,
        "-H",
        "x-api-key: pk_live_reference",
        "--report",
        &format!("json={}", report.display()),
    ]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("error[stream/terminal-missing] sendMessage"), "{}", ran.stdout);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    let findings = report["targets"][0]["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == "stream/terminal-missing").unwrap();
    assert_eq!(finding["reproduced"], "always");
    assert_eq!(finding["case"]["shrunk"], true);
    assert_eq!(finding["source"]["document"], "000_72eefe3e9f19d04d.txt");
    let curl = finding["case"]["curl"].as_str().unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", curl])
        .env("X_API_KEY", "pk_live_reference")
        .output()
        .expect("there is a shell");
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(answer.contains("text/event-stream") && !answer.contains("[DONE]"), "{curl}\n{answer}");
}

#[test]
fn the_same_seed_sends_the_same_requests() {
    let requests = || {
        let server = Served::start("agenhq", &[]);
        let (_kept, path) = folder(&[(
            "uptospec.toml",
            &format!(
                "[target.agenhq]\nspec = {:?}\nurl = {:?}\ncredentials = {{ apiKey = \"ahq_reference\" }}\n\
                 values = {{ \"path.sessionId\" = \"ses_reference\" }}\n",
                repository("specs/agenhq.yaml"),
                server.url
            ),
        )]);
        let ran = uptospec_in(&path, &["check", "--seed", "42", "--report", "json=report.json"]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        let report: Value = serde_json::from_str(&std::fs::read_to_string(path.join("report.json")).unwrap()).unwrap();
        let target = &report["targets"][0];
        (target["requests"].clone(), target["checks"].clone(), target["promises"].clone())
    };
    let (first, second) = (requests(), requests());
    assert_eq!(first.0, second.0);
    assert_eq!(first.1, second.1);
}

#[test]
fn a_run_never_sends_more_than_its_budget_and_says_that_it_is_spent() {
    let server = Served::start("agenhq", &[]);
    let (_kept, path) = folder(&[]);
    let report = path.join("report.json");
    let ran = uptospec(&[
        "check",
        "specs/agenhq.yaml",
        "--url",
        &server.url,
        "-H",
        "x-api-key: ahq_reference",
        "--value",
        "path.sessionId=ses_reference",
        "--max-requests",
        "7",
        "--report",
        &format!("json={}", report.display()),
    ]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.stdout.contains("budget of 7 requests is spent"), "{}", ran.stdout);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(report["targets"][0]["requests"], 7);
}

#[test]
fn warnings_fail_a_run_only_where_it_is_told_so() {
    let server = Served::start("agntix", &["cache-control-missing"]);
    let arguments = ["check", "specs/agntix.yaml", "--url", &server.url, "-H", "x-api-key: pk_live_reference"];
    assert_eq!(uptospec(&arguments).code, 0);
    assert_eq!(uptospec(&[&arguments[..], &["--fail-on", "warning"]].concat()).code, 1);
}

#[test]
fn a_server_is_started_for_the_run_and_gone_after_it() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let start = format!("{} serve agenhq --port {port} & wait", env!("CARGO_BIN_EXE_uptospec"));
    let (_kept, path) = folder(&[(
        "uptospec.toml",
        &format!(
            "[target.mine]\nspec = {:?}\nurl = \"http://127.0.0.1:{port}\"\nstart = {start:?}\n\
             credentials = {{ apiKey = \"ahq_reference\" }}\nvalues = {{ \"path.sessionId\" = \"ses_reference\" }}\n",
            repository("specs/agenhq.yaml"),
        ),
    )]);
    let ran = uptospec_in(&path, &["check"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "it still listens");
}
