//! The state of one thread of the proxy. The memory of the pipeline belongs to one thread, so each
//! thread has a memory and connections of its own.

use crate::clock;
use crate::issuer::bundle::SharedSnapshot;
use crate::records::Records;
use crate::upstream::HttpClient;
use edgewrit_edge::config::Config;
use edgewrit_edge::forward_auth::ForwardAuth;
use edgewrit_edge::memory::Memory;
use edgewrit_edge::record::Record;
use edgewrit_edge::step::Step;
use edgewrit_edge::verdict::in_flight::OpenResponse;
use edgewrit_edge::world::World;
use std::sync::Arc;
use tokio::sync::watch;

/// The state that all workers share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) configs: watch::Receiver<Arc<Config>>,
    pub(crate) snapshots: watch::Receiver<SharedSnapshot>,
    pub(crate) records: Records,
    /// The settings of forward auth; `None` if the proxy sends requests itself.
    pub(crate) forward_auth: Option<Arc<ForwardAuth>>,
}

/// The state of one thread.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) client: HttpClient,
    pub(crate) memory: Memory,
    shared: Shared,
}

impl Worker {
    pub(crate) fn new(shared: Shared, client: HttpClient, seed: u64) -> Self {
        Self {
            client,
            memory: Memory::new(seed),
            shared,
        }
    }

    /// The current configuration. A request keeps the configuration with which it began.
    pub(crate) fn config(&self) -> Arc<Config> {
        Arc::clone(&self.shared.configs.borrow())
    }

    /// The settings of forward auth, if the proxy does not send requests itself.
    pub(crate) fn forward_auth(&self) -> Option<Arc<ForwardAuth>> {
        self.shared.forward_auth.clone()
    }

    /// Where the records go.
    pub(crate) fn records(&self) -> &Records {
        &self.shared.records
    }

    /// Runs a step of the pipeline with the current world.
    pub(crate) fn take_step(&self, config: &Arc<Config>, step: impl FnOnce(&World<'_>) -> Step) -> Step {
        self.in_world(config, step)
    }

    /// The record with the cause why a response must be cut now; `None` while it may go on.
    pub(crate) fn check_ended(&self, config: &Arc<Config>, open: &OpenResponse) -> Option<Record> {
        self.in_world(config, |world| open.check_ended(world))
    }

    /// Acts in the current world.
    pub(crate) fn in_world<T>(&self, config: &Arc<Config>, act: impl FnOnce(&World<'_>) -> T) -> T {
        let snapshot = self.shared.snapshots.borrow().clone();
        act(&World {
            config,
            snapshot: snapshot.as_deref(),
            memory: &self.memory,
            now: clock::now(),
        })
    }

    /// Prints a record, and keeps it for the issuer if the issuer gets it.
    pub(crate) fn record(&self, record: &Record) {
        let line = record.line();
        self.records().print(&line);
        if record.is_for_issuer(&self.memory) {
            self.records().keep(line);
        }
    }
}
