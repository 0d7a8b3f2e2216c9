//! Findings that several exchanges show together: recorded, judged offline, and sent again to the same server newly
//! started and to a mended one.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::crud::{Fault, SPEC, Shop, Ways};
use crate::support::{Ran, Served, answered, folder, serving, uptospec, uptospec_in};

/// The recording of the finding of this rule.
fn file(recordings: &Path, target: &str, name: &str) -> PathBuf {
    let file = recordings.join(target).join(name);
    assert!(file.is_file(), "there are only {:?}", std::fs::read_dir(recordings.join(target)).unwrap());
    file
}

/// What replaying the finding's recording says offline.
fn offline(run: impl Fn(&[&str]) -> Ran, file: &Path) {
    let ran = run(&["replay", "--offline", &file.display().to_string()]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.starts_with("still stands: "), "{}", ran.stdout);
}

/// That a finding of a reference server with this fault stands, and is gone without it. Gives what both said.
fn of_reference(api: &str, fault: &str, name: &str) -> [String; 2] {
    let (_kept, path) = folder(&[]);
    let server = Served::start(api, &[fault]);
    let folder = path.display().to_string();
    let ran = uptospec(&["check", "--target", api, "--url", &server.url, "--cases", "3", "--record", &folder]);
    assert_ne!(ran.code, 2, "{}", ran.all());
    drop(server);
    let file = file(&path, api, name);
    offline(uptospec, &file);
    [(&[fault][..], 1, "still stands"), (&[], 0, "is gone")].map(|(faults, code, standing)| {
        let server = Served::start(api, faults);
        let ran = uptospec(&["replay", &file.display().to_string(), "--url", &server.url]);
        assert_eq!(ran.code, code, "{}", ran.all());
        assert!(ran.stdout.starts_with(standing), "{}", ran.stdout);
        ran.stdout
    })
}

#[test]
fn two_answers_with_one_id_are_asked_for_again() {
    let [stands, _] = of_reference("agntix", "session-id-repeated", "createSession.unique-repeated.json");
    assert!(stands.contains("\n    with  createSession 201"), "{stands}");
}

#[test]
fn callers_that_are_mixed_up_are_sent_at_once_again() {
    of_reference("agenhq", "cross-talk", "sendMessage.isolation-cross-talk.json");
}

#[test]
fn a_workflow_is_led_again_with_what_its_steps_give_now() {
    let [stands, gone] = of_reference("agentix", "conversation-id-changes", "sendMessage.workflow-criterion.json");
    assert!(stands.contains("\n    came  `$response.header.X-Conversation-Id` is "), "{stands}");
    assert!(gone.contains("\n    with  sendMessage 200"), "{gone}");
}

#[test]
fn a_drift_of_a_step_is_held_against_what_was_accepted() {
    let [stands, _] = of_reference("agntix", "stream-false-streamed", "sendMessage.snapshot-drift.json");
    // The session of the recording is gone with its server.
    assert!(stands.contains("\n    with  createSession 201"), "{stands}");
}

/// What replaying a recorded life says of a shop with these ways.
fn at_shop(path: &Path, file: &Path, ways: Ways) -> Ran {
    let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
    let shop = runtime.block_on(Shop::start(ways)).expect("a port is free");
    uptospec_in(path, &["replay", &file.display().to_string(), "--url", &shop.url])
}

#[test]
fn a_life_is_led_again_from_its_creation() {
    for (fault, name) in [
        (Fault::Forgets, "getPet.resource-not-found-again.json"),
        (Fault::Renames, "getPet.resource-changed.json"),
        (Fault::Keeps, "getPet.resource-still-there.json"),
    ] {
        let faulty = Ways { fault: Some(fault), ..Ways::default() };
        let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
        let shop = runtime.block_on(Shop::start(faulty)).expect("a port is free");
        let config = format!(
            "[target.pets]\nspec = \"pets.yaml\"\nurl = \"{}\"\ncredentials = {{ token = \"token-of-ann\" }}\n",
            shop.url
        );
        let (_kept, path) = folder(&[("pets.yaml", SPEC), ("uptospec.toml", &config)]);
        uptospec_in(&path, &["check", "--cases", "4", "--record", "recordings"]);
        drop(runtime);
        let file = file(&path.join("recordings"), "pets", name);
        offline(|arguments| uptospec_in(&path, arguments), &file);
        let ran = at_shop(&path, &file, faulty);
        assert!(ran.code == 1 && ran.stdout.starts_with("still stands: resource/"), "{}", ran.all());
        let ran = at_shop(&path, &file, Ways::default());
        assert!(ran.code == 0 && ran.stdout.starts_with("is gone: resource/"), "{}", ran.all());
        assert!(ran.stdout.contains("\n    with  createPet 201"), "{}", ran.stdout);
        let ran = uptospec_in(&path, &["replay", &file.display().to_string()]);
        assert_eq!(ran.code, 3, "{}", ran.all());
        assert!(ran.stdout.contains("why  nobody answers at http://127.0.0.1:"), "{}", ran.stdout);
    }
}

const LIMITED: &str = "
openapi: 3.1.0
info: {title: Jobs, version: '1'}
paths:
  /jobs:
    get:
      operationId: list
      x-rate-limit: {requests: 3, per: 500ms}
      responses:
        '200': {description: there}
        '429':
          description: too many
          x-errors: [{state: rate-limited, x-source: {document: d.txt, strength: documented}}]
";

/// A server with a limit of so many requests in half a second, counted over the time just past.
fn limited(most: usize) -> String {
    let served = std::sync::Mutex::new(Vec::<Instant>::new());
    serving(move |request| {
        if request.method != "GET" {
            return answered("405 Method Not Allowed\r\nAllow: GET", "text/plain", "GET");
        }
        let mut served = served.lock().expect("nobody panics");
        served.retain(|at| at.elapsed().as_millis() < 500);
        if served.len() >= most {
            return answered("429 Too Many Requests", "text/plain", "too many");
        }
        served.push(Instant::now());
        answered("200 OK", "text/plain", "")
    })
}

#[test]
fn a_burst_is_sent_again() {
    let config = format!(
        "[target.jobs]\nspec = \"jobs.yaml\"\nurl = \"{}\"\n[target.jobs.states.rate-limited]\n",
        limited(1000)
    );
    let (_kept, path) = folder(&[("jobs.yaml", LIMITED), ("uptospec.toml", &config)]);
    uptospec_in(&path, &["check", "--cases", "1", "--record", "recordings"]);
    let file = file(&path.join("recordings"), "jobs", "list.limit-late.rate-limited.json");
    offline(|arguments| uptospec_in(&path, arguments), &file);
    let at = |url: &str| uptospec_in(&path, &["replay", &file.display().to_string(), "--url", url]);
    let ran = at(&limited(1000));
    assert!(ran.code == 1 && ran.stdout.starts_with("still stands: limit/late list (rate-limited)\n"), "{}", ran.all());
    let ran = at(&limited(3));
    assert!(ran.code == 0 && ran.stdout.starts_with("is gone: limit/late list"), "{}", ran.all());
    assert!(ran.stderr.contains("waiting "), "{}", ran.stderr);
}

#[test]
fn what_a_rule_has_nothing_to_say_of_is_gone_where_the_answer_is_as_it_should_be() {
    of_reference("agntix", "cors-contradiction", "createSession.http-cors.json");
}

#[test]
fn what_is_hidden_in_a_recording_is_not_judged_without_its_server() {
    let (_kept, path) = folder(&[]);
    let server = Served::start("agntix", &["credential-given-back"]);
    let folder = path.display().to_string();
    uptospec(&["check", "--target", "agntix", "--url", &server.url, "--cases", "3", "--record", &folder]);
    let file = file(&path, "agntix", "createSession.http-leak.json").display().to_string();
    let ran = uptospec(&["replay", "--offline", &file]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.stdout.contains("why  credentials are hidden in a recording"), "{}", ran.stdout);
    assert_eq!(uptospec(&["replay", &file]).code, 1);
}

#[test]
fn a_folder_of_recordings_is_replayed_and_counted() {
    let (_kept, path) = folder(&[]);
    let server = Served::start("agntix", &["date-iso"]);
    let folder = path.display().to_string();
    uptospec(&["check", "--target", "agntix", "--url", &server.url, "--cases", "3", "--record", &folder]);
    let ran = uptospec(&["replay", "--offline", &folder]);
    assert_eq!(ran.code, 1, "{}", ran.all());
    assert!(ran.stdout.ends_with("2 recordings: 2 still stand, 0 gone, 0 not checked\n"), "{}", ran.stdout);
    let empty = path.join("none");
    std::fs::create_dir(&empty).unwrap();
    let ran = uptospec(&["replay", &empty.display().to_string()]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("holds no recording: `uptospec check --record DIR` writes them"), "{}", ran.stderr);
}

#[test]
fn a_recording_of_a_rule_or_a_document_that_is_gone_says_so() {
    let (_kept, path) = folder(&[]);
    let server = Served::start("agntix", &["date-iso"]);
    let folder = path.display().to_string();
    uptospec(&["check", "--target", "agntix", "--url", &server.url, "--cases", "3", "--record", &folder]);
    let text = std::fs::read_to_string(path.join("agntix/createSession.http-date.json")).unwrap();
    std::fs::write(path.join("a.json"), text.replace("http/date", "http/dates")).unwrap();
    let ran = uptospec(&["replay", &path.join("a.json").display().to_string(), "--url", &server.url]);
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(
        ran.stdout.contains("why  there is no rule http/dates any more; the nearest is http/date\n"),
        "{}",
        ran.stdout
    );
    std::fs::write(path.join("a.json"), text.replace("specs/agntix.yaml", "specs/moved.yaml")).unwrap();
    let ran = uptospec(&["replay", "--offline", &path.join("a.json").display().to_string()]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.stderr.contains("specs/moved.yaml, which is not here: run this in the folder"), "{}", ran.stderr);
}
