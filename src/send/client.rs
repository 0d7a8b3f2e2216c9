//! The client: sends a request and keeps what came back.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use tokio::time::{Instant, timeout};

use super::audited::Auditor;
use super::body::Body;
use super::failure::body_end;
use super::{Answer, BodyLength, End, Exchange, Failure, FailureKind, Outcome, WireRequest};
use super::{NoHead, Response, Wire, tls};
use crate::contract::Operation;
use crate::follow::{Follower, Form};
use crate::target::Limits;

/// Longest wait for a connection to close once a stream's terminal was seen.
const GRACE_AFTER_TERMINAL: Duration = Duration::from_secs(2);

/// What is offered over TLS, the better first.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Sends requests to one target. Follows no redirect, retries nothing, decodes no content coding.
#[derive(Debug)]
pub struct Client {
    pooled: reqwest::Client,
    fresh: reqwest::Client,
    auditor: Auditor,
    idle_timeout: Duration,
    origin: Instant,
}

/// A client that cannot be made; a fault of ours or of the machine.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// There is no TLS.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// There is no client.
    #[error("the HTTP client cannot be made: {0}")]
    Http(#[from] reqwest::Error),
}

/// Whether a connection may have served another request before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// It may: fastest.
    Pooled,
    /// It must not: for requests that may make a server close it.
    Fresh,
    /// It must not, and every byte of the answer is looked at: see [`Wire`]. A connection that cannot be
    /// had this way is a fresh one.
    Audited,
}

/// When reading a body stops although it goes on.
#[derive(Debug, Clone, Default)]
pub struct StopAt {
    /// Most bytes of a body; 0 for no limit.
    pub bytes: usize,
    /// Longest time from the first byte sent; `None` for no limit.
    pub time: Option<Duration>,
    /// Longest wait for the head, where it is less than the limit on silence.
    pub head: Option<Duration>,
    /// Most events of a stream; 0 for no limit.
    pub events: usize,
    /// The operation that is called. Where its answer is a stream, the stream is followed as it comes.
    pub operation: Option<Arc<Operation>>,
}

impl Client {
    /// A client within these limits.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(limits: &Limits) -> Result<Self, ClientError> {
        let build = |idle: usize| -> Result<_, ClientError> {
            let client = reqwest::Client::builder()
                .tls_backend_preconfigured(tls::offering(&ALPN)?)
                .default_headers(default_headers())
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .no_proxy()
                .connect_timeout(limits.connect_timeout)
                .pool_max_idle_per_host(idle)
                .build()?;
            Ok(client)
        };
        Ok(Client {
            pooled: build(limits.concurrency)?,
            fresh: build(0)?,
            auditor: Auditor::new(limits.connect_timeout, default_headers()),
            idle_timeout: limits.idle_timeout,
            origin: Instant::now(),
        })
    }

    /// Sends a request and reads what comes until it ends or a limit stops it.
    pub async fn send(&self, request: &WireRequest, connection: Connection, stop: &StopAt) -> Exchange {
        let start = Instant::now();
        let (outcome, wire) = match self.head(connection, request, start, stop).await {
            Ok(mut response) => {
                let answer = self.read(&mut response, request, start, stop).await;
                (Outcome::Answered(answer), response.finish().await)
            }
            Err(NoHead { kind, message, wire }) => {
                (Outcome::Failed(Failure { kind, message, after: start.elapsed() }), wire)
            }
        };
        Exchange { request: request.shown(), started: start - self.origin, outcome, wire }
    }

    async fn head(
        &self,
        connection: Connection,
        request: &WireRequest,
        start: Instant,
        stop: &StopAt,
    ) -> Result<Response, NoHead> {
        let patience = stop.head.map_or(self.idle_timeout, |head| head.min(self.idle_timeout));
        let silent = |_| {
            let message = format!("no answer within {}", humantime::format_duration(patience));
            NoHead { kind: FailureKind::HeadTimeout, message, wire: Wire::NotAudited }
        };
        timeout(patience, self.ask(connection, request, start)).await.map_err(silent)?
    }

    async fn ask(&self, connection: Connection, request: &WireRequest, start: Instant) -> Result<Response, NoHead> {
        let request = self.written(request)?;
        let (client, wire) = match connection {
            Connection::Pooled => (&self.pooled, Wire::NotAudited),
            Connection::Fresh => (&self.fresh, Wire::NotAudited),
            Connection::Audited => match self.auditor.connect(request.url(), start).await {
                Ok(connected) => return Ok(Response::Audited(Box::new(connected.send(&request).await?))),
                Err(reason) => (&self.fresh, Wire::Unseen(format!("no connection to audit: {reason}"))),
            },
        };
        Ok(Response::Pooled(client.execute(request).await?, wire))
    }

    fn written(&self, request: &WireRequest) -> reqwest::Result<reqwest::Request> {
        let mut builder = self.fresh.request(request.method.clone(), request.url.reveal());
        for (name, value) in &request.headers {
            builder = builder.header(name, value.reveal());
        }
        if let Some(body) = &request.body {
            builder = builder.body(body.clone());
        }
        builder.build()
    }

    async fn read(&self, response: &mut Response, request: &WireRequest, start: Instant, stop: &StopAt) -> Answer {
        let head_at = start.elapsed();
        let length = body_length(response, request);
        let headers = response.headers().iter();
        let mut answer = Answer {
            status: response.status().as_u16(),
            version: format!("{:?}", response.version()),
            headers: headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect(),
            head_at,
            body: Bytes::new(),
            length: 0,
            tail: Bytes::new(),
            pieces: Vec::new(),
            followed: None,
            end: End::Complete(length),
            ended_at: head_at,
        };
        let mut body = Body::new(stop.operation.as_ref().and_then(|operation| follower(operation, &answer)));
        answer.end = loop {
            if stop.bytes > 0 && body.length >= stop.bytes {
                break End::StoppedBySize;
            }
            if stop.events > 0 && body.events() >= stop.events {
                break End::StoppedByEvents;
            }
            let now = start.elapsed();
            let (wait, when_over) = self.patience(now, &body, stop);
            match timeout(wait, response.chunk()).await {
                Ok(Ok(Some(piece))) => body.push(&piece, start.elapsed()),
                Ok(Ok(None)) => break End::Complete(length),
                Ok(Err(error)) => break body_end(&*error, length == BodyLength::Chunked),
                Err(_) => break when_over,
            }
        };
        answer.ended_at = start.elapsed();
        body.into_answer(&mut answer);
        answer
    }

    /// How long to wait for the next piece, and what it means when none comes.
    fn patience(&self, now: Duration, body: &Body<'_>, stop: &StopAt) -> (Duration, End) {
        let mut patience = (self.idle_timeout, End::Idle { silence: self.idle_timeout });
        if let Some(seen) = body.ended_at {
            let waited = now.saturating_sub(seen);
            patience = (GRACE_AFTER_TERMINAL.saturating_sub(waited), End::HeldOpen { waited: GRACE_AFTER_TERMINAL });
        }
        let left = stop.time.map(|limit| limit.saturating_sub(now));
        match left {
            Some(left) if left < patience.0 => (left, End::StoppedByTime),
            _ => patience,
        }
    }
}

/// The follower of an answer that is a stream which can be read.
fn follower<'o>(operation: &'o Operation, answer: &Answer) -> Option<Follower<'o>> {
    let essence = answer.essence().filter(|_| answer.content_coding().is_none())?;
    let form = Form::of(operation, answer.status, &essence, |name| answer.header(name))?;
    Some(Follower::new(&form, answer.head_at))
}

/// What every request carries that does not say otherwise.
fn default_headers() -> HeaderMap {
    let agent = concat!("uptospec/", env!("CARGO_PKG_VERSION"));
    // What comes back is evidence as it stands; a coding that was not asked for is the target's own.
    let fields = [(ACCEPT, "*/*"), (ACCEPT_ENCODING, "identity"), (USER_AGENT, agent)];
    fields.map(|(name, value)| (name, HeaderValue::from_static(value))).into_iter().collect()
}

fn body_length(response: &Response, request: &WireRequest) -> BodyLength {
    let status = response.status().as_u16();
    let chunked = || {
        response
            .headers()
            .get_all(TRANSFER_ENCODING)
            .iter()
            .any(|value| value.as_bytes().to_ascii_lowercase().ends_with(b"chunked"))
    };
    match () {
        () if request.method == http::Method::HEAD || matches!(status, 204 | 304) => BodyLength::None,
        () if response.version() >= http::Version::HTTP_2 => BodyLength::Http2,
        () if chunked() => BodyLength::Chunked,
        () if response.headers().contains_key(CONTENT_LENGTH) => BodyLength::ContentLength,
        () => BodyLength::Close,
    }
}

#[cfg(test)]
mod tests;
