//! A server that gives its caller's credentials back: nothing that is printed or written shows them.

use std::io::{Read, Write};

use super::support::{answering, folder, repository, uptospec_in};

/// `hunter2-hunter2` in base64 within a longer text, percent-encoded, and as JSON may write it.
const IN_BASE64: &str = "eyJrZXkiOiJodW50ZXIyLWh1bnRlcjIifQ==";
const IN_PERCENT: &str = "%68unter2%2dhunter2";
const IN_JSON: &str = r"hunter2\u002dhunter2";

/// Gives back `Authorization` and every form of the credential, in a header, a body or an error.
fn gives_back() -> String {
    answering(|mut stream| {
        let mut request = vec![0; 65_536];
        let read = stream.read(&mut request).unwrap_or_default();
        let request = String::from_utf8_lossy(&request[..read]).into_owned();
        let key = request.lines().find_map(|line| line.strip_prefix("x-api-key: ")).unwrap_or("none");
        let body = format!(r#"{{"error":"bad key {key} {IN_JSON} {}","as":"{IN_BASE64}"}}"#, key.to_uppercase());
        let head = format!("Content-Type: application/json\r\nX-Key: {key}\r\nLocation: /?key={IN_PERCENT}");
        let status = if request.contains("\"stream\"") { "200 OK" } else { "401 Unauthorized" };
        // A client that went away is no concern of the server's.
        let _ = write!(
            stream,
            "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
    })
}

#[test]
fn no_form_of_a_credential_is_printed_or_reported() {
    let url = gives_back();
    let config = format!(
        "[target.it]\nspec = {:?}\nurl = {url:?}\nmax-requests = 60\ncredentials = {{ apiKey = \"hunter2-hunter2\" }}\n\
         suite = {:?}\n",
        repository("specs/agenhq.yaml"),
        repository("suites/agenhq.arazzo.yaml")
    );
    let (_kept, path) = folder(&[("uptospec.toml", &config)]);
    let formats = ["json", "junit", "markdown", "ndjson", "har", "github"];
    let reports: Vec<_> = formats.iter().map(|format| format!("--report={format}=report.{format}")).collect();
    let reporting: Vec<_> = ["check", "-H", "x-other: hunter3-hunter3", "--record", "recordings"]
        .into_iter()
        .chain(reports.iter().map(String::as_str))
        .collect();
    for arguments in [&["check", "--verbose"][..], &reporting] {
        let ran = uptospec_in(&path, arguments);
        assert!(ran.stdout.contains("http/leak"), "{}", ran.all());
        let mut all = ran.all();
        for format in formats.iter().filter(|_| arguments.len() > 2) {
            let report = std::fs::read_to_string(path.join(format!("report.{format}"))).unwrap();
            assert!(report.contains("http/leak"), "{format}: {report}");
            all += &report;
        }
        if arguments.len() > 2 {
            let recordings = std::fs::read_dir(path.join("recordings/it")).unwrap();
            all.extend(recordings.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()));
        }
        let all = all.to_lowercase();
        for form in ["hunter2", "hunter3", &IN_BASE64[..20], IN_PERCENT, &IN_BASE64.to_lowercase()[8..20]] {
            assert!(!all.contains(&form.to_lowercase()), "{form} is shown: {all}");
        }
    }
}

#[test]
fn a_complaint_about_a_credential_shows_its_line_without_it() {
    let (_kept, path) = folder(&[(
        "uptospec.toml",
        "[target.it]\nspec = \"a.yaml\"\ncredentials = { apiKey = \"hunter2\\thunter2\" }\n\n[target.other]\nspec = 1\n",
    )]);
    let ran = uptospec_in(&path, &["check"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("uptospec.toml:3") && !ran.stderr.contains("hunter2"), "{}", ran.stderr);
    for line in [
        "headers = { x-key = \"hunter2 }",
        "credentials = { apiKey = hunter2 }",
        "credentials = { apiKey = hunter2, rest==, rate = hunter2 }",
        "apiKey = \"hunter2\"",
        "apiKey = [\"hunter2\"]",
        "hunter2",
        "url = \"http://u:hunter2@host/\"",
        "url = \"http://host/?k=hunter2\"",
        "url = \"host?k=hunter2\"",
    ] {
        std::fs::write(path.join("uptospec.toml"), format!("[target.it]\nspec = \"a\"\n{line}\n")).unwrap();
        let ran = uptospec_in(&path, &["check"]);
        assert_eq!(ran.code, 2, "{}", ran.all());
        assert!(ran.stderr.contains("uptospec.toml:3") && !ran.stderr.contains("hunter2"), "{}", ran.stderr);
    }
}

#[test]
fn a_hook_that_fails_shows_neither_its_key_nor_the_targets() {
    let url = gives_back();
    let config = format!(
        "[target.agentsgt]\nspec = {:?}\ncredentials = {{ bearerAuth = \"pk_reference:sk_reference\" }}\n\
         values = {{ \"path.agentId\" = \"550e8400-e29b-41d4-a716-446655440000\" }}\n\
         [target.agentsgt.states.no-credits]\n\
         before = {{ http = \"POST {}/drain?key=${{DRAIN_KEY}}\" }}\n\
         after = {{ run = \"echo cannot refill for sk_reference >&2; exit 1\" }}\n",
        repository("specs/agentsgt.yaml"),
        url.replace("http://", "http://admin:hunter2-hunter2@"),
    );
    let (_kept, path) = folder(&[("uptospec.toml", &config)]);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_uptospec"))
        .args(["check", "--report", "json=report.json"])
        .current_dir(&path)
        .env("DRAIN_KEY", "hunter4-hunter4")
        .output()
        .expect("the binary starts");
    let report = std::fs::read_to_string(path.join("report.json")).unwrap();
    let all = [output.stdout, output.stderr].concat();
    let all = String::from_utf8_lossy(&all).into_owned() + &report;
    assert_eq!(output.status.code(), Some(3), "{all}");
    assert!(all.contains("no-credits could not be brought about"), "{all}");
    assert!(!all.contains("hunter") && !all.contains("sk_reference"), "{all}");
}
