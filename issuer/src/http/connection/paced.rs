//! A stream that its reader must take bytes from: at once, or at a lowest rate.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// Time for which a client may take no byte of a response.
pub(super) const WRITE_TIME: Duration = Duration::from_secs(30);
/// Lowest rate at which a client that holds a response up must take it, in bytes per second. A
/// client that takes one byte at a time holds its connection no longer than one that takes none.
pub(super) const WRITE_RATE: u32 = 4 * 1024;

/// Fails a write once its reader has used up its time. Only that time is used up for which the
/// reader holds a write up, and each byte that it takes gives it some back.
pub(super) struct PacedStream<S> {
    stream: S,
    /// The rest of [`WRITE_TIME`].
    left: Duration,
    blocked: Option<Blocked>,
}

/// A write that the reader holds up.
struct Blocked {
    since: Instant,
    over: Pin<Box<Sleep>>,
}

impl<S> PacedStream<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self {
            stream,
            left: WRITE_TIME,
            blocked: None,
        }
    }

    fn pace(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => self.give_back(*bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                let left = self.left;
                let blocked = self.blocked.get_or_insert_with(|| Blocked {
                    since: Instant::now(),
                    over: Box::pin(sleep(left)),
                });
                ready!(blocked.over.as_mut().poll(cx));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        written
    }

    fn give_back(&mut self, bytes: usize) {
        if let Some(blocked) = self.blocked.take() {
            let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
            let earned = Duration::from_secs(1).saturating_mul(bytes) / WRITE_RATE;
            let left = self.left.saturating_sub(blocked.since.elapsed());
            self.left = left.saturating_add(earned).min(WRITE_TIME);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for PacedStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for PacedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.pace(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.pace(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
