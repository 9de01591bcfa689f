//! A stream that its reader must take bytes from: at once, or at a lowest rate.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// Time for which a client may take no byte of a response.
pub const WRITE_TIME: Duration = Duration::from_secs(30);
/// Lowest rate at which a client that holds a response up must take it, in bytes per second. A
/// client that takes one byte at a time holds its connection no longer than one that takes none.
pub const WRITE_RATE: u32 = 4 * 1024;

/// The time that a reader has left. Only that time is used up for which the reader holds a write up,
/// and each byte that it takes gives it some back.
#[derive(Debug)]
pub struct Pace {
    /// The rest of [`WRITE_TIME`].
    left: Duration,
    /// Since when the reader holds a write up.
    blocked: Option<Instant>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            left: WRITE_TIME,
            blocked: None,
        }
    }
}

impl Pace {
    /// The reader holds a write up. Answers when the reader has used up its time.
    pub fn hold_up(&mut self, now: Instant) -> Instant {
        let since = *self.blocked.get_or_insert(now);
        since + self.left
    }

    /// The reader took `bytes`.
    pub fn take(&mut self, now: Instant, bytes: usize) {
        if let Some(since) = self.blocked.take() {
            let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
            let earned = Duration::from_secs(1).saturating_mul(bytes) / WRITE_RATE;
            let left = self.left.saturating_sub(now.saturating_duration_since(since));
            self.left = left.saturating_add(earned).min(WRITE_TIME);
        }
    }

    /// Whether the reader holds a write up.
    const fn is_blocked(&self) -> bool {
        self.blocked.is_some()
    }
}

/// Fails a write once its reader has used up its time.
#[derive(Debug)]
pub struct PacedStream<S> {
    stream: S,
    pace: Pace,
    /// The end of the reader's time, while it holds a write up.
    over: Option<Pin<Box<Sleep>>>,
}

impl<S> PacedStream<S> {
    /// A stream whose reader has all its time.
    #[must_use]
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            pace: Pace::default(),
            over: None,
        }
    }

    fn pace(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) if self.pace.is_blocked() => {
                self.pace.take(Instant::now(), *bytes);
                self.over = None;
            }
            Poll::Ready(_) => {}
            Poll::Pending => {
                let pace = &mut self.pace;
                let over = self
                    .over
                    .get_or_insert_with(|| Box::pin(sleep_until(pace.hold_up(Instant::now()))));
                ready!(over.as_mut().poll(cx));
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        written
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
