//! The state that the operator sees.

use crate::clock;
use crate::metrics::{Gauges, ProxyMetrics};
use crate::printer::LinePrinter;
use crate::records::Records;
use crate::worker::ActiveConfig;
use edgewrit_edge::issuer::bundle::is_fresh;
use std::sync::Arc;
use tokio::sync::watch;

/// The state that the operator sees.
#[derive(Debug)]
pub(crate) struct AdminState {
    metrics: Arc<ProxyMetrics>,
    configs: watch::Receiver<Arc<ActiveConfig>>,
    records: Records,
    log: Arc<LinePrinter>,
    stopping: watch::Receiver<bool>,
}

impl AdminState {
    pub(crate) fn new(
        metrics: Arc<ProxyMetrics>,
        configs: watch::Receiver<Arc<ActiveConfig>>,
        records: Records,
        log: Arc<LinePrinter>,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            metrics,
            configs,
            records,
            log,
            stopping,
        }
    }

    /// The counters.
    pub(super) fn metrics(&self) -> &ProxyMetrics {
        &self.metrics
    }

    /// The cause why requests should go to another proxy; `None` if this one decides them.
    pub(super) fn find_obstacle(&self) -> Option<&'static str> {
        let active = Arc::clone(&self.configs.borrow());
        let snapshot = active.held.snapshot();
        let is_usable = snapshot.is_some_and(|snapshot| is_fresh(&active.config, &snapshot, clock::now()));
        if *self.stopping.borrow() {
            Some("the proxy stops")
        } else if !is_usable {
            Some("there is no fresh bundle of the issuer")
        } else if active.config.is_audit_strict() && !self.records.has_room() {
            Some("`audit` is `strict`, and there is no room for records")
        } else {
            None
        }
    }

    /// The values that are read and not counted.
    pub(super) fn gauges(&self) -> Gauges {
        let snapshot = self.configs.borrow().held.snapshot();
        Gauges {
            snapshot_age: snapshot
                .as_ref()
                .map(|snapshot| clock::now().since(snapshot.issued_at())),
            audit_seq: snapshot.and_then(|snapshot| snapshot.highest_audit_seq()),
            records: self.records.counts(),
            dropped_records: self.records.dropped_lines(),
            dropped_log_lines: self.log.dropped(),
            is_ready: self.find_obstacle().is_none(),
        }
    }
}
