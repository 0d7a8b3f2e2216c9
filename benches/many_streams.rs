//! Two thousand streams open at once: none may be lost, none misjudged. Each carries a mark of its own
//! and one in a hundred breaks off, which must be told of that one and of no other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uptospec::contract::{self, Contract};
use uptospec::generate::{self, Case};
use uptospec::judge::{Context, Verdict, judge};
use uptospec::send::{Client, Connection, End, Exchange, StopAt, WireRequest};
use uptospec::target::{Limits, Target, Text};
use url::Url;

const STREAMS: usize = 2_000;
/// Events of each stream.
const EVENTS: usize = 50;
/// Time between two events of a stream.
const PACE: Duration = Duration::from_millis(100);
/// One stream in so many breaks off.
const BROKEN: usize = 100;

const SPEC: &str = r#"
openapi: 3.2.0
info: {title: many, version: '1'}
paths:
  /events/{mark}:
    get:
      operationId: events
      parameters: [{name: mark, in: path, required: true, schema: {type: string}, example: '0'}]
      responses:
        '200':
          description: ok
          content:
            text/event-stream:
              itemSchema: {type: object, required: [mark, number], properties: {mark: {type: string}, number: {type: integer}}}
              x-stream: {framing: sse, sentinel: '[DONE]', constant: [/mark], monotonic: [/number]}
"#;

/// How many streams the server has open, and had at most.
#[derive(Default)]
struct Open {
    now: AtomicUsize,
    most: AtomicUsize,
}

#[tokio::main]
async fn main() {
    let open = Arc::new(Open::default());
    let url = serve(open.clone()).await;
    let contract = contract::read("many.yaml", SPEC, None).expect("the spec is right");
    let options = generate::Options { seed: 0, cases: 1 };
    let plan = generate::generate(&contract, &Target::new("many", "many.yaml"), None, &options);
    let case = plan.cases.into_iter().next().expect("an operation has a case");
    let client = Client::new(&Limits { concurrency: STREAMS, ..Limits::default() }).expect("a client can be made");
    let start = Instant::now();
    let (client, case, url, contract) = (&client, &case, &url, &contract);
    let judged = stream::iter(0..STREAMS).map(|mark| async move {
        let (case, exchange) = send(client, case, url, mark).await;
        Judged::of(contract, &case, &exchange, mark)
    });
    let judged: Vec<_> = judged.buffer_unordered(STREAMS).collect().await;
    let elapsed = start.elapsed();
    let count = |of: fn(&Judged) -> bool| judged.iter().filter(|judged| of(judged)).count();
    println!(
        "{STREAMS} streams of {EVENTS} events, {} open at once: {:.2} s (each takes {:.2} s), {:.0} events/s",
        open.most.load(Ordering::Relaxed),
        elapsed.as_secs_f64(),
        (PACE * EVENTS as u32).as_secs_f64(),
        (STREAMS * EVENTS) as f64 / elapsed.as_secs_f64(),
    );
    println!(
        "lost {}, misjudged {}, mixed up {}; {} of {} that broke off told as such",
        count(|judged| judged.lost),
        count(|judged| judged.misjudged),
        count(|judged| judged.mixed_up),
        count(|judged| judged.told_broken),
        STREAMS / BROKEN,
    );
    let sound = |judged: &Judged| !judged.lost && !judged.misjudged && !judged.mixed_up;
    assert!(judged.iter().all(sound) && count(|judged| judged.told_broken) == STREAMS / BROKEN);
}

/// What became of one stream.
struct Judged {
    lost: bool,
    misjudged: bool,
    mixed_up: bool,
    told_broken: bool,
}

impl Judged {
    fn of(contract: &Contract, case: &Case, exchange: &Exchange, mark: usize) -> Self {
        let is_broken = mark.is_multiple_of(BROKEN);
        let Some(answer) = exchange.answer() else {
            eprintln!("stream {mark}: {:?}", exchange.outcome);
            return Judged { lost: true, misjudged: false, mixed_up: false, told_broken: false };
        };
        let checks = judge(contract, case, exchange, Context { verified: true, admitted: true });
        let failed: Vec<_> = checks
            .iter()
            .filter_map(|check| match &check.verdict {
                Verdict::Failed(finding) if finding.severity > uptospec::judge::Severity::Note => Some(check.rule),
                _ => None,
            })
            .collect();
        let expected: &[&str] = if is_broken { &["stream/incomplete"] } else { &[] };
        let events = answer.followed.as_ref().map(|followed| followed.events()).unwrap_or_default();
        let whole = if is_broken { EVENTS / 2 } else { EVENTS };
        if failed != expected || events != whole {
            eprintln!("stream {mark}: {failed:?}, {events} events, {:?}", answer.end);
        }
        let marks = String::from_utf8_lossy(&answer.body).matches(&format!("\"mark\":\"{mark}\"")).count();
        Judged {
            lost: events != whole,
            misjudged: failed != expected,
            mixed_up: marks != whole,
            told_broken: is_broken && answer.end == End::MissingLastChunk,
        }
    }
}

async fn send(client: &Client, case: &Case, url: &Url, mark: usize) -> (Case, Exchange) {
    let mut case = case.clone();
    case.request.path_values = vec![("mark".to_owned(), Text::plain(mark.to_string()))];
    let wire = WireRequest::new(url, &case.request).expect("the variable has a value");
    let stop = StopAt { operation: Some(case.operation.clone()), ..StopAt::default() };
    let exchange = client.send(&wire, Connection::Fresh, &stop).await;
    (case, exchange)
}

async fn serve(open: Arc<Open>) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let open = open.clone();
            tokio::spawn(async move {
                let now = open.now.fetch_add(1, Ordering::Relaxed) + 1;
                open.most.fetch_max(now, Ordering::Relaxed);
                // A client that goes away is counted by what it did not get.
                let _ = answer(&mut socket).await;
                open.now.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
    Url::parse(&format!("http://{address}")).expect("an address makes a URL")
}

async fn answer(socket: &mut TcpStream) -> std::io::Result<()> {
    let mut request = [0; 2048];
    let read = socket.read(&mut request).await?;
    let request = String::from_utf8_lossy(&request[..read]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default();
    let mark = path.rsplit('/').next().unwrap_or_default();
    let head = "HTTP/1.1 200 OK\r\ndate: Sun, 22 Nov 2026 08:00:00 GMT\r\ncontent-type: text/event-stream\r\n\
        cache-control: no-cache\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    socket.write_all(head.as_bytes()).await?;
    let is_broken = mark.parse::<usize>().is_ok_and(|mark| mark.is_multiple_of(BROKEN));
    let events = if is_broken { EVENTS / 2 } else { EVENTS };
    for number in 0..events {
        let event = format!("data: {{\"mark\":\"{mark}\",\"number\":{number}}}\n\n");
        socket.write_all(format!("{:x}\r\n{event}\r\n", event.len()).as_bytes()).await?;
        tokio::time::sleep(PACE).await;
    }
    if is_broken {
        return Ok(());
    }
    socket.write_all(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n").await
}
