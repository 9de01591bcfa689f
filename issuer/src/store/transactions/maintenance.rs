//! Transactions about the store as a whole.

use super::Stored;
use crate::audit::Event;
use crate::base::clock::Moment;
use crate::store::rows::ends::HistoryEnds;
use edgewrit_shared::time::UnixSeconds;
use tokio::sync::watch;

/// Whether a store comes from a backup, and what is kept outside of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreState {
    /// Whether the store comes from a backup, and its first start is to come.
    pub is_restored: bool,
    /// The epoch of which the store is a copy, if the backup says so.
    pub epoch_before: Option<String>,
    /// Whether the head of the audit was ever kept outside of the store.
    pub has_outside_head: bool,
}

/// The operator says that the store is the original.
#[derive(Clone, Debug)]
pub struct DeclareOriginal {
    /// The epoch that begins at the next start.
    pub epoch: String,
    /// The event of the statement.
    pub event: Event,
}

/// The state of the store, and the work that is done without a request.
pub trait MaintenanceStore {
    /// Names this history of the store; another after a restore.
    fn epoch(&self) -> &str;

    /// The ends of the histories that others follow, as they change. They are announced before the
    /// transaction that changed them is answered.
    fn history_ends(&self) -> watch::Receiver<HistoryEnds>;

    /// Tells when the store cannot keep its promises any more, and the process has to end.
    fn broken(&self) -> watch::Receiver<bool>;

    /// The number of transactions that wait for their commit.
    fn waiting_writes(&self) -> usize;

    /// Whether the store can be read.
    fn check_readable(&self) -> Stored<'_, ()>;

    /// The time of the last write of which the store knows.
    fn last_write(&self) -> Stored<'_, Moment>;

    /// Whether the store comes from a backup.
    fn restore_state(&self) -> Stored<'_, RestoreState>;

    /// Notes that the head of the audit is kept outside of the store.
    fn note_outside_head(&self) -> Stored<'_, ()>;

    /// Lets another epoch begin at the next start, and no first start from a backup.
    fn declare_original(&self, declare: DeclareOriginal) -> Stored<'_, ()>;

    /// Forgets some of the rows that are not needed at `now`. Answers how many.
    fn forget_expired(&self, now: UnixSeconds) -> Stored<'_, usize>;
}
