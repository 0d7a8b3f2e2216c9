//! The wire audit: one request over a connection of its own, every byte that comes back looked at.
//!
//! In: a request as the pooled client would send it. Out: an [`AuditedResponse`], which is read like any
//! other, and then a [`WireRecord`](super::WireRecord) of what a client does not show: surplus bytes,
//! lengths that contradict each other, chunks and trailers.

mod chunked;
mod head;
mod recorder;
mod response;
#[cfg(test)]
mod tests;
mod walker;

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method, Uri};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tower_service::Service;
use url::{Position, Url};

pub(super) use response::AuditedResponse;

use self::recorder::Recorder;
use self::walker::Walker;
use super::failure::{chain, unanswered};
use super::{FailureKind, NoHead, tls};

/// What this client offers to speak over TLS.
const ALPN_HTTP_1: &[u8] = b"http/1.1";

/// A connection, plain or TLS.
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// The same as hyper reads and writes it, every byte that comes recorded.
type Io = TokioIo<Recorder<TokioIo<Stream>>>;

type TlsSetup = Result<Arc<rustls::ClientConfig>, rustls::Error>;

/// Makes connections that are audited.
#[derive(Debug, Clone)]
pub(super) struct Auditor {
    http: HttpConnector,
    /// Set up when a connection first needs it.
    tls: OnceLock<TlsSetup>,
    connect_timeout: Duration,
    /// Header fields of every request that has none of the same name.
    defaults: HeaderMap,
}

/// A connection that is audited and has carried nothing yet.
pub(super) struct Connected<'a> {
    auditor: &'a Auditor,
    stream: Stream,
    start: Instant,
}

impl Auditor {
    /// An auditor whose requests carry these fields by default.
    pub(super) fn new(connect_timeout: Duration, defaults: HeaderMap) -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(connect_timeout));
        Auditor { http, tls: OnceLock::new(), connect_timeout, defaults }
    }

    /// Connects to where the URL points; times count from `start`. Nothing of a request is sent.
    ///
    /// # Errors
    /// Why there is no such connection, in words. One of another kind may do better.
    pub(super) async fn connect(&self, url: &Url, start: Instant) -> Result<Connected<'_>, String> {
        match timeout(self.connect_timeout, self.dial(url)).await {
            Ok(Ok(stream)) => Ok(Connected { auditor: self, stream, start }),
            Ok(Err(error)) => Err(chain(&*error)),
            Err(_) => Err("no connection within the time allowed".to_owned()),
        }
    }

    async fn dial(&self, url: &Url) -> Result<Stream, Box<dyn Error + Send + Sync>> {
        let uri: Uri = url.as_str().parse()?;
        let mut http = self.http.clone();
        if url.scheme() == "https" {
            let tls = self.tls.get_or_init(|| tls::offering(&[ALPN_HTTP_1]).map(Arc::new)).clone()?;
            return HttpsConnector::from((http, tls)).call(uri).await;
        }
        Ok(MaybeHttpsStream::Http(http.call(uri).await?))
    }
}

impl Connected<'_> {
    /// Sends the request and waits for the head of its answer.
    ///
    /// # Errors
    /// When no head came that can be read.
    pub(super) async fn send(self, request: &reqwest::Request) -> Result<AuditedResponse, NoHead> {
        let message = self.message(request).map_err(|error| NoHead::of(FailureKind::Unsendable, &*error))?;
        let walker = Walker::new(*request.method() == Method::HEAD);
        let io = TokioIo::new(Recorder::new(TokioIo::new(self.stream), walker, self.start));
        let made = hyper::client::conn::http1::Builder::new().handshake(io).await;
        let (sender, connection) = made.map_err(|error| NoHead::of(unanswered(&error), &error))?;
        response::ask(sender, connection, message).await
    }

    /// The request as it goes on the wire, its fields in the order in which the pooled client has them.
    fn message(&self, request: &reqwest::Request) -> Result<http::Request<Full<Bytes>>, Box<dyn Error>> {
        let url = request.url();
        let mut headers = request.headers().clone();
        for (name, value) in &self.auditor.defaults {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        if !headers.contains_key(HOST) {
            headers.insert(HOST, HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort])?);
        }
        let body = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default();
        let mut message = http::Request::new(Full::new(Bytes::copy_from_slice(body)));
        *message.method_mut() = request.method().clone();
        *message.uri_mut() = url[Position::BeforePath..Position::AfterQuery].parse()?;
        *message.headers_mut() = headers;
        Ok(message)
    }
}
