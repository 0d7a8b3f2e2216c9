use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::target::Text;

/// What a server of one connection does: writes these bytes, pausing before each piece, then closes or stays.
struct Script {
    pieces: Vec<(u64, &'static [u8])>,
    then: Then,
}

enum Then {
    Close,
    Reset,
    Stay,
}

async fn serve(script: Script) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        for (pause, piece) in script.pieces {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            let _ = stream.write_all(piece).await;
        }
        match script.then {
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
        idle_timeout: Duration::from_millis(300),
        ..Limits::default()
    }
}

async fn fetch(url: &str, stop: &StopAt) -> Exchange {
    let request =
        WireRequest { method: Method::POST, url: Text::plain(url), headers: Vec::new(), body: Some(b"{}".to_vec()) };
    Client::new(&limits()).unwrap().send(&request, Connection::Fresh, stop).await
}

async fn end_of(pieces: Vec<(u64, &'static [u8])>, then: Then) -> End {
    let url = serve(Script { pieces, then }).await;
    fetch(&url, &StopAt::default()).await.answer().expect("a head came").end
}

async fn failure_of(pieces: Vec<(u64, &'static [u8])>, then: Then) -> FailureKind {
    let url = serve(Script { pieces, then }).await;
    match fetch(&url, &StopAt::default()).await.outcome {
        Outcome::Failed(failure) => failure.kind,
        Outcome::Answered(answer) => panic!("answered {}", answer.status),
    }
}

/// An operation whose answer is an event stream that `END` ends.
fn streaming() -> Arc<Operation> {
    let document = "{openapi: 3.1.0, info: {title: T, version: v}, paths: {/a: {post: {responses: {'200': {description: OK, \
        content: {text/event-stream: {x-stream: {framing: sse, sentinel: END}}}}}}}}}";
    let contract = crate::contract::read("a.yaml", document, None).unwrap();
    contract.operations[0].clone()
}

const STREAM: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[tokio::test]
async fn each_way_a_body_ends_is_told_apart() {
    let length: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc";
    assert_eq!(
        end_of(vec![(0, CHUNKED), (0, b"1\r\na\r\n0\r\n\r\n")], Then::Close).await,
        End::Complete(BodyLength::Chunked)
    );
    assert_eq!(end_of(vec![(0, length), (0, b"de")], Then::Close).await, End::Complete(BodyLength::ContentLength));
    assert_eq!(end_of(vec![(0, b"HTTP/1.1 200 OK\r\n\r\nabc")], Then::Close).await, End::Complete(BodyLength::Close));
    assert_eq!(
        end_of(vec![(0, b"HTTP/1.1 204 No Content\r\n\r\n")], Then::Close).await,
        End::Complete(BodyLength::None)
    );
    assert_eq!(end_of(vec![(0, CHUNKED), (0, b"1\r\na\r\n")], Then::Close).await, End::MissingLastChunk);
    assert_eq!(end_of(vec![(0, CHUNKED), (0, b"5\r\nab")], Then::Close).await, End::MissingLastChunk);
    assert_eq!(end_of(vec![(0, CHUNKED), (0, b"zz\r\nab")], Then::Close).await, End::BadChunk);
    assert_eq!(end_of(vec![(0, length)], Then::Close).await, End::ShortOfContentLength);
    assert_eq!(end_of(vec![(0, length), (50, b"")], Then::Reset).await, End::Reset);
    let silence = limits().idle_timeout;
    assert_eq!(end_of(vec![(0, CHUNKED), (0, b"1\r\na\r\n")], Then::Stay).await, End::Idle { silence });
}

#[tokio::test]
async fn each_way_a_head_fails_to_come_is_told_apart() {
    assert_eq!(failure_of(vec![(0, b"SSH-2.0-OpenSSH_9.2\r\n")], Then::Close).await, FailureKind::NotHttp);
    assert_eq!(failure_of(vec![], Then::Close).await, FailureKind::Closed);
    assert_eq!(failure_of(vec![], Then::Stay).await, FailureKind::HeadTimeout);
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let exchange = fetch(&format!("http://{nobody}/"), &StopAt::default()).await;
    assert!(matches!(exchange.outcome, Outcome::Failed(Failure { kind: FailureKind::Connect, .. })));
}

#[tokio::test]
async fn plain_http_behind_an_https_url_is_a_tls_failure() {
    let url = serve(Script { pieces: vec![(0, b"HTTP/1.1 400 Bad Request\r\n\r\n")], then: Then::Close }).await;
    let exchange = fetch(&url.replace("http://", "https://"), &StopAt::default()).await;
    let Outcome::Failed(failure) = exchange.outcome else { panic!("answered") };
    assert_eq!(failure.kind, FailureKind::Tls, "{}", failure.message);
}

#[tokio::test]
async fn a_stream_that_stays_open_after_its_terminal_is_not_waited_for_until_it_is_idle() {
    let pieces: Vec<(u64, &[u8])> = vec![(0, STREAM), (0, b"9\r\ndata: a\n\n\r\n"), (20, b"b\r\ndata: END\n\n\r\n")];
    let url = serve(Script { pieces, then: Then::Stay }).await;
    let stop = StopAt { operation: Some(streaming()), ..StopAt::default() };
    let end = fetch(&url, &stop).await.answer().unwrap().end;
    assert_eq!(end, End::HeldOpen { waited: GRACE_AFTER_TERMINAL });
}

#[tokio::test]
async fn a_stream_is_followed_as_it_comes_and_stopped_by_its_events() {
    let event: &[u8] = b"9\r\ndata: a\n\n\r\n";
    let pieces: Vec<(u64, &[u8])> = vec![(0, STREAM), (0, event), (20, event), (20, event)];
    let url = serve(Script { pieces, then: Then::Stay }).await;
    let stop = StopAt { operation: Some(streaming()), events: 2, ..StopAt::default() };
    let exchange = fetch(&url, &stop).await;
    let answer = exchange.answer().unwrap();
    assert_eq!(answer.end, End::StoppedByEvents);
    assert_eq!(answer.followed.as_ref().map(|followed| followed.events()), Some(2));
}

#[tokio::test]
async fn an_endless_stream_is_stopped_by_size_or_time() {
    let pieces: Vec<(u64, &[u8])> = vec![(0, CHUNKED), (0, b"4\r\nabcd\r\n"), (50, b"4\r\nabcd\r\n")];
    let url = serve(Script { pieces: pieces.clone(), then: Then::Stay }).await;
    let stop = StopAt { bytes: 8, ..StopAt::default() };
    assert_eq!(fetch(&url, &stop).await.answer().unwrap().end, End::StoppedBySize);
    let url = serve(Script { pieces, then: Then::Stay }).await;
    let stop = StopAt { time: Some(Duration::from_millis(100)), ..StopAt::default() };
    assert_eq!(fetch(&url, &stop).await.answer().unwrap().end, End::StoppedByTime);
}

#[tokio::test]
async fn pieces_keep_their_times_and_places() {
    let pieces: Vec<(u64, &[u8])> = vec![(0, CHUNKED), (0, b"2\r\nab\r\n"), (60, b"1\r\nc\r\n0\r\n\r\n")];
    let url = serve(Script { pieces, then: Then::Close }).await;
    let exchange = fetch(&url, &StopAt::default()).await;
    let answer = exchange.answer().unwrap();
    assert_eq!(&answer.body[..], b"abc");
    assert_eq!(answer.pieces.iter().map(|piece| (piece.offset, piece.len)).collect::<Vec<_>>(), [(0, 2), (2, 1)]);
    assert!(answer.pieces[1].at - answer.pieces[0].at >= Duration::from_millis(40));
}
