//! The body of a response, which holds its connection until its end.

use super::http1::Http1;
use super::pool::Pool;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// Longest time between two parts of a body.
const IDLE_TIME: Duration = Duration::from_secs(300);

/// The body of a response. Its drop before its end closes the connection, or resets the stream.
#[derive(Debug)]
pub(crate) struct UpstreamBody {
    body: Incoming,
    /// The connection over HTTP/1.1, and the pool to which it returns at the end of the body.
    lease: Option<(Http1, Rc<Pool>)>,
    /// The end of the wait for the next part. A body that never waits needs none.
    idle: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
}

impl UpstreamBody {
    /// The body of a response on a connection of its own.
    pub(super) fn of_http1(body: Incoming, connection: Http1, pool: Rc<Pool>) -> Self {
        let mut body = Self::new(body, Some((connection, pool)));
        body.return_at_end();
        body
    }

    /// The body of a response on a stream.
    pub(super) fn of_http2(body: Incoming) -> Self {
        Self::new(body, None)
    }

    fn new(body: Incoming, lease: Option<(Http1, Rc<Pool>)>) -> Self {
        Self {
            body,
            lease,
            idle: None,
            is_waiting: false,
        }
    }

    /// Returns the connection if the body is read.
    fn return_at_end(&mut self) {
        if self.body.is_end_stream() {
            self.end();
        }
    }

    fn end(&mut self) {
        if let Some((connection, pool)) = self.lease.take() {
            pool.keep(connection);
        }
    }

    /// Fails if the upstream has been silent for too long.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let end = Instant::now() + IDLE_TIME;
        let idle = self.idle.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if !self.is_waiting {
            self.is_waiting = true;
            idle.as_mut().reset(end);
        }
        idle.as_mut().poll(context).map(|()| {
            self.lease = None;
            Some(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("nothing of the body in {} s", IDLE_TIME.as_secs()),
            )))
        })
    }
}

impl Body for UpstreamBody {
    type Data = Bytes;
    type Error = io::Error;

    /// The next data of the body. Trailers are dropped.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = &mut *self;
        let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) else {
            return this.poll_idle(context);
        };
        this.is_waiting = false;
        Poll::Ready(match frame {
            Some(Ok(frame)) if frame.is_data() => {
                this.return_at_end();
                Some(Ok(frame))
            }
            Some(Ok(_)) | None => {
                this.end();
                None
            }
            Some(Err(error)) => {
                this.lease = None;
                Some(Err(io::Error::other(error)))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
