//! The snapshot that all workers decide by, and the configuration under which it is followed.

use crate::clock;
use edgewrit_edge::config::Config;
use edgewrit_edge::issuer::bundle::is_fresh;
use edgewrit_shared::bundle::Snapshot;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// The snapshot of one trust. Configurations that continue each other share it.
#[derive(Debug)]
pub(crate) struct HeldSnapshot {
    snapshot: watch::Sender<Option<Arc<Snapshot>>>,
    config: watch::Sender<Arc<Config>>,
}

impl HeldSnapshot {
    /// No snapshot yet.
    pub(crate) fn new(config: Arc<Config>) -> Self {
        Self {
            snapshot: watch::Sender::new(None),
            config: watch::Sender::new(config),
        }
    }

    /// The current snapshot.
    pub(crate) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.borrow().clone()
    }

    /// Replaces the snapshot.
    pub(crate) fn replace(&self, snapshot: Snapshot) {
        self.snapshot.send_replace(Some(Arc::new(snapshot)));
    }

    /// Follows the bundle under `config` from now on, which continues the configuration before.
    pub(crate) fn follow_under(&self, config: Arc<Config>) {
        self.config.send_replace(config);
    }

    /// The configurations under which the bundle is followed. The end of the snapshot ends them.
    pub(super) fn configs(&self) -> watch::Receiver<Arc<Config>> {
        self.config.subscribe()
    }

    /// Waits until the edge may decide by the snapshot under `config`. Returns false if that takes
    /// longer than `limit`.
    pub(crate) async fn wait_until_fresh(&self, config: &Config, limit: Duration) -> bool {
        let mut snapshots = self.snapshot.subscribe();
        let fresh = snapshots.wait_for(|snapshot| {
            let snapshot = snapshot.as_deref();
            snapshot.is_some_and(|snapshot| is_fresh(config, snapshot, clock::now()))
        });
        matches!(timeout(limit, fresh).await, Ok(Ok(_)))
    }
}
