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
use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method, Uri};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tower_service::Service;
use url::{Position, Url};

pub(super) use response::AuditedResponse;

use self::recorder::Recorder;
use self::walker::Walker;
use super::failure::{chain, unanswered};
use super::{FailureKind, NoHead};

/// A connection as hyper reads and writes it: plain or TLS, and every byte that comes recorded.
type Io = TokioIo<Recorder<TokioIo<MaybeHttpsStream<TokioIo<TcpStream>>>>>;

/// Makes connections that are audited.
#[derive(Debug, Clone)]
pub(super) struct Auditor {
    connector: HttpsConnector<HttpConnector>,
    connect_timeout: Duration,
    /// Header fields of every request that has none of the same name.
    defaults: HeaderMap,
}

/// A connection that is audited and has carried nothing yet.
pub(super) struct Connected<'a> {
    auditor: &'a Auditor,
    io: TokioIo<MaybeHttpsStream<TokioIo<TcpStream>>>,
    start: Instant,
}

impl Auditor {
    /// An auditor that verifies certificates as the pooled client does, by the platform's own roots.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(super) fn new(connect_timeout: Duration, defaults: HeaderMap) -> Result<Self, rustls::Error> {
        let tls = rustls::ClientConfig::builder().with_platform_verifier()?.with_no_client_auth();
        Ok(Auditor::with_tls(connect_timeout, defaults, tls))
    }

    fn with_tls(connect_timeout: Duration, defaults: HeaderMap, mut tls: rustls::ClientConfig) -> Self {
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(connect_timeout));
        Auditor { connector: HttpsConnector::from((http, Arc::new(tls))), connect_timeout, defaults }
    }

    /// Connects to where the URL points; times count from `start`. Nothing of a request is sent.
    ///
    /// # Errors
    /// Why there is no such connection, in words. One of another kind may do better.
    pub(super) async fn connect(&self, url: &Url, start: Instant) -> Result<Connected<'_>, String> {
        let uri: Uri = url.as_str().parse().map_err(|error| format!("{error}"))?;
        let mut connector = self.connector.clone();
        let connecting = async {
            poll_fn(|cx| connector.poll_ready(cx)).await?;
            connector.call(uri).await
        };
        let io = match timeout(self.connect_timeout, connecting).await {
            Ok(connected) => connected.map_err(|error| chain(&*error))?,
            Err(_) => return Err("no connection within the time allowed".to_owned()),
        };
        Ok(Connected { auditor: self, io: TokioIo::new(io), start })
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
        let io = TokioIo::new(Recorder::new(self.io, walker, self.start));
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
