//! The health of the issuer, for load balancers and Prometheus.

use crate::audit::ChainHead;
use crate::base::clock::{Clock, Moment};
use crate::base::stopping::Stopping;
use crate::registry::Registry;
use crate::store::{Store, StoreError};
use crate::tokens::bundle::Feed;
use std::sync::Arc;

/// Answers whether the issuer works, and how much it holds.
#[derive(Debug)]
pub(crate) struct Health {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) clock: Clock,
    pub(crate) began: Moment,
    pub(crate) stopping: Stopping,
}

/// Numbers that the issuer reports of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IssuerGauges {
    /// Writes that wait for their commit.
    pub(crate) waiting: u64,
    /// Events in the audit chain.
    pub(crate) events: u64,
    /// Events that the limiter omitted since the start.
    pub(crate) omitted: u64,
    /// The number of the latest revocation.
    pub(crate) revocations: u64,
    /// Clients that are not shut out.
    pub(crate) clients: u64,
}

impl Health {
    /// Whether the database can be read.
    pub(crate) async fn is_readable(&self) -> bool {
        self.store.check_readable().await.is_ok()
    }

    /// Whether requests should be sent here: the database answers, what is revoked is known, and
    /// the issuer is not stopping.
    pub(crate) async fn is_ready(&self) -> bool {
        !self.stopping.is_said() && self.feed.snapshot().await.is_ok()
    }

    /// The head of the audit chain, which the database is asked for.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn read_head(&self) -> Result<ChainHead, StoreError> {
        self.store.audit_head().await
    }

    /// Seconds since the start.
    pub(crate) fn uptime(&self) -> u64 {
        self.clock.now().seconds().since(self.began.seconds())
    }

    /// The numbers of this moment.
    pub(crate) fn gauges(&self) -> IssuerGauges {
        let ends = *self.store.history_ends().borrow();
        IssuerGauges {
            waiting: self.store.waiting_writes() as u64,
            events: ends.head.seq,
            omitted: self.store.omitted_events(),
            revocations: ends.revocation,
            clients: self.registry.active_clients() as u64,
        }
    }
}
