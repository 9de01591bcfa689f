//! Revocation by the operator, at every level.

use crate::audit::{Event, EventKind, RequestInfo};
pub use crate::store::rows::revoke_target::{RevokeLevel, RevokeTarget};
use crate::store::{ReleaseLineage, RevokeAuthority, RevokeOutcome, Store, StoreError};
use crate::tokens::status::of_writ;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;
use std::sync::Arc;

/// Why nothing was ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RevokeError {
    /// Several clients have such a task.
    #[error("several clients have a task `{0}`: name it as `client_id/task_id`")]
    Ambiguous(String),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Ends writs before they expire.
#[derive(Debug)]
pub(crate) struct Revocations {
    store: Arc<dyn Store>,
}

impl Revocations {
    pub(crate) const fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Ends every writ at `revoke_target` that was issued up to `cut`, which is now by default, for
    /// the operator. Answers how many revocations it took.
    ///
    /// # Errors
    /// [`RevokeError`]; nothing was ended.
    pub(crate) async fn revoke(
        &self,
        revoke_target: RevokeTarget,
        cut: Option<UnixSeconds>,
        info: &RequestInfo,
    ) -> Result<usize, RevokeError> {
        let name = revoke_target.target.clone();
        let revoke = RevokeAuthority {
            target: revoke_target,
            cut,
            event: revocation_event().in_request(info),
        };
        match self.store.revoke(revoke).await? {
            RevokeOutcome::Revoked(count) => Ok(count),
            RevokeOutcome::Ambiguous => Err(RevokeError::Ambiguous(name)),
        }
    }

    /// Ends the lineage of a writ: the writ, its successors, and all that descends from it. `kind`
    /// says why.
    ///
    /// # Errors
    /// [`StoreError`]; the writ goes on.
    pub(crate) async fn end_lineage(
        &self,
        writ: &Claims,
        kind: EventKind,
        info: &RequestInfo,
    ) -> Result<(), StoreError> {
        let release = ReleaseLineage {
            writ: writ.clone(),
            event: of_writ(Event::done(kind).in_request(info), writ),
        };
        self.store.release_lineage(release).await
    }
}

/// The event of an early end.
pub(crate) fn revocation_event() -> Event {
    Event::done(EventKind::TokenRevoked)
}
