//! Transactions about revocations.

use super::Stored;
use crate::audit::{ChainHead, Event};
use crate::store::rows::revocation::Living;
use crate::store::rows::revoke_target::RevokeTarget;
use edgewrit_shared::bundle::revocation::Revocation;
use edgewrit_shared::time::UnixSeconds;
use edgewrit_shared::token::claims::Claims;

/// A revocation by the operator.
#[derive(Clone, Debug)]
pub struct RevokeAuthority {
    /// The target.
    pub target: RevokeTarget,
    /// Up to when the writs were issued that are revoked; now, if it is not set.
    pub cut: Option<UnixSeconds>,
    /// The event of the revocation. The store adds its data.
    pub event: Event,
}

/// The outcome of a revocation by the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevokeOutcome {
    /// The number of revocations that it took.
    Revoked(usize),
    /// Several clients have such a task.
    Ambiguous,
}

/// A lineage that its holder or its client ends.
#[derive(Clone, Debug)]
pub struct ReleaseLineage {
    /// The claims of a writ of the lineage.
    pub writ: Claims,
    /// The event of the end.
    pub event: Event,
}

/// A session that its holder ends.
#[derive(Clone, Debug)]
pub struct EndSession {
    /// The session.
    pub living: Living,
    /// The client of the session; `None` for one of the operator.
    pub client_id: Option<String>,
    /// The event of the end.
    pub event: Event,
}

/// A position in the history of revocations.
#[derive(Clone, Copy, Debug)]
pub struct RevokedSince {
    /// The number of the last revocation that is known.
    pub from: u64,
    /// The time: revocations of writs that have expired by then are not needed.
    pub now: UnixSeconds,
}

/// The revocations behind a position, and the ends of the histories at the same moment.
#[derive(Clone, Debug)]
pub struct RevokedSinceRows {
    /// The number of the latest revocation.
    pub latest: u64,
    /// The revocations, in their order.
    pub revocations: Vec<Revocation>,
    /// The head of the audit chain.
    pub head: ChainHead,
}

/// Revokes authority, and reads what is revoked.
pub trait TokenStore {
    /// Revokes every writ at a target.
    fn revoke(&self, revoke: RevokeAuthority) -> Stored<'_, RevokeOutcome>;

    /// Ends a lineage: a writ, its successors, and all that descends from it.
    fn release_lineage(&self, release: ReleaseLineage) -> Stored<'_, ()>;

    /// Ends a session.
    fn end_session(&self, end: EndSession) -> Stored<'_, ()>;

    /// The revocations behind a position.
    fn revoked_since(&self, since: RevokedSince) -> Stored<'_, RevokedSinceRows>;
}
