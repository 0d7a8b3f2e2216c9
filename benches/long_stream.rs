//! A stream of ten million events, from the socket to the verdict: events a second, and the memory that
//! it takes beside a stream of a hundredth of its length.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uptospec::contract::{self, Contract};
use uptospec::generate::{self, Case};
use uptospec::judge::{Context, Verdict, judge};
use uptospec::send::{Client, Connection, Exchange, StopAt, WireRequest};
use uptospec::target::{Limits, Target};
use url::Url;

const SHORT: usize = 100_000;
const LONG: usize = 10_000_000;
/// Events in one chunk.
const BATCH: usize = 500;

const SPEC: &str = r#"
openapi: 3.2.0
info: {title: endless, version: '1'}
paths:
  /events:
    get:
      operationId: events
      responses:
        '200':
          description: ok
          content:
            text/event-stream:
              itemSchema:
                oneOf:
                  - {type: object, required: [type, id], properties: {type: {const: text-start}, id: {type: string}}}
                  - type: object
                    required: [type, id, number, delta]
                    properties: {type: {const: text-delta}, id: {type: string}, number: {type: integer}, delta: {type: string}}
                  - {type: object, required: [type, id], properties: {type: {const: text-end}, id: {type: string}}}
              x-stream:
                framing: sse
                kind: /type
                sentinel: '[DONE]'
                sequence: 'text-start (text-delta )*text-end '
                constant: [/id]
                monotonic: [/number]
                unknownKinds: false
                lifecycles: [{key: /id, open: [text-start], within: [text-delta], close: [text-end]}]
"#;

#[tokio::main]
async fn main() {
    let contract = contract::read("endless.yaml", SPEC, None).expect("the spec is right");
    let mut peaks = Vec::new();
    for events in [SHORT, LONG] {
        let start = Instant::now();
        let (case, exchange) = followed(&contract, events).await;
        let elapsed = start.elapsed();
        assert_kept(&contract, &case, &exchange, events);
        let answer = exchange.answer().expect("a head came");
        peaks.push(peak_memory());
        println!(
            "{events:>9} events, {:>4} MB: {:>6.2} s, {:>7.0} events/s, peak memory {:>4} MB",
            answer.length / 1_000_000,
            elapsed.as_secs_f64(),
            events as f64 / elapsed.as_secs_f64(),
            peaks.last().copied().unwrap_or_default() / 1_000,
        );
    }
    println!("a stream {} times as long takes {:.2} times the memory", LONG / SHORT, peaks[1] as f64 / peaks[0] as f64);
}

async fn followed(contract: &Contract, events: usize) -> (Case, Exchange) {
    let url = serve(events).await;
    let options = generate::Options { seed: 0, cases: 1 };
    let plan = generate::generate(contract, &Target::new("endless", "endless.yaml"), None, &options);
    let case = plan.cases.into_iter().next().expect("an operation has a case");
    let client = Client::new(&Limits::default()).expect("a client can be made");
    let wire = WireRequest::new(&url, &case.request).expect("the path has no variables");
    let stop = StopAt { operation: Some(case.operation.clone()), ..StopAt::default() };
    let exchange = client.send(&wire, Connection::Fresh, &stop).await;
    (case, exchange)
}

/// Every event was followed, nothing is wrong with the stream, and its order was judged to the end.
fn assert_kept(contract: &Contract, case: &Case, exchange: &Exchange, events: usize) {
    let answer = exchange.answer().expect("a head came");
    let followed = answer.followed.as_ref().expect("the answer is a stream");
    assert_eq!(followed.events(), events);
    let checks = judge(contract, case, exchange, Context { verified: true, admitted: true });
    let of =
        |rule: &str| checks.iter().filter(|check| check.rule == rule).map(|check| &check.verdict).collect::<Vec<_>>();
    for rule in ["item/sequence", "item/lifecycle", "item/schema", "item/constant", "item/monotonic"] {
        assert!(matches!(of(rule).as_slice(), [Verdict::Passed(_)]), "{rule}: {:?}", of(rule));
    }
}

async fn serve(events: usize) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("the client comes");
        let _ = socket.read(&mut [0; 4096]).await;
        stream(&mut socket, events).await.expect("the client reads to the end");
        tokio::time::sleep(Duration::from_millis(200)).await;
    });
    Url::parse(&format!("http://{address}")).expect("an address makes a URL")
}

async fn stream(socket: &mut TcpStream, events: usize) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";
    socket.write_all(head.as_bytes()).await?;
    let mut batch = String::new();
    for number in 1..=events {
        let event = match number {
            1 => r#"{"type":"text-start","id":"t"}"#.to_owned(),
            _ if number == events => r#"{"type":"text-end","id":"t"}"#.to_owned(),
            _ => format!(r#"{{"type":"text-delta","id":"t","number":{number},"delta":"word"}}"#),
        };
        batch += &format!("data: {event}\n\n");
        if number == events {
            batch += "data: [DONE]\n\n";
        }
        if number % BATCH == 0 || number == events {
            socket.write_all(format!("{:x}\r\n{batch}\r\n", batch.len()).as_bytes()).await?;
            batch.clear();
        }
    }
    socket.write_all(b"0\r\n\r\n").await
}

/// The most memory that the process has used, in kB.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
