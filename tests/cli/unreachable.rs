//! Targets that are not there, do not speak HTTP or say nothing: exit 3, one clear line, in time.

use std::io::Write;
use std::time::{Duration, Instant};

use super::support::{Ran, answering, folder, repository, saying, uptospec_in};

const NOT_FOUND: &[u8] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnope";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n\
    {\"id\":\"1\",\"session_id\":\"s\",\"type\":\"user_message\",\"payload\":{},\"status\":\"completed\",\
    \"client_id\":null,\"session_goal_id\":null,\"session_task_id\":null,\"created_at\":\"\",\"updated_at\":\"\"}";

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
fn it_speaks_first_and_not_http() {
    let url = answering(|mut stream| {
        let _ = stream.write_all(b"220 mail.example ESMTP\r\n");
        std::thread::sleep(Duration::from_secs(2));
    });
    assert_unjudged(&check(&url), "does not speak HTTP");
}

#[test]
fn everything_is_elsewhere() {
    assert_unjudged(&check(&saying(NOT_FOUND)), "is the base URL right?");
}

#[test]
fn bodies_that_come_encoded_are_not_called_conformant() {
    let ran = check(&saying(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\
          Date: Sun, 22 Nov 2026 00:00:00 GMT\r\nConnection: close\r\n\r\n\x1f\x8b..",
    ));
    assert!(ran.all().contains("encoded as gzip"), "{}", ran.all());
    assert_ne!(ran.code, 0, "{}", ran.all());
}

#[test]
fn a_target_that_dies_is_not_called_conformant() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().take(3) {
            let mut stream = stream.unwrap();
            let mut request = [0; 65_536];
            let _ = std::io::Read::read(&mut stream, &mut request);
            let _ = stream.write_all(ANSWER);
        }
    });
    assert_unjudged(&check(&url), "found nobody there any more");
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
