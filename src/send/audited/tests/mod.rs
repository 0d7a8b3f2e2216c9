mod tls;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::response::QUIET;
use super::*;
use crate::send::{
    Answer, BodyLength, Client, Connection, End, Exchange, FailureKind, Outcome, StopAt, Wire, WireFraming, WireRecord,
    WireRequest,
};
use crate::target::{Limits, Text};

/// What a server of one connection does once it was asked.
#[derive(Clone, Copy)]
enum Then {
    Close,
    Reset,
    Stay,
}

/// A server that writes these bytes, so many milliseconds after the ones before.
async fn serve(pieces: Vec<(u64, Vec<u8>)>, then: Then) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        for (pause, piece) in pieces {
            if pause > 0 {
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            let _ = stream.write_all(&piece).await;
        }
        match then {
            Then::Close => {}
            Then::Reset => stream.set_zero_linger().unwrap(),
            Then::Stay => tokio::time::sleep(Duration::from_secs(20)).await,
        }
    });
    format!("http://{address}/")
}

fn limits() -> Limits {
    Limits {
        connect_timeout: Duration::from_millis(500),
        idle_timeout: Duration::from_millis(500),
        ..Limits::default()
    }
}

async fn send(url: &str, connection: Connection) -> Exchange {
    let headers = vec![("X-Key".to_owned(), Text::plain("1")), ("x-a".to_owned(), Text::plain(""))];
    let request = WireRequest { method: Method::POST, url: Text::plain(url), headers, body: Some(b"{}".to_vec()) };
    Client::new(&limits()).unwrap().send(&request, connection, &StopAt::default()).await
}

/// What is told of a server that writes all this at once.
async fn audited(bytes: &str, then: Then) -> Exchange {
    send(&serve(vec![(0, bytes.as_bytes().to_vec())], then).await, Connection::Audited).await
}

fn answer(exchange: &Exchange) -> &Answer {
    exchange.answer().expect("there is an answer")
}

fn record(exchange: &Exchange) -> &WireRecord {
    match &exchange.wire {
        Wire::Seen(record) => record,
        other => panic!("{other:?}"),
    }
}

const LENGTH: &str = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[tokio::test]
async fn bytes_after_the_end_are_seen_with_it_and_beside_the_body() {
    let exchange = audited(&format!("{LENGTH}abcdef"), Then::Stay).await;
    assert_eq!(
        (&answer(&exchange).body[..], answer(&exchange).end),
        (&b"abc"[..], End::Complete(BodyLength::ContentLength))
    );
    assert_eq!(record(&exchange).surplus.as_ref().unwrap().first, "def");
    let exchange = audited(&format!("{CHUNKED}1\r\na\r\n0\r\n\r\nx"), Then::Close).await;
    assert_eq!((&answer(&exchange).body[..], answer(&exchange).end), (&b"a"[..], End::Complete(BodyLength::Chunked)));
    assert_eq!(record(&exchange).surplus.as_ref().unwrap().first, "x");
}

#[tokio::test]
async fn bytes_that_follow_a_little_later_are_seen() {
    let pieces = vec![(0, format!("{LENGTH}abc").into_bytes()), (20, b"HTTP/1.1 200 OK\r\n".to_vec())];
    let exchange = send(&serve(pieces, Then::Stay).await, Connection::Audited).await;
    let surplus = record(&exchange).surplus.clone().unwrap();
    assert_eq!((surplus.len, surplus.offset), (17, 41));
    assert!(surplus.at >= Duration::from_millis(20));
}

#[tokio::test]
async fn a_connection_that_stays_open_is_watched_for_a_moment() {
    let start = Instant::now();
    let exchange = audited(&format!("{LENGTH}abc"), Then::Stay).await;
    let took = start.elapsed();
    assert!(record(&exchange).ended && record(&exchange).surplus.is_none() && !record(&exchange).closed);
    assert!(took >= QUIET && took < 10 * QUIET, "{took:?}");
    assert!(answer(&exchange).ended_at < QUIET, "the wait is no part of the answer");
}

#[tokio::test]
async fn a_closed_connection_is_not_watched() {
    let exchange = audited(&format!("{LENGTH}abc"), Then::Close).await;
    assert!(record(&exchange).ended && record(&exchange).closed && record(&exchange).surplus.is_none());
}

#[tokio::test]
async fn both_lengths_are_kept_although_the_client_reads_the_chunks() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n";
    let exchange = audited(&format!("{head}1\r\na\r\n0\r\n\r\n"), Then::Close).await;
    assert_eq!(&answer(&exchange).body[..], b"a");
    let record = record(&exchange);
    assert_eq!((record.framing, record.content_lengths.as_slice()), (WireFraming::Chunked, &["3".to_owned()][..]));
}

#[tokio::test]
async fn two_lengths_that_differ_are_kept_although_the_client_refuses_them() {
    let exchange = audited("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", Then::Stay).await;
    assert!(matches!(&exchange.outcome, Outcome::Failed(failure) if failure.kind == FailureKind::NotHttp));
    let record = record(&exchange);
    assert_eq!((record.framing, record.content_lengths.len()), (WireFraming::Unknown, 2));
}

#[tokio::test]
async fn chunks_and_trailers_are_kept_as_sent() {
    let body = "2;n=1\r\nab\r\n3\r\ncde\r\n0\r\nX-Sum: 5\r\n\r\n";
    let exchange = audited(&format!("{CHUNKED}{body}"), Then::Stay).await;
    assert_eq!(&answer(&exchange).body[..], b"abcde");
    let record = record(&exchange);
    assert_eq!(record.chunks.iter().map(|chunk| (chunk.offset, chunk.size)).collect::<Vec<_>>(), [(0, 2), (2, 3)]);
    assert_eq!(record.chunks[0].extension.as_deref(), Some("n=1"));
    assert_eq!(record.trailers, [("X-Sum".to_owned(), Bytes::from_static(b"5"))]);
    assert!(record.last_chunk && record.ended && record.surplus.is_none());
    assert_eq!(record.head, CHUNKED);
}

#[tokio::test]
async fn one_byte_at_a_time_is_legal() {
    let text = format!("{CHUNKED}2;a\r\nab\r\n0\r\nX: y\r\n\r\n");
    let bytes = text.bytes().map(|byte| (0, vec![byte])).collect();
    let exchange = send(&serve(bytes, Then::Close).await, Connection::Audited).await;
    assert_eq!((&answer(&exchange).body[..], answer(&exchange).end), (&b"ab"[..], End::Complete(BodyLength::Chunked)));
    assert!(record(&exchange).ended && record(&exchange).surplus.is_none());
}

/// How an answer ends, or why there is none.
fn outcome(exchange: &Exchange) -> Result<(u16, Bytes, End), FailureKind> {
    match &exchange.outcome {
        Outcome::Answered(answer) => Ok((answer.status, answer.body.clone(), answer.end)),
        Outcome::Failed(failure) => Err(failure.kind),
    }
}

#[tokio::test]
async fn every_answer_ends_as_it_does_over_another_connection() {
    let answers = [
        (format!("{LENGTH}abc"), Then::Close),
        (format!("{LENGTH}ab"), Then::Close),
        (format!("{LENGTH}ab"), Then::Stay),
        (format!("{CHUNKED}1\r\na\r\n"), Then::Close),
        (format!("{CHUNKED}5\r\nab"), Then::Close),
        (format!("{CHUNKED}zz\r\nab"), Then::Close),
        (format!("{CHUNKED}1\r\na\r\n0\r\n\r\n"), Then::Close),
        ("HTTP/1.1 200 OK\r\n\r\nabc".to_owned(), Then::Close),
        ("HTTP/1.1 204 No Content\r\n\r\n".to_owned(), Then::Close),
        ("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(), Then::Stay),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc".to_owned(), Then::Close),
        ("HTTP/1.1 200 OK\r\nContent-".to_owned(), Then::Close),
        ("SSH-2.0-OpenSSH_9.2\r\n".to_owned(), Then::Close),
        (String::new(), Then::Close),
        (String::new(), Then::Reset),
        (String::new(), Then::Stay),
    ];
    for (bytes, then) in answers {
        let fresh = send(&serve(vec![(0, bytes.clone().into_bytes())], then).await, Connection::Fresh).await;
        let audited = audited(&bytes, then).await;
        assert_eq!(outcome(&audited), outcome(&fresh), "{bytes:?}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_first_is_told_as_over_another_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.write_all(b"220 mail.example ESMTP\r\n").await;
            let _ = stream.read(&mut [0; 4096]).await;
        }
    });
    for connection in [Connection::Fresh, Connection::Audited] {
        assert_eq!(outcome(&send(&url, connection).await), Err(FailureKind::NotHttp), "{connection:?}");
    }
}

#[tokio::test]
async fn a_reset_in_mid_body_is_a_reset() {
    let pieces = vec![(0, format!("{LENGTH}a").into_bytes()), (50, Vec::new())];
    let exchange = send(&serve(pieces, Then::Reset).await, Connection::Audited).await;
    assert_eq!(answer(&exchange).end, End::Reset);
    assert!(!record(&exchange).ended);
}

#[tokio::test]
async fn the_request_is_the_same_over_every_connection() {
    let mut asked = Vec::new();
    for connection in [Connection::Fresh, Connection::Audited] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"{}") {
                assert!(stream.read_buf(&mut request).await.unwrap() > 0);
            }
            String::from_utf8(request).unwrap()
        });
        send(&format!("http://{address}/a/../b%20c?d=e%2Ff"), connection).await;
        asked.push(received.await.unwrap().replace(&address.port().to_string(), "PORT"));
    }
    assert_eq!(asked[1], asked[0]);
    assert!(asked[1].starts_with("POST /b%20c?d=e%2Ff HTTP/1.1\r\n"), "{}", asked[1]);
}

#[tokio::test]
async fn a_connection_that_cannot_be_audited_is_an_ordinary_one() {
    let exchange = audited(&format!("{LENGTH}abc"), Then::Close).await;
    assert!(matches!(exchange.wire, Wire::Seen(_)));
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let exchange = send(&format!("http://{nobody}/"), Connection::Audited).await;
    assert_eq!(outcome(&exchange), Err(FailureKind::Connect));
}
