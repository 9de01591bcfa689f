//! Transactions about signing keys and checkpoints.

use super::Stored;
use crate::audit::{Event, EventKind};
use crate::keys::KeyState;
use crate::store::rows::audit::{CheckpointRow, LastCheckpointRow};
use crate::store::rows::keys::KeyRow;
use edgewrit_shared::bundle::revocation::Revocation;
use edgewrit_shared::time::UnixSeconds;

/// The next key of a job, which signs from now on.
#[derive(Clone, Debug)]
pub struct ReplaceKey {
    /// The key that signed.
    pub current: KeyRow,
    /// The state of the key that signed, from now on.
    pub state: KeyState,
    /// The kind of the event of it.
    pub kind: EventKind,
    /// The id of the key that signs from now on.
    pub next: String,
    /// The key that is the next one from now on.
    pub fresh: KeyRow,
    /// The time of the change.
    pub now: UnixSeconds,
}

/// A key that does not sign and is dropped.
#[derive(Clone, Debug)]
pub struct DropKeyRow {
    /// The key.
    pub row: KeyRow,
    /// The next key that takes its place, if it was one.
    pub fresh: Option<KeyRow>,
    /// The time of the change.
    pub now: UnixSeconds,
}

/// The changes at the first start from a backup.
#[derive(Clone, Debug)]
pub struct VoidBackup {
    /// The keys that are dropped.
    pub dropped: Vec<KeyRow>,
    /// The keys that are new.
    pub fresh: Vec<KeyRow>,
    /// The keys that come to another state.
    pub moved: Vec<KeyRow>,
    /// The time of the changes.
    pub now: UnixSeconds,
    /// The event of the revocation of everything. The store adds its data.
    pub revoked: Event,
    /// The event of the restore.
    pub restored: Event,
}

/// Keeps the states of keys, and the checkpoints that a key signs.
pub trait KeyStore {
    /// Every key that is known, in the order in which they came to their states.
    fn keys(&self) -> Stored<'_, Vec<KeyRow>>;

    /// Adds the first keys. Answers every key that is known then.
    fn add_first_keys(&self, rows: Vec<KeyRow>) -> Stored<'_, Vec<KeyRow>>;

    /// Lets the next key of a job sign.
    fn replace_key(&self, replace: ReplaceKey) -> Stored<'_, ()>;

    /// Drops a key that does not sign.
    fn drop_key(&self, drop: DropKeyRow) -> Stored<'_, ()>;

    /// Revokes what a dropped key signed.
    fn revoke_key(&self, revocation: Revocation) -> Stored<'_, ()>;

    /// Replaces keys, ends every writ and every launch token, and notes that the first start from a
    /// backup is done.
    fn void_backup(&self, void: VoidBackup) -> Stored<'_, ()>;

    /// Keeps a checkpoint of the chain.
    fn add_checkpoint(&self, checkpoint: CheckpointRow) -> Stored<'_, ()>;

    /// The signed text of the checkpoint at event `seq`, after all work that was asked for before
    /// is done or has failed.
    fn find_settled_checkpoint(&self, seq: u64) -> Stored<'_, Option<String>>;

    /// The last checkpoint, and the head of the chain at its event.
    fn last_checkpoint(&self) -> Stored<'_, Option<LastCheckpointRow>>;
}
