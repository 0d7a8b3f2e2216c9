//! An answer that is read and recorded at once.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::response::Parts;
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{Connection, SendRequest};
use tokio::time::Instant;

use super::Io;
use crate::send::failure::unanswered;
use crate::send::{NoHead, Wire};

/// How long a connection is watched after its answer is over.
pub(super) const QUIET: Duration = Duration::from_millis(100);

/// A response head that came over an audited connection; its body is still to be read.
pub(in crate::send) struct AuditedResponse {
    head: Parts,
    body: Incoming,
    driver: Driver,
    /// The connection counts as wanted, and is not closed from here, while this is held.
    _sender: SendRequest<Full<Bytes>>,
}

/// Sends a request and waits for the head of its answer.
pub(super) async fn ask(
    mut sender: SendRequest<Full<Bytes>>,
    connection: Connection<Io, Full<Bytes>>,
    message: http::Request<Full<Bytes>>,
) -> Result<AuditedResponse, NoHead> {
    let mut driver = Driver { connection, is_done: false };
    let answered = {
        let mut answer = pin!(sender.send_request(message));
        poll_fn(|cx| driver.drive(cx, |cx| answer.as_mut().poll(cx))).await
    };
    match answered {
        Ok(response) => {
            let (head, body) = response.into_parts();
            Ok(AuditedResponse { head, body, driver, _sender: sender })
        }
        Err(error) => Err(NoHead { wire: driver.finish().await, ..NoHead::of(unanswered(&error), &error) }),
    }
}

impl AuditedResponse {
    /// Status, version and header fields.
    pub(in crate::send) fn head(&self) -> &Parts {
        &self.head
    }

    /// The next bytes of the body; `None` at its end. Nothing is lost where the wait is given up.
    ///
    /// # Errors
    /// When the body breaks off.
    pub(in crate::send) async fn chunk(&mut self) -> Result<Option<Bytes>, hyper::Error> {
        loop {
            let (driver, body) = (&mut self.driver, &mut self.body);
            let frame = poll_fn(|cx| driver.drive(cx, |cx| Pin::new(&mut *body).poll_frame(cx))).await;
            match frame.transpose()?.map(hyper::body::Frame::into_data) {
                None => return Ok(None),
                Some(Ok(data)) => return Ok(Some(data)),
                // Trailers are in the record.
                Some(Err(_)) => {}
            }
        }
    }

    /// What the bytes said. Where the answer is over, the connection is watched for a moment first.
    pub(in crate::send) async fn finish(self) -> Wire {
        self.driver.finish().await
    }
}

/// Moves a connection's bytes while somebody waits for what comes of them.
struct Driver {
    connection: Connection<Io, Full<Bytes>>,
    is_done: bool,
}

impl Driver {
    fn drive<T>(&mut self, cx: &mut Context<'_>, wanted: impl FnOnce(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        // What ends the connection is told to whoever waits for the answer, too.
        if !self.is_done {
            self.is_done = self.connection.poll_without_shutdown(cx).is_ready();
        }
        wanted(cx)
    }

    async fn finish(self) -> Wire {
        let mut recorder = self.connection.into_parts().io.into_inner();
        recorder.watch(Instant::now() + QUIET).await;
        match recorder.into_walker().into_record() {
            Ok(record) => Wire::Seen(record.into()),
            Err(reason) => Wire::Unseen(reason.to_owned()),
        }
    }
}
