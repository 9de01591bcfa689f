//! The open connections of one worker, and their end.

use super::connection::END_TIME;
use crate::worker::Worker;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

/// Time between two looks whether an exchange is left.
const LOOK: Duration = Duration::from_millis(10);
/// Longest time in which an exchange ends whose client is gone: that of a call to the issuer, and
/// some.
const CUT_TIME: Duration = Duration::from_secs(6);

/// The open connections of one worker. Each holds a receiver of whether it is cut.
#[derive(Debug)]
pub(crate) struct Connections(watch::Sender<bool>);

impl Connections {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Serves a connection on this thread, until it ends or is cut.
    pub(crate) fn serve(&self, connection: impl Future<Output = ()> + 'static) {
        let mut cut = self.0.subscribe();
        spawn_local(async move {
            tokio::select! {
                () = connection => {}
                _ = cut.wait_for(|is_cut| *is_cut) => {}
            }
        });
    }

    /// Lets the exchanges of `worker` end, in bounded time. Then cuts the connections, so that each
    /// exchange that is left ends as one whose client is gone: with its record.
    pub(crate) async fn end(&self, worker: &Worker) {
        if timeout(END_TIME, self.wait_for_end(worker)).await.is_err() {
            self.0.send_replace(true);
            let _late = timeout(CUT_TIME, self.wait_for_end(worker)).await;
        }
    }

    async fn wait_for_end(&self, worker: &Worker) {
        self.0.closed().await;
        // An exchange goes on when its client is gone.
        while worker.open_requests() > 0 {
            sleep(LOOK).await;
        }
    }
}
