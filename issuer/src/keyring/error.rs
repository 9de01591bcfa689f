//! Why keys cannot be used, or were not changed.

use crate::audit::CheckpointFault;
use crate::keys::{KeyFileError, KeyJob, PINNED_FILE};
use crate::store::StoreError;
use edgewrit_shared::time::UnixSeconds;

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file of a key.
    #[error(transparent)]
    File(KeyFileError),
    /// The database has no key that signs, or one that cannot be read; for which job.
    #[error("the database holds no such key for `{}` as it should", .0.as_str())]
    NoCurrent(KeyJob),
    /// The database names a key for checkpoints that the key folder does not; which one.
    #[error(
        "the database names `{0}` as a key for checkpoints, but `{PINNED_FILE}` does not: the database was changed from outside"
    )]
    Unpinned(String),
    /// The last checkpoint of the database is not valid: at which event it stands, and what is
    /// wrong with it.
    #[error("checkpoint at event {0}: {1}: the database was changed from outside")]
    Checkpoint(u64, CheckpointFault),
    /// The database refused.
    #[error(transparent)]
    Store(StoreError),
}

impl<E: Into<KeyFileError>> From<E> for KeysError {
    fn from(error: E) -> Self {
        Self::File(error.into())
    }
}

impl From<StoreError> for KeysError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Why keys were not changed.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// Edges may not know the next key yet; from when on they do.
    #[error("edges know the next key only from {} on", .0.0)]
    Early(UnixSeconds),
    /// There is no such key, or it was dropped already.
    #[error("no such key")]
    Unknown,
    /// The keys themselves.
    #[error(transparent)]
    Keys(KeysError),
}

impl<E: Into<KeysError>> From<E> for RotateError {
    fn from(error: E) -> Self {
        Self::Keys(error.into())
    }
}
