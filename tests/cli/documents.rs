//! Documents that are no files: from a URL, and from standard input.

use super::support::{Ran, folder, saying, uptospec_reading};

const SPEC: &str = "{\"openapi\": \"3.1.0\", \"info\": {\"title\": \"T\", \"version\": \"1\"}, \"paths\": {\"/openapi.json\": {\"get\": {\"operationId\": \"self\", \"responses\": {\"200\": {\"description\": \"ok\"}}}}}}";

fn ran(arguments: &[&str], input: &str) -> Ran {
    let (_kept, path) = folder(&[]);
    uptospec_reading(&path, arguments, input)
}

fn answer(head: &str, body: &str) -> &'static [u8] {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).leak().as_bytes()
}

#[test]
fn a_server_is_checked_against_the_document_that_it_publishes() {
    let url = saying(answer("200 OK\r\nContent-Type: application/json", SPEC));
    let checked = ran(&["check", &format!("{url}/openapi.json?key=hunter2"), "--url", &url, "--only", "self"], "");
    assert!(checked.stdout.contains(&format!("against {url}/openapi.json\n")), "{}", checked.all());
    assert!(!checked.all().contains("hunter2"), "{}", checked.all());
    let linted = ran(&["lint", &format!("{url}/openapi.json")], "");
    assert_eq!((linted.code, linted.stdout.as_str()), (0, "1 operation can be tested; nothing to say\n"));
}

#[test]
fn a_url_without_a_document_is_told_with_what_it_answers() {
    let url = saying(answer("401 Unauthorized", "who are you?"));
    let linted = ran(&["lint", &format!("{url}/openapi.json")], "");
    assert_eq!(linted.code, 2, "{}", linted.all());
    assert!(linted.stdout.contains("cannot be fetched: the answer is 401 Unauthorized"), "{}", linted.all());
    let checked = ran(&["check", "http://127.0.0.1:1/openapi.json?key=hunter2", "--url", "http://127.0.0.1:1"], "");
    assert_eq!(checked.code, 2, "{}", checked.all());
    assert!(checked.stderr.contains("cannot be fetched") && !checked.all().contains("hunter2"), "{}", checked.all());
}

#[test]
fn a_url_with_a_password_is_refused_without_showing_it() {
    for command in ["lint", "init", "check"] {
        let refused = ran(&[command, "http://user:hunter2@127.0.0.1:1/openapi.json"], "");
        assert_eq!(refused.code, 2, "{}", refused.all());
        assert!(refused.stderr.contains("no password") && !refused.all().contains("hunter2"), "{}", refused.all());
    }
}

#[test]
fn a_document_on_standard_input_is_read_and_what_is_wrong_has_its_line() {
    let linted = ran(&["lint", "-"], SPEC);
    assert_eq!((linted.code, linted.stdout.as_str()), (0, "1 operation can be tested; nothing to say\n"));
    let broken = ran(&["lint", "-"], "openapi: 3.1.0\ninfo:\n  title: [x\npaths: {}\n");
    assert_eq!(broken.code, 2, "{}", broken.all());
    assert!(broken.stdout.contains("standard input:4") && broken.stdout.contains("4 | paths: {}"), "{}", broken.all());
    let written = ran(&["init", "-"], SPEC);
    assert!(written.stdout.starts_with("[target.api]\nspec = \"openapi.yaml\" #"), "{}", written.all());
}

#[test]
fn what_a_document_from_a_url_refers_to_is_fetched_from_its_origin_alone() {
    let parts = "{\"components\": {\"responses\": {\"ok\": {\"description\": \"ok\"}}}, ";
    let whole = SPEC.replacen('{', parts, 1).replace("{\"description\": \"ok\"}}}}}", "{\"$ref\": \"PART\"}}}}}");
    let serve = |part: &str| saying(answer("200 OK", &whole.replace("PART", part)));
    let url = serve("parts.json#/components/responses/ok");
    let linted = ran(&["lint", &format!("{url}/openapi.json")], "");
    assert_eq!((linted.code, linted.stdout.as_str()), (0, "1 operation can be tested; nothing to say\n"));
    let other = serve(&format!("{url}/parts.json#/components/responses/ok"));
    let refused = ran(&["lint", &format!("{other}/openapi.json")], "");
    assert!(refused.stdout.contains("of another origin"), "{}", refused.all());
    assert!(refused.stdout.contains("help: --allow-external-refs"), "{}", refused.all());
    assert!(refused.stdout.contains("\"$ref\""), "the line is shown: {}", refused.all());
    let allowed = ran(&["lint", &format!("{other}/openapi.json"), "--allow-external-refs"], "");
    assert_eq!(allowed.code, 0, "{}", allowed.all());
}

#[test]
fn a_reference_out_of_a_document_that_is_no_file_is_told_with_what_to_do() {
    let spec = SPEC.replace("{\"description\": \"ok\"}", "{\"$ref\": \"parts/ok.json\"}");
    let linted = ran(&["lint", "-"], &spec);
    assert_eq!(linted.code, 1, "{}", linted.all());
    assert!(linted.stdout.contains("what it refers to in one directory"), "{}", linted.all());
    assert!(linted.stdout.contains("\"$ref\": \"parts/ok.json\""), "{}", linted.all());
}
