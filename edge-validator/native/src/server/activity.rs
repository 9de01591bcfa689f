//! The streams of a connection with HTTP/2, and when a connection without use ends.

use edgewrit_connections::Pace;
use hyper::body::{Body, Buf as _, Frame, SizeHint};
use hyper::rt::Executor;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::task::spawn_local;
use tokio::time::Instant;

/// The streams of one connection. A client that opens no window for a response holds no write up, so
/// the time of each response is kept here.
#[derive(Debug)]
pub(super) struct Activity {
    streams: Cell<usize>,
    /// The end of the last stream.
    rests_since: Cell<Instant>,
    /// The responses that the client holds up, each with the end of the client's time.
    held_up: RefCell<BTreeMap<u64, Instant>>,
    next: Cell<u64>,
}

impl Activity {
    pub(super) fn begin(now: Instant) -> Rc<Self> {
        Rc::new(Self {
            streams: Cell::new(0),
            rests_since: Cell::new(now),
            held_up: RefCell::default(),
            next: Cell::new(0),
        })
    }

    /// Whether the client has had no stream for as long as `rest`, or takes a response too slowly.
    pub(super) fn is_over(&self, now: Instant, rest: Duration) -> bool {
        let rested = now.saturating_duration_since(self.rests_since.get());
        let is_idle = self.streams.get() == 0 && rested >= rest;
        is_idle || self.held_up.borrow().values().any(|over| *over <= now)
    }
}

/// Runs each stream as a task of this thread, and counts them.
#[derive(Clone, Debug)]
pub(super) struct StreamExecutor(pub(super) Rc<Activity>);

impl<F: Future + 'static> Executor<F> for StreamExecutor {
    fn execute(&self, stream: F) {
        let open = OpenStream::count(&self.0);
        spawn_local(async move {
            stream.await;
            drop(open);
        });
    }
}

/// A stream that is not over.
struct OpenStream(Rc<Activity>);

impl OpenStream {
    fn count(activity: &Rc<Activity>) -> Self {
        activity.streams.set(activity.streams.get().saturating_add(1));
        Self(Rc::clone(activity))
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.streams.set(self.0.streams.get().saturating_sub(1));
        self.0.rests_since.set(Instant::now());
    }
}

/// A response that its client must take at the lowest rate of a [`Pace`].
pub(super) struct PacedBody<B> {
    body: B,
    activity: Rc<Activity>,
    key: u64,
    pace: Pace,
    /// Bytes of the frame that the client has not taken yet, as far as is known here.
    given: usize,
}

impl<B> PacedBody<B> {
    /// A response that the client has not begun to take.
    pub(super) fn new(body: B, activity: Rc<Activity>) -> Self {
        let key = activity.next.replace(activity.next.get().wrapping_add(1));
        let mut paced = Self {
            body,
            activity,
            key,
            pace: Pace::default(),
            given: 0,
        };
        paced.wait_for_client(0);
        paced
    }

    fn wait_for_client(&mut self, given: usize) {
        self.given = given;
        let over = self.pace.hold_up(Instant::now());
        self.activity.held_up.borrow_mut().insert(self.key, over);
    }

    fn end_wait(&mut self) {
        if self.activity.held_up.borrow_mut().remove(&self.key).is_some() {
            self.pace.take(Instant::now(), self.given);
        }
    }
}

impl<B: Body + Unpin> Body for PacedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    /// hyper asks for data only if the client takes it.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.end_wait();
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame {
            let bytes = frame.data_ref().map_or(0, |data| data.remaining());
            self.wait_for_client(bytes);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for PacedBody<B> {
    fn drop(&mut self) {
        self.activity.held_up.borrow_mut().remove(&self.key);
    }
}
