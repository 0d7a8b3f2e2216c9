//! `--baseline` and `--write-baseline`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::{Ran, Served, folder, repository, uptospec_in};

/// A project that audits a server with faults.
fn project(faults: &[&str]) -> (tempfile::TempDir, PathBuf, Served) {
    let server = Served::start("agenhq", faults);
    let configuration = format!(
        "[target.mine]\nspec = {:?}\nurl = {:?}\ncredentials = {{ apiKey = \"ahq_reference\" }}\n\
         values = {{ \"path.sessionId\" = \"ses_reference\" }}\n",
        repository("specs/agenhq.yaml"),
        server.url
    );
    let (kept, path) = folder(&[("uptospec.toml", &configuration)]);
    (kept, path, server)
}

fn check(folder: &Path, more: &[&str]) -> Ran {
    uptospec_in(folder, &[&["check", "--cases", "3"], more].concat())
}

/// One entry as a file.
fn known(rule: &str, more: &str) -> String {
    format!("[[known]]\nrule = {rule:?}\noperation = \"sendMessage\"\nreason = \"release 2.3 mends it\"\n{more}")
}

#[test]
fn a_written_baseline_excuses_what_it_lists_once_its_reasons_are_given() {
    let (_kept, path, _server) = project(&["goal-id-missing"]);
    let ran = check(&path, &["--write-baseline"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stderr.contains("known.toml lists 1, 1 without a reason yet"), "{}", ran.stderr);
    let refused = check(&path, &["--baseline", "known.toml"]);
    assert_eq!(refused.code, 2, "{}", refused.all());
    assert!(refused.stderr.contains("nobody has given a reason yet"), "{}", refused.stderr);

    let text = fs::read_to_string(path.join("known.toml")).unwrap();
    fs::write(path.join("known.toml"), text.replace("say why this is known", "release 2.3 mends it")).unwrap();
    let ran = check(&path, &["--baseline", "known.toml", "--report", "json=report.json"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.contains("body/schema sendMessage: release 2.3 mends it"), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 known finding"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("error[body/schema]"), "{}", ran.stdout);
    let report: Value = serde_json::from_str(&fs::read_to_string(path.join("report.json")).unwrap()).unwrap();
    let finding = &report["targets"][0]["findings"][0];
    assert_eq!(report["verdict"], "conformant");
    assert_eq!(
        finding["known"],
        serde_json::json!({"reason": "release 2.3 mends it", "expires": null, "flaky": false})
    );

    let status_alone = check(&path, &["--baseline", "known.toml", "--rule", "status"]);
    assert_eq!(status_alone.code, 0, "the finding is not asked for, and not gone: {}", status_alone.all());

    let again = check(&path, &["--write-baseline", "known.toml"]);
    assert!(again.stderr.contains("lists 1, 0 without a reason yet"), "{}", again.stderr);
}

#[test]
fn an_entry_that_no_longer_holds_fails_the_run() {
    let (_kept, path, _server) = project(&[]);
    fs::write(path.join("known.toml"), known("body/schema", "")).unwrap();
    let ran = check(&path, &["--baseline", "known.toml"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("body/schema sendMessage: the finding no longer occurs"), "{}", ran.stdout);
    fs::write(path.join("known.toml"), known("body/schema", "flaky = true")).unwrap();
    assert_eq!(check(&path, &["--baseline", "known.toml"]).code, 0);
}

#[test]
fn an_entry_that_has_expired_excuses_nothing() {
    let (_kept, path, _server) = project(&["goal-id-missing"]);
    for (expires, code) in [("2999-12-31", 0), ("2020-01-31", 1)] {
        fs::write(path.join("known.toml"), known("body/schema", &format!("expires = {expires}"))).unwrap();
        let ran = check(&path, &["--baseline", "known.toml"]);
        assert_eq!(ran.code, code, "{}", ran.all());
        assert_eq!(ran.stdout.contains("expired on 2020-01-31"), code == 1, "{}", ran.stdout);
    }
}

#[test]
fn a_name_that_means_nothing_gives_2_with_its_line_and_the_nearest() {
    let (_kept, path, _server) = project(&[]);
    let wrong = |text: String, told: &str| {
        fs::write(path.join("known.toml"), text).unwrap();
        let ran = check(&path, &["--baseline", "known.toml"]);
        assert_eq!(ran.code, 2, "{}", ran.all());
        assert!(ran.stderr.contains(told) && ran.stderr.contains("known.toml"), "{}", ran.stderr);
    };
    wrong(known("body/shema", ""), "did you mean `body/schema`?");
    wrong(known("body/schema", "").replace("sendMessage", "sendMesage"), "did you mean `sendMessage`?");
    wrong(known("body/schema", "target = \"mime\""), "did you mean `mine`?");
    wrong(known("body/schema", "target = \"mime\""), "known.toml:5:10");
    wrong(known("body/schema", "state = \"org-mismach\""), "did you mean `org-mismatch`?");
    fs::remove_file(path.join("known.toml")).unwrap();
    let ran = check(&path, &["--baseline", "known.toml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("the baseline cannot be read"), "{}", ran.stderr);
}

#[test]
fn a_file_that_is_no_baseline_is_not_overwritten() {
    let (_kept, path, _server) = project(&[]);
    let before = fs::read_to_string(path.join("uptospec.toml")).unwrap();
    let ran = check(&path, &["--write-baseline", "uptospec.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert_eq!(fs::read_to_string(path.join("uptospec.toml")).unwrap(), before);
}

#[test]
fn a_target_that_is_not_there_is_never_excused() {
    let (_kept, path, server) = project(&[]);
    drop(server);
    fs::write(path.join("known.toml"), known("body/schema", "flaky = true")).unwrap();
    assert_eq!(check(&path, &["--baseline", "known.toml"]).code, 3);
}
