//! The threads that serve requests.

use super::listener::{self, Door};
use super::options::ProxyError;
use crate::metrics::ProxyMetrics;
use crate::worker::{Shared, Worker};
use rustls::ClientConfig;
use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use tokio::runtime;
use tokio::sync::{mpsc, watch};

/// The threads that serve requests.
#[derive(Debug)]
pub(super) struct Workers {
    /// Ends when the last thread has ended.
    ends: mpsc::Receiver<Infallible>,
}

impl Workers {
    /// Starts a thread for each worker of the metrics.
    ///
    /// # Errors
    /// [`ProxyError`] if a thread cannot be started.
    pub(super) fn start(
        tcp: &TcpListener,
        door: &Door,
        tls: &ClientConfig,
        shared: &Shared,
        metrics: &ProxyMetrics,
        stopping: &watch::Sender<bool>,
    ) -> Result<Self, ProxyError> {
        let (alive, ends) = mpsc::channel(1);
        for own_metrics in &metrics.workers {
            let seed = getrandom::u64()?;
            // What can fail happens here, so that a missing worker is noticed.
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(ProxyError::Thread)?;
            let tcp = tcp.try_clone().map_err(ProxyError::Thread)?;
            let (tls, shared, own_metrics) = (tls.clone(), shared.clone(), Arc::clone(own_metrics));
            let (stopping, alive, door) = (stopping.subscribe(), alive.clone(), door.clone());
            let work = move || {
                let worker = Worker::new(shared, tls, own_metrics, seed);
                if let Err(error) = listener::run(&runtime, tcp, door, worker, stopping) {
                    tracing::error!(%error, "a worker cannot listen");
                }
                drop(alive);
            };
            thread::Builder::new().spawn(work).map_err(ProxyError::Thread)?;
        }
        Ok(Self { ends })
    }

    /// Waits until each thread has ended.
    pub(super) async fn wait_for_end(mut self) {
        let _all_ended = self.ends.recv().await;
    }
}
