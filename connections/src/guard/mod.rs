//! A stream that lets only strictly framed requests through.
//!
//! hyper accepts more than RFC 9112 has a recipient accept, and two readers may read what it accepts
//! in two ways: bare line feeds, a length beside chunks, a fragment in the target. So the guard
//! follows the framing of each message before hyper sees its bytes. A head passes once it is whole
//! and strict. The bytes of a body pass as they come. hyper answers 400 to a head that is not
//! strict and 431 to one that is too large, in the order of the requests, and closes the connection:
//! in place of such a head, the guard gives hyper bytes that hyper refuses.

mod chunks;
mod fault;
mod frames;
mod head;
mod lines;
mod messages;
#[cfg(test)]
mod tests;

pub use fault::{Fault, FaultCounts};
pub use messages::{Messages, Progress};

use crate::HEAD_TIME;
use bytes::BytesMut;
use frames::Frames;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The first bytes of a connection with HTTP/2 (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Bytes to which hyper answers 400.
const MALFORMED_HEAD: &[u8] = b"\0\r\n\r\n";
/// Bytes of the first read of a connection.
const FIRST_READ: usize = 4 * 1024;
/// Time for which a closed connection still takes what its client sends, so that the client gets the
/// response (RFC 9112, section 9.6).
const LINGER_TIME: Duration = Duration::from_secs(1);
/// Bytes that a closed connection still takes.
const LINGER_BYTES: usize = 1024 * 1024;

/// The version that a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1
    Http1,
    /// HTTP/2
    Http2,
}

/// A stream of a client whose bytes are followed.
#[derive(Debug)]
pub struct GuardedStream<S> {
    stream: S,
    followed: Followed,
    faults: Arc<FaultCounts>,
    /// Bytes that came and did not pass yet.
    held: BytesMut,
    /// The number of the held bytes that may pass.
    approved: usize,
    /// The end of the time for a head.
    head_over: Option<Pin<Box<Sleep>>>,
    /// The end of the time, and the rest of the bytes, that a closed connection still takes.
    linger: Option<(Pin<Box<Sleep>>, usize)>,
}

/// What the guard follows.
#[derive(Debug)]
enum Followed {
    Http1(Messages),
    Http2(Frames),
    /// Nothing more passes.
    Ended,
    /// Nothing more passes, and the reader learns why.
    Failed(Fault),
}

impl<S> GuardedStream<S> {
    /// A guard of a connection that begins. The time for the first head begins too. A fault of the
    /// client is counted in `faults`.
    #[must_use]
    pub fn new(stream: S, faults: Arc<FaultCounts>) -> Self {
        Self {
            stream,
            followed: Followed::Http1(Messages::default()),
            faults,
            held: BytesMut::new(),
            approved: 0,
            head_over: Some(Box::pin(sleep(HEAD_TIME))),
            linger: None,
        }
    }

    /// Follows bytes at the end of `buffer`, from `start` on. Leaves those that may pass there.
    fn follow(&mut self, buffer: &mut ReadBuf<'_>, start: usize) {
        let came = buffer.filled().get(start..).unwrap_or_default();
        if !self.held.is_empty() {
            self.held.extend_from_slice(came);
            buffer.set_filled(start);
            return self.follow_held();
        }
        let progress = self.followed.follow(came);
        let (passed, rest) = came.split_at_checked(progress.pass).unwrap_or((came, &[]));
        self.held.extend_from_slice(rest);
        let passed = passed.len();
        buffer.set_filled(start.saturating_add(passed));
        self.settle(passed, progress.fault);
    }

    fn follow_held(&mut self) {
        let progress = self.followed.follow(&self.held);
        self.approved = progress.pass;
        self.settle(progress.pass, progress.fault);
    }

    /// Ends the connection after the approved bytes if the client made a `fault`.
    fn settle(&mut self, passed: usize, fault: Option<Fault>) {
        if passed > 0 {
            self.head_over = None;
        }
        let Some(fault) = fault else { return };
        tracing::debug!(%fault, "the framing of a request is refused");
        self.faults.count(fault);
        let is_head = matches!(&self.followed, Followed::Http1(messages) if messages.is_in_head());
        self.followed = Followed::Ended;
        if !is_head {
            self.followed = Followed::Failed(fault);
            self.held.truncate(self.approved);
        } else if fault == Fault::TooLarge {
            self.approved = self.held.len();
        } else {
            self.held.truncate(self.approved);
            self.held.extend_from_slice(MALFORMED_HEAD);
            self.approved = self.held.len();
        }
    }

    /// Lets approved bytes pass.
    fn release(&mut self, buffer: &mut ReadBuf<'_>) {
        let passed = self
            .held
            .split_to(self.approved.min(buffer.remaining()).min(self.held.len()));
        buffer.put_slice(&passed);
        self.approved = self.approved.saturating_sub(passed.len());
        if self.held.is_empty() {
            // A connection at rest holds no memory.
            self.held = BytesMut::new();
        }
    }

    /// Whether the time for the head that has begun is over.
    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let over = self.head_over.get_or_insert_with(|| Box::pin(sleep(HEAD_TIME)));
        over.as_mut().poll(context)
    }

    /// Whether the client owes the rest of a message, or has sent what nothing reads any more.
    fn is_amid(&self) -> bool {
        match &self.followed {
            Followed::Http1(messages) => !messages.is_in_head() || !self.held.is_empty(),
            Followed::Http2(_) => false,
            Followed::Ended | Followed::Failed(_) => true,
        }
    }
}

impl Followed {
    fn follow(&mut self, bytes: &[u8]) -> Progress {
        match self {
            Self::Http1(messages) => messages.follow(bytes),
            Self::Http2(frames) => frames.follow(bytes),
            Self::Ended | Self::Failed(_) => Progress::default(),
        }
    }
}

impl<S: AsyncRead + Unpin> GuardedStream<S> {
    /// Reads as much of the connection as says which version the client speaks.
    ///
    /// # Errors
    /// If the connection ends before, or the time for the first head is over.
    pub async fn read_version(&mut self) -> io::Result<HttpVersion> {
        let version = loop {
            let compared = self.held.len().min(PREFACE.len());
            if self.held.get(..compared) != PREFACE.get(..compared) {
                break HttpVersion::Http1;
            }
            if compared == PREFACE.len() {
                self.followed = Followed::Http2(Frames::behind(PREFACE));
                break HttpVersion::Http2;
            }
            poll_fn(|context| self.poll_first(context)).await?;
        };
        self.follow_held();
        Ok(version)
    }

    fn poll_first(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [0; FIRST_READ];
        let mut buffer = ReadBuf::new(&mut bytes);
        match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
            Poll::Ready(Ok(())) if buffer.filled().is_empty() => Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
            Poll::Ready(Ok(())) => {
                self.held.extend_from_slice(buffer.filled());
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.poll_late(context).map(|()| Err(io::ErrorKind::TimedOut.into())),
        }
    }

    /// Takes what the client still sends, within the limits.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let (over, left) = self
            .linger
            .get_or_insert_with(|| (Box::pin(sleep(LINGER_TIME)), LINGER_BYTES));
        let mut bytes = [0; FIRST_READ];
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Pending => return over.as_mut().poll(context),
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() || *left == 0 => return Poll::Ready(()),
                Poll::Ready(Ok(())) => *left = left.saturating_sub(buffer.filled().len()),
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for GuardedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.approved > 0 {
                this.release(buffer);
                return Poll::Ready(Ok(()));
            }
            match &this.followed {
                Followed::Ended => return Poll::Ready(Ok(())),
                Followed::Failed(fault) => return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, *fault))),
                Followed::Http1(_) | Followed::Http2(_) => {}
            }
            let start = buffer.filled().len();
            match Pin::new(&mut this.stream).poll_read(context, buffer) {
                Poll::Pending if this.held.is_empty() => return Poll::Pending,
                Poll::Pending => {
                    ready!(this.poll_late(context));
                    this.held.clear();
                    this.followed = Followed::Ended;
                    continue;
                }
                Poll::Ready(result) => result?,
            }
            if buffer.filled().len() == start {
                return Poll::Ready(Ok(()));
            }
            this.follow(buffer, start);
            if buffer.filled().len() > start {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for GuardedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.linger.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
        }
        if self.is_amid() {
            ready!(self.poll_linger(context));
        }
        Poll::Ready(Ok(()))
    }
}
