//! `--snapshots` and `uptospec snapshot`.

use std::fs;
use std::path::{Path, PathBuf};

use super::support::{Ran, Served, folder, repository, uptospec_in, uptospec_on_ci};

const SNAPSHOT: &str = "snapshots/mine/sendMessage.snap";
const PENDING: &str = "snapshots/mine/sendMessage.snap.new";
/// Few cases are enough: what a fault changes, it changes in every answer.
const CHECK: [&str; 4] = ["check", "--cases", "3", "--seed"];

/// A project that audits a server, with more of its target's configuration.
fn configure(folder: &Path, server: &Served, more: &str) {
    let spec = repository("specs/agenhq.yaml");
    let configuration = format!(
        "[target.mine]\nspec = {spec:?}\nurl = {:?}\ncredentials = {{ apiKey = \"ahq_reference\" }}\n\
         values = {{ \"path.sessionId\" = \"ses_reference\" }}\n{more}",
        server.url
    );
    fs::write(folder.join("uptospec.toml"), configuration).expect("there is room");
}

fn check(folder: &Path, seed: &str, more: &[&str]) -> Ran {
    uptospec_in(folder, &[&CHECK[..], &[seed], more].concat())
}

/// A project with snapshots of the conformant server, which is still there.
fn accepted() -> (tempfile::TempDir, PathBuf, Served) {
    let (kept, path) = folder(&[]);
    let server = Served::start("agenhq", &[]);
    configure(&path, &server, "");
    let ran = check(&path, "1", &["--snapshots", "update"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stderr.contains(&format!("snapshot: wrote {SNAPSHOT}")), "{}", ran.stderr);
    (kept, path, server)
}

#[test]
fn another_seed_neither_drifts_nor_writes() {
    let (_kept, path, _server) = accepted();
    let written = fs::read(path.join(SNAPSHOT)).unwrap();
    for more in [&[][..], &["--snapshots", "check"], &["--snapshots", "update"]] {
        let ran = check(&path, "99", more);
        assert_eq!(ran.code, 0, "{}", ran.all());
        assert!(!ran.all().contains("drift") && !ran.all().contains("snapshot:"), "{}", ran.all());
        assert!(fs::read(path.join(SNAPSHOT)).unwrap() == written && !path.join(PENDING).exists());
    }
}

#[test]
fn drift_is_told_in_words_and_waits_to_be_accepted() {
    let (_kept, path, _server) = accepted();
    let other = Served::start("agenhq", &["goal-id-missing"]);
    configure(&path, &other, "");
    let ran = check(&path, "2", &["--rule", "snapshot"]);
    assert_eq!(ran.code, 0, "drift is a warning: {}", ran.all());
    let told = "warning[snapshot/drift] sendMessage: `session_goal_id` no longer sent";
    assert!(ran.stdout.contains(told), "{}", ran.stdout);
    assert!(ran.stderr.contains(&format!("{PENDING} waits")), "{}", ran.stderr);

    let review = uptospec_in(&path, &["snapshot", "review"]);
    assert_eq!(review.code, 1, "{}", review.all());
    assert!(review.stdout.contains("`session_goal_id` no longer sent (200 application/json)"), "{}", review.stdout);
    let accept = uptospec_in(&path, &["snapshot", "accept", "mine"]);
    assert_eq!((accept.code, accept.stdout.as_str()), (0, format!("accepted {SNAPSHOT}\n").as_str()));
    assert!(!path.join(PENDING).exists());
    let ran = check(&path, "3", &["--rule", "snapshot"]);
    assert!(!ran.stdout.contains("drift"), "{}", ran.stdout);
}

#[test]
fn what_waits_is_gone_when_nothing_drifts_any_more_or_when_it_is_rejected() {
    let (_kept, path, server) = accepted();
    let other = Served::start("agenhq", &["goal-id-missing"]);
    configure(&path, &other, "");
    check(&path, "2", &[]);
    assert!(path.join(PENDING).exists());
    configure(&path, &server, "");
    check(&path, "2", &[]);
    assert!(!path.join(PENDING).exists());
    configure(&path, &other, "");
    check(&path, "2", &[]);
    assert_eq!(uptospec_in(&path, &["snapshot", "reject"]).code, 0);
    assert!(path.join(SNAPSHOT).exists() && !path.join(PENDING).exists());
}

#[test]
fn on_a_build_server_drift_is_told_and_nothing_is_written() {
    let (_kept, path, _server) = accepted();
    let other = Served::start("agenhq", &["goal-id-missing"]);
    configure(&path, &other, "");
    let ran = uptospec_on_ci(&path, &[&CHECK[..], &["2"]].concat());
    assert!(ran.stdout.contains("warning[snapshot/drift]"), "{}", ran.stdout);
    assert!(!path.join(PENDING).exists());
}

#[test]
fn a_target_says_what_drift_weighs() {
    let (_kept, path, _server) = accepted();
    let other = Served::start("agenhq", &["goal-id-missing"]);
    configure(&path, &other, "severity = { \"snapshot/drift\" = \"error\" }\n");
    assert_eq!(check(&path, "2", &["--rule", "snapshot"]).code, 1);
    configure(&path, &other, "severity = { \"snapshot/drift\" = \"off\" }\n");
    assert!(!check(&path, "2", &["--rule", "snapshot"]).stdout.contains("drift]"));
}

#[test]
fn without_snapshots_nothing_is_looked_at_unless_it_is_asked_for() {
    let (_kept, path) = folder(&[]);
    let server = Served::start("agenhq", &[]);
    configure(&path, &server, "");
    assert_eq!(check(&path, "1", &[]).code, 0);
    assert!(!path.join("snapshots").exists());
    let ran = check(&path, "1", &["--snapshots", "check"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.contains("there is no snapshot of the operation yet"), "{}", ran.stdout);
    assert!(path.join(PENDING).exists());
    assert_eq!(uptospec_in(&path, &["snapshot", "accept"]).code, 0);
    assert!(path.join(SNAPSHOT).exists());
}

#[test]
fn a_file_that_is_no_snapshot_gives_2_and_its_line() {
    let (_kept, path, _server) = accepted();
    let text = fs::read_to_string(path.join(SNAPSHOT)).unwrap();
    fs::write(path.join(SNAPSHOT), text.replace("\"cases\": {", "<<<<<<< HEAD\n  \"cases\": {")).unwrap();
    let ran = check(&path, "1", &[]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("sendMessage.snap:5: this is no snapshot of an operation"), "{}", ran.stderr);
}

#[test]
fn insta_reads_a_snapshot_and_writes_it_in_the_same_bytes() {
    let (_kept, path, _server) = accepted();
    let file = path.join(SNAPSHOT);
    let read = insta::Snapshot::from_file(&file).unwrap();
    assert!(read.metadata().source().unwrap().ends_with("specs/agenhq.yaml"));
    assert_eq!(read.metadata().description(), Some("what mine answers to sendMessage"));
    let text = fs::read_to_string(&file).unwrap();
    read.save(&file).unwrap();
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_target_that_does_not_exist_is_named_with_those_that_do() {
    let (_kept, path) = folder(&[("uptospec.toml", "[target.mine]\nspec = \"a.yaml\"\n")]);
    fs::create_dir_all(path.join("snapshots/other")).unwrap();
    for action in ["accept", "reject", "review"] {
        let ran = uptospec_in(&path, &["snapshot", action, "mine", "typo"]);
        assert_eq!(ran.code, 2, "{}", ran.all());
        assert!(ran.stderr.contains("there is no target `typo`; there are mine, other"), "{}", ran.stderr);
        assert_eq!(uptospec_in(&path, &["snapshot", action, "mine", "other"]).code, 0);
    }
}
