//! The client: sends a request and keeps what came back.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use tokio::time::{Instant, timeout};

use super::audited::Auditor;
use super::failure::body_end;
use super::{Answer, BodyLength, End, Exchange, Failure, FailureKind, Outcome, Piece, WireRequest};
use super::{NoHead, Response, Wire};
use crate::target::Limits;

/// Longest wait for a connection to close once a stream's terminal was seen.
const GRACE_AFTER_TERMINAL: Duration = Duration::from_secs(2);

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
#[error("the HTTP client cannot be made: {0}")]
pub struct ClientError(#[from] reqwest::Error);

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
    /// Bytes that end the stream, such as `data: [DONE]`, at the beginning of a line.
    pub terminal: Option<Arc<[u8]>>,
}

impl Client {
    /// A client within these limits.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(limits: &Limits) -> Result<Self, ClientError> {
        // Another part of the process may have installed a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let build = |idle: usize| {
            reqwest::Client::builder()
                .default_headers(default_headers())
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .no_proxy()
                .connect_timeout(limits.connect_timeout)
                .pool_max_idle_per_host(idle)
                .build()
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
        let mut body = Body { bytes: BytesMut::new(), pieces: Vec::new(), terminal_at: None };
        let end = loop {
            if stop.bytes > 0 && body.bytes.len() >= stop.bytes {
                break End::StoppedBySize;
            }
            let now = start.elapsed();
            let (wait, when_over) = self.patience(now, &body, stop);
            match timeout(wait, response.chunk()).await {
                Ok(Ok(Some(piece))) => body.push(&piece, start.elapsed(), stop.terminal.as_deref()),
                Ok(Ok(None)) => break End::Complete(length),
                Ok(Err(error)) => break body_end(&*error, length == BodyLength::Chunked),
                Err(_) => break when_over,
            }
        };
        let headers = response.headers().iter();
        Answer {
            status: response.status().as_u16(),
            version: format!("{:?}", response.version()),
            headers: headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec())).collect(),
            head_at,
            body: Bytes::from(body.bytes),
            pieces: body.pieces,
            end,
            ended_at: start.elapsed(),
        }
    }

    /// How long to wait for the next piece, and what it means when none comes.
    fn patience(&self, now: Duration, body: &Body, stop: &StopAt) -> (Duration, End) {
        let mut patience = (self.idle_timeout, End::Idle { silence: self.idle_timeout });
        if let Some(seen) = body.terminal_at {
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

/// A body under way.
struct Body {
    bytes: BytesMut,
    pieces: Vec<Piece>,
    terminal_at: Option<Duration>,
}

impl Body {
    fn push(&mut self, piece: &[u8], at: Duration, terminal: Option<&[u8]>) {
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(piece);
        self.pieces.push(Piece { at, offset, len: piece.len() });
        if let (Some(terminal), None) = (terminal, self.terminal_at)
            && holds_line(&self.bytes[offset.saturating_sub(terminal.len() + 1)..], terminal, offset == 0)
        {
            self.terminal_at = Some(at);
        }
    }
}

/// Whether a line of the bytes begins with `terminal`; `from_start` when they begin a line themselves.
fn holds_line(bytes: &[u8], terminal: &[u8], from_start: bool) -> bool {
    (from_start && bytes.starts_with(terminal))
        || bytes
            .windows(terminal.len() + 1)
            .any(|window| matches!(window[0], b'\n' | b'\r') && window[1..] == *terminal)
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
