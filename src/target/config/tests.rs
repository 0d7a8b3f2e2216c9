use std::time::Duration;

use super::*;

fn read_text(text: &str) -> Result<Config, ConfigError> {
    let environment = |name: &str| (name == "KEY").then(|| "agx_live_1".to_owned());
    let surroundings =
        Surroundings { wanted: &[], environment: &environment, rules: &["http/www-authenticate", "http/date"] };
    read("uptospec.toml", text, Path::new("conf"), &surroundings)
}

fn complaints(text: &str) -> String {
    let error = read_text(text).expect_err("this configuration is wrong");
    error.diagnostics.iter().map(|diagnostic| format!("{diagnostic}\n")).collect()
}

#[test]
fn every_key_is_documented() {
    let page = include_str!("../../../docs/configuration.md");
    let named = |key: &str| page.lines().any(|line| line.starts_with('|') && line.contains(&format!("`{key}`")));
    for key in keys::of_target().iter().chain(&keys::OF_STATE) {
        assert!(named(key), "docs/configuration.md does not name `{key}`");
    }
}

#[test]
fn a_whole_target_is_read_with_its_states() {
    let config = read_text(
        r#"
            [target.agentix]
            spec = "specs/agentix.yaml"
            overlays = ["ours.yaml", "more/theirs.json"]
            url = "https://app.agentix.example"
            concurrency = 4
            rate = "1/s"
            time-limit = "10m"
            credentials = { bearerAuth = "${KEY}" }
            values = { "path.agentId" = "abc123", "body#/metadata" = { n = 1 } }
            [target.agentix.states.no-credits]
            credentials = { bearerAuth = "broke" }
            before = { http = "POST http://127.0.0.1:9000/credits?left=0" }
            after = { run = "./refill.sh" }
            [target.agentix.severity]
            "http/www-authenticate" = "off"
            "#,
    )
    .unwrap();
    let target = &config.targets[0];
    assert_eq!(target.spec, DocumentOrigin::File("conf/specs/agentix.yaml".into()));
    assert_eq!(target.overlays, [Path::new("conf/ours.yaml"), Path::new("conf/more/theirs.json")]);
    assert_eq!(target.limits.concurrency, 4);
    assert_eq!(target.limits.time_limit, Duration::from_secs(600));
    assert_eq!(target.credentials["bearerAuth"].to_string(), "${KEY}");
    assert_eq!(target.values[&Location::Body("/metadata".into())], serde_json::json!({"n": 1}));
    let state = &target.states["no-credits"];
    assert_eq!(state.credentials["bearerAuth"].to_string(), "${BEARER_AUTH_NO_CREDITS}");
    assert!(matches!(state.before, Some(Hook::Http { .. })));
    assert_eq!(state.after, Some(Hook::Run("./refill.sh".into())));
    assert_eq!(target.severity["http/www-authenticate"], SeverityChoice::Off);
}

#[test]
fn a_hook_shows_neither_its_password_nor_what_the_environment_gave() {
    let hook = |call: &str| {
        let text = format!("[target.a]\nspec = \"a\"\nstates.s.before = {{ http = \"{call}\" }}\n");
        let config = read_text(&text).unwrap();
        let Some(Hook::Http { url, .. }) = config.targets[0].states["s"].before.clone() else { panic!("no hook") };
        (url.to_string(), url.reveal())
    };
    let (shown, sent) = hook("POST http://admin:hunter2@127.0.0.1/reset");
    assert_eq!(shown, "http://admin:${PASSWORD}@127.0.0.1/reset");
    assert_eq!(sent, "http://admin:hunter2@127.0.0.1/reset");
    let (shown, sent) = hook("POST http://admin:hunter2@127.0.0.1/reset?key=${KEY}");
    assert_eq!(shown, "http://admin:${PASSWORD}@127.0.0.1/reset?key=${KEY}");
    assert_eq!(sent, "http://admin:hunter2@127.0.0.1/reset?key=agx_live_1");
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    insta::assert_snapshot!(complaints(
            r#"[target.a]
spec = "a.yaml"
urll = "http://a"
concurrency = 0
rate = "fast"
credentials = { apiKey = "${NOPE}" }
values = { agentId = "x" }
[target.a.severity]
"http/dat" = "note"
[target.b]
url = "b"
"#
        ), @r#"
        uptospec.toml:3:1: a target has no key `urll` (did you mean `url`?)
        uptospec.toml:4:15: this is a number, not a whole number of at least 1
        uptospec.toml:5:8: `fast` is no rate: write 20/s, 60/m or 60/30s
        uptospec.toml:6:26: the environment has no variable NOPE (set it, or choose other targets with --target)
        uptospec.toml:7:22: `agentId` names no part of a request: write path.X, query.X, header.X, cookie.X or body#/json/pointer
        uptospec.toml:9:14: there is no rule `http/dat` (did you mean `http/date`?)
        uptospec.toml:10:9: target `b` has no spec (add spec = "FILE")
        "#);
}

#[test]
fn a_hook_is_one_call_or_one_command() {
    for hook in ["http = \"POST http://h/\", run = \"true\"", "run = \"\"", "run = \" \"", ""] {
        let text = format!("[target.a]\nspec = \"a\"\nstates.s.before = {{ {hook} }}\n");
        let complaints = complaints(&text);
        assert!(complaints.starts_with("uptospec.toml:3:") && complaints.lines().count() == 1, "{hook}: {complaints}");
    }
}

#[test]
fn a_syntax_error_has_its_line() {
    let complaints = complaints("[target.a]\nspec = \n");
    assert!(complaints.starts_with("uptospec.toml:2:"), "{complaints}");
}

#[test]
fn an_unwanted_target_needs_no_environment() {
    let text = "[target.a]\nspec = \"a\"\n[target.b]\nspec = \"b\"\ncredentials = { k = \"${NOPE}\" }\n";
    let wanted = ["a".to_owned()];
    let surroundings = Surroundings { wanted: &wanted, environment: &|_| None, rules: &[] };
    let config = read("c.toml", text, Path::new(""), &surroundings).unwrap();
    assert_eq!(config.targets.len(), 1);
}

#[test]
fn a_wanted_target_that_is_not_there_is_told_with_the_nearest() {
    let wanted = ["agentx".to_owned()];
    let surroundings = Surroundings { wanted: &wanted, environment: &|_| None, rules: &[] };
    let error = read("c.toml", "[target.agentix]\nspec = \"a\"\n", Path::new(""), &surroundings).unwrap_err();
    assert!(error.to_string().contains("did you mean `agentix`?"), "{error}");
}
