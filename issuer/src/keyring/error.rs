//! Why keys cannot be used, or were not changed.

use crate::audit::CheckpointFault;
use crate::keys::{KeyFileError, KeyJob, PINNED_FILE};
use crate::store::StoreError;
use edgewrit_shared::time::UnixSeconds;
use std::{error, fmt};

/// Why keys cannot be used.
#[derive(Debug)]
pub enum KeysError {
    /// The file of a key.
    File(KeyFileError),
    /// The database has no key that signs, or one that cannot be read; for which job.
    NoCurrent(KeyJob),
    /// The database names a key for checkpoints that the key folder does not; which one.
    Unpinned(String),
    /// The last checkpoint of the database is not valid: at which event it stands, and what is
    /// wrong with it.
    Checkpoint(u64, CheckpointFault),
    /// The database refused.
    Store(StoreError),
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(error) => error.fmt(f),
            Self::NoCurrent(job) => write!(f, "the database holds no such key for `{}` as it should", job.as_str()),
            Self::Unpinned(kid) => write!(
                f,
                "the database names `{kid}` as a key for checkpoints, but `{PINNED_FILE}` does not: the database was changed from outside"
            ),
            Self::Checkpoint(seq, fault) => write!(
                f,
                "checkpoint at event {seq}: {fault}: the database was changed from outside"
            ),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl error::Error for KeysError {}

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
#[derive(Debug)]
pub enum RotateError {
    /// Edges may not know the next key yet; from when on they do.
    Early(UnixSeconds),
    /// There is no such key, or it was dropped already.
    Unknown,
    /// The keys themselves.
    Keys(KeysError),
}

impl fmt::Display for RotateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Early(UnixSeconds(from)) => write!(f, "edges know the next key only from {from} on"),
            Self::Unknown => f.write_str("no such key"),
            Self::Keys(error) => error.fmt(f),
        }
    }
}

impl<E: Into<KeysError>> From<E> for RotateError {
    fn from(error: E) -> Self {
        Self::Keys(error.into())
    }
}
