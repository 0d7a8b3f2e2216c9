//! Documents as frameworks write them, given as people give them.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use super::support::{Ran, answering, folder, saying, uptospec_in};

const PETS: &str = r#"{"openapi": "3.1.0", "info": {"title": "Pets", "version": "1"}, "servers": [SERVERS], "paths": {
    "/pets": {"get": {"operationId": "listPets", "responses": {"200": {"description": "all"}}}},
    "/pets/{petId}": {"get": {"operationId": "getPet", "responses": {"200": {"description": "one"}},
        "parameters": [{"name": "petId", "in": "path", "required": true,
            "schema": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}]}}}}"#;

fn pets(servers: &str) -> String {
    PETS.replace("SERVERS", servers)
}

/// Answers a request with JSON, and gives its first line.
fn answer(stream: &mut TcpStream, body: &str) -> String {
    let mut request = [0; 65_536];
    let read = stream.read(&mut request).unwrap_or_default();
    let length = body.len();
    // A client that went away is no concern of the server's.
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    String::from_utf8_lossy(&request[..read]).lines().next().unwrap_or_default().to_owned()
}

/// The URL of a document that its own server gives.
fn fetched(servers: &'static str) -> String {
    let url = answering(move |mut stream| drop(answer(&mut stream, &pets(servers))));
    format!("{url}/openapi.json")
}

fn check(arguments: &[&str]) -> Ran {
    let (_kept, path) = folder(&[("pets.json", &pets("")), ("page.html", "<!DOCTYPE html>\n<html><p>: a: b</html>")]);
    uptospec_in(&path, &[&["check"], arguments].concat())
}

fn assert_refused(arguments: &[&str], words: &[&str]) {
    let ran = check(arguments);
    assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.all());
    for word in words {
        assert!(ran.stderr.contains(word), "{arguments:?}: {word} is not in {}", ran.stderr);
    }
}

#[test]
fn a_fetched_document_is_checked_where_it_comes_from() {
    for servers in ["", r#"{"url": "/"}"#] {
        let document = fetched(servers);
        let ran = check(&[&document]);
        assert!(matches!(ran.code, 0 | 1), "{}", ran.all());
        assert!(ran.stderr.contains(&document.replace("openapi.json", "")), "{}", ran.stderr);
    }
}

#[test]
fn a_server_elsewhere_is_proposed_and_not_asked() {
    let document = fetched(r#"{"url": "https://live.example/v1"}"#);
    assert_refused(&[&document], &["--url https://live.example/v1"]);
}

#[test]
fn a_configuration_for_a_relative_server_names_a_whole_url() {
    let printed = |spec: &str, server: &str| {
        let (_kept, path) = folder(&[("pets.json", &pets(server))]);
        uptospec_in(&path, &["init", spec]).stdout
    };
    let document = fetched(r#"{"url": "/api/v1"}"#);
    let url = document.replace("/openapi.json", "/api/v1");
    assert!(printed(&document, "").contains(&format!("url = \"{url}\"")));
    let of_file = printed("pets.json", r#"{"url": "/api/v1"}"#);
    assert!(of_file.contains("url = \"http://127.0.0.1:3000/api/v1\""), "{of_file}");
}

#[test]
fn a_page_or_a_missing_overlay_is_called_by_its_name() {
    assert_refused(&["page.html", "--url", "http://127.0.0.1:1"], &["this is an HTML page"]);
    let page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>: a: b</html>";
    assert_refused(&[&saying(page)], &["this is an HTML page"]);
    let overlay = ["pets.json", "--url", "http://127.0.0.1:1", "--overlay", "none.yaml"];
    assert_refused(&overlay, &["this overlay cannot be used", "none.yaml"]);
}

#[test]
fn plain_http_behind_https_is_proposed() {
    let plain = answering(|mut stream| drop(answer(&mut stream, "{}"))).replace("http://", "https://");
    assert_refused(&[&format!("{plain}/openapi.json")], &["try http://"]);
    let ran = check(&["pets.json", "--url", &plain]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.stdout.contains(&plain.replace("https://", "try http://")), "{}", ran.stdout);
}

#[test]
fn an_operation_is_chosen_by_its_id_its_path_or_both() {
    for name in ["listPets", "GET /pets", "/pets"] {
        let ran = check(&["pets.json", "--url", "http://127.0.0.1:1", "--plan", "--only", name]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.all());
    }
    assert_refused(
        &["pets.json", "--url", "http://127.0.0.1:1", "--only", "GET /pet"],
        &["has no operation `GET /pet`; the nearest are `listPets` (GET /pets)"],
    );
}

#[test]
fn a_rule_like_no_other_is_met_without_a_guess() {
    assert_refused(&["pets.json", "--rule", "nonsense"], &["`uptospec explain` lists all of them"]);
}

#[test]
fn a_value_of_another_type_is_refused_and_not_shown() {
    let with = |value: &str| check(&["pets.json", "--url", "http://127.0.0.1:1", "--plan", "--value", value]);
    let ran = with("path.petId=hunter2");
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("path.petId takes {\"anyOf\"") && ran.stderr.contains("is a text"), "{}", ran.stderr);
    assert!(!ran.all().contains("hunter2"), "{}", ran.all());
    assert_eq!(with("path.petId=7").code, 0);
    let config =
        "[target.pets]\nspec = \"pets.json\"\nurl = \"http://127.0.0.1:1\"\nvalues.\"path.petId\" = \"VALUE\"\n";
    for (value, code) in [("7", 0), ("hunter2", 2)] {
        let (_kept, path) = folder(&[("pets.json", &pets("")), ("uptospec.toml", &config.replace("VALUE", value))]);
        assert_eq!(uptospec_in(&path, &["check", "--plan"]).code, code);
    }
}

#[test]
fn of_a_large_document_every_operation_is_tried() {
    const OPERATIONS: usize = 40;
    let mut document = "openapi: 3.1.0\npaths:\n".to_owned();
    for number in 0..OPERATIONS {
        let parameter = "{name: a, in: query, schema: {type: integer, minimum: 1}}";
        let operation = format!("{{responses: {{'200': {{description: a}}}}, parameters: [{parameter}]}}");
        writeln!(document, "  /a{number}: {{get: {operation}}}").unwrap();
    }
    let asked = Arc::new(Mutex::new(HashSet::new()));
    let paths = asked.clone();
    let url = answering(move |mut stream| {
        let line = answer(&mut stream, "{}");
        let path = line.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
        paths.lock().unwrap().insert(path);
    });
    let (_kept, path) = folder(&[("large.yaml", &document)]);
    let ran = uptospec_in(&path, &["check", "large.yaml", "--url", &url, "--max-requests", "120"]);
    assert!(ran.stdout.contains("every operation got its share"), "{}", ran.all());
    assert_eq!(asked.lock().unwrap().iter().filter(|path| path.starts_with("/a")).count(), OPERATIONS);
    assert!(!ran.stdout.contains("promises"), "{}", ran.stdout);
}
