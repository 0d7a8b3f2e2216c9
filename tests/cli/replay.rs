//! `uptospec check --record` and `uptospec replay`.

use std::path::{Path, PathBuf};

use super::support::{Ran, Served, folder, repository, saying, uptospec, uptospec_in};

const KEY: &str = "x-api-key: pk_live_reference";

/// Checks the server with this fault, and keeps what is behind its findings in `folder`.
fn record(fault: &str, folder: &Path) -> Served {
    let server = Served::start("agntix", &[fault]);
    let recordings = folder.join("recordings").display().to_string();
    let ran = uptospec(&[
        "check",
        "specs/agntix.yaml",
        "--url",
        &server.url,
        "-H",
        KEY,
        "--cases",
        "3",
        "--record",
        &recordings,
    ]);
    assert!(folder.join("recordings/agntix").is_dir(), "{}", ran.all());
    server
}

fn file(folder: &Path, name: &str) -> String {
    folder.join("recordings/agntix").join(name).display().to_string()
}

fn replay(arguments: &[&str]) -> Ran {
    uptospec(&[&["replay"], arguments].concat())
}

#[test]
fn a_finding_stands_until_the_server_is_mended() {
    let (_kept, path) = folder(&[]);
    let server = record("date-iso", &path);
    let file = file(&path, "createSession.http-date.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("pk_live_reference"), "a credential is in the file: {text}");
    let ran = replay(&[&file, "-H", KEY]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.starts_with("still stands: http/date createSession\n"), "{}", ran.stdout);
    drop(server);
    let healthy = Served::start("agntix", &[]);
    let ran = replay(&[&file, "--url", &healthy.url, "-H", KEY]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.starts_with("is gone: http/date createSession\n"), "{}", ran.stdout);
}

#[test]
fn a_session_that_is_gone_is_made_anew() {
    let (_kept, path) = folder(&[]);
    drop(record("done-missing", &path));
    let file = file(&path, "sendMessage.stream-terminal-missing.json");
    for (faults, code, standing) in [(&["done-missing"][..], 1, "still stands"), (&[], 0, "is gone")] {
        let other = Served::start("agntix", faults);
        let ran = replay(&[&file, "--url", &other.url, "-H", KEY]);
        assert_eq!(ran.code, code, "{}", ran.all());
        assert!(ran.stdout.starts_with(&format!("{standing}: stream/terminal-missing")), "{}", ran.stdout);
        assert!(ran.stdout.contains("value  `path.sessionId` made anew by createSession\n"), "{}", ran.stdout);
    }
    let other = saying(b"HTTP/1.1 503 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let ran = replay(&[&file, "--url", &other, "-H", KEY]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    let kept = "value  `path.sessionId` as it was recorded: createSession gives no other, it answered 503\n";
    assert!(ran.stdout.contains(kept), "{}", ran.stdout);
}

#[test]
fn a_credential_that_was_made_from_another_is_made_again() {
    let (_kept, path) = folder(&[]);
    let _server = record("truncated-credential-accepted", &path);
    let file = file(&path, "createSession.auth-accepted.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("truncated") && !text.contains("pk_live"), "{text}");
    let ran = replay(&[&file, "-H", KEY]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.starts_with("still stands: auth/accepted createSession\n"), "{}", ran.stdout);
}

#[test]
fn a_recording_is_judged_without_a_network() {
    let (_kept, path) = folder(&[]);
    drop(record("done-missing", &path));
    let ran = replay(&["--offline", &file(&path, "sendMessage.stream-terminal-missing.json")]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.starts_with("still stands: "), "{}", ran.stdout);
}

#[test]
fn a_recording_is_judged_by_the_document_of_today() {
    let (_kept, path) = folder(&[]);
    drop(record("unauthorized-as-403", &path));
    let spec = std::fs::read_to_string(repository("specs/agntix.yaml")).unwrap();
    let files: Vec<PathBuf> =
        std::fs::read_dir(path.join("recordings/agntix")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let of_status = files.iter().find(|file| file.to_string_lossy().contains("error-status")).unwrap();
    std::fs::write(path.join("without.yaml"), spec.replace("operationId: sendMessage", "operationId: renamed"))
        .unwrap();
    let of_status = of_status.to_string_lossy().replace("createSession", "sendMessage");
    let ran = uptospec_in(&path, &["replay", "--offline", &of_status, "--spec", "without.yaml"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.stdout.contains("without.yaml has no operation sendMessage"), "{}", ran.stdout);
}

#[test]
fn a_credential_that_nobody_gives_is_asked_for() {
    let (_kept, path) = folder(&[]);
    let _server = record("done-missing", &path);
    let ran = replay(&[&file(&path, "sendMessage.stream-terminal-missing.json")]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("it needs ${X_API_KEY}: set X_API_KEY in the environment"), "{}", ran.stderr);
}

#[test]
fn what_is_no_recording_is_refused_with_its_place() {
    let (_kept, path) = folder(&[("a.json", "{}")]);
    let ran = uptospec_in(&path, &["replay", "a.json"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("a.json:1:2: this is no recording: missing field `uptospec`"), "{}", ran.stderr);
}
