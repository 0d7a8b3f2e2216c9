//! Requests per second of a whole audit on one JSON operation, against a server that does nothing else.
//!
//! The same server is asked by the bare client in the same run: the ratio is what judging costs.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use futures_util::{StreamExt, stream};
use tokio::net::TcpListener;
use uptospec::contract;
use uptospec::generate::Request;
use uptospec::run::{Event, Job, Options, Reporter, run};
use uptospec::send::{Client, Connection, StopAt, WireRequest};
use uptospec::target::{Limits, Target};
use url::Url;

const CASES: usize = 20_000;
const CONCURRENCY: usize = 16;
const SPEC: &str = r#"{
  "openapi": "3.1.0",
  "info": { "title": "echo", "version": "1" },
  "paths": { "/messages": { "post": {
    "operationId": "send",
    "requestBody": { "required": true, "content": { "application/json": { "schema": {
      "type": "object", "required": ["message"],
      "properties": { "message": { "type": "string" }, "stream": { "type": "boolean" } } } } } },
    "responses": { "200": { "description": "ok", "content": { "application/json": { "schema": {
      "type": "object", "required": ["id", "content"],
      "properties": { "id": { "type": "string" }, "content": { "type": "string" } } } } } } }
  } } }
}"#;

struct Silent;

impl Reporter for Silent {
    fn event(&mut self, _: &Event<'_>) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::main]
async fn main() {
    let url = serve().await;
    let limits = Limits { concurrency: CONCURRENCY, max_requests: 10 * CASES, ..Limits::default() };
    let bare = bare(&url, &limits).await;
    println!("bare client   {bare:>9.0} requests/s at {CONCURRENCY} concurrent");
    let contract = contract::read("echo.json", SPEC, None).expect("the spec is right");
    let job =
        Job { target: Target { limits, ..Target::new("echo", "echo.json") }, url, contract, suite: None, fresh: false };
    let options = Options { cases: CASES, confirm: false, ..Options::default() };
    let start = Instant::now();
    let result = run(&[job], &options, &mut Silent).await.expect("nothing is written");
    let audited = result.targets[0].requests as f64 / start.elapsed().as_secs_f64();
    println!(
        "whole audit   {audited:>9.0} requests/s, making and judging cases included ({:.2} of bare)",
        audited / bare
    );
}

async fn serve() -> Url {
    let answer = || async { ([(CONTENT_TYPE, "application/json")], r#"{"id":"m1","content":"hello"}"#) };
    let router = Router::new().route("/messages", post(answer));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move { axum::serve(listener, router).await });
    Url::parse(&format!("http://{address}")).expect("an address makes a URL")
}

async fn bare(url: &Url, limits: &Limits) -> f64 {
    let client = Client::new(limits).expect("a client can be made");
    let request = Request { method: http::Method::POST, ..Request::get("/messages") };
    let wire = Arc::new(WireRequest::new(url, &request).expect("the path has no variables"));
    let start = Instant::now();
    let sends =
        stream::iter(0..CASES).map(|_| async { client.send(&wire, Connection::Pooled, &StopAt::default()).await });
    let answered = sends.buffer_unordered(CONCURRENCY).filter(|exchange| {
        let is_answered = exchange.answer().is_some();
        async move { is_answered }
    });
    assert_eq!(answered.count().await, CASES);
    CASES as f64 / start.elapsed().as_secs_f64()
}
