//! The state of one thread of the proxy. The memory of the pipeline belongs to one thread, so each
//! thread has a memory and connections of its own.

mod environment;

pub(crate) use environment::{ActiveConfig, Environment};

use crate::issuer_client::IssuerClient;
use crate::metrics::WorkerMetrics;
use crate::records::Records;
use crate::upstream::UpstreamClient;
use edgewrit_edge::forward_auth::ForwardAuth;
use edgewrit_edge::record::Record;
use rustls::ClientConfig;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval};

/// Time after which the metrics show the state of a worker.
const TICK: Duration = Duration::from_secs(1);

/// The state that all workers share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) configs: watch::Receiver<Arc<ActiveConfig>>,
    pub(crate) records: Records,
    /// The requests that may still begin. Each may need a connection to an upstream.
    pub(crate) places: Arc<Semaphore>,
    /// The settings of forward auth; `None` if the proxy sends requests itself.
    pub(crate) forward_auth: Option<Arc<ForwardAuth>>,
}

/// The state of one thread.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) upstreams: UpstreamClient,
    pub(crate) issuer: IssuerClient,
    environment: RefCell<Rc<Environment>>,
    seed: u64,
    open_requests: Cell<usize>,
    metrics: Arc<WorkerMetrics>,
    shared: Shared,
}

impl Worker {
    pub(crate) fn new(shared: Shared, tls: ClientConfig, metrics: Arc<WorkerMetrics>, seed: u64) -> Self {
        let active = Arc::clone(&shared.configs.borrow());
        Self {
            upstreams: UpstreamClient::new(tls.clone()),
            issuer: IssuerClient::new(tls),
            environment: RefCell::new(Rc::new(Environment::new(active, seed))),
            seed,
            open_requests: Cell::new(0),
            metrics,
            shared,
        }
    }

    /// The environment of a request that begins now.
    pub(crate) fn environment(&self) -> Rc<Environment> {
        let environment = Rc::clone(&self.environment.borrow());
        environment.memory.set_record_room(self.records().has_room());
        environment
    }

    /// Takes each new configuration, until the configurations end.
    pub(crate) async fn follow_configs(self: Rc<Self>) {
        let mut configs = self.shared.configs.clone();
        loop {
            let active = Arc::clone(&configs.borrow_and_update());
            let before = self.environment();
            // The configuration may have changed before this task began.
            if active.number != before.active.number {
                self.show_state();
                let next = Rc::new(before.followed_by(active, self.seed));
                self.environment.replace(next);
            }
            drop(before);
            if configs.changed().await.is_err() {
                return;
            }
        }
    }

    /// Shows the state of the worker in the metrics, from time to time.
    pub(crate) async fn follow_state(self: Rc<Self>) {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.show_state();
        }
    }

    fn show_state(&self) {
        let environment = self.environment();
        let (hits, misses) = environment.take_lookups();
        self.metrics.count_lookups(hits, misses);
        self.metrics.show_held_bytes(environment.memory.bodies().held());
    }

    /// Counts a request as open until the guard is dropped; `None` if as many requests are open as
    /// the proxy has places for.
    pub(crate) fn open_request(self: &Rc<Self>) -> Option<OpenRequest> {
        let place = Arc::clone(&self.shared.places).try_acquire_owned().ok()?;
        self.change_open_requests(|open| open.saturating_add(1));
        Some(OpenRequest {
            worker: Rc::clone(self),
            _place: place,
        })
    }

    /// The number of requests whose exchange is in progress.
    pub(crate) fn open_requests(&self) -> usize {
        self.open_requests.get()
    }

    fn change_open_requests(&self, change: impl FnOnce(usize) -> usize) {
        let open = change(self.open_requests.get());
        self.open_requests.set(open);
        self.metrics.show_open_requests(open);
    }

    /// The settings of forward auth, if the proxy does not send requests itself.
    pub(crate) fn forward_auth(&self) -> Option<Arc<ForwardAuth>> {
        self.shared.forward_auth.clone()
    }

    /// Where the records go.
    pub(crate) fn records(&self) -> &Records {
        &self.shared.records
    }

    /// Prints and counts a record, and keeps it for the issuer if the issuer gets it.
    pub(crate) fn record(&self, environment: &Environment, record: &Record) {
        let line = record.line();
        self.records().print(&line);
        self.metrics.count_verdict(record);
        if record.is_for_issuer(&environment.memory) {
            self.records().keep(environment.config(), line);
        }
    }
}

/// A request whose exchange is in progress.
#[derive(Debug)]
pub(crate) struct OpenRequest {
    worker: Rc<Worker>,
    _place: OwnedSemaphorePermit,
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.worker.change_open_requests(|open| open.saturating_sub(1));
    }
}
