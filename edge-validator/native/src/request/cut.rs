//! Cutting a response whose writ ends before the response does.

use crate::worker::{Environment, Worker};
use edgewrit_edge::issuer::pace::watch::CHECK_MS;
use edgewrit_edge::verdict::in_flight::OpenResponse;
use hyper::body::{Body as _, Bytes, Frame, Incoming};
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// The repeated check whether a response may go on.
pub(crate) struct Watched {
    worker: Rc<Worker>,
    environment: Rc<Environment>,
    open: OpenResponse,
    ticks: Interval,
}

impl Watched {
    pub(crate) fn new(worker: Rc<Worker>, environment: Rc<Environment>, open: OpenResponse) -> Self {
        let mut ticks = interval(Duration::from_millis(CHECK_MS.into()));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            worker,
            environment,
            open,
            ticks,
        }
    }

    /// The next data of the body. Trailers are dropped. The error ends the connection, so that the
    /// client does not take the response for a whole one.
    pub(crate) fn poll_frame(
        &mut self,
        body: &mut Incoming,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        while self.ticks.poll_tick(context).is_ready() {
            if let Some(record) = self.environment.check_ended(&self.open) {
                self.worker.record(&self.environment, &record);
                return Poll::Ready(Some(Err(io::Error::other(
                    "the writ of the response is no longer valid",
                ))));
            }
        }
        match Pin::new(body).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) if frame.is_data() => Poll::Ready(Some(Ok(frame))),
            Poll::Ready(Some(Ok(_))) | Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(io::Error::other(error)))),
            Poll::Pending => Poll::Pending,
        }
    }
}
