//! A connection that shows every byte it reads to a [`Walker`].

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::time::{Instant, timeout_at};

use super::walker::Walker;

/// A connection and the walk through what it carries.
#[derive(Debug)]
pub(super) struct Recorder<T> {
    io: T,
    walker: Walker,
    start: Instant,
}

impl<T: AsyncRead + Unpin> Recorder<T> {
    /// Shows the walker what comes, its times counted from `start`.
    pub(super) fn new(io: T, walker: Walker, start: Instant) -> Self {
        Recorder { io, walker, start }
    }

    /// Goes on reading after the answer is over, until the peer closes or the time has come.
    pub(super) async fn watch(&mut self, until: Instant) {
        let mut scratch = [0; 4096];
        while self.walker.is_over() {
            match timeout_at(until, self.read(&mut scratch)).await {
                Ok(Ok(_)) => {}
                // A connection that breaks now carries no more; what it carried is recorded.
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }

    /// The walk.
    pub(super) fn into_walker(self) -> Walker {
        self.walker
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Recorder<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let (before, room) = (buf.filled().len(), buf.remaining());
        ready!(Pin::new(&mut this.io).poll_read(cx, buf))?;
        match buf.filled().get(before..).unwrap_or_default() {
            [] if room > 0 => this.walker.closed(),
            came => this.walker.read(came, this.start.elapsed()),
        }
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Recorder<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().io).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().io).poll_shutdown(cx)
    }
}
