//! Commands, documents and configurations that are wrong: exit 2, the place, and what would be right.

use super::support::{folder, uptospec, uptospec_in};

const SPEC: &str = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    get:\n      responses:\n        '200': {description: ok}\n";

#[test]
fn a_broken_document_is_told_with_its_place() {
    let (_kept, path) = folder(&[("broken.yaml", "openapi: 3.1.0\ninfo:\n  title: [x\npaths: {}\n")]);
    let ran = uptospec_in(&path, &["check", "broken.yaml", "--url", "http://127.0.0.1:1"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("broken.yaml:4"), "{}", ran.stderr);
}

#[test]
fn lint_says_every_problem_at_once_and_which_operations_cannot_be_tested() {
    let operation = |reference: &str| format!("get: {{responses: {{'200': {{$ref: '{reference}'}}}}}}");
    let (a, b) = (operation("#/components/responses/A"), operation("b.yaml"));
    let spec = format!("{SPEC}  /b: {{{a}}}\n  /c: {{{b}}}\n  d: {{}}\n");
    let (_kept, path) = folder(&[("spec.yaml", &spec)]);
    let ran = uptospec_in(&path, &["lint", "spec.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    for said in ["`GET /b` is not tested: ", "`GET /c` is not tested: ", "`components`", "b.yaml", "the path `d`"] {
        assert!(ran.stdout.contains(said), "{said}: {}", ran.stdout);
    }
    assert!(ran.stdout.ends_with("\n1 of 3 operations can be tested; 5 warnings\n"), "{}", ran.stdout);
}

#[test]
fn a_document_of_components_alone_can_be_linted_and_not_checked() {
    let spec = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\ncomponents: {schemas: {A: {type: object}}}\n";
    let (_kept, path) = folder(&[("spec.yaml", spec)]);
    let ran = uptospec_in(&path, &["lint", "spec.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.ends_with("\n0 operations can be tested; 1 note\n"), "{}", ran.stdout);
    let ran = uptospec_in(&path, &["check", "spec.yaml", "--url", "http://127.0.0.1:1"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("there is nothing to test"), "{}", ran.stderr);
}

#[test]
fn a_swagger_document_is_refused_by_name() {
    let (_kept, path) = folder(&[("old.json", "{\n  \"swagger\": \"2.0\",\n  \"paths\": {}\n}\n")]);
    let ran = uptospec_in(&path, &["lint", "old.json"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.all().contains("old.json:2") && ran.all().contains("2.0"), "{}", ran.all());
}

#[test]
fn a_wrong_suite_is_told_with_its_place() {
    let suite = "arazzo: 1.0.1\ninfo: {title: S}\nsourceDescriptions: [{name: a, url: spec.yaml}]\nworkflows:\n  - workflowId: w\n    steps:\n      - stepId: s\n        operationId: nothing\n";
    let broken = suite.replace("stepId: s", "stepId: s\n        successCriteria: [{condition: $statusCode = 2}]");
    let (_kept, path) = folder(&[("spec.yaml", SPEC), ("a.arazzo.yaml", suite), ("b.arazzo.yaml", &broken)]);
    let ran = uptospec_in(&path, &["lint", "a.arazzo.yaml"]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.all().contains("a.arazzo.yaml:7:9") && ran.all().contains("`nothing`"), "{}", ran.all());
    let ran = uptospec_in(&path, &["lint", "b.arazzo.yaml"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.all().contains("b.arazzo.yaml:8:39"), "{}", ran.all());
}

#[test]
fn a_wrong_configuration_is_told_with_its_line_and_the_nearest_key() {
    let (_kept, path) =
        folder(&[("spec.yaml", SPEC), ("uptospec.toml", "[target.a]\nspec = \"spec.yaml\"\nconcurency = 3\n")]);
    let ran = uptospec_in(&path, &["check"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("uptospec.toml:3") && ran.stderr.contains("`concurrency`"), "{}", ran.stderr);
}

#[test]
fn a_credential_for_an_unknown_scheme_is_told_with_the_known_ones() {
    let spec = "specs/agenhq.yaml";
    let config = format!(
        "[target.agenhq]\nspec = {:?}\nurl = \"http://127.0.0.1:1\"\ncredentials = {{ apikey = \"x\" }}\n",
        super::support::repository(spec)
    );
    let (_kept, path) = folder(&[("uptospec.toml", &config)]);
    let ran = uptospec_in(&path, &["check"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("`apiKey`"), "{}", ran.stderr);
}

#[test]
fn an_unknown_rule_operation_target_or_server_is_told_with_the_nearest() {
    let unknown = [
        (vec!["explain", "stream/terminal-mising"], "stream/terminal-missing"),
        (vec!["check", "--rule", "stream/terminal-mising"], "stream/terminal-missing"),
        (vec!["check", "--target", "agntx"], "agntix"),
        (vec!["check", "--target", "agntix", "--only", "sendMesage"], "sendMessage"),
        (vec!["check", "--target", "agenhq", "--value", "path.sesionId=x"], "path.sessionId"),
        (vec!["serve", "agntx"], "agntix"),
        (vec!["serve", "agntix", "--fault", "done-mising"], "done-missing"),
    ];
    for (arguments, nearest) in unknown {
        let ran = uptospec(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.all());
        assert!(ran.stderr.contains(nearest), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn an_option_that_means_nothing_is_refused() {
    for arguments in [
        vec!["check", "--rate", "fast"],
        vec!["check", "--url", "127.0.0.1:3000"],
        vec!["check", "specs/agenhq.yaml", "-H", "no colon", "--url", "http://127.0.0.1:1"],
        vec!["check", "--report", "xls=report.xls"],
        vec!["check", "--report", "json=/nonexistent/folder/report.json"],
        vec!["check", "--max-requests", "0"],
    ] {
        let ran = uptospec(&arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.all());
    }
}

#[test]
fn a_malformed_credential_or_url_is_refused_without_showing_it() {
    for arguments in [
        ["check", "specs/agenhq.yaml", "--url", "http://127.0.0.1:1", "-H", "x-api-key hunter2-is-long-enough"],
        ["check", "specs/agenhq.yaml", "-H", "a: b", "--url", "http://user:hunter2-is-long-enough@127.0.0.1:1"],
    ] {
        let ran = uptospec(&arguments);
        assert_eq!(ran.code, 2, "{}", ran.all());
        assert!(!ran.all().contains("long-enough"), "{}", ran.all());
    }
}

#[test]
fn a_misspelt_state_is_told_with_the_nearest() {
    let config = format!(
        "[target.agentix]\nspec = {:?}\nurl = \"http://127.0.0.1:1\"\n[target.agentix.states.agent-inactve]\n",
        super::support::repository("specs/agentix.yaml")
    );
    let (_kept, path) = folder(&[("uptospec.toml", &config)]);
    let ran = uptospec_in(&path, &["check"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("`agent-inactive`"), "{}", ran.stderr);
}

#[test]
fn without_a_configuration_the_first_steps_are_told() {
    let (_kept, path) = folder(&[]);
    let ran = uptospec_in(&path, &["check"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("uptospec init"), "{}", ran.stderr);
}

#[test]
fn the_configuration_that_init_writes_is_one() {
    let (_kept, path) = folder(&[("spec.yaml", SPEC)]);
    let ran = uptospec_in(&path, &["init", "spec.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    std::fs::write(path.join("uptospec.toml"), &ran.stdout).unwrap();
    let ran = uptospec_in(&path, &["check"]);
    assert_eq!(ran.code, 3, "nobody listens there: {}", ran.all());
}

#[test]
fn a_document_without_faults_has_nothing_to_lint() {
    for spec in ["agntix", "agentix", "agenhq", "agentsgt"] {
        let ran = uptospec(&["lint", &format!("specs/{spec}.yaml")]);
        assert_eq!(ran.code, 0, "{}", ran.all());
    }
}
