//! Targets that are not there, do not speak HTTP or say nothing: exit 3, one clear line, in time.

use std::time::{Duration, Instant};

use super::support::{Ran, answering, folder, repository, saying, uptospec_in};

fn check(url: &str) -> Ran {
    let (_kept, path) = folder(&[(
        "uptospec.toml",
        &format!(
            "[target.it]\nspec = {:?}\nurl = {url:?}\nconnect-timeout = \"1s\"\nidle-timeout = \"1s\"\n\
             credentials = {{ apiKey = \"some-secret-key\" }}\n",
            repository("specs/agenhq.yaml")
        ),
    )]);
    uptospec_in(&path, &["check"])
}

fn assert_unjudged(ran: &Ran, words: &str) {
    assert_eq!(ran.code, 3, "{}", ran.all());
    assert!(ran.stdout.contains(words), "{}", ran.stdout);
    assert!(!ran.all().contains("panicked"), "{}", ran.all());
}

#[test]
fn nobody_listens() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_unjudged(&check(&format!("http://{nobody}")), "cannot be reached");
}

#[test]
fn it_does_not_speak_http() {
    assert_unjudged(&check(&saying(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n")), "does not speak HTTP");
}

#[test]
fn it_closes_every_connection() {
    assert_unjudged(&check(&saying(b"")), "closes the connection");
}

#[test]
fn it_takes_the_connection_and_says_nothing() {
    let url = answering(|_stream| std::thread::sleep(Duration::from_secs(30)));
    let start = Instant::now();
    assert_unjudged(&check(&url), "silent");
    assert!(start.elapsed() < Duration::from_secs(15));
}

#[test]
fn plain_http_is_no_https() {
    let url = saying(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").replace("http://", "https://");
    assert_unjudged(&check(&url), "does not speak TLS");
}

#[test]
fn a_server_that_refuses_everything_is_not_called_conformant() {
    let ran = check(&saying(
        b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ApiKey\r\nContent-Type: text/plain\r\n\
          Date: Sun, 22 Nov 2026 00:00:00 GMT\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
    ));
    assert_unjudged(&ran, "no valid request");
}
