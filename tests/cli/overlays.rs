//! Overlays: what they add is judged, and what is wrong with them is told with its place.

use super::support::{folder, saying, uptospec_in};

const SPEC: &str = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      operationId: a\n      responses:\n        '200': {description: ok}\n";
const OVERLAY: &str = "overlay: 1.0.0\ninfo: {title: O, version: '1'}\nextends: spec.yaml\nactions:\n  - target: $.paths['/a'].get.responses['200']\n    update:\n      content: {application/json: {schema: {type: object, required: [id]}}}\n";
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";

#[test]
fn what_an_overlay_promises_is_judged() {
    let (_kept, path) = folder(&[("spec.yaml", SPEC), ("more.yaml", OVERLAY)]);
    let url = saying(ANSWER);
    let check = ["check", "spec.yaml", "--url", &url, "--rule", "body/schema"];
    let ran = uptospec_in(&path, &[&check[..], &["--overlay", "more.yaml"]].concat());
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.contains("body/schema") && ran.stdout.contains("id"), "{}", ran.stdout);
}

#[test]
fn a_target_of_the_configuration_has_its_overlays() {
    let url = saying(ANSWER);
    let config = format!("[target.t]\nspec = \"spec.yaml\"\noverlays = [\"more.yaml\"]\nurl = {url:?}\n");
    let (_kept, path) = folder(&[("spec.yaml", SPEC), ("more.yaml", OVERLAY), ("uptospec.toml", &config)]);
    let ran = uptospec_in(&path, &["check", "--rule", "body/schema"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
}

#[test]
fn lint_shows_the_line_of_an_overlay_that_selects_nothing() {
    let overlay = OVERLAY.replace("['/a']", "['/gone']");
    let (_kept, path) = folder(&[("spec.yaml", SPEC), ("more.yaml", &overlay)]);
    let ran = uptospec_in(&path, &["lint", "spec.yaml", "--overlay", "more.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    insta::assert_snapshot!(ran.stdout, @r"
    warning: this target selects nothing of the document
     --> more.yaml:5:13
      |
    5 |   - target: $.paths['/gone'].get.responses['200']
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: look at its spelling; a path is one key: `$.paths['/pets']`

    1 operation can be tested; 1 warning
    ");
}

#[test]
fn an_overlay_that_cannot_be_read_is_told_with_its_place() {
    let overlay = OVERLAY.replace("$.paths['/a']", "$.paths[");
    let (_kept, path) = folder(&[("spec.yaml", SPEC), ("more.yaml", &overlay)]);
    for arguments in [["lint", "spec.yaml"], ["init", "spec.yaml"]] {
        let ran = uptospec_in(&path, &[&arguments[..], &["--overlay", "more.yaml"]].concat());
        assert_eq!(ran.code, 2, "{}", ran.all());
        assert!(ran.all().contains("more.yaml:5:13"), "{}", ran.all());
    }
    let ran = uptospec_in(&path, &["lint", "spec.yaml", "--overlay", "gone.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.all().contains("gone.yaml") && ran.all().contains("no such file"), "{}", ran.all());
}

#[test]
fn init_keeps_the_overlays() {
    let (_kept, path) = folder(&[("spec.yaml", SPEC), ("more.yaml", OVERLAY)]);
    let ran = uptospec_in(&path, &["init", "spec.yaml", "--overlay", "more.yaml"]);
    assert!(ran.stdout.contains("overlays = [\"more.yaml\"]\n"), "{}", ran.stdout);
}
