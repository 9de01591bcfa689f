//! Cutting a response whose writ ends before the response does.

use crate::upstream::UpstreamBody;
use crate::worker::{Environment, Worker};
use edgewrit_edge::issuer::pace::watch::{CHECK_MS, ResponseChecks};
use edgewrit_edge::verdict::in_flight::OpenResponse;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::sleep;

/// A body that its watch can end, although the client reads nothing of it.
pub(crate) struct WatchedBody {
    shared: Rc<RefCell<SharedBody>>,
    /// Its drop ends the watch.
    _is_open: oneshot::Sender<()>,
}

/// The watch over an open response.
pub(crate) struct Watch {
    shared: Rc<RefCell<SharedBody>>,
    is_open: oneshot::Receiver<()>,
}

struct SharedBody {
    /// The body; `None` after a cut.
    body: Option<UpstreamBody>,
    /// The connection of the client, which waits for the upstream.
    waiting: Option<Waker>,
}

/// Whether a body is long enough for a watch.
pub(crate) fn needs_watch(body: &UpstreamBody) -> bool {
    !body.is_end_stream() && ResponseChecks::begin(body.size_hint().exact()).is_some()
}

/// A body under a watch.
pub(crate) fn watch(body: UpstreamBody) -> (WatchedBody, Watch) {
    let shared = Rc::new(RefCell::new(SharedBody {
        body: Some(body),
        waiting: None,
    }));
    let (open, is_open) = oneshot::channel();
    let watched = WatchedBody {
        shared: Rc::clone(&shared),
        _is_open: open,
    };
    (watched, Watch { shared, is_open })
}

impl Watch {
    /// Checks the response until its end, and cuts it when its writ is no longer valid.
    pub(crate) async fn run(mut self, worker: &Worker, environment: &Environment, open: &OpenResponse) {
        loop {
            tokio::select! {
                () = sleep(Duration::from_millis(CHECK_MS.into())) => {}
                _ = &mut self.is_open => return,
            }
            if let Some(record) = environment.check_ended(open) {
                worker.record(environment, &record);
                return self.cut();
            }
        }
    }

    fn cut(&self) {
        let mut shared = self.shared.borrow_mut();
        shared.body = None;
        if let Some(waiting) = shared.waiting.take() {
            waiting.wake();
        }
    }
}

impl Body for WatchedBody {
    type Data = Bytes;
    type Error = io::Error;

    /// The next data of the body. The error ends the connection of the client, so that the client
    /// does not take the response for a whole one.
    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let shared = &mut *self.shared.borrow_mut();
        let Some(body) = &mut shared.body else {
            let cause = "the writ of the response is no longer valid";
            return Poll::Ready(Some(Err(io::Error::other(cause))));
        };
        let polled = Pin::new(body).poll_frame(context);
        shared.waiting = polled.is_pending().then(|| context.waker().clone());
        polled
    }

    fn is_end_stream(&self) -> bool {
        let shared = self.shared.borrow();
        shared.body.as_ref().is_some_and(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let shared = self.shared.borrow();
        shared.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}
