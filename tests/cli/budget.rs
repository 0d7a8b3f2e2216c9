//! What an audit costs: it is announced, kept to, and bounded, also where a target limits or the user stops it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::support::{Served, answered, answering, checked, folder, repository, serving, uptospec, uptospec_in};

const MESSAGE: &str = "{\"id\":\"1\",\"session_id\":\"ses_1\",\"type\":\"user_message\",\
    \"payload\":{\"type\":\"user_message\",\"message\":\"x\"},\"status\":\"completed\",\"client_id\":null,\
    \"session_goal_id\":null,\"session_task_id\":null,\"created_at\":\"\",\"updated_at\":\"\"}";

/// A target of the simplest of the four APIs at that URL, and more of its configuration.
fn configured(url: &str, more: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let config = format!(
        "[target.agenhq]\nspec = {:?}\nurl = {url:?}\ncredentials = {{ apiKey = \"ahq_reference\" }}\n\
         values = {{ \"path.sessionId\" = \"ses_reference\" }}\n{more}",
        repository("specs/agenhq.yaml")
    );
    folder(&[("uptospec.toml", &config)])
}

fn report(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("report.json")).expect("a report was written");
    serde_json::from_str(&text).expect("a report is JSON")
}

/// The number in the line of a plan that begins with this word, and the one after it.
fn numbers(plan: &str, word: &str) -> (usize, usize) {
    let line = plan.lines().find(|line| line.starts_with(word)).expect("the plan has such a line");
    let mut numbers = line.split_whitespace().filter_map(|word| word.parse().ok());
    (numbers.next().expect("a number"), numbers.next().expect("another"))
}

fn respond(mut stream: TcpStream, status: &str, head: &str, body: &str) {
    // A client that went away is no concern of the server's.
    let _ = stream.read(&mut [0; 65_536]);
    let length = body.len();
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nDate: Sun, 22 Nov 2026 00:00:00 GMT\r\n{head}Content-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
}

#[test]
fn a_plan_is_printed_and_nothing_is_sent() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let url = answering(move |stream| {
        counted.fetch_add(1, Ordering::Relaxed);
        respond(stream, "200 OK", "", "");
    });
    let (_kept, path) = configured(&url, "start = \"touch started\"\n");
    let ran = uptospec_in(&path, &["check", "--plan", "--rate", "2/s"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.stdout.contains("nothing was sent") && ran.stdout.contains("at least"), "{}", ran.stdout);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert!(!path.join("started").exists(), "the server was started");
}

#[test]
fn a_plan_of_the_four_apis_needs_no_server() {
    let ran = uptospec(&["check", "--plan"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert_eq!(ran.stdout.lines().filter(|line| line.starts_with("planned  ")).count(), 4, "{}", ran.stdout);
}

#[test]
fn a_limit_on_generated_answers_is_kept_and_told() {
    let server = Served::start("agenhq", &[]);
    let (_kept, path) = configured(&server.url, "max-generations = 5\n");
    let plan = uptospec_in(&path, &["check", "--plan"]);
    let (planned, generating) = numbers(&plan.stdout, "planned");
    // One answer is kept back for a refused request that the target serves all the same.
    assert_eq!(generating, 4, "{}", plan.stdout);
    assert_eq!(numbers(&plan.stdout, "at most").1, 5, "{}", plan.stdout);
    let ran = uptospec_in(&path, &["check", "--report", "json=report.json"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.stdout.contains("budget of 5 requests that generate an answer"), "{}", ran.stdout);
    let target = &report(&path)["targets"][0];
    assert_eq!(target["requests"], planned);
    let not_checked = target["not_checked"].as_array().unwrap();
    assert!(not_checked.iter().any(|entry| entry["reason"] == "max-generations"), "{not_checked:?}");
}

/// A run of a target that answers 429 past a limit ends in time and is not called conformant, but told as one of these.
fn ends_in_time(arguments: &[&str], told: &[&str]) {
    let served = AtomicUsize::new(0);
    let url = answering(move |stream| {
        if served.fetch_add(1, Ordering::Relaxed) < 6 {
            respond(stream, "200 OK", "Content-Type: application/json\r\n", MESSAGE);
        } else {
            respond(stream, "429 Too Many Requests", "", "");
        }
    });
    let (_kept, path) = configured(&url, "");
    let start = Instant::now();
    let ran = uptospec_in(&path, &[&["check", "--report", "json=report.json"], arguments].concat());
    assert!(start.elapsed() < Duration::from_secs(45), "{:?}", start.elapsed());
    assert_ne!(ran.code, 0, "{}", ran.all());
    let incomplete = report(&path)["targets"][0]["incomplete"].to_string();
    assert!(told.iter().any(|told| incomplete.contains(told)), "{incomplete}");
}

#[test]
fn a_target_that_answers_429_past_a_limit_is_not_called_conformant_where_the_time_is_over() {
    ends_in_time(&["--rate", "1/s", "--time-limit", "4s"], &["time limit of 4s is over"]);
}

#[test]
fn a_target_that_answers_429_past_a_limit_is_waited_for_in_vain_no_longer_than_a_while() {
    ends_in_time(&["--rate", "100/s", "--time-limit", "60s"], &["answered 429", "answered 200, 429"]);
}

#[test]
fn a_state_that_only_shows_429_is_told_as_not_judged() {
    let config = format!(
        "[target.agentix]\nspec = {:?}\nurl = \"URL\"\ncredentials = {{ bearerAuth = \"agx_live_audit\" }}\n\
         values = {{ \"path.agentId\" = \"abc123\" }}\n\
         [target.agentix.states.agent-inactive]\nheaders = {{ X-State = \"inactive-for-this-test\" }}\n",
        repository("specs/agentix.yaml")
    );
    let server = Served::start("agentix", &[]);
    let behind = server.url.strip_prefix("http://").unwrap().to_owned();
    let url = answering(move |mut stream| {
        let request = String::from_utf8_lossy(&whole_request(&mut stream)).into_owned();
        if request.to_lowercase().contains("x-state: inactive-for-this-test") {
            let _ =
                write!(stream, "HTTP/1.1 429 No\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        // All else is for the reference server, which closes each connection as it is asked to.
        let closing = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        if let Ok(mut server) = TcpStream::connect(&behind) {
            let _ = server.write_all(closing.as_bytes());
            let _ = std::io::copy(&mut server, &mut stream);
        }
    });
    let (_kept, path) = folder(&[("uptospec.toml", &config.replace("URL", &url))]);
    let ran = uptospec_in(&path, &["check", "--report", "json=report.json", "--cases", "2"]);
    let target = &report(&path)["targets"][0];
    let state = target["not_checked"].as_array().unwrap().iter().find(|entry| entry["state"] == "agent-inactive");
    assert!(state.is_some_and(|entry| entry["reason"].to_string().contains("429")), "{target:#}");
    assert!(target["incomplete"].to_string().contains("state agent-inactive could not be judged"), "{target:#}");
    assert_eq!(ran.code, 3, "{}", ran.all());
}

#[test]
fn what_needs_a_state_that_is_missing_is_counted_as_not_checked() {
    let states: [(&str, &str, &str, &[&str]); 3] = [
        (
            "agentix",
            "bearerAuth = \"agx_live_audit\"",
            "abc123",
            &["agent-not-public", "agent-inactive", "org-mismatch", "domain-not-allowed", "rate-limited"],
        ),
        (
            "agentsgt",
            "bearerAuth = \"pk_reference:sk_reference\"",
            "550e8400-e29b-41d4-a716-446655440000",
            &["no-credits", "org-mismatch"],
        ),
        ("agenhq", "apiKey = \"ahq_reference\"", "ses_reference", &["org-mismatch"]),
    ];
    for (api, credential, id, states) in states {
        let server = Served::start(api, &[]);
        let variable = if api == "agenhq" { "sessionId" } else { "agentId" };
        let config = format!(
            "[target.{api}]\nspec = {:?}\nurl = {:?}\ncredentials = {{ {credential} }}\n\
             values = {{ \"path.{variable}\" = {id:?} }}\n",
            repository(&format!("specs/{api}.yaml")),
            server.url
        );
        let (_kept, path) = folder(&[("uptospec.toml", &config)]);
        let ran = uptospec_in(&path, &["check", "--verbose", "--report", "json=report.json", "--cases", "1"]);
        assert_eq!(ran.code, 0, "{}", ran.all());
        let target = &report(&path)["targets"][0];
        let not_checked = target["not_checked"].as_array().unwrap();
        for state in states {
            let told = format!("no state {state}");
            let is_it = |entry: &&Value| entry["state"] == *state && entry["reason"] == told.as_str();
            assert!(not_checked.iter().any(|entry| is_it(&entry)), "{api}: {told}: {not_checked:?}");
            assert!(ran.stdout.contains(&told), "{api}: {told} is not in the summary\n{}", ran.stdout);
        }
    }
}

/// A run in a process of its own that can be interrupted.
fn started(folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_uptospec"))
        .args(["check", "--report", "json=report.json"])
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn interrupted(run: Child) -> (Output, Duration) {
    signalled(run, &["-INT"])
}

/// The run after these signals, half a second after each other.
fn signalled(run: Child, signals: &[&str]) -> (Output, Duration) {
    let id = run.id().to_string();
    let start = Instant::now();
    for (index, signal) in signals.iter().enumerate() {
        std::thread::sleep(Duration::from_millis(if index == 0 { 0 } else { 500 }));
        assert!(Command::new("kill").args([signal, id.as_str()]).status().expect("there is kill").success());
    }
    let output = run.wait_with_output().expect("it ends");
    (output, start.elapsed())
}

#[test]
fn an_interrupt_ends_a_run_at_once_with_a_report_of_what_was_judged() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let url = answering(move |stream| {
        if counted.fetch_add(1, Ordering::Relaxed) < 4 {
            return respond(stream, "200 OK", "Content-Type: application/json\r\n", MESSAGE);
        }
        std::thread::sleep(Duration::from_secs(60));
    });
    let (_kept, path) = configured(&url, "");
    let run = started(&path);
    wait_for("a request that is not answered", || asked.load(Ordering::Relaxed) > 6);
    let (output, time) = interrupted(run);
    assert!(time < Duration::from_secs(10), "{time:?}");
    let target = &report(&path)["targets"][0];
    let has_errors = target["findings"].as_array().unwrap().iter().any(|finding| finding["severity"] == "error");
    assert_eq!(output.status.code(), Some(if has_errors { 1 } else { 3 }), "{target:#}");
    assert!(target["incomplete"].to_string().contains("it was interrupted"), "{target:#}");
    assert!(!target["checks"].as_array().unwrap().is_empty(), "{target:#}");
}

/// A configuration of a target that is brought out of credits and back by these commands.
fn without_credits(url: &str, before: &str, after: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let config = format!(
        "[target.agentsgt]\nspec = {:?}\nurl = {url:?}\n\
         credentials = {{ bearerAuth = \"pk_reference:sk_reference\" }}\n\
         values = {{ \"path.agentId\" = \"550e8400-e29b-41d4-a716-446655440000\" }}\n\
         [target.agentsgt.states.no-credits]\nbefore = {{ run = {before:?} }}\nafter = {{ run = {after:?} }}\n",
        repository("specs/agentsgt.yaml")
    );
    folder(&[("uptospec.toml", &config)])
}

/// Whether this process was started with SIGHUP ignored: those that it starts inherit that (signal(7)).
fn ignores_hangups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[test]
fn a_state_is_undone_where_the_run_is_interrupted_in_it() {
    let server = Served::start("agentsgt", &[]);
    for (signals, after) in [
        (&["-INT"][..], "touch undone"),
        (&["-TERM"], "touch undone"),
        (&["-HUP"], "touch undone"),
        // The second does not keep it from being undone.
        (&["-INT", "-INT"], "sleep 2; touch undone"),
    ] {
        if signals == ["-HUP"] && ignores_hangups() {
            eprintln!("left out: SIGHUP is ignored here, as under nohup, and so by what is started");
            continue;
        }
        let (_kept, path) = without_credits(&server.url, "touch brought-about; sleep 60", after);
        let run = started(&path);
        wait_for("the state", || path.join("brought-about").exists());
        let (output, time) = signalled(run, signals);
        assert!(time < Duration::from_secs(10), "{signals:?}: {time:?}");
        assert_eq!(output.status.code(), Some(3), "{signals:?}: {}", String::from_utf8_lossy(&output.stdout));
        assert!(path.join("undone").exists(), "{signals:?}: the state was left as it was");
    }
}

#[test]
fn a_state_that_takes_too_long_to_undo_does_not_outlast_a_second_interrupt() {
    let server = Served::start("agentsgt", &[]);
    let (_kept, path) = without_credits(&server.url, "touch brought-about; sleep 60", "sleep 25");
    let run = started(&path);
    wait_for("the state", || path.join("brought-about").exists());
    let (output, time) = signalled(run, &["-INT", "-INT"]);
    assert!((Duration::from_secs(5)..Duration::from_secs(15)).contains(&time), "{time:?}");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_state_that_cannot_be_undone_is_told_as_what_it_is() {
    let server = Served::start("agentsgt", &[]);
    let (_kept, path) = without_credits(&server.url, "touch brought-about", "echo no way back >&2; exit 4");
    let ran = uptospec_in(&path, &["check", "--report", "json=report.json", "--cases", "1"]);
    let target = &report(&path)["targets"][0];
    let incomplete = target["incomplete"].to_string();
    let told = "state no-credits could not be undone, and the target may still be in it";
    assert!(incomplete.contains(told) && incomplete.contains("no way back"), "{incomplete}");
    assert!(!incomplete.contains("brought about"), "{incomplete}");
    // The state did not make the server refuse, which is judged all the same.
    let of_state = target["findings"].as_array().unwrap().iter().any(|finding| finding["state"] == "no-credits");
    assert!(of_state, "{target:#}");
    assert_eq!(ran.code, 1, "{}", ran.all());
}

#[test]
fn a_hook_ends_with_the_time_of_the_run_and_its_state_is_undone() {
    let server = Served::start("agentsgt", &[]);
    let config = format!(
        "[target.agentsgt]\nspec = {:?}\nurl = {:?}\ntime-limit = \"4s\"\n\
         credentials = {{ bearerAuth = \"pk_reference:sk_reference\" }}\n\
         values = {{ \"path.agentId\" = \"550e8400-e29b-41d4-a716-446655440000\" }}\n\
         [target.agentsgt.states.no-credits]\nbefore = {{ run = \"touch brought-about; sleep 25\" }}\n\
         after = {{ run = \"touch undone\" }}\n",
        repository("specs/agentsgt.yaml"),
        server.url
    );
    let (_kept, path) = folder(&[("uptospec.toml", &config)]);
    let began = Instant::now();
    let ran = uptospec_in(&path, &["check", "--cases", "1"]);
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.stdout.contains("the time limit of 4s is over"), "{}", ran.stdout);
    assert!(path.join("brought-about").exists() && path.join("undone").exists(), "{}", ran.stdout);
}

#[test]
fn a_hook_that_fails_is_no_finding_and_its_state_is_undone() {
    let server = Served::start("agentsgt", &[]);
    let config = format!(
        "[target.agentsgt]\nspec = {:?}\nurl = {:?}\ncredentials = {{ bearerAuth = \"pk_reference:sk_reference\" }}\n\
         values = {{ \"path.agentId\" = \"550e8400-e29b-41d4-a716-446655440000\" }}\n\
         [target.agentsgt.states.no-credits]\nbefore = {{ run = \"echo half done >&2; exit 4\" }}\n\
         after = {{ run = \"touch undone\" }}\n",
        repository("specs/agentsgt.yaml"),
        server.url
    );
    let (_kept, path) = folder(&[("uptospec.toml", &config)]);
    let ran = uptospec_in(&path, &["check", "--report", "json=report.json"]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.stdout.contains("half done"), "{}", ran.stdout);
    assert!(path.join("undone").exists(), "the state was left half done");
}

/// A request with its whole body, by its Content-Length.
fn whole_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut piece = vec![0; 65_536];
    loop {
        let read = stream.read(&mut piece).unwrap_or_default();
        request.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&request).to_lowercase();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
        if read == 0 || request.len() >= head.len() + 4 + length.unwrap_or(0) {
            return request;
        }
    }
}

#[test]
fn a_finding_is_tried_again_where_the_time_was_too_short_for_the_plan() {
    let url = serving(|_| {
        std::thread::sleep(Duration::from_millis(100));
        answered("500 Internal Server Error", "application/json", "{}")
    });
    let spec = "openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths:\n  /a/{b}: {get: {operationId: a, \
                parameters: [{name: b, in: path, required: true, schema: {type: integer}}, \
                {name: c, in: query, schema: {type: string}}], responses: {'200': {description: ok}}}}\n";
    let arguments = ["--time-limit", "6s", "--cases", "500", "--concurrency", "1", "--rule", "http/server-error"];
    let (ran, target) = checked(spec, &url, &arguments);
    assert!(target["incomplete"].to_string().contains("the time limit of 6s is over"), "{}", ran.all());
    assert_eq!(target["findings"][0]["reproduced"], "always", "{}", ran.all());
}
